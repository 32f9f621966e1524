"""What the rules of the stage look up in the study, without loading what the jobs need."""

from collections.abc import Mapping

from evcargo.study.model import Study

FASTQ = "fastq"
HAIRPIN, MATURE = "hairpin", "mature"
SHIPPED: Mapping[str, Mapping[str, str]] = {
    "human": {
        "spike_in": "spike_in.fa",
        HAIRPIN: "human_hairpin.fa",
        MATURE: "human_mature.fa",
        "tRNA": "human_tRNA.fa",
        "Y_RNA": "human_Y_RNA.fa",
        "rRNA": "human_rRNA.fa",
    },
    "mouse": {"spike_in": "spike_in.fa", HAIRPIN: "mouse_hairpin.fa", MATURE: "mouse_mature.fa"},
    "rat": {"spike_in": "spike_in.fa", HAIRPIN: "rat_hairpin.fa", MATURE: "rat_mature.fa"},
}


def index_files(fasta: str) -> list[str]:
    """Files of the bwa index of a FASTA file, which lie beside it."""
    return [
        *(f"{fasta}.{end}" for end in ("amb", "ann", "bwt", "pac", "sa")),
        f"{fasta.removesuffix('.fa')}.dict",
    ]


def shipped_references(organism: str) -> dict[str, str]:
    """RNA class -> name of the shipped FASTA file in resources/rna; miRNA as hairpin and mature."""
    return dict(SHIPPED[organism])


def fastq_runs(study: Study, sample: str) -> dict[str, list]:
    """Path, kit and technical replicate of the FASTQ runs of a sample, each in sheet order."""
    runs = study.rows_of("rna", sample, FASTQ)
    return {
        "path": runs["path"].tolist(),
        "kit": runs["kit"].fillna("").replace("", "auto").tolist(),
        "replicate": runs["replicate"].fillna(1).astype(int).tolist(),
    }


def table_runs(study: Study, assay: str) -> dict[str, list[str]]:
    """Run, sample, path and column of the runs of an assay that come as count tables."""
    runs = study.runs[study.runs["assay"] == assay]
    tables = runs[runs["format"] != FASTQ]
    return {
        name: tables[name].fillna("").astype(str).tolist()
        for name in ("run", "sample", "path", "column")
    }
