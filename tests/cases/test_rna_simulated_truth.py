"""Simulated libraries of every kit: what is counted against what was put in."""

from collections import Counter
from pathlib import Path

import dnaio
import numpy as np
import pytest
from rna_stage import PRIORITY, RESOURCES, Counted, Stage, references

from evcargo.rna.align import align
from evcargo.rna.assign import Catalogue
from evcargo.rna.kits import read_kits
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


@pytest.mark.parametrize("kit", ["illumina", "nextflex", "nebnext", "none"])
def test_reads_go_to_their_feature(
    tmp_path: Path, human: Stage, abundance: dict[str, float], kit: str
) -> None:
    path = tmp_path / "a.fastq.gz"
    truth = simulate(path, abundance, kit)
    counted = human.count(path, "auto" if kit == "illumina" else kit)
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
