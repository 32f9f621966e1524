"""What the rules of the stage look up in the study, without loading what the jobs need."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from evcargo.errors import EvcargoError
from evcargo.rna.bwa_files import bwa_files
from evcargo.study.model import Study

FASTQ = "fastq"
HAIRPIN, MATURE = "hairpin", "mature"
MIRNA, PRECURSOR = "miRNA", "miRNA_precursor"
# Steps of the read funnel, which no class of the user can be called.
STEPS = (
    *("raw", "untrimmed", "too_short", "too_long", "low_quality", "no_umi", "duplicate"),
    *("low_complexity", "genome", "exogenous", "unassigned"),
)
RESERVED = (MIRNA, PRECURSOR, *STEPS)
DOWNLOADS = "results/rna/reference/downloads"
SHIPPED: Mapping[str, Mapping[str, str]] = {
    "human": {
        "spike_in": "spike_in.fa",
        HAIRPIN: "human_hairpin.fa",
        MATURE: "human_mature.fa",
        "tRNA": "human_tRNA.fa",
        "Y_RNA": "human_Y_RNA.fa",
        "vault": "human_vault.fa",
        "snoRNA": "human_snoRNA.fa",
        "snRNA": "human_snRNA.fa",
        "rRNA": "human_rRNA.fa",
    },
    "mouse": {
        "spike_in": "spike_in.fa",
        HAIRPIN: "mouse_hairpin.fa",
        MATURE: "mouse_mature.fa",
        "rRNA": "mouse_rRNA.fa",
    },
    "rat": {
        "spike_in": "spike_in.fa",
        HAIRPIN: "rat_hairpin.fa",
        MATURE: "rat_mature.fa",
        "rRNA": "rat_rRNA.fa",
    },
}

ORGANISMS = tuple(SHIPPED)
BEGINNINGS = tuple(SHIPPED[name][kind] for name in ORGANISMS for kind in (MATURE, HAIRPIN))
"""Files of ``resources/rna`` that tell the organism of reads, see `evcargo.rna.beginnings`."""


def brings_mirnas(references: Mapping[str, Any]) -> bool:
    """Whether a study gives miRNAs of its own, or leaves the shipped ones out."""
    return bool({HAIRPIN, MATURE} & set(references))


def index_files(fasta: str) -> list[str]:
    """Files of the bwa index of a FASTA file, which lie beside it."""
    return [*bwa_files(fasta), f"{fasta.removesuffix('.fa')}.dict"]


def shipped_references(
    organism: str, references: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, str]:
    """RNA class -> name of the shipped FASTA file in resources/rna; miRNA as hairpin and mature.

    Parameters
    ----------
    organism
        human, mouse or rat.
    references
        Option ``rna.references``; a class that is null there is left out.
    """
    left_out = {name for name, given in references.items() if given is None}
    return {name: file for name, file in SHIPPED[organism].items() if name not in left_out}


def user_references(references: Mapping[str, Any]) -> dict[str, str]:
    """RNA class -> FASTA file of the config; one that is named by URL is in the folder DOWNLOADS.

    Parameters
    ----------
    references
        Option ``rna.references``: paths, or sections with ``url`` and ``sha256``.
    """
    return {
        name: f"{DOWNLOADS}/{_download_name(name, given['url'])}"
        if isinstance(given, Mapping)
        else given
        for name, given in references.items()
        if given is not None
    }


def download_of(references: Mapping[str, Any], file: str) -> dict[str, str]:
    """Address and checksum of a file of the folder DOWNLOADS: keys ``url`` and ``sha256``."""
    for name, given in references.items():
        if isinstance(given, Mapping) and _download_name(name, given["url"]) == file:
            return {"url": given["url"], "sha256": given["sha256"]}
    raise EvcargoError(f"{file}: rna.references of the config names no such download")


def reference_sources(references: Mapping[str, Any]) -> dict[str, str]:
    """RNA class -> address of those references that are named by URL."""
    return {name: one["url"] for name, one in references.items() if isinstance(one, Mapping)}


def class_mistake(references: Mapping[str, Any]) -> tuple[str, str, str]:
    """Class of ``rna.references`` that cannot be, what is wrong, and the remedy; else empty."""
    for name in RESERVED:
        if name in references:
            instead = "Give miRNA as hairpin and mature" if name == MIRNA else "Rename it"
            return name, "is not a class name for a file", instead
    known = {shipped.lower(): shipped for shipped in SHIPPED["human"]}
    for name in references:
        shipped = known.get(name.lower(), name)
        if references[name] is None and name not in SHIPPED["human"]:
            return (
                name,
                "is no shipped class that null could leave out",
                "Give a file, or delete it",
            )
        if shipped != name:
            wrong = f"differs from the shipped class {shipped} in its case only"
            return name, wrong, f"Write {shipped}"
    for name, other in ((HAIRPIN, MATURE), (MATURE, HAIRPIN)):
        if name in references and other not in references:
            return name, f"is given without {other}", "Give hairpin and mature of one release"
    return "", "", ""


def _download_name(name: str, url: str) -> str:
    suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
    return f"{name}.fa{suffix if suffix in ('.gz', '.bz2', '.zst') else ''}"


def fastq_runs(study: Study, sample: str) -> dict[str, list]:
    """Path, kit and technical replicate of the FASTQ runs of a sample, each in sheet order."""
    runs = study.rows_of("rna", sample, FASTQ)
    return {
        "path": runs["path"].tolist(),
        "kit": runs["kit"].fillna("").replace("", "auto").tolist(),
        "replicate": runs["replicate"].fillna(1).astype(int).tolist(),
    }


def table_runs(study: Study, assay: str) -> dict[str, list[str]]:
    """Run, sample, path and column of the runs of an assay that come as count tables."""
    runs = study.runs[study.runs["assay"] == assay]
    tables = runs[runs["format"] != FASTQ]
    return {
        name: tables[name].fillna("").astype(str).tolist()
        for name in ("run", "sample", "path", "column")
    }
