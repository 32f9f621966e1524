"""The counts of a whole study brought together: rna_study.py make|count FOLDER N.

FOLDER holds what rna_stage.py left there; each sample is that one with other counts.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from rna_stage import PRIORITY

from evcargo.contracts import CONTRACTS
from evcargo.rna.count import Sequenced, count_study
from evcargo.tables import read_table, write_table


def make(folder: Path, place: Path, names: list[str]) -> None:
    """Write the sample sheet and the counts of every sample."""
    samples = pd.DataFrame({name: [""] * len(names) for name in CONTRACTS["samples"].names})
    samples = samples.assign(sample=names, material="ev", particle_count=np.nan, protein_ug=np.nan)
    write_table(samples, place / "samples.tsv", "samples")
    counts = read_table(folder / "counts.tsv", "rna_counts")
    told = (folder / "counts.json").read_text()
    rng = np.random.default_rng(1)
    for name in names:
        reads = rng.poisson(counts["reads"].to_numpy(float))
        write_table(counts.assign(reads=reads), place / f"{name}.tsv", "rna_counts")
        (place / f"{name}.json").write_text(told)


def count(folder: Path, place: Path, names: list[str]) -> None:
    """Bring the samples together."""
    products = ("matrix", "table", "fractional", "cpm", "funnel", "lengths", "classes")
    products += ("fragments", "exogenous", "quality")
    sequenced = Sequenced(
        counts={name: str(place / f"{name}.tsv") for name in names},
        summaries={name: str(place / f"{name}.json") for name in names},
        features=str(folder / "features.tsv"),
        priority=PRIORITY,
    )
    files = {name: place / f"study.{name}" for name in products}
    count_study(place / "samples.tsv", sequenced, None, files)


def main(step: str, folder: Path, n: int) -> None:
    """Make the samples, or bring them together."""
    place = folder / f"study_{n}"
    place.mkdir(exist_ok=True)
    names = [f"S{number}" for number in range(1, n + 1)]
    (make if step == "make" else count)(folder, place, names)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
