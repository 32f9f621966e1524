"""Mixtures of reference profiles: known shares, their intervals, and what no profile describes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy.optimize import nnls

from evcargo.contracts import CONTRACTS
from evcargo.interpretation.deconvolution import (
    SKEWED,
    _solve,
    deconvolve,
    fit_mixture,
    mixture_metrics,
)
from evcargo.interpretation.profiles import condition_number, read_profiles
from evcargo.purity.actions import compared_of
from evcargo.purity.associations import associate
from evcargo.simulate.sources import mixture, profiles

SOURCES = ["tumour", "liver", "platelet"]


def test_solving_through_the_triangle_is_plain_nnls() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        matrix, values = rng.random((60, 4)), rng.normal(0.2, 1, 60)
        np.testing.assert_allclose(_solve(matrix, values), nnls(matrix, values)[0], atol=1e-9)


def test_an_exact_mixture_is_found_exactly() -> None:
    made = profiles(np.random.default_rng(2))[:, :3]
    fit = fit_mixture(made, made @ np.array([0.2, 0.3, 0.5]) * 1e9, bootstraps=20)
    np.testing.assert_allclose(fit.shares, [0.2, 0.3, 0.5], atol=1e-9)
    np.testing.assert_allclose(fit.high - fit.low, 0, atol=1e-6)
    assert fit.correlation == pytest.approx(1)


def test_known_mixtures_are_recovered_and_covered() -> None:
    rng = np.random.default_rng(4)
    errors, covered, noticed = [], [], []
    for _ in range(50):
        made = profiles(rng)
        signal, truth = mixture(rng, made)
        seen = signal > np.quantile(signal, 0.2)  # what is rare is missing
        fit = fit_mixture(made[seen, :3], signal[seen], bootstraps=100)
        errors.append(np.abs(fit.shares - truth))
        covered.append((fit.low <= truth) & (truth <= fit.high))
        noticed.append(fit.skewness < SKEWED)
    assert np.quantile(np.array(errors)[:, 0], 0.95) < 0.03
    assert np.mean(covered) >= 0.85
    assert np.mean(noticed) <= 0.05


def test_a_source_without_a_profile_is_noticed() -> None:
    rng = np.random.default_rng(5)
    noticed, errors = [], []
    for _ in range(20):
        made = profiles(rng)
        signal, truth = mixture(rng, made, unknown=0.25)
        fit = fit_mixture(made[:, :3], signal, bootstraps=2)
        noticed.append(fit.skewness < SKEWED)
        errors.append(np.abs(fit.shares - truth)[0])
    assert np.mean(noticed) >= 0.9
    assert np.mean(errors) < 0.05  # and it does not decide the others


def test_no_single_feature_decides() -> None:
    rng = np.random.default_rng(6)
    made = profiles(rng)
    signal, truth = mixture(rng, made)
    signal[np.argmax(made[:, 0])] *= 1000
    fit = fit_mixture(made[:, :3], signal, bootstraps=2)
    assert abs(fit.shares[0] - truth[0]) < 0.03


def test_counts_of_rare_features_do_not_decide() -> None:
    rng = np.random.default_rng(7)
    errors = []
    for _ in range(20):
        made = profiles(rng, 800)
        signal, truth = mixture(rng, made)
        counts = rng.poisson(signal / signal.sum() * 50_000)
        fit = fit_mixture(made[:, :3], counts.astype(float), counts.sum(), bootstraps=2)
        errors.append(np.abs(fit.shares - truth)[0])
    assert np.quantile(errors, 0.95) < 0.04


def study(signals: dict[str, np.ndarray], genes: list[str]) -> AnnData:
    obs = pd.DataFrame({"status": "ok", "status_reason": ""}, index=list(signals))
    named = {"name": "", "gene": genes, "is_contaminant": False, "taxon": "9606"}
    var = pd.DataFrame(named, index=genes)
    return AnnData(np.array(list(signals.values())), obs=obs, var=var)


def written(path: Path, made: np.ndarray, genes: list[str], names: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(made * 1e6, index=pd.Index(genes, name="gene"), columns=names)
    table.to_csv(path, sep="\t")
    return read_profiles(str(path))


def test_a_study_is_fitted_sample_by_sample(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    made = profiles(rng)
    genes = [f"G{n}" for n in range(len(made))]
    reference = written(tmp_path / "p.tsv", made[:, :3], genes, SOURCES)
    np.testing.assert_allclose(reference.sum(), 1)
    first, truth = mixture(rng, made)
    few = np.full(len(made), np.nan)
    few[:20] = 1.0
    matrix = study({"a": first, "b": few, "c": first}, genes)
    matrix.obs.loc["c", ["status", "status_reason"]] = ["failed", "no spectra"]
    mixtures, fits = deconvolve(matrix, "proteins", reference, "human")
    assert list(mixtures.columns) == CONTRACTS["mixtures"].names
    shares = mixtures[mixtures["sample"] == "a"].set_index("source")["share"]
    assert shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(shares[SOURCES], truth, atol=0.04)
    reasons = fits.set_index("sample")["reason"]
    assert reasons.tolist() == [
        "",
        "20 features of the profiles are seen; 30 are needed",
        "no spectra",
    ]
    assert mixtures[mixtures["sample"] != "a"]["share"].isna().all()


def test_profiles_that_are_too_alike_where_they_were_measured_are_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(9)
    made = profiles(rng)[:, :3]
    made[:400, 1] = made[:400, 0] * rng.uniform(0.99, 1.01, 400)
    genes = [f"G{n}" for n in range(len(made))]
    reference = written(tmp_path / "p.tsv", made, genes, SOURCES)
    assert condition_number(made[:400]) > 100
    matrix = study({"a": made[:400, 2]}, genes[:400])
    mixtures, fits = deconvolve(matrix, "proteins", reference, "human")
    assert "profiles of tumour and liver are too alike" in fits["reason"].iloc[0]
    assert mixtures["share"].isna().all()


def test_shares_are_held_to_the_contrasts() -> None:
    samples = pd.DataFrame(
        {"sample": list("abcdefgh"), "material": "ev", "condition": ["t"] * 4 + ["h"] * 4}
    )
    mixtures = pd.DataFrame(
        {"sample": list("abcdefgh"), "assay": "rna", "source": "tumour",
         "share": [0.5, 0.4, 0.45, 0.6, 0.1, 0.2, 0.15, 0.0]}
    )  # fmt: skip
    fits = pd.DataFrame({"sample": list("abcdefgh"), "assay": "rna", "correlation": 0.9})
    none = pd.DataFrame(columns=CONTRACTS["origins"].names)
    metrics = mixture_metrics(mixtures, fits, none)
    contrast = {
        "name": "t_v_h",
        "column": "condition",
        "test": "t",
        "reference": "h",
        "material": "ev",
    }
    found = associate(metrics, samples, [contrast], 0.05)
    assert found["metric"].tolist() == ["share of tumour"]
    assert found["p_value"].iloc[0] == pytest.approx(2 / 70)  # exact rank test of 4 v 4
    poor = fits.assign(correlation=[0.9, -0.07, *[0.9] * 6])
    assert set(mixture_metrics(mixtures, poor, none)["sample"]) == set("acdefgh")
    actions = pd.DataFrame({"sample": list("abcdefgh"), "action": ["left out", *["none"] * 7]})
    left = associate(metrics, compared_of(samples, actions), [contrast], 0.05)
    assert (left["n_test"].iloc[0], left["n_reference"].iloc[0]) == (3, 4)


def test_draws_without_a_feature_of_a_source_are_solved() -> None:
    rng = np.random.default_rng(10)
    made = profiles(rng)[:, :3]
    made[:, 2] = 0.0
    made[0, 2] = 1.0  # one feature, which a third of all draws lacks
    truth = np.array([0.3, 0.5, 0.2])
    fit = fit_mixture(made, made @ truth, bootstraps=20)
    np.testing.assert_allclose(fit.shares, truth, atol=1e-6)
    assert np.isfinite([fit.low, fit.high]).all()


def test_most_features_may_fit_exactly() -> None:
    matrix = np.repeat(np.eye(2), [6, 6], axis=0)
    values = np.repeat([0.25, 0.75], 6)
    values[0] = 5.0
    fit = fit_mixture(matrix, values, bootstraps=5)
    np.testing.assert_allclose(fit.shares, [0.25, 0.75], atol=0.01)
