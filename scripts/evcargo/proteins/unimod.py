"""The modifications of UNIMOD by the names that people write: title, number, synonym.

Titles, numbers and compositions are those that the search engine sagepy brings along. Its table of
masses lacks a third of them (among these TMT, dimethyl labels and most glycans), so the masses of
these are summed up from their compositions.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

NUMBER = re.compile(r"\[?\s*(?:unimod\s*[:_ ]?|u:)\s*(\d+)\s*\]?", re.IGNORECASE)
PREFIX = re.compile(r"(?:unimod|u|common (?:fixed|variable|biological|artifact))\s*:\s*", re.I)
NEAR = 3

USUAL_SITES: Mapping[str, str] = {
    "Carbamidomethyl": "C",
    "Oxidation": "M",
    "Acetyl": "Protein N-term",
    "TMT6plex": "K, N-term",
    "TMTpro": "K, N-term",
    "iTRAQ4plex": "K, N-term",
    "iTRAQ8plex": "K, N-term",
    "Phospho": "STY",
    "Deamidated": "NQ",
    "GG": "K",
    "Methylthio": "C",
    "Propionamide": "C",
    "Nethylmaleimide": "C",
    "Carbamyl": "N-term",
    "Gln->pyro-Glu": "N-term Q",
    "Glu->pyro-Glu": "N-term E",
}
"""Where a modification is usually looked for: an example for messages, never a default."""

SYNONYMS: Mapping[str, tuple[str, str]] = {
    **{f"tmt{n}plex": ("TMT6plex", "") for n in (10, 11)},
    **{f"tmt{n}": ("TMT6plex", "") for n in (6, 10, 11)},
    **{f"{name}{n}plex": ("TMTpro", "") for name in ("tmt", "tmtpro") for n in (16, 18)},
    **{f"{name}{n}": ("TMTpro", "") for name in ("tmt", "tmtpro") for n in (16, 18)},
    "itraq4": ("iTRAQ4plex", ""),
    "itraq8": ("iTRAQ8plex", ""),
    "arg10": ("Label:13C(6)15N(4)", "R"),
    "arg6": ("Label:13C(6)", "R"),
    "lys8": ("Label:13C(6)15N(2)", "K"),
    "lys6": ("Label:13C(6)", "K"),
    "lys4": ("Label:2H(4)", "K"),
    "phosphorylation": ("Phospho", ""),
    "phosphoryl": ("Phospho", ""),
    "deamidation": ("Deamidated", ""),
    "amidation": ("Amidated", ""),
    "oxidized": ("Oxidation", ""),
    "hydroxylation": ("Oxidation", ""),
    "cam": ("Carbamidomethyl", ""),
    "nem": ("Nethylmaleimide", ""),
    "mmts": ("Methylthio", ""),
    "acrylamide": ("Propionamide", ""),
    "glygly": ("GG", ""),
    "digly": ("GG", ""),
    "ubiquitination": ("GG", ""),
    "ubiquitylation": ("GG", ""),
    "sulfation": ("Sulfo", ""),
    "waterloss": ("Dehydrated", ""),
    "biotinylation": ("Biotin", ""),
    "oglcnac": ("HexNAc", ""),
    "citrullination": ("Deamidated", "R"),
    "glutathionylation": ("Glutathione", ""),
    **dict.fromkeys(("sodium", "sodiumadduct"), ("Cation:Na", "")),
    **dict.fromkeys(("potassium", "potassiumadduct"), ("Cation:K", "")),
    **{
        f"dimeth{end}{n}": (title, site)
        for end, site in (("lys", "K"), ("nter", "N-term"))
        for n, title in ((0, "Dimethyl"), (4, "Dimethyl:2H(4)"), (8, "Dimethyl:2H(6)13C(2)"))
    },
}
"""Other name, without case and punctuation -> title, and the site that the name implies."""

UNCLEAR: Mapping[str, str] = {
    "tmt": "TMT6plex (6 to 11 channels) or TMTpro (16 or 18); the tag without heavy isotopes, which"
    " UNIMOD calls TMT, is UNIMOD:739",
    "itraq": "iTRAQ4plex or iTRAQ8plex",
    "pyroglu": "'Gln->pyro-Glu (N-term Q)' or 'Glu->pyro-Glu (N-term E)'",
    "pyroglutamate": "'Gln->pyro-Glu (N-term Q)' or 'Glu->pyro-Glu (N-term E)'",
    "silac": "the labels, as in 'Label:13C(6)15N(2) (K)' and 'Label:13C(6)15N(4) (R)'",
}
"""Name that may be several modifications -> what to write."""


@dataclass(frozen=True)
class Unimod:
    """The tables of UNIMOD.

    Parameters
    ----------
    number_of
        Title -> number with prefix, ``UNIMOD:35``.
    composition_of
        Number -> atoms: symbol, with the nucleons of an isotope before it (``13C``) -> count.
    mass_of
        Number -> monoisotopic mass shift, Da, where the engine has it.
    """

    number_of: Mapping[str, str]
    composition_of: Mapping[str, Mapping[str, int]]
    mass_of: Mapping[str, float]

    def mass(self, number: str) -> float:
        """Monoisotopic mass shift, Da."""
        known = self.mass_of.get(number)
        return known if known is not None else mass_of_atoms(self.composition_of[number])


@cache
def unimod() -> Unimod:
    """Read the tables of the search engine.

    Raises
    ------
    ImportError
        If the engine is not installed.
    """
    from sagepy_connector import py_unimod

    numbers = py_unimod.title_to_unimod_ids()
    atoms = py_unimod.modification_atomic_compositions()
    masses = py_unimod.unimod_modification_to_mass()
    return Unimod(
        {title: number.strip("[]") for title, number in sorted(numbers.items())},
        {number.strip("[]"): counts for number, counts in atoms.items()},
        {number.strip("[]"): mass for number, mass in masses.items()},
    )


def mass_of_atoms(atoms: Mapping[str, int]) -> float:
    """Monoisotopic mass, Da, of atoms as `Unimod.composition_of` names them (NIST, by pyteomics).

    An element without a number is its most abundant isotope.
    """
    from pyteomics.mass import nist_mass

    total = 0.0
    for name, count in atoms.items():
        nucleons, symbol = re.fullmatch(r"(\d*)([A-Z][a-z]?)", name).groups()  # type: ignore[union-attr]
        total += count * nist_mass[symbol][int(nucleons or 0)][0]
    return total


def find_title(name: str) -> tuple[str, str] | None:
    """Title of UNIMOD that a name stands for, and the site that the name implies, or None.

    Case does not matter, nor do blanks and punctuation where the name stays unique. Understood are
    titles, numbers (``UNIMOD:35``, ``U:35``), synonyms, names of a process (acetylation), and
    labels with their channel as MaxQuant writes them (``TMT10plex-Lys126C``).
    """
    text = " ".join(name.split())
    number = NUMBER.fullmatch(text)
    if number:
        title = _titles_by_number().get(f"UNIMOD:{int(number[1])}")
        return (title, "") if title else None
    return next((found for key in (text, PREFIX.sub("", text)) if (found := _by_name(key))), None)


def _by_name(name: str) -> tuple[str, str] | None:
    exact = _titles_in_lower_case().get(name.casefold())
    if exact:
        return exact, ""
    channel = re.fullmatch(r"(.+?plex)-(lys|nter[mn]?)\d+[nc]?", name.casefold())
    if channel and (found := _by_name(channel[1])):
        return found[0], "K" if channel[2] == "lys" else "N-term"
    key = plain(name)
    for text in (key, key.removesuffix("ation"), key.removesuffix("ylation") + "yl"):
        if text in SYNONYMS:
            return SYNONYMS[text]
        if text in _titles_by_plain_name():
            return _titles_by_plain_name()[text], ""
    return None


def unclear(name: str) -> str:
    """Say what to write instead of a name that may be several modifications; empty if it is not."""
    return UNCLEAR.get(plain(PREFIX.sub("", name)), "")


def near_titles(name: str) -> list[str]:
    """Titles that were perhaps meant: those that begin alike, then those that are spelled alike."""
    key = plain(PREFIX.sub("", name))
    by_name = _titles_by_plain_name()
    known = {**by_name, **{other: title for other, (title, _) in SYNONYMS.items()}}
    begins = sorted((one for one in by_name if key and one.startswith(key)), key=len)
    alike = get_close_matches(key, known, NEAR, 0.7)
    return list(dict.fromkeys(known[one] for one in (*alike, *begins)))[:NEAR]


def near_masses(mass: float, within: float) -> list[str]:
    """Titles with a mass so near, Da: those usually looked for first, then the nearest."""
    table = unimod()
    off = {name: abs(table.mass(number) - mass) for name, number in table.number_of.items()}
    close = [name for name, error in off.items() if error <= within]
    return sorted(close, key=lambda name: (name not in USUAL_SITES, off[name], name))[:NEAR]


def plain(name: str) -> str:
    """Name without case, blanks and punctuation."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


@cache
def _titles_in_lower_case() -> dict[str, str]:
    return {title.casefold(): title for title in unimod().number_of}


@cache
def _titles_by_plain_name() -> dict[str, str]:
    titles = [(plain(title), title) for title in unimod().number_of]
    count = Counter(name for name, _ in titles)
    return {name: title for name, title in titles if count[name] == 1}


@cache
def _titles_by_number() -> dict[str, str]:
    return {number: title for title, number in unimod().number_of.items()}
