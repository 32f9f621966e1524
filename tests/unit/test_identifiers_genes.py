"""Which gene a text stands for."""

import string
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identifiers_helpers import ORGANISMS, genes_of, symbol_of

from evcargo.identifiers.genes import leading_gene

WORDS = (
    "the of and to in is you that it for on are as with his they at be this have from or "
    "had by hot word but what some we can out other were all there when up use your how "
    "said an each she which do their time if will way about many then them write would "
    "like so these her long make thing see him two has look more day could go come did "
    "number sound no most people my over know water than call first who may down side been "
    "now find any new work part take get place made live where after back little only "
    "round man year came show every good me give our under name very through just form "
    "sentence great think say help low line differ turn cause much mean before move right "
    "boy old too same tell does set three want air well also play small end put home read "
    "hand port large spell add even land here must big high such follow act why ask men "
    "change went light kind off need house picture try us again animal point mother world "
    "near build self earth father sample control patient treated healthy group total mean "
    "median ratio protein name index value plasma serum exosome vesicle buffer blank pool "
)


@pytest.mark.parametrize(
    "text",
    [
        "P02788",
        "sp|P02788|TRFL_HUMAN",
        "P02788|TRFL_HUMAN",
        "TRFL_HUMAN|P02788",
        "sp|P02788",
        "sp|P02788-2|TRFL_HUMAN Isoform DeltaLf of Lactotransferrin OS=Homo sapiens GN=LTF",
        "TRFL_HUMAN",
        "P02788-2",
        "P02788.1",
        "P02788v2",
        "UniProtKB:P02788",
        "uniprot:P02788",
        "CON__P02788",
        "sp|Cont_P02788|TRFL_HUMAN",
        "LTF",
        "HLF2",
        "ENSG00000012223",
        "ENSG00000012223.14",
        "ENSG00000012223_LTF",
        "ENSG00000012223.14|LTF",
        "ENSG00000012223.14_LTF",
        "LTF|ENSG00000012223",
        "ENST00000231751",
        "ENST00000231751.9",
        "ENSP00000231751.4",
        '"LTF"',
        " LTF ",
    ],
)
def test_every_spelling_of_lactotransferrin(text: str) -> None:
    gene = genes_of("human").resolve(text)
    assert gene is not None
    assert (gene.symbol, gene.accession, gene.reviewed) == ("LTF", "P02788", True)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("P02788", "UniProt accession"),
        ("sp|P02788|TRFL_HUMAN", "UniProt accession and entry name"),
        ("TRFL_HUMAN", "UniProt entry name"),
        ("LTF", "gene symbol"),
        ("SEPT2", "former gene symbol"),
        ("HEL-S-78p", "alias of a gene"),
        ("ENSG00000012223", "Ensembl gene id"),
        ("ENSG00000012223.14", "Ensembl gene id with version"),
        ("ENST00000231751", "Ensembl transcript id"),
        ("ENSP00000231751.4", "Ensembl protein id with version"),
        ("NM_001199149.2", "RefSeq accession"),
        ("4057", "number"),
        ("hello", "unknown"),
        ("", "unknown"),
    ],
)
def test_kinds_in_words(text: str, kind: str) -> None:
    assert genes_of("human").read(text).kind == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("P02769", "UniProt accession"),
        ("sp|P02769|ALBU_BOVIN", "UniProt accession and entry name"),
        ("ALBU_BOVIN", "UniProt entry name"),
        ("ENSMUSG00000012223", "Ensembl gene id"),
        ("rev_sp|P02788|TRFL_HUMAN", "unknown"),
        ("REV__P02788", "unknown"),
        ("928", "number"),
    ],
)
def test_other_species_decoys_and_bare_numbers_are_no_genes(text: str, kind: str) -> None:
    reading = genes_of("human").read(text)
    assert reading.gene is None
    assert reading.kind == kind


def test_a_symbol_in_the_form_of_an_accession_is_a_symbol() -> None:
    assert symbol_of(genes_of("human").resolve("H2AC20")) == "H2AC20"


def test_an_unreviewed_accession_leads_to_its_gene() -> None:
    gene = genes_of("human").resolve("tr|V9HVY1|V9HVY1_HUMAN")
    assert gene is not None
    assert (gene.symbol, gene.accession, gene.reviewed) == ("FGB", "V9HVY1", False)


def test_an_accession_of_several_genes_is_the_first_of_them() -> None:
    assert symbol_of(genes_of("human").resolve("P62805")) == "H4C1"


def test_a_gene_of_ensembl_without_symbol_is_known() -> None:
    gene = genes_of("human").resolve("ENSG00000291315.1")
    assert gene is not None
    assert (gene.symbol, gene.ensembl) == ("", "ENSG00000291315")
    assert genes_of("human").resolve("ENSG00999999999") is None


def test_entry_names_with_the_letters_of_a_contaminant_mark() -> None:
    assert symbol_of(genes_of("human").resolve("ACON_HUMAN")) == "ACO2"
    assert symbol_of(genes_of("human").resolve("CON__ACON_HUMAN")) == "ACO2"


def test_former_symbols_of_septins_and_march_genes() -> None:
    human, mouse = genes_of("human"), genes_of("mouse")
    assert symbol_of(human.resolve("SEPT2")) == "SEPTIN2"
    assert symbol_of(human.resolve("MARCH1")) == "MARCHF1"
    assert symbol_of(mouse.resolve("Sept2")) == "Septin2"


def test_a_former_symbol_is_that_of_the_gene_that_had_it_last() -> None:
    """QARS was EPRS1 long before it was QARS1."""
    assert symbol_of(genes_of("human").resolve("QARS")) == "QARS1"


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("V9HVY1_HUMAN", "FGB"),
        ("CEP43_HUMAN", "CEP43"),
        ("CEP43_MOUSE", None),
        ("HLA.A", "HLA-A"),
        ("MT.CO1", "MT-CO1"),
        (">sp|P02788|TRFL_HUMAN", "LTF"),
    ],
)
def test_further_spellings(text: str, symbol: str | None) -> None:
    assert symbol_of(genes_of("human").resolve(text)) == symbol


def test_names_of_miRNAs_are_no_genes() -> None:
    """They are for `mirnas`: a mature would become its hairpin."""
    for text in ("hsa-miR-21-5p", "hsa-miR-451a", "hsa-mir-21", "miR-21"):
        assert genes_of("human").resolve(text) is None


def test_a_name_of_several_genes_is_none_of_them() -> None:
    genes = genes_of("human")
    assert genes.resolve("C4BP") is None
    assert {gene.symbol for gene in genes.candidates("C4BP")} == {"C4BPA", "C4BPB"}
    assert [gene.symbol for gene in genes.candidates("CD9")] == ["CD9"]
    assert genes.candidates("nonsense") == []


def test_a_short_alias_is_only_a_candidate() -> None:
    genes = genes_of("human")
    assert genes.resolve("HF") is None
    assert [gene.symbol for gene in genes.candidates("HF")] == ["CFH"]


@pytest.mark.parametrize(
    ("organism", "text", "symbol"),
    [
        ("human", "Cd9", "CD9"),
        ("human", "cd9", "CD9"),
        ("human", "Pdcd6ip", "PDCD6IP"),
        ("mouse", "CD9", "Cd9"),
        ("mouse", "ALB", "Alb"),
        ("mouse", "PDCD6IP", "Pdcd6ip"),
        ("rat", "TSG101", "Tsg101"),
    ],
)
def test_symbols_in_another_case(organism: str, text: str, symbol: str) -> None:
    reading = genes_of(organism).read(text)
    assert symbol_of(reading.gene) == symbol
    assert reading.other_case


def test_words_in_another_case_are_no_symbols() -> None:
    genes = genes_of("human")
    assert genes.resolve("cat") is None
    assert genes.resolve("Cat") is None
    assert symbol_of(genes.resolve("CAT")) == "CAT"


def test_loci_of_ncbi_without_a_symbol() -> None:
    gene = genes_of("human").resolve("LOC105379999")
    assert gene is not None
    assert (gene.symbol, gene.entrez) == ("LOC105379999", "105379999")


@pytest.mark.parametrize("organism", ORGANISMS)
@pytest.mark.parametrize("change", [str.lower, str.capitalize, str.upper])
def test_common_words_are_no_genes(organism: str, change) -> None:
    genes, words = genes_of(organism), WORDS.split()
    known = [word for word in words if genes.resolve(change(word)) is not None]
    assert len(known) < 0.02 * len(words), known


@pytest.mark.parametrize("organism", ORGANISMS)
@pytest.mark.parametrize("signs", [string.ascii_letters, string.ascii_letters + string.digits])
def test_random_strings_are_no_genes(organism: str, signs: str) -> None:
    """Of 4 to 10 signs; 0.1 % are, most of four."""
    random = Random(1)
    texts = ["".join(random.choices(signs, k=random.randint(4, 10))) for _ in range(3000)]
    genes = genes_of(organism)
    assert sum(genes.resolve(text) is not None for text in texts) < 0.01 * len(texts)


@pytest.mark.parametrize("organism", ORGANISMS)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_all_spellings_of_a_gene_lead_to_it(organism: str, data: st.DataObject) -> None:
    genes = genes_of(organism)
    row = data.draw(st.integers(0, len(genes._index.approved) - 1))
    symbol, accessions, entries, ensembl = genes._index.cells(
        row, "symbol", "accessions", "entries", "ensembl"
    )
    if len(symbol) < 2 or symbol.islower():
        return
    spellings = [symbol, f" {symbol} ", f'"{symbol}"', f"{symbol}|x"]
    first = ensembl.partition(";")[0]
    if first and genes._index.ensembl[first] == row:
        spellings += [first, f"{first}.3", f"{first}_{symbol}", f"{first}.12|{symbol}"]
    accession, entry = accessions.partition(";")[0], entries.partition(";")[0]
    if accession and genes._index.accession[accession] == row:
        spellings += [accession, f"{accession}-2", f"{accession}.1", f"UniProtKB:{accession}"]
        spellings += [f"sp|{accession}|{entry or 'X_HUMAN'}", f"{accession}|{entry}"]
        spellings += [entry, f"{entry}|{accession}", f"CON__{accession}"] if entry else []
    resolved = {text: symbol_of(genes.resolve(text)) for text in spellings}
    assert set(resolved.values()) == {symbol}, resolved


class TestLeadingGene:
    @pytest.mark.parametrize(
        ("members", "symbols", "position", "symbol", "one_gene"),
        [
            (["HEL-S-78p", "FGB"], [], 1, "FGB", True),
            (["V9HVY1", "P02675"], [], 1, "FGB", True),
            (["tr|V9HVY1|V9HVY1_HUMAN", "sp|P02675|FIBB_HUMAN"], [], 1, "FGB", True),
            (["A0A999ZZZ9", "P02675"], ["HEL-S-78p", "FGB"], 1, "FGB", True),
            (["A0A999ZZZ9", "P02675"], [], 0, None, False),
            (["A0A999ZZZ9", "P02675"], ["FGB", "FGA"], 0, None, False),
            (["P02675-2", "P02675"], [], 0, "FGB", True),
            (["P02671", "P02675"], [], 0, "FGA", False),
            (["SEPT2", "SEPTIN2"], [], 1, "SEPTIN2", True),
            (["CD9"], [], 0, "CD9", True),
            (["nonsense"], [], 0, None, False),
            ([], [], 0, None, False),
        ],
    )
    def test_the_reviewed_or_approved_member_leads(
        self, members, symbols, position, symbol, one_gene
    ) -> None:
        leading = leading_gene(members, genes_of("human"), symbols)
        assert leading.position == position
        assert symbol_of(leading.gene) == symbol
        assert leading.one_gene is one_gene
