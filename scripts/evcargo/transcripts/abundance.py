"""From transcripts to genes, as tximport does it (Soneson 2015, 10.12688/f1000research.7563.2)."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

SUMMED, LENGTH_SCALED = "summed", "lengthScaledTPM"


@dataclass(frozen=True)
class GeneQuantities:
    """Quantities of genes; each table is genes x samples.

    Parameters
    ----------
    counts
        Fragments, not rounded.
    tpm
        Transcripts per million.
    length
        Effective length, nt: mean over the transcripts of the gene, weighted by their abundance.
    """

    counts: pd.DataFrame
    tpm: pd.DataFrame
    length: pd.DataFrame


def gene_quantities(
    samples: Iterable[tuple[str, pd.DataFrame]], genes: pd.Series, gene_counts: str = SUMMED
) -> GeneQuantities:
    """Sum transcripts to genes.

    Parameters
    ----------
    samples
        Name of a sample, and its transcripts (index; all those of `genes`): fragments ``reads``,
        ``tpm``, and ``effective_length`` (nt; NaN only where there are no fragments). They are
        taken one by one, so that memory holds one table of transcripts, however many samples.
    genes
        Transcript -> gene.
    gene_counts
        ``summed``: tximport's countsFromAbundance "no". ``lengthScaledTPM``: the TPM times the
        mean length of the gene over the samples, scaled to the fragments of the sample.

    Returns
    -------
    GeneQuantities
        Genes in sorted order.
    """
    of = genes.to_numpy()
    reads: dict[str, pd.Series] = {}
    tpm: dict[str, pd.Series] = {}
    weighted: dict[str, pd.Series] = {}
    length_sum = pd.Series(0.0, genes.index)
    length_known = pd.Series(0, genes.index)
    for sample, table in samples:
        one = table.loc[genes.index, ["reads", "tpm", "effective_length"]].astype(float)
        length = one["effective_length"]
        length_sum += length.fillna(0)
        length_known += length.notna()
        one = one.fillna(0)
        one["weighted"] = one["tpm"] * one["effective_length"]
        summed = one.groupby(of).sum()
        reads[sample], tpm[sample] = summed["reads"], summed["tpm"]
        weighted[sample] = summed["weighted"]
    names = pd.Index(sorted(set(of)))
    counts, abundance = pd.DataFrame(reads, names), pd.DataFrame(tpm, names)
    lengths = pd.DataFrame(weighted, names) / abundance.where(abundance > 0)
    # NaN, as 0 / 0, where a transcript has no length in any sample.
    lengths = _without_gaps(lengths, (length_sum / length_known).groupby(of).mean())
    if gene_counts == LENGTH_SCALED:
        scaled = abundance.mul(lengths.mean(axis=1), axis=0)
        total = scaled.sum()
        counts = scaled * (counts.sum() / total.where(total > 0, 1))
    return GeneQuantities(counts, abundance, lengths)


def _without_gaps(lengths: pd.DataFrame, plain: pd.Series) -> pd.DataFrame:
    """Fill the lengths of genes without abundance in a sample.

    A gene takes the geometric mean of its lengths in the other samples; one without abundance in
    any, `plain`: the mean length of its transcripts, each the mean over the samples.
    """
    others = np.exp(np.log(lengths).mean(axis=1))
    fill = others.fillna(plain.reindex(lengths.index))
    return lengths.apply(lambda column: column.fillna(fill))
