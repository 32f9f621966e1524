# The checked study, as later stages read it.
# REQUIRED INPUTS   STUDY (common.smk), the two sheets or the SDRF that the config names
#                   results/proteins/spectra.tsv of a study with spectra of proteins
# OUTPUTS           results/study/samples.tsv   contract samples
#                   results/study/runs.tsv      contract runs
#                   results/study/config.yaml   the config with every default
#                   results/study/study.sdrf.tsv   the proteins runs as SDRF-Proteomics, where they are spectra
# The config has a rule of its own: a new title must not make every reader of the sheets run again.
from evcargo.study.names import one_of


wildcard_constraints:
    sample=one_of(STUDY.samples["sample"]),
    run=one_of(STUDY.runs["run"]),
    contrast=one_of(STUDY.contrast_names),
    assay=one_of(STUDY.assays),


rule write_study:
    input:
        examined=EXAMINED,
        sheets=STUDY.sheet_files,
        schemas=SCHEMAS,
    output:
        samples="results/study/samples.tsv",
        runs="results/study/runs.tsv",
    log:
        "logs/write_study.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        library=lib("write_study"),
    message:
        "Writing the checked sheets"
    script:
        "../../scripts/write_study.py"


# Every job waits for tables that the dry run could not read whole; the others are read again for the table
# of what was understood.
rule examine_tables:
    input:
        tables=STUDY.tables,
        sheets=rules.write_study.input.sheets,
        schemas=SCHEMAS,
        genes=GENES,
        mirnas=MIRNAS,
        panels=PANELS[0],
        contaminants=resource("proteins/contaminants.tsv"),
    output:
        inputs="results/study/inputs.tsv",
    log:
        "logs/examine_tables.log",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(2000, times_input=4),
        runtime=growing(20),
    params:
        library=lib("examine_tables"),
        resources={
            "genes": f"identifiers/{config['organism']}_genes.tsv.xz",
            "mirnas": "identifiers/mirnas.tsv.xz",
            "panels": "markers/panels.tsv",
            "contaminants": "proteins/contaminants.tsv",
        },
        options=STUDY.config_digest,
    message:
        "Reading what the tables hold"
    script:
        "../../scripts/examine_tables.py"


rule write_config:
    input:
        examined=EXAMINED,
    output:
        config="results/study/config.yaml",
    log:
        "logs/write_config.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        library=lib("write_config"),
        # Enough to notice that an option has changed; the options themselves would fill the terminal.
        options=STUDY.config_digest,
    message:
        "Writing the config with every default"
    script:
        "../../scripts/write_config.py"


if STUDY.spectra_runs:

    rule write_sdrf:
        input:
            sheets=rules.write_study.input.sheets,
            schemas=SCHEMAS,
            spectra="results/proteins/spectra.tsv",
        output:
            sdrf="results/study/study.sdrf.tsv",
        log:
            "logs/write_sdrf.log",
        conda:
            "../../envs/study.yaml"
        resources:
            mem_mb=growing(1000),
            runtime=growing(10),
        params:
            library=lib("write_sdrf"),
            options=STUDY.config_digest,
        message:
            "Writing the study as SDRF"
        script:
            "../../scripts/write_sdrf.py"
