"""Warnings of the long-RNA stage: limits of the figures, and features that a table lacks."""

import json
from pathlib import Path

import pandas as pd
import pytest
from counts_tables import identifier, runs_for
from counts_tables import products as imported_paths

from evcargo.contracts import CONTRACTS
from evcargo.counts.importing import import_counts
from evcargo.tables import read_matrix, read_table, write_table
from evcargo.transcripts.count import Quantified, count_imported, count_quantified
from evcargo.transcripts.quality import warnings_of

LIMITS = {"mapping_share": 0.05, "better_on_genome_share": 0.2, "rrna_share": 0.5}


def products(folder: Path) -> dict[str, Path]:
    names = {"matrix": "m.h5ad", "table": "m.tsv", "quality": "q.tsv"}
    return {key: folder / name for key, name in names.items()}


def sheet(folder: Path, *names: str) -> Path:
    table = pd.DataFrame({"sample": names}, columns=CONTRACTS["samples"].names)
    write_table(table, folder / "samples.tsv", "samples")
    return folder / "samples.tsv"


@pytest.mark.parametrize(
    ("name", "at", "beyond"),
    [
        ("mapping_share", 0.05, 0.0499),
        ("better_on_genome_share", 0.2, 0.201),
        ("rrna_share", 0.5, 0.501),
    ],
)
def test_limits(name: str, at: float, beyond: float) -> None:
    nothing = [(name, float("nan"), "fraction"), ("raw_fragments", 9.0, "fragments")]
    assert not warnings_of([(name, at, "fraction"), *nothing], LIMITS)
    said = warnings_of([(name, beyond, "fraction"), *nothing], LIMITS)
    assert len(said) == 1 and f"transcripts.limits.{name} ({LIMITS[name]:g})" in said[0]
    assert not warnings_of([(name, beyond, "fraction")], {**LIMITS, name: None})


def quantified(folder: Path, sample: str, mapped: int, genome: int, rrna: float) -> None:
    """1,000 fragments, 900 of them long enough; rRNA has its share of those on transcripts."""
    frame = pd.DataFrame(
        {
            "transcript": ["t1", "t2"],
            "length": [500, 900],
            "effective_length": [400.0, 800.0],
            "tpm": [5e5, 5e5],
            "reads": [mapped * (1 - rrna), mapped * rrna],
        }
    )
    write_table(frame, folder / f"{sample}.tsv", "transcript_quantities")
    rest = 900 - mapped - genome
    funnel = {"too_short": 100, "mapped": mapped, "better_on_genome": genome, "unmapped": rest}
    told = {
        "problem": "", "raw": 1000, "adapter": 0, "funnel": funnel, "sense": 0, "antisense": 0,
        "strandedness": "unstranded", "paired": False,
        "library": {"salmon": "1.10.1", "library_type": "U"},
    }  # fmt: skip
    (folder / f"{sample}.json").write_text(json.dumps(told))


def test_samples_beyond_the_limits_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    quantified(tmp_path, "good", 700, 100, 0.1)
    quantified(tmp_path, "dna", 36, 270, 0.1)
    quantified(tmp_path, "rrna", 600, 0, 0.75)
    genes = pd.DataFrame(
        [("t1", "G1", "A", "protein_coding", False), ("t2", "G2", "RNA18SN5", "rRNA", True)],
        columns=["transcript", "gene", "name", "class", "ribosomal"],
    )
    write_table(genes, tmp_path / "genes.tsv", "transcript_genes")
    names = ("good", "dna", "rrna", "none")
    files = [{n: str(tmp_path / f"{n}.{end}") for n in names[:3]} for end in ("tsv", "json")]
    found = Quantified(files[0], files[1], str(tmp_path / "genes.tsv"), "summed", True, LIMITS)
    count_quantified(sheet(tmp_path, *names), found, products(tmp_path))
    obs = read_matrix(tmp_path / "m.h5ad").obs
    assert obs["status"].tolist() == ["ok", "ok", "ok", "no run"]
    assert obs["status_reason"].tolist() == [
        "",
        "4.0 % of the fragments are on transcripts, below transcripts.limits.mapping_share (0.05);"
        " 30.0 % of the fragments fit the genome better than a transcript (DNA?), above"
        " transcripts.limits.better_on_genome_share (0.2)",
        "75.0 % of the counts are ribosomal RNA, above transcripts.limits.rrna_share (0.5)",
        "",
    ]
    warned = [one.split(":")[0] for one in caplog.messages]
    assert warned == ["dna", "dna", "rrna"]
    quality = read_table(tmp_path / "q.tsv", "quality")
    assert set(quality["sample"]) == set(names[:3])


def test_features_that_a_table_lacks_are_in_the_status(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("id\ta\nENSG00000244734.4\t1\nACTB\t2\nC\t3\n")
    (tmp_path / "b.tsv").write_text("id\tb\nENSG00000244734.9\t1\n")
    runs = [run for name in "ab" for run in runs_for(tmp_path / f"{name}.tsv", name)]
    tables = imported_paths(tmp_path)
    import_counts(runs, identifier("transcripts"), tables)
    count_imported(
        sheet(tmp_path, "a", "b"),
        tables["counts"],
        products(tmp_path),
        imported_features=tables["features"],
    )
    matrix = read_matrix(tmp_path / "m.h5ad")
    assert matrix.obs["status_reason"].tolist() == [
        "",
        "its table lacks 2 of the 3 features of all tables, which count as 0",
    ]
    assert matrix.to_df().loc["b"].tolist() == [1, 0, 0]
    assert matrix.var.index.tolist() == ["ENSG00000244734", "ACTB", "C"]
    assert matrix.var["name"].tolist() == ["ENSG00000244734.4", "ACTB", "C"]
    assert matrix.var["gene"].tolist() == ["HBB", "ACTB", "C"]
    quality = read_table(tmp_path / "q.tsv", "quality").set_index(["sample", "metric"])["value"]
    assert quality["a", "library_size"] == 6 and quality["b", "features_detected"] == 1
