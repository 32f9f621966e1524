"""One job of the rna stage without Snakemake: rna_stage.py index|trim|assign FOLDER READS.

Imports only what the script of the rule imports, as a job does.
"""

import gc
import sys
from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
PRIORITY = ["spike_in", "miRNA", "tRNA", "Y_RNA", "vault", "snoRNA", "snRNA", "rRNA"]


def index(folder: Path, reads: Path) -> None:
    """Rule build_rna_reference."""
    from evcargo.rna.reference import build_reference
    from evcargo.rna.sheet import shipped_references

    shipped = {name: RESOURCES / "rna" / file for name, file in shipped_references("human").items()}
    fasta, features = folder / "reference.fa", folder / "features.tsv"
    sources = RESOURCES / "rna" / "sources.tsv"
    build_reference(shipped, {}, sources, fasta, features, folder / "manifest.tsv")


def trim(folder: Path, reads: Path) -> None:
    """Rule trim_reads."""
    from evcargo.rna.kits import read_kits
    from evcargo.rna.trim import Run, TrimSettings, trim_sample, write_inserts

    gc.disable()  # as the script of the rule does
    kits = read_kits(RESOURCES / "adapters" / "adapters.tsv")
    inserts = trim_sample([Run(str(reads))], kits, TrimSettings())
    write_inserts(inserts, folder / "inserts.tsv.gz", folder / "inserts.json")


def assign(folder: Path, reads: Path) -> None:
    """Rule assign_inserts."""
    from evcargo.rna.sample import AssignSettings, Reference, assign_sample

    gc.disable()  # as the script of the rule does
    reference = Reference(*(folder / f for f in ("reference.fa", "features.tsv", "manifest.tsv")))
    products = ("counts.tsv", "counts.json", "isomirs.tsv", "isomirs.gff3")
    names = ("counts", "summary", "isomirs", "mirgff3")
    assign_sample(
        sample="S",
        inserts=folder / "inserts.tsv.gz",
        trimming=folder / "inserts.json",
        reference=reference,
        settings=AssignSettings(PRIORITY),
        products={name: folder / file for name, file in zip(names, products, strict=True)},
    )


if __name__ == "__main__":
    jobs = {"index": index, "trim": trim, "assign": assign}
    jobs[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
