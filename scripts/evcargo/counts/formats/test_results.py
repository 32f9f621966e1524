"""Results of differential tests (DESeq2, edgeR, limma), which are often mistaken for counts."""

from evcargo.counts.columns import DESCRIBED, is_text
from evcargo.counts.layout import Head, Layout, plain_key
from evcargo.errors import EvcargoError

EFFECTS = {"log2foldchange", "logfc", "log2fc", "foldchange"}
PROBABILITIES = {"padj", "pvalue", "fdr", "adjpval", "qvalue", "pval", "adjustedpvalue", "svalue"}
OTHERS = {"basemean", "lfcse", "stat", "logcpm", "lr", "f", "t", "b", "aveexpr", "dispersion"}


def layout(head: Head) -> Layout | None:
    """Refuse a table that holds fold changes and p-values and no other numbers."""
    keys = {plain_key(name): name for name in head.columns}
    effect, probability = EFFECTS & set(keys), PROBABILITIES & set(keys)
    if not effect or not probability:
        return None
    known = EFFECTS | PROBABILITIES | OTHERS | DESCRIBED
    further = [at for at, name in enumerate(head.columns) if at and plain_key(name) not in known]
    if any(not is_text(head.cells(at)) for at in further):
        return None  # with the counts behind them
    raise EvcargoError(
        f"{head.table.path}: holds the results of a test ({keys[min(effect)]},"
        f" {keys[min(probability)]}), not counts. Give the table of counts that was tested"
    )
