"""Purity of each preparation, from non-normalised quantities of all assays."""
