"""The demo study: raw files of an EV study whose truth is known.

Eight plasma EV samples, four of a tumour and four of healthy donors, and the EV-depleted material
of two of the donors. Twelve proteins and twelve miRNAs truly differ between the EVs of the two
groups. Besides,

* one sample is haemolysed, and all tumour samples hold a little more of red cells than the healthy
  ones, as happens when the arms of a study are drawn in different rooms. Whoever ignores purity
  finds red cell proteins and miRNAs as tumour markers;
* one sample is heavy with lipoprotein and albumin.

Run ``python -m evcargo.simulate.demo FOLDER`` to write it.
"""

import argparse
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from evcargo.proteins.database import read_fasta
from evcargo.simulate.inserts import Fragments
from evcargo.simulate.particles import SizeSettings, simulate_sizes
from evcargo.simulate.profiles import fill_component, mix, read_profiles, vary
from evcargo.simulate.reads import ReadSettings, simulate_reads
from evcargo.simulate.spectra import RunSettings, simulate_run

RESOURCES = Path(__file__).resolve().parents[3] / "resources"
SEED = 20260101
#: Molecules that truly differ, per assay, and by how much (log2, tumour - healthy), in turn.
N_DIFFERENT = 12
LOG2_FOLD_CHANGES = (2.0, -2.0, 1.5, -1.5, 2.5, -1.8)
#: miRNAs that EVs hold besides those of the profiles.
N_UNNAMED_MIRNAS = 160
#: Biological variation between samples, standard deviation.
PROTEIN_SPREAD_LOG2 = 0.25
RNA_SPREAD_LOG2 = 0.4
PROTEIN_COMPONENTS = ("ev", "plasma", "lipoprotein", "red_cell", "platelet", "keratin")
TETRASPANINS = ("CD9", "CD63", "CD81", "CD82")
#: Groups of resources/proteins/human_ev.tsv that are no cargo.
NOT_CARGO = "plasma|ig_complement|keratin|erythrocyte|rbc|platelet|coagulation|lipoprotein"
#: Protein on the column, fmol.
LOADED_FMOL = 40_000.0
#: Share of the annotated small RNA molecules by class.
MIRNA_SHARE = 0.5
OTHER_CLASSES = {"tRNA": 0.2, "Y_RNA": 0.2, "rRNA": 0.1}
#: Particles and protein (ug) of a preparation, by its note.
PARTICLES_AND_UG = {
    "": (6e11, 15),
    "haemolysed": (6e11, 60),
    "heavy with lipoprotein and albumin": (9e11, 320),
    "what the EV isolation left behind": (2e12, 9000),
}
CONFIG = """\
# The demo study. Its truth is under truth/; evcargo's report must find it.
study: demo
organism: human
samples: config/samples.tsv
runs: config/runs.tsv
contrasts:
  - name: tumour_v_healthy
    column: condition
    test: tumour
    reference: healthy
proteins:
  fasta: data/human_ev.fasta
rna:
  gate:
    min_reads: 5000  # the demo is small; the report says that it was lowered from 100,000
purity:
  haemolysis_max_rare: [0.9, 1]  # for the same reason; the evidence of the score tells it
interpretation:
  gene_sets: [data/gene_sets.gmt]
  targets: data/targets.tsv
"""


@dataclass(frozen=True)
class Preparation:
    """One sample: who it is from, and what its protein and its miRNA are made of."""

    sample: str
    material: str
    condition: str
    subject: str
    batch: str
    proteins: dict[str, float]
    mirnas: dict[str, float]
    note: str = ""


@dataclass(frozen=True)
class DemoSize:
    """How much of everything: samples a group, reads a sample, minutes of gradient."""

    samples: int = 4
    reads: int = 60_000
    gradient_min: float = 20.0


SIZES = {"demo": DemoSize(), "tiny": DemoSize(samples=2, reads=10_000, gradient_min=6.0)}


def preparations(samples: int) -> list[Preparation]:
    """List the samples: `samples` tumour and healthy EVs each, and two depleted materials."""
    ev = {"ev": 0.86, "plasma": 0.07, "lipoprotein": 0.03, "platelet": 0.02, "keratin": 0.003}
    heavy = {"ev": 0.16, "plasma": 0.52, "lipoprotein": 0.28, "platelet": 0.02, "keratin": 0.003}
    depleted = {"ev": 0.05, "plasma": 0.80, "lipoprotein": 0.14, "red_cell": 0.006}
    red_cells = {  # share of the protein, share of the miRNA
        "tumour": [(0.0085, 0.25), (0.0090, 0.24), (0.062, 0.87), (0.0088, 0.26)],
        "healthy": [(0.0008, 0.008), (0.0007, 0.010), (0.0009, 0.007), (0.0008, 0.009)],
    }
    made = []
    for condition, letter in (("tumour", "T"), ("healthy", "H")):
        # The remarkable samples come first, so that a smaller study has them too.
        order = [2, 0, 1, 3] if condition == "tumour" else [3, 0, 1, 2]
        for number in sorted(order[:samples]):
            blood = red_cells[condition][number]
            composition = heavy if (condition, number) == ("healthy", 3) else ev
            note = "haemolysed" if blood[0] > 0.05 else ""
            note = "heavy with lipoprotein and albumin" if composition is heavy else note
            made.append(
                Preparation(
                    f"{letter}{number + 1}",
                    "ev",
                    condition,
                    f"donor_{letter}{number + 1}",
                    "A" if number % 2 == 0 else "B",
                    {**composition, "red_cell": blood[0]},
                    {"ev": 1 - blood[1], "red_cell": blood[1]},
                    note,
                )
            )
    for number, partner in enumerate((made[0], made[samples]), 1):
        made.append(
            Preparation(
                f"D{number}",
                "depleted",
                partner.condition,
                partner.subject,
                partner.batch,
                depleted,
                {"ev": 0.9, "red_cell": 0.1},
                "what the EV isolation left behind",
            )
        )
    return made


def true_changes(
    profiles: pd.DataFrame, skip: Sequence[str], rng: np.random.Generator
) -> pd.Series:
    """Choose the molecules that truly differ between tumour and healthy EVs.

    Parameters
    ----------
    profiles
        Names x components.
    skip
        Names that must not differ (markers by which purity is measured).
    rng
        Source of the choice.

    Returns
    -------
    pandas.Series
        log2 fold change (tumour - healthy) by name, 0 for all but `N_DIFFERENT` names, which only
        EVs hold and which are abundant enough to be measured.
    """
    elsewhere = profiles.drop(columns="ev").sum(axis=1) > 0
    abundant = profiles["ev"].between(*profiles.loc[~elsewhere, "ev"].quantile([0.85, 0.99]))
    candidates = profiles.index[abundant & ~elsewhere & ~profiles.index.isin(skip)]
    chosen = np.sort(rng.choice(np.asarray(candidates, dtype=str), N_DIFFERENT, replace=False))
    changes = pd.Series(0.0, index=profiles.index)
    changes[rng.permutation(chosen)] = np.resize(LOG2_FOLD_CHANGES, N_DIFFERENT)
    return changes


def composition(
    profiles: pd.DataFrame,
    weights: dict[str, float],
    changes: pd.Series,
    spread_log2: float,
    rng: np.random.Generator,
) -> pd.Series:
    """Amounts in one preparation: EV cargo changed, components mixed, biology varied; sums to 1."""
    changed = profiles.copy()
    changed["ev"] *= 2**changes
    mixed = vary(mix(changed, weights), spread_log2, rng)
    return mixed / mixed.sum()


def write_demo(folder: str | Path, size: DemoSize = SIZES["demo"], seed: int = SEED) -> None:
    """Write the demo study: `config/`, `data/`, and its truth under `truth/`.

    Parameters
    ----------
    folder
        Study folder; files that are there already are written again.
    size
        How much of everything.
    seed
        The same seed gives the same files.
    """
    study = Path(folder)
    for name in ("config", "data", "truth"):
        (study / name).mkdir(parents=True, exist_ok=True)
    made = preparations(size.samples)
    shutil.copyfile(RESOURCES / "proteins" / "human_ev.fasta", study / "data" / "human_ev.fasta")
    files = [*_write_proteins(study, made, size, seed), *_write_rna(study, made, size, seed)]
    with ProcessPoolExecutor() as pool:
        for written in [pool.submit(file) for file in files]:
            written.result()
    _write_particles(study, made, seed)
    _write_knowledge(study)
    _write_sheets(study, made)
    # Last, as the sign that the study is whole.
    truth = pd.DataFrame(made)[["sample", "material", "condition", "note"]]
    for name in PROTEIN_COMPONENTS:
        truth[f"protein_{name}"] = [one.proteins.get(name, 0) for one in made]
    truth["mirna_red_cell"] = [one.mirnas["red_cell"] for one in made]
    _write(truth, study / "truth" / "samples.tsv")


def _write_proteins(
    study: Path, made: list[Preparation], size: DemoSize, seed: int
) -> Iterator[Callable[[], object]]:
    """Write the truth; yield what writes each run."""
    rng = np.random.default_rng([seed, 1])
    entries = read_fasta(study / "data" / "human_ev.fasta")
    accessions = {entry.gene: entry.accession for entry in entries}
    sequences = {entry.accession: entry.sequence for entry in entries}
    named = read_profiles(RESOURCES / "demo" / "profiles.tsv", "protein")
    cargo = [gene for gene, accession in accessions.items() if accession in _cargo()]
    profiles = fill_component(named, "ev", sorted({*named.index, *cargo}), rng)
    changes = true_changes(profiles, TETRASPANINS, rng)
    settings = RunSettings(gradient_min=size.gradient_min)
    truth = pd.DataFrame({"gene": changes.index, "log2_fold_change": changes.to_numpy()})
    truth.insert(0, "accession", truth["gene"].map(accessions))
    _write_truth(truth, profiles, study / "truth" / "proteins.tsv")
    for one, own in zip(made, rng.spawn(len(made)), strict=True):
        mass = composition(profiles, one.proteins, _of(one, changes), PROTEIN_SPREAD_LOG2, own)
        mass.index = mass.index.map(accessions)
        moles = mass / mass.index.map(lambda accession: len(sequences[accession]))
        yield partial(
            simulate_run,
            study / "data" / f"{one.sample}.mzML",
            sequences,
            (moles / moles.sum() * LOADED_FMOL).to_dict(),
            settings,
            own,
        )


def _cargo() -> set[str]:
    """List the accessions that may be EV cargo: no protein of plasma or blood cells."""
    table = pd.read_csv(RESOURCES / "proteins" / "human_ev.tsv", sep="\t")
    return set(table.loc[~table["chosen_for"].str.contains(NOT_CARGO), "accession"])


def _write_rna(
    study: Path, made: list[Preparation], size: DemoSize, seed: int
) -> Iterator[Callable[[], object]]:
    """Write the truth; yield what writes each run."""
    rng = np.random.default_rng([seed, 2])
    references = {
        name: RESOURCES / "rna" / f"human_{name}.fa"
        for name in ("hairpin", "mature", "tRNA", "Y_RNA", "rRNA")
    }
    named = read_profiles(RESOURCES / "demo" / "profiles.tsv", "rna")
    features = Fragments(references).names()
    unlisted = sorted(set(features["miRNA"]) - set(named.index))
    unnamed = rng.choice(unlisted, N_UNNAMED_MIRNAS, replace=False).tolist()
    profiles = fill_component(named, "ev", [*named.index, *unnamed], rng)
    changes = true_changes(profiles, [], rng)
    others = pd.concat(
        pd.Series(rng.dirichlet(np.full(len(features[name]), 0.5)) * share, features[name])
        for name, share in OTHER_CLASSES.items()
    )
    truth = pd.DataFrame({"name": changes.index, "log2_fold_change": changes.to_numpy()})
    _write_truth(truth, profiles, study / "truth" / "rna.tsv")
    for one, own in zip(made, rng.spawn(len(made)), strict=True):
        mirnas = composition(profiles, one.mirnas, _of(one, changes), RNA_SPREAD_LOG2, own)
        amounts = pd.concat([mirnas * MIRNA_SHARE, vary(others, RNA_SPREAD_LOG2, own)])
        yield partial(
            simulate_reads,
            study / "data" / f"{one.sample}.fastq.gz",
            amounts[amounts > 0].to_dict(),
            references,
            size.reads,
            ReadSettings(),
            own,
        )


def _write_particles(study: Path, made: list[Preparation], seed: int) -> None:
    rng = np.random.default_rng([seed, 3])
    for one in made:
        mode = 62.0 if one.material == "depleted" else 98.0
        settings = SizeSettings(mode_nm=mode + rng.normal(0, 4))
        simulate_sizes(study / "data" / f"{one.sample}.sizes.tsv", settings, rng)


def _write_knowledge(study: Path) -> None:
    """Write gene sets and targets of miRNAs as if papers had them: some that fit the truth."""
    proteins, mirnas = (
        pd.read_csv(study / "truth" / f"{assay}.tsv", sep="\t") for assay in ("proteins", "rna")
    )
    cargo = proteins[proteins["component"] == "ev"].set_index("gene")["log2_fold_change"]
    higher, lower, same = (sorted(cargo.index[np.sign(cargo) == sign]) for sign in (1, -1, 0))
    sets = {
        "TUMOUR_CARGO": [*higher, *same[:4]],
        "HEALTHY_CARGO": [*lower, *same[4:8]],
        "OTHER_CARGO": same[8:48],
    }
    lines = ["\t".join([name, "made up for the demo", *genes]) for name, genes in sets.items()]
    (study / "data" / "gene_sets.gmt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rising = sorted(mirnas.loc[mirnas["log2_fold_change"] > 0, "name"])
    pairs = [(rising[0], gene) for gene in lower] + [(rising[1], gene) for gene in same[48:60]]
    _write(pd.DataFrame(pairs, columns=["mirna", "gene"]), study / "data" / "targets.tsv")


def _write_sheets(study: Path, made: list[Preparation]) -> None:
    samples = pd.DataFrame(made)[["sample", "material", "condition", "subject", "batch"]].assign(
        biofluid="plasma",
        isolation="SEC",
        particle_count=[f"{PARTICLES_AND_UG[one.note][0]:.3g}" for one in made],
        protein_ug=[PARTICLES_AND_UG[one.note][1] for one in made],
    )
    files = {"proteins": "mzML", "rna": "fastq.gz", "particles": "sizes.tsv"}
    runs = pd.DataFrame(
        [
            (one.sample, assay, f"data/{one.sample}.{suffix}")
            for one in made
            for assay, suffix in files.items()
        ],
        columns=["sample", "assay", "path"],
    )
    _write(samples, study / "config" / "samples.tsv")
    _write(runs, study / "config" / "runs.tsv")
    (study / "config" / "config.yaml").write_text(CONFIG, encoding="utf-8")


def _write(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, sep="\t", index=False, lineterminator="\n")


def _of(one: Preparation, changes: pd.Series) -> pd.Series:
    return changes if one.condition == "tumour" else changes * 0


def _write_truth(truth: pd.DataFrame, profiles: pd.DataFrame, path: Path) -> None:
    truth["differs"] = truth["log2_fold_change"] != 0
    truth["component"] = profiles.idxmax(axis=1).to_numpy()
    _write(truth, path)


def main() -> None:
    """Write the demo study into the folder named on the command line."""
    parser = argparse.ArgumentParser(
        description="Write the demo study, an EV study with known truth."
    )
    parser.add_argument("folder", type=Path, help="folder of the study")
    parser.add_argument(
        "--size", choices=sorted(SIZES), default="demo", help="how much of everything"
    )
    arguments = parser.parse_args()
    write_demo(arguments.folder, SIZES[arguments.size])
    print(f"Written: {arguments.folder} (its truth is under truth/)")


if __name__ == "__main__":
    main()
