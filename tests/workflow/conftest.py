"""A small whole study, and the workflow as a user calls it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def tiny_study(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest demo study with all assays, and EVs only. Copy it before running in it."""
    folder = tmp_path_factory.mktemp("tiny") / "study"
    command = [sys.executable, "-m", "evcargo.simulate.demo", str(folder), "--size", "tiny"]
    environment = os.environ | {"PYTHONPATH": str(root / "scripts")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    # On SLURM Snakemake starts twice for every job (8 s): no more samples than a contrast needs.
    for sheet in ("samples.tsv", "runs.tsv"):
        path = folder / "config" / sheet
        rows = path.read_text().splitlines(keepends=True)
        path.write_text("".join(row for row in rows if not row.startswith(("D1\t", "D2\t"))))
    return folder


@pytest.fixture(scope="session")
def run_workflow(root: Path) -> Run:
    """Call snakemake as in the checkout, `run(STUDY, *arguments)`; it must end well."""

    def run(
        study: Path, *arguments: str, snakefile: Path | None = None, timeout: float = 280
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "snakemake", "--directory", str(study), *arguments]
        if snakefile is not None:
            command += ["--snakefile", str(snakefile)]
        done = subprocess.run(
            command,
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, done.stdout[-8000:]
        return done

    return run


@pytest.fixture(scope="session")
def local_run(
    tiny_study: Path, run_workflow: Run, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The tiny study after a run on this computer."""
    study = tmp_path_factory.mktemp("local") / "study"
    shutil.copytree(tiny_study, study)
    run_workflow(study, "--workflow-profile", "workflow/profiles/local", "--cores", "2")
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
