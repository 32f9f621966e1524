"""Classes of markers of which one sample of a study shows more than the others."""

import numpy as np
import pandas as pd
import pytest
from purity_helpers import PANELS, default_options, protein_matrix, sheet

from evcargo.purity.index import ev_index
from evcargo.purity.levels import Seen, class_profile
from evcargo.purity.markers import read_panels
from evcargo.purity.score import score

SAMPLES = [f"s{n}" for n in range(6)]
FLOOR = 20.0
FLOORS = pd.Series(FLOOR, SAMPLES)


def table(rows):
    return pd.DataFrame(rows, SAMPLES, [f"m{n}" for n in range(np.shape(rows)[1])])


def total(row):
    return float(np.log2((2.0**row).sum()))


def index_of(sample, core, impure):
    """Of the tables of both classes, which have no other members."""
    profiles = [class_profile(given, FLOORS, given.shape[1]) for given in (core, impure)]
    return ev_index(sample, profiles[0], profiles[1:], FLOOR)


def test_what_one_sample_shows_alone_counts_there_in_full_by_hand():
    """s0 shows 2^25 + 2^22 + 2^24, s1 a quarter of the first two; a third of s1 hides.

    The level of s1 lets expect 2^22 of the third marker, of which the floor of 21 lets 2^21 hide.
    Two of five members are in neither.
    """
    log2 = pd.DataFrame([[25, 22, 24], [23, 20, np.nan]], ["s0", "s1"], list("abc"))
    profile = class_profile(log2, pd.Series(21.0, log2.index), 5)
    assert profile.hidden == 2 and profile.shared.tolist() == [True, True, False]
    assert profile.weight.sum() == pytest.approx(1)
    amounts = [Seen.of(profile, sample, -np.inf).amount for sample in log2.index]
    np.testing.assert_allclose(amounts, [2.0**25 + 2**22 + 2**24, 2.0**23 + 2**20 + 2**21])
    np.testing.assert_allclose(profile.expected().loc["s1"], [23, 20, 22])


def test_what_one_sample_shows_alone_counts_though_it_shows_nothing_else():
    """The marker that s1 and s2 share is not in s0."""
    nan = np.nan
    log2 = pd.DataFrame([[nan, 25], [12, nan], [12, nan]], ["s0", "s1", "s2"], list("ab"))
    profile = class_profile(log2, pd.Series(10.0, log2.index), 2)
    assert Seen.of(profile, "s0", 10.0).amount == pytest.approx(2.0**25, rel=1e-4)
    assert Seen.of(profile, "s0", 10.0).without(1).amount <= 2.0**10


@pytest.mark.parametrize("elsewhere", [[], [0, 1], [15], [28, 29]])
def test_the_one_contaminated_sample_of_a_study(elsewhere):
    """Whatever the others show faintly of the thirty contaminants."""
    rng = np.random.default_rng(3)
    core = table(rng.normal(24, 1.5, 20) + rng.normal(0, 0.3, (6, 20)))
    impure = table(np.full((6, 30), np.nan))
    impure.loc["s0"] = np.sort(rng.normal(25, 2, 30)) + rng.normal(0, 0.2, 30)
    impure.iloc[1:, elsewhere] = 20.5 + rng.normal(0, 0.2, (5, len(elsewhere)))
    index = index_of("s0", core, impure)
    truth = total(core.loc["s0"]) - total(impure.loc["s0"])
    assert index.contaminant_markers == 30
    assert index.value == pytest.approx(truth, abs=0.3)
    assert index.low <= truth <= index.high


def test_the_one_ev_sample_of_a_study():
    """Five samples of plasma show three weak EV core proteins."""
    rng = np.random.default_rng(5)
    core = table(np.full((6, 25), np.nan))
    core.loc["s0"] = np.sort(rng.normal(24, 1.5, 25))
    core.iloc[1:, :3] = 20.4 + rng.normal(0, 0.2, (5, 3))
    impure = table(rng.normal(26, 2, 30) + rng.normal(0, 0.2, (6, 30)))
    impure.loc["s0"] -= 4
    index = index_of("s0", core, impure)
    truth = total(core.loc["s0"]) - total(impure.loc["s0"])
    assert index.ev_markers == 25
    assert index.value == pytest.approx(truth, abs=0.3)
    assert index.low <= truth <= index.high


def test_the_interval_holds_the_truth_where_the_others_show_few_at_random():
    """The others hold 2^-6 or 2^-8 of what the contaminated one holds; markers drop out."""
    covered = []
    for less in (6, 8):
        for seed in range(10):
            rng = np.random.default_rng(seed)
            levels = np.array([0, *[-less] * 5])[:, None]
            truth = table(rng.normal(24, 2, 30) + levels + rng.normal(0, 0.4, (6, 30)))
            shown = rng.random(truth.shape) < 1 / (1 + np.exp(1.5 * (FLOOR - truth)))
            core = table(rng.normal(24, 1.5, 20) + rng.normal(0, 0.3, (6, 20)))
            for sample in SAMPLES[:2]:
                index = index_of(sample, core, truth.where(shown))
                wanted = total(core.loc[sample]) - total(truth.loc[sample])
                covered.append((less, sample, index.low <= wanted <= index.high))
    found = pd.DataFrame(covered, columns=["less", "sample", "holds"])
    assert found[found["sample"] == "s0"].groupby("less")["holds"].mean().min() >= 0.85
    assert found.loc[found["sample"] == "s1", "holds"].mean() >= 0.85


def test_faint_contaminants_elsewhere_do_not_clear_a_contaminated_sample():
    """All the way to the criterion, whose evidence names the marker by its gene."""
    panels, rng = read_panels(PANELS), np.random.default_rng(1)
    core = ["CD9", "CD63", "CD81", "SDCBP", "PDCD6IP", "TSG101", "FLOT1", "FLOT2"]
    impure = ["ALB", "TF", "HPX", "SERPINA1", "APOB", "APOE", "IGKC", "F12", "RBP4"]
    faint = {"RBP4", "APOE", "IGKC", "F12"}
    rows = {f"E{n}": (gene, list(2.0 ** rng.normal(24, 0.3, 6))) for n, gene in enumerate(core)}
    for n, gene in enumerate(impure):
        strong = 2.0 ** (30 if gene == "ALB" else 22 if gene in faint else 26)
        others = list(2.0 ** rng.normal(20.2, 0.1, 5)) if gene in faint else [np.nan] * 5
        rows[f"C{n}"] = (gene, [strong, *others])
    rows |= {
        f"O{n}": (f"ZZ{n}", list(2.0 ** (rng.normal(21.5, 1.5) + rng.normal(0, 0.3, 6))))
        for n in range(300)
    }
    samples = sheet(*({"sample": name} for name in SAMPLES))
    tables = score(samples, panels, default_options(), proteins=protein_matrix(rows, SAMPLES))
    index = tables["index"].set_index("sample").loc["s0"]
    seen = [np.log2(sum(rows[key][1][0] for key in rows if key[0] == letter)) for letter in "EC"]
    assert index["contaminant_markers"] == len(impure)
    assert index["index"] == pytest.approx(seen[0] - seen[1], abs=0.5)
    assert index["decider"] == "ALB"
    told = tables["criteria"].query("sample == 's0' and criterion == 'EV index'").iloc[0]
    assert told["evidence"].endswith("most changed by ALB")


def test_the_decider_is_named_with_its_species_where_that_is_bovine():
    """Most of the contaminants is bovine albumin, whose gene has the name of the human one."""
    rows = {"P21926": ("CD9", [8.0]), "P08962": ("CD63", [8.0]), "P60033": ("CD81", [8.0])}
    rows |= {"P02769": ("ALB", [256.0]), "P02787": ("TF", [4.0]), "P02790": ("HPX", [4.0])}
    matrix = protein_matrix(rows, ["s1"], taxon_of={"P02769": "9913"}, others=30)
    samples = sheet({"sample": "s1", "biofluid": "cell_culture"})
    tables = score(samples, read_panels(PANELS), default_options(), proteins=matrix)
    assert tables["index"]["decider"].tolist() == ["ALB (bovine)"]
