"""FASTA headers of every database, as their entries for p53 and others are."""

import pytest

from evcargo.proteins.database import read_genes
from evcargo.proteins.headers import is_decoy, read_header

GENES = {"P04637": "TP53", "ENSG00000141510": "TP53"}
HEADERS = {
    "sp|P04637|P53_HUMAN Cellular tumor antigen p53 OS=Homo sapiens OX=9606 GN=TP53 PE=1 SV=4": (
        "P04637",
        "TP53",
        "Cellular tumor antigen p53",
        "9606",
    ),
    "sp|P04637-2|P53_HUMAN Isoform 2 of Cellular tumor antigen p53 OS=Homo sapiens OX=9606": (
        "P04637-2",
        "TP53",
        "Isoform 2 of Cellular tumor antigen p53",
        "9606",
    ),
    "P04637": ("P04637", "TP53", "", ""),
    "tr|A0A140|A0A140_BOVIN Albumin OS=Bos taurus OX=9913 GN=ALB PE=2 SV=1": (
        "A0A140",
        "ALB",
        "Albumin",
        "9913",
    ),
    "ENSP00000269305.4 pep chromosome:GRCh38:17:7668421:7687490:-1 gene:ENSG00000141510.18"
    " transcript:ENST00000269305.9 gene_biotype:protein_coding gene_symbol:TP53"
    " description:tumor protein p53 [Source:HGNC Symbol;Acc:HGNC:11998]": (
        "ENSP00000269305.4",
        "TP53",
        "tumor protein p53",
        "9606",
    ),
    "ENSP00000269305.4 pep chromosome:GRCh38:17:7:8:-1 gene:ENSG00000141510.18": (
        "ENSP00000269305.4",
        "TP53",
        "pep chromosome:GRCh38:17:7:8:-1 gene:ENSG00000141510.18",
        "9606",
    ),
    "ENSMUSP00000104298.2 pep gene:ENSMUSG00000059552.14 gene_symbol:Trp53": (
        "ENSMUSP00000104298.2",
        "Trp53",
        "pep gene:ENSMUSG00000059552.14 gene_symbol:Trp53",
        "10090",
    ),
    "ENSP00000269305.4|ENST00000269305.9|ENSG00000141510.18|OTTHUMG1|OTTHUMT1|TP53-201|TP53|393": (
        "ENSP00000269305.4",
        "TP53",
        "",
        "9606",
    ),
    "NP_000537.3 cellular tumor antigen p53 isoform a [Homo sapiens]": (
        "NP_000537.3",
        "",
        "cellular tumor antigen p53 isoform a [Homo sapiens]",
        "9606",
    ),
    "NP_035770.2 cellular tumor antigen p53 isoform a [Mus musculus]": (
        "NP_035770.2",
        "",
        "cellular tumor antigen p53 isoform a [Mus musculus]",
        "10090",
    ),
    "lcl|NC_000017.11_prot_NP_000537.3_1 [gene=TP53] [protein=p53] [organism=Homo sapiens]": (
        "NC_000017.11_prot_NP_000537.3_1",
        "TP53",
        "p53",
        "9606",
    ),
    "gi|120407068|ref|NP_000537.3| p53 [Homo sapiens]": (
        "NP_000537.3",
        "",
        "p53 [Homo sapiens]",
        "9606",
    ),
    "ref|NP_000537.3| p53 [Canis lupus familiaris]": (
        "NP_000537.3",
        "",
        "p53 [Canis lupus familiaris]",
        "",
    ),
    "my;odd=acc any words": ("my_odd_acc", "", "any words", ""),
}


@pytest.mark.parametrize(("header", "expected"), HEADERS.items())
def test_headers(header, expected):
    found = read_header(header, genes=GENES)
    assert (found.accession, found.gene, found.name, found.taxon) == expected
    assert not found.is_contaminant


@pytest.mark.parametrize(
    "header", ["CON__P02769", "Cont_P02769 x", "contam_sp|P02769|ALBU_BOVIN x", "sp|Cont_P02769|x"]
)
def test_marks_of_contaminants_of_other_engines(header):
    found = read_header(header)
    assert (found.accession, found.is_contaminant) == ("P02769", True)


def test_decoys():
    marked = ("rev_sp|P1|A", "DECOY_P1", "sp|rev_P1|A", "XXX_P1", "##P1", "REV__P1")
    assert all(is_decoy(f"{header} words") for header in marked)
    # A protein of HIV has REV in the name of its entry.
    assert not is_decoy("sp|P04618|REV_HV1H2 Protein Rev OS=Human immunodeficiency virus")


def test_the_shipped_genes(root):
    genes = read_genes(root / "resources/proteins/human_genes.tsv")
    known = {"P04637": "TP53", "P08962": "CD63", "P21926": "CD9", "P60033": "CD81", "P02768": "ALB"}
    assert {accession: genes[accession] for accession in known} == known
    assert (genes["ENSG00000141510"], genes["ENSG00000135404"]) == ("TP53", "CD63")
    # Fourteen genes make histone H4; the first stands for them, as in UniProt's GN.
    assert genes["P62805"] == "H4C1"
    assert "" not in genes
    # Every protein of the shipped FASTA has the gene of its header.
    lines = (root / "resources/proteins/human_ev.fasta").read_text().splitlines()
    told = [read_header(line[1:]) for line in lines if line.startswith(">")]
    assert {one.accession: genes.get(one.accession) for one in told} == {
        one.accession: one.gene for one in told
    }
