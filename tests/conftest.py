"""What all tests share: where the real data are, and what to say where they are not."""

from pathlib import Path

import pytest

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
