"""The RNA stage from file to counts, as its rules run it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evcargo.rna.counted import read_metrics
from evcargo.rna.kits import AUTO, read_kits
from evcargo.rna.reference import build_reference
from evcargo.rna.sample import AssignSettings, Reference, assign_sample
from evcargo.rna.sheet import shipped_references
from evcargo.rna.trim import Inserts, Run, trim_sample, write_inserts
from evcargo.rna.trimmer import TrimSettings
from evcargo.tables import read_table

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
PRIORITY = ["spike_in", "miRNA", "tRNA", "Y_RNA", "vault", "snoRNA", "snRNA", "rRNA"]


def references(organism: str = "human") -> dict[str, Path]:
    """Shipped FASTA files by class."""
    return {kind: RESOURCES / "rna" / name for kind, name in shipped_references(organism).items()}


@dataclass(frozen=True)
class Counted:
    """Products of one sample."""

    inserts: Inserts
    counts: pd.DataFrame
    told: dict[str, Any]
    isomirs: pd.DataFrame
    mirgff3: Path

    @property
    def metrics(self) -> dict[str, float]:
        return {name: value for name, value, _ in read_metrics(self.told)}

    @property
    def hairpin_reads(self) -> int:
        return self.told["funnel"]["miRNA"] + self.told["funnel"]["miRNA_precursor"]

    def trimmed(self, shortest: int) -> int:
        """Reads of `shortest` to 50 nt after trimming."""
        lengths = self.inserts.lengths
        return sum(reads for length, reads in lengths.items() if shortest <= length <= 50)


class Stage:
    """The stage with the shipped references of an organism."""

    def __init__(self, folder: Path, organism: str = "human") -> None:
        self.folder = folder
        self.fasta, self.features = folder / "reference.fa", folder / "features.tsv"
        sources, manifest = RESOURCES / "rna/sources.tsv", folder / "manifest.tsv"
        build_reference(references(organism), {}, sources, self.fasta, self.features, manifest)

    def count(self, path: Path, kit: str = AUTO) -> Counted:
        kits = read_kits(RESOURCES / "adapters/adapters.tsv")
        inserts = trim_sample([Run(str(path), kit)], kits, TrimSettings())
        trimmed = [self.folder / "inserts.tsv.gz", self.folder / "inserts.json"]
        write_inserts(inserts, *trimmed)
        names = {"counts": "tsv", "summary": "json", "isomirs": "tsv", "mirgff3": "gff3"}
        counted = {name: self.folder / f"{name}.{end}" for name, end in names.items()}
        reference = Reference(self.fasta, self.features, self.folder / "manifest.tsv")
        assign_sample("sample", *trimmed, reference, AssignSettings(PRIORITY), counted)
        told = json.loads(counted["summary"].read_text())
        assert sum(told["funnel"].values()) == told["raw"]
        isomirs = read_table(counted["isomirs"], "rna_isomirs")
        counts = read_table(counted["counts"], "rna_counts")
        return Counted(inserts, counts, told, isomirs, counted["mirgff3"])
