"""The protein database of a study: the user's FASTA and the shipped contaminants, made safe.

One entry per distinct sequence; the entry of the host organism is kept, the others are named in
`same_sequence`. Contaminants are tagged, never dropped.
"""

import gzip
import re
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.job import whole_file

HOST_TAXON: Mapping[str, str] = {"human": "9606", "mouse": "10090", "rat": "10116"}
# UniProt mnemonics of the organisms met in EV work, for headers without OX=.
MNEMONIC_TAXON: Mapping[str, str] = {
    "HUMAN": "9606",
    "MOUSE": "10090",
    "RAT": "10116",
    "BOVIN": "9913",
    "PIG": "9823",
    "SHEEP": "9940",
    "HORSE": "9796",
    "RABIT": "9986",
    "CHICK": "9031",
    "YEAST": "559292",
    "ECOLI": "83333",
    "STAAU": "1280",
    "LYSEN": "69",
}
RESIDUES = frozenset("ACDEFGHIKLMNPQRSTUVWYOBJXZ")
COLUMNS = ["accession", "gene", "name", "taxon", "is_contaminant", "reviewed", "same_sequence"]


@dataclass(frozen=True)
class Protein:
    """One database entry; `origin` is the file it came from."""

    accession: str
    sequence: str
    gene: str = ""
    name: str = ""
    taxon: str = ""
    is_contaminant: bool = False
    reviewed: bool = False
    same_sequence: tuple[str, ...] = ()


def read_fasta(path: str | Path, contaminants: bool = False) -> list[Protein]:
    """Read and check a protein FASTA, plain or gzipped.

    Parameters
    ----------
    path
        FASTA with UniProt headers (``>sp|P02769|ALBU_BOVIN name OS=.. OX=9913 GN=ALB``) or any
        others, of which the first word is the accession.
    contaminants
        Tag the entries as contaminants.

    Returns
    -------
    list of Protein
        In file order; an entry that is there twice is given once.

    Raises
    ------
    EvcargoError
        If the file is no protein FASTA, or an accession has two different sequences.
    """
    proteins: dict[str, Protein] = {}
    for header, sequence in _entries(path):
        protein = _parse_header(header, _checked(sequence, header, path), contaminants)
        known = proteins.setdefault(protein.accession, protein)
        if known.sequence != protein.sequence:
            raise EvcargoError(
                f"{path}: accession {protein.accession!r} is there twice with different sequences."
                " Rename or remove one of them"
            )
    if not proteins:
        raise EvcargoError(f"{path}: has no sequences. Give a protein FASTA")
    return list(proteins.values())


def _entries(path: str | Path) -> Iterator[tuple[str, str]]:
    try:
        data = Path(path).read_bytes()
        data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise EvcargoError(f"{path}: the gzip file is damaged ({error}). Copy it again") from error
    except OSError as error:
        raise EvcargoError(f"{path}: cannot be read ({error.strerror}). Check the path") from error
    text = data.decode("utf-8-sig", errors="replace").lstrip()
    if not text.startswith(">"):
        what = "an HTML page" if text.startswith("<") else "no FASTA (it must start with '>')"
        raise EvcargoError(f"{path}: is {what}. Download the protein FASTA again")
    for block in re.split(r"(?:^|\n|\r)>", text)[1:]:
        header, *lines = block.splitlines()
        yield header.strip(), "".join("".join(lines).split()).upper()


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


def _parse_header(header: str, sequence: str, contaminants: bool) -> Protein:
    first, _, rest = header.partition(" ")
    parts = first.split("|")
    typed = len(parts) >= 3 and parts[0].lower() in ("sp", "tr")
    accession = parts[1] if typed or (parts[0].lower() in ("gi", "ref") and parts[1:]) else parts[0]
    entry_name = parts[-1]
    fields = dict(re.findall(r"\b(OS|OX|GN)=(.*?)(?=\s+[A-Z]{2}=|$)", rest))
    mnemonic = entry_name.rpartition("_")[2]
    return Protein(
        accession=re.sub(r"[^A-Za-z0-9._:-]", "_", accession) or "unnamed",
        sequence=sequence,
        gene=fields.get("GN", "").strip(),
        name=re.split(r"\s(?:OS|OX|GN|PE|SV)=", f" {rest}")[0].strip(),
        taxon=fields.get("OX", "").strip() or MNEMONIC_TAXON.get(mnemonic, ""),
        is_contaminant=contaminants,
        reviewed=parts[0].lower() == "sp" or len(parts) == 2,
    )


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
        protein.accession: _replace(protein, is_contaminant=protein.accession in listed)
        for protein in user
    }
    for protein in contaminants:
        known = entries.get(protein.accession, protein)
        entries[protein.accession] = _replace(
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
        kept.append(_replace(first, same_sequence=tuple(sorted(p.accession for p in others))))
    return sorted(kept, key=lambda protein: protein.accession)


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


def _replace(protein: Protein, **changes: object) -> Protein:
    return Protein(**{**protein.__dict__, **changes})


def write_database(proteins: list[Protein], fasta: str | Path, table: str | Path) -> None:
    """Write the sequences (header: accession) and the table of what each entry is."""
    with whole_file(fasta) as part:
        part.write_text("".join(f">{p.accession}\n{p.sequence}\n" for p in proteins), "utf-8")
    rows = [
        {**p.__dict__, "same_sequence": ";".join(p.same_sequence), "sequence": None}
        for p in proteins
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    with whole_file(table) as part:
        frame.to_csv(part, sep="\t", index=False, lineterminator="\n")


def read_database(fasta: str | Path, table: str | Path) -> list[Protein]:
    """Read what `write_database` wrote."""
    sequences = dict(_entries(fasta))
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
