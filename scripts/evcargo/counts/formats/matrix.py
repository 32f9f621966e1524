"""Any other table: features in rows, a column for each sample; or the other way round."""

from evcargo.counts.columns import is_number, is_text
from evcargo.counts.layout import LOCI, Head, Layout, plain_key

UNKNOWN_PROGRAM = "count table"
_TITLES = {
    *("", "gene", "genes", "id", "ids", "geneid", "name", "names", "feature", "features", "mirna"),
    *("mirnas", "target", "targetid", "probe", "symbol", "sample", "samples", "ensembl", "rna"),
}


def layout(head: Head) -> Layout | None:
    """Take a table as it is; one without a header has numbers in its first row."""
    if has_no_header(head):
        numbers = [at for at, cell in enumerate(head.columns) if at and is_number(cell)]
        single = len(numbers) == 1
        return Layout(
            program=UNKNOWN_PROGRAM,
            recognised_by=f"its {len(head.columns)} columns without header",
            identifiers="column 1",
            counts=f"column {numbers[0] + 1}" if single else "",
            has_header=False,
        )
    hairpins = [name for name in head.columns[:4] if plain_key(name) in ("precursor", "hairpin")]
    return Layout(
        program=UNKNOWN_PROGRAM,
        recognised_by="a column for each sample",
        repeated=LOCI if hairpins else "",
    )


def has_no_header(head: Head) -> bool:
    """Whether the first row is data: as the rows below, with numbers that are no names."""
    first, *rest = head.columns
    numbers = [name for name in rest if is_number(name)]
    if not numbers or plain_key(first) in _TITLES or first.startswith("column "):
        return False
    if head.table.row_names or (len(numbers) > 1 and _are_running(numbers)):
        return False
    return all(is_number(name) != is_text(head.cells(at)) for at, name in enumerate(rest, 1))


def _are_running(names: list[str]) -> bool:
    """Whether numbers are those of samples: 1, 2, 3 ..."""
    numbers = [int(name) for name in names if name.isdecimal()]
    return len(numbers) == len(names) and numbers == list(
        range(numbers[0], numbers[0] + len(names))
    )
