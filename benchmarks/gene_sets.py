"""Gene sets: how long large collections take, and what is said of sets found through impurity.

Prints (1) wall time of both tests on a collection of the size of MSigDB; (2) the share of sets
called at p < 0.05 where genes of a set go together and nothing differs, by camera and by a test
that takes genes as independent, as gene permutation does; (3) the verdicts on sets of truly changed
cargo, of hidden contaminants and of cargo that is also in plasma, in confounded studies.
"""

import argparse
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.stats import norm

from evcargo.interpretation.camera import camera, ranked
from evcargo.interpretation.gene_sets import membership
from evcargo.interpretation.gmt import GeneSet
from evcargo.interpretation.overrepresentation import overrepresentation
from evcargo.purity.markers import read_panels
from evcargo.simulate.confounded import Confounding
from evcargo.simulate.gene_sets import judged_sets

PANELS = Path(__file__).parents[1] / "resources" / "markers" / "panels.tsv"
LIMITS, ALPHA = (3, 500), 0.05


def speed(sets: int, genes: int) -> None:
    """Time both tests."""
    rng = np.random.default_rng(1)
    z = rng.normal(size=genes)
    names = np.array([f"G{n}" for n in range(genes)])
    table = pd.DataFrame(
        {
            "symbol": names,
            "feature": names,
            "flag": "",
            "robustness": np.where(rng.random(genes) < 0.5, "stands", "weakened"),
            "robustness_reason": "",
            "significant": np.abs(z) > norm.isf(0.05),
            "log2_fold_change": z,
            "z": z,
            "z_given_purity": z,
        },
        index=names,
    )
    drawn = (rng.choice(names, rng.integers(5, 300), replace=False) for _ in range(sets))
    given = [GeneSet("c", f"S{n}", "", tuple(one)) for n, one in enumerate(drawn)]
    start = time.perf_counter()
    members = membership(given, table.index)
    told("membership", start)
    start = time.perf_counter()
    overrepresentation(table, members, LIMITS, ALPHA)
    told("over-representation", start)
    start = time.perf_counter()
    ranked(table, members, LIMITS, 0.01, ALPHA)
    told("ranking", start)


def told(step: str, start: float) -> None:
    """Print one line of the table of times."""
    print(f"| {step} | {time.perf_counter() - start:.1f} |", flush=True)


def level(repeats: int) -> None:
    """Share of p < 0.05 without a difference, by the correlation that there is."""
    rng = np.random.default_rng(2)
    members = csr_array((np.arange(2000) < 60).astype(float)[None, :])
    for true in (0.0, 0.01, 0.05):
        called = np.zeros(2)
        for _ in range(repeats):
            z = rng.normal(size=2000)
            z[:60] = np.sqrt(1 - true) * z[:60] + np.sqrt(true) * rng.normal()
            for which, allowed in enumerate((0.01, 0.0)):
                _, down, up = camera(z, members, allowed)
                called[which] += 2 * min(down[0], up[0]) < ALPHA
        print(f"| {true} | {called[0] / repeats:.3f} | {called[1] / repeats:.3f} |", flush=True)


def verdicts(studies: int) -> None:
    """Print the verdicts on sets of known nature."""
    panels = read_panels(PANELS)
    counts: Counter[tuple[str, str, str]] = Counter()
    for seed in range(studies):
        counts.update(judged_sets(seed, Confounding(per_group=8), panels))
    kinds = ["not significant", "stands", "weakened", "explained by impurity", "not assessed"]
    print(f"| test | set | {' | '.join(kinds)} |\n|{'---|' * (len(kinds) + 2)}")
    for test, kind in dict.fromkeys((test, kind) for test, kind, _ in sorted(counts)):
        shares = [f"{100 * counts[test, kind, verdict] / studies:.0f}" for verdict in kinds]
        print(f"| {test} | {kind} | {' | '.join(shares)} |", flush=True)


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=30_000)
    parser.add_argument("--genes", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=2000)
    parser.add_argument("--studies", type=int, default=100)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"{given.sets:,} sets of 5 to 299 of {given.genes:,} genes\n")
    print("| step | wall (s) |\n|---|---|")
    speed(given.sets, given.genes)
    print("\n| correlation within the set | camera, p < 0.05 | genes independent, p < 0.05 |")
    print("|---|---|---|")
    level(given.repeats)
    print(f"\nVerdicts, % of {given.studies} confounded studies (8 v 8)\n")
    verdicts(given.studies)


if __name__ == "__main__":
    main()
