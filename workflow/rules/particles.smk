# particles: size tables (NTA, RPS, nano-flow) -> sizes and counts of every sample.
#
# REQUIRED INPUTS
#   results/study/samples.tsv, results/study/runs.tsv
#   the size tables of the particle runs
# OUTPUTS
#   results/particles/particles.tsv      contract particles: one row per sample of the sheet
#   results/particles/distribution.tsv   contract distribution: the size distribution of each sample
#   results/particles/quality.tsv        contract quality: figures per run, agreement of replicates


rule measure_particles:
    input:
        samples="results/study/samples.tsv",
        runs="results/study/runs.tsv",
        tables=STUDY.paths_of("particles"),
    output:
        particles="results/particles/particles.tsv",
        distribution="results/particles/distribution.tsv",
        quality="results/particles/quality.tsv",
    log:
        "logs/measure_particles.log",
    conda:
        "../../envs/particles.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        library=lib("measure_particles"),
        window_nm=lookup("particles/window_nm", within=config),
    message:
        "Measuring particle sizes"
    script:
        "../../scripts/measure_particles.py"
