"""Protein tables of other engines -> the protein matrix of the study."""
