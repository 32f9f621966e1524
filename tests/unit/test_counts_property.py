"""A matrix is the same however it is written: locale, encoding, order, names, orientation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from counts_tables import LONG, SMALL, identifier, products, read, runs_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evcargo.contracts import CONTRACTS
from evcargo.counts.importing import import_counts
from evcargo.rna.count import TABLES, count_study
from evcargo.tables import read_matrix, write_table
from evcargo.transcripts.count import count_imported

RUNS = ["a", "b", "c"]
NUMBERS = {
    "plain": lambda n: str(n),
    "comma": lambda n: f"{n:,}",
    "point": lambda n: f"{n:,}".replace(",", "."),
    "blank": lambda n: f"{n:,}".replace(",", "\u202f"),
    "apostrophe": lambda n: f"{n:,}".replace(",", "'"),
    "decimals": lambda n: f"{n}.00",
    "decimal comma": lambda n: f"{n},0",
}
MATURES = {
    "hsa-miR-21-5p": "MIMAT0000076",
    "hsa-miR-451a": "MIMAT0001631",
    "hsa-let-7a-5p": "MIMAT0000062",
    "hsa-miR-23a-3p": "MIMAT0000078",
    "hsa-miR-16-5p": "MIMAT0000069",
}
GENES = {
    "HBB": "ENSG00000244734",
    "ACTB": "ENSG00000075624",
    "PPBP": "ENSG00000163736",
    "GAPDH": "ENSG00000111640",
    "H2AZ1": "ENSG00000164032",
}
STYLES = {
    SMALL: {
        "name": lambda name: name,
        "accession": MATURES.__getitem__,
        "lower": str.lower,
        "bare": lambda name: name[4:],
        "typed": lambda name: f"{name}|miRNA|{name}|0|22",
        "excerpt": lambda name: f"{name}:{MATURES[name]}:Homo:sapiens:{name[4:]}",
    },
    LONG: {
        "id": GENES.__getitem__,
        "version": lambda name: f"{GENES[name]}.7",
        "both": lambda name: f"{GENES[name]}_{name}",
        "bars": lambda name: f"{GENES[name]}.2|{name}|protein_coding",
    },
}


def written(
    path: Path,
    values: list[list[int]],
    names: list[str],
    numbers: str = "plain",
    encoding: str = "utf-8",
    end: str = "\n",
    delimiter: str = "\t",
    order: list[int] | tuple[int, ...] = (0, 1, 2),
    total: bool = False,
    turned: bool = False,
) -> str:
    """Write a matrix, and give the decimal sign to be stated for it."""
    if encoding == "cp1252" and numbers == "blank":
        numbers = "apostrophe"
    write_number = NUMBERS[numbers]
    rows = [["Größe", *(RUNS[at] for at in order)]]
    for name, row in zip(names, values, strict=True):
        rows.append([name, *(write_number(row[at]) for at in order)])
    if total and not turned:
        rows.append(["Total", *(write_number(sum(row[at] for row in values)) for at in order)])
    if turned:
        rows = [list(row) for row in zip(*rows, strict=True)]
    quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in row] for row in rows]
    path.write_bytes("".join(delimiter.join(row) + end for row in quoted).encode(encoding))
    return {"decimal comma": "comma", "point": "comma"}.get(numbers, "auto")


HOW = {
    "numbers": st.sampled_from(sorted(NUMBERS)),
    "encoding": st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    "end": st.sampled_from(["\n", "\r\n", "\r"]),
    "delimiter": st.sampled_from(["\t", ";", ","]),
    "order": st.permutations(range(3)),
    "total": st.booleans(),
    "turned": st.booleans(),
}
SIGNS = [[1_234_567, 2_345_678, 1_500_000], [1, 0, 12]]  # what proves the signs in the numbers


@pytest.mark.parametrize("assay", [SMALL, LONG])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    values=st.lists(
        st.lists(st.integers(0, 3_000_000), min_size=3, max_size=3), min_size=3, max_size=3
    ),
    data=st.data(),
    **HOW,
)
def test_the_counts_are_the_same(tmp_path: Path, assay: str, values, data, **how) -> None:
    names = list(MATURES if assay == SMALL else GENES)
    style = data.draw(st.sampled_from(sorted(STYLES[assay])))
    path = tmp_path / "t.csv"
    rows = [*SIGNS, *values]
    decimal = written(path, rows, [STYLES[assay][style](name) for name in names], **how)
    table = read(path, *RUNS, assay=assay, decimal=decimal)
    assert table.counts[RUNS].to_numpy().tolist() == rows
    if assay == SMALL:
        assert table.counts.index.tolist() == names
        assert set(table.features["class"]) == {"miRNA"}
    else:
        assert table.counts.index.tolist() == list(GENES.values())
        assert table.features["gene"].tolist() == names


def matrix_of(
    folder: Path, path: Path, assay: str, decimal: str
) -> tuple[np.ndarray, pd.DataFrame]:
    """Import a table and give the matrix that later stages read: its values and its features."""
    paths = products(folder)
    import_counts(runs_for(path, *RUNS, decimal=decimal), identifier(assay), paths)
    sheet = pd.DataFrame({"sample": RUNS, "condition": "x"}, columns=CONTRACTS["samples"].names)
    write_table(sheet, folder / "samples.tsv", "samples")
    names = ["table", "fractional", "cpm", "quality", *(name for _, name, _ in TABLES)]
    files = {name: folder / f"{name}.tsv" for name in names} | {"matrix": folder / "m.h5ad"}
    count = (
        (lambda *some, **more: count_study(some[0], None, *some[1:], **more))
        if assay == SMALL
        else count_imported
    )
    count(folder / "samples.tsv", paths["counts"], files, imported_features=paths["features"])
    matrix = read_matrix(folder / "m.h5ad")
    return matrix.to_df().loc[RUNS].to_numpy(), matrix.var.drop(columns="name")


@pytest.mark.parametrize("assay", [SMALL, LONG])
def test_the_matrix_is_the_same(tmp_path: Path, assay: str) -> None:
    values = [*SIGNS, [40, 50, 60], [7, 0, 9], [1000, 20, 300_000]]
    names = list(MATURES if assay == SMALL else GENES)
    path = tmp_path / "t.csv"
    expected = None
    for at, (style, spell) in enumerate(STYLES[assay].items()):
        numbers = list(NUMBERS)[at % len(NUMBERS)]
        how = {"order": [2, 0, 1], "encoding": "utf-16"} if at % 2 else {"turned": True}
        decimal = written(path, values, list(map(spell, names)), numbers, **how)
        result = matrix_of(tmp_path, path, assay, decimal)
        expected = expected or result
        np.testing.assert_array_equal(result[0], expected[0], err_msg=style)
        pd.testing.assert_frame_equal(result[1], expected[1])
