"""Simulated libraries of every kit: what is counted against what was put in."""

from collections import Counter
from pathlib import Path

import dnaio
import numpy as np
import pytest
from rna_stage import PRIORITY, RESOURCES, Counted, Stage, references

from evcargo.rna.align import align
from evcargo.rna.assign import Catalogue
from evcargo.rna.kits import Kit, read_kits
from evcargo.rna.trim import Run, trim_sample
from evcargo.rna.trimmer import TrimSettings
from evcargo.simulate.inserts import Fragments
from evcargo.simulate.reads import ReadSettings, simulate_reads
from evcargo.tables import read_table

KITS = read_kits(RESOURCES / "adapters/adapters.tsv")
OTHERS = {"tRNA": 0.35, "Y_RNA": 0.2, "rRNA": 0.4, "spike_in": 0.02}
N_READS = 60_000


@pytest.fixture(scope="module")
def human(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("human"))


@pytest.fixture(scope="module")
def abundance() -> dict[str, float]:
    """All 2,632 miRNAs over four orders of magnitude, and every other shipped feature."""
    names = Fragments(references()).names()
    rng = np.random.default_rng(1)
    amounts = dict(zip(names["miRNA"], rng.lognormal(0, 2.2, len(names["miRNA"])), strict=True))
    total = sum(amounts.values())
    for kind, share in OTHERS.items():
        amounts |= {name: total * share / len(names[kind]) for name in names[kind]}
    return amounts


def simulate(path: Path, abundance: dict[str, float], kit: str, seed: int = 5):
    length = 76 if kit == "qiaseq" else 51
    settings = ReadSettings(kit=KITS[kit], read_length=length, named=True)
    rng = np.random.default_rng(seed)
    return simulate_reads(path, abundance, references(), N_READS, settings, rng)


def features_by_insert(human: Stage, counted: Counted) -> dict[str, list[tuple[str, str]]]:
    catalogue = Catalogue(read_table(human.features, "rna_features"), PRIORITY)
    found = align(list(counted.inserts.counts), human.fasta)
    return {insert: catalogue.features_of(places) for insert, places in found}


@pytest.mark.parametrize("kit", ["illumina", "nextflex", "nebnext", "none", "lexogen"])
def test_reads_go_to_their_feature(
    tmp_path: Path, human: Stage, abundance: dict[str, float], kit: str
) -> None:
    path = tmp_path / "a.fastq.gz"
    truth = simulate(path, abundance, kit)
    counted = human.count(path, "auto" if kit in ("illumina", "nextflex") else kit)
    assert counted.metrics["raw_reads"] == N_READS == truth["reads"].sum()
    counts = counted.counts.set_index("feature")["reads"]
    mirnas = truth[truth["class"] == "miRNA"].set_index("feature")["reads"]
    right = np.minimum(counts.reindex(mirnas.index, fill_value=0), mirnas).sum()
    assert right / mirnas.sum() >= 0.97
    found = counts.reindex(mirnas.index, fill_value=0)
    assert np.corrcoef(np.log1p(mirnas), np.log1p(found))[0, 1] > 0.99


@pytest.mark.parametrize("kit", ["illumina", "none"])
def test_classes_read_by_read(
    tmp_path: Path, human: Stage, abundance: dict[str, float], kit: str
) -> None:
    """Each read's own header against the class and feature of its insert."""
    path = tmp_path / "a.fastq.gz"
    simulate(path, abundance, kit)
    counted = human.count(path, kit)
    found = features_by_insert(human, counted)
    adapter = KITS[kit].adapter[:12]
    confused: Counter[tuple[str, str]] = Counter()
    matures = Counter()
    with dnaio.open(path) as reads:
        for read in reads:
            _, origin, *feature = read.name.split(" ")
            insert = read.sequence.partition(adapter)[0] if adapter else read.sequence
            if origin == "poor" or insert not in found:
                continue
            features = found[insert]
            rna_class = features[0][0] if features else "unassigned"
            confused[origin, rna_class.replace("miRNA_precursor", "miRNA")] += 1
            if origin == "miRNA":
                matures["all"] += 1
                matures["right"] += (("miRNA", feature[0]) in features) / max(len(features), 1)
    assert matures["all"] > 15_000
    assert matures["right"] / matures["all"] >= 0.97
    for kind in ("miRNA", "tRNA", "Y_RNA", "rRNA", "spike_in"):
        right = confused[kind, kind]
        recall = right / sum(n for (origin, _), n in confused.items() if origin == kind)
        precision = right / sum(n for (_, called), n in confused.items() if called == kind)
        assert recall >= 0.98, kind
        assert precision >= 0.98, kind


@pytest.mark.parametrize("kit", ["cats", "smarter"])
def test_reads_of_kits_with_a_tail(
    tmp_path: Path, human: Stage, abundance: dict[str, float], kit: str
) -> None:
    path = tmp_path / "a.fastq.gz"
    truth = simulate(path, abundance, kit)
    counted = human.count(path, kit)
    assert (counted.inserts.scans[0].verdict, counted.told["problem"]) == ("HIGH", "")
    mirnas = truth[truth["class"] == "miRNA"].set_index("feature")["reads"]
    found = counted.counts.set_index("feature")["reads"].reindex(mirnas.index, fill_value=0)
    # Some miRNAs differ only in a last A, which goes with the tail.
    assert np.minimum(found, mirnas).sum() / mirnas.sum() >= 0.95
    assert np.corrcoef(np.log1p(mirnas), np.log1p(found))[0, 1] > 0.98
    unnamed = human.count(path)
    assert unnamed.inserts.scans[0].verdict == "CONFLICT"
    assert "cats or smarter" in unnamed.told["problem"]


def test_an_invented_adapter(tmp_path: Path, human: Stage, abundance: dict[str, float]) -> None:
    path = tmp_path / "a.fastq.gz"
    kit = Kit("invented", "GCTTACGGATCCTTAGCAGT")
    settings = ReadSettings(kit=kit)
    simulate_reads(path, abundance, references(), N_READS, settings, np.random.default_rng(5))
    scan = human.count(path).inserts.scans[0]
    assert (scan.kit.name, scan.verdict) == ("de_novo", "HIGH")
    assert scan.kit.adapter.startswith(kit.adapter)
    known = trim_sample([Run(str(path), "invented")], {**KITS, "invented": kit}, TrimSettings())
    found = human.count(path).inserts
    assert found.counts.total() == pytest.approx(known.counts.total(), rel=0.005)


@pytest.mark.parametrize("top", [0.05, 0.3, 0.6])
def test_molecules_of_top_heavy_libraries(tmp_path: Path, top: float) -> None:
    names = Fragments(references()).names()["miRNA"]
    weights = np.random.default_rng(1).lognormal(0, 2.2, len(names))
    weights[0] = 0
    weights *= (1 - top) / weights.sum()
    weights[0] = top
    settings = ReadSettings(
        kit=KITS["qiaseq"], read_length=76, dimers=0, degraded=0, random=0, poor=0
    )
    path = tmp_path / "a.fastq"
    truth = simulate_reads(
        path,
        dict(zip(names, weights, strict=True)),
        references(),
        200_000,
        settings,
        np.random.default_rng(3),
    )
    inserts = trim_sample([Run(str(path))], KITS, TrimSettings())
    short = inserts.fates["too_short"] / 200_000
    molecules = truth["molecules"].sum() * (1 - short)
    assert inserts.counts.total() == pytest.approx(molecules, rel=0.01)


def test_molecules_are_counted(tmp_path: Path, human: Stage, abundance: dict[str, float]) -> None:
    path = tmp_path / "a.fastq.gz"
    truth = simulate(path, abundance, "qiaseq")
    counted = human.count(path)
    assert counted.inserts.scans[0].kit.name == "qiaseq"
    molecules = truth.groupby("class")["molecules"].sum()
    classes = counted.counts.groupby("class")["reads"].sum()
    for kind in ("tRNA", "Y_RNA", "rRNA"):
        assert classes[kind] == pytest.approx(molecules[kind], rel=0.01), kind
    features = [*OTHERS, "miRNA"]
    assert classes.reindex([*features, "miRNA_precursor"]).sum() == pytest.approx(
        molecules[features].sum(), rel=0.01
    )
    # Without the identifiers, the reads would be three times as many.
    assert truth["reads"].sum() > 2.5 * truth["molecules"].sum()


def test_dimers_and_degraded_fragments_are_too_short(
    tmp_path: Path, human: Stage, abundance: dict[str, float]
) -> None:
    path = tmp_path / "a.fastq.gz"
    truth = simulate(path, abundance, "illumina").set_index("class")["reads"]
    counted = human.count(path)
    short = truth["dimer"] + truth["degraded"]
    assert counted.told["funnel"]["too_short"] == pytest.approx(short, rel=0.02)
    assert counted.metrics["dimer_share"] == pytest.approx(truth["dimer"] / N_READS, rel=0.05)
