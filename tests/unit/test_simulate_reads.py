"""The simulated libraries hold what they say."""

from pathlib import Path

import dnaio
import numpy as np
import pytest

from evcargo.errors import EvcargoError
from evcargo.rna.kits import read_kits
from evcargo.rna.sheet import SHIPPED
from evcargo.simulate.inserts import Fragments
from evcargo.simulate.reads import ReadSettings, simulate_reads

ABUNDANCE = {
    "hsa-miR-21-5p": 50,
    "hsa-miR-199a-3p": 20,
    "tRNA-Gly-GCC": 20,
    "RNY4": 10,
    "rRNA-28S": 10,
    "cel-miR-39-3p": 1,
}


@pytest.fixture(scope="module")
def references() -> dict[str, Path]:
    folder = Path(__file__).parents[2] / "resources/rna"
    return {kind: folder / name for kind, name in SHIPPED["human"].items()}


def test_truth_and_reads_agree(tmp_path: Path, references: dict[str, Path]) -> None:
    path = tmp_path / "a.fastq.gz"
    settings = ReadSettings(named=True)
    truth = simulate_reads(path, ABUNDANCE, references, 4000, settings, np.random.default_rng(1))
    with dnaio.open(path) as stream:
        reads = list(stream)
    assert len(reads) == 4000 == truth["reads"].sum()
    assert {len(read) for read in reads} == {51}
    named = [tuple((read.name + " ").split(" ")[1:3]) for read in reads]
    for row in truth.itertuples():
        assert named.count((row[1], row[2])) == row.reads
    assert ("miRNA", "hsa-miR-199a-3p/hsa-miR-199b-3p") in named
    assert (truth["reads"] == truth["molecules"]).all()


def test_shares_are_those_asked_for(tmp_path: Path, references: dict[str, Path]) -> None:
    settings = ReadSettings(dimers=0.3, degraded=0, random=0, poor=0)
    truth = simulate_reads(
        tmp_path / "a.fq", ABUNDANCE, references, 20_000, settings, np.random.default_rng(1)
    ).set_index("class")["reads"]
    assert truth["dimer"] == pytest.approx(6000, abs=250)  # 4 standard deviations
    assert truth["miRNA"].sum() == pytest.approx(14_000 * 70 / 111, abs=280)


def test_errors_follow_the_qualities(tmp_path: Path, references: dict[str, Path]) -> None:
    settings = ReadSettings(
        dimers=0, degraded=0, random=0, poor=0, first_quality=20, last_quality=20
    )
    path = tmp_path / "a.fq"
    simulate_reads(path, {"cel-miR-39-3p": 1}, references, 3000, settings, np.random.default_rng(1))
    whole = "TCACCGGGTGTAAATCAGCTTG" + settings.kit.adapter
    wrong = expected = 0.0
    with dnaio.open(path) as stream:
        for read in stream:
            part = len(whole)
            wrong += sum(a != b for a, b in zip(read.sequence[:part], whole, strict=True))
            expected += sum(10 ** (-(ord(q) - 33) / 10) for q in read.qualities[:part])
    assert wrong == pytest.approx(expected, rel=0.1)


def test_identifiers_and_copies(tmp_path: Path, root: Path, references: dict[str, Path]) -> None:
    kit = read_kits(root / "resources/adapters/adapters.tsv")["qiaseq"]
    settings = ReadSettings(kit=kit, read_length=76, copies=4)
    truth = simulate_reads(
        tmp_path / "a.fq", ABUNDANCE, references, 8000, settings, np.random.default_rng(1)
    )
    # 2000 molecules drawn 8000 times: 1 - exp(-4) of them are seen.
    assert truth["molecules"].sum() == pytest.approx(2000 * (1 - np.exp(-4)), abs=30)


def test_tails_and_bases_before_the_insert(
    tmp_path: Path, root: Path, references: dict[str, Path]
) -> None:
    kit = read_kits(root / "resources/adapters/adapters.tsv")["smarter"]
    settings = ReadSettings(
        kit=kit,
        read_length=75,
        dimers=0,
        degraded=0,
        random=0,
        poor=0,
        first_quality=40,
        last_quality=40,
        tail=(12, 20),
    )
    path = tmp_path / "a.fq"
    spike = "TCACCGGGTGTAAATCAGCTTG"
    simulate_reads(path, {"cel-miR-39-3p": 1}, references, 2000, settings, np.random.default_rng(1))
    with dnaio.open(path) as stream:
        whole = [read.sequence.partition(spike) for read in stream if spike in read.sequence]
    assert len(whole) > 1900
    assert {len(first) for first, _, _ in whole} == {3}
    assert len({first for first, _, _ in whole}) == 64
    tails = [len(behind) - len(behind.lstrip("A")) for _, _, behind in whole]
    # Behind the tail, the next adapter begins with one A more.
    clean = [n for n, (_, _, b) in zip(tails, whole, strict=True) if b[n:].startswith("GATCGGAAG")]
    assert len(clean) > 1800
    assert (min(clean), max(clean)) == (13, 21)
    assert np.mean(clean) == pytest.approx(17, abs=0.25)


def test_the_same_seed_gives_the_same_reads(tmp_path: Path, references: dict[str, Path]) -> None:
    contents = []
    for name in ("a.fq", "b.fq"):
        path = tmp_path / name
        simulate_reads(path, ABUNDANCE, references, 500, ReadSettings(), np.random.default_rng(3))
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]


def test_inserts_look_like_their_class(references: dict[str, Path]) -> None:
    fragments = Fragments(references)
    rng = np.random.default_rng(1)
    mir21 = fragments.draw(("miRNA", "hsa-miR-21-5p"), 2000, rng)
    assert 0.4 < mir21.count("TAGCTTATCAGACTGATGTTGA") / 2000 < 0.6
    assert mir21.count("TAGCTTATCAGACTGATGTTGAC") > 100  # templated: the hairpin goes on with C
    halves = fragments.draw(("tRNA", "tRNA-Gly-GCC"), 500, rng)
    assert 250 < sum(len(one) >= 30 and not one.endswith("CCA") for one in halves) < 350
    assert sum(one.endswith("CCA") for one in halves) > 100


def test_unknown_feature(tmp_path: Path, references: dict[str, Path]) -> None:
    with pytest.raises(EvcargoError, match="no reference has 'hsa-miR-0'"):
        simulate_reads(
            tmp_path / "a.fq",
            {"hsa-miR-0": 1},
            references,
            10,
            ReadSettings(),
            np.random.default_rng(1),
        )
