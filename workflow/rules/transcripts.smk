# transcripts: long-RNA reads, or count tables of long RNA, to one count matrix of genes.
#
# REQUIRED INPUTS
#   results/study/samples.tsv                      the checked sample sheet
#   FASTQ route: the FASTQ files of the runs; the transcriptome (and genome, and genes) of the config
#   table route: the count tables of the runs
# OUTPUTS
#   results/transcripts/transcripts.h5ad           samples x genes: counts; layers fractional, cpm, normalised, tpm and length
#   results/transcripts/transcripts.tsv            the counts for people
#   results/transcripts/quality.tsv                contract quality: figures per sample
#   FASTQ route only:
#   results/transcripts/index                      salmon's index, with the genome as decoy if there is one
#   results/transcripts/genes.tsv                  contract transcript_genes: which gene a transcript belongs to
#   results/transcripts/quantified/{sample}.tsv    contract transcript_quantities; {sample}.json: its figures
#   table route only:
#   results/transcripts/imported.tsv               contract imported_counts
#   results/transcripts/imported_features.tsv      contract imported_features: names, symbols and classes
#   results/transcripts/imported_funnel.tsv        contract imported_funnel: rows that are no features
from evcargo.transcripts.sheet import ASSAY as LONG_RNA

QUANTIFIED_SAMPLES = STUDY.samples_of(LONG_RNA, kind="fastq")
# Measured: up to 4 MB per sample where there are 20,000 genes; Ensembl has 60,000 and more.
JOIN_LONG_RNA_MB = 2000 + 15 * len(STUDY.samples_of(LONG_RNA))

if QUANTIFIED_SAMPLES:

    rule index_transcripts:
        input:
            examined=EXAMINED,
            transcriptome=lookup("transcripts/transcriptome", within=config),
            genome=given(config["transcripts"]["genome"]),
            genes=given(config["transcripts"]["genes"]),
        output:
            index=directory("results/transcripts/index"),
            genes="results/transcripts/genes.tsv",
        log:
            "logs/index_transcripts.log",
        benchmark:
            "results/benchmarks/index_transcripts.jsonl"
        conda:
            "../../envs/transcripts.yaml"
        threads: 4
        resources:
            mem_mb=growing(20000 if config["transcripts"]["genome"] else 4000),
            runtime=growing(120),
        params:
            library=lib("index_transcripts"),
            kmer=lookup("transcripts/kmer", within=config),
        message:
            "Index the transcriptome"
        script:
            "../../scripts/index_transcripts.py"

    rule quantify_transcripts:
        input:
            unpack(long_reads_of_sample),
            index=rules.index_transcripts.output.index,
            genes=rules.index_transcripts.output.genes,
        output:
            quantities="results/transcripts/quantified/{sample}.tsv",
            summary="results/transcripts/quantified/{sample}.json",
        log:
            "logs/quantify_transcripts/{sample}.log",
        benchmark:
            "results/benchmarks/quantify_transcripts/{sample}.jsonl"
        conda:
            "../../envs/transcripts.yaml"
        threads: 4
        resources:
            mem_mb=growing(20000 if config["transcripts"]["genome"] else 4000),
            runtime=growing(120),
        params:
            library=lib("quantify_transcripts"),
            adapter=lookup("transcripts/adapter", within=config),
            kmer=lookup("transcripts/kmer", within=config),
            strandedness=lookup("transcripts/strandedness", within=config),
            fragment_length_mean=lookup(
                "transcripts/fragment_length_mean", within=config
            ),
            fragment_length_sd=lookup("transcripts/fragment_length_sd", within=config),
        message:
            "Quantify the transcripts of {wildcards.sample}"
        script:
            "../../scripts/quantify_transcripts.py"

else:

    rule import_transcripts:
        input:
            tables=count_tables(LONG_RNA),
            genes=GENES,
            mirnas=MIRNAS,
        output:
            counts="results/transcripts/imported.tsv",
            features="results/transcripts/imported_features.tsv",
            funnel="results/transcripts/imported_funnel.tsv",
        log:
            "logs/import_transcripts.log",
        conda:
            "../../envs/rna.yaml"
        resources:
            mem_mb=growing(JOIN_LONG_RNA_MB),
            runtime=growing(20),
        params:
            library=lib("import_transcripts"),
            runs=table_runs(STUDY, LONG_RNA),
            organism=lookup("organism", within=config),
        message:
            "Read the count tables of long RNA"
        script:
            "../../scripts/import_transcripts.py"


rule count_transcripts:
    input:
        samples="results/study/samples.tsv",
        quantities=collect(
            "results/transcripts/quantified/{sample}.tsv", sample=QUANTIFIED_SAMPLES
        ),
        summaries=collect(
            "results/transcripts/quantified/{sample}.json", sample=QUANTIFIED_SAMPLES
        ),
        genes=["results/transcripts/genes.tsv"] if QUANTIFIED_SAMPLES else [],
        imported=imported_counts(LONG_RNA),
        imported_features=imported_counts(LONG_RNA, "_features"),
    output:
        matrix="results/transcripts/transcripts.h5ad",
        table="results/transcripts/transcripts.tsv",
        quality="results/transcripts/quality.tsv",
    log:
        "logs/count_transcripts.log",
    conda:
        "../../envs/rna.yaml"
    resources:
        mem_mb=growing(JOIN_LONG_RNA_MB),
        runtime=growing(20),
    params:
        library=lib("count_transcripts"),
        samples=QUANTIFIED_SAMPLES,
        gene_counts=lookup("transcripts/gene_counts", within=config),
        has_genome=bool(config["transcripts"]["genome"]),
        limits=lookup("transcripts/limits", within=config),
        min_library_size=lookup("transcripts/min_library_size", within=config),
    message:
        "Bring the long-RNA counts of all samples together"
    script:
        "../../scripts/count_transcripts.py"
