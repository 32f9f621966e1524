"""Purity over the study: against matched material, between assays, samples and batches."""

import pandas as pd

from evcargo.differential.axes import log2_metrics
from evcargo.purity.actions import LEFT_OUT
from evcargo.purity.associations import purity_metrics
from evcargo.purity.consistency import concord
from evcargo.purity.enrichment import enrich
from evcargo.purity.groups import compare_groups
from evcargo.purity.outliers import outliers


def compare(
    samples: pd.DataFrame,
    criteria: pd.DataFrame,
    shares: pd.DataFrame,
    markers: pd.DataFrame,
    actions: pd.DataFrame,
    alpha: float,
) -> dict[str, pd.DataFrame]:
    """Compare the purity of the samples of a study with each other.

    Parameters
    ----------
    samples, criteria, shares, markers, actions
        Tables under the contracts of these names. Samples that `actions` leaves out of the tests
        are left out of `groups`; the other tables keep them: they tell how impure the samples are,
        not what comes with impurity.
    alpha
        Adjusted p-value below which something is said to differ.

    Returns
    -------
    dict
        Tables `enrichment`, `consistency`, `outliers` and `groups` under their contracts.
    """
    metrics = purity_metrics(criteria, shares)
    gone = actions.loc[actions["action"] == LEFT_OUT, "sample"]
    kept = samples[~samples["sample"].isin(gone)]
    assays = metrics.drop_duplicates("metric").set_index("metric")["assay"]
    return {
        "enrichment": enrich(shares, markers, samples, alpha),
        "consistency": concord(metrics, samples, alpha),
        "outliers": outliers(log2_metrics(criteria, shares), assays, samples),
        "groups": compare_groups(metrics, kept, alpha),
    }
