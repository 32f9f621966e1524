"""What people give as spectra ends in a line that says what to do, or in the right spectra."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from hostile_spectra import INPUTS, MGF, READ, WHOLE, Expected
from study_files import RUNS, StudyFiles

from evcargo.errors import EvcargoError
from evcargo.proteins.reader import RunReader

REMEDIES = ("again", "Give", "Do not use", "Analyse", "Copy")


def read(path: Path) -> tuple[int, str]:
    """Number of MS2, and the notes of the run."""
    reader = RunReader(path)
    count = sum(spectrum.level == 2 for spectrum in reader)
    return count, reader.facts.texts()["notes"]


@pytest.mark.parametrize(("suffix", "content", "said", "_"), INPUTS.values(), ids=list(INPUTS))
def test_the_job(tmp_path: Path, suffix: str, content: bytes | str, said: Expected, _: str) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    started = time.process_time()
    try:
        count, notes = read(path)
    except EvcargoError as error:
        assert isinstance(said, str), error
        assert said in str(error)
        assert str(error).startswith(f"{path}: ")
        assert "\n" not in str(error)
        assert len(str(error)) < 400 + len(str(path))
        assert any(word in str(error) for word in REMEDIES)
        assert time.process_time() - started < 2, "refused at once"
        return
    assert not isinstance(said, str), "was not refused"
    assert (count, said[1] in notes, bool(said[1]) or not notes) == (said[0], True, True)


@pytest.mark.parametrize(("suffix", "content", "_", "said"), INPUTS.values(), ids=list(INPUTS))
def test_the_check_of_the_study(
    files: StudyFiles, suffix: str, content: bytes | str, _: Expected, said: str
) -> None:
    path = f"raw/X.{suffix}"
    Path(path).write_bytes(content if isinstance(content, bytes) else content.encode())
    files.runs([RUNS[0], f"T1\tproteins\t{path}", *RUNS[6:]])
    files.config["contrasts"] = []
    # An MGF study needs another roll-up, which is another test's matter.
    problems = [problem for problem in files.found() if problem.column != "proteins.rollup"]
    if not said:
        assert not problems
        return
    (problem,) = problems
    assert (problem.file, problem.row, problem.value) == ("config/runs.tsv", 2, path)
    assert said in problem.message
    assert problem.remedy


@pytest.mark.parametrize("whole", [WHOLE, MGF], ids=["mzML", "MGF"])
def test_nothing_else_can_happen_to_a_damaged_file(tmp_path: Path, whole: str) -> None:
    rng = np.random.default_rng(1)
    path = tmp_path / "a"
    refused = 0
    for _ in range(500):
        data = bytearray(whole.encode())
        for place in rng.integers(len(data) - 60, size=3):
            length = int(rng.integers(60))
            data[place : place + length] = rng.choice(
                [bytes(data[:length]), b"", rng.bytes(1), b"0" * length]
            )
        path.write_bytes(data)
        try:
            read(path)
        except EvcargoError:
            refused += 1
    assert refused > 250


def test_what_is_no_file(tmp_path: Path) -> None:
    loop, pipe = tmp_path / "loop.mzML", tmp_path / "pipe.mzML"
    loop.symlink_to(loop)
    os.mkfifo(pipe)
    for path, said in (
        (tmp_path / "none.mzML", "cannot be read"),
        (tmp_path, "cannot be read"),
        (loop, "cannot be read"),
        (pipe, "is not a regular file"),
    ):
        with pytest.raises(EvcargoError, match=said) as caught:
            read(path)
        assert str(caught.value).startswith(f"{path}: ")


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mzML"
    path.write_text(WHOLE)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(EvcargoError, match="Permission denied"):
        read(path)


def test_the_table_is_long_enough_and_ends_both_ways() -> None:
    refused = [name for name, row in INPUTS.items() if isinstance(row[2], str)]
    assert len(refused) >= 25
    assert sum(row[2] == READ for row in INPUTS.values()) >= 5
    assert MGF.count("BEGIN IONS") == 3
