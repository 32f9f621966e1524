"""Interpretation: which sets of genes, layers and targets stand behind the differential cargo."""
