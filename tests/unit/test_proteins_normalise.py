import numpy as np
import pandas as pd
import pytest
from proteins_helpers import ROOT

from evcargo.contracts import CONTRACTS
from evcargo.errors import EvcargoError
from evcargo.proteins.matrix import normalisation_table, protein_matrix
from evcargo.proteins.normalise import METHODS, normalise, quantiles, shifts_of_stable
from evcargo.proteins.vsn import fit_vsn, transform
from evcargo.purity.markers import read_panels
from evcargo.tables import write_table

EV_CORE = {
    "P21926": "CD9",
    "P08962": "CD63",
    "P60033": "CD81",
    "Q99816": "TSG101",
    "O00560": "SDCBP",
}


def limma(name):
    path = ROOT / "tests" / "reference" / f"{name}.tsv"
    return pd.read_csv(path, sep="\t", skipinitialspace=True).to_numpy(float).T


def test_quantiles_are_those_of_limma():
    """Missing values and ties included; tests/reference/make_quantiles.R."""
    values = limma("quantiles_input")
    found = quantiles(values, np.ones(values.shape[1], bool))
    np.testing.assert_allclose(found, limma("quantiles"), rtol=1e-13)


def test_quantiles_carry_the_other_proteins_along():
    values = np.array([[1.0, 2, 3, 4, 2.5, 9], [3.0, 4, 5, 6, np.nan, 1]])
    deciding = np.array([True] * 4 + [False] * 2)
    found = quantiles(values, deciding)
    np.testing.assert_allclose(found[:, :4], [[2, 3, 4, 5]] * 2)
    np.testing.assert_allclose(found[0, 4:], [3.5, 10])  # between, and as the strongest moved
    assert np.isnan(found[1, 4])
    assert found[1, 5] == 0.0


def test_the_median_of_stable_proteins_by_hand():
    values = np.array([[1.0, 5, 9, 20], [2.0, 6, 10, np.nan], [np.nan] * 4])
    shifts = shifts_of_stable(values)
    np.testing.assert_allclose(shifts[:2], [-0.5, 0.5])
    assert np.isnan(shifts[2])


@pytest.fixture(scope="module")
def two_errors():
    """Intensities of Huber's model: additive error of 15, multiplicative of 15 %, 10 % changed."""
    rng = np.random.default_rng(1)
    level = rng.normal(3, 2.2, 1500)
    factor = np.array([1.0, 2.0, 0.5, 1.0, 3.0, 0.7])
    offset = np.array([0.0, 50.0, -20.0, 10.0, 30.0, 0.0])
    changed = rng.random(1500) < 0.1
    height = level + np.where(changed & (np.arange(6)[:, None] >= 3), np.log(4), 0.0)
    noisy = np.exp(height + rng.normal(0, 0.15, (6, 1500))) + rng.normal(0, 0.75, (6, 1500))
    values = offset[:, None] + 20 * factor[:, None] * noisy
    values[(values <= 0) | (rng.random(values.shape) < 0.1)] = np.nan
    return values, factor, changed


def test_vsn_finds_the_factors_of_its_model(two_errors):
    values, factor, _ = two_errors
    _, log_factor = fit_vsn(values)
    found = np.exp(log_factor - log_factor[0])
    np.testing.assert_allclose(found, factor[0] / factor, rtol=0.06)


def test_vsn_makes_the_variance_the_same_at_all_levels(two_errors):
    values, _, changed = two_errors
    height = transform(values, *fit_vsn(values))[:, ~changed]
    log = np.log(values[:, ~changed])
    log = log - np.nanmedian(log, axis=1)[:, None]
    slices = pd.qcut(np.nanmean(height, axis=0), 8, labels=False)

    def ratio(table):
        spread = pd.Series(np.nanstd(table, axis=0)).groupby(slices).median()
        return spread.max() / spread.min()

    assert ratio(log) > 3
    assert ratio(height) < 1.7


def test_vsn_is_not_moved_by_what_changed(two_errors):
    """Samples agree on what did not change, as near as the factors can be told (half a percent)."""
    values, _, changed = two_errors
    everything = np.ones(values.shape[1], bool)
    found, how = normalise(values, "vsn", everything, everything, list("abcdef"))
    still = found[:, ~changed]
    assert np.abs(np.nanmedian(still - np.nanmean(still, axis=0), axis=1)).max() < 0.06
    strong = np.nanmean(values, axis=0) > np.nanquantile(values, 0.8)
    apart = (found - np.log2(values))[:, strong]
    assert np.nanmean(np.nanmedian(apart, axis=1)) == pytest.approx(0, abs=0.06)
    assert how.startswith("variance stabilised")


def study(markers=5, proteins=60):
    """Three samples; b is twice as rich in EVs as a, and half of c is albumin."""
    rng = np.random.default_rng(0)
    level = 2.0 ** rng.normal(24, 2, proteins)
    names = [*list(EV_CORE)[:markers], *(f"X{n:03d}" for n in range(proteins - markers))]
    table = pd.DataFrame({"a": level, "b": 2 * level, "c": level}, index=names)
    table.iloc[markers + 20 :, 2] *= 8  # most proteins of c are more, its EV markers are not
    table.loc["P02769"] = [1e9, 1e9, 1e12]
    var = pd.DataFrame(
        {
            "name": table.index,
            "gene": [EV_CORE.get(name, "") for name in table.index],
            "accessions": table.index,
            "taxon": ["9606"] * proteins + ["9913"],
            "is_contaminant": [False] * proteins + [True],
            "n_peptides": 2,
            "n_unique_peptides": 2,
            "q_value": 0.001,
        },
        index=table.index,
    )
    samples = pd.DataFrame({name: [""] * 4 for name in CONTRACTS["samples"].names})
    samples["sample"] = ["a", "b", "c", "none"]
    samples["batch"] = ["1", "1", "2", "2"]
    return table, var, samples


PANELS = read_panels(ROOT / "resources/markers/panels.tsv")


def test_ev_markers_place_the_samples_by_their_evs():
    table, var, samples = study()
    matrix = protein_matrix(table, var, samples, {}, "ev_markers", PANELS)
    layer = matrix.to_df("normalised")
    np.testing.assert_allclose(layer.loc["a", list(EV_CORE)], layer.loc["b", list(EV_CORE)])
    np.testing.assert_allclose(layer.loc["a", list(EV_CORE)], layer.loc["c", list(EV_CORE)])
    assert layer.loc["c", "X050"] - layer.loc["a", "X050"] == pytest.approx(3)
    assert matrix.uns["normalisation"] == "log2, median of 5 EV core markers"
    by_median = protein_matrix(table, var, samples, {}, "median", PANELS).to_df("normalised")
    assert by_median.loc["c", "CD9" if "CD9" in by_median else "P21926"] < layer.loc["c", "P21926"]


def test_a_sample_without_ev_markers_is_not_placed_and_this_is_said():
    table, var, samples = study()
    table.loc[list(EV_CORE)[:3], "c"] = np.nan
    matrix = protein_matrix(table, var, samples, {}, "ev_markers", PANELS)
    assert np.isnan(matrix.to_df("normalised").loc["c"]).all()
    assert matrix.uns["normalisation"].endswith("fewer than 3 of them in c: no values")


@pytest.mark.parametrize("panels", [PANELS, None])
def test_a_study_without_ev_markers_is_refused(panels):
    table, var, samples = study(markers=2)
    with pytest.raises(EvcargoError, match=r"ev_markers needs 3 EV core markers.*Use median"):
        protein_matrix(table, var, samples, {}, "ev_markers", panels)


def test_vsn_of_few_proteins_is_refused():
    table, var, samples = study(proteins=41)
    with pytest.raises(EvcargoError, match=r"vsn needs two samples that share 42.*Use median"):
        protein_matrix(table, var, samples, {}, "vsn")


@pytest.mark.parametrize("method", METHODS)
def test_contaminants_decide_nothing_and_nothing_is_filled(method, tmp_path):
    table, var, samples = study()
    table.loc["X003", "b"] = np.nan
    matrix = protein_matrix(table, var, samples, {}, method, PANELS)
    more = table.copy()
    more.loc["P02769"] *= [1, 1000, 1 / 1000]
    other = protein_matrix(more, var, samples, {}, method, PANELS)
    own = ~matrix.var["is_contaminant"].to_numpy()
    np.testing.assert_allclose(
        matrix.layers["normalised"][:, own], other.layers["normalised"][:, own]
    )
    np.testing.assert_array_equal(np.isnan(matrix.layers["normalised"]), np.isnan(matrix.X))
    np.testing.assert_array_equal(matrix.X[:3], table.to_numpy().T)  # raw is raw
    before_after = normalisation_table(matrix)
    write_table(before_after, tmp_path / "t.tsv", "proteins_normalisation")
    assert before_after["sample"].tolist() == ["a", "b", "c", "none"]
    assert before_after.iloc[3, 3:].isna().all()


def test_before_and_after_by_hand():
    table, var, samples = study()
    matrix = protein_matrix(table[["a", "b"]], var, samples.iloc[:2], {}, "median")
    told = normalisation_table(matrix).set_index("sample")
    np.testing.assert_allclose(told["shift"], [-0.5, 0.5])
    np.testing.assert_allclose(
        told["median_before"], np.log2(table[["a", "b"]]).median().to_numpy()
    )
    np.testing.assert_allclose(told["median_after"], told["median_before"] - told["shift"])
    np.testing.assert_allclose(told["spread_before"], told["spread_after"])


def test_unknown_methods_and_empty_studies():
    one = np.array([[1.0, 2.0]])
    flags = np.ones(2, bool)
    with pytest.raises(EvcargoError, match="'loess' is not one of"):
        normalise(one, "loess", flags, flags, ["a"])
    for method in METHODS:
        empty, how = normalise(np.full((2, 0), np.nan), method, flags[:0], flags[:0], ["a", "b"])
        assert empty.shape == (2, 0)
        assert how == "log2, not normalised"
