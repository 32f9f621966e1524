"""Protein quantities from the ions of each protein, without any normalisation between samples.

`directlfq` (Ammar 2023, 10.1016/j.mcpro.2023.100581) and `maxlfq` (Cox 2014,
10.1074/mcp.M113.031591) follow ratios between samples, which each ion tells on its own scale;
`top3` (Silva 2006, 10.1074/mcp.M500230-MCP200) and `sum` follow the strongest ions. Ratios need an
ion that two samples share: where there is none, `evcargo.proteins.quantities` takes the ion sum.
"""

import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

TOP = 3


def sums(ions: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Sum of the ions of each group (group x sample)."""
    return ions.groupby(groups.to_numpy()).sum(min_count=1)


def top3(ions: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Mean of the three strongest ions of each group in each sample, or of as many as there are."""
    names = groups.to_numpy()
    rank = ions.groupby(names).rank(ascending=False, method="first")
    return ions.where(rank <= TOP).groupby(names).mean()


def maxlfq(ions: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Quantities that fit the median ion ratio of every pair of samples best (group x sample).

    Cox 2014 without its delayed normalisation, and with pairs that share one ion or more. Least
    squares of the log ratios; the total of a protein over samples is that of its ions. Samples that
    no chain of shared ions connects are fitted apart, each part to its own ions.
    """
    rows = {
        str(group): _fit_ratios(table.to_numpy(float))
        for group, table in ions.groupby(groups.to_numpy())
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=ions.columns)


def _fit_ratios(ions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantity of one protein in each sample from its ions (ions x samples)."""
    log = np.log2(ions)
    count = log.shape[1]
    ratio = np.full((count, count), np.nan)
    for sample in np.flatnonzero(np.isfinite(log).any(axis=0)):
        apart = log[:, [sample]] - log
        some = np.isfinite(apart).any(axis=0)
        ratio[sample, some] = np.nanmedian(apart[:, some], axis=0)
    told = np.isfinite(ratio)
    _, part_of = connected_components(told, directed=False)
    result = np.full(count, np.nan)
    for part in np.unique(part_of[told.any(axis=0)]):
        members = np.flatnonzero(part_of == part)
        profile = 2.0 ** _least_squares(ratio[np.ix_(members, members)])
        result[members] = profile * np.nansum(ions[:, members]) / profile.sum()
    return result


def _least_squares(ratio: NDArray[np.float64]) -> NDArray[np.float64]:
    """Levels whose differences are nearest to the known ratios, with mean 0 (Laplacian system)."""
    told = np.isfinite(ratio) & ~np.eye(len(ratio), dtype=bool)
    laplacian = np.diag(told.sum(axis=1)) - told.astype(float)
    right = np.where(told, ratio, 0.0).sum(axis=1)
    return np.linalg.solve(laplacian + 1 / len(ratio), right)


def directlfq(ions: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Estimate by directLFQ (group x sample); it drops proteins without a ratio."""
    with warnings.catch_warnings():  # its import changes the filters of the whole process
        warnings.simplefilter("ignore")
        import directlfq.config as settings
        import directlfq.protein_intensity_estimation as estimation
        import directlfq.utils as utils

    settings.set_global_protein_and_ion_id(protein_id="protein", quant_id="ion")
    settings.set_log_processed_proteins(log_processed_proteins=False)
    settings.set_compile_normalized_ion_table(compile_normalized_ion_table=False)
    settings.check_wether_to_copy_numpy_arrays_derived_from_pandas()
    table = ions.copy()
    table.insert(0, "ion", ions.index.astype(str))
    table.insert(0, "protein", groups.astype(str).to_numpy())
    table = utils.sort_input_df_by_protein_and_quant_id(table.reset_index(drop=True))
    table = utils.remove_allnan_rows_input_df(utils.index_and_log_transform_input_df(table))
    proteins, _ = estimation.estimate_protein_intensities(
        table, min_nonan=1, num_samples_quadratic=10, num_cores=1
    )
    proteins = proteins.set_index("protein")[list(ions.columns)].astype(float)
    return proteins.where(proteins > 0)
