from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evcargo.errors import EvcargoError
from evcargo.simulate.demo import (
    LOG2_FOLD_CHANGES,
    N_DIFFERENT,
    RESOURCES,
    TETRASPANINS,
    composition,
    preparations,
    true_changes,
)
from evcargo.simulate.profiles import fill_component, mix, read_profiles, vary


@pytest.fixture
def profiles() -> pd.DataFrame:
    return pd.DataFrame(
        {"ev": [3.0, 1.0, 0.0], "plasma": [0.0, 1.0, 4.0]}, index=["CD9", "FN1", "ALB"]
    )


def test_a_mixture_is_the_weighted_sum_of_its_components(profiles: pd.DataFrame) -> None:
    # ev is 3/4 CD9 and 1/4 FN1, plasma 1/5 FN1 and 4/5 ALB; three parts to one.
    mixed = mix(profiles, {"ev": 3, "plasma": 1})
    assert mixed.to_dict() == pytest.approx(
        {"CD9": 0.75 * 3 / 4, "FN1": 0.75 / 4 + 0.25 / 5, "ALB": 0.25 * 4 / 5}
    )


def test_an_unknown_component_is_named(profiles: pd.DataFrame) -> None:
    with pytest.raises(EvcargoError, match="milk"):
        mix(profiles, {"ev": 1, "milk": 1})


def test_unnamed_molecules_go_to_one_component_only(profiles: pd.DataFrame) -> None:
    filled = fill_component(profiles, "ev", ["CD9", "TLN1", "FN1"], np.random.default_rng(1))
    assert filled.index.tolist() == ["CD9", "FN1", "TLN1"]
    assert filled.loc["TLN1", "ev"] > 0 and filled.loc["TLN1", "plasma"] == 0
    assert filled.loc["CD9", "ev"] == 3


def test_variation_has_the_stated_spread() -> None:
    varied = vary(pd.Series(np.ones(20_000)), 0.4, np.random.default_rng(2))
    assert np.log2(varied).std() == pytest.approx(0.4, abs=0.01)
    assert np.log2(varied).mean() == pytest.approx(0, abs=0.01)


def test_shipped_profiles_name_real_molecules() -> None:
    table = RESOURCES / "demo" / "profiles.tsv"
    fasta = (RESOURCES / "proteins" / "human_ev.fasta").read_text()
    genes = {line.split("GN=")[1].split()[0] for line in fasta.splitlines() if "GN=" in line}
    mature = (RESOURCES / "rna" / "human_mature.fa").read_text()
    mirnas = {line[1:].split()[0] for line in mature.splitlines() if line.startswith(">")}
    assert set(read_profiles(table, "protein").index) <= genes
    assert set(read_profiles(table, "rna").index) <= mirnas


def test_the_samples_are_as_the_readme_says() -> None:
    made = preparations(4)
    assert [one.sample for one in made] == [
        "T1",
        "T2",
        "T3",
        "T4",
        "H1",
        "H2",
        "H3",
        "H4",
        "D1",
        "D2",
    ]
    notes = {one.sample: one.note for one in made}
    assert notes["T3"] == "haemolysed" and notes["H4"].startswith("heavy")
    subjects = {one.sample: one.subject for one in made}
    assert (subjects["D1"], subjects["D2"]) == (subjects["T1"], subjects["H1"])
    assert {one.note for one in preparations(2)} >= {"haemolysed", notes["H4"]}


def test_what_truly_differs_is_cargo_of_evs_alone() -> None:
    rng = np.random.default_rng(3)
    names = [f"P{number:03d}" for number in range(300)]
    table = pd.DataFrame({"ev": rng.lognormal(0, 1, 300), "plasma": 0.0}, index=names)
    table.loc[names[:100], "plasma"] = 1.0
    changes = true_changes(table, [*TETRASPANINS, names[299]], rng)
    differing = changes[changes != 0]
    assert len(differing) == N_DIFFERENT
    assert sorted(differing.unique()) == sorted(set(LOG2_FOLD_CHANGES))
    assert (table.loc[differing.index, "plasma"] == 0).all()
    assert names[299] not in differing


def test_a_change_moves_the_cargo_and_not_the_contamination(profiles: pd.DataFrame) -> None:
    changes = pd.Series({"CD9": 1.0, "FN1": 0.0, "ALB": 0.0})
    still = composition(profiles, {"ev": 1, "plasma": 1}, changes * 0, 0, np.random.default_rng(4))
    moved = composition(profiles, {"ev": 1, "plasma": 1}, changes, 0, np.random.default_rng(4))
    assert moved["ALB"] == pytest.approx(still["ALB"])
    assert moved["CD9"] / moved["FN1"] > still["CD9"] / still["FN1"]
    assert moved.sum() == pytest.approx(1)


def test_resources_are_where_the_checkout_has_them(root: Path) -> None:
    assert root / "resources" == RESOURCES
