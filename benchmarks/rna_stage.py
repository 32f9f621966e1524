"""The rna stage of one sample without Snakemake: rna_stage.py index|trim|assign FOLDER READS."""

import sys
from pathlib import Path

from simulated_reads import RNA, references

from evcargo.rna.counted import assign_sample
from evcargo.rna.kits import read_kits
from evcargo.rna.reference import build_reference
from evcargo.rna.trim import Run, TrimSettings, trim_sample, write_inserts

PRIORITY = ["spike_in", "miRNA", "tRNA", "Y_RNA", "rRNA"]


def main(step: str, folder: Path, reads: Path) -> None:
    """Run one step; its files lie in `folder`."""
    inserts, trimming = folder / "inserts.tsv.gz", folder / "inserts.json"
    fasta, features = folder / "reference.fa", folder / "features.tsv"
    if step == "index":
        build_reference(references(), {}, fasta, features, folder / "manifest.tsv")
    elif step == "trim":
        kits = read_kits(RNA.parent / "adapters" / "adapters.tsv")
        write_inserts(trim_sample([Run(str(reads))], kits, TrimSettings()), inserts, trimming)
    else:
        assign_sample(
            inserts=inserts,
            trimming=trimming,
            index=fasta,
            features=features,
            priority=PRIORITY,
            counts=folder / "counts.tsv",
            summary=folder / "counts.json",
        )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
