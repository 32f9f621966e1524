"""Proteins: spectra, or tables of other engines, to protein quantities of samples."""
