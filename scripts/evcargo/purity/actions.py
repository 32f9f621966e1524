"""What is done about impure samples: nothing, left out of the tests, or given less weight."""

import logging
from collections.abc import Mapping
from typing import Any

import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.purity.answers import FAIL, WARN

_log = logging.getLogger(__name__)

REPORT, EXCLUDE, WEIGHT = "report", "exclude", "weight"
NOTHING, LEFT_OUT, WEIGHTED = "none", "left out", "weighted"


def act(verdicts: pd.DataFrame, action: str, weights: Mapping[str, float]) -> pd.DataFrame:
    """Decide for every sample what the differential tests do with it, and log it.

    Parameters
    ----------
    verdicts
        Contract ``verdicts``.
    action
        `purity.action`: ``report`` does nothing; ``exclude`` leaves EV samples with the verdict
        fail out; ``weight`` gives samples the weight of their verdict. Source and depleted material
        has no verdict, and is never touched.
    weights
        `purity.weights`, by verdict; every other verdict has weight 1.

    Returns
    -------
    pandas.DataFrame
        Contract ``actions``, one row per sample.
    """
    rows, gone = [], left_out(verdicts, action)
    for row in verdicts.to_dict("records"):
        done, weight, reason = _decision(row, action, weights, gone)
        rows.append(
            {
                "sample": row["sample"],
                "verdict": row["verdict"],
                "action": done,
                "weight": weight,
                "reason": reason,
            }
        )
        if done != NOTHING:
            _log.info("%s: %s, weight %g: %s", row["sample"], done, weight, reason)
    _log.info("purity.action %s: %d of %d samples are treated differently", action,
              sum(row["action"] != NOTHING for row in rows), len(rows))  # fmt: skip
    return pd.DataFrame(rows, columns=CONTRACTS["actions"].names)


def compared_of(samples: pd.DataFrame, actions: pd.DataFrame) -> pd.DataFrame:
    """Leave out the samples (contract ``samples``) that the contract ``actions`` leaves out."""
    gone = actions.loc[actions["action"] == LEFT_OUT, "sample"]
    return samples[~samples["sample"].isin(gone)]


def left_out(verdicts: pd.DataFrame, action: str) -> set[str]:
    """Name the samples that no test compares, by `purity.action`."""
    return set(verdicts.loc[verdicts["verdict"] == FAIL, "sample"]) if action == EXCLUDE else set()


def _decision(
    row: Mapping[str, Any], action: str, weights: Mapping[str, float], gone: set[str]
) -> tuple[str, float, str]:
    verdict = row["verdict"]
    why = f"verdict {verdict}: {row['reason']}"
    if action == REPORT:
        return NOTHING, 1.0, "purity.action is report"
    if row["sample"] in gone:
        return LEFT_OUT, 0.0, why
    weight = float(weights[verdict]) if action == WEIGHT and verdict in (WARN, FAIL) else 1.0
    return (WEIGHTED, weight, why) if weight != 1 else (NOTHING, 1.0, f"verdict {verdict}")
