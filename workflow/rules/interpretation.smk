# Where does the cargo come from: sorting into EVs, tissue and cell of origin, mixture of sources?
# REQUIRED INPUTS
#   results/{assay}/{assay}.h5ad, results/differential/{contrast}.{assay}.tsv
#   resources/markers/panels.tsv, resources/markers/origins.tsv
#   purity.panels, interpretation.signatures, interpretation.reference_profiles, as the study has them
# OUTPUTS, in results/interpretation/
#   {assay}.sorting.tsv            contract sorting: EVs v source of every condition
#   {assay}.sorting_changes.tsv    contract sorting_changes: does the sorting differ in a contrast?
#   {assay}.sorting_summary.tsv    contract sorting_summary: one line per question, also if not assessed
#   origins.tsv                    contract origins: signatures of tissues and cells in every sample
#   mixtures.tsv, mixture_fits.tsv contracts: shares of the reference profiles, where the study has them
#   origin_associations.tsv        contract origin_associations: scores and shares against every contrast
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


rule sort_cargo:
    input:
        matrix="results/{assay}/{assay}.h5ad",
        differential=collect(
            "results/differential/{contrast}.{{assay}}.tsv",
            contrast=STUDY.contrast_names,
        ),
        panels=PANELS,
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
