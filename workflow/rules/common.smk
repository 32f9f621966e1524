# The checked study (STUDY), the package files behind each script (lib), lookups in the run sheet,
# and resources that grow when a job is tried again.
import sys
from dataclasses import asdict
from pathlib import Path

from snakemake.exceptions import WorkflowError

# A script finds the package beside it when the workflow is local. When the workflow is imported from a
# hosted repository, only files that are asked for through source_path are fetched: so all are.
LIBRARY = {
    name: workflow.source_path(f"../../scripts/evcargo/{name}")
    for name in Path(workflow.source_path("../library.txt")).read_text().split()
}
sys.path.append(str(Path(LIBRARY["__init__.py"]).parents[1]))

from evcargo.errors import EvcargoError
from evcargo.library import fingerprint
from evcargo.proteins.settings import parts_of
from evcargo.rna.bwa_files import background_inputs
from evcargo.rna.sheet import download_of, fastq_runs, table_runs
from evcargo.study.inputs import describe_inputs
from evcargo.study.load import load_study
from evcargo.transcripts.sheet import read_files

# The schemas too must be fetched before the package can read them.
SCHEMAS = [
    workflow.source_path(f"../schemas/{name}.schema.yaml")
    for name in ("config", "samples", "runs")
]


def resource(name):
    """A file that is shipped with the workflow."""
    return workflow.source_path(f"../../resources/{name}")


try:
    STUDY = load_study(
        config,
        look_inside=workflow.is_main_process,
        schema_dir=Path(SCHEMAS[0]).parent,
        own_environments=bool(workflow.deployment_settings.deployment_method),
        with_conda="conda"
        in {str(one) for one in workflow.deployment_settings.deployment_method},
        resource=resource,
    )
except EvcargoError as error:
    raise WorkflowError(str(error)) from None
config.update(STUDY.config)
if workflow.is_main_process:
    for line in describe_inputs(STUDY.inputs):
        logger.info(f"Input: {line}")
    for warning in STUDY.warnings:
        logger.warning(f"evcargo: {warning}")


def lib(rule):
    """A parameter that changes when a package file changes that the rule's script imports."""
    return fingerprint(workflow.source_path(f"../../scripts/{rule}.py"), LIBRARY)


def growing(amount, times_input=0):
    """A resource that doubles, then triples, when the job is tried again.

    Where it depends on the inputs: so many MB more for each MB of them.
    """

    def amount_at(wildcards, attempt):
        return amount * attempt

    def amount_with_input(wildcards, input, attempt):
        return (amount + int(times_input * input.size_mb)) * attempt

    return amount_with_input if times_input else amount_at


def raw_of(wildcards):
    """The Thermo .raw file of a run."""
    return STUDY.paths_of("proteins", [wildcards.run])[0]


def spectra_file(run):
    """The mzML or MGF file of a run; that of a Thermo .raw file is made by convert_raw."""
    if run in STUDY.runs_of("proteins", kind="thermo"):
        return f"results/proteins/mzml/{run}.mzML"
    return STUDY.paths_of("proteins", [run])[0]


def spectra_of(wildcards):
    """The file of the spectra of a run."""
    return spectra_file(wildcards.run)


def searched_tables(wildcards):
    """What the search of a study of spectra found, and in which database."""
    if not STUDY.spectra_runs:
        return {}
    return {
        "psms": "results/proteins/psms.parquet",
        "peptides": "results/proteins/peptides.parquet",
        "fasta": "results/proteins/database.fasta",
        "table": "results/proteins/database.tsv",
    }


def tables_of_spectra(wildcards):
    """Runs, PSMs and protein groups of proteins that came as spectra."""
    if not STUDY.spectra_runs:
        return {}
    return {
        "proteins_spectra": ["results/proteins/spectra.tsv"],
        "psms": ["results/proteins/psms.parquet"],
        "groups": ["results/proteins/groups.parquet"],
    }


def deposited(wildcards):
    """What a repository of proteomics data asks for."""
    if "proteins" not in STUDY.assays:
        return []
    spectra = STUDY.spectra_runs
    sdrf = ["results/study/study.sdrf.tsv"] if spectra else []
    return ["results/proteins/proteins.mzTab", *sdrf]


# Runs that share one index of the database: part, from 1 -> its runs.
SEARCH_PARTS = parts_of(
    STUDY.spectra_runs, config["proteins"]["search"]["runs_per_job"]
)


def runs_of_part(wildcards):
    """The runs that one job searches."""
    return SEARCH_PARTS[wildcards.part]


def spectra_of_part(wildcards):
    """The files of the spectra of the runs that one job searches, in their order."""
    return [spectra_file(run) for run in runs_of_part(wildcards)]


def url_of_reference(wildcards):
    """Address of a reference that the config names by URL."""
    return download_of(config["rna"]["references"], wildcards.reference)["url"]


def sha256_of_reference(wildcards):
    """Checksum of a reference that the config names by URL."""
    return download_of(config["rna"]["references"], wildcards.reference)["sha256"]


def reads_of_sample(wildcards):
    """FASTQ files of a sample."""
    return fastq_runs(STUDY, wildcards.sample)["path"]


def kits_of_sample(wildcards):
    """Library kit of each FASTQ file of a sample."""
    return fastq_runs(STUDY, wildcards.sample)["kit"]


def replicates_of_sample(wildcards):
    """Technical replicate of each FASTQ file of a sample."""
    return fastq_runs(STUDY, wildcards.sample)["replicate"]


def path_of_background(wildcards):
    """Genome or foreign sequences as the config names them: FASTA, or prefix of a bwa index."""
    return config["rna"][wildcards.background]


def background_files(wildcards):
    """The files that path_of_background stands for."""
    return background_inputs(path_of_background(wildcards))


def given(path):
    """An optional file of the config, as an input."""
    return [path] if path else []


# The genes of the organism under all their names.
GENES = resource(f"identifiers/{config['organism']}_genes.tsv.xz")

# The miRNAs of the organisms under the names of all releases of miRBase.
MIRNAS = resource("identifiers/mirnas.tsv.xz")

# Tables that are too large for the dry run are read by a first job, which all others wait for; that it ran
# again is no reason to run them again.
EXAMINED = ancient("results/study/inputs.tsv") if STUDY.large_tables else []

# The shipped marker panels, and those of the study.
PANELS = [resource("markers/panels.tsv"), *given(config["purity"]["panels"])]


def long_reads_of_sample(wildcards):
    """FASTQ files of the long RNA of a sample: mates1, and mates2 of paired reads."""
    return read_files(STUDY, wildcards.sample)


def count_tables(assay):
    """Count tables of an assay."""
    return STUDY.paths_of(assay, table_runs(STUDY, assay)["run"])


def imported_counts(assay, suffix=""):
    """What was read from the count tables of an assay, if it has any."""
    return [f"results/{assay}/imported{suffix}.tsv"] if count_tables(assay) else []


def sequenced_samples(wildcards):
    """Samples whose small RNA comes as reads."""
    return STUDY.samples_of("rna", kind="fastq")


def sequenced_counts(wildcards):
    """Counts of the samples that came as reads."""
    return collect(
        "results/rna/counts/{sample}.tsv", sample=sequenced_samples(wildcards)
    )


def sequenced_summaries(wildcards):
    """Read funnels of the samples that came as reads."""
    return collect(
        "results/rna/counts/{sample}.json", sample=sequenced_samples(wildcards)
    )


def sequenced_features(wildcards):
    """Features of the RNA references, where reads are counted."""
    return (
        ["results/rna/reference/features.tsv"] if sequenced_samples(wildcards) else []
    )


def tables_of_rna(wildcards):
    """Tables on the quality of small RNA, by their contracts."""
    if "rna" not in STUDY.assays:
        return {}
    names = ("gate", "adapters", "lengths", "classes", "fragments", "saturation")
    tables = {
        f"rna_{name}": f"results/rna/{name}.tsv" for name in (*names, "positions")
    }
    if sequenced_samples(wildcards):
        tables["rna_manifest"] = "results/rna/reference/manifest.tsv"
    return tables


def tables_of_proteins(wildcards):
    """Tables on the quality of proteins, by their contracts."""
    if "proteins" not in STUDY.assays:
        return {}
    spectra = STUDY.spectra_runs
    of_route = ("spectra", "rules", "origins") if spectra else ("filters", "columns")
    names = (*of_route, "missing", "normalisation")
    return {f"proteins_{name}": f"results/proteins/{name}.tsv" for name in names}


def tables_of_interpretation(wildcards):
    """Tables of interpretation, as lists by their contracts, as far as the study has what they need."""
    assays = [assay for assay in STUDY.assays if assay != "particles"]
    folder = "results/interpretation/{contrast}"
    patterns = {
        name: [f"{folder}.{assay}.{name}.tsv" for assay in assays]
        for name in ("overrepresentation", "ranked")
    }
    if {"proteins", "transcripts"} <= set(assays):
        patterns |= {
            name: [f"{folder}.{name}.tsv"] for name in ("concordance", "correlation")
        }
    if config["interpretation"]["targets"] and "rna" in assays and len(assays) > 1:
        patterns |= {
            name: [f"{folder}.{name}.tsv"] for name in ("targets", "target_pairs")
        }
    return {
        name: collect(of_contrast, contrast=STUDY.contrast_names)
        for name, of_contrast in patterns.items()
        if STUDY.contrast_names
    }


def contrast_of(wildcards):
    """The contrast as a plain table of its options."""
    return asdict(STUDY.contrast(wildcards.contrast))


def biomarker_matrices(wildcards):
    """Assays that a panel chooses from: one, or all that are compared."""
    assays = STUDY.assays if wildcards.assay == "joined" else [wildcards.assay]
    return [assay for assay in assays if assay != "particles"]


def biomarker_inputs(wildcards):
    """Matrices and tested features of the assays of a panel."""
    assays = biomarker_matrices(wildcards)
    return {
        "matrices": collect("results/{assay}/{assay}.h5ad", assay=assays),
        "differential": collect(
            "results/differential/{contrast}.{assay}.tsv",
            contrast=wildcards.contrast,
            assay=assays,
        ),
    }


def tables_of_biomarkers(wildcards):
    """Tables on biomarker panels, by their contracts, where they are asked for."""
    if not config["biomarkers"]["contrasts"]:
        return {}
    parts = {"": "verdicts"} | {
        f"_{name}": name for name in ("models", "panels", "predictions", "calibration")
    }
    return {
        f"biomarkers{suffix}": [f"results/biomarkers/{name}.tsv"]
        for suffix, name in parts.items()
    }
