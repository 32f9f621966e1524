"""What people give as FASTQ ends in a line that says what to do, or in the right counts."""

import json
import logging
import os
from pathlib import Path

import dnaio
import pytest
from hostile_reads import INPUTS, LET7, READ, Expected, many, record
from study_files import RUNS, StudyFiles, changed

from evcargo.errors import EvcargoError
from evcargo.rna.fastq import layout_of
from evcargo.rna.kits import read_kits
from evcargo.rna.trim import Inserts, Run, trim_sample, write_inserts
from evcargo.rna.trimmer import TrimSettings


@pytest.fixture
def kits(root: Path):
    return read_kits(root / "resources/adapters/adapters.tsv")


@pytest.mark.parametrize(("suffix", "content", "said", "_"), INPUTS.values(), ids=list(INPUTS))
def test_the_job(tmp_path: Path, kits, suffix: str, content: bytes, said: Expected, _: str) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content)
    try:
        inserts = trim_sample([Run(str(path))], kits, TrimSettings())
    except EvcargoError as error:
        assert isinstance(said, str)
        assert said in str(error)
        assert str(error).startswith(f"{path}: ")
        assert "\n" not in str(error)
        assert len(str(error)) < 400 + len(str(path))
        assert "again" in str(error) or "Give" in str(error)
        return
    if isinstance(said, dict):
        assert (inserts.counts, inserts.problem) == (said, "")
    else:
        assert said in inserts.problem
        assert not inserts.counts


@pytest.mark.parametrize(("suffix", "content", "_", "said"), INPUTS.values(), ids=list(INPUTS))
def test_the_check_of_the_study(
    files: StudyFiles, suffix: str, content: bytes, _: Expected, said: str
) -> None:
    path = f"raw/X.{suffix}"
    Path(path).write_bytes(content)
    files.runs(changed(RUNS, 6, "raw/T1.fastq.gz", path))
    if not said:
        assert files.load()
        return
    problem = files.problem()
    assert (problem.file, problem.row) == ("config/runs.tsv", 6)
    assert problem.value == {"path": path, "kit": "auto"}[problem.column]
    assert said in problem.message
    assert problem.remedy


def test_a_folder_and_a_file_that_may_not_be_read(tmp_path: Path, kits) -> None:
    with pytest.raises(EvcargoError, match="Is a directory"):
        trim_sample([Run(str(tmp_path))], kits, TrimSettings())
    path = tmp_path / "a.fastq"
    path.write_bytes(many())
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(EvcargoError, match="Permission denied"):
        trim_sample([Run(str(path))], kits, TrimSettings())


@pytest.mark.parametrize(
    ("first", "second"),
    [("T1_S1_L001_R1_001", "T1_S1_L001_R2_001"), ("T1.R1", "T1.R2"), ("R1_T1_R1", "R1_T1_R2")],
)
def test_both_files_of_pairs_in_the_sheet(files: StudyFiles, first: str, second: str) -> None:
    paths = [f"raw/{name}.fastq" for name in (first, second)]
    for path in paths:
        Path(path).write_bytes(many())
    files.runs([*changed(RUNS, 6, "raw/T1.fastq.gz", paths[0]), f"T1\trna\t{paths[1]}"])
    problem = files.problem()
    assert (problem.row, problem.value) == (10, paths[1])
    assert f"read 2 of the pairs of '{first}.fastq'" in problem.message
    assert "delete this row" in problem.remedy


def two_files(files: StudyFiles, names: list[str], first: list[str], replicate: int = 1) -> None:
    """Two files of T1, and the name of the first read in each."""
    for name, read in zip(names, first, strict=True):
        Path(f"raw/{name}").write_bytes(record(read, READ).encode() + many())
    rows = changed(RUNS, 6, "raw/T1.fastq.gz", f"raw/{names[0]}")
    rows = [rows[0] + "\treplicate", *(f"{row}\t1" for row in rows[1:])]
    files.runs([*rows, f"T1\trna\traw/{names[1]}\t{replicate}"])


@pytest.mark.parametrize("replicate", [1, 2])
@pytest.mark.parametrize(
    "first", [("SRR1.1", "SRR1.2"), ("SRR1.1", "SRR2.1"), ("A:1:1 1:N:0", "A:2:1 1:N:0")]
)
def test_numbered_lanes_are_no_pairs(files: StudyFiles, first: list[str], replicate: int) -> None:
    two_files(files, ["T1_1.fastq", "T1_2.fastq"], first, replicate)
    assert files.load()


@pytest.mark.parametrize("replicate", [1, 2])
@pytest.mark.parametrize(
    ("names", "first", "row"),
    [
        (["T1_1.fastq", "T1_2.fastq"], ["SRR1.1 1 length=43", "SRR1.1 1 length=43"], 10),
        (["T1_2.fastq", "T1_1.fastq"], ["SRR1.1", "SRR1.1"], 6),
        (["a.fastq", "b.fastq"], ["SRR1.1.1", "SRR1.1.2"], 10),
        (["a.fastq", "b.fastq"], ["A:1/1", "A:1/1"], 10),
        (["a.fastq", "b.fastq"], ["A:1 1:N:0:ACGT", "A:1 1:N:0:ACGT"], 10),
    ],
)
def test_mates_and_copies_by_their_first_read(
    files: StudyFiles, names: list[str], first: list[str], row: int, replicate: int
) -> None:
    two_files(files, names, first, replicate)
    problem = files.problem()
    other = next(name for name in names if not problem.value.endswith(name))
    assert (problem.row, problem.column) == (row, "path")
    assert f"begins with the same read as 'raw/{other}'" in problem.message
    assert "delete the other row" in problem.remedy


def told(inserts: Inserts, folder: Path):
    write_inserts(inserts, folder / "a.tsv.gz", folder / "a.json")
    return json.loads((folder / "a.json").read_text())


def test_what_is_unusual_is_told(tmp_path: Path, kits, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.fastq"
    pairs = "".join(
        record(f"r{i}/{mate}", READ, quality="h" if i else "B") for i in range(9) for mate in (1, 2)
    )
    path.write_text(pairs)
    inserts = trim_sample([Run(str(path))], kits, TrimSettings())
    notes = [
        "qualities B to h are read as Phred+64 (Illumina before 1.8)",
        "holds both reads of pairs: only read 1 is used",
    ]
    assert told(inserts, tmp_path)["runs"][0]["notes"] == notes
    warnings = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert warnings == [f"{path}: {n}" for n in notes]
    assert (inserts.fates["raw"], inserts.fates["low_quality"], inserts.counts) == (9, 1, {LET7: 8})


@pytest.mark.parametrize("run", ["SRR1", "read"])
@pytest.mark.parametrize("ends", [("", ""), (".1", ".2"), (" length=43", " length=43")])
def test_pairs_of_sra_are_told(tmp_path: Path, kits, ends: tuple[str, str], run: str) -> None:
    path = tmp_path / "a.fastq"
    path.write_text("".join(record(f"{run}.{i}{end}", READ) for i in range(1, 9) for end in ends))
    inserts = trim_sample([Run(str(path))], kits, TrimSettings())
    assert inserts.scans[0].notes[0] == "holds both reads of pairs: only read 1 is used"
    assert (inserts.fates["raw"], inserts.counts) == (8, {LET7: 8})


def test_figures_of_the_summary(tmp_path: Path, kits) -> None:
    paths = [tmp_path / "a.fastq", tmp_path / "b.fastq"]
    # ? is Phred 30, > is 29.
    paths[0].write_bytes(many(quality="?>") + many(READ.replace("TGAG", "TGAC"), quality="?"))
    paths[1].write_bytes(many(READ.replace("TGAG", "TGAA"), 10, quality=">"))
    inserts = trim_sample([Run(str(path)) for path in paths], kits, TrimSettings())
    found = told(inserts, tmp_path)
    assert (found["raw"], found["distinct"]) == (70, 3)
    length = len(READ)
    assert found["bases"] == 70 * length
    assert found["q30_bases"] == 30 * (length + 1) // 2 + 30 * length
    assert found["runs"][0]["adapter"] == kits["illumina"].adapter


def test_second_reads_of_pairs_do_not_lower_the_quality() -> None:
    first = dnaio.SequenceRecord("a/1", "ACGT", "IIII")
    second = dnaio.SequenceRecord("a/2", "ACGTACGT", "!!!!!!!!")
    found = layout_of("x.fq", [first, second])
    assert (found.paired, found.bases, found.q30_bases) == (True, 4, 4)
