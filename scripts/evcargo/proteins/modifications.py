"""Modifications as users write them, ``Oxidation (M)``, in the notation of the search engine."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from evcargo.errors import EvcargoError

TERMINI = {"N-term": "^", "C-term": "$", "Protein N-term": "[", "Protein C-term": "]"}
RESIDUES = "ACDEFGHIKLMNPQRSTUVWY"


def parse_modifications(
    written: Iterable[str], unimod: Mapping[str, str], option: str
) -> list[tuple[str, str]]:
    """Site and UNIMOD id of each modification.

    Parameters
    ----------
    written
        ``name (sites)``: the UNIMOD name, then residue letters or one of the termini.
    unimod
        UNIMOD name -> id such as ``[UNIMOD:35]``.
    option
        Config option they come from, for the message.

    Returns
    -------
    list of tuple
        Site (a residue, or ``^ $ [ ]`` for the ends of peptide and protein) and id.

    Raises
    ------
    EvcargoError
        If the name is not in UNIMOD or the site is none.
    """
    parsed = []
    for text in written:
        match = re.fullmatch(r"\s*(.+?)\s*\(([^()]+)\)\s*", text)
        name, sites = match.groups() if match else (text, "")
        if name not in unimod:
            near = get_close_matches(name, unimod, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise EvcargoError(
                f"config, {option}: {text!r} is no modification of UNIMOD{hint}. Write it like"
                " 'Oxidation (M)'"
            )
        if sites not in TERMINI and (not sites or set(sites) - set(RESIDUES)):
            raise EvcargoError(
                f"config, {option}: {text!r} has no known site. Give residues, as in 'Phospho"
                f" (STY)', or one of {', '.join(TERMINI)}"
            )
        keys = [TERMINI[sites]] if sites in TERMINI else list(sites)
        parsed += [(leucine_key(key), unimod[name]) for key in keys]
    return list(dict.fromkeys(parsed))


def leucine_key(site: str) -> str:
    """Site in a database in which I is written as L."""
    return "L" if site == "I" else site
