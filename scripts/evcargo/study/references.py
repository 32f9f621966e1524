"""The reference sequences of the config: looked at before any job runs."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evcargo.proteins.headers import is_decoy
from evcargo.rna.bwa_files import BACKGROUNDS, bwa_files, is_index
from evcargo.rna.sheet import class_mistake
from evcargo.study.files import checked_head, why_no_file
from evcargo.study.kinds import is_nucleotides, is_reference, taxa_of
from evcargo.study.notes import Notes, shown

TAXA = {"human": "9606", "mouse": "10090", "rat": "10116"}


def check_references(config: Mapping[str, Any], notes: Notes) -> None:
    """Write down every FASTA of the config that is missing or not what it should be."""
    fasta, organism = config["proteins"]["fasta"], config["organism"]
    if fasta:
        place = "proteins.fasta"
        head = checked_head(fasta, "fasta", notes, 0, place)
        if head and is_nucleotides(head.text):
            remedy = "Give the protein sequences, e.g. the UniProt proteome of the organism"
            notes.add("holds nucleotides, not proteins", remedy, column=place, value=fasta)
        elif head:
            _check_proteins(head.text, fasta, notes)
            _check_taxa(taxa_of(fasta, head), organism, fasta, notes)
    for place, path in _rna_fastas(config.get("rna", {}), notes):
        head = checked_head(path, "fasta", notes, 0, place) if isinstance(path, str) else None
        if head and not is_reference(head.text):
            remedy = "Give RNA or DNA sequences in FASTA"
            notes.add(
                "holds no nucleotides, or other letters too", remedy, column=place, value=path
            )


def _rna_fastas(config: Mapping[str, Any], notes: Notes) -> Iterator[tuple[str, Any]]:
    """Option and path of the RNA FASTA files; of a bwa index, the files are checked here."""
    references = config.get("references", {})
    references = references if isinstance(references, dict) else {}
    mistaken, wrong, instead = class_mistake(references)
    if wrong:
        notes.add(wrong, instead, column=f"rna.references.{mistaken}")
    for name, path in references.items():
        place = f"rna.references.{name}"
        if isinstance(path, str) and path.startswith("https://"):
            remedy = "Write url: and sha256: below the class, so that it can be fetched and checked"
            notes.add("is an address without sha256", remedy, column=place, value=path)
        else:
            yield place, path
    for name in BACKGROUNDS:
        path = config.get(name)
        if not isinstance(path, str):
            continue
        if not is_index(path):
            yield f"rna.{name}", path
            continue
        for file in bwa_files(path):
            why, _ = why_no_file(file)
            if why:
                remedy = f"Build the index again: bwa index -p {path} genome.fa"
                notes.add(f"lacks {Path(file).name}, which {why}", remedy, 0, f"rna.{name}", path)


def _check_proteins(text: str, fasta: str, notes: Notes) -> None:
    """Write down what the first entries show that no search database may have."""
    for entry in re.split(r"(?m)^>", text)[1:-1]:
        header, _, sequence = entry.partition("\n")
        name = (header.split() or ["(no name)"])[0]
        letters = "".join(sequence.split())
        if is_decoy(header):
            remedy = "Give the FASTA without its decoys: they are made here"
            notes.add(f"holds decoys ({shown(name)})", remedy, column="proteins.fasta", value=fasta)
            return
        if "*" in letters[:-1]:
            remedy = "Give proteins, not the raw translation of nucleotides"
            said = f"has a stop '*' inside of {shown(name)}"
            notes.add(said, remedy, column="proteins.fasta", value=fasta)
            return


def _check_taxa(taxa: list[str], organism: str, fasta: str, notes: Notes) -> None:
    """Most entries must be of the study's organism, where the headers say their taxon."""
    wrong = [taxon for taxon in taxa if taxon != TAXA[organism]]
    if 2 * len(wrong) <= len(taxa):
        return
    most, count = Counter(wrong).most_common(1)[0]
    name = next((name for name, taxon in TAXA.items() if taxon == most), f"taxon {most}")
    notes.add(
        f"is of another organism than {organism}: {count} of {len(taxa)} entries looked at"
        f" are {name} (OX={most})",
        f"Set organism{f' to {name}' if name in TAXA else ''} in the config, or give a FASTA of"
        f" {organism} (OX={TAXA[organism]})",
        column="proteins.fasta",
        value=fasta,
    )
