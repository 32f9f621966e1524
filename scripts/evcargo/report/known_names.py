"""Whether the identifiers of an assay's tables are known, in words."""

import pandas as pd

from evcargo.purity.recognition import MIN_RECOGNISED

ASSAY_WORDS = {
    "proteins": "proteins",
    "rna": "small RNA",
    "transcripts": "long RNA",
    "particles": "particles",
}


def unknown_names(table: pd.DataFrame) -> list[str]:
    """Say of which assays too few identifiers are known for any verdict by name."""
    counts = table.groupby("assay", sort=False)[["identifiers", "recognised"]].sum(min_count=1)
    few = counts["recognised"] < MIN_RECOGNISED * counts["identifiers"]
    return [
        f"Purity is not assessed by name for {ASSAY_WORDS.get(str(assay), assay)}: only"
        f" {row['recognised']:,} of {row['identifiers']:,} identifiers are known."
        for assay, row in counts[few.fillna(False)].iterrows()
    ]


def names_known(inputs: pd.DataFrame | None, assay: str) -> bool:
    """Whether enough identifiers of an assay are known to tell contaminants by name."""
    return inputs is None or not unknown_names(inputs[inputs["assay"] == assay])
