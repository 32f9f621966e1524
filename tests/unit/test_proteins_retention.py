"""Retention times of simulated peptides, whose law is known."""

import numpy as np
import pandas as pd
import pytest
from test_proteins_rescore import simulated

from evcargo.proteins.fdr import accept
from evcargo.proteins.rescore import rescore
from evcargo.proteins.retention import LEAST_PEPTIDES, RetentionTimes, composition

WEIGHT = dict(zip("ACDEFGHKLMNPQRSTVWY", np.linspace(-1.5, 2.5, 19), strict=True))


def law(peptides):
    """Retention by residues, min, for a run whose gradient is neither early nor long."""
    return np.array([30 + sum(WEIGHT[one] for one in text) for text in peptides])


def runs(n=1500, wrong=300):
    """Three runs whose clocks differ by a line; the last PSMs have any retention time."""
    rng = np.random.default_rng(4)
    letters = np.array(list(WEIGHT))
    peptides = ["".join(rng.choice(letters, rng.integers(7, 20))) + "K" for _ in range(n)]
    run = rng.choice(["a", "b", "c"], n)
    slope, offset = {"a": 1.0, "b": 0.5, "c": 2.0}, {"a": 0.0, "b": 3.0, "c": -20.0}
    rt = law(peptides) * [slope[r] for r in run] + [offset[r] for r in run]
    rt += rng.normal(0, 0.5, n) * [slope[r] for r in run]
    rt[-wrong:] = rng.permutation(rt[-wrong:])
    right = np.arange(n) < n - wrong
    return pd.DataFrame({"run": run, "rt": rt, "modified": peptides}), right


def test_features_are_counted_by_hand():
    # Residues A C D ... of AC[+57.0215]DEK: one each of A, C, D, E, K; the first three are A, C, D;
    # the last three but the very last C, D, E; five residues, one shift.
    counts = dict.fromkeys("ACDEK", 1) | dict.fromkeys("FGHLMNPQRSTVWY", 0)
    expected = [
        *(counts[one] for one in WEIGHT),
        *(one in "ACD" for one in WEIGHT),
        *(one in "CDE" for one in WEIGHT),
        5,
        np.log(5),
        1,
    ]
    np.testing.assert_allclose(composition(["AC[+57.0215]DEK"])[0], expected)
    terminal = composition(["[+42.0106]-ACDEK", "[+79.97]?ACDEK"])
    np.testing.assert_allclose(terminal[:, :-1], composition(["ACDEK"])[[0, 0], :-1])


def test_right_and_wrong_matches_differ_in_every_run():
    psms, right = runs()
    rng = np.random.default_rng(0)
    known = right & (rng.random(len(psms)) < 0.6)
    errors = RetentionTimes(psms).errors(known)
    assert errors is not None
    judged = ~known
    for run in "abc":
        own = judged & (psms["run"] == run).to_numpy()
        assert 0.5 < np.median(errors[own & right]) < 1.5
        assert np.median(errors[own & ~right]) > 4


def test_too_few_known_peptides_predict_nothing():
    psms, right = runs()
    known = right & (np.arange(len(psms)) < LEAST_PEPTIDES - 1)
    assert RetentionTimes(psms).errors(known) is None


@pytest.mark.parametrize("informative", [True, False])
def test_retention_helps_where_it_tells_and_does_no_harm_where_not(informative):
    psms, right = simulated(3000, 6000)
    rng = np.random.default_rng(2)
    psms["hyperscore"] -= 2 * right  # harder
    before = accept(rescore(psms, 0.01)[0], psms["is_decoy"], 0.01).accepted
    if informative:
        psms["rt"] = np.where(
            right, law(psms["peptide"]) + rng.normal(0, 0.5, len(psms)), psms["rt"]
        )
    score, method = rescore(psms, 0.01)
    after = accept(score, psms["is_decoy"], 0.01).accepted
    assert "retention" in method
    assert (~right[after]).mean() < 0.016
    if informative:
        assert after.sum() > 1.15 * before.sum()
