"""Real small-RNA reads: what other tools count in them.

* `good.fq.gz` of Debian `dnapi`: cutadapt 5.2 (`-e 0.1 -O 5 -q 10 -m 16 -M 50 --discard-untrimmed
  --max-n 0`) keeps 96,298 reads; bowtie 1.3.1 (`-v 1 -a --best --strata --norc`) places 81,672 of
  them on the human hairpins of miRBase v22, bwa aln 81,682 (without competing classes).
* The miRTrace tutorials, with miRTrace's own numbers in `expected/`.
"""

import subprocess
import sys
import warnings
from argparse import Namespace
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from debian import debian_package
from rna_stage import PRIORITY, RESOURCES, Counted, Stage

from evcargo.rna.align import align
from evcargo.rna.assign import Catalogue
from evcargo.rna.denovo import find_adapter
from evcargo.rna.fastq import read_fastq
from evcargo.rna.kits import read_kits, scan_reads
from evcargo.tables import read_table


@pytest.fixture(scope="module")
def human(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("human"))


@pytest.fixture(scope="module")
def good() -> Path:
    return debian_package("dnapi") / "usr/share/doc/dnapi/examples/good.fq.gz"


def reads_on_hairpins(human: Stage, counted: Counted) -> int:
    """Reads that lie on a hairpin as they are, without cutting off a tail."""
    catalogue = Catalogue(read_table(human.features, "rna_features"), PRIORITY)
    counts = counted.inserts.counts
    found = {insert: catalogue.calls(places) for insert, places in align(list(counts), human.fasta)}
    mirna = ("miRNA", "miRNA_precursor")
    return sum(
        counts[insert] for insert, calls in found.items() if calls and calls[0].rna_class in mirna
    )


def test_tails_of_real_reads_are_of_a_and_t(human: Stage, good: Path) -> None:
    isomirs = human.count(good).isomirs
    tails = isomirs[isomirs["tail"].fillna("").str.len() >= 2]
    assert tails["reads"].sum() > 2_500
    plain = tails["tail"].str.fullmatch("[AT]+")
    assert tails.loc[plain, "reads"].sum() / tails["reads"].sum() > 0.9


def test_mirtop_counts_the_same(human: Stage, good: Path, tmp_path: Path) -> None:
    counted = human.count(good)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Bio.pairwise2 is deprecated
        from mirtop.gff import convert, validator
    assert validator._check_file(str(counted.mirgff3)) == 0
    arguments = Namespace(add_extra=False, gff=str(counted.mirgff3), out=str(tmp_path))
    convert.convert_gff_counts(arguments)
    theirs = pd.read_csv(tmp_path / "mirgff3.tsv", sep="\t", keep_default_na=False)
    assert theirs["sample"].sum() == counted.told["funnel"]["miRNA"]
    assert counted.isomirs["reads"].sum() == pytest.approx(theirs["sample"].sum())
    ours = counted.isomirs.astype({"feature": object, "reads": float})
    split = ours.groupby("feature")["reads"].sum()
    difference = theirs.groupby("miRNA")["sample"].sum() - split
    assert difference.abs().sum() / split.sum() < 0.005


def test_halves_of_gly_lead_the_trna_fragments(human: Stage, good: Path) -> None:
    told = human.count(good).told
    types: Counter[str] = Counter()
    halves: Counter[str] = Counter()
    for rna_class, feature, kind, reads in told["fragments"]:
        if rna_class == "tRNA":
            types[kind] += reads
            halves[feature] += reads if kind == "5' half" else 0
    assert sum(types.values()) == pytest.approx(told["funnel"]["tRNA"], abs=0.01)
    assert types.most_common(1)[0][0] == "5' half"
    assert [name for name, _ in halves.most_common(2)] == ["tRNA-Gly-GCC", "tRNA-Gly-CCC"]


def test_dnapi_good(human: Stage, good: Path) -> None:
    counted = human.count(good)
    scan = counted.inserts.scans[0]
    assert (scan.kit.name, scan.verdict) == ("illumina", "HIGH")
    assert scan.shares["illumina"] == pytest.approx(0.989, abs=0.001)
    assert counted.metrics["raw_reads"] == 100_000
    assert counted.metrics["trimmed_reads"] == 96_298
    assert counted.metrics["insert_mode_nt"] == 22
    assert 81_600 <= reads_on_hairpins(human, counted) <= 81_682
    # Further 2,880 have two or three more letters, mostly A and T.
    assert 84_400 <= counted.hairpin_reads <= 84_600
    counts = counted.counts
    assert ((counts["class"] == "miRNA") & (counts["reads"] > 0)).sum() >= 240
    assert len(counted.inserts.counts) == 7_658


def test_dnapi_good_as_cutadapt_itself_trims_it(good: Path, human: Stage, tmp_path: Path) -> None:
    out = tmp_path / "trimmed.fastq"
    options = "-a TGGAATTCTCGGGTGCCAAGG -e 0.1 -O 5 -q 10 -m 16 -M 50 --discard-untrimmed --max-n 0"
    command = [sys.executable, "-m", "cutadapt", *options.split(), "-o", str(out), str(good)]
    subprocess.run(command, check=True, capture_output=True)
    lines = out.read_text().splitlines()[1::4]
    expected = dict.fromkeys(lines, 0)
    for line in lines:
        expected[line] += 1
    assert human.count(good).inserts.counts == expected


def test_dnapi_poor_is_mostly_too_short(human: Stage) -> None:
    poor = debian_package("dnapi") / "usr/share/doc/dnapi/examples/poor.fq.gz"
    counted = human.count(poor)
    assert counted.inserts.scans[0].verdict == "HIGH"
    assert counted.told["funnel"]["too_short"] > 70_000
    assert counted.metrics["dimer_share"] > 0.3


@pytest.mark.parametrize(
    ("name", "trimmed", "mirna"), [("sample1", 7_966, 4_480), ("sample2", 8_222, 4_714)]
)
def test_mirtrace_tutorial(
    human: Stage, shared_data: Path, name: str, trimmed: int, mirna: int
) -> None:
    counted = human.count(shared_data / "mirtrace_fastq" / f"{name}.fastq.gz")
    assert counted.inserts.scans[0].kit.name == "illumina"
    assert counted.trimmed(18) == pytest.approx(trimmed, rel=0.01)
    assert counted.hairpin_reads >= mirna
    assert counted.told["problem"] == ""


def test_mirtrace_poor_qualities(human: Stage, shared_data: Path) -> None:
    counted = human.count(shared_data / "mirtrace_fastq/sample3.fastq.gz")
    assert counted.inserts.scans[0].kit.name == "illumina_v1_5"
    # miRTrace, which does not trim by quality, keeps 5,557 reads and calls 2,415 of them miRNA.
    assert 4_500 < counted.trimmed(18) < 5_557
    assert counted.hairpin_reads >= 2_415


def test_mirtrace_wrong_adapter_is_diagnosed(human: Stage, shared_data: Path) -> None:
    path = shared_data / "mirtrace_fastq/sample4.fastq.gz"
    # The tutorial trims with TGGAATTC and loses 9,651 of 10,000 reads as "adapter not detected".
    wrong = human.count(path, "illumina")
    assert wrong.inserts.scans[0].verdict == "CONFLICT"
    assert wrong.told["problem"] == (
        "kit is illumina, but the adapter of illumina_v1 is in 91.3% of the reads:"
        " set kit to illumina_v1 or auto"
    )
    right = human.count(path)
    assert right.told["problem"] == ""
    assert right.trimmed(18) > 9_000


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("sample1", "TGGAATTCTCGGGTGCCAAGG"),
        ("sample2", "TGGAATTCTCGGGTGCCAAGG"),
        ("sample3", "ATCTCGTATGCCGTCTTCTGC"),
        ("sample4", "TCGTATGCCGTCTTCTGCTTG"),
        ("QiaSeq_data", "AACTGTAGGCACCATCAAT"),
    ],
)
def test_adapters_are_found_without_the_table(shared_data: Path, name: str, start: str) -> None:
    reads = read_fastq(shared_data / "mirtrace_fastq" / f"{name}.fastq.gz")
    found = find_adapter(read.sequence for read in reads)
    assert found.adapter.startswith(start)
    assert found.convincing
    assert found.share > 0.6


@pytest.mark.parametrize(
    ("name", "hidden", "start"),
    [
        ("good", ["illumina", "nextflex", "lexogen"], "TGGAATTCTCGGGTGCCAAGG"),
        ("poor", ["solid"], "CGCCTTGGCCGTACAGCAG"),
    ],
)
def test_dnapi_without_the_kit_in_the_table(name: str, hidden: list[str], start: str) -> None:
    path = debian_package("dnapi") / f"usr/share/doc/dnapi/examples/{name}.fq.gz"
    known = read_kits(RESOURCES / "adapters/adapters.tsv")
    kits = {kit: one for kit, one in known.items() if kit not in hidden}
    scan = scan_reads((read.sequence for read in read_fastq(path)), kits, "auto")
    assert (scan.kit.name, scan.verdict) == ("de_novo", "HIGH")
    assert scan.kit.adapter.startswith(start)
    trimmed = path.with_name("processed.fq.gz")
    assert (
        scan_reads((read.sequence for read in read_fastq(trimmed)), kits, "auto").verdict == "NONE"
    )


def test_mirtrace_qiaseq(tmp_path: Path, shared_data: Path) -> None:
    counted = Stage(tmp_path, "mouse").count(shared_data / "mirtrace_fastq/QiaSeq_data.fastq.gz")
    assert counted.inserts.scans[0].kit.name == "qiaseq"
    assert counted.trimmed(18) >= 3_787
    assert counted.inserts.fates["no_umi"] < 20
    assert counted.hairpin_reads >= 2_677
