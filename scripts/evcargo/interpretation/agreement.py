"""How protein and mRNA of a gene agree in a contrast, in words."""

SAME, OPPOSITE = "same direction", "opposite direction"
PROTEIN_ONLY, MRNA_ONLY, NEITHER = "protein only", "mRNA only", "neither"
