"""The protein matrix and quality table of a study from what its runs gave."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from evcargo.proteins.matrix import protein_matrix
from evcargo.proteins.quality import quality_table
from evcargo.proteins.quantities import ions_by_sample, roll_up

if TYPE_CHECKING:
    from anndata import AnnData


def quantify_study(
    ions: pd.DataFrame,
    psms: pd.DataFrame,
    groups: pd.DataFrame,
    rules: pd.DataFrame,
    figures: Mapping[str, Mapping[str, float]],
    samples: pd.DataFrame,
    runs: pd.DataFrame,
    method: str,
    min_peptides: int,
    normalisation: str,
) -> tuple["AnnData", pd.DataFrame]:
    """Roll ion quantities up to proteins and describe runs and samples.

    Parameters
    ----------
    ions
        Ion quantities of all runs (`evcargo.proteins.ions.COLUMNS`) with ``run``.
    psms, groups, rules
        Tables of `evcargo.proteins.inference.Inference`.
    figures
        Run -> figures of its search.
    samples, runs
        The sheets (contracts ``samples`` and ``runs``).
    method
        ``directlfq`` or ``sum``.
    min_peptides
        Peptides that a group needs to be quantified.
    normalisation
        ``median`` or ``none``.

    Returns
    -------
    matrix : anndata.AnnData
        All samples of the sheet x all accepted protein groups.
    quality : pandas.DataFrame
        Contract ``quality``.
    """
    runs = runs[runs["assay"] == "proteins"]
    groups = groups[groups["accepted"]].set_index("group").rename_axis(None)
    group_of = psms[psms["accepted"]].drop_duplicates("peptide").set_index("peptide")["group"]
    ions = ions.assign(group=ions["peptide"].map(group_of))
    ions = ions[ions["group"].isin(groups.index[groups["n_peptides"] >= min_peptides])]
    by_sample = ions_by_sample(ions, runs)
    group_of_ion = ions.drop_duplicates("ion").set_index("ion")["group"]
    quantities = roll_up(by_sample, group_of_ion, method).reindex(columns=by_sample.columns)
    failed = {
        sample: f"no protein group in {spectra:.0f} MS2 spectra"
        for sample, spectra in _spectra_of(runs, figures).items()
        if not quantities[sample].notna().any()
    }
    matrix = protein_matrix(quantities, groups, samples, failed, normalisation)
    matrix.uns["source"] = "sagepy 0.4.6; " + "; ".join(
        f"{rule.level}: {rule.rule}" for rule in rules.itertuples()
    )
    matrix.uns["score"] = str(rules["score"].iloc[0])
    matrix.uns["rollup"] = f"{method}, not normalised"
    matrix.uns["raw_quantity"] = "MS1 peak area, intensity x s"
    return matrix, quality_table(figures, psms, ions, quantities, runs)


def _spectra_of(runs: pd.DataFrame, figures: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for row in runs.itertuples():
        total[str(row.sample)] = (
            total.get(str(row.sample), 0.0) + figures[str(row.run)]["ms2_spectra"]
        )
    return total
