"""Tables of long RNA and imported counts."""

from collections.abc import Mapping

from evcargo.contracts.column import Contract, contract

# fmt: off
TRANSCRIPTS: Mapping[str, Contract] = {
    "transcript_genes": contract(
        "results/transcripts/genes.tsv",
        ("transcript", "text", "", "transcript of the FASTA, in its order"),
        ("gene", "text", "", "gene that it is counted for"),
        ("name", "text", "", "name of the gene, if known"),
        ("class", "text", "", "biotype of the gene, or transcript"),
        ("ribosomal", "flag", "", "whether the gene is ribosomal RNA, by class or name"),
    ),
    "transcript_quantities": contract(
        "results/transcripts/quantified/<sample>.tsv",
        ("transcript", "text", "", "transcript"),
        ("length", "count", "nt", "its length"),
        ("effective_length", "number", "nt", "its length as salmon corrects it for fragment length and bias"),
        ("tpm", "number", "transcripts per million", "its abundance"),
        ("reads", "number", "fragments", "fragments that salmon gives it; a pair is one"),
    ),
    "imported_counts": contract(
        "results/<assay>/imported.tsv",
        ("sample", "text", "", "sample"),
        ("feature", "text", "", "feature as the table names it"),
        ("class", "text", "", "RNA class by name"),
        ("reads", "count", "reads", "count, summed over the runs of the sample"),
    ),
}
