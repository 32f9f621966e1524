# proteins: spectra or tables of other engines -> the protein matrix of the study.
#
# REQUIRED INPUTS
#   results/study/samples.tsv, results/study/runs.tsv
#   mzML route:  the mzML(.gz), MGF(.gz) or Thermo .raw of every proteins run, the FASTA of the config
#   table route: the tables of the proteins runs
# OUTPUTS
#   results/proteins/proteins.h5ad          samples x protein groups: raw intensity, NaN missing; normalised log2
#   results/proteins/proteins.tsv           the same for people
#   results/proteins/quality.tsv            figures per run and sample
#   results/proteins/proteins.mzTab         the same, and the accepted PSMs, for a deposition
#   table route only:
#   results/proteins/filters.tsv, columns.tsv   rows before and after each filter of a table; where each run was found
#   mzML route only:
#   results/proteins/spectra.tsv            what the files say: instrument, order of measurement, spectra
#   results/proteins/mzml/{run}.mzML        Thermo .raw, converted; removed when it has been read
#   results/proteins/database.fasta, .tsv   the searched proteins and what each is
#   results/proteins/search/{part}.parquet  best match of every MS2 spectrum of a part of the runs; {part}.json: figures
#   results/proteins/psms.parquet, peptides.parquet, groups.parquet, rules.tsv   what was accepted, and by which rule
#   results/proteins/alignment.parquet      retention times of every run on the common scale
#   results/proteins/consensus.parquet      every identified ion, and where it elutes on that scale
#   results/proteins/ions/{run}.parquet     MS1 quantity of every identified or transferred ion
#   both routes:
#   results/proteins/origins.tsv            peptides of the host, shared, bovine and foreign, per sample; without rows
#                                           where the tables do not list all proteins of each peptide
#   results/proteins/missing.tsv            missing values per sample: below detection or at random
#   results/proteins/normalisation.tsv      samples before and after the normalisation
if STUDY.spectra_runs:

    CONTAMINANTS = ["proteins/contaminants.fasta", "proteins/contaminants.tsv"]

    rule build_database:
        input:
            examined=EXAMINED,
            fasta=lookup("proteins/fasta", within=config),
            contaminants=[
                resource(name)
                for name in CONTAMINANTS
                if config["proteins"]["contaminants"]
            ],
            genes=[
                resource(name)
                for name in ["proteins/human_genes.tsv"]
                if config["organism"] == "human"
            ],
        output:
            fasta="results/proteins/database.fasta",
            table="results/proteins/database.tsv",
        log:
            "logs/build_database.log",
        conda:
            "../../envs/proteins.yaml"
        resources:
            mem_mb=growing(1000),
            runtime=growing(15),
        params:
            library=lib("build_database"),
            organism=lookup("organism", within=config),
        message:
            "Building the protein database"
        script:
            "../../scripts/build_database.py"

    rule convert_raw:
        input:
            examined=EXAMINED,
            raw=raw_of,
        output:
            mzml=temp("results/proteins/mzml/{run}.mzML"),
        log:
            "logs/convert_raw/{run}.log",
        benchmark:
            "results/benchmarks/convert_raw/{run}.jsonl"
        conda:
            "../../envs/thermo.yaml"
        resources:
            mem_mb=growing(4000),
            runtime=growing(60),
        params:
            library=lib("convert_raw"),
        message:
            "Converting the Thermo .raw file of {wildcards.run} to mzML"
        script:
            "../../scripts/convert_raw.py"

    rule search_spectra:
        input:
            spectra=spectra_of_part,
            fasta=rules.build_database.output.fasta,
            table=rules.build_database.output.table,
        output:
            psms="results/proteins/search/{part}.parquet",
            figures="results/proteins/search/{part}.json",
        log:
            "logs/search_spectra/{part}.log",
        benchmark:
            "results/benchmarks/search_spectra/{part}.jsonl"
        conda:
            "../../envs/proteins.yaml"
        threads: 4
        resources:
            mem_mb=growing(config["proteins"]["search"]["memory_mb"]),
            runtime=growing(240),
        params:
            library=lib("search_spectra"),
            runs=runs_of_part,
            search=lookup("proteins/search", within=config),
        message:
            "Searching the spectra of part {wildcards.part}: {params.runs}"
        script:
            "../../scripts/search_spectra.py"

    rule infer_proteins:
        input:
            psms=collect(rules.search_spectra.output.psms, part=SEARCH_PARTS),
            runs="results/study/runs.tsv",
            fasta=rules.build_database.output.fasta,
            table=rules.build_database.output.table,
        output:
            psms="results/proteins/psms.parquet",
            peptides="results/proteins/peptides.parquet",
            groups="results/proteins/groups.parquet",
            rules="results/proteins/rules.tsv",
        log:
            "logs/infer_proteins.log",
        benchmark:
            "results/benchmarks/infer_proteins.jsonl"
        conda:
            "../../envs/proteins.yaml"
        resources:
            mem_mb=growing(4000),
            runtime=growing(60),
        params:
            library=lib("infer_proteins"),
            search=lookup("proteins/search", within=config),
            organism=lookup("organism", within=config),
            psm_fdr=lookup("proteins/psm_fdr", within=config),
            protein_fdr=lookup("proteins/protein_fdr", within=config),
        message:
            "Filtering matches and grouping proteins"
        script:
            "../../scripts/infer_proteins.py"

    rule align_runs:
        input:
            psms=rules.infer_proteins.output.psms,
            runs="results/study/runs.tsv",
        output:
            curves="results/proteins/alignment.parquet",
            consensus="results/proteins/consensus.parquet",
        log:
            "logs/align_runs.log",
        conda:
            "../../envs/proteins.yaml"
        resources:
            mem_mb=growing(4000),
            runtime=growing(30),
        params:
            library=lib("align_runs"),
        message:
            "Aligning the retention times of the runs"
        script:
            "../../scripts/align_runs.py"

    rule extract_ions:
        input:
            spectra=spectra_of,
            psms=rules.infer_proteins.output.psms,
            curves=rules.align_runs.output.curves,
            consensus=rules.align_runs.output.consensus,
            runs="results/study/runs.tsv",
        output:
            ions="results/proteins/ions/{run}.parquet",
        log:
            "logs/extract_ions/{run}.log",
        benchmark:
            "results/benchmarks/extract_ions/{run}.jsonl"
        conda:
            "../../envs/proteins.yaml"
        resources:
            mem_mb=growing(2000),
            runtime=growing(30),
        params:
            library=lib("extract_ions"),
            tolerance_ppm=lookup(
                "proteins/search/precursor_tolerance_ppm", within=config
            ),
            match_between_runs=lookup("proteins/match_between_runs", within=config),
            transfer_fdr=lookup("proteins/transfer_fdr", within=config),
        message:
            "Measuring the ions of {wildcards.run}"
        script:
            "../../scripts/extract_ions.py"

    rule quantify_proteins:
        input:
            ions=collect(
                rules.extract_ions.output.ions,
                run=STUDY.spectra_runs,
            ),
            figures=collect(rules.search_spectra.output.figures, part=SEARCH_PARTS),
            psms=rules.infer_proteins.output.psms,
            peptides=rules.infer_proteins.output.peptides,
            groups=rules.infer_proteins.output.groups,
            rules=rules.infer_proteins.output.rules,
            fasta=rules.build_database.output.fasta,
            table=rules.build_database.output.table,
            panels=PANELS,
            samples="results/study/samples.tsv",
            runs="results/study/runs.tsv",
        output:
            matrix="results/proteins/proteins.h5ad",
            tsv="results/proteins/proteins.tsv",
            quality="results/proteins/quality.tsv",
            spectra="results/proteins/spectra.tsv",
            origins="results/proteins/origins.tsv",
            missing="results/proteins/missing.tsv",
            normalisation="results/proteins/normalisation.tsv",
        log:
            "logs/quantify_proteins.log",
        benchmark:
            "results/benchmarks/quantify_proteins.jsonl"
        conda:
            "../../envs/proteins.yaml"
        resources:
            mem_mb=growing(4000),
            runtime=growing(60),
        params:
            library=lib("quantify_proteins"),
            organism=lookup("organism", within=config),
            enzyme=lookup("proteins/search/enzyme", within=config),
            rollup=lookup("proteins/rollup", within=config),
            min_peptides=lookup("proteins/min_peptides", within=config),
            min_protein_groups=lookup("proteins/min_protein_groups", within=config),
            normalisation=lookup("proteins/normalisation", within=config),
        message:
            "Quantifying proteins"
        script:
            "../../scripts/quantify_proteins.py"

else:

    rule import_proteins:
        input:
            tables=STUDY.paths_of("proteins"),
            samples="results/study/samples.tsv",
            runs="results/study/runs.tsv",
            contaminants=resource("proteins/contaminants.tsv"),
            panels=PANELS,
            genes=GENES,
        output:
            matrix="results/proteins/proteins.h5ad",
            tsv="results/proteins/proteins.tsv",
            quality="results/proteins/quality.tsv",
            filters="results/proteins/filters.tsv",
            columns="results/proteins/columns.tsv",
            origins="results/proteins/origins.tsv",
            missing="results/proteins/missing.tsv",
            normalisation="results/proteins/normalisation.tsv",
        log:
            "logs/import_proteins.log",
        conda:
            "../../envs/proteins.yaml"
        resources:
            mem_mb=growing(4000),
            runtime=growing(30),
        params:
            library=lib("import_proteins"),
            normalisation=lookup("proteins/normalisation", within=config),
            rollup=lookup("proteins/rollup", within=config),
            min_peptides=lookup("proteins/min_peptides", within=config),
            min_protein_groups=lookup("proteins/min_protein_groups", within=config),
            organism=lookup("organism", within=config),
        message:
            "Importing the protein tables"
        script:
            "../../scripts/import_proteins.py"


rule write_mztab:
    input:
        unpack(searched_tables),
        matrix="results/proteins/proteins.h5ad",
        samples="results/study/samples.tsv",
        runs="results/study/runs.tsv",
    output:
        mztab="results/proteins/proteins.mzTab",
    log:
        "logs/write_mztab.log",
    conda:
        "../../envs/proteins.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        library=lib("write_mztab"),
        study=lookup("study", within=config),
        search=lookup("proteins/search", within=config),
        others={
            name: value
            for name, value in config["proteins"].items()
            if name not in ("search", "normalisation")
        },
    message:
        "Writing the proteins as mzTab"
    script:
        "../../scripts/write_mztab.py"
