"""Figures of each proteins run and sample for the quality table."""

from collections.abc import Collection, Mapping

import pandas as pd

from evcargo.contracts import CONTRACTS

UNITS: Mapping[str, str] = {
    "ms1_spectra": "spectra",
    "ms2_spectra": "spectra",
    "ms2_identified": "spectra",
    "ms2_not_identified": "spectra",
    "identification_rate": "fraction",
    "psms": "PSMs",
    "peptides": "peptides",
    "protein_groups": "protein groups",
    "contaminant_share": "fraction",
    "quantified_ions": "ions",
    "transferred_ions": "ions",
    "quantified_protein_groups": "protein groups",
    "median_precursor_error": "ppm",
    "missed_cleavage_rate": "fraction",
    "ms1_tic": "intensity",
    "minutes": "min",
}


def quality_table(
    figures: Mapping[str, Mapping[str, float]],
    psms: pd.DataFrame,
    ions: pd.DataFrame,
    quantities: pd.DataFrame,
    runs: pd.DataFrame,
    contaminants: Collection[str] = (),
) -> pd.DataFrame:
    """Figures per run, and per sample over its runs (contract ``quality``).

    Parameters
    ----------
    figures
        Run -> figures of `evcargo.proteins.search.search_run`.
    psms
        PSMs of the study, with ``accepted``.
    ions
        Ion quantities, with ``run``; those that only other runs identified are ``transferred``.
    quantities
        Protein group x sample.
    runs
        Run sheet, proteins only.
    contaminants
        Groups that are tagged as contaminants: their share of the accepted PSMs is told.
    """
    good = psms[psms["accepted"]]
    good = good.assign(contaminant=good["group"].isin(contaminants))
    rows = []
    for sample in dict.fromkeys(runs["sample"].astype(str)):
        names = runs.loc[runs["sample"] == sample, "run"].astype(str).tolist()
        for run in names:
            rows += _rows(sample, run, _figures([run], figures, good, ions))
        whole = _figures(names, figures, good, ions)
        whole["quantified_protein_groups"] = float(quantities[sample].notna().sum())
        rows += _rows(sample, "", whole)
    return pd.DataFrame(rows, columns=["sample", "run", "assay", "metric", "value", "unit"])


def spectra_table(
    figures: Mapping[str, Mapping[str, float]],
    texts: Mapping[str, Mapping[str, str]],
    runs: pd.DataFrame,
) -> pd.DataFrame:
    """Describe what each run's file holds (contract ``proteins_spectra``).

    Parameters
    ----------
    figures
        Run -> figures of `evcargo.proteins.search.search_run`.
    texts
        Run -> texts of `evcargo.proteins.spectra.RunFacts`.
    runs
        Run sheet, proteins only.

    Returns
    -------
    pandas.DataFrame
        In the order of the run sheet. Runs measured at the same second share an injection order;
        times without a time zone are taken as UTC.
    """
    rows = [
        {"run": run, "sample": sample, **figures[run], **texts[run]}
        for run, sample in runs[["run", "sample"]].astype(str).itertuples(index=False)
    ]
    table = pd.DataFrame(rows)
    acquired = pd.to_datetime(table["acquired"], utc=True, format="ISO8601", errors="coerce")
    known = acquired.notna().all()
    table["injection_order"] = acquired.rank(method="min") if known else float("nan")
    return table.reindex(columns=CONTRACTS["proteins_spectra"].names)


def _figures(
    runs: list[str],
    figures: Mapping[str, Mapping[str, float]],
    good: pd.DataFrame,
    ions: pd.DataFrame,
) -> dict[str, float]:
    total = {
        name: sum(figures[run][name] for run in runs)
        for name in ("ms1_spectra", "ms2_spectra", "ms1_tic", "minutes")
    }
    own = good[good["run"].isin(runs)]
    measured = ions[ions["run"].isin(runs) & ions["intensity"].notna()]
    spectra, identified = total["ms2_spectra"], float(len(own))
    return {
        "ms1_spectra": total["ms1_spectra"],
        "ms2_spectra": spectra,
        "ms2_identified": identified,
        "ms2_not_identified": spectra - identified,
        "identification_rate": identified / spectra if spectra else float("nan"),
        "psms": identified,
        "peptides": float(own["peptide"].nunique()),
        "protein_groups": float(own["group"].nunique()),
        "contaminant_share": float(own["contaminant"].mean()),
        "quantified_ions": float(len(measured)),
        "transferred_ions": float(measured["transferred"].astype(bool).sum()),
        "median_precursor_error": float(own["ppm"].median()),
        "missed_cleavage_rate": float((own["missed_cleavages"] > 0).mean()),
        "ms1_tic": total["ms1_tic"],
        "minutes": total["minutes"],
    }


def _rows(sample: str, run: str, values: Mapping[str, float]) -> list[dict[str, object]]:
    return [
        {
            "sample": sample,
            "run": run,
            "assay": "proteins",
            "metric": name,
            "value": value,
            "unit": UNITS[name],
        }
        for name, value in values.items()
    ]
