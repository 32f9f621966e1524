"""The strand of a library by its counts; limits as nf-core/rnaseq has them."""

import pytest

from evcargo.transcripts.strand import strandedness


@pytest.mark.parametrize(
    ("sense", "antisense", "found"),
    [
        (800, 200, "forward"),
        (799, 201, "unclear"),
        (200, 800, "reverse"),
        (201, 799, "unclear"),
        (550, 450, "unstranded"),
        (551, 449, "unclear"),
        (450, 550, "unstranded"),
        (100, 0, "forward"),
        (99, 0, "unclear"),
        (0, 0, "unclear"),
    ],
)
def test_strandedness(sense: int, antisense: int, found: str) -> None:
    assert strandedness(sense, antisense) == found
