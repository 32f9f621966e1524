"""Genes by FASTA headers and by the user's table."""

import gzip
from pathlib import Path

import pytest
import xopen

from evcargo.errors import EvcargoError
from evcargo.transcripts.genes import (
    Gene,
    gene_of_header,
    read_gene_table,
    transcript_genes,
    transcript_id,
)

# Headers as the three sources write them (Ensembl 112, GENCODE 46, RefSeq and gffread).
ENSEMBL = (
    "ENST00000632684.1 cdna chromosome:GRCh38:7:142786213:142786224:1 gene:ENSG00000282431.1"
    " gene_biotype:TR_D_gene transcript_biotype:TR_D_gene gene_symbol:TRBD1"
    " description:T cell receptor beta diversity 1 [Source:HGNC Symbol;Acc:HGNC:12158]"
)
GENCODE = (
    "ENST00000456328.2|ENSG00000290825.1|OTTHUMG00000002860.3|OTTHUMT00000362751.1|DDX11L2-202|"
    "DDX11L2|1657|lncRNA|"
)
CODING = "ENST00000641515.2|ENSG00000186092.7|-|-|OR4F5-201|OR4F5|2618|UTR5:1-60|CDS:61-1041|"
REFSEQ = "lcl|NC_000001.11_mrna_NM_001005484.2_1 [gene=OR4F5] [db_xref=GeneID:79501] [gbkey=mRNA]"
GFFREAD = "NM_000014.6 gene=A2M"


@pytest.mark.parametrize(
    ("header", "name", "gene"),
    [
        (ENSEMBL, "ENST00000632684.1", Gene("ENSG00000282431.1", "TRBD1", "TR_D_gene")),
        (GENCODE, "ENST00000456328.2", Gene("ENSG00000290825.1", "DDX11L2", "lncRNA")),
        (CODING, "ENST00000641515.2", Gene("ENSG00000186092.7", "OR4F5", "transcript")),
        (REFSEQ, "lcl|NC_000001.11_mrna_NM_001005484.2_1", Gene("OR4F5", "OR4F5")),
        (GFFREAD, "NM_000014.6", Gene("A2M", "A2M")),
        ("NM_000014.6 Homo sapiens alpha-2-macroglobulin (A2M), mRNA", "NM_000014.6", None),
        ("", "", None),
    ],
)
def test_headers(header: str, name: str, gene: Gene | None) -> None:
    assert transcript_id(header) == name
    assert gene_of_header(header) == gene


@pytest.mark.parametrize(
    ("gene", "ribosomal"),
    [
        (Gene("ENSG1", "RNA18SN5"), True),
        (Gene("ENSG1", "RNA5-8SN2"), True),
        (Gene("ENSG1", "RNA45SN1"), True),
        (Gene("ENSG1", "MT-RNR2"), True),
        (Gene("ENSMUSG1", "mt-Rnr1"), True),
        (Gene("ENSMUSG1", "Rn18s"), True),
        (Gene("Rn45s"), True),
        (Gene("ENSG1", "", "Mt_rRNA"), True),
        (Gene("ENSG1", "RNA5SP12"), False),
        (Gene("ENSG1", "RNA5SP12", "rRNA_pseudogene"), False),
        (Gene("ENSG1", "RNASE1"), False),
        (Gene("ENSG1", "RPS18"), False),
    ],
)
def test_ribosomal_genes(gene: Gene, ribosomal: bool) -> None:
    assert gene.ribosomal == ribosomal


def fasta(folder: Path, *headers: str) -> Path:
    path = folder / "t.fa.gz"
    path.write_bytes(gzip.compress("".join(f">{h}\nACGT\n" for h in headers).encode()))
    return path


def test_a_table_takes_the_place_of_the_headers(tmp_path: Path) -> None:
    table = tmp_path / "genes.tsv"
    table.write_text(
        "transcript_id\tgene_id\tgene_name\n# a comment\n"
        "ENST00000456328\tG1\t\nNM_000014.6\tG2\tA\"2' M\n"
        "not_there\tG9\n"
    )
    found = transcript_genes(fasta(tmp_path, GENCODE, GFFREAD), table)
    assert found == {
        "ENST00000456328.2": Gene("G1", "", "lncRNA"),
        "NM_000014.6": Gene("G2", "A\"2' M"),
    }


def test_a_first_row_that_is_no_header(tmp_path: Path) -> None:
    table = tmp_path / "genes.tsv"
    table.write_text("tx1\tG1\r\nTargetless\tG2\r\n")
    assert read_gene_table(table) == {"tx1": Gene("G1"), "Targetless": Gene("G2")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tx1\n", "is no table with a header and columns"),
        ("tx1\tG1\ntx2\t \n", "row 2: 'tx2' has no gene"),
        ("tx1\tG1\ntx1\tG2\n", "row 2: transcript 'tx1' has gene 'G2' here and 'G1' above"),
        ("transcript\tgene\n", "holds no row"),
        ("tx9\tG1\n", "has no gene for 1 of 1 transcripts"),
    ],
)
def test_wrong_tables(tmp_path: Path, text: str, said: str) -> None:
    table = tmp_path / "genes.tsv"
    table.write_text(text)
    with pytest.raises(EvcargoError) as caught:
        transcript_genes(fasta(tmp_path, "NM_1 gene=A"), table)
    assert said in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz", "zst"])
@pytest.mark.parametrize("name", ["t.fa.{}", "t.fa"])
def test_compressed_files_whatever_their_name(tmp_path: Path, ending: str, name: str) -> None:
    path = tmp_path / name.format(ending)
    with xopen.xopen(path, "wt", threads=0, format=ending) as stream:
        stream.write(">NM_1 gene=A\nACGT\n")
    assert transcript_genes(path, None) == {"NM_1": Gene("A", "A")}
    path.write_bytes(path.read_bytes()[:-6])
    with pytest.raises(EvcargoError, match="cannot be read as text"):
        transcript_genes(path, None)


def test_a_plain_file_with_the_ending_of_another(tmp_path: Path) -> None:
    path = tmp_path / "t.fa.gz"
    path.write_text(">NM_1 gene=A\r\nACGT\r\n")
    assert transcript_genes(path, None) == {"NM_1": Gene("A", "A")}


def test_half_a_file(tmp_path: Path) -> None:
    path = fasta(tmp_path, *(f"NM_{i} gene=G{i}" for i in range(3000)))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(EvcargoError, match="cannot be read as text"):
        transcript_genes(path, None)


@pytest.mark.parametrize("mark", ["\t", ",", ";"])
@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_table_in_any_separator_and_encoding(tmp_path: Path, mark: str, codec: str) -> None:
    table = tmp_path / "tx2gene.txt"
    rows = [["TXNAME", "GENEID", "NAME", ""], ["tx1", "G1", "Gen\u00e9", ""], [""] * 4]
    table.write_bytes("\r\n".join(mark.join(row) for row in rows).encode(codec))
    assert read_gene_table(table) == {"tx1": Gene("G1", "Gen\u00e9")}
