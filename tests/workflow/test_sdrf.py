"""A study described by an SDRF, from the user's side."""

import shutil
from pathlib import Path

import pytest
import yaml

from evcargo.tables import read_table

COLUMNS = ["source name", "characteristics[organism]", "characteristics[organism part]"]
COLUMNS += ["assay name", "comment[data file]", "comment[fraction identifier]"]
COLUMNS += ["comment[technical replicate]", "comment[label]", "factor value[disease]"]


@pytest.fixture
def described(tiny_study: Path, tmp_path: Path) -> Path:
    """The proteins of the tiny study, with vendors' names in an SDRF in place of the sheets."""
    study = tmp_path / "study"
    shutil.copytree(tiny_study, study)
    rows = [
        [f"EV {name}", "Homo sapiens", "blood plasma", name, f"{name}.raw", "1", "1"]
        + ["NT=label free sample", {"T": "carcinoma", "H": "normal"}[name[0]]]
        for name in ("T1", "T3", "H1", "H4")
    ]
    lines = ["\t".join(line) + "\n" for line in [COLUMNS, *rows]]
    (study / "config/study.sdrf.tsv").write_text("".join(lines))
    config = yaml.safe_load((study / "config/config.yaml").read_text())
    for key in ("samples", "runs"):
        (study / "config" / f"{key}.tsv").unlink()
        config.pop(key, None)
    config["contrasts"][0] |= {"column": "disease", "test": "carcinoma", "reference": "normal"}
    config |= {"sdrf": "config/study.sdrf.tsv", "sdrf_folder": "data"}
    (study / "config/config.yaml").write_text(yaml.safe_dump(config))
    return study


def test_the_sheets_come_out_of_the_sdrf(described: Path, snakemake) -> None:
    snakemake(described, "results/study/samples.tsv")
    samples = read_table(described / "results/study/samples.tsv", "samples")
    assert samples["sample"].tolist() == ["EV_T1", "EV_T3", "EV_H1", "EV_H4"]
    assert samples["condition"].tolist() == ["carcinoma"] * 2 + ["normal"] * 2
    runs = read_table(described / "results/study/runs.tsv", "runs")
    assert runs["path"].tolist() == [f"data/{n}.mzML" for n in ("T1", "T3", "H1", "H4")]


def test_a_missing_file_is_told_by_row_and_column_before_anything_runs(
    described: Path, snakemake
) -> None:
    (described / "data/H4.mzML").unlink()
    done = snakemake(described, "-n", check=False)
    assert done.returncode != 0
    place = "config/study.sdrf.tsv, row 5, comment[data file]: 'data/H4.mzML' does not exist"
    assert place in " ".join(done.stdout.split())
