"""A slope is held to purity as a comparison of two levels is."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from differential_helpers import matrix
from purity_helpers import sheet

from evcargo.contracts import CONTRACTS
from evcargo.differential.linear_models import Moderation
from evcargo.differential.proteins import test_proteins as proteins
from evcargo.differential.robustness import Purity, axes_of, judge
from evcargo.purity.associations import associate, purity_metrics
from evcargo.study.model import Contrast

DOSE = Contrast("dose", "dose", "", "", kind="slope")
AXIS = "lipoprotein share"
N = 20


@pytest.fixture
def study():
    """200 proteins; `true` follows the dose, `plasma` an impurity that goes with the dose."""
    rng = np.random.default_rng(12)
    dose = np.tile(np.arange(5.0), 4)
    impurity = 0.5 * dose + rng.normal(0, 0.8, N)
    names = [f"s{n:02d}" for n in range(N)]
    values = pd.DataFrame(rng.normal(20, 0.4, (200, N)), [f"f{n:03d}" for n in range(200)], names)
    values.loc["true"] = 20 + dose + rng.normal(0, 0.3, N)
    values.loc["plasma"] = 20 + 1.5 * impurity + rng.normal(0, 0.2, N)
    share = 0.1 * 2**impurity / (1 + 0.1 * 2**impurity)
    shares = pd.DataFrame(
        [
            {"sample": name, "assay": "proteins", "class": cls, "share": part}
            for name, one in zip(names, share, strict=True)
            for cls, part in (("lipoprotein", one), ("other", 1 - one))
        ]
    )
    made = matrix(values, ["c"] * N, classes="protein", dose=dose.tolist())
    samples = sheet(*({"sample": name} for name in names)).assign(dose=dose.astype(str))
    return made, values, impurity, shares, samples


def test_a_slope_has_axes_and_verdicts(study):
    made, values, impurity, shares, samples = study
    criteria = pd.DataFrame(columns=CONTRACTS["criteria"].names)
    told = associate(purity_metrics(criteria, shares), samples, [vars(DOSE)], 0.05)
    assert told.set_index("metric").loc[AXIS, "associated"]
    axes = axes_of(made, DOSE, Purity(criteria, shares, told, "auto"))
    assert axes.names == [AXIS] and axes.reason == ""
    np.testing.assert_allclose(np.corrcoef(axes.values[AXIS], impurity)[0, 1], 1)
    test = partial(proteins, alpha=0.05, min_samples=2, how=Moderation("none", False))
    plain = test(made, DOSE).table.assign(flag="", flag_reason="")
    table = judge(plain, made, DOSE, axes, test).set_index("feature")
    assert table.loc["true", "robustness"] == "stands"
    assert table.loc["plasma", "robustness"] == f"explained by {AXIS}"
    model = sm.add_constant(np.column_stack([made.obs["dose"], impurity]))
    fit = sm.OLS(values.loc["true"], model).fit()
    row = table.loc["true"]
    assert row["log2_fold_change_given_purity"] == pytest.approx(fit.params.iloc[1], rel=1e-9)
    assert row["ci_low_given_purity"] < fit.params.iloc[1] < row["ci_high_given_purity"]
