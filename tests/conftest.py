"""What all tests share: where the real data are, and what to say where they are not."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from evcargo.simulate.demo import write_demo

Run = Callable[..., subprocess.CompletedProcess[str]]
ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Published EV data sets that are not part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder shared/data with published data sets is not beside this checkout")
    return SHARED_DATA


@pytest.fixture(scope="session")
def snakemake() -> Run:
    """Run the workflow in a study folder as a user does; its output is in `stdout`.

    Without a workflow profile it gets two cores; options that are given win.
    """

    def run(
        folder: Path, *options: str, check: bool = True, timeout: float = 900
    ) -> subprocess.CompletedProcess[str]:
        cores = [] if "--workflow-profile" in options else ["--cores", "2", "--show-failed-logs"]
        done = subprocess.run(
            [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
            + ["--directory", str(folder), *cores, *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
        )
        if check:
            assert done.returncode == 0, done.stdout[-8000:]
        return done

    return run


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, snakemake) -> Path:
    """The demo study, run from raw files to the report."""
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder)
    snakemake(folder)
    return folder
