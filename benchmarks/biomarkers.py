"""Biomarker panels on studies with known truth: noise, planted signals, and confounded studies.

Prints how often the 95 % interval of the AUC holds the truth, how the permutation p-value is
distributed, how close the AUC comes to the best possible one, what a selection outside of the folds
would have said, and how often a panel that only sees contamination is said to beat purity.
"""

import argparse
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from evcargo.biomarkers.assess import assess
from evcargo.biomarkers.folds import permuted
from evcargo.biomarkers.nested import SEED, Settings, cross_validate
from evcargo.biomarkers.performance import auc_interval, inflation, permutation_p
from evcargo.biomarkers.predictions import pairs_of
from evcargo.biomarkers.verdicts import BEATS, CLEAN, DOES_NOT_BEAT, ELASTIC_NET, FOREST, PURITY
from evcargo.purity.markers import read_panels
from evcargo.simulate.biomarkers import confounded_question, leaky_auc, planted
from evcargo.simulate.confounded import Confounding, confounded_proteins
from evcargo.study.notes import Notes
from evcargo.study.schema import check_config, read_schema

PANELS = Path(__file__).parents[1] / "resources" / "markers" / "panels.tsv"
NOISE = [{"samples": n, "features": 500, "missing": 0.0} for n in (20, 40, 80)]
SIGNAL = [
    {"samples": n, "features": 500, "missing": 0.0, "informative": 5, "effect": effect}
    for n in (40, 80)
    for effect in (0.5, 0.8, 1.2)
]
CONFOUNDED = [
    Confounding(per_group=15, changed=0),
    Confounding(per_group=30, changed=0),
    Confounding(per_group=30, changed=60, delta=0.6),
]


def row(cells: list[object]) -> None:
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def one(seed: int, made: dict[str, Any], settings: Settings, permutations: int) -> list[float]:
    """AUC, interval, p-value, inflation, best AUC and true AUC of the models of one study."""
    study = planted(seed, **made)
    block, labels, units = [study.block], study.labels, study.units
    # Numbers of its own for every study: the same permutations of all studies would go together.
    first = seed * (permutations + 1)
    predictions = cross_validate(block, labels, units, settings, first)
    auc = pairs_of(predictions, labels).auc
    null = []
    for number in range(first + 1, first + permutations + 1):
        given = permuted(labels, units, np.random.default_rng([SEED, number]))
        found = cross_validate(block, given, units, settings, number)
        null.append(pairs_of(found, given).auc)
    sizes = int(labels.sum()), int((~labels).sum())
    inflated = inflation(np.array(null), *sizes)
    low, high = auc_interval(auc, *sizes, inflated)
    p, truth = permutation_p(auc, np.array(null)), study.true_auc(predictions.coefficients)
    return [auc, low, high, p, inflated, study.best_auc, truth]


def confounded(seed: int, made: Confounding, permutations: int) -> dict[str, Any]:
    """Verdict and AUCs of one confounded study."""
    warnings.simplefilter("ignore")
    given = {"study": "confounded", "biomarkers": {"permutations": permutations}}
    options, _ = check_config(given, read_schema("config"), Notes("config"))
    panels = read_panels(PANELS)
    question = confounded_question(confounded_proteins(made, panels, seed), panels, options)
    found = assess(question, options)
    aucs = found["models"].set_index("model")["auc"]
    return dict(aucs) | {"verdict": found["verdicts"]["verdict"].iloc[0]}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=200, help="studies of each line")
    parser.add_argument("--permutations", type=int, default=40, help="permutations of each study")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--confounded", type=int, default=20, help="confounded studies per line")
    parser.add_argument("--cores", type=int, default=2)
    asked = parser.parse_args()
    settings = Settings(5, asked.repeats, 50)
    with ProcessPoolExecutor(asked.cores) as pool:
        row(["samples", "informative", "effect", "best AUC", "mean AUC", "SD of AUC",
             "true AUC of the models", "interval holds it (%)", "mean width", "p < 0.05 (%)",
             "KS p of uniform p",
             "inflation"])  # fmt: skip
        row(["---"] * 12)
        for made in [*NOISE, *SIGNAL]:
            work = partial(one, made=made, settings=settings, permutations=asked.permutations)
            found = np.array(list(pool.map(work, range(asked.studies))))
            auc, low, high, p, inflated, best, truth = found.T
            noise = "informative" not in made
            held = ((low <= truth) & (truth <= high)).mean()
            # p is discrete: a uniform number within its step makes it continuous.
            steps = np.random.default_rng(0).random(len(p)) / (asked.permutations + 1)
            uniform = f"{stats.kstest(p - steps, 'uniform').pvalue:.2f}" if noise else ""
            row([made["samples"], made.get("informative", 0), made.get("effect", ""),
                 f"{best[0]:.2f}", f"{auc.mean():.3f}", f"{auc.std():.3f}",
                 f"{truth.mean():.3f}", f"{100 * held:.1f}",
                 f"{(high - low).mean():.2f}", f"{100 * (p < 0.05).mean():.1f}", uniform,
                 f"{inflated.mean():.2f}"])  # fmt: skip
        print("\nSelection outside of the folds, 40 samples of noise x 5,000 features")
        made = {"samples": 40, "features": 5000, "missing": 0.0}
        ours = [one(seed, made, settings, 0)[0] for seed in range(5)]
        leaky = [leaky_auc(planted(seed, **made), settings) for seed in range(5)]
        print(f"AUC ours {np.mean(ours):.2f}, selected outside {np.mean(leaky):.2f}\n")
        row(["per group", "truly changed", ELASTIC_NET, FOREST, CLEAN, PURITY, f"{BEATS} (%)",
             f"{DOES_NOT_BEAT} (%)"])  # fmt: skip
        row(["---"] * 8)
        for study in CONFOUNDED if asked.confounded else []:
            work_on = partial(confounded, made=study, permutations=asked.permutations)
            table = pd.DataFrame(list(pool.map(work_on, range(asked.confounded))))
            aucs = [f"{table[name].mean():.2f}" for name in (ELASTIC_NET, FOREST, CLEAN, PURITY)]
            shares = [f"{100 * (table['verdict'] == one).mean():.0f}" for one in
                      (BEATS, DOES_NOT_BEAT)]  # fmt: skip
            row([study.per_group, study.changed, *aucs, *shares])


if __name__ == "__main__":
    main()
