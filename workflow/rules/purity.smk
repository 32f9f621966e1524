# How pure is each preparation, and does impurity go with a contrast?
# REQUIRED INPUTS:
#   results/study/samples.tsv, and of the assays that the study has:
#   results/proteins/proteins.h5ad, results/rna/rna.h5ad, results/particles/particles.tsv
# OUTPUTS:
#   results/purity/criteria.tsv      every purity question of every sample, with its evidence
#   results/purity/verdicts.tsv      the verdict of each sample
#   results/purity/markers.tsv       every marker in every sample
#   results/purity/shares.tsv        share of the signal by class
#   results/purity/index.tsv         EV index of each sample, with its interval
#   results/purity/profiles.tsv      subtypes and routes of biogenesis of each sample
#   results/purity/associations.tsv  every purity metric against every contrast


rule score_purity:
    input:
        samples="results/study/samples.tsv",
        proteins="results/proteins/proteins.h5ad" if "proteins" in STUDY.assays else [],
        rna="results/rna/rna.h5ad" if "rna" in STUDY.assays else [],
        particles=(
            "results/particles/particles.tsv" if "particles" in STUDY.assays else []
        ),
        panels=PANELS,
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
