"""Every column of the Parquet tables is described, and in the order of the file."""

import pandas as pd

from evcargo.proteins.database import Protein
from evcargo.proteins.described import PEPTIDES, PSMS
from evcargo.proteins.digest import Digestion
from evcargo.proteins.inference import infer_proteins
from evcargo.proteins.search import COLUMNS
from evcargo.study.manual import manual


def test_all_columns_are_described():
    row = dict.fromkeys(COLUMNS, 0) | {"peptide": "PEPTLDEK", "modified": "PEPTLDEK"}
    rows = [
        row | {"scan": f"scan={n}", "is_decoy": n > 8, "hyperscore": 9.0 - n, "charge": 2}
        for n in range(10)
    ]
    psms = pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict(COLUMNS))
    psms.insert(0, "run", "T1")
    psms.insert(1, "sample", "T1")
    proteins = [Protein("P1", "MPEPTIDEK", gene="G1", taxon="9606")]
    found = infer_proteins(psms, proteins, Digestion(), "human", 0.5, 0.5)
    assert set(found.psms.columns) == set(PSMS)
    assert set(found.peptides.columns) == set(PEPTIDES)


def test_the_manual_prints_them():
    text = manual()
    assert "### `results/proteins/psms.parquet`" in text
    assert "ProForma" in text and "razor" in text
