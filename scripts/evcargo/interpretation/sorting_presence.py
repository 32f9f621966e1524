"""Proteins that were seen in one material only, and whether their absence in the other counts."""

import numpy as np
import pandas as pd

from evcargo.differential.adjust import adjust
from evcargo.differential.detection_exact import exact_p_values

ONLY_EV, ONLY_SOURCE = "only in EVs", "only in source"
#: An absent feature counts as absent if it would lie above this quantile of what is there.
DEEP_ENOUGH = 0.25


def presence(
    values: pd.DataFrame, is_ev: np.ndarray, subjects: pd.Series, min_samples: int
) -> tuple[pd.DataFrame, str]:
    """Tell which features are in one material only.

    Parameters
    ----------
    values
        Features x measured samples of both materials, log2, NaN where not seen.
    is_ev
        Which samples are EVs; the others are source.
    subjects
        Subject of each sample.
    min_samples
        Measured samples that either material needs, and samples that must show a feature for it to
        be called only in one of them.

    Returns
    -------
    table : pandas.DataFrame
        By feature: presence (`ONLY_EV`, `ONLY_SOURCE` or empty; NA if it was not assessed),
        absence_counts, detection_p_value and detection_adjusted_p_value. The test is exact: within
        subjects that are in both materials, and among all other samples; NaN where a subject has
        several samples of one material, which are not independent.
    said : str
        Why presence or the test is left out, or nothing.
    """
    table = pd.DataFrame(
        {
            "presence": pd.array([pd.NA] * len(values), "string"),
            "absence_counts": pd.array([pd.NA] * len(values), "boolean"),
            "detection_p_value": np.nan,
            "detection_adjusted_p_value": np.nan,
        },
        values.index,
    )
    if min(is_ev.sum(), (~is_ev).sum()) < min_samples:
        said = f"Fewer than {min_samples} measured samples of EVs or source: that a protein is in"
        return table, said + " one of them only was not assessed."
    seen = values.notna().to_numpy()
    table["presence"] = ""
    for word, side in ((ONLY_EV, is_ev), (ONLY_SOURCE, ~is_ev)):
        only = (seen[:, side].sum(axis=1) >= min_samples) & ~seen[:, ~side].any(axis=1)
        there = values.to_numpy()[:, ~side]
        limit = np.nanquantile(there, DEEP_ENOUGH) if np.isfinite(there).any() else np.inf
        mean = values.loc[only].iloc[:, side].mean(axis=1)
        table.loc[only, "presence"] = word
        table.loc[only, "absence_counts"] = (mean >= limit).to_numpy()
    names = subjects.to_numpy(str)
    if any(len(set(names[side])) < side.sum() for side in (is_ev, ~is_ev)):
        said = "Subjects have several samples of one material: there is no test of detection."
        return table, said
    both = set(names[is_ev]) & set(names[~is_ev])
    strata = [name if name in both else "" for name in names]
    table["detection_p_value"], _ = exact_p_values(seen, is_ev, strata)
    table["detection_adjusted_p_value"] = adjust(table["detection_p_value"])
    return table, ""
