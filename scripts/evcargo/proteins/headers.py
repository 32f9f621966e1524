"""FASTA headers of proteins: whose they are, of which gene and organism.

=========== ==========================================================================
UniProt     ``sp|P04637|P53_HUMAN Cellular tumor antigen p53 OS=.. OX=9606 GN=TP53``
Ensembl     ``ENSP00000269305.9 pep .. gene:ENSG00000141510.18 .. gene_symbol:TP53 ..``
GENCODE     ``ENSP..|ENST..|ENSG..|OTTHUMG..|OTTHUMT..|TP53-201|TP53|393``
NCBI        ``NP_000537.3 cellular tumor antigen p53 isoform a [Homo sapiens]``
=========== ==========================================================================

Of any other header the first word is the accession. Accessions with the prefixes that other
engines give contaminants (``CON__``, ``Cont_``, ``contam_``) are tagged and lose the prefix.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: Name of an organism -> NCBI taxon, for headers without OX=.
ORGANISM_TAXON: Mapping[str, str] = {
    "homo sapiens": "9606",
    "mus musculus": "10090",
    "rattus norvegicus": "10116",
    "bos taurus": "9913",
    "sus scrofa": "9823",
    "ovis aries": "9940",
    "equus caballus": "9796",
    "oryctolagus cuniculus": "9986",
    "gallus gallus": "9031",
    "saccharomyces cerevisiae": "559292",
    "escherichia coli": "83333",
}
#: UniProt mnemonics of the organisms met in EV work.
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
#: Letters between ENS and P in the protein identifiers of Ensembl; human has none.
ENSEMBL_TAXON: Mapping[str, str] = {
    "": "9606",
    "MUS": "10090",
    "RNO": "10116",
    "BTA": "9913",
    "SSC": "9823",
    "OAR": "9940",
    "ECA": "9796",
    "OCU": "9986",
    "GAL": "9031",
}
CONTAMINANT = re.compile(r"(?:CON__|CON_|Cont_|contam_|CONTAM_)")
DECOY = re.compile(r"(?:rev_|REV_|decoy_|DECOY_|reverse_|XXX_|##)")
ENSEMBL = re.compile(r"ENS([A-Z]{3})?P\d{11}")
UNIPROT_FIELDS = re.compile(r"\b(OS|OX|GN)=(.*?)(?=\s+[A-Z]{2}=|$)")
BRACKETS = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Protein:
    """One database entry; `same_sequence` names the entries that it stands for."""

    accession: str
    sequence: str
    gene: str = ""
    name: str = ""
    taxon: str = ""
    is_contaminant: bool = False
    reviewed: bool = False
    same_sequence: tuple[str, ...] = ()


def read_header(
    header: str,
    sequence: str = "",
    contaminant: bool = False,
    genes: Mapping[str, str] | None = None,
) -> Protein:
    """Read a header.

    Parameters
    ----------
    header
        Without ``>``.
    sequence
        The sequence below it.
    contaminant
        Tag the entry as a contaminant, whatever its accession.
    genes
        UniProt accession or Ensembl gene -> symbol, where the header does not name the gene.
    """
    first, _, rest = header.partition(" ")
    plain = CONTAMINANT.sub("", first, count=1) if _is_tagged(first) else first
    parts = plain.split("|")
    fields = dict(UNIPROT_FIELDS.findall(rest))
    brackets = BRACKETS.findall(rest)
    accession = re.sub(r"[^A-Za-z0-9._:-]", "_", _accession(parts)) or "unnamed"
    gene = fields.get("GN", "").strip() or _gene(rest, parts, brackets)
    return Protein(
        accession=accession,
        sequence=sequence,
        gene=gene or _gene_of(accession, rest, parts, genes or {}),
        name=_name(rest),
        taxon=fields.get("OX", "").strip() or _taxon(parts, fields.get("OS", ""), brackets),
        is_contaminant=contaminant or plain != first,
        reviewed=parts[0].lower() == "sp" or len(parts) == 2,
    )


def is_decoy(header: str) -> bool:
    """Whether a header is one that search engines give decoys."""
    return any(DECOY.match(part) for part in header.partition(" ")[0].split("|")[:2])


def _is_tagged(first: str) -> bool:
    return any(CONTAMINANT.match(part) for part in first.split("|")[:2])


def _accession(parts: list[str]) -> str:
    """Find the accession among the parts of the first word that | separates."""
    database = parts[0].lower()
    if database == "gi" and len(parts) > 3:
        return parts[3]
    typed = database in ("sp", "tr") and len(parts) > 2
    other = database in ("gi", "ref", "lcl", "gnl") and len(parts) > 1
    return parts[1] if typed or other else parts[0]


def _gene(rest: str, parts: list[str], brackets: list[str]) -> str:
    """Gene symbol of an Ensembl, GENCODE or NCBI header."""
    if found := re.search(r"\bgene_symbol:(\S+)", rest):
        return found[1]
    if len(parts) >= 8 and ENSEMBL.match(parts[0]):
        return parts[6]
    return next((text[5:].strip() for text in brackets if text.startswith("gene=")), "")


def _gene_of(accession: str, rest: str, parts: list[str], genes: Mapping[str, str]) -> str:
    """Gene symbol by accession: that of the protein, of its isoform's entry, or of its gene."""
    found = re.search(r"\bgene:(\S+)", rest)
    gene = found[1] if found else (parts[2] if len(parts) > 2 else "")
    wanted = (accession, accession.partition("-")[0], gene.partition(".")[0])
    return next((genes[key] for key in wanted if key in genes), "")


def _taxon(parts: list[str], organism: str, brackets: list[str]) -> str:
    mnemonic = parts[-1].rpartition("_")[2]
    if mnemonic in MNEMONIC_TAXON:
        return MNEMONIC_TAXON[mnemonic]
    if found := ENSEMBL.match(parts[0]):
        return ENSEMBL_TAXON.get(found[1] or "", "")
    for name in (organism, *reversed(brackets)):
        key = " ".join(name.casefold().replace("organism=", "").split()[:2])
        if key in ORGANISM_TAXON:
            return ORGANISM_TAXON[key]
    return ""


def _name(rest: str) -> str:
    """Take what the header says in words."""
    if found := re.search(r"\bdescription:(.*)", rest):
        return found[1].partition(" [")[0].strip()
    if found := re.search(r"\[protein=([^\]]*)\]", rest):
        return found[1].strip()
    return re.split(r"\s(?:OS|OX|GN|PE|SV)=", f" {rest}")[0].strip()
