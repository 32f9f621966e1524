"""Signatures of tissues and cells: those that are shipped, and those of the study."""

from collections.abc import Sequence

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.interpretation.keys import gene_key
from evcargo.study.notes import Notes
from evcargo.study.sheet_numbers import with_plain_numbers
from evcargo.study.sheets import read_sheet

SHIPPED_COLUMNS = ("signature", "gene", "mouse", "rat", "source", "note")
SIGNATURE_COLUMNS = ("signature", "gene", "weight", "reference", "note")
SHIPPED, OF_STUDY = "evcargo", "study"


def read_signatures(paths: Sequence[str], organism: str) -> pd.DataFrame:
    """Read the shipped signatures, and those of the study.

    Parameters
    ----------
    paths
        ``resources/markers/origins.tsv``, and further tables with `SIGNATURE_COLUMNS`.
    organism
        human, mouse or rat; shipped genes without an ortholog are left out.

    Returns
    -------
    pandas.DataFrame
        Columns signature, gene (`gene_key`), symbols (all of the gene, the usual one first),
        weight, note, given_by; each gene of a signature once.

    Raises
    ------
    EvcargoError
        If a table cannot be read; `evcargo.study.origins` tells more before any job.
    """
    shipped = pd.read_csv(paths[0], sep="\t", dtype=str, keep_default_na=False)
    if tuple(shipped.columns) != SHIPPED_COLUMNS:
        raise EvcargoError(f"{paths[0]}: the columns must be {' '.join(SHIPPED_COLUMNS)}")
    shipped["gene"] = shipped["gene" if organism == "human" else organism]
    parts = [shipped.assign(weight=1.0, given_by=SHIPPED)]
    for path in paths[1:]:
        notes = Notes(str(path))
        sheet = read_sheet(str(path), SIGNATURE_COLUMNS, notes)
        if sheet is None or notes.problems:
            raise EvcargoError(str(notes.problems[0]))
        sheet = with_plain_numbers(sheet, ["weight"], notes)
        rows = pd.DataFrame(
            [dict.fromkeys(SIGNATURE_COLUMNS, "") | row.cells for row in sheet.rows]
        )
        rows["weight"] = pd.to_numeric(rows["weight"].replace("", "1"))
        parts.append(rows.assign(given_by=OF_STUDY))
    table = pd.concat(parts, ignore_index=True)
    table = table[table["gene"] != ""].copy()
    table["symbols"] = [tuple(map(gene_key, cell.split(";"))) for cell in table["gene"]]
    table["gene"] = [symbols[0] for symbols in table["symbols"]]
    kept = ["signature", "gene", "symbols", "weight", "note", "given_by"]
    return table[kept].drop_duplicates(["signature", "gene"], ignore_index=True)
