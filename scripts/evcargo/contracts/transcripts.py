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
        ("feature", "text", "", "stable feature id"),
        ("class", "text", "", "RNA class or biotype"),
        ("reads", "count", "reads or molecules", "count, summed over the runs of the sample; estimated counts are rounded"),
    ),
    "imported_features": contract(
        "results/<assay>/imported_features.tsv",
        ("feature", "text", "", "stable feature id: name of miRBase v22, Ensembl id without version, or the name in the table"),
        ("name", "text", "", "name in the table; several, separated by ;, where their rows were added up"),
        ("gene", "text", "", "approved gene symbol, if known"),
        ("known", "flag", "", "whether it is a known RNA of the organism"),
    ),
    "imported_funnel": contract(
        "results/<assay>/imported_funnel.tsv",
        ("sample", "text", "", "sample"),
        ("row", "text", "", "name of a row that is no feature; it is in no matrix and no library size"),
        ("kind", "text", "", "what it is: a total, a counter of reads without a feature, a statistic ..."),
        ("reads", "number", "reads or molecules", "its number, summed over the runs of the sample"),
    ),
}
