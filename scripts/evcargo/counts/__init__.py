"""Count tables of other programs: which program wrote one, its features, runs and counts."""
