"""Names that people write for genes, proteins and miRNAs, and what they stand for.

Imports nothing from the rest of evcargo but its errors: importers of all assays use it.
"""
