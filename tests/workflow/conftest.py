"""A small whole study, and the workflow as a user calls it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evcargo.simulate.demo import SIZES, write_demo


@pytest.fixture(scope="session")
def tiny_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest demo study with all assays, and EVs only. Copy it before running in it."""
    folder = tmp_path_factory.mktemp("tiny") / "study"
    write_demo(folder, SIZES["tiny"])
    # On SLURM Snakemake starts twice for every job (8 s): no more samples than a contrast needs.
    for sheet in ("samples.tsv", "runs.tsv"):
        path = folder / "config" / sheet
        rows = path.read_text().splitlines(keepends=True)
        path.write_text("".join(row for row in rows if not row.startswith(("D1\t", "D2\t"))))
    return folder


@pytest.fixture(scope="session")
def local_run(tiny_study: Path, snakemake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny study after a run on this computer."""
    study = tmp_path_factory.mktemp("local") / "study"
    shutil.copytree(tiny_study, study)
    snakemake(study, "--workflow-profile", "workflow/profiles/local", "--cores", "2")
    return study


@pytest.fixture(scope="session")
def tables_of() -> Callable[[Path], dict[str, bytes]]:
    """Every table of a study's results, by its path; run times are not results."""

    def tables(study: Path) -> dict[str, bytes]:
        results = study / "results"
        return {
            str(path.relative_to(results)): path.read_bytes()
            for path in sorted(results.rglob("*.tsv"))
            if "benchmarks" not in path.parts
        }

    return tables
