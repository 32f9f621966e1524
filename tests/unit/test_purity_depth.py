"""What a run could not see."""

import re

import numpy as np
import pandas as pd
import pytest
from purity_helpers import PANELS, answer, default_options, protein_matrix, sheet

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


def test_the_tail_of_a_power_law_is_its_sum():
    """Intensities 1 / rank^2 of 5,000 groups, of which a run shows 100."""
    whole = 1.0 / np.arange(1, 5001) ** 2
    table = frame(np.where(np.arange(5000) < 100, whole, np.nan), whole)
    wanted = whole[100:].sum() / whole[:100].sum()
    np.testing.assert_allclose(tails(table), [wanted, 0], rtol=1e-6)


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
        r"; with what 200 protein groups do not show (\S+) to (\S+)$", told[200]["rule"]
    )
    low, high = map(float, said.groups())
    assert low <= made.truth.at["S01", BOVINE_CLASS] <= high
    assert low <= told[200]["value"] <= high and high - low > 0.05
