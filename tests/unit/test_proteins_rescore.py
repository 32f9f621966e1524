import numpy as np
import pandas as pd

from evcargo.proteins.fdr import accept
from evcargo.proteins.rescore import pair_of, rescore


def simulated(n_right, n_wrong, seed=1):
    """PSMs of which the right ones are targets; score and mass error each tell only half."""
    rng = np.random.default_rng(seed)
    n = n_right + n_wrong
    right = np.arange(n) < n_right
    letters = np.array(list("ACDEFGHKLMNPQRSTVWY"))
    peptides = ["".join(rng.choice(letters, 10)) + "K" for _ in range(n)]
    return pd.DataFrame(
        {
            "run": rng.choice(["a", "b"], n),
            "rt": rng.uniform(5, 60, n),
            "peptide": peptides,
            "modified": peptides,
            "is_decoy": ~right & (rng.random(n) < 0.5),
            "hyperscore": rng.normal(20, 5, n) + 10 * right,
            "delta_next": rng.exponential(3, n) + 3 * right,
            "matched_peaks": rng.poisson(8, n),
            "longest_b": rng.poisson(3, n),
            "longest_y": rng.poisson(4, n),
            "longest_y_share": rng.random(n),
            "matched_share": rng.random(n),
            "candidates": rng.poisson(300, n),
            "poisson": -rng.exponential(4, n),
            "ppm": np.where(right, rng.normal(2, 1, n), rng.uniform(-10, 10, n)),
            "fragment_ppm": rng.uniform(2, 12, n),
            "mass_shift": 0.0,
            "isotope_error": np.where(right, 0, rng.integers(0, 2, n)),
            "missed_cleavages": rng.integers(0, 3, n),
            "mass": rng.uniform(800, 3000, n),
            "charge": rng.integers(2, 5, n),
        }
    ), right


def test_rescoring_finds_more_at_the_same_true_proportion():
    psms, right = simulated(1500, 4000)
    score, method = rescore(psms, 0.01)
    plain = accept(psms["hyperscore"], psms["is_decoy"], 0.01).accepted
    better = accept(score, psms["is_decoy"], 0.01).accepted
    assert method.startswith("linear discriminant analysis")
    assert better.sum() > 1.3 * plain.sum()
    assert (~right[better]).mean() < 0.02


def test_noise_is_not_learnt():
    psms, _ = simulated(0, 4000)
    score, method = rescore(psms, 0.01)
    assert method.startswith("engine score")
    assert not accept(score, psms["is_decoy"], 0.01).accepted.any()


def test_little_data_keep_the_engine_score_and_say_so():
    psms, _ = simulated(40, 60)
    score, method = rescore(psms, 0.01)
    assert "too few confident targets or decoys" in method
    pd.testing.assert_series_equal(score, psms["hyperscore"], check_names=False)


def test_no_psms_at_all():
    score, method = rescore(simulated(0, 0)[0], 0.01)
    assert (len(score), method) == (0, "engine score (no PSMs)")


def test_the_pair_of_a_decoy_is_the_target_it_mirrors():
    frame = pd.DataFrame({"peptide": ["ABCDEK", "AEDCBK"], "is_decoy": [False, True]})
    assert pair_of(frame).tolist() == ["ABCDEK", "ABCDEK"]
