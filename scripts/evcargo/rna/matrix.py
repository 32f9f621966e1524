"""Counts of all samples as one matrix, and its normalisation."""

import logging
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evcargo.empty_samples import empty_samples

if TYPE_CHECKING:
    from anndata import AnnData

OK, FAILED, NO_RUN = "ok", "failed", "no run"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SampleCounts:
    """Counts of one sample.

    Parameters
    ----------
    counts
        Feature -> reads; index is unique.
    problem
        Why the sample cannot be used; empty if it can.
    fractional
        Feature -> reads, where those that fit several features are split; `counts` if not given.
    """

    counts: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))
    problem: str = ""
    fractional: pd.Series | None = None

    def plus(self, counts: pd.Series) -> "SampleCounts":
        """Return the counts with further ones added, which are whole."""
        split = self.counts if self.fractional is None else self.fractional
        return SampleCounts(
            self.counts.add(counts, fill_value=0), self.problem, split.add(counts, fill_value=0)
        )

    def rows(self, features: pd.Index) -> tuple[np.ndarray, np.ndarray]:
        """Give counts and fractional counts of the features; 0 where there is none."""
        split = self.counts if self.fractional is None else self.fractional
        counts, fractional = (one.reindex(features, fill_value=0) for one in (self.counts, split))
        return counts.to_numpy(float), fractional.to_numpy(float)


def without_empty(
    counted: Mapping[str, SampleCounts],
    samples: pd.DataFrame,
    added: Container[str],
    least: float,
    unit: str,
    option: str,
) -> dict[str, SampleCounts]:
    """Give the samples that hold nothing, or next to nothing, a problem, which the log says.

    Parameters
    ----------
    counted
        Sample -> its counts.
    samples
        Sample sheet, contract ``samples``.
    added
        Features that are no part of the library: spike-ins.
    least, unit, option
        See `evcargo.empty_samples.empty_samples`.
    """
    material = dict(zip(samples["sample"], samples["material"].fillna(""), strict=True))
    sizes = {
        sample: float(one.counts[[name not in added for name in one.counts.index]].sum())
        for sample, one in counted.items()
        if not one.problem
    }
    reasons = empty_samples(sizes, material, least, unit, option)
    for sample, reason in reasons.items():
        _log.warning("%s takes no part: %s", sample, reason)
    return {
        sample: replace(one, problem=reasons[sample]) if sample in reasons else one
        for sample, one in counted.items()
    }


def cpm(counts: np.ndarray) -> np.ndarray:
    """Take counts per million reads of the sample.

    Parameters
    ----------
    counts
        Samples x features; a row of NaN stays one, a row of zeros becomes one.

    Returns
    -------
    numpy.ndarray
        ``count / library size * 1e6``, same shape.
    """
    library_sizes = counts.sum(axis=1, keepdims=True)
    return counts / np.where(library_sizes > 0, library_sizes, np.nan) * 1e6


def log_cpm(counts: np.ndarray) -> np.ndarray:
    """log2 counts per million, as limma's voom takes them (Law 2014, 10.1186/gb-2014-15-2-r29).

    Parameters
    ----------
    counts
        Samples x features; a row of NaN stays one.

    Returns
    -------
    numpy.ndarray
        ``log2((count + 0.5) / (library size + 1) * 1e6)``, same shape.
    """
    library_sizes = counts.sum(axis=1, keepdims=True)
    return np.log2((counts + 0.5) / (library_sizes + 1) * 1e6)


def count_matrix(
    samples: pd.DataFrame,
    counted: Mapping[str, SampleCounts],
    features: pd.DataFrame,
    source: str,
    unit: str,
) -> "AnnData":
    """Build the matrix that the later stages read.

    Parameters
    ----------
    samples
        Sample sheet, contract ``samples``.
    counted
        Sample -> its counts; a sample that is not there has no run.
    features
        Index: feature ids in the order of the matrix; columns ``class`` and ``sequence``.
    source
        Where the counts come from, in words.
    unit
        Words for ``uns["raw_quantity"]``.

    Returns
    -------
    anndata.AnnData
        Samples x features; ``X`` holds integer counts as float64, a row of NaN where a sample has
        no run or failed. Layers of the same shape: ``normalised`` is `log_cpm`, ``cpm`` is `cpm`,
        both of the integer counts; ``fractional`` holds counts with multi-mappers in equal parts,
        and is ``X`` for counts that came as a table.
    """
    from anndata import AnnData

    values = np.full((len(samples), len(features)), np.nan)
    fractional = values.copy()
    states = []
    for row, sample in enumerate(samples["sample"]):
        state, reason = OK, ""
        if sample not in counted:
            state = NO_RUN
        elif counted[sample].problem:
            state, reason = FAILED, counted[sample].problem
        else:
            values[row], fractional[row] = counted[sample].rows(features.index)
        states.append((state, reason))
    obs = _plain(samples.drop(columns="sample")).set_axis(samples["sample"].astype(str), axis=0)
    obs.index.name = "sample"
    obs["status"] = [state for state, _ in states]
    obs["status_reason"] = [reason for _, reason in states]
    var = pd.DataFrame(
        {
            "name": features.index.astype(str),
            "gene": "",
            "class": features["class"].astype(str),
            "sequence": features["sequence"].astype(str),
        },
        index=features.index.astype(str),
    )
    var.index.name = "feature"
    matrix = AnnData(X=values, obs=obs, var=var)
    matrix.layers["normalised"] = log_cpm(values)
    matrix.layers["fractional"] = fractional
    matrix.layers["cpm"] = cpm(values)
    matrix.uns["source"] = source
    matrix.uns["raw_quantity"] = unit
    return matrix


def name_features(matrix: "AnnData", features: pd.DataFrame) -> None:
    """Give features that came in tables the names that the tables have for them, and their genes.

    Parameters
    ----------
    matrix
        Of `count_matrix`; its ``var`` is changed.
    features
        Contract ``imported_features``.
    """
    table = features.set_index("feature")
    for column in ("name", "gene"):
        texts = table[column].fillna("").astype(str).reindex(matrix.var_names)
        matrix.var[column] = texts.where(texts.notna(), matrix.var[column]).astype(object)


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Nullable columns as plain str and float, which .h5ad files hold best."""
    plain = {
        name: values.astype(float)
        if pd.api.types.is_numeric_dtype(values)
        else values.fillna("").astype(str)
        for name, values in table.items()
    }
    return pd.DataFrame(plain, index=table.index).astype(
        {name: object for name, values in plain.items() if values.dtype != float}
    )
