# What stands behind the differential cargo: sets of genes, agreement of protein and mRNA, miRNA targets?
# REQUIRED INPUTS
#   results/differential/{contrast}.{assay}.tsv      what differs, and whether it survives the impurity
#   results/{assay}/{assay}.h5ad                     genes of the features, quantities
#   resources/markers/panels.tsv, purity.panels, interpretation.gene_sets, interpretation.targets
# OUTPUTS, in results/interpretation/
#   {contrast}.{assay}.overrepresentation.tsv        contract overrepresentation: sets among the hits
#   {contrast}.{assay}.ranked.tsv                    contract ranked: sets in the ranking of all features
#   {contrast}.concordance.tsv, .correlation.tsv     contracts: protein v mRNA, where the study has both
#   {contrast}.targets.tsv, .target_pairs.tsv        contracts: miRNA v its targets, given a table of them


rule test_gene_sets:
    input:
        table="results/differential/{contrast}.{assay}.tsv",
        matrix="results/{assay}/{assay}.h5ad",
        panels=PANELS,
        gene_sets=config["interpretation"]["gene_sets"],
    output:
        overrepresentation="results/interpretation/{contrast}.{assay}.overrepresentation.tsv",
        ranked="results/interpretation/{contrast}.{assay}.ranked.tsv",
    log:
        "logs/test_gene_sets/{contrast}.{assay}.log",
    wildcard_constraints:
        assay="proteins|rna|transcripts",
    conda:
        "../../envs/interpretation.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        library=lib("test_gene_sets"),
        options=lookup("interpretation", within=config),
        alpha=lookup("differential/alpha", within=config),
        organism=lookup("organism", within=config),
    message:
        "Testing gene sets in {wildcards.contrast} on the {wildcards.assay}"
    script:
        "../../scripts/test_gene_sets.py"


rule test_concordance:
    input:
        proteins="results/differential/{contrast}.proteins.tsv",
        proteins_matrix="results/proteins/proteins.h5ad",
        transcripts="results/differential/{contrast}.transcripts.tsv",
        transcripts_matrix="results/transcripts/transcripts.h5ad",
    output:
        concordance="results/interpretation/{contrast}.concordance.tsv",
        correlation="results/interpretation/{contrast}.correlation.tsv",
    log:
        "logs/test_concordance/{contrast}.log",
    conda:
        "../../envs/interpretation.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        library=lib("test_concordance"),
        organism=lookup("organism", within=config),
    message:
        "Comparing protein and mRNA in {wildcards.contrast}"
    script:
        "../../scripts/test_concordance.py"


rule test_targets:
    input:
        tables=collect(
            "results/differential/{{contrast}}.{assay}.tsv", assay=COMPARED_ASSAYS
        ),
        matrices=collect("results/{assay}/{assay}.h5ad", assay=COMPARED_ASSAYS),
        targets=given(config["interpretation"]["targets"]),
    output:
        targets="results/interpretation/{contrast}.targets.tsv",
        pairs="results/interpretation/{contrast}.target_pairs.tsv",
    log:
        "logs/test_targets/{contrast}.log",
    conda:
        "../../envs/interpretation.yaml"
    resources:
        mem_mb=growing(3000),
        runtime=growing(20),
    params:
        library=lib("test_targets"),
        assays=COMPARED_ASSAYS,
        contrast=contrast_of,
        options=lookup("interpretation", within=config),
        alpha=lookup("differential/alpha", within=config),
        organism=lookup("organism", within=config),
    message:
        "Testing the targets of miRNAs in {wildcards.contrast}"
    script:
        "../../scripts/test_targets.py"
