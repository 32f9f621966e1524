"""One known size distribution, written as instruments, spreadsheets and people write it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import lognorm

from evcargo.particles.distribution import distribution_of, size_figures
from evcargo.particles.size_tables import SizeReading

EDGES = np.arange(10.0, 411.0, 5.0)
CENTRES = (EDGES[1:] + EDGES[:-1]) / 2
TOTAL = 3e8
AMOUNTS = np.round(TOTAL * np.diff(lognorm(0.4, scale=110).cdf(EDGES)), 1)
FIGURES = ("d10_nm", "d50_nm", "d90_nm", "mode_nm", "share_in_window", "particles_per_ml")


def truth(total_factor: float = 1.0) -> dict[str, float]:
    """Figures of the distribution, by the definitions of the package, from its own bins."""
    cumulative = np.concatenate([[0], np.cumsum(AMOUNTS)]) / AMOUNTS.sum()
    figures = {f"d{p}_nm": float(np.interp(p / 100, cumulative, EDGES)) for p in (10, 50, 90)}
    low, high = np.interp([30, 150], EDGES, cumulative)
    return figures | {
        "mode_nm": float(CENTRES[AMOUNTS.argmax()]),
        "share_in_window": float(high - low),
        "particles_per_ml": float(AMOUNTS.sum()) * total_factor,
    }


def figures_of(reading: SizeReading) -> dict[str, float]:
    """Figures of a table that was read."""
    return size_figures(distribution_of(reading.table), (30, 150))


@dataclass(frozen=True)
class Locale:
    """How a program writes numbers and cells."""

    decimal: str = "."
    thousands: str = ""
    delimiter: str = "\t"

    def number(self, value: float, digits: int = 6) -> str:
        """A number without exponent, such as ``1,234,567.8``."""
        text = f"{value:,.{digits}f}" if self.thousands else f"{value:.{digits}f}"
        swap = str.maketrans({",": self.thousands, ".": self.decimal})
        text = text.translate(swap)
        return f'"{text}"' if self.delimiter in text else text

    def row(self, cells: Sequence[str]) -> str:
        return self.delimiter.join(cells)


def table(
    size_header: str,
    amount_header: str,
    sizes: Sequence[float] = CENTRES,
    amounts: Sequence[float] = AMOUNTS,
    locale: Locale = Locale(),
) -> str:
    """Give a table of two columns."""
    headers = [
        f'"{header}"' if locale.delimiter in header else header
        for header in (size_header, amount_header)
    ]
    lines = [locale.row(headers)]
    lines += [
        locale.row([locale.number(size), locale.number(amount)])
        for size, amount in zip(sizes, amounts, strict=True)
    ]
    return "\n".join(lines) + "\n"


def zetaview(
    amounts: Sequence[float] = AMOUNTS, dilution: str = "1000.000000", twice: bool = True
) -> str:
    """Give the text file of a ZetaView: settings, linear bins, a row of -1, logarithmic bins."""
    lines = [
        "Original File:\tD:\\x\\s_size_488.avi\tSection:\t0.50000 [5]",
        "Software:\tZetaView (version 8.05.16 SP2)\tAnalyze:\t8.05.16 SP2",
        "Sample:\ts",
        "Type of Measurement:\tSize Distribution",
        "Positions:\t11",
        "Number of Traces:\t900\t(at 0.5)\tAverage Number of Particles:\t81.8\tDilution::\t"
        + dilution,
        "Camera Trigger Delay µs:\t0",
        "Size Distribution",
        "Size / nm\tNumber\tConcentration / cm-3\tVolume / nm^3\tArea / nm^2",
    ]
    row = "{:.3E}\t{:.3E}\t{:.6E}\t{:.3E}\t{:.3E}"
    lines += [
        row.format(size, amount / 1e5, amount, size**3, size**2)
        for size, amount in zip(CENTRES[: len(amounts)], amounts, strict=True)
    ]
    lines.append(row.format(-1, -1, -1, -1, 0))
    if twice:
        edges = np.geomspace(8, 420, 60)
        middles = np.sqrt(edges[1:] * edges[:-1])
        shares = np.diff(np.interp(edges, EDGES, np.concatenate([[0], np.cumsum(amounts)])))
        lines += [
            row.format(size, amount / 1e5, amount, 1, 1)
            for size, amount in zip(middles, shares, strict=True)
        ]
    return "\n".join([*lines, ""])


def nanosight(
    captures: Sequence[str] = ("EV 1 00", "EV 1 01"),
    factors: Sequence[float] = (0.8, 1.2),
    dilution: str = "Not recorded",
    average: bool = True,
) -> str:
    """Give the summary of an NTA 3.4 experiment: sections, captures, percentiles, other weights."""
    n = len(captures)
    tail = ["Average", "Standard Error"] if average else []

    def line(*cells: object) -> str:
        return ",".join(map(str, cells)) + ","

    def weighted(name: str, header: str, scale: float) -> list[str]:
        more = [f"{header.split(' (')[0]} average", "Standard Error"] if average else []
        rows = [
            line("Weighting", name),
            line("Filename", *captures, *tail),
            line("Mean", *["120.5"] * n, *["120.5", "1.0"][: len(tail)]),
            line("D50", *["111.0"] * n, *["111.0", "1.0"][: len(tail)]),
            "Graph Data,",
            line("Bin centre (nm)", *[header] * n, *more),
        ]
        for size, amount in zip(CENTRES, AMOUNTS, strict=True):
            values = [amount * factor * scale for factor in factors]
            ends = [np.mean(values), 7] if average else []
            rows.append(line(size, *(f"{value:.2f}" for value in [*values, *ends])))
        rows += ["", line("Percentile", *["Size (nm)"] * n)]
        return [*rows, *(line(p, *[60 + p] * n) for p in (0, 10, 50, 90, 100)), line(*[""] * n)]

    return "\n".join(
        [
            "NTA Experiment Summary File,",
            "Created with NTA 3.4 Build 3.4.003,",
            "[Experiment Details],,",
            line("Software Version", "NTA 3.4 Build 3.4.003"),
            line("Diluent", "PBS"),
            line("Filename:", *captures),
            "[Results]," + "," * n + "Average,Standard Error,",
            line("Dilution factor (concentrations adjusted for this factor)", *[dilution] * n),
            line("Concentration (Particles / ml)", *["3.00e+08"] * n, "3.00e+08", "1e7"),
            "[Size Data],,",
            *weighted("Number", "Concentration (particles / ml)", 1),
            *weighted("Surface Area", "Surface area conc. (nm² / ml)", 9),
            *weighted("Volume", "Volume conc. (nm³ / ml)", 99),
            "",
        ]
    )


def write(folder: Path, data: str | bytes, name: str = "sizes.txt") -> Path:
    """Write a file, text as UTF-8."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path
