"""What a table says of its protein groups: the columns of a protein matrix' ``var``."""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.database import HOST_TAXON
from evcargo.proteins.grouping import group_proteins, host_first
from evcargo.proteins.tables.names import (
    accession_of,
    described,
    gene_of,
    is_contaminant,
    members,
    taxon_of,
)

# A symbol that a spreadsheet took for a date: SEPT1 is 1-Sep, MARCH5 5-Mar (Ziemann 2016,
# 10.1186/s13059-016-1044-7).
MANGLED = re.compile(
    r"(\d{1,2}-(Sep|Mar|Dec|Oct|Apr|Feb|Nov|Mrz|Dez|Okt)|(Sep|Mar|Dec)-\d{1,2}"
    r"|\d{4}-\d{2}-\d{2}( 00:00:00)?)",
    re.IGNORECASE,
)
FIGURES = ["n_peptides", "n_unique_peptides", "q_value"]


def describe(path: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Describe protein groups.

    Parameters
    ----------
    path
        File, for messages.
    rows
        One row per group, index the row of the file: ``group`` (identifiers, separated as the
        engine does), ``gene``, ``name``, ``header``, ``organism``, ``entry`` (empty if unknown),
        ``marked`` (flag of a contaminant) and `FIGURES`.

    Returns
    -------
    pandas.DataFrame
        Same rows, indexed by feature id: the columns of ``var`` but ``class``.

    Raises
    ------
    EvcargoError
        If two rows are the same group.
    """
    groups = rows["group"].map(lambda text: list(dict.fromkeys(members(text))))
    leading = groups.str[0]
    first_header = rows["header"].str.split(";").str[0].fillna("")
    own_header = first_header.where(first_header.str.contains("="), rows["name"])
    stated = (
        own_header
        + " "
        + rows["organism"].where(~rows["organism"].str.fullmatch(r"\d+"), "OX=" + rows["organism"])
    )
    genes = rows["gene"].map(lambda cell: ";".join(dict.fromkeys(members(cell))))
    known = own_header.map(gene_of)
    unusable = (genes == "") | (genes.map(is_mangled) & (known != ""))
    named = rows["name"].where(rows["name"] != "", first_header)
    named = named.where(named != "", rows["entry"])
    entries = rows["entry"].str.split(";").str[0]
    proteins = pd.DataFrame(
        {
            "name": named.map(described),
            "gene": genes.where(~unusable, known),
            "accessions": groups.map(lambda ids: ";".join(map(accession_of, ids))),
            "taxon": [
                taxon_of(one, text) or taxon_of(entry)
                for one, text, entry in zip(leading, stated, entries, strict=True)
            ],
            "is_contaminant": (rows["marked"] | leading.map(is_contaminant)).astype(bool),
            **{name: rows[name].astype(float) for name in FIGURES},
            # As of searched spectra: no peptide speaks for this group only.
            "ambiguous": rows["n_unique_peptides"] == 0,
        }
    )
    return proteins.set_axis(_identifiers(path, groups, proteins["accessions"]), axis=0)


def is_mangled(gene: str) -> bool:
    """Whether a gene symbol became a date."""
    return any(MANGLED.fullmatch(one) is not None for one in gene.split(";"))


def _identifiers(path: str, groups: pd.Series, accessions: pd.Series) -> list[str]:
    """Leading accession; where rows share it, the group as it is written."""
    written = groups.str.join(";")
    again = written[written.duplicated(keep=False)]
    if len(again):
        first, second = written.index[written == again.iloc[0]][:2]
        raise EvcargoError(
            f"{path}: protein {again.iloc[0][:60]!r} is there twice, in rows {first} and {second}."
            " Keep one row per protein"
        )
    leading = accessions.str.split(";").str[0]
    shared = leading.duplicated(keep=False) | (leading == "")
    alone = groups.map(len) == 1
    plain = ~groups.str[0].map(is_contaminant)
    keeps = ~shared | (alone & plain & ~leading.where(alone & plain).duplicated(keep=False))
    return leading.where(keeps, written).tolist()


def by_parsimony(
    holders: Mapping[str, Sequence[str]], organism: str
) -> tuple[dict[str, str], pd.DataFrame]:
    """Group the proteins of peptides whose engine lists all proteins, but forms no groups.

    Parameters
    ----------
    holders
        Peptide -> identifiers of the proteins that hold it.
    organism
        Organism of the study: where the identifiers tell it (``CD9_HUMAN``), a peptide of a host
        protein says nothing about foreign ones. Engine's contaminants are no host proteins.

    Returns
    -------
    group_of : dict
        Peptide -> its razor group, identifiers separated by semicolons.
    figures : pandas.DataFrame
        Index the group; ``n_peptides`` (unique and razor) and ``n_unique_peptides``.
    """
    host = HOST_TAXON[organism]

    def is_host(one: str) -> bool:
        return taxon_of(one) == host and not is_contaminant(one)

    def preference(one: str) -> tuple[bool, bool, bool, str]:
        return is_contaminant(one), not is_host(one), not one.startswith("sp|"), one

    groups = group_proteins(host_first(holders, is_host), preference)
    group_of = {peptide: ";".join(one.accessions) for one in groups for peptide in one.razor}
    figures = pd.DataFrame(
        [(len(one.razor), len(one.unique)) for one in groups],
        columns=FIGURES[:2],
        index=[";".join(one.accessions) for one in groups],
    )
    return group_of, figures
