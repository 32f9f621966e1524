import stat
from pathlib import Path

import pytest

from evcargo.errors import EvcargoError
from evcargo.job import job_log, whole_file


def test_an_error_of_the_user_is_one_line_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "logs" / "job.log"
    with pytest.raises(SystemExit) as stop, job_log([str(log)]):
        print("reading")
        raise EvcargoError("reads.fastq.gz: the file is cut. Copy it again")
    assert stop.value.code == 1
    assert capsys.readouterr().err == "evcargo: reads.fastq.gz: the file is cut. Copy it again\n"
    assert log.read_text() == "reading\nERROR reads.fastq.gz: the file is cut. Copy it again\n"


def test_a_defect_keeps_its_traceback_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "job.log"
    with pytest.raises(ZeroDivisionError), job_log(str(log)):
        1 / 0  # noqa: B018
    assert "Traceback" in log.read_text()


def test_logged_lines_are_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "job.log"
    with job_log([str(log)]) as logger:
        logger.info("3 of 4 samples")
    assert log.read_text() == "INFO 3 of 4 samples\n"


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "new" / "table.tsv.gz"
    with pytest.raises(RuntimeError), whole_file(target) as part:
        part.write_text("half")
        raise RuntimeError
    assert list(target.parent.iterdir()) == []

    with whole_file(target) as part:
        assert part.name.endswith(".tsv.gz")
        part.write_text("whole")
    assert target.read_text() == "whole"
    assert stat.S_IMODE(target.stat().st_mode) & 0o444 == 0o444
    assert list(target.parent.iterdir()) == [target]
