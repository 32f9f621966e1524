"""Biomarker panels: how well cargo tells two groups apart in samples that it has never seen."""
