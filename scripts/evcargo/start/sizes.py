"""Tables of particle sizes, as far as a new study needs to know them."""

import re
from dataclasses import dataclass
from itertools import islice

from evcargo.errors import EvcargoError
from evcargo.files.text import open_text
from evcargo.files.text_tables import TextTable

HEAD_LINES = 400
_SIZE = re.compile(
    r"(size|diameter|radius|bin ?cent(re|er)|gr(\u00f6|oe)(\u00df|ss)e|durchmesser|taille"
    r"|tama\u00f1o)",
    re.IGNORECASE,
)
_UNIT = re.compile(r"\b(nm|um|\u00b5m|\u03bcm|nanomet\w+|micromet\w+)\b", re.IGNORECASE)
_AMOUNT = re.compile(
    r"conc|kon[zc]|number|anzahl|count|particles|partikel|density|/ ?(ml|ul|l|cm)|\b(ml|cm)\b"
    r"|volume|area|intensity|mean|average|sd\b|std|sem\b|error|start|end|lower|upper|percent|%|size|cumul",
    re.IGNORECASE,
)
INSTRUMENTS = (
    ("NanoSight NTA", r"nanosight|\bNTA \d|Nano ?Tracking"),
    ("ZetaView", r"ZetaView"),
    ("Izon", r"\bqNano\b|\bExoid\b|\bIzon\b"),
    ("Spectradyne", r"Spectradyne|\bnCS1\b|\bMRPS\b"),
    ("Videodrop", r"Videodrop"),
)


@dataclass(frozen=True)
class SizeRuns:
    """The instrument of a table of sizes, and its columns of samples if it has several."""

    program: str
    runs: tuple[str, ...] = ()


def size_runs(path: str, table: TextTable) -> SizeRuns | None:
    """Tell whether a table holds particle sizes, and of which samples.

    Returns
    -------
    SizeRuns or None
        Of a table with a column per sample their names; None if it is no table of sizes.
    """
    try:
        with open_text(path) as stream:
            lines = list(islice(stream, HEAD_LINES))
    except EvcargoError:
        return None
    text = "".join(lines)
    program = next((name for name, form in INSTRUMENTS if re.search(form, text)), "")
    header = next((line for line in lines if _is_header(line)), "")
    if not header:
        return None
    cells = [cell.strip(' "\n') for cell in re.split(r"[\t;,]", header)]
    others = [cell for cell in cells if cell and not (_SIZE.search(cell) and _UNIT.search(cell))]
    wide = len(others) > 1 and not any(_AMOUNT.search(cell) for cell in others)
    return SizeRuns(program or "size table", tuple(dict.fromkeys(others)) if wide else ())


def _is_header(line: str) -> bool:
    """Whether a line names a size with its unit in one of its first columns, and other columns."""
    cells = [cell.strip(' "\n') for cell in re.split(r"[\t;,]", line)]
    named = [cell for cell in cells if cell]
    return len(named) > 1 and any(
        _SIZE.search(cell) and _UNIT.search(cell) and len(cell) < 60 for cell in named[:3]
    )
