"""Features of an assay, made ready for a model from the training samples alone.

Whatever is learned from several samples (the common scale, which features are kept, what stands for
a missing value, mean and spread) is learned from the training samples and then applied to all: a
held-out sample never decides how it is looked at (Ambroise and McLachlan 2002,
10.1073/pnas.102102699).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.biomarkers.predictions import Flags, Floats
from evcargo.differential.count_filter import CountFilter, is_expressed, smallest_group
from evcargo.proteins.normalise import MIN_STABLE, STABLE_SHARE

if TYPE_CHECKING:
    from anndata import AnnData

LOW, MIDDLE = 0.1, 0.5
"""Quantile of the training samples that stands for a missing value: the lower proteins are, the
oftener they are missing; the median of a purity metric says nothing."""

Indices = NDArray[np.intp]


class Reads(NamedTuple):
    """Raw counts (samples x features), the reads of each sample, and what a feature needs."""

    counts: Floats
    library_sizes: Floats
    expressed: CountFilter


@dataclass(frozen=True)
class Block:
    """Features of one assay.

    Parameters
    ----------
    assay
        Where they are from.
    features
        Their ids.
    values
        Samples x features, log2; NaN where missing, minus infinity for the log of nothing.
    present
        Samples x features: whether a feature is there, well enough to be kept.
    least_share
        Share of the training samples in which a feature must be present.
    anchors
        Features that may tell on which scale a sample is; none where samples are not to be scaled.
    fill
        Quantile of the training samples that stands for a missing value.
    reads
        Of an assay of counts, whose filter of reads is applied to the training samples.
    """

    assay: str
    features: tuple[str, ...]
    values: Floats
    present: Flags
    least_share: float
    anchors: Flags
    fill: float = LOW
    reads: Reads | None = None

    def without(self, features: Collection[str]) -> "Block":
        """Leave out features, also where the scale of a sample is told."""
        rest = np.array([name not in features for name in self.features], dtype=bool)
        reads = self.reads
        return replace(
            self,
            features=tuple(name for name in self.features if name not in features),
            values=self.values[:, rest],
            present=self.present[:, rest],
            anchors=self.anchors[rest],
            reads=None if reads is None else reads._replace(counts=reads.counts[:, rest]),
        )


def protein_block(matrix: "AnnData", max_missing: float) -> Block:
    """Take raw intensities; those that came normalised, or shall not be, are not scaled.

    Parameters
    ----------
    matrix
        Of the proteins stage, the samples of the contrast.
    max_missing
        Share of the training samples in which a protein may be missing.
    """
    values = np.log2(np.array(matrix.X, dtype=float))
    scaled = "not normalised" not in str(matrix.uns.get("normalisation", ""))
    anchors = ~matrix.var["is_contaminant"].to_numpy(bool) & scaled
    names = tuple(matrix.var_names.astype(str))
    return Block("proteins", names, values, np.isfinite(values), 1 - max_missing, anchors)


def count_block(matrix: "AnnData", assay: str, expressed: CountFilter) -> Block:
    """Take raw counts of all but spike-ins; a feature needs reads among the training samples.

    What it needs are those of `evcargo.differential.count_filter`; the smallest group is the
    smaller class of the training samples.
    """
    of_sample = (matrix.var["class"].astype(str) != "spike_in").to_numpy(bool)
    raw = np.array(matrix.X, dtype=float)
    counts = raw * of_sample
    names = tuple(matrix.var_names.astype(str))
    reads = Reads(counts, counts.sum(axis=1), expressed)
    return Block(assay, names, np.log2(raw + 0.5), counts > 0, 0.0, of_sample, reads=reads)


def metric_block(metrics: pd.DataFrame, max_missing: float) -> Block:
    """Take the purity metrics (samples x metrics, of `evcargo.differential.axes.log2_metrics`)."""
    values = metrics.to_numpy(float)
    values = np.where(np.isposinf(values), np.nan, values)
    names, none = tuple(map(str, metrics)), np.zeros(metrics.shape[1], dtype=bool)
    return Block("purity", names, values, ~np.isnan(values), 1 - max_missing, none, MIDDLE)


def prepare(block: Block, training: Flags, labels: Flags) -> tuple[Floats, Indices]:
    """Make complete, centred values of the features that the training samples have.

    Parameters
    ----------
    block
        Features of all samples.
    training
        Samples that may be learned from.
    labels
        Whether a sample is of the test level: the filter of counts asks how many are.

    Returns
    -------
    values : numpy.ndarray
        All samples x kept features, log2 without missing values, mean 0 among the training samples.
    kept : numpy.ndarray
        Places of the kept features in the block.
    """
    present = block.present[training]
    enough = present.any(axis=0) & (present.mean(axis=0) >= block.least_share)
    kept = np.flatnonzero(enough & _has_reads(block, training, labels))
    values = block.values[:, kept] - scale_shifts(block, training)[:, None]
    values = _filled(values, training, block.fill)
    mean, spread = values[training].mean(axis=0), values[training].std(axis=0)
    varying = spread > 1e-9 * (1 + np.abs(mean))
    return values[:, varying] - mean[varying], kept[varying]


def _has_reads(block: Block, training: Flags, labels: Flags) -> Flags:
    """Which features pass the filter of counts among the training samples; all without counts."""
    if block.reads is None:
        return np.ones(len(block.features), dtype=bool)
    counts, library_sizes, expressed = block.reads
    counted = training & (library_sizes > 0)
    classes = [int((counted & side).sum()) for side in (labels, ~labels)]
    smallest = smallest_group([size for size in classes if size] or [1])
    passed = is_expressed(
        pd.DataFrame(counts[counted]), expressed, smallest, library_sizes[counted]
    )
    return passed.to_numpy(bool)


def scale_shifts(block: Block, training: Flags) -> Floats:
    """Shift of every sample at which its stable features agree with the training samples.

    As `evcargo.proteins.normalise.shifts_of_stable`, but with the stable features (present in every
    training sample; where they are fewer than 20, in half of these) and their reference (the median
    of each) from the training samples only.

    Returns
    -------
    numpy.ndarray
        To be subtracted, log2; 0 without anchors, NaN for a sample without a stable feature.
    """
    share = block.present[training].mean(axis=0)
    stable = block.anchors & (share == 1)
    if stable.sum() < MIN_STABLE:
        stable = block.anchors & (share >= STABLE_SHARE)
    if not stable.any():
        return np.zeros(len(block.values))
    chosen = block.values[:, stable]
    differences = chosen - _sorted_quantile(chosen[training], MIDDLE)
    finite = [row[np.isfinite(row)] for row in differences]
    return np.array([np.median(row) if len(row) else np.nan for row in finite])


def _filled(values: Floats, training: Flags, quantile: float) -> Floats:
    """Replace missing values by the quantile of the training samples, and the log of nothing."""
    nothing = np.isneginf(values)
    if nothing.any():
        finite = np.where(np.isfinite(values), values, np.inf)[training].min(axis=0)
        least = np.where(np.isfinite(finite), finite, 0.0) - 1
        values = np.where(nothing, least, values)
    lacking = np.flatnonzero(np.isnan(values).any(axis=0))
    stand_in = _sorted_quantile(values[training][:, lacking], quantile)
    values[:, lacking] = np.where(np.isnan(values[:, lacking]), stand_in, values[:, lacking])
    return values


def _sorted_quantile(values: Floats, quantile: float) -> Floats:
    """Lower quantile of each column, NaN left out; 0 for a column of NaN."""
    ordered = np.sort(values, axis=0)  # NaN last
    count = np.isfinite(ordered).sum(axis=0)
    place = np.floor(quantile * np.maximum(count - 1, 0)).astype(int)
    found = ordered[place, np.arange(values.shape[1])]
    return np.where(count > 0, found, 0.0)
