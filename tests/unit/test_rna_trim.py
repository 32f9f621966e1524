"""From reads to inserts: every read ends in one place, and bad files are named."""

import gzip
from pathlib import Path

import pytest
import xopen

from evcargo.errors import EvcargoError
from evcargo.rna.kits import NONE, Kit
from evcargo.rna.trim import Run, read_inserts, trim_sample, write_inserts
from evcargo.rna.trimmer import TrimSettings

ADAPTER = "TGGAATTCTCGGGTGCCAAGG"
LET7 = "TGAGGTAGTAGGTTGTATAGTT"
MIR21 = "TAGCTTATCAGACTGATGTTGA"
QIA = "AACTGTAGGCACCATCAAT"
KITS = {
    kit.name: kit
    for kit in (
        Kit("illumina", ADAPTER),
        Kit("nextflex", ADAPTER, clip_5p=4, clip_3p=4),
        Kit("qiaseq", QIA, umi=12),
        Kit(NONE, ""),
    )
}


def write_fastq(path: Path, reads: list[str], qualities: list[str] | None = None) -> str:
    scores = qualities or ["I" * len(read) for read in reads]
    text = "".join(
        f"@r{n}\n{r}\n+\n{q}\n" for n, (r, q) in enumerate(zip(reads, scores, strict=True))
    )
    with xopen.xopen(path, "wt") as stream:
        stream.write(text)
    return str(path)


def test_every_read_ends_in_one_place(tmp_path: Path) -> None:
    tail = ADAPTER + "AACTCCAG"
    reads = [
        LET7 + tail,
        LET7 + tail,
        MIR21 + tail,
        tail,  # a dimer
        LET7[:15] + tail,
        LET7 * 3 + ADAPTER[:10],
        LET7[:10] + "N" + LET7[11:] + tail,
        LET7 * 3,  # no adapter
        MIR21 + tail,  # all of low quality
    ]
    qualities = ["I" * len(read) for read in reads]
    qualities[-1] = "#" * len(reads[-1])
    path = write_fastq(tmp_path / "a.fastq.gz", reads, qualities)
    inserts = trim_sample([Run(path)], KITS, TrimSettings())
    assert inserts.counts == {LET7: 2, MIR21: 1}
    assert {name: n for name, n in inserts.fates.items() if n} == {
        "raw": 9,
        "too_short": 2,
        "too_long": 1,
        "low_quality": 2,
        "untrimmed": 1,
    }
    assert inserts.lengths == {22: 4, 0: 1, 15: 1, 66: 1}
    assert inserts.problem == ""


def test_quality_is_trimmed_before_the_adapter_is_sought(tmp_path: Path) -> None:
    # As `cutadapt -q 10`: the last 6 bases go, 5 bases of the adapter stay, which is enough.
    read = LET7 + ADAPTER[:11]
    path = write_fastq(tmp_path / "a.fastq", [read], ["I" * 27 + "#" * 6])
    assert trim_sample([Run(path, "illumina")], KITS, TrimSettings()).counts == {LET7: 1}


def test_random_ends_are_clipped(tmp_path: Path) -> None:
    path = write_fastq(tmp_path / "a.fastq", ["ACGT" + LET7 + "TTGA" + ADAPTER] * 3)
    inserts = trim_sample([Run(path, "nextflex")], KITS, TrimSettings())
    assert inserts.counts == {LET7: 3}


def test_identifiers_are_read_behind_the_adapter(tmp_path: Path) -> None:
    umis = ["ACGTACGTACGT", "ACGTACGTACGT", "TTTTGGGGCCCC"]
    reads = [LET7 + QIA + umi + "AGATCG" for umi in umis] + [LET7 + QIA + "ACGTA"]
    path = write_fastq(tmp_path / "a.fastq.gz", reads)
    inserts = trim_sample([Run(path, "qiaseq")], KITS, TrimSettings())
    assert inserts.counts == {LET7: 2}
    assert (inserts.fates["duplicate"], inserts.fates["no_umi"]) == (1, 1)


def test_lanes_share_molecules_and_replicates_do_not(tmp_path: Path) -> None:
    read = LET7 + QIA + "ACGTACGTACGT"
    first, second = (write_fastq(tmp_path / f"{name}.fq", [read]) for name in "ab")
    lanes = [Run(first, "qiaseq"), Run(second, "qiaseq")]
    assert trim_sample(lanes, KITS, TrimSettings()).counts == {LET7: 1}
    replicates = [Run(first, "qiaseq", 1), Run(second, "qiaseq", 2)]
    assert trim_sample(replicates, KITS, TrimSettings()).counts == {LET7: 2}


@pytest.mark.parametrize("suffix", ["fastq", "fastq.gz", "fq.bz2", "fastq.zst", "fastq.xz"])
def test_compression(tmp_path: Path, suffix: str) -> None:
    path = write_fastq(tmp_path / f"a.{suffix}", [LET7 + ADAPTER])
    assert trim_sample([Run(path)], KITS, TrimSettings()).counts == {LET7: 1}


def test_trimmed_reads(tmp_path: Path) -> None:
    path = write_fastq(tmp_path / "a.fastq", [LET7, MIR21, LET7[:18]])
    inserts = trim_sample([Run(path, NONE)], KITS, TrimSettings())
    assert inserts.counts == {LET7: 1, MIR21: 1, LET7[:18]: 1}


def test_crlf(tmp_path: Path) -> None:
    path = tmp_path / "a.fastq"
    read = LET7 + ADAPTER
    path.write_bytes(f"@r\r\n{read}\r\n+\r\n{'I' * len(read)}\r\n".encode())
    assert trim_sample([Run(str(path))], KITS, TrimSettings()).counts == {LET7: 1}


def test_a_wrong_kit_fails_the_sample_and_says_which(tmp_path: Path) -> None:
    path = write_fastq(tmp_path / "a.fastq", [LET7 + ADAPTER] * 20)
    inserts = trim_sample([Run(path, "qiaseq")], KITS, TrimSettings())
    assert "set kit to illumina or auto" in inserts.problem
    assert inserts.fates["untrimmed"] == 20


def test_nothing_left_fails_the_sample(tmp_path: Path) -> None:
    path = write_fastq(tmp_path / "a.fastq", [ADAPTER] * 20)
    inserts = trim_sample([Run(path)], KITS, TrimSettings())
    assert inserts.problem == "no insert of 16 to 50 nt is left of 20 reads"


def whole() -> bytes:
    read = LET7 + ADAPTER
    return b"".join(f"@r{n}\n{read}\n+\n{'I' * len(read)}\n".encode() for n in range(5000))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("cut.fastq.gz", gzip.compress(whole(), mtime=0)[:-100], "not a whole FASTQ file"),
        (
            "junk.fastq.gz",
            gzip.compress(whole(), mtime=0)[:60] + b"\x00\xff" * 900,
            "not a whole FASTQ file",
        ),
        ("plain.fastq.gz", b"this is no gzip file", "not a whole FASTQ file"),
        ("fasta.fastq", b">a\nACGT\n>b\nACGT\n", "not a whole FASTQ file"),
        ("html.fastq", b"<html>404</html>\n", "not a whole FASTQ file"),
        ("cut.fastq", whole()[:-10], "not a whole FASTQ file"),
        ("uneven.fastq", b"@r\nACGT\n+\nII\n", "not a whole FASTQ file"),
        ("empty.fastq", b"", "holds no read"),
        ("empty.fastq.gz", gzip.compress(b"", mtime=0), "holds no read"),
        ("zero.fastq.gz", b"", "holds no read"),
    ],
)
def test_bad_files_end_in_one_line(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(EvcargoError, match=said) as caught:
        trim_sample([Run(str(path))], KITS, TrimSettings())
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "again" in str(caught.value)


def test_bounds_that_exclude_each_other(tmp_path: Path) -> None:
    path = write_fastq(tmp_path / "a.fastq", [LET7 + ADAPTER])
    with pytest.raises(EvcargoError, match=r"rna\.min_length: 30 is above rna\.max_length 20"):
        trim_sample([Run(path)], KITS, TrimSettings(30, 20))


def test_missing_file_and_unknown_kit(tmp_path: Path) -> None:
    with pytest.raises(EvcargoError, match=r"none\.fastq"):
        trim_sample([Run(str(tmp_path / "none.fastq"))], KITS, TrimSettings())
    path = write_fastq(tmp_path / "a.fastq", [LET7 + ADAPTER])
    with pytest.raises(EvcargoError, match="unknown kit 'ilumina'"):
        trim_sample([Run(path, "ilumina")], KITS, TrimSettings())


def test_written_inserts_come_back_and_are_the_same_bytes(tmp_path: Path) -> None:
    path = write_fastq(tmp_path / "a.fastq", [LET7 + ADAPTER, LET7 + ADAPTER, MIR21 + ADAPTER])
    inserts = trim_sample([Run(path)], KITS, TrimSettings())
    contents = []
    for name in ("x", "y"):
        write_inserts(inserts, tmp_path / f"{name}.tsv.gz", tmp_path / f"{name}.json")
        contents.append((tmp_path / f"{name}.tsv.gz").read_bytes())
    assert read_inserts(tmp_path / "x.tsv.gz") == {LET7: 2, MIR21: 1}
    assert contents[0] == contents[1]
