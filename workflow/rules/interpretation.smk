# What stands behind the differential cargo, and where does it come from: sets of genes, agreement of protein and
# mRNA, miRNA targets; sorting into EVs, tissue and cell of origin, mixture of sources?
# REQUIRED INPUTS
#   results/differential/{contrast}.{assay}.tsv      what differs, and whether it survives the impurity
#   results/{assay}/{assay}.h5ad                     genes of the features, quantities
#   results/purity/actions.tsv                       samples left out or weighted
#   resources/markers/panels.tsv, resources/markers/origins.tsv
#   purity.panels, interpretation.gene_sets, .targets, .signatures, .reference_profiles, as the study has them
# OUTPUTS, in results/interpretation/
#   {contrast}.{assay}.overrepresentation.tsv        contract overrepresentation: sets among the hits
#   {contrast}.{assay}.ranked.tsv                    contract ranked: sets in the ranking of all features
#   {contrast}.concordance.tsv, .correlation.tsv     contracts: protein v mRNA, where the study has both
#   {contrast}.targets.tsv, .target_pairs.tsv        contracts: miRNA v its targets, given a table of them
#   {assay}.sorting.tsv                              contract sorting: EVs v source of every condition
#   {assay}.sorting_changes.tsv                      contract: does the sorting differ in a contrast?
#   {assay}.sorting_summary.tsv                      contract: one line per question, also if not assessed
#   origins.tsv                                      contract origins: signatures of tissues and cells by sample
#   mixtures.tsv, mixture_fits.tsv                   contracts: shares of the reference profiles
#   origin_associations.tsv                          contract: scores and shares against every contrast
ORIGINS = [
    resource("markers/origins.tsv"),
    *given(config["interpretation"]["signatures"]),
]
# Assay -> reference profiles, of the assays that the study has.
PROFILES = {
    assay: path
    for assay, path in config["interpretation"]["reference_profiles"].items()
    if path and assay in STUDY.assays
}


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
        actions="results/purity/actions.tsv",
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


rule sort_cargo:
    input:
        matrix="results/{assay}/{assay}.h5ad",
        differential=collect(
            "results/differential/{contrast}.{{assay}}.tsv",
            contrast=STUDY.contrast_names,
        ),
        panels=PANELS,
        actions="results/purity/actions.tsv",
    output:
        sorting="results/interpretation/{assay}.sorting.tsv",
        sorting_changes="results/interpretation/{assay}.sorting_changes.tsv",
        sorting_summary="results/interpretation/{assay}.sorting_summary.tsv",
    log:
        "logs/sort_cargo/{assay}.log",
    wildcard_constraints:
        assay="proteins|rna|transcripts",
    conda:
        "../../envs/interpretation.yaml"
    resources:
        mem_mb=growing(3000),
        runtime=growing(120),
    params:
        library=lib("sort_cargo"),
        contrasts=[asdict(contrast) for contrast in STUDY.contrasts],
        options=lookup("differential", within=config),
        organism=lookup("organism", within=config),
    message:
        "Comparing EVs with their source: {wildcards.assay}"
    script:
        "../../scripts/sort_cargo.py"


rule trace_origin:
    input:
        samples="results/study/samples.tsv",
        matrices=collect("results/{assay}/{assay}.h5ad", assay=COMPARED_ASSAYS),
        signatures=ORIGINS,
        profiles=list(PROFILES.values()),
        actions="results/purity/actions.tsv",
    output:
        origins="results/interpretation/origins.tsv",
        mixtures="results/interpretation/mixtures.tsv",
        mixture_fits="results/interpretation/mixture_fits.tsv",
        origin_associations="results/interpretation/origin_associations.tsv",
    log:
        "logs/trace_origin.log",
    conda:
        "../../envs/interpretation.yaml"
    resources:
        mem_mb=growing(3000),
        runtime=growing(30),
    params:
        library=lib("trace_origin"),
        organism=lookup("organism", within=config),
        profiled=list(PROFILES),
        alpha=lookup("differential/alpha", within=config),
        contrasts=[asdict(contrast) for contrast in STUDY.contrasts],
    message:
        "Tracing the cells that EVs come from"
    script:
        "../../scripts/trace_origin.py"
