"""The script of rule import_proteins, in-process, on rows of a real table."""

import runpy
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from proteins_tables_helpers import DDA, EXCERPTS

from evcargo.contracts import CONTRACTS
from evcargo.tables import read_matrix, read_table, write_table

MADE = {
    "matrix": "proteins.h5ad",
    "tsv": "proteins.tsv",
    "quality": "quality.tsv",
    "filters": "filters.tsv",
    "columns": "columns.tsv",
    "origins": "origins.tsv",
    "missing": "missing.tsv",
    "normalisation": "normalisation.tsv",
}


def import_tables(root, folder, min_peptides):
    names = [f"s{number}" for number in range(1, 7)]
    samples = pd.DataFrame({name: [""] * 7 for name in CONTRACTS["samples"].names})
    samples["sample"] = [*names, "without"]
    samples["particle_count"] = samples["protein_ug"] = np.nan
    write_table(samples, folder / "samples.tsv", "samples")
    runs = pd.DataFrame({name: [""] * 6 for name in CONTRACTS["runs"].names})
    runs["run"] = runs["sample"] = names
    runs["column"] = DDA
    runs["assay"], runs["format"] = "proteins", "table"
    runs["path"] = str(EXCERPTS / "maxquant_evidence.txt")
    runs["fraction"] = runs["replicate"] = 1
    runs["mate"] = None
    write_table(runs, folder / "runs.tsv", "runs")
    given = {name: str(folder / f"{name}.tsv") for name in ("samples", "runs")}
    shipped = {
        "contaminants": str(root / "resources/proteins/contaminants.tsv"),
        "panels": str(root / "resources/markers/panels.tsv"),
        "genes": str(root / "resources/identifiers/human_genes.tsv.xz"),
    }
    job = SimpleNamespace(
        input=SimpleNamespace(**given, **shipped),
        output=SimpleNamespace(**{name: str(folder / path) for name, path in MADE.items()}),
        params=SimpleNamespace(
            normalisation="median",
            rollup="sum",
            min_peptides=min_peptides,
            min_protein_groups=20,
            organism="human",
        ),
        log=[str(folder / "import.log")],
    )
    runpy.run_path(str(root / "scripts/import_proteins.py"), init_globals={"snakemake": job})


@pytest.mark.parametrize(("min_peptides", "features"), [(1, 3), (2, 1)])
def test_tables_under_their_contracts(root, tmp_path, min_peptides, features):
    import_tables(root, tmp_path, min_peptides)
    matrix = read_matrix(tmp_path / "proteins.h5ad")
    assert matrix.obs["status"].tolist() == ["ok"] * 6 + ["no run"]
    assert matrix.n_vars == features
    assert (matrix.var["n_peptides"] >= min_peptides).all()
    assert matrix.uns["rollup"] == "sum, not normalised"
    filters = read_table(tmp_path / "filters.tsv", "proteins_filters")
    assert filters["step"].tolist() == list(range(1, len(filters) + 1))
    columns = read_table(tmp_path / "columns.tsv", "proteins_columns")
    assert columns["column"].tolist() == DDA
    assert columns["sample"].tolist() == [f"s{number}" for number in range(1, 7)]


def test_the_same_bytes_again(root, tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    for folder in (first, second):
        folder.mkdir()
        import_tables(root, folder, 1)
    for name in MADE.values():
        if name.endswith(".tsv"):
            assert (first / name).read_bytes() == (second / name).read_bytes()
