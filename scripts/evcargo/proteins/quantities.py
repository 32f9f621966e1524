"""From ion quantities of runs to protein quantities of samples."""

import warnings

import pandas as pd

from evcargo.errors import EvcargoError


def ions_by_sample(ions: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Join the runs of each sample: fractions are summed, then technical replicates averaged.

    Parameters
    ----------
    ions
        Columns ``run``, ``ion``, ``intensity``; NaN or 0 is missing.
    runs
        Run sheet (contract ``runs``), proteins only.

    Returns
    -------
    pandas.DataFrame
        Ion x sample (those of `runs`, in its order), NaN is missing.
    """
    table = ions[ions["intensity"] > 0].merge(
        runs[["run", "sample", "replicate"]].astype({"run": str, "sample": str}), on="run"
    )
    summed = table.groupby(["ion", "sample", "replicate"])["intensity"].sum(min_count=1)
    averaged = summed.groupby(["ion", "sample"]).mean().unstack("sample")
    samples = list(dict.fromkeys(runs["sample"].astype(str)))
    return averaged.reindex(columns=samples).astype(float)


def roll_up(ions: pd.DataFrame, groups: pd.Series, method: str) -> pd.DataFrame:
    """Protein quantities from ion quantities, without any normalisation between samples.

    Parameters
    ----------
    ions
        Ion x sample, NaN is missing.
    groups
        Protein group of each ion, index as `ions`.
    method
        ``directlfq`` (Ammar 2023, 10.1016/j.mcpro.2023.100581) or ``sum``.

    Returns
    -------
    pandas.DataFrame
        Group x sample, sorted, NaN is missing.
    """
    ions = ions.dropna(how="all")
    groups = groups.reindex(ions.index)
    if method == "sum" or not len(ions):
        return ions.groupby(groups.to_numpy()).sum(min_count=1).sort_index()
    if method != "directlfq":
        raise EvcargoError(f"config, proteins.rollup: {method!r} is neither directlfq nor sum")
    return _directlfq(ions, groups)


def _directlfq(ions: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
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
    proteins = proteins.where(proteins > 0)
    # directLFQ drops proteins that have each ion in one sample only; there is nothing to compare.
    single = ~groups.isin(proteins.index).to_numpy()
    alone = ions[single].groupby(groups[single].to_numpy()).sum(min_count=1)
    return pd.concat([proteins, alone]).rename_axis(None).sort_index()
