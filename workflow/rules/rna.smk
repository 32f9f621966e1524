# RNA: small-RNA reads, or count tables of small RNA, to one count matrix.
#
# REQUIRED INPUTS
#   results/study/samples.tsv                   the checked sample sheet
#   the FASTQ files of the runs (assay rna, format fastq), the count tables of all others
#   resources/rna, resources/adapters           shipped references and known adapters
# OUTPUTS
#   results/rna/reference/                      index of all references, their features and manifest
#   results/rna/inserts/{sample}.tsv.gz         distinct inserts of a sample, with {sample}.json beside it
#   results/rna/counts/{sample}.tsv             counts of a sample, with {sample}.json (its read funnel) beside it
#   results/rna/imported.tsv                    counts that came as tables
#   results/rna/rna.h5ad and .tsv               the count matrix
#   results/rna/quality.tsv                     quality figures per sample
#   results/rna/{funnel,lengths,classes}.tsv    where the reads ended, insert lengths, RNA classes
from evcargo.rna.sheet import index_files, shipped_references

SHIPPED_RNA = shipped_references(config["organism"])


rule build_rna_reference:
    input:
        shipped=[resource(f"rna/{name}") for name in SHIPPED_RNA.values()],
        user=list(config["rna"]["references"].values()),
    output:
        fasta="results/rna/reference/reference.fa",
        index=index_files("results/rna/reference/reference.fa"),
        features="results/rna/reference/features.tsv",
        manifest="results/rna/reference/manifest.tsv",
    log:
        "logs/build_rna_reference.log",
    conda:
        "../../envs/rna.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        library=lib("build_rna_reference"),
        shipped=list(SHIPPED_RNA),
        user=list(config["rna"]["references"]),
    message:
        "Index the RNA references"
    script:
        "../../scripts/build_rna_reference.py"


rule trim_reads:
    input:
        reads=reads_of_sample,
        adapters=resource("adapters/adapters.tsv"),
    output:
        inserts="results/rna/inserts/{sample}.tsv.gz",
        summary="results/rna/inserts/{sample}.json",
    log:
        "logs/trim_reads/{sample}.log",
    benchmark:
        "results/benchmarks/trim_reads/{sample}.jsonl"
    conda:
        "../../envs/rna.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        library=lib("trim_reads"),
        kits=kits_of_sample,
        replicates=replicates_of_sample,
        min_length=lookup("rna/min_length", within=config),
        max_length=lookup("rna/max_length", within=config),
        quality_cutoff=lookup("rna/quality_cutoff", within=config),
    message:
        "Trim and collapse the reads of {wildcards.sample}"
    script:
        "../../scripts/trim_reads.py"


rule assign_inserts:
    input:
        inserts="results/rna/inserts/{sample}.tsv.gz",
        trimming="results/rna/inserts/{sample}.json",
        index=index_files("results/rna/reference/reference.fa"),
        fasta="results/rna/reference/reference.fa",
        features="results/rna/reference/features.tsv",
    output:
        counts="results/rna/counts/{sample}.tsv",
        summary="results/rna/counts/{sample}.json",
    log:
        "logs/assign_inserts/{sample}.log",
    benchmark:
        "results/benchmarks/assign_inserts/{sample}.jsonl"
    conda:
        "../../envs/rna.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        library=lib("assign_inserts"),
        priority=lookup("rna/class_priority", within=config),
    message:
        "Assign the inserts of {wildcards.sample} to RNA classes and features"
    script:
        "../../scripts/assign_inserts.py"


rule import_rna:
    input:
        tables=count_tables("rna"),
    output:
        counts="results/rna/imported.tsv",
    log:
        "logs/import_rna.log",
    conda:
        "../../envs/rna.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        library=lib("import_rna"),
        runs=table_runs(STUDY, "rna"),
    message:
        "Read the count tables of small RNA"
    script:
        "../../scripts/import_rna.py"


rule count_rna:
    input:
        samples="results/study/samples.tsv",
        counts=sequenced_counts,
        summaries=sequenced_summaries,
        features=sequenced_features,
        imported=["results/rna/imported.tsv"] if count_tables("rna") else [],
    output:
        matrix="results/rna/rna.h5ad",
        table="results/rna/rna.tsv",
        funnel="results/rna/funnel.tsv",
        lengths="results/rna/lengths.tsv",
        classes="results/rna/classes.tsv",
        quality="results/rna/quality.tsv",
    log:
        "logs/count_rna.log",
    conda:
        "../../envs/rna.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(20),
    params:
        library=lib("count_rna"),
        samples=sequenced_samples,
        priority=lookup("rna/class_priority", within=config),
    message:
        "Bring the small-RNA counts of all samples together"
    script:
        "../../scripts/count_rna.py"
