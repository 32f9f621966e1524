"""What the reader of a protein table should know of it."""

from collections import Counter
from collections.abc import Container

import pandas as pd

from evcargo.proteins.tables.contents import Content
from evcargo.proteins.tables.names import members
from evcargo.proteins.tables.naming import Naming
from evcargo.study.notes import listed

MAX_NAMED = 6


def ev_markers(panels: pd.DataFrame | None) -> frozenset[str]:
    """Symbols of the best known EV proteins, upper case."""
    if panels is None:
        return frozenset()
    best = panels["panel"].isin(["tetraspanin", "classic_exosome"])
    return frozenset(one for names in panels.loc[best, "symbols"] for one in names)


def notes_on(content: Content, markers: Container[str]) -> list[str]:
    """Say what the reader of one table should know of it.

    Parameters
    ----------
    content
        What the table says.
    markers
        Symbols of the best known EV proteins, upper case.
    """
    notes = []
    lost = content.only_next_best
    if lost:
        other = next(iter(content.choice.next_best.values()))
        known = [one for cell in lost for one in members(cell) if one.upper() in markers]
        among = f" (among them the EV markers {listed(sorted(set(known)), 8)})" if known else ""
        notes.append(
            f"{len(lost)} protein groups{among} have no {content.quantity}, but another"
            f" quantity. To have them, write its columns (such as {other!r}) into the column"
            " 'column' of the run sheet"
        )
    return notes


def notes_on_dates(proteins: pd.DataFrame, naming: Naming) -> list[str]:
    """Name the symbols that became dates: those that an accession heals, and the others.

    Parameters
    ----------
    proteins
        Of `evcargo.proteins.tables.groups.describe`.
    naming
        Names of the proteins of the organism.
    """
    notes = []
    healed = proteins[proteins["healed"]]
    if len(healed):
        pairs = zip(healed["gene_in_table"], healed["gene"], strict=True)
        texts = [f"{table} is {gene}" for table, gene in pairs]
        notes.append(
            f"{len(healed)} gene symbols became dates in a spreadsheet and were taken from their"
            f" accessions ({_texts(texts)})"
        )
    others = proteins[~proteins["healed"]]
    cells = [gene or name for gene, name in zip(others["gene"], others["accessions"], strict=True)]
    counts = Counter(one for cell in cells for one in members(cell) if naming.is_date(one))
    if counts:
        texts = [
            f"{cell!r}{f', {count} times,' if count > 1 else ''} may be"
            f" {' or '.join(naming.before_spreadsheet(cell)) or 'any gene'}"
            for cell, count in counts.items()
        ]
        notes.append(
            f"{sum(counts.values())} gene symbols became dates in a spreadsheet ({_texts(texts)});"
            " they match no marker. Export the table again without opening it in a spreadsheet, or"
            " add its column of accessions"
        )
    return notes


def _texts(texts: list[str]) -> str:
    """Join texts for a message, cut where there are too many."""
    more = f" and {len(texts) - MAX_NAMED} more" if len(texts) > MAX_NAMED else ""
    return "; ".join(texts[:MAX_NAMED]) + more
