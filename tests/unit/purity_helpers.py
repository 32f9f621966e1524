"""Small matrices, sheets and options for the tests of the purity stage."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from anndata import AnnData

ROOT = Path(__file__).resolve().parents[2]
PANELS = ROOT / "resources" / "markers" / "panels.tsv"
SCHEMA = ROOT / "workflow" / "schemas" / "config.schema.yaml"


def filled(schema: dict[str, Any], given: Any) -> Any:
    """`given` with the defaults of the schema below it."""
    if not isinstance(given, dict):
        return given
    result = dict(given)
    for key, sub in schema.get("properties", {}).items():
        if key in result or "default" in sub:
            result[key] = filled(sub, result.get(key, sub.get("default")))
    return result


def default_options(**given: Any) -> dict[str, Any]:
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    return filled(schema["properties"]["purity"], given)


def sheet(*samples: dict[str, Any]) -> pd.DataFrame:
    empty = dict.fromkeys(("condition", "subject", "batch", "isolation"), "")
    base = {"material": "ev", "biofluid": "plasma", "particle_count": np.nan, "protein_ug": np.nan}
    return pd.DataFrame([empty | base | sample for sample in samples])


def protein_matrix(
    features: dict[str, tuple[str, list[float]]],
    samples: list[str],
    *,
    taxon: str = "9606",
    taxon_of: dict[str, str] | None = None,
    others: int = 0,
    **columns: dict[str, Any],
) -> AnnData:
    """Features as accession -> (gene, intensity per sample), and `others` proteins of intensity 1.

    `taxon_of` and `columns` override a column of var by accession, e.g. {"P02769": "9913"}.
    """
    features = features | {f"X{n:05d}": (f"OTHER{n}", [1.0] * len(samples)) for n in range(others)}
    var = pd.DataFrame(
        {
            "name": "",
            "gene": [gene for gene, _ in features.values()],
            "accessions": list(features),
            "class": "protein",
            "taxon": taxon,
            "is_contaminant": False,
            "n_peptides": 2,
        },
        index=list(features),
    )
    for column, values in ({"taxon": taxon_of or {}} | columns).items():
        for accession, value in values.items():
            var.loc[accession, column] = value
    x = np.array([values for _, values in features.values()], dtype=float).T
    obs = pd.DataFrame({"status": "ok", "status_reason": ""}, index=samples)
    return AnnData(x.reshape(len(samples), len(features)), obs=obs, var=var)


def rna_matrix(counts: dict[str, list[float]], conditions: list[str], **classes: str) -> AnnData:
    """Counts per feature; all are miRNAs but those whose class is given by name (- as _)."""
    names = list(counts)
    var = pd.DataFrame(
        {"class": [classes.get(name.replace("-", "_"), "miRNA") for name in names]}, index=names
    )
    obs = pd.DataFrame(
        {"condition": conditions, "status": "ok", "status_reason": ""},
        index=[f"s{n}" for n in range(1, len(conditions) + 1)],
    )
    return AnnData(np.array(list(counts.values()), dtype=float).T, obs=obs, var=var)


def answer(criteria: pd.DataFrame, sample: str, criterion: str) -> pd.Series:
    chosen = criteria[(criteria["sample"] == sample) & (criteria["criterion"] == criterion)]
    assert len(chosen) == 1, (sample, criterion, len(chosen))
    return chosen.iloc[0]
