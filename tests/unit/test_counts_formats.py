"""Tables of the programs of the field, as each writes them."""

from pathlib import Path

import pytest
from counts_tables import LONG, SMALL, as_text, counts_of, examine, read, runs_for, write

from evcargo.counts.runs import RunsError
from evcargo.errors import EvcargoError

MIRNAS = {"hsa-miR-21-5p": (410, 82), "hsa-miR-451a": (73, 9), "hsa-let-7a-5p": (0, 15)}
GENES = {"HBB": (900, 14), "ACTB": (51, 620), "PPBP": (7, 0)}
ENSEMBL = {"HBB": "ENSG00000244734.4", "ACTB": "ENSG00000075624.17", "PPBP": "ENSG00000163736.5"}
SAMPLES = ("A1", "B1")
EXPECTED = {
    run: {name: float(row[at]) for name, row in MIRNAS.items()} for at, run in enumerate(SAMPLES)
}
GENE_COUNTS = {
    run: {name: float(row[at]) for name, row in GENES.items()} for at, run in enumerate(SAMPLES)
}


def by_gene(table) -> dict[str, dict[str, float]]:
    counts = table.counts.set_axis(table.features["gene"], axis=0)
    return {str(run): counts[run].to_dict() for run in counts}


def first_run(values: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {"A1": values["A1"]}


def test_featurecounts(tmp_path: Path) -> None:
    head = ["Geneid", "Chr", "Start", "End", "Strand", "Length", "bam/A1.sorted.bam", "bam/B1.bam"]
    rows = [[n, "1;1", "5;50", "9;90", "+;+", 46, *counts] for n, counts in GENES.items()]
    text = '# Program:featureCounts v2.0.3; Command:"featureCounts" "-p" "-a" "x.gtf"\n'
    path = write(tmp_path / "counts.txt", text + as_text([head, *rows]))
    table = read(path, *SAMPLES, assay=LONG)
    assert counts_of(table) == GENE_COUNTS
    assert (table.layout.program, table.layout.quantity) == ("featureCounts v2.0.3", "fragments")
    assert table.columns == {"A1": "bam/A1.sorted.bam", "B1": "bam/B1.bam"}


def test_featurecounts_with_further_attributes(tmp_path: Path) -> None:
    head = ["Geneid", "Chr", "Start", "End", "Strand", "Length", "gene_name", "gene_biotype", "A1"]
    rows = [[ENSEMBL[n], 1, 5, 9, "+", 5, n, "protein_coding", c[0]] for n, c in GENES.items()]
    table = read(write(tmp_path / "c.txt", as_text([head, *rows])), "A1", assay=LONG)
    assert by_gene(table) == first_run(GENE_COUNTS)
    assert set(table.features["class"]) == {"protein_coding"}


def test_featurecounts_of_exons_and_its_summary_are_refused(tmp_path: Path) -> None:
    head = ["Geneid", "Chr", "Start", "End", "Strand", "Length", "A1"]
    rows = [["ACTB", 1, 5, 9, "+", 5, 3], ["ACTB", 1, 50, 90, "+", 41, 8]]
    with pytest.raises(EvcargoError, match=r"'ACTB' has several rows: .*counted exons \(-f\)"):
        read(write(tmp_path / "c.txt", as_text([head, *rows])), "A1", assay=LONG)
    rows = [["Status", "A1.bam"], ["Assigned", 5], ["Unassigned_NoFeatures", 3]]
    with pytest.raises(EvcargoError, match="is the summary of featureCounts"):
        read(write(tmp_path / "c.txt.summary", as_text(rows)), "A1", assay=LONG)


STAR_COUNTERS = [
    ["N_unmapped", 11, 11, 11],
    ["N_multimapping", 7, 7, 7],
    ["N_noFeature", 3, 30, 300],
    ["N_ambiguous", 1, 0, 0],
]


def star(path: Path, forward: float) -> Path:
    """A file of STAR in which such a share of the reads is on the forward strand."""
    rows = []
    for name, (count, _) in GENES.items():
        ahead = round(forward * count)
        rows.append([ENSEMBL[name], count, ahead, count - ahead])
    return write(path, as_text([*STAR_COUNTERS, *rows]))


@pytest.mark.parametrize(
    ("forward", "column", "word"),
    [(1.0, 3, "forward"), (0.02, 4, "reverse"), (0.5, 2, "unstranded")],
)
def test_star_by_the_strand_of_the_reads(
    tmp_path: Path, forward: float, column: int, word: str
) -> None:
    table = read(star(tmp_path / "A1ReadsPerGene.out.tab", forward), "A1", assay=LONG)
    assert table.layout.program == "STAR"
    assert table.columns == {"A1": f"column {column}"}
    assert table.matched["A1"].startswith(word)
    if word != "reverse":
        assert by_gene(table)["A1"]["HBB"] == 900 * forward * (1 if column == 3 else 2)
    assert [row.name for row in table.aside.rows] == [row[0] for row in STAR_COUNTERS]
    assert table.aside.numbers["A1"].tolist() == [row[column - 1] for row in STAR_COUNTERS]


def test_star_of_an_unclear_strand_is_asked_for(tmp_path: Path) -> None:
    path = star(tmp_path / "A1ReadsPerGene.out.tab", 0.7)
    summaries, problems = examine(runs_for(path, "A1"), LONG)
    assert not summaries
    message, remedy, _ = problems["A1"]
    assert "the strand of the library is not clear (70% of the reads" in message
    assert remedy.startswith("Write unstranded, forward or reverse into the column 'column'")
    for word, counts in (("unstranded", 900), ("forward", 630), ("reverse", 270)):
        table = read(path, "A1", assay=LONG, column=word)
        assert by_gene(table)["A1"]["HBB"] == counts
    assert by_gene(read(path, "A1", assay=LONG, column="4"))["A1"]["HBB"] == 270


def test_star_with_next_to_no_reads_goes_by_the_other_samples(tmp_path: Path) -> None:
    few = as_text([*STAR_COUNTERS, [ENSEMBL["HBB"], 4, 2, 2]])
    empty = write(tmp_path / "B1ReadsPerGene.out.tab", few)
    runs = runs_for(empty, "B1")
    assert "only 4 reads are on genes" in examine(runs, LONG)[1]["B1"][0]
    runs += runs_for(star(tmp_path / "A1ReadsPerGene.out.tab", 0.01), "A1")
    summaries, problems = examine(runs, LONG)
    assert not problems
    assert "reverse, as the other samples: 4 reads do not tell" in summaries[1].notes


@pytest.mark.parametrize("named", [False, True])
def test_htseq_of_one_sample(tmp_path: Path, named: bool) -> None:
    rows = [
        [ENSEMBL[name], *([name] if named else []), count] for name, (count, _) in GENES.items()
    ]
    middle = [""] if named else []
    rows += [["__no_feature", *middle, 5000], ["__alignment_not_unique", *middle, 77]]
    table = read(write(tmp_path / "A1.htseq.txt", as_text(rows)), "A1", assay=LONG)
    assert by_gene(table) == first_run(GENE_COUNTS)
    assert table.layout.program == "htseq-count"
    assert table.aside.numbers["A1"].to_dict() == {
        "__no_feature": 5000,
        "__alignment_not_unique": 77,
    }


def test_old_counters_of_htseq(tmp_path: Path) -> None:
    rows = [["gene", *SAMPLES], *([n, *c] for n, c in GENES.items())]
    rows += [["no_feature", 5, 6], ["ambiguous", 1, 2], ["too_low_aQual", 0, 0]]
    table = read(write(tmp_path / "t.tsv", as_text(rows)), *SAMPLES, assay=LONG)
    assert counts_of(table) == GENE_COUNTS
    assert len(table.aside.rows) == 3


def test_rsem(tmp_path: Path) -> None:
    head = ["gene_id", "transcript_id(s)", "length", "effective_length", "expected_count", "TPM"]
    rows = [[f"{ENSEMBL[n]}_{n}", "x", 900, 800.5, f"{c[0]}.40", 1] for n, c in GENES.items()]
    path = write(tmp_path / "A1.genes.results", as_text([head, *rows]))
    table = read(path, "A1", assay=LONG)
    assert by_gene(table)["A1"] == {name: row[0] + 0.4 for name, row in GENES.items()}
    assert table.counts.index.tolist() == [one.partition(".")[0] for one in ENSEMBL.values()]
    head = ["transcript_id", "gene_id", "length", "effective_length", "expected_count", "IsoPct"]
    rows = [[f"t{at}", gene, 9, 8, 10, 50] for at, gene in enumerate(["HBB", "HBB", "ACTB"])]
    path = write(tmp_path / "A1.isoforms.results", as_text([head, *rows]))
    assert counts_of(read(path, "A1", assay=LONG)) == {"A1": {"HBB": 20, "ACTB": 10}}


TRANSCRIPTS = {
    "ENST00000335295.4|ENSG00000244734.4|OTTH|OTTH|HBB-201|HBB|628|protein_coding|": 80.25,
    "ENST00000485743.1|ENSG00000244734.4|OTTH|OTTH|HBB-202|HBB|500|retained_intron|": 19.75,
    "ENST00000646664.1|ENSG00000075624.17|OTTH|OTTH|ACTB-201|ACTB|1800|protein_coding|": 7.5,
}


@pytest.mark.parametrize("gencode", [True, False])
@pytest.mark.parametrize("program", ["salmon", "kallisto"])
def test_transcripts_are_summed_to_genes(tmp_path: Path, program: str, gencode: bool) -> None:
    names = {name if gencode else name.partition("|")[0]: n for name, n in TRANSCRIPTS.items()}
    if program == "salmon":
        rows = [["Name", "Length", "EffectiveLength", "TPM", "NumReads"]]
        rows += [[name, 9, 8.5, 3.25, count] for name, count in names.items()]
    else:
        rows = [["target_id", "length", "eff_length", "est_counts", "tpm"]]
        rows += [[name, 9, 8.5, count, 3.25] for name, count in names.items()]
    table = read(write(tmp_path / "A1.tsv", as_text(rows)), "A1", assay=LONG)
    assert by_gene(table) == {"A1": {"HBB": 100, "ACTB": 7.5}}
    assert "3 transcripts are summed to 2 genes" in table.notes


def test_transcripts_of_unknown_genes_are_refused(tmp_path: Path) -> None:
    rows = [["Name", "Length", "EffectiveLength", "TPM", "NumReads"]]
    rows += [[f"ENST00009{at:06d}.1", 9, 8.5, 3.25, 5] for at in range(9)]
    with pytest.raises(EvcargoError, match=r"the gene of only 0 of 9 is known.*quant\.genes\.sf"):
        read(write(tmp_path / "quant.sf", as_text(rows)), "A1", assay=LONG)


def test_salmon_counts_of_genes(tmp_path: Path) -> None:
    rows = [["Name", "Length", "EffectiveLength", "TPM", "NumReads"]]
    rows += [[ENSEMBL[n], 9, 8.5, 3.25, c[0]] for n, c in GENES.items()]
    table = read(write(tmp_path / "quant.genes.sf", as_text(rows)), "A1", assay=LONG)
    assert by_gene(table) == first_run(GENE_COUNTS)


def test_merged_tables_of_nfcore(tmp_path: Path) -> None:
    rows = [["gene_id", "gene_name", *SAMPLES]]
    rows += [[ENSEMBL[n], n, c[0] + 0.313, c[1] + 0.127] for n, c in GENES.items()]
    path = write(tmp_path / "salmon.merged.gene_counts.tsv", as_text(rows))
    table = read(path, *SAMPLES, assay=LONG)
    assert by_gene(table)["A1"]["HBB"] == 900.313
    assert table.quantity.words == "estimated counts, rounded"
    rows = [["tx", "gene_id", *SAMPLES]]
    rows += [[f"ENST0000000000{at}", ENSEMBL["HBB"], 2, 3] for at in range(4)]
    path = write(tmp_path / "salmon.merged.transcript_counts.tsv", as_text(rows))
    assert by_gene(read(path, *SAMPLES, assay=LONG)) == {"A1": {"HBB": 8}, "B1": {"HBB": 12}}


def test_star_counts_of_the_gdc(tmp_path: Path) -> None:
    head = ["gene_id", "gene_name", "gene_type", "unstranded", "stranded_first", "stranded_second"]
    rows = [[*head, "tpm_unstranded"], ["N_unmapped", "", "", 9, 9, 9, ""]]
    rows += [[ENSEMBL[n], n, "protein_coding", c[0], 0, c[0], 1.5] for n, c in GENES.items()]
    text = "# gene-model: GENCODE v36\n" + as_text(rows)
    table = read(write(tmp_path / "augmented.tsv", text), "A1", assay=LONG)
    assert by_gene(table) == first_run(GENE_COUNTS)
    assert table.columns == {"A1": "stranded_second"}
    assert set(table.features["class"]) == {"protein_coding"}


def test_mirnas_of_the_gdc(tmp_path: Path) -> None:
    head = ["miRNA_ID", "isoform_coords", "read_count", "reads_per_million_miRNA_mapped"]
    rows = [[*head, "cross-mapped", "miRNA_region"]]
    for count, region in (
        (400, "mature,MIMAT0000076"),
        (10, "mature,MIMAT0000076"),
        (3, "stemloop"),
    ):
        rows.append(["hsa-mir-21", "hg38:chr17:1-9:+", count, 1.5, "N", region])
    table = read(write(tmp_path / "isoforms.txt", as_text(rows)), "A1")
    assert counts_of(table) == {"A1": {"hsa-miR-21-5p": 410, "hsa-mir-21": 3}}
    assert table.features["class"].tolist() == ["miRNA", "miRNA_precursor"]


def test_excerpt(tmp_path: Path) -> None:
    rows = [["ReferenceID", "uniqueReadCount", "totalReadCount", "multimapAdjustedReadCount"]]
    for name, accession in (("hsa-miR-21-5p", "MIMAT0000076"), ("hsa-miR-451a", "MIMAT0001631")):
        full = f"{name}:{accession}:Homo:sapiens:{name[4:]}"
        rows.append([full, 5, 900, f"{MIRNAS[name][0]}.5"])
    table = read(write(tmp_path / "readCounts_miRNAmature_sense.txt", as_text(rows)), "A1")
    assert counts_of(table) == {"A1": {"hsa-miR-21-5p": 410.5, "hsa-miR-451a": 73.5}}
    assert table.layout.program == "exceRpt"


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_mirge(tmp_path: Path, delimiter: str) -> None:
    rows = [["miRNA", "A1.fastq", "B1.fastq"], ["miRNAtotal", 483, 106]]
    rows += [[name, *counts] for name, counts in MIRNAS.items()]
    table = read(write(tmp_path / "miR.Counts.csv", as_text(rows, delimiter)), *SAMPLES)
    assert counts_of(table) == EXPECTED
    assert table.layout.program == "miRge"
    assert table.aside.numbers.to_dict() == {
        "A1": {"miRNAtotal": 483},
        "B1": {"miRNAtotal": 106},
    }


def test_names_of_several_mirnas_of_mirge(tmp_path: Path) -> None:
    rows = [["miRNA", "A1"], ["hsa-let-7a-5p/7c-5p", 8], ["hsa-miR-451a", 3]]
    table = read(write(tmp_path / "miR.Counts.csv", as_text(rows, ",")), "A1")
    assert table.features["class"].tolist() == ["miRNA", "miRNA"]
    assert table.features["known"].all()


def test_mirdeep2_of_one_sample(tmp_path: Path) -> None:
    rows = [["#miRNA", "read_count", "precursor", "total", "seq", "seq(norm)"]]
    rows += [[n, f"{c[0]}.00", "hsa-mir", f"{c[0]}.00", 1, 2.5] for n, c in MIRNAS.items()]
    rows.append(["hsa-let-7a-5p", "4.00", "hsa-let-7a-2", "4.00", 1, 2.5])
    path = write(tmp_path / "A1_miRNAs_expressed_all_samples.csv", as_text(rows))
    table = read(path, "A1")
    assert counts_of(table)["A1"] == EXPECTED["A1"] | {"hsa-let-7a-5p": 4.0}
    assert table.layout.program == "miRDeep2"
    assert any("1 miRNAs have a row for each of their hairpins" in one for one in table.notes)
    assert counts_of(read(path, "A1", column="read_count")) == counts_of(table)


def test_mirdeep2_of_many_samples(tmp_path: Path) -> None:
    rows = [["#miRNA", "read_count", "precursor", "total", "A01", "B01", "A01(norm)", "B01(norm)"]]
    rows += [[n, sum(c), "hsa-mir", sum(c), *c, 1.5, 2.5] for n, c in MIRNAS.items()]
    rows.append(["hsa-miR-451a", 3, "hsa-mir-x", 3, 1, 2, 1.5, 2.5])
    path = write(tmp_path / "all.csv", as_text(rows))
    table = read(path, "A01", "B01")
    assert list(counts_of(table).values()) == list(EXPECTED.values())


def test_predictions_of_mirdeep2_are_refused(tmp_path: Path) -> None:
    text = "parameters used\nmiRDeep2 score\testimated signal\n10\t0.9\n\nprovisional id\tmiRDeep2"
    text += " score\tmature read count\nchr1_5\t7.5\t12\nchr1_6\t7.5\t12\n"
    with pytest.raises(EvcargoError, match="list of predicted miRNAs"):
        read(write(tmp_path / "result.csv", text), "A1")


def test_mirtop(tmp_path: Path) -> None:
    rows = [["UID", "Read", "miRNA", "Variant", "iso_5p", "iso_3p", "A1", "B1", ""]]
    for at, (name, counts) in enumerate(MIRNAS.items()):
        rows.append([f"iso-{at}", "ACGT", name, "NA", 0, 0, *counts, ""])
        rows.append([f"iso-{at}x", "ACGTA", name, "iso_3p:+1", 0, 1, 1, 2, ""])
    rows.append(["iso-0x", "ACGTA", "hsa-miR-590-3p", "iso_3p:+1", 0, 1, 1, 2, ""])
    table = read(write(tmp_path / "mirtop.tsv", as_text(rows)), *SAMPLES)
    expected = {
        run: {name: n + at + 1 for name, n in counts.items()}
        for at, (run, counts) in enumerate(EXPECTED.items())
    }
    assert counts_of(table) == expected
    assert any("1 rows repeat a UID" in note for note in table.notes)


def test_samples_in_rows(tmp_path: Path) -> None:
    rows = [
        ["", *MIRNAS],
        *([run, *(c[at] for c in MIRNAS.values())] for at, run in enumerate(SAMPLES)),
    ]
    table = read(write(tmp_path / "mature_counts.csv", as_text(rows, ",")), *SAMPLES)
    assert counts_of(table) == EXPECTED
    assert any("the samples are in rows" in note for note in table.notes)


def test_samples_in_rows_beside_their_group(tmp_path: Path) -> None:
    rows = [["sample", "group", *MIRNAS], ["A1", "case", 410, 73, 0], ["B1", "control", 82, 9, 15]]
    assert counts_of(read(write(tmp_path / "t.csv", as_text(rows, ",")), *SAMPLES)) == EXPECTED


def test_a_row_for_each_sample_and_feature(tmp_path: Path) -> None:
    rows = [["sample", "miRNA", "count"]]
    rows += [[run, n, c[at]] for at, run in enumerate(SAMPLES) for n, c in MIRNAS.items()]
    table = read(write(tmp_path / "long.tsv", as_text(rows)), *SAMPLES)
    assert counts_of(table) == EXPECTED
    rows.append(["A1", "hsa-miR-451a", 3])
    with pytest.raises(EvcargoError, match="of sample 'A1' has several rows"):
        read(write(tmp_path / "long.tsv", as_text(rows)), *SAMPLES)


def test_idxstats(tmp_path: Path) -> None:
    rows = [[name, 22, counts[0], 0] for name, counts in MIRNAS.items()] + [["*", 0, 0, 999]]
    table = read(write(tmp_path / "A1.idxstats", as_text(rows)), "A1")
    assert counts_of(table) == first_run(EXPECTED)
    assert [row.name for row in table.aside.rows] == ["*"]


def test_srnabench(tmp_path: Path) -> None:
    rows = [["name", "unique reads", "read count", "read count (mult. map. adj.)", "RPM (lib)"]]
    rows += [[n, 3, 2 * c[0], c[0], 1.5] for n, c in MIRNAS.items()]
    table = read(write(tmp_path / "mature_sense.grouped", as_text(rows)), "A1")
    assert counts_of(table) == first_run(EXPECTED)


def test_sports(tmp_path: Path) -> None:
    rows = [["Class", "Sub_Class", "Reads"], ["Clean_Reads", "-", 1000], ["Match_Genome", "-", 900]]
    rows += [["miRBase-miRNA_Match_Genome", "-", 30], ["rRNAdb-rRNA_Match_Genome", "-", 60]]
    rows += [["miRBase-miRNA_Match_Genome", "hsa-mir-21", 20.5]]
    rows += [["miRBase-miRNA_Unmatch_Genome", "hsa-mir-21", 9.5]]
    table = read(write(tmp_path / "A1_summary.txt", as_text(rows)), "A1")
    assert counts_of(table) == {"A1": {"rRNAdb-rRNA_Match_Genome": 60, "hsa-mir-21": 30}}
    assert table.features["class"].tolist() == ["rRNA", "miRNA_precursor"]
    assert len(table.aside.rows) == 3
    rows = [["ID", "Sequence", "Length", "Reads", "Match_Genome", "Annotation"]]
    rows += [["t1", "ACGTACGT", 8, 5, "Yes", "NO_Annotation"]]
    with pytest.raises(EvcargoError, match=r"Give the file \*_summary.txt"):
        read(write(tmp_path / "A1_output.txt", as_text(rows)), "A1")


def test_compsra(tmp_path: Path) -> None:
    rows = [["DB", "Name", "ID", "Count"]]
    rows += [["miRBase", n, "MI1", c[0]] for n, c in MIRNAS.items()]
    table = read(write(tmp_path / "A1_miRNA.txt", as_text(rows)), "A1")
    assert counts_of(table) == first_run(EXPECTED)


def test_molecules_of_geneglobe(tmp_path: Path) -> None:
    rows = [["miRNA", "A1-READs", "B1-READs", "A1-UMIs", "B1-UMIs"]]
    rows += [[n, 7 * c[0], 9 * c[1], *c] for n, c in MIRNAS.items()]
    rows += [["piRNA", "", "", "", ""], ["piRNA", "A1-READs", "B1-READs", "A1-UMIs", "B1-UMIs"]]
    table = read(write(tmp_path / "t.tsv", as_text(rows)), *SAMPLES)
    assert counts_of(table) == EXPECTED
    assert table.layout.quantity == "molecules (UMIs)"


def test_control_probes_of_nanostring(tmp_path: Path) -> None:
    rows = [["Code Class", "Name", "Accession", *SAMPLES]]
    rows += [["Endogenous1", n, "MIMAT", *c] for n, c in MIRNAS.items()]
    rows += [["Positive", "POS_A(128)", "ERCC", 9000, 8000], ["Negative", "NEG_A", "ERCC", 5, 6]]
    table = read(write(tmp_path / "t.tsv", as_text(rows)), *SAMPLES)
    assert counts_of(table) == EXPECTED
    assert table.aside.numbers["A1"].tolist() == [9000, 5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("%%MatrixMarket matrix coordinate integer general\n%x\n3 2 2\n1 1 5\n2 2 6\n", "sparse"),
        ("gene,baseMean,log2FoldChange,pvalue,padj\nHBB,9,1,0.1,0.2\n", "results of a test"),
        ("gene\t" + "\t".join(f"ACGTACGTACG{x}{y}-1" for x in "ACGT" for y in "ACGT") + "\nHBB"
         + "\t1" * 16 + "\n", "a column for each cell"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_counts(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(EvcargoError, match=message):
        read(write(tmp_path / "t.txt", text), "A1", assay=LONG)


def test_a_file_of_one_sample_for_two_runs(tmp_path: Path) -> None:
    path = star(tmp_path / "ReadsPerGene.out.tab", 1.0)
    with pytest.raises(RunsError, match=r"holds the counts of one sample, but .* 2 runs"):
        read(path, *SAMPLES, assay=LONG)


@pytest.mark.parametrize("name", ["count", "Counts", "read_count", "reads"])
def test_the_only_column_of_counts(tmp_path: Path, name: str) -> None:
    rows = [["miRNA", name], *([n, c[0]] for n, c in MIRNAS.items())]
    assert counts_of(read(write(tmp_path / "x.tsv", as_text(rows)), "A1")) == first_run(EXPECTED)


def test_the_only_column_of_another_sample_is_not_taken(tmp_path: Path) -> None:
    rows = [["miRNA", "B1"], *([n, c[0]] for n, c in MIRNAS.items())]
    with pytest.raises(RunsError, match="has no column 'A1' for run A1"):
        read(write(tmp_path / "x.tsv", as_text(rows)), "A1")


def test_the_class_of_small_rna_by_a_column(tmp_path: Path) -> None:
    rows = [
        ["id", "biotype", "A1"],
        ["x1", "Y RNA", 5],
        ["x2", "mature_miRNA", 6],
        ["x3", "tRF", 1],
    ]
    table = read(write(tmp_path / "x.tsv", as_text(rows)), "A1", assay=SMALL)
    assert table.features["class"].tolist() == ["Y_RNA", "miRNA", "tRNA"]


def test_excerpt_by_gene_takes_the_same_reads(tmp_path: Path) -> None:
    rows = [["GeneSymbol", "uniqueReadCount", "totalReadCount", "multimapAdjustedReadCount"]]
    rows += [["HBB", 3, 40, 38.5], ["GAPDH", 2, 9, 9.0]]
    table = read(write(tmp_path / "EV1_geneLevel.txt", as_text(rows)), "EV1", assay=LONG)
    assert table.layout.program == "exceRpt"
    assert by_gene(table) == {"EV1": {"HBB": 38.5, "GAPDH": 9.0}}


def test_a_marker_without_a_read_is_not_named(tmp_path: Path) -> None:
    rows = [["miRNA", "A1", "B1"], ["hsa-miR-451a", 0, 0], ["hsa-miR-23a-3p", 5, 7]]
    rows += [[f"hsa-let-7{one}-5p", 0, 0] for one in "abcdefi"]
    runs = runs_for(write(tmp_path / "t.tsv", as_text(rows)), "A1", "B1")
    markers = ["hsa-miR-451a", "hsa-miR-23a-3p"]
    (summary,), problems = examine(runs, markers=markers)
    assert not problems
    assert summary.markers == "hsa-miR-23a-3p"
    assert "8 of 9 features have no count in any sample" in summary.notes
