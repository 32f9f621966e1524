"""Sorting verdicts and mixtures beside the simulated truth.

Run ``python benchmarks/interpretation.py [STUDIES]`` (200 by default) from the checkout.
"""

import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from evcargo.differential.linear_models import Moderation  # noqa: E402
from evcargo.differential.proteins import test_proteins  # noqa: E402
from evcargo.interpretation.deconvolution import SKEWED, fit_mixture  # noqa: E402
from evcargo.interpretation.sorting import AssayTests, sort_cargo  # noqa: E402
from evcargo.interpretation.sorting_model import protein_difference  # noqa: E402
from evcargo.purity.panels import read_panels  # noqa: E402
from evcargo.simulate.sources import mixture, profiles, sorted_proteins  # noqa: E402
from evcargo.study.model import Contrast  # noqa: E402

STUDIES = 200
LPS = Contrast("LPS_v_control", "condition", "LPS", "CONTROL")


def study(values: pd.DataFrame) -> AnnData:
    """Matrix of the simulated proteins."""
    parts = [name.split("_") for name in values]
    obs = pd.DataFrame(parts, index=values.columns, columns=["material", "condition", "n"])
    obs = obs.assign(subject=obs["condition"] + obs["n"], status="ok", status_reason="")
    var = pd.DataFrame(index=values.index).assign(
        name=values.index, gene=values.index, accessions="", taxon="9606", is_contaminant=False
    )
    var["class"] = "protein"
    made = AnnData(2 ** values.to_numpy().T, obs=obs, var=var)
    made.layers["normalised"] = values.to_numpy().T
    return made


def sorting(studies: int) -> pd.DataFrame:
    """Share of each verdict by what was simulated, %."""
    how = Moderation("intensity", True)
    test = partial(test_proteins, alpha=0.05, min_samples=2, how=how)
    tests = AssayTests(test, test, partial(protein_difference, min_samples=2, how=how), 0.05, 2)
    panels = read_panels(ROOT / "resources" / "markers" / "panels.tsv", "human")
    found = []
    for seed in range(studies):
        values, kinds = sorted_proteins(seed)
        matrix = study(values)
        differential = {LPS.name: test(matrix, LPS).table.assign(robustness="")}
        table = sort_cargo(matrix, "proteins", [LPS], differential, tests, panels)
        verdicts = table["sorting_changes"].set_index("feature")["sorting"].reindex(kinds.index)
        found.append(pd.DataFrame({"simulated": kinds, "verdict": verdicts.replace("", "none")}))
    every = pd.concat(found)
    return 100 * pd.crosstab(every["simulated"], every["verdict"], normalize="index")


def mixtures(studies: int) -> pd.DataFrame:
    """Errors of the shares by how much of a sample no profile describes."""
    rows = []
    for unknown in (0.0, 0.1, 0.25):
        rng = np.random.default_rng(1)
        errors, covered, noticed = [], [], []
        for _ in range(studies):
            made = profiles(rng)
            signal, truth = mixture(rng, made, unknown)
            seen = signal > np.quantile(signal, 0.2)
            fit = fit_mixture(made[seen, :3], signal[seen])
            errors.append(abs(fit.shares - truth)[0])
            covered.append((fit.low <= truth) & (truth <= fit.high))
            noticed.append(fit.skewness < SKEWED)
        rows.append(
            {
                "unknown source, %": 100 * unknown,
                "error, points (mean)": 100 * np.mean(errors),
                "error, points (95th percentile)": 100 * np.quantile(errors, 0.95),
                "90 % interval covers, %": 100 * np.mean(covered),
                "unknown source noticed, %": 100 * np.mean(noticed),
            }
        )
    return pd.DataFrame(rows).set_index("unknown source, %")


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES
    print(f"Verdicts on sorting, % of the features, {number} studies of 4 v 4 subjects\n")
    print(sorting(number).round(1).to_string())
    print(f"\nMixtures of three sources, {number} samples\n")
    print(mixtures(number).round(1).to_string())
