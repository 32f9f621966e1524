# Which cargo differs between the two levels of a contrast, and does the difference survive the impurity?
# REQUIRED INPUTS
#   results/{assay}/{assay}.h5ad                     of proteins, rna and transcripts, as the study has them
#   resources/markers/panels.tsv, purity.panels      to mark hits that are impurities
#   results/purity/{criteria,shares,associations}.tsv  to tell whether a difference survives the impurity
#   results/purity/actions.tsv                       samples that are left out, or count less
# OUTPUTS
#   results/differential/{contrast}.{assay}.tsv      contract differential: every feature, tested or why not
#   results/differential/{contrast}.{assay}.axes.tsv contract axes: every purity metric, and what became of it
#   results/differential/contrasts.tsv               contract contrasts: one line per contrast and assay
COMPARED_ASSAYS = [assay for assay in STUDY.assays if assay != "particles"]


rule test_proteins:
    input:
        matrix="results/proteins/proteins.h5ad",
        panels=PANELS,
        criteria="results/purity/criteria.tsv",
        shares="results/purity/shares.tsv",
        associations="results/purity/associations.tsv",
        actions="results/purity/actions.tsv",
    output:
        table="results/differential/{contrast}.proteins.tsv",
        axes="results/differential/{contrast}.proteins.axes.tsv",
        line=temp("results/differential/lines/{contrast}.proteins.tsv"),
    log:
        "logs/test_proteins/{contrast}.log",
    conda:
        "../../envs/differential.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        library=lib("test_proteins"),
        contrast=contrast_of,
        options=lookup("differential", within=config),
        organism=lookup("organism", within=config),
    message:
        "Testing {wildcards.contrast} on the proteins"
    script:
        "../../scripts/test_proteins.py"


rule test_counts:
    input:
        matrix="results/{assay}/{assay}.h5ad",
        panels=PANELS,
        criteria="results/purity/criteria.tsv",
        shares="results/purity/shares.tsv",
        associations="results/purity/associations.tsv",
        actions="results/purity/actions.tsv",
    output:
        table="results/differential/{contrast}.{assay}.tsv",
        axes="results/differential/{contrast}.{assay}.axes.tsv",
        line=temp("results/differential/lines/{contrast}.{assay}.tsv"),
    log:
        "logs/test_counts/{contrast}.{assay}.log",
    benchmark:
        "results/benchmarks/test_counts/{contrast}.{assay}.jsonl"
    wildcard_constraints:
        assay="rna|transcripts",
    conda:
        "../../envs/differential.yaml"
    resources:
        mem_mb=growing(3000),
        runtime=growing(60),
    params:
        library=lib("test_counts"),
        contrast=contrast_of,
        options=lookup("differential", within=config),
        organism=lookup("organism", within=config),
    message:
        "Testing {wildcards.contrast} on the {wildcards.assay} counts"
    script:
        "../../scripts/test_counts.py"


rule list_contrasts:
    input:
        lines=collect(
            "results/differential/lines/{contrast}.{assay}.tsv",
            contrast=STUDY.contrast_names,
            assay=COMPARED_ASSAYS,
        ),
    output:
        contrasts="results/differential/contrasts.tsv",
    log:
        "logs/list_contrasts.log",
    conda:
        "../../envs/differential.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        library=lib("list_contrasts"),
    message:
        "Listing the contrasts"
    script:
        "../../scripts/list_contrasts.py"
