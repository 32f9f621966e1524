"""Differential cargo: which features differ between the two levels of a contrast."""
