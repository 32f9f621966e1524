"""Tables of differential cargo."""

from collections.abc import Mapping

from evcargo.contracts.column import Contract, contract

# fmt: off
DIFFERENTIAL: Mapping[str, Contract] = {
    "differential": contract(
        "results/differential/<contrast>.<assay>.tsv",
        ("feature", "text", "", "stable feature id"),
        ("name", "text", "", "name for people: gene symbol or RNA name"),
        ("class", "text", "", "protein, or the RNA class"),
        ("n_test", "count", "samples", "samples at the test level with a value; of kinds any and slope, all such samples"),
        ("n_reference", "count", "samples", "samples at the reference level with a value; empty of kinds any and slope"),
        ("mean", "number", "log2 intensity or normalised counts", "mean over the compared samples"),
        ("log2_fold_change", "number", "log2", "test minus reference, or the change per unit of a slope; empty of kind any"),
        ("standard_error", "number", "log2", "standard error of the log2 fold change"),
        ("ci_low", "number", "log2", "lower end of the 95 % confidence interval"),
        ("ci_high", "number", "log2", "upper end of the 95 % confidence interval"),
        ("statistic", "number", "", "moderated t (proteins) or Wald z (RNA); of kind any, moderated F or twice the log likelihood ratio"),
        ("p_value", "number", "", "two-sided p-value"),
        ("adjusted_p_value", "number", "", "Benjamini-Hochberg"),
        ("significant", "flag", "", "adjusted p-value below differential.alpha"),
        ("tested", "flag", "", "whether a test was possible"),
        ("reason", "text", "", "why it was not tested, or has no adjusted p-value"),
        ("shrunken_log2_fold_change", "number", "log2", "RNA: shrunken towards 0 by its uncertainty (apeglm), to rank and plot"),
        ("largest_difference", "number", "log2", "of kind any: between the two levels furthest apart"),
        ("largest_between", "text", "", "of kind any: these two levels, the higher first"),
        ("detected_test", "count", "samples", "proteins: samples at the test level in which it was seen, not only by transfer between runs"),
        ("detected_reference", "count", "samples", "proteins: the same at the reference level"),
        ("detection_p_value", "number", "", "proteins: two-sided exact test of the detection, apart from the intensities; empty if seen in no compared sample or in all"),
        ("detection_adjusted_p_value", "number", "", "Benjamini-Hochberg over the detection tests"),
        ("flag", "text", "", "contaminant or impurity class of the feature, empty if none"),
        ("flag_reason", "text", "", "why it carries the flag"),
    ),
    "contrasts": contract(
        "results/differential/contrasts.tsv",
        ("contrast", "text", "", "contrast"),
        ("assay", "text", "", "assay"),
        ("n_test", "count", "samples", "samples at the test level; of kinds any and slope, all"),
        ("n_reference", "count", "samples", "samples at the reference level; empty of kinds any and slope"),
        ("tested", "count", "features", "features tested"),
        ("not_tested", "count", "features", "features not tested, each with its reason in the table"),
        ("significant", "count", "features", "significant features"),
        ("up", "count", "features", "significant and higher at the test level"),
        ("down", "count", "features", "significant and lower at the test level"),
        ("detected", "count", "features", "proteins: adjusted p-value of the detection test below alpha; empty without such a test"),
        ("flagged", "count", "features", "significant, but a contaminant or impurity marker"),
        ("method", "text", "", "the test, with its settings"),
        ("warning", "text", "", "what the reader must know before reading the table"),
    ),
}
