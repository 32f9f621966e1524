"""What is to be told apart: samples of a contrast, their features, and which belong together."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from evcargo.biomarkers.features import Block, count_block, metric_block, protein_block
from evcargo.biomarkers.folds import Units, units_of
from evcargo.biomarkers.predictions import Flags
from evcargo.differential.axes import log2_metrics
from evcargo.differential.count_filter import filter_of
from evcargo.differential.design import compared_samples
from evcargo.study.design import covariate_numbers
from evcargo.study.model import Contrast
from evcargo.study.units import unit_names

if TYPE_CHECKING:
    from anndata import AnnData

JOINED = "joined"


@dataclass(frozen=True)
class Question:
    """What is to be told apart, by which features.

    Parameters
    ----------
    contrast, assay
        Name of the contrast and of the assay (or `JOINED`).
    samples
        Names; `levels` and `labels` (is it the test level) belong to them.
    units
        Which samples belong together; `unit_names` of each sample.
    blocks
        Features of the samples, one block per assay.
    metrics
        Purity metrics of the samples; None where none was measured.
    differential
        Tables of the differential stage of the assays, under their contract.
    warnings
        What the reader must know.
    """

    contrast: Contrast
    assay: str
    samples: tuple[str, ...]
    levels: tuple[str, ...]
    labels: Flags
    units: Units
    unit_names: tuple[str, ...]
    blocks: tuple[Block, ...]
    metrics: Block | None
    differential: pd.DataFrame
    warnings: tuple[str, ...] = field(default=())

    @property
    def sizes(self) -> tuple[int, int]:
        """Samples at the test and at the reference level."""
        return int(self.labels.sum()), int((~self.labels).sum())

    @property
    def unit_sizes(self) -> tuple[int, int]:
        """Units with a sample at the test level, and at the reference level."""
        table = self.units.counts(self.labels) > 0
        return int(table[:, 1].sum()), int(table[:, 0].sum())


def ask(
    matrices: Mapping[str, "AnnData"],
    contrast: Contrast,
    assay: str,
    criteria: pd.DataFrame,
    shares: pd.DataFrame,
    differential: Mapping[str, pd.DataFrame],
    options: Mapping[str, Any],
) -> Question:
    """Gather the samples and features of a contrast.

    Parameters
    ----------
    matrices
        By assay; a sample must be measured in all of them.
    contrast, assay
        Of kind ``pair``; `assay` names the result.
    criteria, shares
        Tables of the purity stage.
    differential
        By assay, contract ``differential`` of this contrast.
    options
        Sections `biomarkers` and `differential` of the config.
    """
    compared = replace(contrast, fit_on="compared")
    rows = [compared_samples(matrix.obs, compared) for matrix in matrices.values()]
    names = [one for one in rows[0].index if all(one in other.index for other in rows)]
    obs = rows[0].loc[names]
    missing = options["biomarkers"]["max_missing"]
    expressed, blocks = filter_of(options["differential"]), []
    for name, matrix in matrices.items():
        chosen = matrix[names]
        if name == "proteins":
            blocks.append(protein_block(chosen, missing))
        else:
            blocks.append(count_block(chosen, name, expressed))
    metrics = log2_metrics(criteria, shares).reindex(names).dropna(axis=1, how="all")
    named = tuple(unit_names(obs, contrast.block))
    strata, warnings = _strata(obs, contrast)
    tables = [table.assign(feature_assay=one) for one, table in differential.items()]
    levels = obs[contrast.column].astype(str)
    return Question(
        contrast,
        assay,
        tuple(names),
        tuple(levels),
        (levels == contrast.test).to_numpy(bool),
        units_of(named, strata),
        named,
        tuple(blocks),
        metric_block(metrics, missing) if len(metrics.columns) else None,
        pd.concat(tables, ignore_index=True),
        warnings,
    )


def _strata(obs: pd.DataFrame, contrast: Contrast) -> tuple[list[str], tuple[str, ...]]:
    """Categories of the covariates, within which labels are permuted, and what is left out."""
    named = [one for one in contrast.covariates if one not in (contrast.block, "subject")]
    words = [one for one in named if covariate_numbers(obs, one) is None]
    numbers = [one for one in named if one not in words]
    strata = ["|".join(row) for row in obs[words].astype(str).to_numpy()]
    said = (
        f"The panel and its p-value take no account of {' and '.join(numbers)}, a covariate of the"
        " contrast.",
    )
    return strata if words else [""] * len(obs), said if numbers else ()
