"""Tables of purity."""

from collections.abc import Mapping

from evcargo.contracts.column import Contract, contract

# fmt: off
PURITY: Mapping[str, Contract] = {
    "criteria": contract(
        "results/purity/criteria.tsv",
        ("sample", "text", "", "sample"),
        ("assay", "text", "", "assay that the evidence comes from"),
        ("criterion", "text", "", "the purity question, in words"),
        ("verdict", "text", "", "pass, warn, fail or not assessed"),
        ("value", "number", "see unit", "the measured value"),
        ("unit", "text", "", "unit of the value and of the threshold"),
        ("threshold", "text", "", "the thresholds that were applied, with their direction"),
        ("rule", "text", "", "the rule that fired, as a sentence"),
        ("evidence", "text", "", "the markers or figures behind the value"),
        ("source", "text", "", "paper or tool that the rule and threshold come from"),
    ),
    "verdicts": contract(
        "results/purity/verdicts.tsv",
        ("sample", "text", "", "sample"),
        ("verdict", "text", "", "fail, warn, pass or not assessed: the gravest of its criteria"),
        ("n_pass", "count", "criteria", "criteria passed"),
        ("n_warn", "count", "criteria", "criteria with a warning"),
        ("n_fail", "count", "criteria", "criteria failed"),
        ("n_not_assessed", "count", "criteria", "criteria without evidence"),
        ("reason", "text", "", "the criteria that decided"),
    ),
    "actions": contract(
        "results/purity/actions.tsv",
        ("sample", "text", "", "sample"),
        ("verdict", "text", "", "its verdict"),
        ("action", "text", "", "what the differential tests do with it: none, left out or weighted"),
        ("weight", "number", "", "weight in the test of the proteins; 0 left out"),
        ("reason", "text", "", "why"),
    ),
    "markers": contract(
        "results/purity/markers.tsv",
        ("sample", "text", "", "sample"),
        ("panel", "text", "", "panel of the marker, e.g. misev2018_1a"),
        ("category", "text", "", "category, e.g. 1a"),
        ("role", "text", "", "ev, contaminant, intracellular, secreted ..."),
        ("gene", "text", "", "approved gene symbol of the study's organism"),
        ("evidence", "text", "", "detected, transferred (only ions of other runs show it here: not counted), ambiguous (only a further member of the group: not counted), not detected, or not assessed (run too shallow)"),
        ("feature", "text", "", "protein group that carries the marker"),
        ("intensity", "number", "raw intensity", "raw quantity of that protein group"),
        ("share", "number", "fraction", "its share of the sample's summed intensity"),
        ("rank", "count", "", "its rank by intensity in the sample, from 1"),
        ("n_peptides", "count", "peptides", "peptides of that protein group"),
    ),
    "shares": contract(
        "results/purity/shares.tsv",
        ("sample", "text", "", "sample"),
        ("assay", "text", "", "proteins or rna"),
        ("class", "text", "", "exclusive class of the signal; the classes of one sample sum to 1"),
        ("share", "number", "fraction", "share of the non-normalised signal"),
    ),
    "associations": contract(
        "results/purity/associations.tsv",
        ("contrast", "text", "", "contrast"),
        ("metric", "text", "", "purity metric"),
        ("assay", "text", "", "assay of the metric"),
        ("n_test", "count", "samples", "samples at the test level with a value; of kinds any and slope, all such samples"),
        ("n_reference", "count", "samples", "samples at the reference level with a value; empty of kinds any and slope"),
        ("median_test", "number", "see metric", "median at the test level; empty of kinds any and slope"),
        ("median_reference", "number", "see metric", "median at the reference level; empty of kinds any and slope"),
        ("effect", "number", "", "rank correlation with the comparison, -1 to 1; of kind any the share of the variance of the ranks between the levels, 0 to 1"),
        ("test", "text", "", "the test of ranks, and within which samples labels were permuted"),
        ("p_value", "number", "", "its p-value, two-sided; by exact or drawn permutations"),
        ("least_p_value", "number", "", "least p-value that a perfect association could have here"),
        ("adjusted_p_value", "number", "", "Benjamini-Hochberg over the metrics of the contrast"),
        ("associated", "flag", "", "adjusted or plain p-value below the threshold, as `rule` says; empty where no test can tell"),
        ("rule", "text", "", "the rule that decided"),
    ),
}
