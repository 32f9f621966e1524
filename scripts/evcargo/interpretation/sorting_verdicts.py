"""How much of a difference between EVs is a change of their source."""

import numpy as np
import pandas as pd

SORTED, FOLLOWS, DAMPENED = "sorted", "follows the source", "dampened"
KEPT_BACK, OPEN, ONLY_EV = "kept back", "open", "only in EVs"
NOT_ASSESSED = "not assessed"
VERDICTS = (SORTED, FOLLOWS, DAMPENED, KEPT_BACK, ONLY_EV, OPEN, NOT_ASSESSED)

RULE = (
    "Of a feature that differs between the EVs: sorted, if the EVs change significantly more than"
    " their source, or in the other direction; dampened, if they change significantly less; follows"
    " the source, if no such difference is significant and the source changes in the same direction"
    " (plain p-value below alpha); only in EVs, if no source sample shows it; open otherwise; not"
    " assessed where a test is missing. Of a feature that does not differ: kept back, if its source"
    " changes significantly and the EVs significantly less; sorted, if only the difference of the"
    " two changes is significant."
)


def sorting_verdicts(table: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Say of each feature what stands behind its change between the EVs (`RULE`).

    Parameters
    ----------
    table
        Columns log2_fold_change_ev, p_value_ev, adjusted_p_value_ev, log2_fold_change_source,
        p_value_source, adjusted_p_value_source, difference, p_value, adjusted_p_value, n_source
        (source samples with a value, NaN where unknown), reason; NaN where not tested.
    alpha
        Level of every test.

    Returns
    -------
    pandas.DataFrame
        `sorting` (of `VERDICTS`, empty where nothing changes) and `sorting_reason`.
    """
    ev, source = table["log2_fold_change_ev"], table["log2_fold_change_source"]
    differs = table["adjusted_p_value"] < alpha
    hit = table["adjusted_p_value_ev"] < alpha
    same = np.sign(ev) == np.sign(source)
    beyond = np.sign(table["difference"]) == np.sign(ev)
    moved = table["adjusted_p_value_source"] < alpha
    absent = table["n_source"].astype(float) == 0
    untested, ev_untested = table["p_value"].isna(), table["p_value_ev"].isna()
    conditions = [
        (hit & source.isna() & absent, ONLY_EV),
        (hit & untested, NOT_ASSESSED),
        (hit & differs & beyond, SORTED),
        (hit & differs, DAMPENED),
        (hit & source.isna(), NOT_ASSESSED),
        (hit & same & (table["p_value_source"] < alpha), FOLLOWS),
        (hit, OPEN),
        (differs & ev_untested, NOT_ASSESSED),
        (differs & moved & (ev.abs() < source.abs()), KEPT_BACK),
        (differs, SORTED),
    ]
    verdict = np.select([flag.to_numpy(bool) for flag, _ in conditions], _names(conditions), "")
    reasons = [_reason(row, name) for row, name in zip(table.itertuples(), verdict, strict=True)]
    return pd.DataFrame({"sorting": verdict, "sorting_reason": reasons}, index=table.index)


def _names(conditions: list[tuple[pd.Series, str]]) -> list[str]:
    return [name for _, name in conditions]


def _reason(row, verdict: str) -> str:  # type: ignore[no-untyped-def]
    if not verdict:
        return ""
    if verdict == ONLY_EV:
        return "no source sample shows it, so it has no change to follow"
    if verdict == NOT_ASSESSED and np.isnan(row.p_value_ev):
        return "the change of the EVs could not be tested"
    if verdict == NOT_ASSESSED:
        return str(row.reason) or "its source could not be tested"
    changes = ", ".join(
        f"{word} {change:+.2f}" if np.isfinite(change) else f"{word} not tested"
        for word, change in (
            ("EVs", row.log2_fold_change_ev),
            ("source", row.log2_fold_change_source),
            ("difference", row.difference),
        )
    )
    if verdict == OPEN:
        return f"{changes}: neither the difference nor the change of the source is sure"
    return changes
