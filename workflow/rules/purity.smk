# How pure is each preparation, and does impurity go with a contrast?
# REQUIRED INPUTS:
#   results/study/samples.tsv, and of the assays that the study has:
#   results/proteins/proteins.h5ad, results/rna/{rna.h5ad,gate.tsv},
#   results/transcripts/transcripts.h5ad, results/particles/particles.tsv
# OUTPUTS:
#   results/purity/criteria.tsv      every purity question of every sample, with its evidence
#   results/purity/verdicts.tsv      the verdict of each sample
#   results/purity/markers.tsv       every marker in every sample
#   results/purity/shares.tsv        share of the signal by class
#   results/purity/index.tsv         EV index of each sample, with its interval
#   results/purity/profiles.tsv      subtypes and routes of biogenesis of each sample
#   results/purity/associations.tsv  every purity metric against every contrast
#   results/purity/actions.tsv       what the differential tests do with impure samples
#   results/purity/enrichment.tsv    EVs against matched source or depleted material
#   results/purity/consistency.tsv   whether the assays agree
#   results/purity/outliers.tsv      samples unlike the others of their group
#   results/purity/groups.tsv        purity by batch and isolation method
#   results/purity/samples.tsv       all of the above by sample, one wide row each
#   results/purity/checklist.tsv     reporting checklist (MISEV2023, EV-TRACK), as far as files tell


rule score_purity:
    input:
        samples="results/study/samples.tsv",
        proteins="results/proteins/proteins.h5ad" if "proteins" in STUDY.assays else [],
        rna="results/rna/rna.h5ad" if "rna" in STUDY.assays else [],
        gate="results/rna/gate.tsv" if "rna" in STUDY.assays else [],
        transcripts=(
            "results/transcripts/transcripts.h5ad"
            if "transcripts" in STUDY.assays
            else []
        ),
        particles=(
            "results/particles/particles.tsv" if "particles" in STUDY.assays else []
        ),
        panels=PANELS,
        genes=GENES,
    output:
        criteria="results/purity/criteria.tsv",
        verdicts="results/purity/verdicts.tsv",
        markers="results/purity/markers.tsv",
        shares="results/purity/shares.tsv",
        index="results/purity/index.tsv",
        profiles="results/purity/profiles.tsv",
        associations="results/purity/associations.tsv",
    log:
        "logs/score_purity.log",
    conda:
        "../../envs/purity.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        library=lib("score_purity"),
        organism=lookup("organism", within=config),
        options=lookup("purity", within=config),
        contrasts=[asdict(contrast) for contrast in STUDY.contrasts],
    message:
        "Scoring the purity of every preparation"
    script:
        "../../scripts/score_purity.py"


rule act_on_purity:
    input:
        verdicts="results/purity/verdicts.tsv",
    output:
        actions="results/purity/actions.tsv",
    log:
        "logs/act_on_purity.log",
    conda:
        "../../envs/purity.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        library=lib("act_on_purity"),
        options=lookup("purity", within=config),
    message:
        "Deciding what the tests do with impure samples"
    script:
        "../../scripts/act_on_purity.py"


rule compare_purity:
    input:
        samples="results/study/samples.tsv",
        criteria="results/purity/criteria.tsv",
        shares="results/purity/shares.tsv",
        markers="results/purity/markers.tsv",
        actions="results/purity/actions.tsv",
    output:
        enrichment="results/purity/enrichment.tsv",
        consistency="results/purity/consistency.tsv",
        outliers="results/purity/outliers.tsv",
        groups="results/purity/groups.tsv",
    log:
        "logs/compare_purity.log",
    conda:
        "../../envs/purity.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(20),
    params:
        library=lib("compare_purity"),
        alpha=lookup("purity/association_alpha", within=config),
    message:
        "Comparing the purity of the samples"
    script:
        "../../scripts/compare_purity.py"


rule export_purity:
    input:
        samples="results/study/samples.tsv",
        criteria="results/purity/criteria.tsv",
        verdicts="results/purity/verdicts.tsv",
        markers="results/purity/markers.tsv",
        shares="results/purity/shares.tsv",
        actions="results/purity/actions.tsv",
        outliers="results/purity/outliers.tsv",
        enrichment="results/purity/enrichment.tsv",
    output:
        samples="results/purity/samples.tsv",
        checklist="results/purity/checklist.tsv",
    log:
        "logs/export_purity.log",
    conda:
        "../../envs/purity.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        library=lib("export_purity"),
        organism=lookup("organism", within=config),
        action=lookup("purity/action", within=config),
    message:
        "Exporting purity and the reporting checklist"
    script:
        "../../scripts/export_purity.py"
