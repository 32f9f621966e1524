"""Tables of sheets and quality."""

from collections.abc import Mapping

from evcargo.contracts.column import Contract, contract

# fmt: off
STUDY: Mapping[str, Contract] = {
    "samples": contract(
        "results/study/samples.tsv",
        ("sample", "text", "", "name of the preparation"),
        ("material", "text", "", "ev, source (cells, whole plasma ...) or depleted (flow-through)"),
        ("condition", "text", "", "group of the sample"),
        ("subject", "text", "", "donor, animal or culture; pairs samples of one origin"),
        ("batch", "text", "", "preparation or measurement batch"),
        ("biofluid", "text", "", "matrix that the EVs come from"),
        ("isolation", "text", "", "isolation method"),
        ("particle_count", "number", "particles", "particles in the whole preparation"),
        ("protein_ug", "number", "ug", "protein in the whole preparation"),
        more=True,
    ),
    "runs": contract(
        "results/study/runs.tsv",
        ("run", "text", "", "name of the run: the sample, with .f<fraction>.r<replicate>.l<lane>.m<mate> as needed"),
        ("sample", "text", "", "sample that was measured"),
        ("assay", "text", "", "proteins, rna, transcripts or particles"),
        ("path", "text", "", "file of the run"),
        ("fraction", "count", "", "fraction of the sample, from 1"),
        ("replicate", "count", "", "technical replicate, from 1"),
        ("kit", "text", "", "library kit of an RNA run, or auto"),
        ("format", "text", "", "mzml, fastq, or the kind of table"),
        ("column", "text", "", "column of this run in a table that holds many runs"),
        ("mate", "count", "", "1 or 2 of paired reads, 0 where the sheet says that reads are single"),
    ),
    "quality": contract(
        "results/<assay>/quality.tsv, results/quality/quality.tsv",
        ("sample", "text", "", "sample"),
        ("run", "text", "", "run, or empty for a figure of the whole sample"),
        ("assay", "text", "", "assay"),
        ("metric", "text", "", "name of the figure"),
        ("value", "number", "see unit", "the figure"),
        ("unit", "text", "", "its unit"),
    ),
}
