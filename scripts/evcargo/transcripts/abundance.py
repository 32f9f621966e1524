"""From transcripts to genes, as tximport does it (Soneson 2015, 10.12688/f1000research.7563.2)."""

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
    reads: pd.DataFrame,
    tpm: pd.DataFrame,
    length: pd.DataFrame,
    genes: pd.Series,
    gene_counts: str = SUMMED,
) -> GeneQuantities:
    """Sum transcripts to genes.

    Parameters
    ----------
    reads, tpm, length
        Fragments, TPM, and effective length (nt; NaN only where there are no fragments) of
        transcripts x samples.
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
    of = genes.reindex(reads.index)
    counts = reads.groupby(of.to_numpy()).sum()
    abundance = tpm.groupby(of.to_numpy()).sum()
    weighted = (tpm * length.fillna(0)).groupby(of.to_numpy()).sum()
    lengths = _without_gaps(weighted / abundance.where(abundance > 0), length, of)
    if gene_counts == LENGTH_SCALED:
        scaled = abundance.mul(lengths.mean(axis=1), axis=0)
        total = scaled.sum()
        counts = scaled * (counts.sum() / total.where(total > 0, 1))
    return GeneQuantities(counts, abundance, lengths)


def _without_gaps(lengths: pd.DataFrame, length: pd.DataFrame, genes: pd.Series) -> pd.DataFrame:
    """Fill the lengths of genes without abundance in a sample.

    A gene takes the geometric mean of its lengths in the other samples; one without abundance in
    any, the mean length of its transcripts, each the mean over the samples.
    """
    plain = length.mean(axis=1).groupby(genes.to_numpy()).mean()
    others = np.exp(np.log(lengths).mean(axis=1))
    fill = others.fillna(plain.reindex(lengths.index))
    return lengths.apply(lambda column: column.fillna(fill))
