"""Studies without a difference: 200 permutations of the levels give uniform p-values."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
from differential_helpers import LPS, matrix
from scipy import stats

from evcargo.differential.counts import CountFilter, test_counts
from evcargo.differential.linear_models import Moderation
from evcargo.differential.proteins import test_proteins
from evcargo.study.model import Contrast

STUDIES = 200
compare = partial(test_proteins, alpha=0.05, min_samples=2, how=Moderation("intensity", True))
compare_counts = partial(test_counts, alpha=0.05, expressed=CountFilter(0, 0))
del test_proteins, test_counts


def proteins(samples: int, seed: int) -> pd.DataFrame:
    """150 proteins whose low values, and some samples more than others, are missing."""
    rng = np.random.default_rng(seed)
    level, spread = rng.normal(25, 2, (150, 1)), np.sqrt(0.2 * 4 / rng.chisquare(4, (150, 1)))
    values = level + spread * rng.normal(size=(150, samples))
    missing = rng.random(values.shape) < 1 / (1 + np.exp(values - 22 - rng.normal(0, 1, samples)))
    return pd.DataFrame(
        np.where(missing, np.nan, values),
        index=[f"p{n}" for n in range(150)],
        columns=[f"s{n}" for n in range(samples)],
    )


def permuted(values: pd.DataFrame, levels: list[str], contrast: Contrast, **sheet) -> list:
    """P-values of every permutation of the levels, without those that are missing."""
    rng = np.random.default_rng(17)
    found = []
    for _ in range(STUDIES):
        order = rng.permutation(len(levels))
        given = {name: [cells[n] for n in order] for name, cells in sheet.items()}
        made = matrix(values, [levels[n] for n in order], classes="protein", **given)
        found.append(compare(made, contrast).table["p_value"].dropna().to_numpy(float))
    return found


def judge(found: list) -> None:
    """One protein of each study by Kolmogorov and Smirnov: those of a study go together."""
    rng = np.random.default_rng(23)
    assert len(found) == STUDIES
    one = [rng.choice(p_values) for p_values in found]
    assert stats.kstest(one, "uniform").pvalue > 0.01
    every = np.concatenate(found)
    for alpha in (0.01, 0.05, 0.2):
        assert np.mean(every < alpha) == pytest.approx(alpha, rel=0.25)


@pytest.mark.parametrize(
    ("levels", "contrast", "sheet"),
    [
        (["control"] * 4 + ["lps"] * 4, LPS, {}),
        (["control"] * 4 + ["lps"] * 4 + ["other"] * 4, replace(LPS, fit_on="all"), {}),
        (list("aaaabbbbcccc"), Contrast("any", "condition", "", "", kind="any"), {}),
        (
            ["ev"] * 8,
            Contrast("slope", "age", "", "", kind="slope"),
            {"age": ["20", "31", "40", "44", "52", "60", "61", "75"]},
        ),
    ],
    ids=["pair", "all levels", "any", "slope"],
)
def test_moderated_statistics(levels: list[str], contrast: Contrast, sheet: dict) -> None:
    judge(permuted(proteins(len(levels), 31), levels, contrast, **sheet))


def test_samples_of_one_subject() -> None:
    """Two samples of each subject, alike: whole subjects are permuted; independence would fail."""
    rng = np.random.default_rng(41)
    subjects = [f"d{n // 2}" for n in range(16)]
    alone, blocked = [], []
    for _ in range(STUDIES // 4):
        values = rng.normal(25, 1, (120, 1)) + np.repeat(rng.normal(0, 1, (120, 8)), 2, axis=1)
        values = pd.DataFrame(
            values + rng.normal(0, 0.5, (120, 16)),
            index=[f"p{n}" for n in range(120)],
            columns=[f"s{n}" for n in range(16)],
        )
        levels = np.repeat(rng.permutation(["control"] * 4 + ["lps"] * 4), 2).tolist()
        made = matrix(values, levels, classes="protein", subject=subjects)
        alone.append((compare(made, LPS).table["p_value"] < 0.05).mean())
        blocked.append(
            (compare(made, replace(LPS, block="subject")).table["p_value"] < 0.05).mean()
        )
    assert np.mean(alone) > 0.12
    assert np.mean(blocked) == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize("kind", ["pair", "any"])
def test_counts(kind: str) -> None:
    """Wald and likelihood ratio tests are approximate: no more hits by chance than they say."""
    rng = np.random.default_rng(53)
    mean = np.exp(rng.normal(5, 1.2, 120))[:, None]
    levels = ["control"] * 4 + ["lps"] * 4 + (["other"] * 4 if kind == "any" else [])
    contrast = LPS if kind == "pair" else replace(LPS, kind="any", test="", reference="")
    shares = []
    for _ in range(6):
        counts = rng.negative_binomial(5, 5 / (5 + mean * np.ones(len(levels))))
        frame = pd.DataFrame(
            counts, [f"f{n}" for n in range(120)], [f"s{n}" for n in range(len(levels))]
        )
        made = matrix(frame, rng.permutation(levels).tolist())
        table = compare_counts(made, contrast).table
        shares.append((table["p_value"] < 0.05).mean())
    assert 0.02 < np.mean(shares) < 0.075
