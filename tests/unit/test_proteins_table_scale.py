"""On which scale quantities are: told by how they spread, asked for where they do not tell."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from protein_matrices import amounts, written
from proteins_tables_helpers import all_imported

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.imputed import find_imputation
from evcargo.proteins.tables.scale import find_scale, stated_scale


def forms() -> dict[str, tuple[str, pd.DataFrame]]:
    raw = amounts()
    log2, share = np.log2(raw), raw / raw.sum()
    deviation = log2.sub(log2.mean(axis=1), axis=0)
    mean = raw.mean(axis=1)
    return {
        "raw": ("raw", raw),
        "raw with zeros": ("raw", raw.fillna(0)),
        "fractions": ("raw", share),
        "per cent": ("raw", 100 * share),
        "log2": ("log2", log2.round(4) + 6),
        "log2, 0 missing": ("log2", (log2.round(4) + 6).fillna(0)),
        "log10": ("log10", np.log10(raw * 1.234567)),
        "log2 of fractions": ("log2", np.log2(share)),
        "log10 of fractions": ("log10", np.log10(share)),
        "log2 ratios": ("relative", log2.sub(log2.median(axis=1), axis=0) + 0.01),
        "ratios": ("relative", raw.div(raw.median(axis=1), axis=0) * 1.001),
        "scaled to 100": ("relative", raw.div(mean, axis=0) * 100),
        "centred": ("relative", deviation),
        "z-scores": ("relative", deviation.div(log2.std(axis=1), axis=0)),
        "z-scores by sample": ("relative", (log2 - log2.mean()) / log2.std()),
    }


@pytest.mark.parametrize("name", list(forms()))
def test_scales_are_told(name: str) -> None:
    scale, table = forms()[name]
    assert find_scale(table.dropna(how="all").to_numpy(), [], "t").name == scale


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("log2 or ln", np.log(amounts().dropna() * 29.7531)),
        ("log2 centred by sample", np.log2(amounts()) - np.log2(amounts()).median()),
        ("NPX", np.random.default_rng(1).normal(3, 2, (300, 6))),
        ("few small values", np.array([[20.1, 21.5], [22.3, 19.8]])),
    ],
)
def test_what_may_be_several_scales_is_asked_for(name: str, values) -> None:
    with pytest.raises(EvcargoError, match="into the column 'scale' of the run sheet"):
        find_scale(np.asarray(values, float), [], "t")


def test_names_of_columns_tell_the_scale() -> None:
    values = np.random.default_rng(1).normal(25, 2, (10, 2))
    assert find_scale(values, ["log2 LFQ A", "Log2(B)"], "t").name == "log2"
    assert find_scale(values / 25, ["Abundance Ratio: (A) / (B)"] * 2, "t").name == "relative"
    ratio = find_scale(values - 25, ["Abundance Ratio (log2): (A) / (B)"] * 2, "t")
    assert (ratio.name, ratio.logarithm) == ("relative", 2.0)
    # A name that the values contradict is none.
    assert find_scale(values * 1e6, ["log2 A", "log2 B"], "t").name == "raw"


@pytest.mark.parametrize(
    ("stated", "values", "message"),
    [
        ("raw", [[-1.0, 2]], "is below 0"),
        ("log2", [[1e6, 2]], "which no intensity is"),
        ("log10", [[25.0, 2]], "which no intensity is"),
    ],
)
def test_what_is_stated_must_be_possible(stated: str, values, message: str) -> None:
    with pytest.raises(EvcargoError, match=message):
        stated_scale(np.array(values), stated, "t")


def test_the_run_sheet_states_it(tmp_path: Path) -> None:
    log2 = np.log2(amounts(40))
    runs = written(log2, tmp_path / "m.tsv")
    done = all_imported(runs.assign(scale="log2"))
    assert np.nanmax(done.matrix.X) == pytest.approx(2.0 ** log2.max().max(), rel=1e-6)
    done = all_imported(written(log2 / 3, tmp_path / "n.tsv").assign(scale="log10"))
    assert np.nanmax(done.matrix.X) == pytest.approx(10.0 ** (log2.max().max() / 3), rel=1e-6)
    with pytest.raises(EvcargoError, match="the scale log10 and log2"):
        all_imported(runs.assign(scale=["log2"] * 5 + ["log10"]))


def test_relative_quantities_are_marked_and_zero_is_one_of_them(tmp_path: Path) -> None:
    ratios = np.log2(amounts(60).dropna())
    ratios = ratios.sub(ratios.median(axis=1), axis=0).round(3)
    ratios.iloc[0] = 0.0
    done = all_imported(written(ratios, tmp_path / "r.tsv"))
    assert done.matrix.uns["scale"] == "relative"
    assert "log2" in done.matrix.uns["scale_reason"]
    assert done.matrix.n_vars == len(ratios)
    assert np.allclose(np.log2(done.matrix.X), ratios.T.to_numpy(), atol=1e-9)


def test_relative_and_raw_tables_are_not_compared(tmp_path: Path) -> None:
    raw = written(amounts(60), tmp_path / "raw.tsv")
    ratios = np.log2(amounts(60)).sub(np.log2(amounts(60)).mean(axis=1), axis=0)
    other = written(ratios.add_prefix("X"), tmp_path / "ratios.tsv")
    with pytest.raises(EvcargoError, match="holds relative quantities .* cannot be compared"):
        all_imported(pd.concat([raw, other]))


def complete(seed: int = 2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(22, 2.5, 1000)[:, None] + rng.normal(0, 0.3, (1000, 8))


def filled(how: str) -> np.ndarray:
    """Complete values of which the low ones were lost and filled in."""
    rng = np.random.default_rng(3)
    log2 = complete()
    lost = rng.random(log2.shape) < np.clip((23 - log2) / 10, 0, 0.5)
    kept = np.where(lost, np.nan, log2)
    kept = kept[np.isfinite(kept).sum(axis=1) >= 4]
    lost = np.isnan(kept)
    mean, spread = np.nanmean(kept, axis=0), np.nanstd(kept, axis=0)
    fill = {
        "shifted": rng.normal(mean - 1.8 * spread, 0.3 * spread, kept.shape),
        "minimum": np.broadcast_to(np.nanmin(kept, axis=0), kept.shape),
        "half minimum of the protein": np.broadcast_to(
            np.nanmin(kept, axis=1)[:, None] - 1, kept.shape
        ),
        "one": np.zeros(kept.shape),
    }[how]
    return 2.0 ** np.where(lost, fill, kept)


@pytest.mark.parametrize("how", ["shifted", "minimum", "half minimum of the protein", "one"])
def test_imputation_is_noticed(how: str) -> None:
    assert find_imputation(filled(how))


def test_complete_tables_are_no_imputed_ones() -> None:
    for seed in range(10):
        values = 2.0 ** complete(seed)
        assert find_imputation(values) == ""
        assert find_imputation(np.round(values)) == ""
        assert find_imputation(2.0 ** np.round(complete(seed), 2)) == ""
    counts = np.random.default_rng(1).poisson(3, (500, 6)) + 1.0
    assert find_imputation(counts) == ""
    missing = np.where(np.random.default_rng(1).random((1000, 8)) < 0.2, np.nan, 2.0 ** complete())
    assert find_imputation(missing) == ""
