"""The protein database of a study: the user's FASTA and the shipped contaminants, made safe.

One entry per distinct sequence; the entry of the host organism is kept, the others are named in
`same_sequence`. Contaminants are tagged, never dropped.
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.job import whole_file
from evcargo.proteins.fasta import read_entries
from evcargo.proteins.headers import Protein, is_decoy, read_header

HOST_TAXON: Mapping[str, str] = {"human": "9606", "mouse": "10090", "rat": "10116"}
RESIDUES = frozenset("ACDEFGHIKLMNPQRSTUVWYOBJXZ")
COLUMNS = ["accession", "gene", "name", "taxon", "is_contaminant", "reviewed", "same_sequence"]

_log = logging.getLogger(__name__)


def read_fasta(
    path: str | Path, contaminants: bool = False, genes: Mapping[str, str] | None = None
) -> list[Protein]:
    """Read and check a protein FASTA, plain or gzipped.

    Parameters
    ----------
    path
        FASTA with headers of any database that `evcargo.proteins.headers` knows, or any others.
    contaminants
        Tag the entries as contaminants.
    genes
        Accession -> gene symbol (`read_genes`), for headers that do not name the gene.

    Returns
    -------
    list of Protein
        In file order; an entry that is there twice is given once.

    Raises
    ------
    EvcargoError
        If the file is no protein FASTA, holds decoys, or an accession has two different sequences.
    """
    proteins: dict[str, Protein] = {}
    for header, sequence in read_entries(path):
        if is_decoy(header):
            raise EvcargoError(
                f"{path}: holds decoys ({header.split()[0]!r}), which are made here. Give the FASTA"
                " without them"
            )
        protein = read_header(header, _checked(sequence, header, path), contaminants, genes)
        known = proteins.setdefault(protein.accession, protein)
        if protein.is_contaminant and not known.is_contaminant:
            proteins[protein.accession] = replace(known, is_contaminant=True)
        if known.sequence != protein.sequence:
            raise EvcargoError(
                f"{path}: accession {protein.accession!r} is there twice with different sequences."
                " Rename or remove one of them"
            )
    if not proteins:
        raise EvcargoError(f"{path}: has no sequences. Give a protein FASTA")
    return list(proteins.values())


def _checked(sequence: str, header: str, path: str | Path) -> str:
    name = (header.split() or ["(no name)"])[0]
    sequence = sequence.removesuffix("*")
    strange = sorted(set(sequence) - RESIDUES)
    if not sequence:
        raise EvcargoError(f"{path}: {name!r} has no sequence. Remove it or complete the file")
    if "*" in strange:
        raise EvcargoError(
            f"{path}: {name!r} has a stop '*' inside: it is a raw translation. Use a protein FASTA"
        )
    if strange:
        raise EvcargoError(
            f"{path}: {name!r} holds {' '.join(strange)!r}, which are no residues. Repair the file"
        )
    if len(sequence) >= 30 and set(sequence) <= set("ACGTUN"):
        raise EvcargoError(f"{path}: {name!r} is a nucleotide sequence. Give a protein FASTA")
    return sequence


def read_genes(path: str | Path) -> dict[str, str]:
    """Read the shipped table of genes: UniProt accession and Ensembl gene -> symbol."""
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    by_gene = dict(zip(table["ensembl"], table["gene"], strict=True))
    by_accession = dict(zip(table["accession"], table["gene"], strict=True))
    return {key: gene for key, gene in (by_gene | by_accession).items() if key}


def read_accessions(path: str | Path) -> frozenset[str]:
    """Read the accessions of a shipped list (TSV with a column ``accession``)."""
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    return frozenset(table["accession"])


def build_database(
    user: Iterable[Protein],
    contaminants: Iterable[Protein],
    organism: str,
    listed: Collection[str] = (),
) -> list[Protein]:
    """Join the user's proteins and the contaminants, one entry per sequence.

    An accession that is in both keeps the user's sequence and is tagged as a contaminant. Of
    identical sequences under different accessions the host's entry is kept, as it is: a host
    protein does not become a contaminant because cattle have the same one.

    Parameters
    ----------
    user, contaminants
        Entries of the two files (`read_fasta`).
    organism
        ``human``, ``mouse`` or ``rat``.
    listed
        Accessions of contaminants whose sequences the user gives, e.g. human keratins.

    Returns
    -------
    list of Protein
        Sorted by accession.
    """
    host = HOST_TAXON[organism]
    entries = {
        protein.accession: replace(
            protein, is_contaminant=protein.is_contaminant or protein.accession in listed
        )
        for protein in user
    }
    _refuse_other_organism(entries.values(), organism)
    for protein in contaminants:
        known = entries.get(protein.accession, protein)
        entries[protein.accession] = replace(
            known,
            is_contaminant=True,
            gene=known.gene or protein.gene,
            taxon=known.taxon or protein.taxon,
        )
    by_sequence: dict[str, list[Protein]] = {}
    for protein in entries.values():
        by_sequence.setdefault(protein.sequence, []).append(protein)
    kept = []
    for same in by_sequence.values():
        first, *others = sorted(same, key=lambda protein: preference(protein, host))
        kept.append(replace(first, same_sequence=tuple(sorted(p.accession for p in others))))
    return sorted(kept, key=lambda protein: protein.accession)


def _refuse_other_organism(entries: Collection[Protein], organism: str) -> None:
    """Hold that some entry is of the host, or does not say whose it is."""
    host = HOST_TAXON[organism]
    if entries and not any(is_host(one.taxon, one.is_contaminant, host) for one in entries):
        taxa = sorted({one.taxon for one in entries if one.taxon})
        raise EvcargoError(
            f"proteins.fasta: of its {len(entries)} entries none is of {organism} (OX={host}), but"
            f" of taxon {', '.join(taxa[:5])}. Give the FASTA of {organism}, or correct organism"
        )


def log_genes(proteins: Collection[Protein]) -> None:
    """Say in the log how many entries have no gene: markers are found by gene."""
    without = sum(not one.gene for one in proteins)
    say = _log.warning if 2 * without > len(proteins) else _log.info
    say("%d of %d entries have no gene symbol; EV markers are found by it", without, len(proteins))


def preference(protein: Protein, host: str) -> tuple[bool, bool, bool, bool, str]:
    """Key that sorts the entry first that stands for others: host, not a contaminant, reviewed."""
    return (
        not is_host(protein.taxon, protein.is_contaminant, host),
        protein.is_contaminant,
        not protein.reviewed,
        "-" in protein.accession,
        protein.accession,
    )


def is_host(taxon: str, is_contaminant: bool, host: str) -> bool:
    """Whether an entry is of the host; a header without organism counts as host in a user FASTA."""
    return taxon == host or (not taxon and not is_contaminant)


def write_database(proteins: list[Protein], fasta: str | Path, table: str | Path) -> None:
    """Write the sequences (header: accession) and the table of what each entry is."""
    with whole_file(fasta) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f">{p.accession}\n{p.sequence}\n" for p in proteins)
    frame = pd.DataFrame({name: [getattr(p, name) for p in proteins] for name in COLUMNS})
    frame["same_sequence"] = frame["same_sequence"].map(";".join)
    with whole_file(table) as part:
        frame.to_csv(part, sep="\t", index=False, lineterminator="\n")


def read_database(fasta: str | Path, table: str | Path) -> list[Protein]:
    """Read what `write_database` wrote."""
    sequences = dict(read_entries(fasta))
    frame = pd.read_csv(table, sep="\t", dtype=str, keep_default_na=False)
    return [
        Protein(
            accession=row["accession"],
            sequence=sequences[row["accession"]],
            gene=row["gene"],
            name=row["name"],
            taxon=row["taxon"],
            is_contaminant=row["is_contaminant"] == "True",
            reviewed=row["reviewed"] == "True",
            same_sequence=tuple(filter(None, row["same_sequence"].split(";"))),
        )
        for row in frame.to_dict("records")
    ]
