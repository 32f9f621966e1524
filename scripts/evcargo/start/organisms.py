"""Tell the organism of a file by the names in its text."""

import re
from collections import Counter
from collections.abc import Iterable

from evcargo.study.model import ORGANISMS
from evcargo.study.references import TAXA

MARKS = {
    "human": r"_HUMAN\b|\bhsa-|\bENS[GTP]\d{8,}|Homo sapiens|\bHomo_sapiens",
    "mouse": r"_MOUSE\b|\bmmu-|\bENSMUS[GTP]\d{8,}|Mus musculus|\bMus_musculus",
    "rat": r"_RAT\b|\brno-|\bENSRNO[GTP]\d{8,}|Rattus norvegicus",
}
# Symbols of rodent genes are written as Gnai3, human ones as GNAI3.
_SYMBOL = re.compile(r"(?m)^\"?([A-Za-z][A-Za-z]+\d+[A-Za-z]?)\"?[\t,;]")
FEWEST_SYMBOLS = 20
RODENT_SHARE = 0.8


def organisms_of(text: str) -> tuple[tuple[str, int], ...]:
    """Organism -> number of names in a text that tell it, the most first."""
    counts = Counter(
        {
            organism: len(re.findall(MARKS[organism], text))
            + len(re.findall(rf"\bOX={TAXA[organism]}\b", text))
            for organism in ORGANISMS
        }
    )
    if not counts.total():
        symbols = _SYMBOL.findall(text)
        rodent = sum(symbol[0].isupper() and symbol[1:].islower() for symbol in symbols)
        if len(symbols) >= FEWEST_SYMBOLS and rodent >= RODENT_SHARE * len(symbols):
            counts["mouse"] = rodent
    return tuple((organism, count) for organism, count in counts.most_common() if count)


def most_told(counts: Iterable[tuple[tuple[str, int], ...]]) -> tuple[str, str]:
    """Organism of a study, and what tells it; an empty organism where nothing does.

    Parameters
    ----------
    counts
        Of `organisms_of`, one per file. Each file has one vote, as tables are of different length.
    """
    votes = Counter(counts_of_file[0][0] for counts_of_file in counts if counts_of_file)
    if not votes:
        return "", ""
    organism, number = votes.most_common(1)[0]
    others = ", ".join(f"{count} of {name}" for name, count in votes.items() if name != organism)
    files = f"{number} file{'s' if number > 1 else ''}"
    return organism, f"names in {files}" + (f", but {others}" if others else "")
