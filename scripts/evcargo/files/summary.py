"""What was understood of an input file: the first thing that a person should see."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class InputSummary:
    """What was understood of one file of one assay; a row of ``results/study/inputs.tsv``.

    Parameters
    ----------
    path, assay
        The file as the user wrote it, and its assay.
    program
        Program (and version, where the file states it) that it was recognised as.
    recognised_by
        What it was recognised by.
    rows
        Rows of the table, without its header.
    sample_columns
        Columns (or values of the run column) that were taken for runs.
    quantity, quantity_reason
        Which quantity was taken, and why that one.
    scale, scale_reason
        ``raw``, ``log2``, ``log10``, ``ln``, ``relative`` or ``counts``, and what it was told by.
    decimal_sign, thousands_sign
        ``point`` or ``comma``; the latter empty where there is none.
    encoding
        Encoding of the text.
    identifier_column, identifier_type
        Column that names the features, and what its identifiers are.
    identifiers, recognised
        Distinct identifiers, and those that are known for the organism of the study.
    markers
        Markers of the decisive panels that are among them.
    dropped_rows
        Rows that are no features, and why.
    imputed
        Why missing values seem to have been filled in; empty where nothing speaks for it.
    notes
        What else the reader should know.
    """

    path: str
    assay: str
    program: str = ""
    recognised_by: str = ""
    rows: int | None = None
    sample_columns: int | None = None
    quantity: str = ""
    quantity_reason: str = ""
    scale: str = ""
    scale_reason: str = ""
    decimal_sign: str = ""
    thousands_sign: str = ""
    encoding: str = ""
    identifier_column: str = ""
    identifier_type: str = ""
    identifiers: int | None = None
    recognised: int | None = None
    markers: str = ""
    dropped_rows: str = ""
    imputed: str = ""
    notes: str = ""


COLUMNS = tuple(field.name for field in fields(InputSummary))
