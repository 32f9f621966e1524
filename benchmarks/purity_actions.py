"""What `purity.action` does to the hits of studies in which a few preparations are spoiled.

Two of the samples, drawn at random from either group, hold eight times as much plasma as the others
and are noisier. Prints, for each action, the true and the false hits of a study at 5 %.
"""

import argparse
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from evcargo.differential.actions import acted_on
from evcargo.differential.linear_models import Moderation
from evcargo.differential.proteins import test_proteins
from evcargo.proteins.normalise import normalise
from evcargo.purity.actions import act
from evcargo.purity.markers import read_panels
from evcargo.simulate.confounded import CARGO, Confounding, confounded_proteins
from evcargo.study.model import Contrast

PANELS = Path(__file__).parents[1] / "resources" / "markers" / "panels.tsv"
CONTRAST = Contrast("test_v_reference", "condition", "test", "reference")
SPOILED, PLASMA = 2, 3.0
"""Spoiled samples of a study, and by how much their plasma is more, log2."""
ACTIONS = {
    "report": ("report", 1.0),
    "exclude": ("exclude", 1.0),
    "weight 0.5": ("weight", 0.5),
    "weight 0.25": ("weight", 0.25),
    "weight 0.1": ("weight", 0.1),
}


def one(seed: int, made: Confounding, noise: float) -> pd.DataFrame:
    """Hits of one study by action."""
    warnings.simplefilter("ignore")
    study = confounded_proteins(made, read_panels(PANELS), seed)
    rng = np.random.default_rng(seed)
    spoiled = rng.choice(len(made.group), SPOILED, replace=False)
    plasma = (study.truth["kind"] != CARGO).to_numpy()
    shift = rng.normal(0, noise, (SPOILED, len(plasma))) + PLASMA * plasma
    study.matrix.X[spoiled] = np.asarray(study.matrix.X)[spoiled] * 2**shift
    every = np.ones(study.matrix.n_vars, dtype=bool)
    study.matrix.layers["normalised"], _ = normalise(
        np.asarray(study.matrix.X), "median", ~plasma, ~every, list(study.matrix.obs_names)
    )
    names = study.samples["sample"]
    verdicts = pd.DataFrame({"sample": names, "verdict": "pass", "reason": "made so"})
    verdicts.loc[spoiled, "verdict"] = "fail"
    changed = study.truth["log2_fold_change"] != 0
    rows = []
    for label, (action, weight) in ACTIONS.items():
        matrix = acted_on(study.matrix, act(verdicts, action, {"warn": 1, "fail": weight}))
        result = test_proteins(matrix, CONTRAST, 0.05, 2, Moderation("intensity", True))
        hits = result.table.loc[result.table["significant"], "feature"]
        true = int(changed[hits].sum())
        rows.append({"action": label, "true": true, "false": len(hits) - true})
    return pd.DataFrame(rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=100, help="studies per line")
    parser.add_argument("--cores", type=int, default=2)
    given = parser.parse_args()
    print("| samples | noise of the spoiled (log2) | action | true hits | false hits | false (%) |")
    print("|" + "---|" * 6)
    with ProcessPoolExecutor(given.cores) as pool:
        for per_group, noise in ((6, 0.0), (6, 0.6), (6, 1.0), (4, 0.6)):
            made = Confounding(per_group=per_group, delta=0, spread=0.3)
            study = partial(one, made=made, noise=noise)
            found = pd.concat(pool.map(study, range(given.studies)))
            means = found.groupby("action", sort=False)[["true", "false"]].mean()
            for label, row in means.iterrows():
                share = 100 * row["false"] / max(row.sum(), 1e-9)
                cells = [f"{per_group} v {per_group}", f"{noise:g}", str(label)]
                cells += [f"{row['true']:.1f}", f"{row['false']:.1f}", f"{share:.0f}"]
                print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
