"""Write the example tables from the results of the demo study: python make.py results/demo."""

import shutil
import sys
from pathlib import Path

import pandas as pd

SAMPLES = [f"{group}{number}" for group in "TH" for number in range(1, 5)]
HERE = Path(__file__).parent


def main(demo: Path) -> None:
    """Keep the EV samples of the demo's matrices, and what was seen in them."""
    for assay in ("proteins", "rna"):
        table = pd.read_csv(demo / f"results/{assay}/{assay}.tsv", sep="\t", index_col=0)
        seen = (table[SAMPLES].fillna(0) > 0).any(axis=1)
        dropped = [name for name in table if name in ("D1", "D2", "sequence", "class")]
        kept = table[seen].drop(columns=dropped)
        if assay == "rna":
            kept = kept[SAMPLES].astype(int)
        kept.to_csv(HERE / f"{assay}.tsv", sep="\t", float_format="%.6g", lineterminator="\n")
    for sample in SAMPLES:
        shutil.copyfile(demo / f"data/{sample}.sizes.tsv", HERE / f"sizes_{sample}.tsv")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
