"""Sheets of published studies that several cases run."""

from pathlib import Path

import pandas as pd

GBM_V_CONTROL = {
    "name": "GBM_v_control",
    "column": "comparison",
    "test": "GBM",
    "reference": "Control",
}


def glioblastoma(shared_data: Path) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Rows of both sheets: VafaeeLab, serum exosome miRNA; the phenotypes have CR line ends."""
    data = shared_data / "gbm_serum_exosome"
    phenotype = pd.read_csv(data / "phenotype.txt", sep="\t", lineterminator="\r", dtype=str)
    samples: list[dict[str, object]] = [
        {
            "sample": row["Sample"],
            "condition": row["Type"].strip(),
            "comparison": row["GBMvsCont"] if isinstance(row["GBMvsCont"], str) else "other",
            "biofluid": "serum",
        }
        for _, row in phenotype.iterrows()
    ]
    table = data / "mirna_counts.txt"
    return samples, [{"sample": one["sample"], "assay": "rna", "path": table} for one in samples]
