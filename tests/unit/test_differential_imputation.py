"""Imputed columns: draws against the rule they follow, and tables by hand."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from differential_helpers import LPS, matrix

from evcargo.differential.imputation import LOW_END, draw_low_values
from evcargo.differential.linear_models import Moderation
from evcargo.differential.proteins import test_proteins
from evcargo.study.model import Contrast

compare = partial(test_proteins, alpha=0.05, min_samples=2, how=Moderation("intensity", True))
del test_proteins

COLUMNS = ["imputed_log2_fold_change", "imputed_adjusted_p_value"]


def missing_low(seed: int = 3, proteins: int = 2000) -> np.ndarray:
    """8 samples, each on a level of its own, that lost what is low."""
    rng = np.random.default_rng(seed)
    abundance = rng.normal(22, 2, (proteins, 1))
    values = abundance + rng.normal(0, 0.5, (proteins, 8)) + np.arange(8)
    lost = rng.random(values.shape) > 1 / (1 + np.exp(-(abundance - 20)))
    values[lost] = np.nan
    return values


def test_draws_follow_the_low_end_of_each_sample() -> None:
    values = missing_low()
    filled = draw_low_values(values)
    missing = np.isnan(values)
    np.testing.assert_array_equal(filled[~missing], values[~missing])
    # By the rule: around the lowest percentile, as wide as the median protein.
    spreads = [row[np.isfinite(row)].std(ddof=1) for row in values if np.isfinite(row).sum() > 4]
    for sample in range(8):
        seen = values[~missing[:, sample], sample]
        drawn = filled[missing[:, sample], sample]
        error = np.median(spreads) / np.sqrt(len(drawn))
        assert drawn.mean() == pytest.approx(np.quantile(seen, LOW_END), abs=4 * error)
        assert drawn.std(ddof=1) == pytest.approx(np.median(spreads), rel=0.15)
    np.testing.assert_array_equal(filled, draw_low_values(values))


def study(values: np.ndarray):
    names = [f"s{number}" for number in range(8)]
    frame = pd.DataFrame(values, [f"p{n:04d}" for n in range(len(values))], names)
    return matrix(frame, ["control"] * 4 + ["lps"] * 4, classes="protein")


def test_without_missing_values_the_columns_say_what_the_test_says() -> None:
    made = study(np.nan_to_num(missing_low(proteins=100), nan=21.0))
    table = compare(made, LPS, imputation="left_censored").table
    np.testing.assert_allclose(table[COLUMNS[0]], table["log2_fold_change"])
    np.testing.assert_allclose(table[COLUMNS[1]], table["adjusted_p_value"])


def test_a_protein_of_one_level_has_imputed_figures_only() -> None:
    values = missing_low()
    values -= np.arange(8)
    values[0] = [np.nan] * 4 + [24.0, 24.2, 23.8, 24.0]
    values[1] = [np.nan] * 4 + [24.0] + [np.nan] * 3
    low = np.nanquantile(values, LOW_END, axis=0)[:4].mean()
    result = compare(study(values), LPS, imputation="left_censored")
    table = result.table.set_index("feature")
    assert np.isnan(table.loc["p0000", "p_value"]) and not table.loc["p0000", "tested"]
    assert table.loc["p0000", COLUMNS[0]] == pytest.approx(24 - low, abs=1.5)
    assert table.loc["p0000", COLUMNS[1]] < 0.05
    assert table.loc["p0001", COLUMNS].isna().all()  # one value at either level is no evidence
    assert "drawn from the low end (MinProb)" in result.method
    plain = compare(study(values), LPS).table.set_index("feature")
    assert plain[COLUMNS].isna().all(axis=None)
    pd.testing.assert_frame_equal(plain.drop(columns=COLUMNS), table.drop(columns=COLUMNS))


def test_kind_any_has_no_imputed_fold_change() -> None:
    asked = Contrast("c", "condition", "", "", kind="any")
    table = compare(study(missing_low(proteins=100)), asked, imputation="left_censored").table
    assert table[COLUMNS].isna().all(axis=None)


def test_relative_quantities_are_not_drawn_from_their_low_end() -> None:
    made = study(missing_low(proteins=100))
    made.uns["scale"] = "relative"
    result = compare(made, LPS, imputation="left_censored")
    assert result.table[COLUMNS].isna().all(axis=None)
    assert "imputed" not in result.method
