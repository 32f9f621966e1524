"""The scripts of the rules import_rna and import_transcripts, in-process."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from evcargo.study.count_tables import GENES, MIRNAS
from evcargo.study.panels import shipped
from evcargo.tables import read_table

TABLES = {
    "rna": "miRNA,S1.bam,S2.bam\nmiRNAtotal,9,4\nhsa-miR-21-5p,6,4\nhsa-miR-451,3,0\n",
    "transcripts": "gene_id,S1.bam,S2.bam\nENSG00000244734.4,6,4\nACTB,3,0\n__no_feature,9,4\n",
}
FEATURES = {
    "rna": ["hsa-miR-21-5p", "hsa-miR-451a"],
    "transcripts": ["ENSG00000244734", "ACTB"],
}


def run(root: Path, folder: Path, assay: str, samples: list[str]) -> dict[str, Path]:
    (folder / "t.csv").write_text(TABLES[assay])
    paths = {name: folder / f"{name}.tsv" for name in ("counts", "features", "funnel")}
    count = len(samples)
    job = SimpleNamespace(
        input=SimpleNamespace(genes=shipped(GENES.format("human")), mirnas=shipped(MIRNAS)),
        output={name: str(path) for name, path in paths.items()},
        params=SimpleNamespace(
            organism="human",
            runs={
                "run": samples,
                "sample": samples,
                "path": [str(folder / "t.csv")] * count,
                "column": samples,
                "scale": ["auto"] * count,
                "decimal": ["auto"] * count,
            },
        ),
        log=[str(folder / "import.log")],
    )
    runpy.run_path(str(root / f"scripts/import_{assay}.py"), init_globals={"snakemake": job})
    return paths


@pytest.mark.parametrize("assay", TABLES)
def test_counts_features_and_funnel(root: Path, tmp_path: Path, assay: str) -> None:
    paths = run(root, tmp_path, assay, ["S1", "S2"])
    counts = read_table(paths["counts"], "imported_counts")
    assert counts["feature"].tolist() == FEATURES[assay] * 2
    assert counts["reads"].tolist() == [6, 3, 4, 0]
    features = read_table(paths["features"], "imported_features")
    assert features["feature"].tolist() == FEATURES[assay] and features["known"].all()
    assert read_table(paths["funnel"], "imported_funnel")["reads"].tolist() == [9, 4]


def test_a_missing_column_ends_in_one_line(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(root, tmp_path, "rna", ["S1", "S3"])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("evcargo: ") and "has no column 'S3' for run S3" in line
