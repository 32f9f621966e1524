"""Simulated libraries of every kit: what is counted against what was put in."""

import re
from collections import Counter
from pathlib import Path

import dnaio
import numpy as np
import pytest
from rna_stage import PRIORITY, RESOURCES, Counted, Stage, references

from evcargo.rna.align import read_letters
from evcargo.rna.assign import Feature, distinct_features
from evcargo.rna.kits import Kit, read_kits
from evcargo.rna.sample import AssignSettings, Reference, called_inserts
from evcargo.rna.trim import Run, trim_sample
from evcargo.rna.trimmer import Trimmer, TrimSettings
from evcargo.simulate.inserts import Fragments
from evcargo.simulate.reads import ReadSettings, simulate_reads
from evcargo.tables import read_table

KITS = read_kits(RESOURCES / "adapters/adapters.tsv")
OTHERS = {"tRNA": 0.35, "Y_RNA": 0.2, "vault": 0.03, "snoRNA": 0.1, "snRNA": 0.1, "rRNA": 0.4}
OTHERS |= {"spike_in": 0.02}
CLASSES = ("miRNA", *OTHERS)
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


def simulate(path: Path, abundance: dict[str, float], kit: str, n_reads: int = N_READS):
    length = 76 if kit == "qiaseq" else 51
    settings = ReadSettings(kit=KITS[kit], read_length=length, named=True)
    rng = np.random.default_rng(5)
    return simulate_reads(path, abundance, references(), n_reads, settings, rng)


def features_by_insert(human: Stage, counted: Counted) -> dict[str, list[Feature]]:
    reference = Reference(human.fasta, human.features, human.folder / "manifest.tsv")
    features, letters = read_table(human.features, "rna_features"), read_letters(human.fasta)
    called = called_inserts(
        counted.inserts.counts, reference, features, letters, AssignSettings(PRIORITY)
    )
    return {insert: distinct_features(calls) if calls else [] for insert, calls in called}


def family(name: str) -> str:
    """Name without organism, paralog letter or number, and arm: let-7 of hsa-let-7f-1-3p."""
    found = re.match(r"(?:[a-z]{3}-)?((?:let|miR)-\d+)", name.split("/")[0])
    assert found, name
    return found[1]


PRESETS = ("illumina", "lexogen", "nextflex", "qiaseq", "nebnext", "illumina_v1", "cats", "smarter")


@pytest.mark.parametrize("kit", [*PRESETS, "none"])
def test_every_read_of_every_kit(
    tmp_path: Path, human: Stage, abundance: dict[str, float], kit: str
) -> None:
    """200,000 reads: where each went against where its header says that it is from."""
    path = tmp_path / "a.fastq.gz"
    simulate(path, abundance, kit, n_reads=200_000)
    counted = human.count(path, kit)
    assert (counted.told["raw"], counted.told["problem"]) == (200_000, "")
    found = features_by_insert(human, counted)
    trimmer = Trimmer(KITS[kit], TrimSettings())
    called: Counter[tuple[str, str]] = Counter()
    matures: Counter[str] = Counter()
    with dnaio.open(path) as reads:
        for read in reads:
            _, origin, *feature = read.name.split(" ")
            matures["drawn"] += origin == "miRNA"
            fate, insert, _ = trimmer.trim(read.sequence, read.qualities)
            if fate is not None or insert not in found:
                continue
            features = found[insert]
            rna_class = features[0][0] if features else "unassigned"
            called[origin, rna_class.replace("miRNA_precursor", "miRNA")] += 1
            if origin == "miRNA":
                names = [name for kind, name in features if kind == "miRNA"] or ["miR-0"]
                matures["all"] += 1
                matures["mature"] += (feature[0] in names) / len(names)
                kin = sum(family(name) == family(feature[0]) for name in names)
                matures["family"] += kin / len(names)
    assert matures["all"] >= 0.97 * matures["drawn"] > 50_000
    assert matures["family"] / matures["all"] >= 0.99
    assert matures["mature"] / matures["all"] >= 0.97
    for kind in CLASSES:
        right = called[kind, kind]
        assert right / sum(n for (origin, _), n in called.items() if origin == kind) >= 0.98, kind
        assert right / sum(n for (_, to), n in called.items() if to == kind) >= 0.98, kind


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
