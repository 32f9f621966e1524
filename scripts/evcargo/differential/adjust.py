"""P-values of many features, adjusted for their number."""

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control


def adjust(p_values: pd.Series) -> pd.Series:
    """Benjamini-Hochberg adjusted p-values; NaN stays NaN and does not count as a test."""
    known = p_values.notna()
    adjusted = pd.Series(np.nan, index=p_values.index)
    if known.any():
        adjusted[known] = false_discovery_control(p_values[known].to_numpy(float))
    return adjusted
