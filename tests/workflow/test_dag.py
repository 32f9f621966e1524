"""Which rules run for which study; nothing is computed."""

import re
import shutil
from pathlib import Path

import pytest

TABLES = {
    *("write_study", "write_config", "import_proteins", "import_rna", "count_rna"),
    *("measure_particles", "collect_quality", "run_multiqc", "score_purity", "test_proteins"),
    *("test_counts", "list_contrasts", "write_report", "bundle_study", "gate_rna"),
    "write_mztab",
}


def planned(said: str) -> set[str]:
    """Rules in the table of jobs that a dry run prints."""
    return set(re.findall(r"^([a-z_]+) +\d+$", said, re.MULTILINE)) - {"all", "default", "total"}


@pytest.fixture
def example(root: Path, tmp_path: Path) -> Path:
    """The study in the checkout's own config/, elsewhere."""
    shutil.copytree(root / "config", tmp_path / "config")
    shutil.copytree(root / "resources" / "example", tmp_path / "resources" / "example")
    return tmp_path


def test_tables_need_no_search_and_no_alignment(example: Path, snakemake) -> None:
    assert planned(snakemake(example, "-n").stdout) == TABLES


def test_both_snakefiles_plan_the_same(example: Path, root: Path, snakemake) -> None:
    inner = str(root / "workflow" / "Snakefile")
    assert planned(snakemake(example, "-n", "--snakefile", inner).stdout) == TABLES


def test_without_a_contrast_nothing_is_tested(example: Path, snakemake) -> None:
    config = example / "config" / "config.yaml"
    text = config.read_text()
    assert "contrasts:" in text
    config.write_text(re.sub(r"(?ms)^contrasts:.*?(?=^\S|\Z)", "contrasts: []\n", text))
    tests = {"test_proteins", "test_counts", "list_contrasts"}
    assert planned(snakemake(example, "-n").stdout) == TABLES - tests


def test_one_assay_alone_is_a_study(example: Path, snakemake) -> None:
    sheet = example / "config" / "runs.tsv"
    lines = [line for line in sheet.read_text().splitlines() if "\tproteins\t" not in line]
    sheet.write_text("\n".join(line for line in lines if "\tparticles\t" not in line) + "\n")
    rules = planned(snakemake(example, "-n").stdout)
    assert rules == TABLES - {
        "import_proteins",
        "test_proteins",
        "measure_particles",
        "write_mztab",
    }
