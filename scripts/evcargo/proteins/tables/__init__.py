"""Protein tables of other engines."""
