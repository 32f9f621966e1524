"""Whether the assays of a study agree on how pure its EV preparations are."""

from typing import Any

import numpy as np
import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.differential.adjust import adjust
from evcargo.purity import transcripts
from evcargo.purity.index import CRITERION as EV_INDEX
from evcargo.purity.particles import PER_PROTEIN
from evcargo.purity.ranks import Layout, rank_test
from evcargo.purity.rna import RATIO, RIBOSOMAL, SCORE
from evcargo.purity.shares import ALBUMIN, DEBRIS, EV_CORE, HAEMOGLOBIN, PLATELET
from evcargo.study.units import unit_names

FEWEST = 4
TOGETHER, OPPOSITE = "together", "opposite"
ALB_RATIO = "tetraspanin to ALB ratio"
EXPECTED = (
    (f"{HAEMOGLOBIN} share", RATIO[0], TOGETHER),
    (f"{HAEMOGLOBIN} share", SCORE[0], TOGETHER),
    (RATIO[0], SCORE[0], TOGETHER),
    (f"{HAEMOGLOBIN} share", f"{transcripts.HAEMOGLOBIN} share", TOGETHER),
    (SCORE[0], f"{transcripts.HAEMOGLOBIN} share", TOGETHER),
    (f"{PLATELET} share", f"{transcripts.PLATELET} share", TOGETHER),
    (f"{EV_CORE} share", PER_PROTEIN[0], TOGETHER),
    (ALB_RATIO, PER_PROTEIN[0], TOGETHER),
    (EV_INDEX, PER_PROTEIN[0], TOGETHER),
    (f"{ALBUMIN} share", PER_PROTEIN[0], OPPOSITE),
    (f"{DEBRIS} share", RIBOSOMAL[0], TOGETHER),
)
"""Metrics that tell of the same from different evidence, and how they should go."""


def concord(metrics: pd.DataFrame, samples: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Correlate metrics that different evidence gives of the same, among the EV preparations.

    Parameters
    ----------
    metrics
        Of `evcargo.purity.associations.purity_metrics`.
    samples
        Sample sheet.
    alpha
        Adjusted p-value below which the assays agree, or contradict each other.

    Returns
    -------
    pandas.DataFrame
        Contract ``consistency``: Spearman correlation with its permutation test
        (`evcargo.purity.ranks`); pairs of metrics that the study does not have are left out.
        The samples of one subject and condition are averaged, since they are no evidence of their
        own.
    """
    ev = samples[samples["material"] == "ev"].set_index("sample")
    chosen = metrics[metrics["sample"].isin(ev.index)].drop_duplicates(["sample", "metric"])
    wide = chosen.pivot(index="sample", columns="metric", values="value").astype(float)
    rows = ev.loc[wide.index]
    wide = wide.groupby([unit_names(rows), rows["condition"].fillna("")], sort=False).mean()
    assay = chosen.drop_duplicates("metric").set_index("metric")["assay"]
    rows = [
        {"metric": one, "assay": assay[one], "with_metric": other, "with_assay": assay[other]}
        | {"expected": expected}
        | _figures(wide[[one, other]].dropna())
        for one, other, expected in EXPECTED
        if one in wide and other in wide and len(wide[[one, other]].dropna())
    ]
    table = pd.DataFrame(rows, columns=CONTRACTS["consistency"].names)
    table["adjusted_p_value"] = adjust(table["p_value"].astype(float))
    judged = [_judge(row, alpha) for row in table.to_dict("records")]
    table["agree"] = pd.array([flag for flag, _ in judged], dtype="boolean")
    table["rule"] = [rule for _, rule in judged]
    return table


def _figures(both: pd.DataFrame) -> dict[str, Any]:
    row: dict[str, Any] = {"n": len(both), "correlation": np.nan, "p_value": np.nan}
    if len(both) < FEWEST or (both.nunique() < 2).any():
        return row
    first, second = (both.iloc[:, at] for at in (0, 1))
    layout = Layout("slope", tuple(second), ("",) * len(both))
    found = rank_test(first.tolist(), layout)
    return row | {"correlation": found.effect, "p_value": found.p_value}


def _judge(row: dict[str, Any], alpha: float) -> tuple[bool | None, str]:
    if np.isnan(row["p_value"]):
        return None, f"fewer than {FEWEST} independent samples have both, or one is the same in all"
    right = (row["correlation"] > 0) == (row["expected"] == TOGETHER)
    if row["adjusted_p_value"] < alpha:
        return right, f"{'as expected' if right else 'against expectation'}, adjusted p < {alpha:g}"
    return None, f"{'as' if right else 'not as'} expected, but adjusted p not < {alpha:g}"
