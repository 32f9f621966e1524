"""Modifications as users write them, ``Oxidation (M)``, in the notation of the search engine."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evcargo.errors import EvcargoError
from evcargo.proteins.unimod import (
    USUAL_SITES,
    find_title,
    near_masses,
    near_titles,
    unclear,
    unimod,
)

TERMINI = {"N-term": "^", "C-term": "$", "Protein N-term": "[", "Protein C-term": "]"}
RESIDUES = "ACDEFGHIKLMNPQRSTUVWY"
_NAMES = "AlaCysAspGluPheGlyHisIleLysLeuMetAsnProGlnArgSerThrSecValTrpTyr"
THREE_LETTERS = dict(zip(re.findall("...", _NAMES), RESIDUES, strict=True))
ENDS_OF_OTHERS = dict.fromkeys(("^", "n^"), "^") | dict.fromkeys(("$", "c^"), "$")
ENDS_OF_OTHERS |= dict.fromkeys(("[", "[^", "*n"), "[") | dict.fromkeys(("]", "]^", "*c"), "]")
"""Ends of peptide and protein as Sage, MSFragger and DIA-NN write them."""
DECIMALS = 3
"""Digits that a mass must have: the error of fewer is more than 5 ppm of a peptide of 1,000 Da."""

_MASS = r"[+-]?\d+(?:\.\d+)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?P<site>[A-Z])\[(?P<name>.+)\]",  # ProForma: M[Oxidation]
        r"\[(?P<name>.+)\](?P<site>-)",  # ProForma: [Acetyl]-PEPTIDE
        r"(?P<name>.+?)\s*/\s*[+-]\d+\.\d+\s*(?:Da)?\s*\((?P<site>[^()]+)\)",  # PEAKS: X / +1.0 (M)
        r"(?P<name>.+?)\s*\((?P<site>[^()]+)\)",  # Oxidation (M)
        rf"(?P<name>[^,]+),\s*{_MASS},\s*(?P<site>\S+)",  # DIA-NN: UniMod:35,15.994915,M
        rf"(?P<name>{_MASS})\s+(?P<site>[^\s\d]+)(?:\s+\d+)?",  # MSFragger: 15.9949 M 3
        r"(?P<site>[A-Z]|[\^$\[\]][A-Z]?)\s*[:=]\s*(?P<name>[+-]?\d+\.\d+)",  # Sage: K: 229.1629
        r"(?P<name>.+?)(?:@| on | of )(?P<site>.+)",  # Oxidation@M
        r"(?P<name>.+?)\s*\[(?P<site>[^\[\]]+)\]",  # pFind: Oxidation[M]
    )
)
_END = re.compile(
    r"(?:(?P<before>[A-Z]+)[ _]+)?(?P<whole>(?i:protein|prot\.?|peptide|pep\.?|any))?[ _.-]*"
    r"(?P<end>(?i:[nc]))[ _-]?(?i:term(?:inal|inus|\.)?)(?:[ _:=-]*(?P<after>[A-Z]+))?"
)


@dataclass(frozen=True)
class Modification:
    """A mass shift on one site.

    Parameters
    ----------
    name
        Title of UNIMOD, or the mass as it was written.
    number
        ``UNIMOD:35``; empty for a mass.
    mass
        Monoisotopic shift, Da.
    site
        As the engine writes it: a residue (L for I), ``^ $ [ ]`` for an end of peptide or protein,
        or an end and the residue there (``^Q``).
    """

    name: str
    number: str
    mass: float
    site: str


class NoModification(EvcargoError):
    """A text that names no modification or no site.

    Parameters
    ----------
    message
        What is wrong, to follow the text.
    remedy
        What to do about it.
    """

    def __init__(self, message: str, remedy: str) -> None:
        self.message, self.remedy = message, remedy
        super().__init__(f"{message}. {remedy}")


def parse_modifications(written: Iterable[str], option: str) -> list[Modification]:
    """Modifications of a config option, one for each site.

    Parameters
    ----------
    written
        ``name (sites)``, and what `parse_modification` understands besides.
    option
        Config option they come from, for the message.

    Raises
    ------
    EvcargoError
        If a name is not in UNIMOD or a site is none.
    """
    parsed = []
    for text in written:
        try:
            parsed += parse_modification(text)
        except NoModification as error:
            raise EvcargoError(f"config, {option}: {text!r} {error}") from None
    return list(dict.fromkeys(parsed))


def parse_modification(text: str) -> list[Modification]:
    """Modifications that one text stands for, one for each site.

    Parameters
    ----------
    text
        ``name (sites)``. The name is a title, number or synonym of UNIMOD (`find_title`) or a mass
        shift in Da; the sites are residues, ends of peptide or protein, or both, with commas. The
        notations of ProForma, SDRF, MaxQuant, FragPipe, Sage, DIA-NN and others are understood.

    Raises
    ------
    NoModification
        If the name is not in UNIMOD or the site is none.
    """
    name, sites = split_modification(text)
    if re.search(r"\)\s*[,;]\s*\S", text) and find_title(name) is None:
        raise NoModification("holds several modifications", "Write each as an entry of the list")
    mass = re.fullmatch(rf"({_MASS}|[+-]?\d+,\d+)\s*(?:Da|u)?", name)
    title, number, shift, implied = _by_mass(mass[1]) if mass else _by_title(name)
    keys = parse_sites(sites or implied)
    if not keys:
        usual = USUAL_SITES.get(title, "K, N-term" if mass else "K")
        raise NoModification(
            "has no site" if not sites else f"has no known site: {sites!r} is none",
            f"Give residues or an end in brackets, as in '{title} ({usual})'; the ends are"
            f" {', '.join(TERMINI)}",
        )
    return [Modification(title, number, shift, leucine_key(key)) for key in keys]


def split_modification(text: str) -> tuple[str, str]:
    """Name and sites of a modification as they are written; without sites the latter is empty.

    Needs no table of names: what is within brackets at the end counts as sites where some are
    there, so that `Label:13C(6)` is a name.
    """
    text = " ".join(text.replace("\N{MINUS SIGN}", "-").split())
    if re.search(r"(?:^|;)\s*(?:NT|AC)=", text):
        return _split_sdrf(text)
    for form in _FORMS:
        match = form.fullmatch(text)
        if match and (match["site"] == "-" or not re.search(r"\d", match["site"])):
            return match["name"].strip(), match["site"].replace("-", "N-term", match["site"] == "-")
    return text, ""


def _split_sdrf(text: str) -> tuple[str, str]:
    """Name and sites of ``NT=Oxidation;AC=UNIMOD:35;TA=M;PP=Anywhere``."""
    cells = dict(part.strip().split("=", 1) for part in text.split(";") if "=" in part)
    end = cells.get("PP", "").replace("Anywhere", "").replace("Any ", "")
    residues = cells.get("TA", "").strip()
    if re.search("term", residues, re.IGNORECASE):
        end, residues = end or residues, ""
    sites = f"{end} {residues.replace(',', '')}" if end else residues
    return (cells.get("AC") or cells.get("NT", "")).strip(), sites.strip()


def _by_title(name: str) -> tuple[str, str, float, str]:
    """Title, number, mass and implied site of a name."""
    instead = unclear(name)
    if instead:
        raise NoModification("may be several modifications", f"Write {instead}")
    found = find_title(name)
    if found is None:
        near = near_titles(name)
        hint = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
        raise NoModification(
            "is no modification of UNIMOD",
            f"{hint}Write its name, its number or its mass in Da, as in 'Oxidation (M)',"
            " 'UNIMOD:35 (M)' or '+15.9949 (M)'",
        )
    title, implied = found
    number = unimod().number_of[title]
    return title, number, unimod().mass(number), implied


def _by_mass(text: str) -> tuple[str, str, float, str]:
    """Name, no number, mass and no site of a mass shift."""
    shift = float(text.replace(",", "."))
    digits = len(text.replace(",", ".").partition(".")[2])
    near = near_masses(shift, 0.6 * 10.0**-digits)
    known = [f"{name} ({unimod().mass(unimod().number_of[name]):+.6f})" for name in near]
    hint = f", or the name: {', '.join(known)}" if known else ""
    if "," in text:
        point = text.replace(",", ".")
        raise NoModification("is a mass with a comma", f"Write {point!r}{hint}")
    if digits < DECIMALS:
        raise NoModification(
            "is a mass that is not precise enough",
            f"Give it with {DECIMALS} decimals at least{hint}",
        )
    return f"{shift:+.{digits}f}", "", shift, ""


def parse_sites(text: str) -> list[str]:
    """Sites as the engine writes them (`Modification.site`); none if a part is no site."""
    found: list[str] = []
    for part in re.split(r"\s*(?:[,;/&+]| and )\s*", text.strip()):
        keys = _sites_of(part)
        if not keys:
            return []
        found += keys
    return list(dict.fromkeys(found))


def _sites_of(part: str) -> Sequence[str]:
    if part in ENDS_OF_OTHERS:
        return [ENDS_OF_OTHERS[part]]
    if part in THREE_LETTERS:
        return [THREE_LETTERS[part]]
    letters = part.replace(" ", "")
    if letters and not set(letters) - set(RESIDUES) and letters.title() not in THREE_LETTERS:
        return list(letters)
    end = _END.fullmatch(part)
    if end is None or end["before"] or set(end["after"] or "") - set(RESIDUES):
        return []
    whole = "Protein " if (end["whole"] or "").lower().startswith("prot") else ""
    symbol = TERMINI[f"{whole}{end['end'].upper()}-term"]
    return [symbol + residue for residue in end["after"] or [""]]


def site_name(site: str) -> str:
    """Site as users write it: ``M``, ``Protein N-term``, ``N-term Q``."""
    ends = {symbol: name for name, symbol in TERMINI.items()}
    return f"{ends[site[0]]} {site[1:]}".strip() if site[0] in ends else site


def fixed_clash(fixed: Iterable[Modification]) -> tuple[Modification, Modification] | None:
    """Find two fixed modifications of one place, of which the engine would take either.

    An end and a residue are two places; `Protein N-term` and `N-term` are one.
    """
    by_place: dict[str, Modification] = {}
    for one in fixed:
        symbol, residue = one.site[0], one.site.lstrip("^$[]")
        place = residue or {"[": "^", "]": "$"}.get(symbol, symbol)
        other = by_place.setdefault(place, one)
        if other != one:
            return other, one
    return None


def leucine_key(site: str) -> str:
    """Site in a database in which I is written as L."""
    return site.replace("I", "L")
