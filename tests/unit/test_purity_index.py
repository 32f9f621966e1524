"""The EV index: by hand, in simulated titrations, and in what it says of itself."""

import numpy as np
import pandas as pd
import pytest
from purity_helpers import PANELS, answer, default_options, protein_matrix, sheet
from scipy.stats import spearmanr

from evcargo.contracts import CONTRACTS
from evcargo.purity import shares as classes
from evcargo.purity.index import (
    ev_index,
    index_answer,
    indices,
    study_profiles,
)
from evcargo.purity.levels import class_profile, level, polish
from evcargo.purity.markers import match, read_panels
from evcargo.purity.score import score
from evcargo.simulate.titration import (
    BLOOD,
    CONTAMINANTS,
    SERUM,
    Titration,
    thinned,
    titrated,
    true_index,
)

NOTHING = -100.0  # a floor so low that nothing hides below it


@pytest.fixture(scope="module")
def panels() -> pd.DataFrame:
    return read_panels(PANELS)


def profile(rows, members=0, floor=NOTHING, letter="c"):
    """Of samples x markers."""
    frame = pd.DataFrame(rows, [f"s{n}" for n in range(len(rows))])
    frame.columns = [f"{letter}{n}" for n in range(frame.shape[1])]
    return class_profile(frame, pd.Series(floor, frame.index), members)


def test_median_polish_finds_the_effects_of_an_additive_table():
    """Effects 0, 2, 5 up to a constant, in samples of level 1, 4 and 9; one value is missing."""
    table = np.array([[1, 3, 6], [4, 6, 9], [9, 11, np.nan]], dtype=float)
    effect = polish(table)
    np.testing.assert_allclose(effect - effect[0], [0, 2, 5])


def test_level_by_hand():
    nan = np.nan
    assert level(np.array([1.0, 2.0, 9.0]), np.full(3, NOTHING)) == 2
    # An unseen marker that would have to be seen at 0 pulls the median down; one at 5 does not.
    assert level(np.array([1.0, 2.0, 9.0, nan]), np.array([nan, nan, nan, 0.0])) == 1.5
    assert level(np.array([1.0, 2.0, 9.0, nan]), np.array([nan, nan, nan, 5.0])) == 2
    # Nothing is seen: below the lowest bound, in the middle of six octaves.
    assert level(np.array([nan, nan]), np.array([4.0, 7.0])) == 1


def test_index_by_hand():
    """EV core 2^4 + 2^3 = 24 and 4 times that; contaminants 2^5 + 2^2 = 36 in both samples."""
    core, impure = profile([[4, 3], [6, 5]]), profile([[5, 2], [5, 2]])
    values = [ev_index(sample, core, [impure], NOTHING).value for sample in ("s0", "s1")]
    np.testing.assert_allclose(values, np.log2([24 / 36, 96 / 36]))
    assert ev_index("s0", core, [impure], NOTHING).unseen == pytest.approx(0, abs=1e-9)


def test_leaving_one_marker_out_by_hand():
    """Without the 2^5 contaminants are 2^2: log2 24 / 4; without the 2^4 EV core is 8 of 36."""
    index = ev_index(
        "s0", profile([[4, 3], [6, 5]], letter="e"), [profile([[5, 2], [5, 2]])], NOTHING
    )
    np.testing.assert_allclose(index.without_high, np.log2(24 / 4))
    np.testing.assert_allclose(index.without_low, np.log2(8 / 36))
    assert index.decider == "c0"


def test_one_outlier_counts_eightfold_at_most():
    """Nine markers agree in six samples; in one of these the ninth is 2^20-fold."""
    rows = np.tile(np.arange(9.0), (6, 1))
    rows[0, 8] += 20
    core = profile(rows)
    flat = [profile(np.zeros((6, 3)))]
    wild, plain = (ev_index(sample, core, flat, NOTHING).value for sample in ("s0", "s1"))
    total = 2.0 ** np.arange(9)
    assert wild - plain == pytest.approx(np.log2((total[:8].sum() + 8 * total[8]) / total.sum()))


def test_one_sample_draws_which_markers_it_happens_to_hold():
    """Its markers can not disagree: the profile is the sample's own."""
    core, impure = profile([[9.0, 3, 5, 6]]), profile([[4.0, 1, 2]])
    index = ev_index("s0", core, [impure], NOTHING)
    np.testing.assert_allclose(index.value, np.log2((512 + 8 + 32 + 64) / (16 + 2 + 4)))
    assert index.low < index.value - 0.5 and index.high > index.value + 0.5


def as_table(index_of):
    return pd.DataFrame({name: vars(index) for name, index in index_of.items()}).T


@pytest.mark.parametrize("depth", [4000, 1000, 200])
def test_titrations(panels, depth):
    """Monotone in the EV fraction, and the 90 % interval holds the truth (large: benchmarks/)."""
    covered = []
    for contaminant in CONTAMINANTS:
        fractions = (0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.97)
        made = titrated(Titration(contaminant, fractions, depth), panels, 3)
        intensity = made.matrix.to_df()
        class_of = classes.protein_classes(made.matrix.var, panels)
        profiles = study_profiles(intensity, class_of, match(made.matrix.var, panels), panels)
        fluid = made.samples.set_index("sample")["biofluid"].to_dict()
        table = as_table(indices(intensity, profiles, fluid, {}))
        truth = true_index(made)
        order = spearmanr(-made.truth["fraction"], table["value"].astype(float))
        assert order.statistic >= 0.98, contaminant
        covered += list((table["low"] <= truth) & (truth <= table["high"]))
        if contaminant == SERUM and depth == 4000:
            bovine = classes.protein_shares(made.matrix, panels)[classes.BOVINE_CLASS]
            assert (bovine - made.truth[classes.BOVINE_CLASS]).abs().max() < 0.02
    assert np.mean(covered) >= 0.85


def test_no_verdict_flips_through_depth_alone(panels):
    """The same samples, of 4,000 protein groups, as if their runs had shown fewer."""
    made = titrated(Titration(SERUM, (0, 0.05, 0.3, 0.9)), panels, 1)
    options = default_options()
    scored = [
        score(made.samples, panels, options, proteins=matrix)
        for matrix in (made.matrix, *(thinned(made.matrix, depth, 1) for depth in (800, 250)))
    ]
    deep, *fewer = (
        tables["criteria"].set_index(["sample", "criterion"])["verdict"] for tables in scored
    )
    for verdict in fewer:
        flipped = (verdict != deep) & verdict.ne("not assessed") & deep.ne("not assessed")
        assert not flipped.any(), list(deep.index[flipped])
    assert (fewer[0] != "not assessed").sum() > 0.8 * (deep != "not assessed").sum()
    assert no_sample_flips(*(tables["verdicts"] for tables in scored)) == [3, 2]


def no_sample_flips(deep, *fewer):
    """Count the samples that each shallower measurement judges, all as the deepest one does."""
    judged = []
    for table in fewer:
        known = table["verdict"].ne("not assessed") & deep["verdict"].ne("not assessed")
        same = table["verdict"] == deep["verdict"]
        told = table["reason"].str.startswith("at least: ") & deep["verdict"].eq("fail")
        assert (same | told)[known].all(), table.to_string()
        judged.append(int(known.sum()))
    return judged


def test_a_borderline_share_does_not_pass_in_a_shallower_run(panels):
    """30 % plasma: albumin 0.101 warns above 0.1, and of 800 groups nothing can be told of it."""
    made = titrated(Titration(BLOOD, (0.3,), 4000), panels, 3)
    verdicts = [
        score(made.samples, panels, default_options(), proteins=matrix)["verdicts"]
        for matrix in (made.matrix, thinned(made.matrix, 800, 3))
    ]
    assert verdicts[0]["verdict"].tolist() == ["warn"]
    row = verdicts[1].iloc[0]
    assert row["verdict"] == "not assessed"
    assert row["reason"] == (
        "no criterion failed or warned, but albumin share could not be told at this depth"
    )


def test_no_tetraspanin_in_a_shallow_run_alone_is_no_failure(panels):
    """90 % plasma has three of the four at 4,000 groups and none at 520."""
    made = titrated(Titration(BLOOD, (0.9,), 4000), panels, 6)
    table = score(made.samples, panels, default_options(), proteins=thinned(made.matrix, 520, 6))[
        "criteria"
    ]
    row = answer(table, "S00", "tetraspanins CD9, CD63, CD81, CD82")
    assert (row["verdict"], row["value"]) == ("not assessed", 0)
    assert "520 protein groups are fewer than 1500" in row["rule"]


def judged(index, **given):
    said = {"limits": {"default": [-1, -3]}, "complete": True, "depth": 900} | given
    return index_answer(index, "cell_culture", **said)


def test_the_verdict_is_by_the_value_and_says_where_the_interval_reaches_a_limit(panels):
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1, (6, 12))
    core, impure = profile(noise + 8), [profile(noise[:, ::-1] + 8.6)]
    index = ev_index("s0", core, impure, NOTHING)
    assert index.low < -1 < index.value < index.high
    row = judged(index)
    assert (row.verdict, row.value) == ("pass", index.value)
    assert row.rule.endswith("; the interval reaches the limit -1")
    open_row = judged(index, complete=False)
    assert open_row.verdict == "not assessed" and "at most" in open_row.rule


def test_too_few_markers_decide_only_with_their_whole_interval(panels):
    """Two EV core proteins; the run of 8 groups would have to show a hundred others."""
    many = {f"P{n:05d}": (gene, [2.0**20]) for n, gene in enumerate(("ALB", "TF", "HPX", "APOB"))}
    few = {"P21926": ("CD9", [2.0]), "P08962": ("CD63", [2.0])}
    proteins = protein_matrix(many | few, ["s1"], others=2)
    tables = score(sheet({"sample": "s1"}), panels, default_options(), proteins=proteins)
    row = answer(tables["criteria"], "s1", "EV index")
    assert row["verdict"] == "fail"
    assert row["evidence"].startswith("2 EV core and 4 contaminant markers")


def test_every_sample_of_the_sheet_has_a_row(panels):
    proteins = protein_matrix({"P21926": ("CD9", [1.0, np.nan])}, ["s1", "s2"], others=30)
    samples = sheet(*({"sample": name} for name in ("s1", "s2", "s3")))
    for given in (proteins, None):
        table = score(samples, panels, default_options(), proteins=given)["index"]
        assert list(table["sample"]) == ["s1", "s2", "s3"]
        assert list(table.columns) == CONTRACTS["index"].names
        assert table["verdict"].eq("not assessed").all()
        assert table["rule"].str.startswith("not assessed: ").all()
