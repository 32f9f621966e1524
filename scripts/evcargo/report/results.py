"""The tables that the report is written from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from evcargo.study.model import ASSAYS
from evcargo.tables import read_matrix, read_table, told_rows

Paths = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Results:
    """Everything that the stages found, as they wrote it; None where the study lacks a stage.

    Parameters
    ----------
    config
        The study's config with every default filled in.
    schema
        The schema of the config, whose descriptions explain the options.
    samples, runs, criteria, verdicts, markers, shares, associations, quality
        Tables under the contracts of these names (`evcargo.contracts.CONTRACTS`).
    funnel, particles, distribution, contrasts
        The same, for studies that have them.
    index, profiles
        The same, of the stage purity.
    rna_gate, rna_adapters, rna_lengths, rna_classes, rna_fragments, rna_saturation, rna_positions,
    rna_manifest
        The same, for studies with small RNA; the last one only if it came as reads.
    proteins_spectra, proteins_rules
        The same, for proteins that came as spectra.
    proteins_filters, proteins_columns
        The same, for proteins that came as tables.
    proteins_origins, proteins_missing, proteins_normalisation
        The same, for studies with proteins.
    actions, enrichment, consistency, outliers, groups, checklist
        Purity over the study; None in results of older versions.
    interpretation
        Tables of interpretation by contract (`OF_INTERPRETATION`), then by the contrast, or by
        ``contrast.assay``.
    biomarkers, biomarkers_models, biomarkers_panels, biomarkers_predictions, biomarkers_calibration
        The same, where biomarker panels were asked for.
    protein_groups
        Description of the protein groups, as in their matrix.
    proteins_facts
        What that matrix says of its making, e.g. ``rollup``, ``normalisation`` and ``score``;
        ``layers`` are its quantities beside the raw ones.
    differential
        One table per contrast and assay.
    sorting, sorting_changes, sorting_summary
        Under the contracts of these names, of all assays.
    origins, mixtures, mixture_fits, origin_associations
        The same.
    statuses
        Status of every sample in every assay: columns sample, assay, status, status_reason.
    sources
        Where the quantities of each assay come from, in words.
    inputs
        What was understood of each table (contract ``inputs``), for studies that have tables.
    """

    config: dict[str, Any]
    schema: dict[str, Any]
    samples: pd.DataFrame
    runs: pd.DataFrame
    criteria: pd.DataFrame
    verdicts: pd.DataFrame
    markers: pd.DataFrame
    shares: pd.DataFrame
    associations: pd.DataFrame
    quality: pd.DataFrame
    funnel: pd.DataFrame | None
    particles: pd.DataFrame | None
    distribution: pd.DataFrame | None
    contrasts: pd.DataFrame | None
    differential: dict[tuple[str, str], pd.DataFrame]
    statuses: pd.DataFrame
    sources: dict[str, str]
    index: pd.DataFrame | None = None
    profiles: pd.DataFrame | None = None
    rna_gate: pd.DataFrame | None = None
    rna_adapters: pd.DataFrame | None = None
    rna_lengths: pd.DataFrame | None = None
    rna_classes: pd.DataFrame | None = None
    rna_fragments: pd.DataFrame | None = None
    rna_saturation: pd.DataFrame | None = None
    rna_positions: pd.DataFrame | None = None
    rna_manifest: pd.DataFrame | None = None
    proteins_spectra: pd.DataFrame | None = None
    proteins_rules: pd.DataFrame | None = None
    proteins_filters: pd.DataFrame | None = None
    proteins_columns: pd.DataFrame | None = None
    proteins_origins: pd.DataFrame | None = None
    proteins_missing: pd.DataFrame | None = None
    proteins_normalisation: pd.DataFrame | None = None
    actions: pd.DataFrame | None = None
    enrichment: pd.DataFrame | None = None
    consistency: pd.DataFrame | None = None
    outliers: pd.DataFrame | None = None
    groups: pd.DataFrame | None = None
    checklist: pd.DataFrame | None = None
    interpretation: dict[str, dict[str, pd.DataFrame]] = field(default_factory=dict)
    biomarkers: pd.DataFrame | None = None
    biomarkers_models: pd.DataFrame | None = None
    biomarkers_panels: pd.DataFrame | None = None
    biomarkers_predictions: pd.DataFrame | None = None
    biomarkers_calibration: pd.DataFrame | None = None
    protein_groups: pd.DataFrame | None = None
    sorting: pd.DataFrame | None = None
    sorting_changes: pd.DataFrame | None = None
    sorting_summary: pd.DataFrame | None = None
    origins: pd.DataFrame | None = None
    mixtures: pd.DataFrame | None = None
    mixture_fits: pd.DataFrame | None = None
    origin_associations: pd.DataFrame | None = None
    proteins_facts: dict[str, str] = field(default_factory=dict)
    inputs: pd.DataFrame | None = None

    @property
    def ambiguous(self) -> frozenset[str]:
        """Protein groups whose peptides do not tell which of their proteins is there."""
        groups = self.protein_groups
        if groups is None or "ambiguous" not in groups:
            return frozenset()
        return frozenset(groups.index[groups["ambiguous"].astype(bool)].astype(str))

    @property
    def assays(self) -> list[str]:
        """Assays of the study, in the order of the workflow."""
        return [assay for assay in ASSAYS if (self.runs["assay"] == assay).any()]


def read_results(paths: Paths) -> Results:
    """Read the inputs of rule write_report.

    Parameters
    ----------
    paths
        The inputs by name; a name that is absent or empty is a stage that the study lacks. Other
        names are ignored.

    Raises
    ------
    EvcargoError
        If a table breaks its contract.
    """
    particles = _optional(paths, "particles")
    matrices = {Path(path).stem: path for path in _many(paths, "matrices")}
    cards = {assay: _card(path, assay) for assay, path in matrices.items()}
    statuses = [card.status for card in cards.values()]
    if particles is not None:
        statuses.append(particles[["sample", "status", "status_reason"]].assign(assay="particles"))
    return Results(
        config=_yaml(paths, "config"),
        schema=_yaml(paths, "schema") if paths.get("schema") else {},
        funnel=_optional(paths, "funnel"),
        particles=particles,
        distribution=_optional(paths, "distribution"),
        contrasts=_optional(paths, "contrasts"),
        differential=_differential(_many(paths, "differential")),
        statuses=pd.concat(statuses, ignore_index=True)
        if statuses
        else pd.DataFrame(columns=["sample", "status", "status_reason", "assay"]),
        sources={assay: card.source for assay, card in cards.items() if card.source},
        interpretation={name: _by_contrast(paths, name) for name in OF_INTERPRETATION},
        protein_groups=cards["proteins"].features if "proteins" in cards else None,
        proteins_facts=cards["proteins"].facts if "proteins" in cards else {},
        **{name: read_table(_one(paths, name), name) for name in _ALWAYS},
        **{name: _optional(paths, name) for name in OPTIONAL},
        **{name: _joined(paths, name) for name in OF_SOURCES},
    )


_ALWAYS = (
    "samples",
    "runs",
    "criteria",
    "verdicts",
    "markers",
    "shares",
    "associations",
    "quality",
)


OF_RNA = (
    "rna_gate",
    "rna_adapters",
    "rna_lengths",
    "rna_classes",
    "rna_fragments",
    "rna_saturation",
    "rna_positions",
    "rna_manifest",
)

OF_PURITY = (
    "index",
    "profiles",
    "actions",
    "enrichment",
    "consistency",
    "outliers",
    "groups",
    "checklist",
)

OF_PROTEINS = (
    "proteins_spectra",
    "proteins_rules",
    "proteins_filters",
    "proteins_columns",
    "proteins_origins",
    "proteins_missing",
    "proteins_normalisation",
)

OF_INTERPRETATION = (
    "overrepresentation",
    "ranked",
    "concordance",
    "correlation",
    "targets",
    "target_pairs",
)

OF_SOURCES = (
    *("sorting", "sorting_changes", "sorting_summary"),
    *("origins", "mixtures", "mixture_fits", "origin_associations"),
)

OF_BIOMARKERS = (
    "biomarkers",
    "biomarkers_models",
    "biomarkers_panels",
    "biomarkers_predictions",
    "biomarkers_calibration",
)

OPTIONAL = ("inputs", *OF_PURITY, *OF_RNA, *OF_PROTEINS, *OF_BIOMARKERS)


@dataclass(frozen=True)
class _Card:
    """What a matrix says beside its quantities."""

    status: pd.DataFrame
    source: str
    features: pd.DataFrame
    facts: dict[str, str]


def _one(paths: Paths, name: str) -> str:
    value = paths[name]
    return value if isinstance(value, str) else value[0]


def _many(paths: Paths, name: str) -> list[str]:
    value = paths.get(name, [])
    return [value] if isinstance(value, str) else list(value)


def _optional(paths: Paths, name: str) -> pd.DataFrame | None:
    return told_rows(read_table(_one(paths, name), name)) if paths.get(name) else None


def _joined(paths: Paths, name: str) -> pd.DataFrame | None:
    tables = [read_table(path, name) for path in _many(paths, name)]
    return pd.concat(tables, ignore_index=True) if tables else None


def _yaml(paths: Paths, name: str) -> dict[str, Any]:
    return yaml.safe_load(Path(_one(paths, name)).read_text(encoding="utf-8"))


def _differential(paths: Sequence[str]) -> dict[tuple[str, str], pd.DataFrame]:
    tables = {}
    for path in paths:
        contrast, _, assay = Path(path).stem.rpartition(".")
        tables[contrast, assay] = read_table(path, "differential")
    return tables


def _by_contrast(paths: Paths, name: str) -> dict[str, pd.DataFrame]:
    """Tables of one contract by the rest of their file name."""
    return {
        Path(path).name.removesuffix(f".{name}.tsv"): read_table(path, name)
        for path in _many(paths, name)
    }


def _card(path: str, assay: str) -> _Card:
    matrix = read_matrix(path)
    status = matrix.obs[["status", "status_reason"]].astype("string")
    frame = status.rename_axis("sample").reset_index().assign(assay=assay)
    facts = {str(key): value for key, value in matrix.uns.items() if isinstance(value, str)}
    facts["layers"] = " ".join(sorted(matrix.layers))
    return _Card(frame, facts.get("source", ""), matrix.var, facts)
