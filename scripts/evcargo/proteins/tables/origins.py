"""Host, shared, bovine and foreign peptides of tables that list all proteins of each peptide."""

from collections.abc import Iterable, Sequence

import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.proteins.database import HOST_TAXON, is_host
from evcargo.proteins.inference import origin_by
from evcargo.proteins.origins import origin_of, origins_table
from evcargo.proteins.tables.contents import Content
from evcargo.proteins.tables.names import accession_of, is_contaminant, taxon_of


def origins_of_tables(
    contents: Iterable[Content],
    runs: pd.DataFrame,
    samples: pd.DataFrame,
    taxa: pd.Series,
    organism: str,
) -> pd.DataFrame:
    """Peptides and intensity of each origin in every sample (contract ``proteins_origins``).

    The taxon of a protein is that of its entry name (``ALBU_BOVIN``), else that of the shipped
    contaminants. A protein without a taxon counts as the host's, unless the engine has marked it as
    a contaminant.

    Parameters
    ----------
    contents
        What the tables say.
    runs, samples
        The sheets; runs of proteins only. Samples of other tables have empty cells.
    taxa
        Accession -> taxon of the shipped contaminants.
    organism
        Organism of the study.

    Returns
    -------
    pandas.DataFrame
        Without rows if no table has intensities of peptides and all their proteins.
    """
    known = [one for one in contents if one.format.level == "ion" and any(one.holders.values())]
    if not known:
        return pd.DataFrame(columns=CONTRACTS["proteins_origins"].names)
    own = runs[runs["path"].astype(str).isin([one.table.path for one in known])]
    ions = pd.concat([_ions(one) for one in known], ignore_index=True)
    return origins_table(ions, _origins(known, taxa, organism), samples, own)


def _ions(content: Content) -> pd.DataFrame:
    """Ions with a quantity, each once per run, whatever proteins it was written for."""
    long = content.long[content.long["intensity"] > 0]
    long = long.assign(ion=long["peptide"] + "\t" + long["ion"])
    how = {"intensity": content.format.repeated, "peptide": "first"}
    return long.groupby(["run", "ion"], sort=True).agg(how).reset_index()


def _origins(contents: Sequence[Content], taxa: pd.Series, organism: str) -> pd.Series:
    holders: dict[str, set[str]] = {}
    for content in contents:
        for peptide, names in content.holders.items():
            holders.setdefault(peptide, set()).update(names)
    taxon = {name: _taxon(name, taxa) for names in holders.values() for name in names}
    hosted = {
        name: is_host(one, is_contaminant(name), HOST_TAXON[organism])
        for name, one in taxon.items()
    }
    rows = [
        (peptide, ";".join(sorted(names)), origin_by([hosted[name] for name in names]))
        for peptide, names in holders.items()
        if names
    ]
    return origin_of(pd.DataFrame(rows, columns=["peptide", "proteins", "origin"]), taxon)


def _taxon(identifier: str, taxa: pd.Series) -> str:
    accession = accession_of(identifier).partition("-")[0]
    return taxon_of(identifier) or str(taxa.get(accession, ""))
