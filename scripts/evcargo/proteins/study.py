"""The protein matrix and quality table of a study from what its runs gave."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from evcargo.proteins.database import Protein
from evcargo.proteins.ibaq import ibaq
from evcargo.proteins.matrix import empty_proteomes, normalisation_table, protein_matrix
from evcargo.proteins.missing import missing_table
from evcargo.proteins.origins import origin_of, origins_table
from evcargo.proteins.quality import quality_table, spectra_table
from evcargo.proteins.quantities import counts_by_sample, ions_by_sample, rolled_up
from evcargo.proteins.rollups import sums

if TYPE_CHECKING:
    from anndata import AnnData

SPECTRAL_COUNTS = "spectral_counts"


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
    proteins: Iterable[Protein] = (),
    enzyme: str = "trypsin",
    panels: pd.DataFrame | None = None,
    min_protein_groups: int = 0,
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
        One of `evcargo.proteins.quantities.ROLLUPS`, or ``spectral_counts``.
    min_peptides
        Peptides that a group needs to be quantified.
    normalisation
        One of `evcargo.proteins.normalise.METHODS`.
    proteins, enzyme
        The database and the enzyme of the search, for iBAQ.
    panels
        Marker panels, for the normalisation ``ev_markers``.
    min_protein_groups
        Groups from which a sample is never taken for empty (`evcargo.empty_samples`). Those that
        are take no part: the others are rolled up without them.

    Returns
    -------
    matrix : anndata.AnnData
        All samples of the sheet x all accepted protein groups, with the layers ``ibaq``,
        ``spectral_count`` and ``transferred``.
    quality : pandas.DataFrame
        Contract ``quality``.
    """
    runs = runs[runs["assay"] == "proteins"]
    groups = groups[groups["accepted"]].set_index("group").rename_axis(None)
    good = psms[psms["accepted"]]
    group_of = good.drop_duplicates("peptide").set_index("peptide")["group"]
    ions = ions.assign(group=ions["peptide"].map(group_of))
    enough = groups.index[groups["n_peptides"] >= min_peptides]
    ions = ions[ions["group"].isin(enough)]
    every = found = _rolled_up(ions, good, groups, enough, runs, method)
    failed = {
        sample: _why_nothing(own, figures, good)
        for sample, own in runs.astype({"run": str}).groupby(runs["sample"].astype(str))["run"]
        if not found.quantities[sample].notna().any()
    }
    proper = found.quantities[~groups["is_contaminant"].astype(bool)[found.quantities.index]]
    failed |= empty_proteomes(proper.drop(columns=list(failed)), samples, min_protein_groups)
    used_runs = runs[~runs["sample"].astype(str).isin(failed)]
    if 0 < len(used_runs) < len(runs):
        found = _rolled_up(ions, good, groups, enough, used_runs, method)
    quantities, used = found.quantities, found.used
    layers = {
        "ibaq": ibaq(found.sums, ((p.accession, p.sequence) for p in proteins), enzyme),
        "spectral_count": every.counts,
        "transferred": transferred_share(ions, used_runs),
    }
    described = groups.assign(rollup=used.reindex(groups.index).fillna(""))
    matrix = protein_matrix(quantities, described, samples, failed, normalisation, panels, layers)
    matrix.uns["source"] = "sagepy 0.4.6; " + "; ".join(
        f"{rule.level}: {rule.rule}" for rule in rules.itertuples()
    )
    matrix.uns["score"] = str(rules["score"].iloc[0])
    matrix.uns["rollup"] = _rollup_text(method, used)
    matrix.uns["raw_quantity"] = (
        "PSMs" if method == SPECTRAL_COUNTS else "MS1 peak area, intensity x s"
    )
    tagged = groups.index[groups["is_contaminant"].astype(bool)]
    return matrix, quality_table(figures, psms, ions, every.quantities, runs, tagged)


class _RolledUp(NamedTuple):
    """Quantities of groups (group x sample), how each was made, their sums of ions and counts."""

    quantities: pd.DataFrame
    used: pd.Series
    sums: pd.DataFrame
    counts: pd.DataFrame


def _rolled_up(
    ions: pd.DataFrame,
    good: pd.DataFrame,
    groups: pd.DataFrame,
    enough: pd.Index,
    runs: pd.DataFrame,
    method: str,
) -> _RolledUp:
    """Roll the ions, or the accepted PSMs, of some runs up to the groups of the study."""
    by_sample = ions_by_sample(ions, runs)
    group_of_ion = ions.drop_duplicates("ion").set_index("ion")["group"].reindex(by_sample.index)
    counts = counts_by_sample(good, runs).reindex(groups.index, fill_value=0.0)
    if method == SPECTRAL_COUNTS:
        quantities = counts[counts > 0].reindex(enough)
        used = pd.Series(method, index=enough)
    else:
        quantities, used = rolled_up(by_sample, group_of_ion, method)
    return _RolledUp(quantities, used, sums(by_sample, group_of_ion), counts)


def describe_study(
    matrix: "AnnData",
    ions: pd.DataFrame,
    peptides: pd.DataFrame,
    proteins: list[Protein],
    figures: Mapping[str, Mapping[str, float]],
    texts: Mapping[str, Mapping[str, str]],
    samples: pd.DataFrame,
    runs: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Tables about the samples and runs of a study, by the part of their contract's name.

    Parameters
    ----------
    matrix, ions, figures, samples, runs
        As in `quantify_study`.
    peptides
        Peptides of `evcargo.proteins.inference.Inference`.
    proteins
        The database.
    texts
        Run -> texts of `evcargo.proteins.spectra.RunFacts`.
    """
    taxon = {protein.accession: protein.taxon for protein in proteins}
    origins = origin_of(peptides[peptides["accepted"]], taxon)
    return {
        "origins": origins_table(ions, origins, samples, runs),
        "missing": missing_table(matrix),
        "normalisation": normalisation_table(matrix),
        "spectra": spectra_table(figures, texts, runs[runs["assay"] == "proteins"]),
    }


def transferred_share(ions: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Share of each group's intensity in each sample that comes from transferred ions.

    Parameters
    ----------
    ions
        ``run``, ``group``, ``intensity`` and ``transferred``.
    runs
        Run sheet, proteins only.

    Returns
    -------
    pandas.DataFrame
        Group x sample, fraction of the summed intensity; NaN where there is none.
    """
    seen = ions[ions["intensity"] > 0]
    sample = runs.astype({"run": str}).set_index("run")["sample"].astype(str)
    where = [seen["group"], seen["run"].map(sample)]
    lent = seen["intensity"].where(seen["transferred"].astype(bool), 0.0)
    share = lent.groupby(where).sum() / seen["intensity"].groupby(where).sum()
    return share.astype(float).unstack()


def _rollup_text(method: str, used: pd.Series) -> str:
    other = int((used != method).sum())
    instead = f"; ion sum in all or some samples of {other} groups (var, rollup)" if other else ""
    return f"{method}, not normalised{instead}"


def _why_nothing(
    runs: pd.Series, figures: Mapping[str, Mapping[str, float]], good: pd.DataFrame
) -> str:
    """Tell why a sample has no quantity, from its runs and the accepted PSMs of the study."""
    survey, spectra = (sum(figures[run][f"ms{level}_spectra"] for run in runs) for level in (1, 2))
    found = int(good["run"].astype(str).isin(runs).sum())
    if not found:
        return f"no protein group in {spectra:.0f} MS2 spectra"
    if not survey:
        return (
            f"{found} spectra identified, but the file holds no MS1 spectra to measure in:"
            f" proteins.rollup {SPECTRAL_COUNTS} needs none"
        )
    return f"{found} spectra identified, but no ion with a peak in {survey:.0f} MS1 spectra"
