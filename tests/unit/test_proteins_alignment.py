import numpy as np
import pandas as pd
import pytest

from evcargo.proteins.alignment import CURVE_COLUMNS, Alignment, align_runs, fit_curve
from evcargo.proteins.extraction import measure_run, read_match
from evcargo.proteins.files import write_parquet

LENGTH = 60.0  # min
JITTER = 0.05
WARPS = {
    "a": lambda t: t,
    "b": lambda t: t + 1.5 + 0.8 * np.sin(t / 12),
    "c": lambda t: 0.95 * t - 1.0 + 0.5 * np.cos(t / 9),
    "d": lambda t: t + 4.0 * (t / LENGTH) ** 2,
}


@pytest.fixture(scope="module")
def drifting():
    """Four runs of one study that drift by minutes; each shows 60 % of the ions, 3 % are wrong."""
    rng = np.random.default_rng(5)
    true = rng.uniform(3, LENGTH - 3, 1500)
    rows = []
    for run, warp in WARPS.items():
        for ion in np.flatnonzero(rng.random(len(true)) < 0.6):
            wrong = rng.random() < 0.03
            at = rng.uniform(0, LENGTH) if wrong else warp(true[ion]) + rng.normal(0, JITTER)
            rows.append((run, f"P{ion:04d}", at))
    psms = pd.DataFrame(rows, columns=["run", "modified", "rt"])
    psms = psms.assign(peptide=psms["modified"], charge=2, mass=1000.0, score=1.0, scan="1")
    return psms.assign(group="G"), true


def sheet(runs, fractions=1):
    return pd.DataFrame({"run": runs, "sample": runs, "fraction": fractions, "replicate": 1})


def test_drift_is_undone(drifting):
    psms, true = drifting
    curves, _ = align_runs(psms, sheet(list(WARPS)))
    places = np.linspace(4, LENGTH - 4, 200)
    common = {run: Alignment.of(curves, run).to_common(WARPS[run](places)) for run in WARPS}
    spread = np.std(list(common.values()), axis=0)
    before = np.std([warp(places) for warp in WARPS.values()], axis=0)
    assert np.median(before) > 1.5  # min: what there was to undo
    assert np.median(spread) < 0.02
    assert spread.max() < 0.1
    assert list(curves.columns) == list(CURVE_COLUMNS)


def test_the_residual_is_the_jitter(drifting):
    """An ion is compared with the median of one to three other runs."""
    curves, _ = align_runs(drifting[0], sheet(list(WARPS)))
    residual = curves.groupby("run")["residual"].first()
    assert residual.between(JITTER * 1.1, JITTER * 1.6).all()


def test_curves_rise_and_lead_back(drifting):
    curves, _ = align_runs(drifting[0], sheet(list(WARPS)))
    for run in WARPS:
        own = Alignment.of(curves, run)
        assert (np.diff(own.common_rt) > 0).all()
        places = np.linspace(-5, LENGTH + 5, 300)
        np.testing.assert_allclose(own.from_common(own.to_common(places)), places, atol=1e-9)
        beyond = own.to_common(np.array([own.rt[-1], own.rt[-1] + 2]))
        assert np.diff(beyond) == pytest.approx(2)  # shifted alike, never extrapolated


def test_the_consensus_says_where_others_saw_an_ion(drifting):
    psms, _ = drifting
    _, consensus = align_runs(psms, sheet(list(WARPS), [1, 1, 2, 3]))
    whole = consensus[consensus["run"] == ""].set_index("ion")
    assert whole.index.is_unique
    assert set(whole.index) == set(psms["modified"] + "/2")
    runs = psms.groupby(psms["modified"] + "/2")["run"].nunique()
    pd.testing.assert_series_equal(
        whole["runs"], runs[whole.index], check_names=False, check_index_type=False
    )
    ion = whole.index[whole["runs"] == 4][0]
    assert whole.loc[ion, "fractions"] == "1;2;3"
    own = consensus[consensus["run"] == "a"].set_index("ion")
    in_a = psms[psms["run"] == "a"]
    elsewhere = set(psms.loc[psms["run"] != "a", "modified"])
    assert set(own.index) == {f"{m}/2" for m in in_a["modified"] if m in elsewhere}


def test_the_own_time_of_a_run_is_no_part_of_what_others_say():
    """With two runs, what the others say is the other run."""
    rng = np.random.default_rng(0)
    true = np.sort(rng.uniform(1, 50, 60))
    rows = [(run, f"P{i}", t + rng.normal(0, 0.1)) for run in "ab" for i, t in enumerate(true)]
    psms = pd.DataFrame(rows, columns=["run", "modified", "rt"]).assign(
        peptide="", charge=2, mass=1.0, score=1.0, scan="1", group=""
    )
    curves, consensus = align_runs(psms, sheet(["a", "b"]))
    said = consensus[consensus["run"] == "a"].set_index("ion")["common_rt"]
    b = psms[psms["run"] == "b"]
    expected = Alignment.of(curves, "b").to_common(b["rt"].to_numpy())
    np.testing.assert_allclose(said[b["modified"] + "/2"], expected)


def test_a_run_that_shares_too_little_is_left_alone(drifting):
    psms, _ = drifting
    alone = psms[psms["run"] == "a"].head(200).assign(run="z")
    alone["modified"] = [f"Z{i}" if i >= 19 else m for i, m in enumerate(alone["modified"])]
    curves, consensus = align_runs(pd.concat([psms, alone]), sheet([*WARPS, "z"]))
    assert set(curves["run"]) == set(WARPS)
    assert not Alignment.of(curves, "z").is_usable
    assert not consensus["ion"].str.startswith("Z").any()
    np.testing.assert_array_equal(Alignment.of(curves, "z").to_common(np.array([3.0])), [3.0])


def test_nothing_to_align(drifting, tmp_path):
    """As in a study of one run: the empty tables go through their files to the extraction."""
    for psms in (drifting[0].iloc[:0], drifting[0][drifting[0]["run"] == "a"]):
        curves, consensus = align_runs(psms, sheet(["a", "b"]))
        assert curves.empty
        assert consensus.empty
        write_parquet(curves, tmp_path / "curves.parquet")
        write_parquet(consensus, tmp_path / "consensus.parquet")
        runs = sheet(["a", "b"]).assign(assay="proteins")
        match = read_match(
            tmp_path / "curves.parquet", tmp_path / "consensus.parquet", runs, "a", 0.01
        )
        assert match.curves.empty and match.consensus.empty
        ions, said = measure_run([], psms.assign(ppm=0.0).iloc[:0], 10.0, match)
        assert ions.empty
        assert "shares too few ions" in said


def test_a_curve_that_would_turn_back_is_held():
    rt = np.array([0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9] * 3)
    common = np.array([0.0, 1, 2, 3, 9, 1, 6, 7, 8, 9] * 3)
    knots, image = fit_curve(rt, common)
    assert (np.diff(knots) > 0).all()
    assert (np.diff(image) > 0).all()
