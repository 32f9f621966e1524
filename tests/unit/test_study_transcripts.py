"""Long RNA in the sheets and the config: pairs of reads, transcriptome, salmon."""

import gzip
from pathlib import Path

import pytest
from study_files import StudyFiles

from evcargo.rna.pairs import named_mate
from evcargo.transcripts.sheet import read_files

SAMPLES = ("T1", "T2")


def read(name: str) -> bytes:
    return gzip.compress(f"@{name}\nACGTACGT\n+\nIIIIIIII\n".encode())


@pytest.fixture
def long(files: StudyFiles, monkeypatch: pytest.MonkeyPatch) -> StudyFiles:
    """A study of long RNA only, which has all that it needs."""
    files.config.update(contrasts=[], transcripts={"transcriptome": "t.fa"})
    files.samples(["sample", *SAMPLES])
    Path("t.fa").write_text(">A gene:G1\nACGT\n>B gene:G1\nACCT\n")
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    return files


def rows(files: StudyFiles, *lines: str, header: str = "sample\tassay\tpath\tmate") -> None:
    files.runs(
        [header, *("\t".join((s, "transcripts", *rest)) for s, *rest in map(str.split, lines))]
    )
    for line in lines:
        Path(line.split()[1]).parent.mkdir(exist_ok=True)
        Path(line.split()[1]).write_bytes(read("r1"))


def pairs(files: StudyFiles) -> dict[str, tuple[list[str], list[str]]]:
    study = files.load(look_inside=False)
    found = {sample: read_files(study, sample) for sample in SAMPLES}
    return {sample: (one["mates1"], one["mates2"]) for sample, one in found.items()}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("T1_S1_L001_R1_001.fastq.gz", "T1_S1_L001_R2_001.fastq.gz"),
        ("SRR123_1.fastq.gz", "SRR123_2.fastq.gz"),
        ("a.R1.fq", "a.R2.fq"),
        ("a_read1.trimmed.fq", "a_read2.trimmed.fq"),
        ("a_R1_val_1.fq.gz", "a_R2_val_2.fq.gz"),
        ("a_1_val_1.fq.gz", "a_2_val_2.fq.gz"),
        ("a_2_R1.fq.gz", "a_2_R2.fq.gz"),
        ("2.1.fq.bz2", "2.2.fq.bz2"),
    ],
)
def test_mates_by_name(long: StudyFiles, first: str, second: str) -> None:
    assert named_mate(first)[1:] == (1,) and named_mate(second)[1:] == (2,)
    assert named_mate(first)[0] == named_mate(second)[0]
    rows(long, f"T1 {second}", f"T1 {first}", "T2 b_R1.fq", "T2 b_R2.fq")
    assert pairs(long)["T1"] == ([first], [second])
    runs = long.load(look_inside=False).runs
    assert runs["mate"].tolist() == [2, 1, 1, 2]
    places = ["T1.f1.r1.l1.m2", "T1.f1.r1.l1.m1", "T2.f1.r1.l1.m1", "T2.f1.r1.l1.m2"]
    assert runs["run"].tolist() == places


@pytest.mark.parametrize("name", ["a_R3.fq", "aR1.fq", "a_11.fq", "L1.fq", "a_1.tsv", "PR1_x.fq"])
def test_names_that_say_nothing(name: str) -> None:
    assert named_mate(name) == (name, 0)


def test_lanes_stay_in_pairs(long: StudyFiles) -> None:
    rows(
        long,
        "T1 L2_R2.fq",
        "T1 L1_R1.fq",
        "T1 L2_R1.fq",
        "T1 L1_R2.fq",
        "T2 x/f.fq 1",
        "T2 x/b.fq 2",
        "T2 y/f.fq 1",
        "T2 y/b.fq 2",
    )
    assert pairs(long) == {
        "T1": (["L1_R1.fq", "L2_R1.fq"], ["L1_R2.fq", "L2_R2.fq"]),
        "T2": (["x/f.fq", "y/f.fq"], ["x/b.fq", "y/b.fq"]),
    }


def test_single_reads(long: StudyFiles) -> None:
    rows(long, "T1 a_R1_001.fq.gz", "T2 b_1.fq.gz none", "T2 b_2.fq.gz none")
    assert pairs(long) == {"T1": (["a_R1_001.fq.gz"], []), "T2": (["b_1.fq.gz", "b_2.fq.gz"], [])}
    assert long.load().runs["mate"].fillna(-1).tolist() == [-1, 0, 0]


@pytest.mark.parametrize(
    ("lines", "row", "column", "message"),
    [
        (["T1 a_R2.fq", "T2 b.fq none"], 2, "path", "is mate 2 of a pair whose mate 1 has no row"),
        (["T1 a.fq 1", "T2 b.fq none"], 2, "path", "is mate 1 of a pair whose mate 2 has no row"),
        (["T1 a_R1.fq", "T1 a_R2.fq", "T2 b_R1.fq"], 4, "path", "has no second mate"),
        (
            ["T1 a_R1.fq", "T1 a_R2.fq", "T1 c.fq none", "T2 b.fq none"],
            4,
            "sample",
            "has single reads here and pairs in row",
        ),
    ],
)
def test_a_mate_without_a_row(long: StudyFiles, lines, row, column, message) -> None:
    rows(long, *lines)
    problem = long.problem(look_inside=False)
    assert (problem.row, problem.column) == (row, column)
    assert message in problem.message
    assert "none" in problem.remedy or "two samples" in problem.remedy


def test_mates_of_other_assays_and_kits(long: StudyFiles) -> None:
    long.runs(
        [
            "sample\tassay\tpath\tmate\tkit",
            "T1\trna\ta.fq\t1\t",
            "T2\ttranscripts\tb.fq\t\tqiaseq",
        ]
    )
    mate, kit = sorted(long.problems(look_inside=False), key=lambda one: one.row)
    assert (mate.row, mate.column, mate.value) == (2, "mate", "1")
    assert (kit.row, kit.column) == (3, "kit")
    assert "transcripts.adapter" in kit.remedy


def test_mates_of_other_runs_are_found_by_their_first_read(long: StudyFiles) -> None:
    rows(long, "T1 a_R1.fq.gz", "T1 a_R2.fq.gz", "T2 b_R1.fq.gz", "T2 b_R2.fq.gz")
    assert long.load()
    Path("a_R1.fq.gz").write_bytes(read("r1/1"))
    Path("a_R2.fq.gz").write_bytes(read("r1/2 more"))
    assert long.load()
    Path("a_R2.fq.gz").write_bytes(read("r7/2"))
    problem = long.problem()
    assert (problem.row, problem.value) == (3, "a_R2.fq.gz")
    assert "'r7'" in problem.message and "'r1'" in problem.message


def test_second_reads_that_were_forgotten(long: StudyFiles) -> None:
    rows(long, "T1 a_R1.fq.gz", "T2 b_R1.fq.gz")
    assert long.load()
    Path("a_R2.fq.gz").write_bytes(read("r1"))
    problem = long.problem()
    assert (problem.row, problem.value) == (2, "a_R1.fq.gz")
    assert "'a_R2.fq.gz'" in problem.message
    rows(long, "T1 a_R1.fq.gz none", "T2 b_R1.fq.gz")
    assert long.load()


@pytest.mark.parametrize(
    ("text", "column", "message", "remedy"),
    [
        (None, "transcripts.transcriptome", "does not exist", "Check the path"),
        ("", "transcripts.transcriptome", "is empty", "Copy or download"),
        ("<html><body>404", "transcripts.transcriptome", "is an HTML page", "web page"),
        (">A gene:G\nMKVLE\n", "transcripts.transcriptome", "holds no nucleotides", "nucleotide"),
        (
            ">A gene:G\nAC\n>A gene:G\nAC\n",
            "transcripts.transcriptome",
            "transcript 'A' is there twice",
            "rename it",
        ),
        (
            ">A gene:G\nAC\n>B\nAC\n",
            "transcripts.transcriptome",
            "the headers of 1 of 2 transcripts name no gene, e.g. 'B'",
            "transcripts.genes",
        ),
    ],
)
def test_wrong_transcriptomes(long: StudyFiles, text, column, message, remedy) -> None:
    rows(long, "T1 a.fq.gz", "T2 b.fq.gz")
    Path("t.fa").unlink()
    if text is not None:
        Path("t.fa").write_text(text)
    problem = long.problem()
    assert (problem.column, problem.value) == (column, "t.fa")
    assert message in problem.message
    assert remedy in f"{problem.message}. {problem.remedy}"


def test_wrong_gene_tables(long: StudyFiles) -> None:
    rows(long, "T1 a.fq.gz", "T2 b.fq.gz")
    long.config["transcripts"]["genes"] = "genes.tsv"
    assert long.problem().message == "does not exist"
    Path("genes.tsv").write_text("A\tG1\n")
    problem = long.problem()
    assert (problem.column, problem.value) == ("transcripts.genes", "genes.tsv")
    assert "has no gene for 1 of 2 transcripts of t.fa, e.g. 'B'" in problem.message
    Path("genes.tsv").write_text("A\tG1\nB\tG2\nC\tG3\n")
    assert long.load()


def test_what_reads_need(long: StudyFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    rows(long, "T1 a.fq.gz", "T2 b.fq.gz")
    long.config["transcripts"] = {"kmer": 30}
    kmer, missing = long.problems(look_inside=False)
    assert (kmer.column, kmer.value) == ("transcripts.kmer", "30")
    assert (missing.column, missing.message) == (
        "transcripts.transcriptome",
        "is missing, but the run sheet has FASTQ files of transcripts",
    )
    long.config["transcripts"] = {"transcriptome": "t.fa", "genome": "g.fa"}
    assert long.problem().column == "transcripts.genome"
    long.config["transcripts"] = {"transcriptome": "t.fa"}
    monkeypatch.setattr("shutil.which", lambda name: None)
    problem = long.problem()
    assert problem.value == "salmon"
    for words in ("apt-get install salmon", "envs/transcripts.yaml", "container"):
        assert words in problem.remedy


def test_count_tables_need_neither_salmon_nor_transcriptome(
    long: StudyFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    long.config["transcripts"] = {}
    Path("c.tsv").write_text("gene\tT1\tT2\nHBB\t1\t2\n")
    long.runs(["sample\tassay\tpath", "T1\ttranscripts\tc.tsv", "T2\ttranscripts\tc.tsv"])
    assert long.load().assays == ["transcripts"]
