"""Profiles of subtypes and routes of biogenesis."""

import numpy as np
import pytest
from purity_helpers import PANELS, default_options, protein_matrix, sheet

from evcargo.contracts import CONTRACTS
from evcargo.purity.markers import read_panels
from evcargo.purity.profiles import discriminating, profile_panels
from evcargo.purity.score import score


@pytest.fixture(scope="module")
def profiles():
    """Small EVs in s1, few in s2; s3 has no proteins."""
    features = {
        "P21926": ("CD9", [4.0, 1.0]),
        "P08962": ("CD63", [2.0, np.nan]),
        "O00560": ("SDCBP", [2.0, 2.0]),
        "P14625": ("HSP90B1", [np.nan, 5.0]),
        "P10809": ("HSPD1", [3.0, 3.0]),
    }
    matrix = protein_matrix(features, ["s1", "s2"], others=600)
    samples = sheet({"sample": "s1"}, {"sample": "s2"}, {"sample": "s3"})
    tables = score(samples, read_panels(PANELS), default_options(), proteins=matrix)
    return tables["profiles"].set_index(["sample", "panel"]), tables


def test_small_evs_by_hand(profiles):
    """Signal of s1: 11 + 600; of s2: 11 + 600. CD9 is 4 v 1, SDCBP 2 v 2; CD63 only in s1."""
    row = profiles[0].loc["s1", "subtype_small_ev"]
    assert (row["members"], row["could_be"], row["leading"]) == (3, 8, "CD9, CD63, SDCBP")
    assert row["share"] == pytest.approx(8 / 611)
    assert row["relative"] == pytest.approx((1 + 0) / 2)  # log2 4 less the mean of log2 4, log2 1
    assert profiles[0].loc["s2", "subtype_small_ev"]["relative"] == pytest.approx(-0.5)
    large = profiles[0].loc["s1", "subtype_large_ev"]
    assert (large["members"], large["share"]) == (0, 0) and np.isnan(large["relative"])


def test_every_sample_has_every_profile(profiles):
    table = profiles[0].reset_index()
    assert list(table[CONTRACTS["profiles"].names].columns) == CONTRACTS["profiles"].names
    by_sample = table.groupby("sample")["panel"].agg(list)
    assert by_sample["s1"] == by_sample["s2"] == by_sample["s3"]
    assert {"lipoprotein", "biogenesis_escrt", "biogenesis_syntenin"} <= set(by_sample["s1"])
    assert table.loc[table["sample"] == "s3", "could_be"].eq(0).all()
    assert set(table["kind"]) == {"subtype", "route"}


def test_panels_of_few_members_of_their_own_tell_no_subtype():
    own = discriminating(profile_panels(read_panels(PANELS)))
    assert own["subtype_small_ev"] and own["subtype_large_ev"] and own["lipoprotein"]
    assert not own["subtype_microvesicle"]


def test_hsp60_is_evidence_of_no_ev(profiles):
    """HSPD1 is mitochondrial: in no profile, no class of EVs, no criterion."""
    table, tables = profiles
    assert not table["leading"].str.contains("HSPD1").any()
    named = tables["markers"][tables["markers"]["gene"] == "HSPD1"]
    assert not named["role"].str.startswith("ev").any()
    positive = tables["criteria"]["criterion"].str.contains("MISEV|tetraspanins|Alix")
    assert not tables["criteria"].loc[positive, "evidence"].str.contains("HSPD1").any()
