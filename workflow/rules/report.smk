# The report: one offline HTML file, and the study as one data file.
#
# REQUIRED INPUTS
#   results/study/{samples.tsv,runs.tsv,config.yaml}
#   results/purity/*.tsv, results/quality/quality.tsv
#   results/interpretation/{*.sorting*,origins,mixtures,mixture_fits,origin_associations}.tsv
#   results/{proteins,rna,transcripts}/*.h5ad, results/{proteins,rna,particles}/*.tsv and
#   results/differential/*.tsv, results/interpretation/*.tsv and results/biomarkers/*.tsv, as far as the study has
#   these assays and contrasts
# OUTPUTS
#   results/report/index.html               the report
#   results/report/study.h5mu               matrices, sample sheet, verdicts and criteria in one file
MATRIX_ASSAYS = [assay for assay in STUDY.assays if assay != "particles"]


rule write_report:
    input:
        unpack(tables_of_rna),
        unpack(tables_of_proteins),
        unpack(tables_of_interpretation),
        unpack(tables_of_biomarkers),
        schema=workflow.source_path("../schemas/config.schema.yaml"),
        samples="results/study/samples.tsv",
        runs="results/study/runs.tsv",
        inputs=["results/study/inputs.tsv"] if STUDY.tables else [],
        config="results/study/config.yaml",
        criteria="results/purity/criteria.tsv",
        verdicts="results/purity/verdicts.tsv",
        markers="results/purity/markers.tsv",
        shares="results/purity/shares.tsv",
        associations="results/purity/associations.tsv",
        actions="results/purity/actions.tsv",
        enrichment="results/purity/enrichment.tsv",
        consistency="results/purity/consistency.tsv",
        outliers="results/purity/outliers.tsv",
        groups="results/purity/groups.tsv",
        checklist="results/purity/checklist.tsv",
        index="results/purity/index.tsv",
        profiles="results/purity/profiles.tsv",
        quality="results/quality/quality.tsv",
        matrices=collect("results/{assay}/{assay}.h5ad", assay=MATRIX_ASSAYS),
        funnel=["results/rna/funnel.tsv"] if "rna" in STUDY.assays else [],
        particles=(
            ["results/particles/particles.tsv"] if "particles" in STUDY.assays else []
        ),
        distribution=(
            ["results/particles/distribution.tsv"]
            if "particles" in STUDY.assays
            else []
        ),
        contrasts=["results/differential/contrasts.tsv"] if STUDY.contrasts else [],
        differential=collect(
            "results/differential/{contrast}.{assay}.tsv",
            contrast=STUDY.contrast_names,
            assay=MATRIX_ASSAYS,
        ),
        sorting=collect(
            "results/interpretation/{assay}.sorting.tsv", assay=MATRIX_ASSAYS
        ),
        sorting_changes=collect(
            "results/interpretation/{assay}.sorting_changes.tsv", assay=MATRIX_ASSAYS
        ),
        sorting_summary=collect(
            "results/interpretation/{assay}.sorting_summary.tsv", assay=MATRIX_ASSAYS
        ),
        origins="results/interpretation/origins.tsv",
        mixtures="results/interpretation/mixtures.tsv",
        mixture_fits="results/interpretation/mixture_fits.tsv",
        origin_associations="results/interpretation/origin_associations.tsv",
    output:
        page=report(
            "results/report/index.html",
            caption="../report/report.rst",
            category="Report",
        ),
    log:
        "logs/write_report.log",
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        library=lib("write_report"),
    message:
        "Write the report"
    script:
        "../../scripts/write_report.py"


rule bundle_study:
    input:
        unpack(tables_of_rna),
        unpack(tables_of_proteins),
        samples="results/study/samples.tsv",
        verdicts="results/purity/verdicts.tsv",
        criteria="results/purity/criteria.tsv",
        matrices=collect("results/{assay}/{assay}.h5ad", assay=MATRIX_ASSAYS),
        particles=(
            ["results/particles/particles.tsv"] if "particles" in STUDY.assays else []
        ),
    output:
        bundle="results/report/study.h5mu",
    log:
        "logs/bundle_study.log",
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        library=lib("bundle_study"),
    message:
        "Bundle the study in one data file"
    script:
        "../../scripts/bundle_study.py"
