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
        ("n_test", "count", "samples", "samples at the test level with a value"),
        ("n_reference", "count", "samples", "samples at the reference level with a value"),
        ("mean", "number", "log2 intensity or normalised counts", "mean over the compared samples"),
        ("log2_fold_change", "number", "log2", "test minus reference"),
        ("standard_error", "number", "log2", "standard error of the log2 fold change"),
        ("ci_low", "number", "log2", "lower end of the 95 % confidence interval"),
        ("ci_high", "number", "log2", "upper end of the 95 % confidence interval"),
        ("statistic", "number", "", "moderated t (proteins) or Wald z (RNA)"),
        ("p_value", "number", "", "two-sided p-value"),
        ("adjusted_p_value", "number", "", "Benjamini-Hochberg"),
        ("significant", "flag", "", "adjusted p-value below differential.alpha"),
        ("tested", "flag", "", "whether a test was possible"),
        ("reason", "text", "", "why it was not tested, or has no adjusted p-value"),
        ("flag", "text", "", "contaminant or impurity class of the feature, empty if none"),
        ("flag_reason", "text", "", "why it carries the flag"),
    ),
    "contrasts": contract(
        "results/differential/contrasts.tsv",
        ("contrast", "text", "", "contrast"),
        ("assay", "text", "", "assay"),
        ("n_test", "count", "samples", "samples at the test level"),
        ("n_reference", "count", "samples", "samples at the reference level"),
        ("tested", "count", "features", "features tested"),
        ("not_tested", "count", "features", "features not tested, each with its reason in the table"),
        ("significant", "count", "features", "significant features"),
        ("up", "count", "features", "significant and higher at the test level"),
        ("down", "count", "features", "significant and lower at the test level"),
        ("flagged", "count", "features", "significant, but a contaminant or impurity marker"),
        ("method", "text", "", "the test, with its settings"),
        ("warning", "text", "", "what the reader must know before reading the table"),
    ),
}
