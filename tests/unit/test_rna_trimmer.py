"""One read at a time: the same insert as a plain reading of the rules, and as cutadapt itself."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import dnaio
import numpy as np
import pytest

from evcargo.rna import trim
from evcargo.rna.kits import Kit, read_kits
from evcargo.rna.trim import FATES, Run, trim_sample
from evcargo.rna.trimmer import TOO_SHORT, Trimmed, Trimmer, TrimSettings

ILLUMINA = Kit("illumina", "TGGAATTCTCGGGTGCCAAGG")
NEXTFLEX = Kit("nextflex", ILLUMINA.adapter, clip_5p=4, clip_3p=4)
QIASEQ = Kit("qiaseq", "AACTGTAGGCACCATCAAT", umi=12)
SMARTER = Kit("smarter", "A" * 10, clip_5p=3)
NONE = Kit("none", "")
BARE = Kit("bare", "", clip_5p=6, clip_3p=4)
KITS = {kit.name: kit for kit in (ILLUMINA, NEXTFLEX, QIASEQ, SMARTER, NONE, BARE)}
LET7 = "TGAGGTAGTAGGTTGTATAGTT"
OPTIONS = "-e 0.1 -O 5 -q 10 --discard-untrimmed"


def library(kit: Kit, n: int, length: int = 60, seed: int = 1) -> list[tuple[str, str]]:
    """Reads with errors, N, falling qualities, and repeats of one insert."""
    rng = np.random.default_rng(seed)
    letters = np.array(list("ACGT"))

    def random(size: int) -> str:
        return "".join(letters[rng.integers(4, size=size)])

    reads = []
    for _ in range(n):
        insert = LET7 if rng.random() < 0.5 else random(rng.integers(0, 58))
        tail = "A" * rng.integers(0, 25) if kit.poly_a else kit.adapter
        whole = random(kit.clip_5p) + insert + random(kit.clip_3p) + tail + random(kit.umi)
        read = np.array(list((whole + random(length))[:length]))
        wrong = rng.random(length) < 0.015
        read[wrong] = rng.choice(list("ACGTN"), size=wrong.sum())
        scores = np.full(length, 70)
        scores[rng.integers(0, length + 20) :] = 35
        scores[rng.random(length) < 0.03] = 40
        reads.append(("".join(read), "".join(map(chr, scores))))
    return reads


def write(path: Path, reads: list[tuple[str, str]]) -> str:
    path.write_text("".join(f"@r{n}\n{r}\n+\n{q}\n" for n, (r, q) in enumerate(reads)))
    return str(path)


@pytest.mark.parametrize("kit", KITS.values(), ids=list(KITS))
@pytest.mark.parametrize("most", [50, 1_000_000])
def test_collapsed_reads_end_as_each_alone(
    tmp_path: Path, kit: Kit, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trim, "MOST_KEYS", most)
    monkeypatch.setattr(trim, "MOST_KEYS_OF_UMIS", most)
    monkeypatch.setattr(trim, "BATCH", 40)
    reads = library(kit, 1500)
    trimmer = Trimmer(kit, TrimSettings())
    alone: Counter[str | None] = Counter()
    inserts: Counter[str] = Counter()
    lengths: Counter[int] = Counter()
    for read in reads:
        fate, insert, _ = trimmer.trim(*read)
        alone[fate] += 1
        if insert is not None:
            lengths[len(insert)] += 1
            inserts[insert] += fate is None
    found = trim_sample([Run(write(tmp_path / "a.fq", reads), kit.name)], KITS, TrimSettings())
    assert {fate: found.fates[fate] for fate in FATES[:-1]} == {
        fate: alone[fate] for fate in FATES[:-1]
    }
    assert found.lengths == lengths
    assert found.fates["raw"] == 1500
    assert found.counts.total() + found.fates["duplicate"] == alone[None] > 300
    if not kit.umi:
        assert found.counts == +inserts


@pytest.mark.parametrize("kit", [ILLUMINA, SMARTER, NEXTFLEX], ids=lambda kit: kit.name)
def test_the_same_inserts_as_cutadapt(tmp_path: Path, kit: Kit) -> None:
    path = write(tmp_path / "a.fq", library(kit, 4000))
    out = path
    steps = [f"-a {kit.adapter} {OPTIONS}"]
    if kit.clip_5p:
        steps.append(f"-u {kit.clip_5p}")
    if kit.clip_3p:
        steps.append(f"-u -{kit.clip_3p}")
    for number, options in enumerate([*steps, "-m 16 -M 50 --max-n 0"]):
        source, out = out, str(tmp_path / f"{number}.fq")
        command = [sys.executable, "-m", "cutadapt", *options.split(), "-o", out, source]
        subprocess.run(command, check=True, capture_output=True)
    expected = Counter(Path(out).read_text().splitlines()[1::4])
    assert expected.total() > 1000
    found = trim_sample([Run(path, kit.name)], KITS, TrimSettings())
    assert found.counts == expected


@pytest.mark.parametrize(
    ("kit", "sequence", "qualities", "expected"),
    [
        (ILLUMINA, LET7 + ILLUMINA.adapter, "", (None, LET7, "")),
        (ILLUMINA, LET7.lower() + "uggaauucucgggugccaagg", "", (None, LET7, "")),
        (ILLUMINA, LET7 * 2, "", ("untrimmed", None, "")),
        (ILLUMINA, ILLUMINA.adapter, "", ("too_short", "", "")),
        (ILLUMINA, "ACGT" * 13 + ILLUMINA.adapter, "", ("too_long", "ACGT" * 13, "")),
        (ILLUMINA, "N" + LET7 + ILLUMINA.adapter, "", ("low_quality", "N" + LET7, "")),
        (ILLUMINA, "R" + LET7 + ILLUMINA.adapter, "", ("low_quality", "R" + LET7, "")),
        (ILLUMINA, LET7 + ILLUMINA.adapter, "#" * 43, ("low_quality", None, "")),
        (ILLUMINA, "ACGT", "", ("untrimmed", None, "")),
        (NONE, "ACGT", "", ("too_short", "ACGT", "")),
        (NONE, LET7, "I" * 20 + "##", (None, LET7[:20], "")),
        (NEXTFLEX, "ACGT" + LET7 + "TTGA" + ILLUMINA.adapter, "", (None, LET7, "")),
        (NEXTFLEX, "ACGTTG" + ILLUMINA.adapter, "", ("too_short", "", "")),
        (QIASEQ, LET7 + QIASEQ.adapter + "ACGTACGTACGT", "", (None, LET7, "ACGTACGTACGT")),
        (QIASEQ, LET7 + QIASEQ.adapter + "ACGTANGTACGT", "", ("no_umi", LET7, "ACGTANGTACGT")),
        (QIASEQ, LET7 + QIASEQ.adapter + "ACGT", "", ("no_umi", LET7, "ACGT")),
        (SMARTER, "GGG" + LET7 + "A" * 14 + "AGATCGG", "", (None, LET7, "")),
        (SMARTER, "GGG" + LET7 + "AAAACAAAAAGATCG", "", (None, LET7, "")),
        # An insert that ends in A loses it: it cannot be told from the tail.
        (SMARTER, "GGG" + LET7 + "CA" + "A" * 14, "", (None, LET7 + "C", "")),
    ],
)
def test_one_read(kit: Kit, sequence: str, qualities: str, expected: Trimmed) -> None:
    scores = qualities or "I" * len(sequence)
    assert Trimmer(kit, TrimSettings()).trim(sequence, scores) == expected


def test_phred_64(root: Path) -> None:
    kit = read_kits(root / "resources/adapters/adapters.tsv")["illumina"]
    read = LET7 + kit.adapter
    # B is 2 in Phred+64, and 33 in Phred+33.
    poor = "h" * 10 + "B" * (len(read) - 10)
    assert Trimmer(kit, TrimSettings(), base=64).trim(read, poor)[0] == "low_quality"
    assert Trimmer(kit, TrimSettings(), base=33).trim(read, poor)[0] is None


@pytest.mark.parametrize(
    ("low", "insert"),
    [(0, LET7), (3, LET7), (4, LET7), (6, LET7[:-2]), (10, LET7[:-6])],
)
def test_bases_of_a_kit_are_taken_off_reads_without_an_adapter(low: int, insert: str) -> None:
    """Of a read whose end is of low quality, the kit's last bases are those of the whole read."""
    trimmer = Trimmer(BARE, TrimSettings())
    sequence = f"GCTAGA{LET7}ACCT"
    qualities = "I" * (len(sequence) - low) + "#" * low
    assert trimmer.trim(sequence, qualities) == (None, insert, "")
    key = next(trimmer.keys([dnaio.SequenceRecord("r", sequence, qualities)]))
    assert trimmer.trim_key(key) == (None, insert, "")
    assert trimmer.trim("GCTAGAACCT", "I" * 10) == (TOO_SHORT, "", "")
