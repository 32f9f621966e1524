"""What unit tests of several modules share."""

from pathlib import Path

import pytest
from study_files import StudyFiles


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudyFiles:
    """A correct study of four samples, in a folder of its own that is the working directory."""
    monkeypatch.chdir(tmp_path)
    return StudyFiles()
