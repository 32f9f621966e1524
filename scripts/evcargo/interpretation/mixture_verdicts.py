"""Which mixtures say something."""

import pandas as pd

POOR_CORRELATION = 0.7
"""Of the log quantities with the fitted ones, below which the shares of a sample are not read."""


def fits_poorly(fits: pd.DataFrame) -> pd.Series:
    """Flag the samples (rows of the contract ``mixture_fits``) whose shares say nothing."""
    return fits["correlation"].astype(float) < POOR_CORRELATION
