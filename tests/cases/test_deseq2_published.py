"""Counts of published EV studies against DESeq2 in R on the same counts (shared/data)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evcargo.differential.negative_binomial import fit_counts, wald_test


@pytest.mark.parametrize(
    ("study", "level", "features", "hits"),
    [("bv2_EV_miRNA_LPS", "LPS", 103, 23), ("gbm_exosome_GBMvsHC", "GBM", 165, 49)],
)
def test_equals_deseq2(shared_data: Path, study: str, level: str, features: int, hits: int) -> None:
    def read(kind: str) -> pd.DataFrame:
        path = shared_data / "reference_deseq2" / f"{study}.{kind}.tsv"
        return pd.read_csv(path, sep="\t", index_col=0)

    counts = read("counts").T
    test = (read("coldata")["group"].reindex(counts.index) == level).astype(float)
    fit = fit_counts(counts, pd.DataFrame({"intercept": 1.0, "level": test}))
    found = wald_test(fit, "level", 0.05, 1)
    expected = read("deseq2").reindex(found.index)
    factors = read("sizefactors")["sizeFactor"].reindex(counts.index)
    np.testing.assert_allclose(fit.obs["size_factors"], factors, rtol=1e-12)
    assert len(found) == features
    gap = (found["log2_fold_change"] - expected["log2FoldChange"]).abs()
    assert gap.max() < 5e-3
    assert np.log10(found["p_value"] / expected["pvalue"]).abs().median() < 0.01
    ours = set(found.index[found["adjusted_p_value"] < 0.05])
    assert ours == set(expected.index[expected["padj_alpha05"] < 0.05])
    assert len(ours) == hits


def test_messengers_absent_from_a_level_have_the_errors_of_deseq2(shared_data: Path) -> None:
    """3 v 3, 13,030 genes, many of them in one level only."""

    def read(kind: str) -> pd.DataFrame:
        path = shared_data / "reference_deseq2" / f"bv2_EV_mRNA_LPS.{kind}.tsv"
        return pd.read_csv(path, sep="\t", index_col=0)

    counts = read("counts").T
    test = (read("coldata")["group"].reindex(counts.index) == "LPS").astype(float)
    found = wald_test(
        fit_counts(counts, pd.DataFrame({"intercept": 1.0, "level": test})), "level", 0.05, 1
    )
    expected = read("deseq2").reindex(found.index)
    absent = (counts[test == 1] == 0).all() | (counts[test == 0] == 0).all()
    ratio = found["standard_error"] / expected["lfcSE"]
    assert absent.sum() > 1000
    assert ratio[absent].quantile([0.01, 0.99]).between(0.99, 1.01).all()
    assert ratio.quantile([0.001, 0.999]).between(0.99, 1.01).all()
    ours = set(found.index[found["adjusted_p_value"] < 0.05])
    theirs = set(expected.index[expected["padj_alpha05"] < 0.05])
    assert len(theirs) > 2600
    assert len(ours & theirs) >= 0.995 * len(ours | theirs)
