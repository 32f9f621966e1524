"""EV preparations against matched material: what they hold more and less of than their source.

This comparison, over the study and by statistics, is the one thing that MISEV2023
(10.1002/jev2.12404) asks of a preparation; no marker is universal, and no threshold either.
"""

from collections.abc import Mapping, Sequence
from itertools import chain, product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from evcargo.contracts import CONTRACTS
from evcargo.differential.adjust import adjust
from evcargo.purity.matched import CELL_CLASSES, CELLS, matched_samples
from evcargo.purity.ranks import DRAWN, MOST_EXACT, SAME, SEED
from evcargo.purity.shares import CONTAMINANT_CLASSES, EV_CORE, OTHER

ENRICHED, DEPLETED, NOT_SHOWN, NOT_ASSESSED = "enriched", "depleted", "not shown", "not assessed"
CLASS, PANEL = "class", "panel"
MATCHED = ("source", "depleted")
CONFIDENCE = 0.95
MOST_ZEROS = 0.5
"""Share of the pairs that may have a share of zero on a side; with more, the test would be one of
the value that stands for zero."""
TESTED = ("ci_low", "ci_high", "p_value", "sign_flip_p_value")
FEWEST_PAIRS = 3
"""Pairs from which a difference has an interval and is tested: two leave one degree of freedom."""


def enrich(
    shares: pd.DataFrame, markers: pd.DataFrame, samples: pd.DataFrame, alpha: float
) -> pd.DataFrame:
    """Compare the shares of EV preparations and of matched material, subject by subject.

    Parameters
    ----------
    shares, markers
        Contracts of these names.
    samples
        Sample sheet. Material is matched by subject and condition, as each sample's criterion does
        (`evcargo.purity.matched.matched_samples`). Log2 shares of several matched samples are
        averaged, and the differences of several EV preparations of a condition, and then those of
        the conditions of a subject.
    alpha
        Adjusted p-value below which a set is enriched or depleted.

    Returns
    -------
    pandas.DataFrame
        Contract ``enrichment``, for each signal class and each panel of the role ev that any of the
        samples shows. The difference
        is the mean over the subjects of the log2 share in EVs minus that in the matched material,
        with a paired t test and its interval, and an exact test that flips the signs of whole
        pairs beside it. A share of zero counts as half of the lowest other one of the set; where
        more than `MOST_ZEROS` of the pairs have one, there is no test.
        Expected is depletion of contaminants, and of aggregates and cell debris where the source
        is cells, which serum proteins of the medium are not part of.
    """
    sets = _sets(shares, markers)
    parts = [
        _against(material, sets, samples, alpha)
        for material in MATCHED
        if (samples["material"] == material).any() and len(sets)
    ]
    columns = CONTRACTS["enrichment"].names
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def sign_flip_p(differences: Sequence[float]) -> float:
    """Two-sided p-value of a mean difference, by flipping the signs of pairs; 1 of a single pair.

    All patterns of signs are looked at up to 14 pairs, and drawn from a fixed seed above.
    """
    given = np.asarray(differences, dtype=float)
    observed = abs(given.sum()) * (1 - SAME)
    if 2 ** len(given) <= MOST_EXACT:
        signs = np.array(list(product((1, -1), repeat=len(given))))
        return float((np.abs(signs @ given) >= observed).mean())
    signs = np.random.default_rng(SEED).choice((1, -1), size=(DRAWN, len(given)))
    return float(((np.abs(signs @ given) >= observed).sum() + 1) / (DRAWN + 1))


def _sets(shares: pd.DataFrame, markers: pd.DataFrame) -> pd.DataFrame:
    """Share of every set by sample: columns kind, name, role, sample and share."""
    classes = shares[(shares["assay"] == "proteins") & (shares["class"] != OTHER)]
    by_class = classes.rename(columns={"class": "name"}).assign(kind=CLASS, role="")
    of_ev = markers[markers["role"] == "ev"]
    measured = set(classes.loc[classes["share"].notna(), "sample"])
    by_panel = of_ev.drop_duplicates(["sample", "panel", "feature"]).astype({"share": float})
    by_panel = by_panel[by_panel["sample"].isin(measured)]
    by_panel = by_panel.groupby(["panel", "sample"], as_index=False, sort=False)["share"].sum()
    by_panel = by_panel.rename(columns={"panel": "name"}).assign(kind=PANEL, role="ev")
    both = pd.concat([by_class, by_panel])[["kind", "name", "role", "sample", "share"]]
    return both.astype({"share": float})


def _against(
    material: str, sets: pd.DataFrame, samples: pd.DataFrame, alpha: float
) -> pd.DataFrame:
    known = samples[samples["subject"].fillna("") != ""].set_index("sample")
    matches = {
        str(row["sample"]): matched_samples(row, samples, material)["sample"].astype(str).tolist()
        for row in samples[samples["material"] == "ev"].to_dict("records")
    }
    source = known[known["material"] == material]
    from_cells = material == "source" and source["biofluid"].isin(CELLS).all()
    rows = []
    for (kind, name, role), found in sets.groupby(["kind", "name", "role"], sort=False):
        here = found.set_index("sample")["share"].reindex(known.index).dropna()
        if not (here > 0).any():
            continue
        pairs, zeros = _differences(here, known, matches)
        expected = _expected(str(name), str(role), from_cells)
        row = {"material": material, "kind": kind, "set": name, "expected": expected}
        figures = _figures(pairs.to_numpy(float))
        if zeros > MOST_ZEROS * figures["n_pairs"]:
            figures |= dict.fromkeys(TESTED, np.nan)
        rows.append(row | {"n_zero": zeros} | figures)
    names = ("material", "kind", "set", "expected", "n_zero", *_figures(np.empty(0)))
    table = pd.DataFrame(rows, columns=list(names))
    table["adjusted_p_value"] = adjust(table["p_value"])
    table["finding"] = [_finding(row, alpha) for row in table.to_dict("records")]
    told = table["finding"].isin([ENRICHED, DEPLETED]) & (table["expected"] != "")
    agrees = pd.array(table["finding"] == table["expected"], dtype="boolean")
    table["as_expected"] = pd.Series(agrees).where(told, pd.NA)
    return table


def _differences(
    share: pd.Series, samples: pd.DataFrame, matches: Mapping[str, Sequence[str]]
) -> tuple[pd.Series, int]:
    """Log2 difference by subject, and how many subjects have a share of zero on a side."""
    there = {
        name: [other for other in others if other in share.index]
        for name, others in matches.items()
        if name in share.index
    }
    paired = {name: others for name, others in there.items() if others}
    if not paired:
        return pd.Series(dtype=float), 0
    share = share[list(dict.fromkeys([*paired, *chain.from_iterable(paired.values())]))]
    logs = np.log2(share.where(share > 0, share[share > 0].min() / 2))
    rows = samples.loc[list(paired)]
    keys = [rows["subject"].astype(str), rows["condition"].fillna("").astype(str)]
    change = pd.Series({name: logs[name] - logs[two].mean() for name, two in paired.items()})
    zero = pd.Series({name: (share[[name, *two]] == 0).any() for name, two in paired.items()})
    differences = change.groupby(keys).mean().groupby(level=0).mean().dropna()
    return differences, int(zero.groupby(keys[0]).any()[differences.index].sum())


def _figures(pairs: NDArray[np.float64]) -> dict[str, Any]:
    n = len(pairs)
    names = ("log2_difference", "ci_low", "ci_high", "p_value", "sign_flip_p_value")
    row: dict[str, Any] = {"n_pairs": n} | dict.fromkeys(names, np.nan)
    if not n:
        return row
    row["log2_difference"] = float(pairs.mean())
    if n < FEWEST_PAIRS or np.ptp(pairs) <= SAME * np.abs(pairs).max():
        return row  # without a spread there is nothing to test with
    error = float(pairs.std(ddof=1) / np.sqrt(n))
    margin = error * float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1))
    mean = row["log2_difference"]
    return row | {
        "ci_low": mean - margin,
        "ci_high": mean + margin,
        "p_value": float(2 * stats.t.sf(abs(mean) / error, n - 1)),
        "sign_flip_p_value": sign_flip_p(pairs.tolist()),
    }


def _expected(name: str, role: str, from_cells: bool) -> str:
    if name == EV_CORE or role == "ev":
        return ENRICHED
    return DEPLETED if name in (CELL_CLASSES if from_cells else CONTAMINANT_CLASSES) else ""


def _finding(row: dict[str, Any], alpha: float) -> str:
    if np.isnan(row["p_value"]):
        return NOT_ASSESSED
    if not row["adjusted_p_value"] < alpha:
        return NOT_SHOWN
    return ENRICHED if row["log2_difference"] > 0 else DEPLETED
