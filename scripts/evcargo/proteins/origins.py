"""How much of each sample is of the host, of bovine serum or else foreign, by its peptides."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from evcargo.proteins.quantities import ions_by_sample
from evcargo.purity.markers import BOVINE

ORIGINS = ("host", "shared", "bovine", "foreign")


def origin_of(peptides: pd.DataFrame, taxon: Mapping[str, str]) -> pd.Series:
    """Origin of each peptide: one of `ORIGINS`.

    Parameters
    ----------
    peptides
        Of `evcargo.proteins.inference.Inference`: ``peptide``, ``proteins`` (all that hold it),
        ``origin`` (host, shared or foreign).
    taxon
        Protein -> NCBI taxon, empty where unknown.

    Returns
    -------
    pandas.Series
        Index is the peptide. ``bovine`` are foreign peptides that only bovine proteins hold.
    """
    only = [
        {taxon[accession] for accession in names.split(";")} == {BOVINE}
        for names in peptides["proteins"]
    ]
    bovine = (peptides["origin"] == "foreign").to_numpy() & np.array(only, bool)
    return pd.Series(
        np.where(bovine, "bovine", peptides["origin"].astype(object)),
        index=peptides["peptide"].astype(str),
        dtype=object,
    )


def origins_table(
    ions: pd.DataFrame, origins: pd.Series, samples: pd.DataFrame, runs: pd.DataFrame
) -> pd.DataFrame:
    """Peptides and intensity of each origin in every sample (contract ``proteins_origins``).

    Parameters
    ----------
    ions
        Ion quantities of all runs (``run``, ``ion``, ``peptide``, ``intensity``).
    origins
        Peptide -> origin, see `origin_of`; ions of other peptides do not count.
    samples, runs
        The sheets (contracts ``samples`` and ``runs``). A sample without a run has empty cells.
    """
    runs = runs[runs["assay"] == "proteins"]
    ions = ions[ions["peptide"].isin(origins.index) & (ions["intensity"] > 0)]
    quantities = ions_by_sample(ions, runs)
    peptide = ions.drop_duplicates("ion").set_index("ion")["peptide"].reindex(quantities.index)
    origin = peptide.map(origins)
    rows: list[tuple[object, ...]] = []
    for sample in samples["sample"].astype(str):
        if sample not in quantities:
            rows += [(sample, name, np.nan, np.nan, np.nan) for name in ORIGINS]
            continue
        seen = quantities[sample].dropna()
        for name in ORIGINS:
            own = seen[origin.reindex(seen.index) == name]
            count = float(peptide.reindex(own.index).nunique())
            share = own.sum() / seen.sum() if len(seen) else np.nan
            rows.append((sample, name, count, float(own.sum()), share))
    return pd.DataFrame(rows, columns=["sample", "origin", "peptides", "intensity", "share"])
