"""Search of spectra against the protein database with the engine sagepy (Sage).

The index of the database is built once for many runs, as it can not be saved and costs more than
the search of a run. Where it would not fit into memory it is built in slices of mass, one after
the other, and the runs are read once for each.

A spectrum whose file does not tell its charge is searched with each charge of the config as if it
were several spectra; the best match counts.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evcargo.proteins.database import Protein
from evcargo.proteins.engine import Engine, build_index
from evcargo.proteins.settings import SearchSettings, settings_text
from evcargo.proteins.slices import ISOTOPE, Slice, index_load, plan_slices
from evcargo.proteins.spectra import Spectrum

if TYPE_CHECKING:
    from sagepy.core import Feature
    from sagepy.core.peptide import Peptide

__all__ = ["COLUMNS", "ISOTOPE", "PROTON", "SearchSettings", "search_run", "search_runs"]
__all__ += ["settings_text"]

PROTON = 1.007276466879
BATCH = 2000

COLUMNS: Mapping[str, str] = {
    "scan": "string",
    "rt": "float64",
    "precursor_mz": "float64",
    "charge": "int64",
    "peptide": "string",
    "modified": "string",
    "is_decoy": "bool",
    "mass": "float64",
    "ppm": "float64",
    "isotope_error": "int64",
    "mass_shift": "float64",
    "hyperscore": "float64",
    "delta_next": "float64",
    "matched_peaks": "int64",
    "longest_b": "int64",
    "longest_y": "int64",
    "longest_y_share": "float64",
    "matched_share": "float64",
    "candidates": "int64",
    "poisson": "float64",
    "fragment_ppm": "float64",
    "missed_cleavages": "int64",
}
Rows = dict[str, list[Any]]
_log = logging.getLogger(__name__)


def search_run(
    spectra: Iterable[Spectrum],
    proteins: Iterable[Protein],
    settings: SearchSettings,
    threads: int = 1,
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Search one run; see `search_runs`."""
    spectra = list(spectra)
    psms, figures = search_runs({"run": lambda: spectra}, list(proteins), settings, threads)
    return psms.drop(columns="run"), figures["run"]


def search_runs(
    runs: Mapping[str, Callable[[], Iterable[Spectrum]]],
    proteins: list[Protein],
    settings: SearchSettings,
    threads: int = 1,
) -> tuple[pd.DataFrame, dict[str, dict[str, float]]]:
    """Best peptide-spectrum match of every MS2 spectrum, targets and decoys alike.

    Parameters
    ----------
    runs
        Run -> what reads its spectra, MS1 and MS2, from the start.
    proteins
        The database.
    settings
        Parameters of the search.
    threads
        Processor cores to use.

    Returns
    -------
    psms : pandas.DataFrame
        One row per MS2 spectrum with a match: ``run`` and the columns of `COLUMNS`, in the order
        of the runs and of their files. `peptide` has I as L; `mass` is the calculated neutral
        mass, Da, with the `mass_shift`; `ppm` the precursor error after the isotope error is taken
        off. In an open search a match beyond the precursor tolerance has a `mass_shift`, Da
        (observed - calculated), and no `ppm`; in any other match the shift is 0.
    figures : dict
        Run -> ``ms1_spectra``, ``ms2_spectra``, ``ms1_tic`` (summed intensity), ``minutes``
        (first to last spectrum).
    """
    load = index_load(proteins, settings)
    slices = plan_slices(load, settings)
    _log.info(
        "index: %.0f peptides with modified forms and decoys, about %.0f MB%s",
        load.peptides.sum(),
        load.memory_mb(),
        f": searched in {len(slices)} slices" if len(slices) > 1 else "",
    )
    found: dict[str, list[pd.DataFrame]] = {run: [] for run in runs}
    figures: dict[str, dict[str, float]] = {}
    for number, part in enumerate(slices, 1):
        engine = Engine(build_index(proteins, settings, part.masses), settings, threads)
        for run, read in runs.items():
            figures[run] = {"ms1_spectra": 0.0, "ms2_spectra": 0.0, "ms1_tic": 0.0, "minutes": 0.0}
            matches = _search_slice(_counted(read(), figures[run]), part, engine, settings)
            found[run].append(matches)
            _log.info(
                "%s, slice %d of %d: %.0f MS2 spectra, %d matches",
                *(run, number, len(slices), figures[run]["ms2_spectra"], len(matches)),
            )
        del engine  # before the next index is built
    tables = [best_matches(pd.concat(found.pop(run))).assign(run=run) for run in runs]
    psms = pd.concat(tables, ignore_index=True)
    return psms[["run", *COLUMNS]].astype({"run": "string"}), figures


def best_matches(matches: pd.DataFrame) -> pd.DataFrame:
    """Keep the best of the matches of each spectrum, which differ by charge or slice.

    Parameters
    ----------
    matches
        Columns of `COLUMNS` and ``number`` of the spectrum in its file.

    Returns
    -------
    pandas.DataFrame
        One row per spectrum. `delta_next` is the distance to the second best of all candidates,
        which may be the best of another charge or slice; `candidates` are added up. Of equal
        matches the decoy is kept.
    """
    ordered = matches.sort_values(
        ["number", "hyperscore", "is_decoy", "charge"],
        ascending=[True, False, False, True],
        kind="stable",
    )
    by_spectrum = ordered.groupby("number", sort=False)
    rivals = (ordered["hyperscore"] - ordered["delta_next"]).groupby(ordered["number"]).max()
    second = ordered[by_spectrum.cumcount() == 1].set_index("number")["hyperscore"]
    best = ordered.drop_duplicates("number").set_index("number")
    next_best = pd.concat([rivals, second], axis=1).max(axis=1)
    best["delta_next"] = best["hyperscore"] - next_best.reindex(best.index)
    best["candidates"] = by_spectrum["candidates"].sum()
    return best.reset_index(drop=True).astype(dict(COLUMNS))


def _search_slice(
    spectra: Iterable[Spectrum], part: Slice, engine: Engine, settings: SearchSettings
) -> pd.DataFrame:
    rows: Rows = {name: [] for name in ("number", *COLUMNS)}
    for batch in _batches(_asked(spectra, part, settings)):
        answers = engine.score([(spectrum, charge) for _, spectrum, charge in batch])
        for (number, spectrum, _), answer in zip(batch, answers, strict=True):
            if answer is not None:
                row = (number, *_row(spectrum, *answer, settings))
                for values, value in zip(rows.values(), row, strict=True):
                    values.append(value)
    return pd.DataFrame(rows).astype({"number": "int64", **COLUMNS})


def _asked(
    spectra: Iterable[Spectrum], part: Slice, settings: SearchSettings
) -> Iterator[tuple[int, Spectrum, int]]:
    """Give the spectra that belong to a slice, with their number and charge."""
    low, high = settings.precursor_charge
    for number, spectrum in enumerate(spectra):
        for charge in [spectrum.charge] if spectrum.charge else range(low, high + 1):
            if part.low <= (spectrum.precursor_mz - PROTON) * charge < part.high:
                yield number, spectrum, charge


def _counted(spectra: Iterable[Spectrum], figures: dict[str, float]) -> Iterator[Spectrum]:
    first = None
    for spectrum in spectra:
        first = spectrum.rt if first is None else first
        figures["minutes"] = max(figures["minutes"], spectrum.rt - first)
        figures[f"ms{spectrum.level}_spectra"] += 1
        if spectrum.level == 1:
            figures["ms1_tic"] += float(spectrum.intensity.sum())
        elif spectrum.precursor_mz > 0 and len(spectrum.mz):
            yield spectrum


def _batches(
    asked: Iterator[tuple[int, Spectrum, int]],
) -> Iterator[list[tuple[int, Spectrum, int]]]:
    while batch := list(islice(asked, BATCH)):
        yield batch


def _row(
    spectrum: Spectrum, match: "Feature", peptide: "Peptide", settings: SearchSettings
) -> tuple[Any, ...]:
    """Give the values of `COLUMNS`, in this order."""
    calculated = float(peptide.mono_isotopic)
    observed = (spectrum.precursor_mz - PROTON) * match.charge
    isotope, shift, ppm = mass_difference(observed, calculated, settings)
    modified = modified_sequence(
        peptide.sequence, peptide.modifications, peptide.n_term, peptide.c_term
    )
    return (
        spectrum.scan,
        spectrum.rt,
        spectrum.precursor_mz,
        match.charge,
        peptide.sequence,
        f"[{shift:+.2f}]?{modified}" if shift else modified,
        bool(peptide.decoy),
        calculated + shift,
        ppm,
        isotope,
        shift,
        match.hyperscore,
        match.delta_next,
        match.matched_peaks,
        match.longest_b,
        match.longest_y,
        match.longest_y_pct,
        match.matched_intensity_pct / 100,
        match.scored_candidates,
        match.poisson,
        match.average_ppm,
        peptide.missed_cleavages,
    )


def mass_difference(
    observed: float, calculated: float, settings: SearchSettings
) -> tuple[int, float, float]:
    """Isotope error, mass shift (Da) and precursor error (ppm) of a match.

    Where no isotope error of the config brings the error within the precursor tolerance, as may be
    in an open search, the difference is a mass shift, and its error is not known.
    """
    isotope = round((observed - calculated) / ISOTOPE)
    ppm = (observed - isotope * ISOTOPE - calculated) / calculated * 1e6
    if not settings.open_window_da:
        return isotope, 0.0, ppm
    low, high = settings.isotope_errors
    if low <= isotope <= high and abs(ppm) <= settings.precursor_tolerance_ppm:
        return isotope, 0.0, ppm
    return 0, observed - calculated, np.nan


def modified_sequence(
    sequence: str, shifts: Iterable[float], n_term: float | None, c_term: float | None
) -> str:
    """Peptide with its mass shifts in ProForma notation, e.g. ``[+42.0106]-M[+15.9949]K``."""
    body = "".join(
        residue + (f"[{shift:+.4f}]" if shift else "")
        for residue, shift in zip(sequence, shifts, strict=True)
    )
    start = f"[{n_term:+.4f}]-" if n_term else ""
    return start + body + (f"-[{c_term:+.4f}]" if c_term else "")
