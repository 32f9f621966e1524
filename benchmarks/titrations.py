"""Titrations of plasma, bovine serum and haemolysate into EVs, at depths from 4,000 to 200.

Prints, for each contaminant and depth, how the EV index follows the EV fraction (Spearman), how
often its 90 % interval holds the truth, its error and width, the error of the bovine share, and how
many verdicts, of criteria and of samples, flip when the same samples are measured in less depth. A
sample that warns where a deeper run fails has flipped unless its reason says `at least`.
"""

import argparse
import warnings
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from evcargo.purity.answers import FAIL, NOT_ASSESSED, WARN
from evcargo.purity.criteria import AT_LEAST
from evcargo.purity.markers import read_panels
from evcargo.purity.score import score
from evcargo.purity.shares import BOVINE_CLASS
from evcargo.simulate.titration import CONTAMINANTS, Titration, thinned, titrated, true_index
from evcargo.study.notes import Notes
from evcargo.study.schema import check_config, read_schema

ROOT = Path(__file__).parents[1]
PANELS = ROOT / "resources" / "markers" / "panels.tsv"
DEPTHS = (4000, 2000, 1000, 500, 200)
FIRST_SEED = 100
"""The seeds below 5 were looked at while the index was made."""


def one(seed: int, contaminant: str, options: Mapping[str, Any]) -> list[dict[str, float]]:
    """Figures of one titration, by depth."""
    warnings.simplefilter("ignore")
    panels = read_panels(PANELS)
    made = titrated(Titration(contaminant, depth=DEPTHS[0]), panels, seed)
    truth, rows = true_index(made), []
    first: pd.Series | None = None
    deepest: pd.DataFrame | None = None
    for depth in DEPTHS:
        matrix = made.matrix if depth == DEPTHS[0] else thinned(made.matrix, depth, seed)
        tables = score(made.samples, panels, options, proteins=matrix)
        index = tables["index"].set_index("sample")
        bovine = tables["shares"].query("`class` == @BOVINE_CLASS").set_index("sample")["share"]
        verdict = tables["criteria"].set_index(["sample", "criterion"])["verdict"]
        samples = tables["verdicts"].set_index("sample")
        first = verdict if first is None else first
        deepest = samples if deepest is None else deepest
        both = verdict.ne(NOT_ASSESSED) & first.ne(NOT_ASSESSED)
        known = np.isfinite(truth)
        inside = (index["low"] <= truth) & (truth <= index["high"])
        rows.append(
            {
                "depth": depth,
                "spearman": spearmanr(-made.truth["fraction"], index["index"]).statistic,
                "covered": inside[known].mean(),
                "error": (index["index"] - truth)[known].abs().mean(),
                "width": (index["high"] - index["low"])[known].mean(),
                "bovine": (bovine - made.truth.get(BOVINE_CLASS, 0.0)).abs().max(),
                "flips": int((both & verdict.ne(first)).sum()),
                "sample_flips": int(flipped(samples, deepest).sum()),
                "judged": samples["verdict"].ne(NOT_ASSESSED).mean(),
                "assessed": verdict.ne(NOT_ASSESSED).sum() / first.ne(NOT_ASSESSED).sum(),
            }
        )
    return rows


def flipped(shallow: pd.DataFrame, deep: pd.DataFrame) -> pd.Series:
    """Flag the samples whose verdicts (contract ``verdicts``, by sample) contradict each other."""
    now, then = shallow["verdict"], deep["verdict"]
    told = now.eq(WARN) & then.eq(FAIL) & shallow["reason"].str.startswith(AT_LEAST)
    return now.ne(then) & now.ne(NOT_ASSESSED) & then.ne(NOT_ASSESSED) & ~told


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=20, help="titrations per contaminant")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    config, _ = check_config({"study": "titration"}, read_schema("config"), Notes("config"))
    options = config["purity"]
    print("| contaminant | depth | Spearman, lowest (median) | truth in interval % |", end="")
    print(" mean error, log2 | width, log2 | bovine share, largest error, points |", end="")
    print(" verdicts flipped | still assessed % | sample verdicts flipped | samples judged % |")
    print(f"{11 * '|---'}|")
    seeds = range(given.first_seed, given.first_seed + given.studies)
    with ProcessPoolExecutor(given.jobs) as pool:
        for contaminant in CONTAMINANTS:
            work = partial(one, contaminant=contaminant, options=options)
            found = pd.DataFrame([row for rows in pool.map(work, seeds) for row in rows])
            for depth in DEPTHS:
                own = found[found["depth"] == depth]
                cells = (
                    contaminant,
                    str(depth),
                    f"{own['spearman'].min():.3f} ({own['spearman'].median():.3f})",
                    f"{100 * own['covered'].mean():.0f}",
                    f"{own['error'].mean():.2f}",
                    f"{own['width'].mean():.2f}",
                    f"{100 * own['bovine'].max():.1f}",
                    str(own["flips"].sum()),
                    f"{100 * own['assessed'].mean():.0f}",
                    str(own["sample_flips"].sum()),
                    f"{100 * own['judged'].mean():.0f}",
                )
                print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
