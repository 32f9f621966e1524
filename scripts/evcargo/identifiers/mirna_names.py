"""Spellings of miRNA names: what is left of a text without layouts, marks and typing habits."""

import re
from dataclasses import dataclass, replace

#: miRBase accessions, also behind or before an underscore: GFF3 files have MIMAT0000062_1.
ACCESSION = re.compile(r"(?<![A-Za-z\d])(MIMAT\d{7}|MI\d{7})(?!\d)", re.IGNORECASE)
DASHES = str.maketrans(dict.fromkeys("_‐‑‒–—−", "-"))
#: What programs write behind a name: of Affymetrix and Agilent, assays of TaqMan, copies in R,
#: ends of isomiRs of LC Sciences.
SUFFIX = re.compile(
    r"(?:_(?:x_)?(?:st|at)|_v\d+(?:\.\d+)?|-(?:\d{6}|43\d{5})(?:_mir)?|\.\d+"
    r"|_(?:L[+-]\d+)?(?:R[+-]\d+)?(?:_\d+ss.*)?)$",
    re.IGNORECASE,
)
#: Between the parts of a layout: exSEEK |, exceRpt :, TCGA , or |, FASTA headers a blank.
LAYOUT = re.compile(r"[|:;,\s]+|#(?=.)")
#: Between miRNAs that a program cannot tell apart: miRge /, NanoString +.
SEVERAL = re.compile(r"\s*[/+]\s*")
NAME = re.compile(
    r"(?:(?P<species>[a-z]{3,4})-)?"
    r"(?P<stem>mi(?:cro)?rna|mir|let|lin|bantam|lsy|iab)"
    r"(?P<dash>-?)"
    r"(?P<rest>(?:let-?)?\d+[a-z\d]*(?:-[a-z\d]+)*(?:\.\d(?:-[35]p)?)?\*?)",
    re.IGNORECASE,
)
#: hsa.miR.21.5p: names of columns and rows as make.names of R writes them.
R_NAME = re.compile(r"(?:[a-z]{3}\.)?(?:mir|let)\.", re.IGNORECASE)
ARM = re.compile(r"-[35]p(?:\*|$|-)", re.IGNORECASE)
STAR = re.compile(r"[-.]?star$|\.$|#$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Spelling:
    """A miRNA name taken apart.

    Parameters
    ----------
    species
        hsa, mmu ..., empty if it names none.
    stem
        miR, mir, let ... as it is written.
    rest
        What follows it, in small letters: 21-5p.
    symbol
        Whether nothing stands between stem and number, as in symbols of genes: MIR21.
    """

    species: str
    stem: str
    rest: str
    symbol: bool

    @property
    def key(self) -> str:
        """Name without its species in small letters, as miRBase builds it: mir-21-5p."""
        return f"{self.stem.lower()}-{self.rest}"

    @property
    def has_arm(self) -> bool:
        """Whether the name is that of one arm, so of a mature miRNA."""
        return ARM.search(self.key) is not None or self.rest.endswith("*")


def accession_in(text: str) -> str:
    """Find the accession of miRBase in a text; empty if there is none."""
    match = ACCESSION.search(text)
    return match[1].upper() if match else ""


def spellings(text: str) -> list[Spelling]:
    """Names of miRNAs that a text holds, of which it stands for all: let-7a-5p/7c-5p are two.

    Empty for what is no name of a miRNA. Of the parts of a layout the first that is one counts.
    """
    for part in LAYOUT.split(text.strip().strip("\"'")):
        first, *others = SEVERAL.split(SUFFIX.sub("", part))
        spelling = spell(first)
        if spelling is not None:
            return [spelling, *(_abbreviated(other, spelling) for other in others if other)]
    return []


def spell(name: str) -> Spelling | None:
    """Take one name apart; None if it is no name of a miRNA."""
    plain = SUFFIX.sub("", name).removeprefix("hp_").translate(DASHES)
    if R_NAME.match(plain):
        plain = re.sub(r"\.(?=.)", "-", plain)
    match = NAME.fullmatch(STAR.sub("*", plain))
    return _spelling(match) if match else None


def _spelling(match: re.Match[str]) -> Spelling:
    stem, rest = match["stem"], match["rest"].lower()
    if "rna" in stem.lower():
        stem = "miR"
    if rest.startswith("let"):  # MIRLET7A1
        stem, rest = "let", rest.removeprefix("let").removeprefix("-")
        return Spelling((match["species"] or "").lower(), stem, rest, symbol=True)
    return Spelling((match["species"] or "").lower(), stem, rest, not match["dash"])


def _abbreviated(name: str, first: Spelling) -> Spelling:
    """Read a further name of several, which may lack species and stem: 7c-5p, miR-107."""
    whole = spell(name)
    if whole is None:
        return replace(first, rest=name.strip().lower().translate(DASHES))
    return whole if whole.species else replace(whole, species=first.species)
