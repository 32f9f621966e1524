"""What a table says of its protein groups: the columns of a protein matrix' ``var``."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.database import HOST_TAXON
from evcargo.proteins.grouping import group_proteins, host_first
from evcargo.proteins.tables.names import described, first_of, is_contaminant, taxon_of
from evcargo.proteins.tables.naming import Named, Naming

FIGURES = ["n_peptides", "n_unique_peptides", "q_value"]


MANY_REPEATS = 0.2
"""Share of the rows that may share their gene with others: protein groups of one gene are a few per
cent of a proteome, peptides and sites nearly all."""


def describe(path: str, rows: pd.DataFrame, naming: Naming) -> pd.DataFrame:
    """Describe protein groups.

    Parameters
    ----------
    path
        File, for messages.
    rows
        One row per group, index the row of the file: ``group`` (identifiers, separated as the
        engine does), ``gene``, ``name``, ``header``, ``organism``, ``entry`` (empty if unknown),
        ``marked`` (flag of a contaminant) and `FIGURES`.
    naming
        Names of the proteins of the organism.

    Returns
    -------
    pandas.DataFrame
        Same rows, indexed by feature id: the columns of ``var`` but ``class``; ``gene_in_table``,
        and ``healed`` where a symbol that became a date was taken from the accession.

    Raises
    ------
    EvcargoError
        If two rows are the same group.
    """
    first_header = first_of(rows["header"].fillna(""))
    own_header = first_header.where(first_header.str.contains("="), rows["name"])
    stated = (
        own_header
        + " "
        + rows["organism"].where(~rows["organism"].str.fullmatch(r"\d+"), "OX=" + rows["organism"])
    )
    entries = first_of(rows["entry"])
    cells = (rows["group"], rows["gene"], stated, entries, rows["marked"])
    groups = [naming.name(*of_row) for of_row in zip(*cells, strict=True)]
    named = rows["name"].where(rows["name"] != "", first_header)
    named = named.where(named != "", rows["entry"])
    leading = pd.Series([group.written[0] for group in groups], rows.index, dtype=object)
    proteins = pd.DataFrame(
        {
            "name": named.map(described),
            "gene": [group.gene for group in groups],
            "gene_in_table": [group.gene_in_table for group in groups],
            "healed": [group.healed for group in groups],
            "accessions": [";".join(group.accessions) for group in groups],
            "taxon": [group.taxon for group in groups],
            "is_contaminant": (rows["marked"] | leading.map(is_contaminant)).astype(bool),
            **{name: rows[name].astype(float) for name in FIGURES},
            # As of searched spectra: no peptide speaks for this group only.
            "ambiguous": rows["n_unique_peptides"] == 0,
        },
        index=rows.index,
    )
    return proteins.set_axis(_identifiers(path, groups, rows.index, naming), axis=0)


def _identifiers(path: str, groups: Sequence[Named], lines: pd.Index, naming: Naming) -> list[str]:
    """Leading accession; where rows share it, the group as it is written."""
    written = _told_apart(path, pd.Series([";".join(one.written) for one in groups], lines), naming)
    leading = pd.Series([one.accessions[0] for one in groups], lines, dtype=object)
    shared = leading.duplicated(keep=False) | (leading == "")
    alone = np.array([len(one.written) == 1 for one in groups], dtype=bool)
    plain = ~np.array([is_contaminant(one.written[0]) for one in groups], dtype=bool)
    only = alone & plain & ~leading.where(alone & plain).duplicated(keep=False).to_numpy()
    return leading.where(~shared | only, written).tolist()


def _told_apart(path: str, written: pd.Series, naming: Naming) -> pd.Series:
    """Tell the rows of one gene apart by numbers; refuse proteins that are there twice.

    A table of genes has a row for each of its protein groups (isoforms, unreviewed entries), which
    are features of their own. Rows of one accession are of something else.

    Raises
    ------
    EvcargoError
        If rows share an identifier that is no gene symbol, or most rows share their symbol.
    """
    again = written.duplicated(keep=False)
    if not again.any():
        return written
    text = written[again].iloc[0]
    rows = [str(row) for row in written.index[written == text]]
    listed = " and ".join([", ".join(rows[:-1][:4]), rows[-1]])
    if again.mean() > MANY_REPEATS and again.sum() > 2:
        raise EvcargoError(
            f"{path}: {text[:60]!r} stands in the rows {listed}, and {again.sum():,} of"
            f" {len(written):,} rows share their identifier with others: rows of peptides, sites or"
            " isoforms, not of proteins. Export the table of the protein groups, or give that of"
            " the peptides with columns named 'Protein' and 'Peptide'"
        )
    if not all(map(naming.is_symbol, written[again].unique())):
        raise EvcargoError(
            f"{path}: protein {text[:60]!r} stands in the rows {listed} with different quantities:"
            " rows of isoforms or peptides, or two tables put together. If a column tells them"
            " apart, name it 'Protein IDs'; else export one row per protein group"
        )
    number = written.groupby(written).cumcount() + 1
    return written.where(~again, written + " (" + number.astype(str) + ")")


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
