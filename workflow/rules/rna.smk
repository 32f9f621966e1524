# RNA: small-RNA reads, or count tables of small RNA, to one count matrix.
#
# REQUIRED INPUTS
#   results/study/samples.tsv                   the checked sample sheet
#   the FASTQ files of the runs (assay rna, format fastq), the count tables of all others
#   resources/rna, resources/adapters           shipped references and known adapters
#   the FASTA files or URLs of rna.references   references of the user
# OUTPUTS
#   results/rna/reference/downloads/            references that the config names by URL
#   results/rna/reference/                      index of all references, their features and manifest
#   results/rna/inserts/{sample}.tsv.gz         distinct inserts of a sample, with {sample}.json beside it
#   results/rna/background/                     index of the genome and of foreign sequences, where the config names them
#   results/rna/counts/{sample}.tsv             counts of a sample, with {sample}.json (its read funnel) beside it
#   results/rna/isomirs/{sample}.tsv, .gff3     isoforms of its mature miRNAs, as a table and as mirGFF3
#   results/rna/imported.tsv                    counts that came as tables
#   results/rna/rna.h5ad and .tsv               the count matrix
#   results/rna/{fractional,cpm}.tsv            the same with multi-mappers in equal parts, and as counts per million
#   results/rna/quality.tsv                     quality figures per sample
#   results/rna/{funnel,lengths,classes}.tsv    where the reads ended, insert lengths, RNA classes
#   results/rna/{fragments,exogenous}.tsv       types of tRNA and Y RNA fragments, matches to foreign sequences
#   results/rna/gate.tsv                        verdict of each sample by each rule of the quality gate
#   results/rna/{adapters,saturation}.tsv       adapter of each run; mature miRNAs that fewer reads would show
#   results/rna/{cycles,positions}.tsv          bases and qualities of the reads by cycle, mismatches of miRNA reads by position
from evcargo.rna.bwa_files import backgrounds
from evcargo.rna.sheet import (
    BEGINNINGS,
    DOWNLOADS,
    brings_mirnas,
    index_files,
    reference_sources,
    shipped_references,
    user_references,
)

SHIPPED_RNA = shipped_references(config["organism"], config["rna"]["references"])
USER_RNA = user_references(config["rna"]["references"])
BACKGROUNDS = {
    name: f"results/rna/background/{name}.fa" for name in backgrounds(config)
}
# miRNAs of other databases or organisms cannot be held against the shipped ones.
MIRNAS_OF_ORGANISMS = (
    []
    if brings_mirnas(config["rna"]["references"])
    else [resource(f"rna/{name}") for name in BEGINNINGS]
)


# Nodes of a cluster often have no network.
localrules:
    fetch_reference,


rule fetch_reference:
    input:
        examined=EXAMINED,
    output:
        fasta=f"{DOWNLOADS}/{{reference}}",
    log:
        "logs/fetch_reference/{reference}.log",
    conda:
        "../../envs/rna.yaml"
    resources:
        mem_mb=growing(500),
        runtime=growing(60),
    params:
        library=lib("fetch_reference"),
        url=url_of_reference,
        sha256=sha256_of_reference,
    message:
        "Fetch the reference {wildcards.reference}"
    script:
        "../../scripts/fetch_reference.py"


rule build_rna_reference:
    input:
        examined=EXAMINED,
        shipped=[resource(f"rna/{name}") for name in SHIPPED_RNA.values()],
        user=list(USER_RNA.values()),
        sources=resource("rna/sources.tsv"),
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
        user=list(USER_RNA),
        urls=reference_sources(config["rna"]["references"]),
    message:
        "Index the RNA references"
    script:
        "../../scripts/build_rna_reference.py"


rule index_background:
    input:
        background_files,
        examined=EXAMINED,
    output:
        index=index_files("results/rna/background/{background}.fa"),
    log:
        "logs/index_background/{background}.log",
    wildcard_constraints:
        background="genome|exogenous",
    conda:
        "../../envs/rna.yaml"
    resources:
        mem_mb=growing(2000, times_input=3),
        runtime=growing(240),
    params:
        library=lib("index_background"),
        path=path_of_background,
        prefix="results/rna/background/{background}.fa",
    message:
        "Index the {wildcards.background}"
    script:
        "../../scripts/index_background.py"


rule trim_reads:
    input:
        examined=EXAMINED,
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
        declared=lookup("rna/kits", within=config),
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
        manifest="results/rna/reference/manifest.tsv",
        backgrounds=[index_files(fasta) for fasta in BACKGROUNDS.values()],
        beginnings=MIRNAS_OF_ORGANISMS,
    output:
        counts="results/rna/counts/{sample}.tsv",
        summary="results/rna/counts/{sample}.json",
        isomirs="results/rna/isomirs/{sample}.tsv",
        mirgff3="results/rna/isomirs/{sample}.gff3",
    log:
        "logs/assign_inserts/{sample}.log",
    benchmark:
        "results/benchmarks/assign_inserts/{sample}.jsonl"
    conda:
        "../../envs/rna.yaml"
    resources:
        mem_mb=growing(2000, times_input=1),
        runtime=growing(30),
    params:
        library=lib("assign_inserts"),
        priority=lookup("rna/class_priority", within=config),
        isomir_share=lookup("rna/isomir_share", within=config),
        cycle_mismatches=lookup("rna/gate/cycle_mismatches", within=config),
        cycle_quality=lookup("rna/gate/cycle_quality", within=config),
        backgrounds=BACKGROUNDS,
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
        fractional="results/rna/fractional.tsv",
        cpm="results/rna/cpm.tsv",
        funnel="results/rna/funnel.tsv",
        lengths="results/rna/lengths.tsv",
        classes="results/rna/classes.tsv",
        fragments="results/rna/fragments.tsv",
        exogenous="results/rna/exogenous.tsv",
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
        min_library_size=lookup("rna/min_library_size", within=config),
    message:
        "Bring the small-RNA counts of all samples together"
    script:
        "../../scripts/count_rna.py"


rule gate_rna:
    input:
        samples="results/study/samples.tsv",
        runs="results/study/runs.tsv",
        funnel="results/rna/funnel.tsv",
        lengths="results/rna/lengths.tsv",
        quality="results/rna/quality.tsv",
        matrix="results/rna/rna.h5ad",
        summaries=sequenced_summaries,
        features=sequenced_features,
    output:
        gate="results/rna/gate.tsv",
        adapters="results/rna/adapters.tsv",
        saturation="results/rna/saturation.tsv",
        cycles="results/rna/cycles.tsv",
        positions="results/rna/positions.tsv",
    log:
        "logs/gate_rna.log",
    conda:
        "../../envs/rna.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        library=lib("gate_rna"),
        samples=sequenced_samples,
        organism=lookup("organism", within=config),
        options=lookup("rna/gate", within=config),
    message:
        "Hold the small RNA of every sample to the quality gate"
    script:
        "../../scripts/gate_rna.py"
