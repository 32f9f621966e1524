# Quality figures of all assays as one table and one MultiQC page.
#
# REQUIRED INPUTS
#   results/{assay}/quality.tsv             of every assay of the study
#   results/rna/{gate,funnel,lengths,classes,saturation}.tsv   where the study has small RNA
#   results/proteins/spectra.tsv, psms.parquet, groups.parquet   where proteins came as spectra
#   results/particles/distribution.tsv      where the study has particles
# OUTPUTS
#   results/quality/quality.tsv             every figure of every run and sample
#   results/quality/multiqc/*_mqc.json      the sections of the MultiQC page
#   results/quality/multiqc.html            the page
RNA_SECTIONS = [
    "rna_gate",
    "trimming",
    "read_funnel",
    "insert_lengths",
    "rna_classes",
    "rna_saturation",
]
SPECTRA_SECTIONS = [
    "proteins_spectra",
    "proteins_trends",
    "proteins_mass_error",
    "proteins_elution",
    "proteins_lengths",
    "proteins_charges",
    "proteins_missed_cleavages",
    "proteins_contaminants",
]
QUALITY_SECTIONS = [
    "general",
    *STUDY.assays,
    *(SPECTRA_SECTIONS if STUDY.spectra_runs else []),
    *(RNA_SECTIONS if "rna" in STUDY.assays else []),
    *(["particle_sizes"] if "particles" in STUDY.assays else []),
]


rule collect_quality:
    input:
        unpack(tables_of_spectra),
        tables=collect("results/{assay}/quality.tsv", assay=STUDY.assays),
        funnel=["results/rna/funnel.tsv"] if "rna" in STUDY.assays else [],
        rna_gate=["results/rna/gate.tsv"] if "rna" in STUDY.assays else [],
        rna_lengths=["results/rna/lengths.tsv"] if "rna" in STUDY.assays else [],
        rna_classes=["results/rna/classes.tsv"] if "rna" in STUDY.assays else [],
        rna_saturation=["results/rna/saturation.tsv"] if "rna" in STUDY.assays else [],
        distribution=(
            ["results/particles/distribution.tsv"]
            if "particles" in STUDY.assays
            else []
        ),
    output:
        quality="results/quality/quality.tsv",
        sections=collect(
            "results/quality/multiqc/{section}_mqc.json", section=QUALITY_SECTIONS
        ),
    log:
        "logs/collect_quality.log",
    conda:
        "../../envs/quality.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        library=lib("collect_quality"),
    message:
        "Collect the quality figures of all assays"
    script:
        "../../scripts/collect_quality.py"


rule run_multiqc:
    input:
        sections=collect(
            "results/quality/multiqc/{section}_mqc.json", section=QUALITY_SECTIONS
        ),
    output:
        page=report(
            "results/quality/multiqc.html",
            caption="../report/multiqc.rst",
            category="Quality",
        ),
    log:
        "logs/run_multiqc.log",
    conda:
        "../../envs/quality.yaml"
    resources:
        mem_mb=growing(1500),
        runtime=growing(10),
    params:
        library=lib("run_multiqc"),
    message:
        "Make the MultiQC page"
    script:
        "../../scripts/run_multiqc.py"
