"""Forms in which identifiers are written: what a text is by its form alone."""

import re
from collections.abc import Iterator

ACCESSION, ACCESSION_ENTRY = "UniProt accession", "UniProt accession and entry name"
ENTRY, SYMBOL = "UniProt entry name", "gene symbol"
FORMER, ALIAS = "former gene symbol", "alias of a gene"
SYMBOLS = (SYMBOL, FORMER, ALIAS)
ENSEMBL = {
    "G": "Ensembl gene id",
    "T": "Ensembl transcript id",
    "P": "Ensembl protein id",
}
ENTREZ, REFSEQ, NUMBER, UNKNOWN = "Entrez gene id", "RefSeq accession", "number", "unknown"
#: Kinds that random words may fit; all others have the form of an identifier of a database.
FORMLESS = frozenset({*SYMBOLS, NUMBER, UNKNOWN, ""})

#: UniProt's own pattern, with isoform, version, as MaxQuant writes versions, or with a chain.
UNIPROT = re.compile(
    r"([OPQ]\d[A-Z\d]{3}\d|[A-NR-Z]\d(?:[A-Z][A-Z\d]{2}\d){1,2})"
    r"(?:-\d+|\.\d+|v\d+|[-:]PRO_\d+)?"
)
ENTRY_NAME = re.compile(r"([A-Z\d]{1,10})_([A-Z\d]{3,5})")
MNEMONIC = {"human": "HUMAN", "mouse": "MOUSE", "rat": "RAT"}
STABLE_ID = re.compile(
    r"ENS(?P<species>[A-Z]{3})?(?P<letter>[GTP])(?P<number>\d{11})"
    r"(?P<version>\.\d+)?(?:_PAR_Y)?(?:[_|:/](?P<symbol>.+))?"
)
REFSEQ_ID = re.compile(r"[NX][MPR]_\d{6,9}(\.\d+)?")
LOCUS = re.compile(r"LOC(\d{5,9})")
DATABASE = re.compile(
    r"^(?:uniprot(?:kb)?|swiss-?prot|trembl|sp|tr|ensembl|refseq|hgnc_symbol|symbol|gene(?:name)?)[:=]",
    re.IGNORECASE,
)
CONTAMINANT = re.compile(r"^(?:CON_{1,2}|(?i:cont(?:am(?:inant)?)?_{1,2})|cRAP-)")
DECOY = re.compile(r"(?:REV_+|rev_+|DECOY_+|decoy_+|XXX_+|##)")
DATABASES = frozenset({"sp", "tr", "zz", "ref", "gi", "gnl", "lcl", "gb", "ens"})
#: Between the members of a group: ; and , of most engines, " / " of Skyline.
SEPARATOR = re.compile(r"\s*;\s*|\s+/\s+|\s*,\s*")


def split_members(cell: str) -> list[str]:
    """Split a cell into the identifiers of a group, without empty ones."""
    if ";" not in cell and "," not in cell and " / " not in cell:
        return [cell.strip()] if cell.strip() else []
    return [member.strip() for member in SEPARATOR.split(cell) if member.strip()]


def split_further(text: str) -> list[str]:
    """Split a text at signs that may stand within an identifier too: bars, colons and blanks."""
    return [part for part in re.split(r"[|:\s]+", text) if part]


def is_decoy(text: str) -> bool:
    """Whether a text is that of a reversed or shuffled protein."""
    return DECOY.match(text) is not None


def parts(text: str) -> Iterator[str]:
    """Names inside of a text: sp|P02788|TRFL_HUMAN has an accession and an entry name.

    Marks of contaminants and databases are taken off; of a text with bars only the first word
    counts, as in FASTA headers.
    """
    word = text.split(None, 1)[0] if "|" in text else text
    for part in word.lstrip(">").split("|"):
        bare = CONTAMINANT.sub("", part.strip(), count=1)
        bare = DATABASE.sub("", bare, count=1)
        if bare and bare not in DATABASES:
            yield bare


def form(part: str) -> str:
    """Kind of a name by its form alone."""
    stable = STABLE_ID.fullmatch(part)
    if stable:
        return ENSEMBL[stable["letter"]] + (" with version" if stable["version"] else "")
    for kind, pattern in ((ENTRY, ENTRY_NAME), (ACCESSION, UNIPROT), (REFSEQ, REFSEQ_ID)):
        if pattern.fullmatch(part):
            return kind
    return NUMBER if part.isdecimal() else UNKNOWN


def species_of(text: str) -> str:
    """Species that a text names: mnemonic of UniProt (MOUSE), or letters of Ensembl (ENSMUS)."""
    for part in parts(text):
        stable = STABLE_ID.fullmatch(part)
        if stable:
            return "ENS" + (stable["species"] or "")
        entry = ENTRY_NAME.fullmatch(part)
        if entry:
            return entry[2]
    return ""
