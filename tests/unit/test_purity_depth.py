"""What a run could not see."""

import re

import numpy as np
import pandas as pd
import pytest
from purity_helpers import PANELS, answer, default_options, protein_matrix, sheet

from evcargo.differential.axes import log2_metrics, purity_axes
from evcargo.purity.depth import hidden, out_of_reach, share_range, tails
from evcargo.purity.markers import read_panels
from evcargo.purity.score import score
from evcargo.purity.shares import BOVINE_CLASS
from evcargo.simulate.titration import SERUM, Titration, thinned, titrated


def frame(*rows):
    names = [f"p{n}" for n in range(len(rows[0]))]
    return pd.DataFrame(np.array(rows, dtype=float), [f"s{n}" for n in range(len(rows))], names)


def test_hidden_signal_is_what_others_show_up_to_the_floor():
    """s0 shows 4 + 12 of 16; its floor, a quarter on from 4 to 12, is 6 / 16."""
    nan = np.nan
    table = frame([4, 12, nan, nan, nan], [1, 1, 1, 7, nan], [1, 1, 1, 7, nan])
    found = hidden(table).loc["s0"]
    np.testing.assert_allclose(found, [0, 0, 0.1, 6 / 16, 0])
    assert hidden(table).loc["s1"].sum() == 0


def test_share_range_by_hand():
    assert share_range(0.2, 0.0, 0.25) == pytest.approx((0.16, 0.2))
    assert share_range(0.2, 0.25, 0.25) == pytest.approx((0.16, 0.36))
    assert share_range(0.0, np.inf, 0.25) == (0, 1)


def test_the_tail_of_a_power_law_is_its_sum():
    """Intensities 1 / rank^2 of 5,000 groups, of which a run shows 100."""
    whole = 1.0 / np.arange(1, 5001) ** 2
    table = frame(np.where(np.arange(5000) < 100, whole, np.nan), whole)
    wanted = whole[100:].sum() / whole[:100].sum()
    np.testing.assert_allclose(tails(table), [wanted, 0], rtol=1e-6)


@pytest.mark.parametrize(
    ("steep", "verdict", "rule"),
    [
        (3, "pass", "0 fraction is not above 0.02"),  # 1 / rank^3: hardly anything is hidden
        (1, "not assessed", "not assessed: 0, 0 to 0.43 with what 100 protein groups do not show:"),
    ],
)
def test_a_class_of_which_a_shallow_run_shows_nothing_has_a_share_of_0(steep, verdict, rule):
    """Of 1 / rank the groups beyond the 100th hold sum(1 / 101 ... 1 / 5000) / 5.19 = 0.755."""
    amounts = 1.0 / np.arange(1, 101) ** steep
    rows = {f"X{n:03d}": (f"OTHER{n}", [amount]) for n, amount in enumerate(amounts)}
    tables = score(
        sheet({"sample": "s1"}),
        read_panels(PANELS),
        default_options(),
        proteins=protein_matrix(rows, ["s1"]),
    )
    row = answer(tables["criteria"], "s1", "haemoglobin share")
    assert (row["verdict"], row["value"]) == (verdict, 0)
    assert row["rule"].startswith(rule)
    assert (row["threshold"], row["evidence"]) == ("warn > 0.02, fail > 0.1", "none found")


def test_out_of_reach_is_what_is_not_there_and_was_not_to_be_expected():
    table = frame([8, 8, 8, np.nan, np.nan])
    expected = pd.DataFrame([[4.0, 2.0, 5.0]], ["s0"], ["p0", "p3", "p4"])
    assert out_of_reach(table, expected).loc["s0"].tolist() == [False, False, False, True, False]


def test_the_absence_of_markers_too_weak_to_be_seen_does_not_count():
    """s2 has 64 times less EV core than s1, so that CD9 and CD63 would be below its floor."""
    strong = {"P11142": "HSPA8", "P04083": "ANXA1", "P07355": "ANXA2", "P08133": "ANXA6"}
    weak = {"P21926": "CD9", "P08962": "CD63", "P60033": "CD81", "P27701": "CD82"}
    rows = {a: (g, [2.0**12, 2.0**6]) for a, g in strong.items()}
    rows |= {a: (g, [2.0**4, np.nan]) for a, g in weak.items()}
    matrix = protein_matrix(rows, ["s1", "s2"], others=600)
    samples = sheet({"sample": "s1"}, {"sample": "s2"})
    tables = score(samples, read_panels(PANELS), default_options(), proteins=matrix)
    row = answer(tables["criteria"], "s2", "tetraspanins CD9, CD63, CD81, CD82")
    assert row["verdict"] == "not assessed"
    assert "of so little EV core 604 protein groups would not show them" in row["rule"]
    # With as much EV core as s1 they would have been seen: then they are absent.
    for accession in strong:
        matrix.X[1, matrix.var_names.get_loc(accession)] = 2.0**12
    tables = score(samples, read_panels(PANELS), default_options(), proteins=matrix)
    row = answer(tables["criteria"], "s2", "tetraspanins CD9, CD63, CD81, CD82")
    assert row["verdict"] == "fail"


def test_a_share_is_told_with_its_range_where_much_may_be_unseen():
    """At 200 protein groups a tenth of the signal is unseen; the range holds the true share."""
    panels = read_panels(PANELS)
    made = titrated(Titration(SERUM, (0.5, 0.5)), panels, 1)
    told = {}
    for depth, matrix in ((4000, made.matrix), (200, thinned(made.matrix, 200, 1))):
        tables = score(made.samples, panels, default_options(), proteins=matrix)
        told[depth] = answer(tables["criteria"], "S01", f"{BOVINE_CLASS} share")
    assert told[4000]["rule"].endswith("is above 0.15")
    said = re.search(
        r"; (\S+) to (\S+) with what 200 protein groups do not show$", told[200]["rule"]
    )
    low, high = map(float, said.groups())
    assert low <= made.truth.at["S01", BOVINE_CLASS] <= high
    assert low <= told[200]["value"] <= high and high - low > 0.05


@pytest.mark.parametrize("clean", [[0], [0, 1, 2, 3, 4, 5]])
def test_clean_samples_of_a_shallow_study_do_not_take_its_haemolysis_away(clean):
    """60 groups, far below min_depth, and no haemoglobin in one or all of the reference samples."""
    rng = np.random.default_rng(3)
    n, group = 12, ["a"] * 6 + ["b"] * 6
    level = np.array([0.3, 4, 8, 2, 12, 3, 60, 39, 30, 75, 45, 90])
    rows = {"P21926": ("CD9", [50.0] * n), "P02768": ("ALB", [50.0] * n)}
    for accession, gene in {"P69905": "HBA1", "P68871": "HBB"}.items():
        amounts = level.copy()
        amounts[clean] = np.nan
        rows[accession] = (gene, list(amounts))
    rows |= {f"X{k}": (f"OTHER{k}", list(2.0 ** rng.normal(2, 1, n))) for k in range(60)}
    names = [f"s{number:02d}" for number in range(n)]
    samples = sheet(*({"sample": s, "condition": c} for s, c in zip(names, group, strict=True)))
    contrast = {"name": "c", "column": "condition", "test": "b", "reference": "a"}
    tables = score(
        samples,
        read_panels(PANELS),
        default_options(),
        [contrast],
        proteins=protein_matrix(rows, names),
    )
    told = tables["associations"].set_index("metric").loc["haemoglobin share"]
    assert (told["n_test"], told["n_reference"]) == (6, 6)
    assert told["p_value"] < 0.01 and told["associated"]
    design = pd.DataFrame({"Intercept": 1.0, "c": np.repeat([0.0, 1.0], 6)}, index=names)
    metrics = log2_metrics(tables["criteria"], tables["shares"])
    assert np.isneginf(metrics.loc[names[0], "haemoglobin share"])
    axes = purity_axes(metrics, tables["associations"], design, "c", "auto")
    assert axes.names[0] == "haemoglobin share"
    assert answer(tables["criteria"], names[0], "haemoglobin share")["value"] == 0


def test_one_sample_without_albumin_was_searched_for_it_where_others_show_it():
    """A table without contaminants: were albumin taken out, no sample would show it."""
    rows = {"P02768": ("ALB", [50.0, np.nan]), "P21926": ("CD9", [9.0, 9.0])}
    tables = score(
        sheet({"sample": "s1"}, {"sample": "s2"}),
        read_panels(PANELS),
        default_options(min_depth=5),
        proteins=protein_matrix(rows, ["s1", "s2"], others=30),
    )
    row = answer(tables["criteria"], "s2", "albumin share")
    assert (row["verdict"], row["value"]) == ("pass", 0)
    row = answer(tables["criteria"], "s2", "keratin share")
    assert row["verdict"] == "not assessed" and np.isnan(row["value"])
    assert row["threshold"] == "warn > 0.05, fail > 0.2"
