"""How right the robustness verdicts are: confounded studies through purity scoring and tests."""

from dataclasses import asdict
from functools import partial

import numpy as np
import pandas as pd

from evcargo.differential.count_filter import filter_of
from evcargo.differential.counts import test_counts
from evcargo.differential.linear_models import Moderation
from evcargo.differential.proteins import test_proteins
from evcargo.differential.robustness import Purity
from evcargo.differential.summary import compare
from evcargo.differential.verdicts import STANDS, kind_of
from evcargo.proteins.normalise import normalise
from evcargo.purity.score import score
from evcargo.simulate.confounded import CARGO, PANEL, Confounded
from evcargo.study.model import Contrast
from evcargo.study.notes import Notes
from evcargo.study.schema import check_config, read_schema

CONTRAST = Contrast("test_v_reference", "condition", "test", "reference")
CHANGED, CONTAMINATION, UNCHANGED = "truly changed", "contaminant-driven", "unchanged cargo"
FALSE = "all false"


def judged(study: Confounded, assay: str, panels: pd.DataFrame) -> pd.DataFrame:
    """Test a confounded study as the workflow does, with every option at its default.

    Returns
    -------
    pandas.DataFrame
        The significant features: contract ``differential``, `axes` (; between them), `verdict`
        (one of `VERDICTS`) and `what`: truly changed, contaminant-driven (contaminants of no panel)
        or unchanged cargo, which is a hit for the most part because contaminants shift the
        normalisation of the samples that hold more of them: all else seems lower there.
        Contaminants in a panel are left out: every reader knows what they are.
    """
    table, axes = tested(study, assay, panels)
    hits = table[table["significant"]].join(study.truth, on="feature", rsuffix="_true")
    hits["verdict"] = kind_of(hits["robustness"])
    hits["axes"] = axes
    contaminated = np.where(hits["kind"] == CARGO, UNCHANGED, CONTAMINATION)
    hits["what"] = np.where(hits["log2_fold_change_true"] != 0, CHANGED, contaminated)
    return hits[hits["kind"] != PANEL]


def standing(hits: pd.DataFrame) -> pd.Series:
    """Share of the hits of `judged` called `stands`, of each kind and of all false ones."""
    stands, kind = hits["verdict"] == STANDS, hits["what"]
    found = stands.groupby(kind).mean()
    found[FALSE] = stands[kind != CHANGED].mean()
    return found


def tested(study: Confounded, assay: str, panels: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Test a confounded study as the workflow does: contract ``differential``, and the axes."""
    matrix = study.matrix
    options, _ = check_config({"study": "confounded"}, read_schema("config"), Notes("config"))
    tables = score(study.samples, panels, options["purity"], [asdict(CONTRAST)], **{assay: matrix})
    how = options["differential"]
    if assay == "proteins":
        every = np.ones(matrix.n_vars, dtype=bool)
        matrix.layers["normalised"], _ = normalise(
            np.asarray(matrix.X), "median", every, ~every, list(matrix.obs_names)
        )
        prior = Moderation(how["variance_trend"], how["robust"])
        test = partial(test_proteins, min_samples=how["min_samples"], how=prior)
    else:
        expressed = filter_of(how)
        test = partial(test_counts, expressed=expressed)
    known = Purity(
        tables["criteria"], tables["shares"], tables["associations"], how["purity_covariates"]
    )
    test = partial(test, alpha=how["alpha"])
    table, _, line = compare(matrix, CONTRAST, assay, test, panels, known, how["alpha"])
    return table, str(line["axes"].iloc[0])
