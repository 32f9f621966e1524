"""The robustness verdicts, whose rule is in `evcargo.differential.robustness`."""

import pandas as pd

STANDS, WEAKENED, CONTAMINANT = "stands", "weakened", "contaminant itself"
EXPLAINED, NOT_ASSESSED = "explained by", "not assessed"
VERDICTS = (STANDS, WEAKENED, EXPLAINED, CONTAMINANT, NOT_ASSESSED)
NEEDED = 0.05
"""P-value, given the purity axes, below which the comparison is still needed."""
KEPT = 2 / 3
"""Share of the fold change that must be kept, given the purity axes."""


def kind_of(robustness: pd.Series) -> pd.Series:
    """Robustness verdicts without the name of the axis: one of `VERDICTS`."""
    explained = robustness.astype(str).str.startswith(EXPLAINED)
    return robustness.mask(explained, EXPLAINED)
