"""Results of differential tests (DESeq2, edgeR, limma), which are often mistaken for counts."""

from evcargo.counts.layout import Head, Layout, plain_key
from evcargo.errors import EvcargoError

EFFECTS = {"log2foldchange", "logfc", "log2fc", "foldchange"}
PROBABILITIES = {"padj", "pvalue", "fdr", "adjpval", "qvalue", "pval", "adjustedpvalue", "svalue"}


def layout(head: Head) -> Layout | None:
    """Refuse a table that holds fold changes and p-values and nothing else."""
    keys = {plain_key(name): name for name in head.columns}
    effect, probability = EFFECTS & set(keys), PROBABILITIES & set(keys)
    if not effect or not probability or len(head.columns) > 10:
        return None
    raise EvcargoError(
        f"{head.table.path}: holds the results of a test ({keys[min(effect)]},"
        f" {keys[min(probability)]}), not counts. Give the table of counts that was tested"
    )
