"""Thermo .raw files go through ThermoRawFileParser; a stand-in shows what is asked of it."""

import logging
from pathlib import Path

import pytest
from hostile_spectra import WHOLE

from evcargo.errors import EvcargoError
from evcargo.proteins.convert_raw import convert_raw
from evcargo.proteins.reader import RunReader

STAND_IN = """#!/bin/sh
for word in "$@"; do
    case "$word" in
        -i=*) input="${word#-i=}" ;;
        -b=*) output="${word#-b=}" ;;
        -f=1) format=mzML ;;
    esac
done
[ "$format" = mzML ] || exit 1
if [ "$(head -c 4 "$input")" = "good" ]; then
    echo "INFO done"
    tail -n +2 "$input" > "$output"
else
    echo "ERROR not a RAW file"
    exit 1
fi
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    path = folder / "thermorawfileparser"
    path.write_text(STAND_IN)
    path.chmod(0o755)
    return path


def test_converts_to_mzml(tmp_path: Path, program: Path, caplog: pytest.LogCaptureFixture) -> None:
    raw = tmp_path / "odd name;.raw"
    raw.write_text("good\n" + WHOLE)
    with caplog.at_level(logging.INFO):
        convert_raw(raw, tmp_path / "out" / "a.mzML")
    assert len(list(RunReader(tmp_path / "out" / "a.mzML"))) == 6
    assert "INFO done" in caplog.text
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.mzML"]


@pytest.mark.parametrize(("text", "said"), [("bad", "not a RAW file"), ("good", "no reason given")])
def test_a_file_that_it_cannot_convert(tmp_path: Path, program: Path, text: str, said: str) -> None:
    raw = tmp_path / "a.raw"
    raw.write_text(text)
    with pytest.raises(EvcargoError, match=rf"a\.raw: .*{said}.*msconvert") as caught:
        convert_raw(raw, tmp_path / "a.mzML")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "a.mzML").exists()


def test_without_the_program(tmp_path: Path, program: Path) -> None:
    program.unlink()
    with pytest.raises(EvcargoError, match=r"a\.raw: ThermoRawFileParser.*not installed.*--sdm"):
        convert_raw(tmp_path / "a.raw", tmp_path / "a.mzML")
