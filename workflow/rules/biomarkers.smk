# How well does the cargo tell two groups apart in samples it has not seen, and better than purity does?
# Runs only for the contrasts that the config names in biomarkers.contrasts.
# REQUIRED INPUTS
#   results/{assay}/{assay}.h5ad                     of proteins, rna and transcripts, as the study has them
#   results/purity/{criteria,shares}.tsv             for the purity-only model
#   results/purity/actions.tsv                       samples left out
#   results/differential/{contrast}.{assay}.tsv      what is known of the features of a panel
# OUTPUTS
#   results/biomarkers/verdicts.tsv                  contract biomarkers: one line per contrast and assay
#   results/biomarkers/models.tsv                    contract biomarkers_models: every model beside each other
#   results/biomarkers/panels.tsv                    contract biomarkers_panels: features, how stable, how robust
#   results/biomarkers/predictions.tsv               contract biomarkers_predictions: every held-out prediction
#   results/biomarkers/calibration.tsv               contract biomarkers_calibration: predicted v observed
PANEL_TABLES = ["verdicts", "models", "panels", "predictions", "calibration"]
PANEL_ASSAYS = [assay for assay in STUDY.assays if assay != "particles"]
if config["biomarkers"]["joined"] and len(PANEL_ASSAYS) > 1:
    PANEL_ASSAYS.append("joined")


rule assess_biomarkers:
    input:
        unpack(biomarker_inputs),
        criteria="results/purity/criteria.tsv",
        shares="results/purity/shares.tsv",
        actions="results/purity/actions.tsv",
    output:
        **{
            name: temp(f"results/biomarkers/parts/{{contrast}}.{{assay}}.{name}.tsv")
            for name in PANEL_TABLES
        },
    log:
        "logs/assess_biomarkers/{contrast}.{assay}.log",
    benchmark:
        "results/benchmarks/assess_biomarkers/{contrast}.{assay}.jsonl"
    wildcard_constraints:
        assay="proteins|rna|transcripts|joined",
    conda:
        "../../envs/biomarkers.yaml"
    resources:
        mem_mb=growing(2000, times_input=10),
        runtime=growing(120),
    params:
        library=lib("assess_biomarkers"),
        contrast=contrast_of,
        assays=biomarker_matrices,
        biomarkers=lookup("biomarkers", within=config),
        differential=lookup("differential", within=config),
    message:
        "Assessing a biomarker panel for {wildcards.contrast}, {wildcards.assay}"
    script:
        "../../scripts/assess_biomarkers.py"


rule list_biomarkers:
    input:
        **{
            name: collect(
                f"results/biomarkers/parts/{{contrast}}.{{assay}}.{name}.tsv",
                contrast=config["biomarkers"]["contrasts"],
                assay=PANEL_ASSAYS,
            )
            for name in PANEL_TABLES
        },
    output:
        **{name: f"results/biomarkers/{name}.tsv" for name in PANEL_TABLES},
    log:
        "logs/list_biomarkers.log",
    conda:
        "../../envs/biomarkers.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        library=lib("list_biomarkers"),
    message:
        "Listing the biomarker panels"
    script:
        "../../scripts/list_biomarkers.py"
