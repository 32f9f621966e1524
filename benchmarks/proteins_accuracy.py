"""What the proteins stage accepts in simulated runs, beside the truth, and by entrapment.

Two groups of three runs, 3,000 proteins, about 16,000 MS2 a run by default; as many foreign
proteins in the database: random ones, then shuffled twins.

    PYTHONPATH=scripts python benchmarks/proteins_accuracy.py [--replicates 3] [--minutes 60]
"""

import argparse
import os
from functools import partial
from pathlib import Path

import yaml
from measure import as_markdown

from evcargo.proteins.database import Protein
from evcargo.proteins.inference import Inference, infer_proteins
from evcargo.proteins.mzml import read_spectra
from evcargo.proteins.search import search_runs
from evcargo.proteins.settings import SearchSettings
from evcargo.simulate.entrapment import (
    PREFIX,
    estimates,
    paired_estimate,
    shuffled_proteins,
    twin_peptides,
)
from evcargo.simulate.proteome import random_proteome
from evcargo.simulate.spectra import RunSettings
from evcargo.simulate.truth import Study, judge, simulate_study

COLUMNS = ("foreign proteins", "level", "accepted", "truly wrong (%)", "entrapment estimate (%)")
SCHEMA = Path(__file__).parents[1] / "workflow/schemas/config.schema.yaml"
CORES = len(os.sched_getaffinity(0))


def main() -> None:
    """Simulate the study, search it twice, print the table."""
    asked = options()
    asked.folder.mkdir(parents=True, exist_ok=True)
    settings = RunSettings(gradient_min=asked.minutes, top_n=10)
    study = simulate_study(asked.folder, asked.proteins, asked.replicates, settings)
    per_run = study.truth.groupby("run").size().mean()
    print(f"{len(study.spectra)} runs, {per_run:,.0f} MS2 a run\n")
    rows = []
    for name, foreign in {
        "random": random_proteome(asked.proteins, 99, PREFIX),
        "shuffled twins": shuffled_proteins(study.proteins, 5),
    }.items():
        found = searched(study, foreign)
        rows += described(name, found, study, foreign)
    print(as_markdown(COLUMNS, rows))


def options() -> argparse.Namespace:
    """Read what the user asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--proteins", type=int, default=3000)
    parser.add_argument("--replicates", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--folder", type=Path, default=Path("results/benchmarks/proteins"))
    return parser.parse_args()


def search_settings() -> SearchSettings:
    """Give the defaults of the config."""
    schema = yaml.safe_load(SCHEMA.read_text())
    search = schema["properties"]["proteins"]["properties"]["search"]["properties"]
    return SearchSettings.from_config({name: one["default"] for name, one in search.items()})


def searched(study: Study, foreign: dict[str, str]) -> Inference:
    """Search all runs in the proteins of the study and foreign ones."""
    settings = search_settings()
    sequences = {**study.proteins, **foreign}
    proteins = [Protein(name, text, taxon="9606") for name, text in sequences.items()]
    read = {run: partial(read_spectra, path) for run, path in study.spectra.items()}
    psms, _ = search_runs(read, proteins, settings, CORES)
    psms["sample"] = psms["run"]
    return infer_proteins(psms, proteins, settings.digestion, "human", 0.01, 0.01)


def described(
    name: str, found: Inference, study: Study, foreign: dict[str, str]
) -> list[tuple[str, ...]]:
    """One row per level, see `COLUMNS`, and the recall."""
    judged = judge(found, study.truth, study.proteins)
    told = estimates(found, 1.0)
    counts = [int(table["accepted"].sum()) for table in (found.psms, found.peptides, found.groups)]
    wrong = (judged.psms, judged.peptides, judged.groups)
    rows = [
        (name, level, f"{count:,}", f"{100 * share:.2f}", f"{100 * told[level]:.2f}")
        for level, count, share in zip(told, counts, wrong, strict=True)
    ]
    pairs = twin_peptides({**study.proteins, **foreign}, search_settings().digestion)
    if any(one != other for one, other in pairs.items()):
        threshold = found.peptides.loc[found.peptides["q_value"] <= 0.01, "score"].min()
        paired = paired_estimate(found.peptides, pairs, threshold)
        rows.append((name, "peptide, before groups", "", "", f"{100 * paired:.2f} (paired)"))
    return [*rows, (name, "recall of MS2", f"{100 * judged.recall:.1f} %", "", "")]


if __name__ == "__main__":
    main()
