"""What the identifiers of a column are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identifiers_helpers import genes_of, mirnas_of, symbol_of

from evcargo.identifiers import excel
from evcargo.identifiers.describe import (
    damaged_by_spreadsheet,
    describe_identifiers,
    describe_mirnas,
)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["CD9", "CD63", "ALB"], "gene symbol"),
        (["P21926", "P08962", "P02768"], "UniProt accession"),
        (["P21926|CD9_HUMAN", "P08962|CD63_HUMAN"], "UniProt accession and entry name"),
        (["CD9_HUMAN", "CD63_HUMAN"], "UniProt entry name"),
        (["ENSG00000010278.12", "ENSG00000135404.12"], "Ensembl gene id with version"),
        (["ENST00000009180", "ENST00000257857"], "Ensembl transcript id"),
        (["928", "967", "213", "7251", "10015"], "Entrez gene id"),
        (["928.0", "967.0", "7251.0"], "Entrez gene id"),
    ],
)
def test_kind_of_a_column(cells: list[str], kind: str) -> None:
    summary = describe_identifiers(cells, genes_of("human"))
    assert summary.kind == kind
    assert (summary.n_cells, summary.n_recognised) == (len(cells), len(cells))
    assert summary.unrecognised == []


def test_groups_are_of_their_leading_gene_and_separators_are_counted() -> None:
    cells = ["HEL-S-78p;FGB", "CD9", "", "CD63, CD81", "P21926 / P08962", "nonsense"]
    summary = describe_identifiers(cells, genes_of("human"))
    symbols = [symbol_of(gene) for gene in summary.genes]
    assert symbols == ["FGB", "CD9", None, "CD63", "CD9", None]
    assert (summary.n_cells, summary.n_recognised) == (5, 4)
    assert summary.separators == {";": 1, ",": 1, " / ": 1, " ": 2}
    assert summary.unrecognised == ["nonsense"]


def test_identifiers_of_other_organisms_are_counted_by_species() -> None:
    cells = ["sp|P07724|ALBU_MOUSE", "CD9_MOUSE", "ENSMUSG00000030342.5", "sp|P02769|ALBU_BOVIN"]
    summary = describe_identifiers(cells, genes_of("human"))
    assert (summary.n_recognised, summary.n_well_formed) == (0, 4)
    assert summary.species == {"MOUSE": 2, "ENSMUS": 1, "BOVIN": 1}


def test_symbols_of_mouse_in_a_study_of_human_are_said_to_be_in_another_case() -> None:
    summary = describe_identifiers(["Cd9", "Cd63", "Alb", "Apob", "Hba1"], genes_of("human"))
    assert (summary.n_recognised, summary.other_case) == (5, 5)
    assert summary.kind == "gene symbol"


def test_words_are_no_symbols_in_another_case() -> None:
    cells = ["cat", "rest", "set", "star", "b2b", "x4711y", "lot9", "run1"]
    assert describe_identifiers(cells, genes_of("human")).n_recognised == 0


@pytest.mark.parametrize(
    "cells",
    [
        [str(number) for number in range(1, 300)],  # numbers of rows
        ["9", "2", "2", "9", "10", "12", "2", "928", "9", "0"],  # counts
        [str(7 * number) for number in range(1, 300)],  # counts that happen to differ
        ["10234000", "20468000", "928"],
        ["0.5", "928.5"],
        ["\u00b2", "\u0663"],  # figures that are no numbers of Python
    ],
)
def test_other_numbers_are_no_entrez_ids(cells: list[str]) -> None:
    summary = describe_identifiers(cells, genes_of("human"))
    assert (summary.n_recognised, summary.n_well_formed) == (0, 0)


@pytest.mark.parametrize(
    ("cell", "symbol"),
    [
        ("TIMM13 TIM13B TIMM13A TIMM13B", "TIMM13"),
        ("P08962 P21926", "CD63"),
        ("P08962:P21926", "CD63"),
        ("CD63|CD9", "CD63"),
        ("CD9 antigen", None),
        (">sp|P21926|CD9_HUMAN CD9 antigen OS=Homo sapiens GN=CD9", "CD9"),
    ],
)
def test_members_with_other_separators(cell: str, symbol: str | None) -> None:
    summary = describe_identifiers([cell], genes_of("human"))
    assert symbol_of(summary.genes[0]) == symbol


def test_a_column_of_conditions_has_few_genes() -> None:
    summary = describe_identifiers(["LPS", "control", "LPS", "LPS"], genes_of("human"))
    assert summary.n_genes <= 1


def test_names_that_genes_share_are_given_with_their_genes() -> None:
    summary = describe_identifiers(["CD9", "C4BP"], genes_of("human"))
    assert summary.ambiguous == {"C4BP": ["C4BPA", "C4BPB"]}


def test_an_empty_column() -> None:
    summary = describe_identifiers(["", " "], genes_of("human"))
    assert (summary.kind, summary.n_cells, summary.n_recognised) == ("unknown", 0, 0)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=15), max_size=8))
def test_any_text_can_be_described(cells: list[str]) -> None:
    summary = describe_identifiers(cells, genes_of("human"))
    assert len(summary.genes) == len(cells)
    assert summary.n_recognised == sum(gene is not None for gene in summary.genes)
    assert describe_mirnas(cells, mirnas_of("human")).n_cells == summary.n_cells


class TestDates:
    @pytest.mark.parametrize(
        ("text", "pairs"),
        [
            ("2-Sep", [(9, 2)]),
            ("02-Sep", [(9, 2)]),
            ("Sep-02", [(9, 2)]),
            ("2-Sep-21", [(9, 2)]),
            ("02. Sep", [(9, 2)]),
            ("2-sept.", [(9, 2)]),
            ("1. Mrz", [(3, 1)]),
            ("2. Okt", [(10, 2)]),
            ("2021-09-02", [(9, 2)]),
            ("2021-09-02 00:00:00", [(9, 2)]),
            ("9/2/2021", [(9, 2), (2, 9)]),
            ("02.09.2021", [(2, 9), (9, 2)]),
            ("1/13/2021", [(1, 13)]),
            ("SEPT2", []),
            ("2-Gene", []),
            ("1-Marker", []),
            ("3-Mayo", [(5, 3)]),
            ("5 déc.", [(12, 5)]),
            ("45-Sep", []),
            ("CD9", []),
            ("2021-19-02", []),
        ],
    )
    def test_what_is_a_date(self, text: str, pairs: list[tuple[int, int]]) -> None:
        assert excel.dates(text) == pairs

    def test_serial_numbers_of_this_century(self) -> None:
        assert excel.serial_date("44440") == [(9, 1)]
        assert excel.serial_date("44440.0") == [(9, 1)]
        assert excel.serial_date("12345") == []
        assert excel.serial_date("928") == []

    def test_genes_that_a_date_may_have_been(self) -> None:
        genes = genes_of("human")
        september = [gene.symbol for gene in damaged_by_spreadsheet("2-Sep", genes)]
        assert september[0] == "SEPTIN2"
        march = {gene.symbol for gene in damaged_by_spreadsheet("1-Mar", genes)}
        assert march >= {"MARCHF1", "MTARC1"}
        assert damaged_by_spreadsheet("44441", genes) == []
        serial = [gene.symbol for gene in damaged_by_spreadsheet("44441", genes, serials=True)]
        assert serial == september

    def test_genes_of_mouse_that_a_date_may_have_been(self) -> None:
        symbols = [gene.symbol for gene in damaged_by_spreadsheet("2-Sep", genes_of("mouse"))]
        assert "Septin2" in symbols

    def test_dates_among_symbols(self) -> None:
        cells = ["CD9", "CD63", "2-Sep", "1-Mar", "44440", "ALB", "APOB", "TSG101"]
        summary = describe_identifiers(cells, genes_of("human"))
        assert list(summary.damaged) == ["2-Sep", "1-Mar", "44440"]
        assert summary.damaged["44440"][0] == "SEPTIN1"
        assert [symbol_of(gene) for gene in summary.genes[2:5]] == [None, None, None]

    def test_numbers_among_accessions_are_no_dates(self) -> None:
        summary = describe_identifiers(["P21926", "P08962", "44440"], genes_of("human"))
        assert summary.damaged == {}


class TestMirnas:
    def test_names_of_an_old_release(self) -> None:
        cells = ["hsa-miR-451", "hsa-miR-21", "hsa-let-7b", "hsa-miR-21*", "hsa-miR-378", "x"]
        summary = describe_mirnas(cells, mirnas_of("human"))
        names = [mirna.name if mirna else None for mirna in summary.mirnas]
        assert names == [
            *("hsa-miR-451a", "hsa-miR-21-5p", "hsa-let-7b-5p", "hsa-miR-21-3p"),
            *("hsa-miR-378a-3p", None),
        ]
        assert (summary.kind, summary.context, summary.release) == ("miRNA name", "", "17")
        assert (summary.n_cells, summary.n_mirnas, summary.n_recognised) == (6, 5, 5)

    def test_an_old_name_means_what_it_meant_in_the_release_of_the_others(self) -> None:
        """miR-378 was one arm until release 9.2 and the other one since 10."""
        old = ["hsa-miR-378", "hsa-miR-422b", "hsa-miR-368", "hsa-miR-128b"]
        summary = describe_mirnas(old, mirnas_of("human"))
        assert summary.release == "9.2"
        assert summary.mirnas[0] is not None
        assert summary.mirnas[0].name == "hsa-miR-378a-5p"

    def test_a_table_of_hairpins(self) -> None:
        cells = ["hsa-mir-21", "hsa-mir-451a", "hsa-let-7b", "hsa-let-7a-1"]
        summary = describe_mirnas(cells, mirnas_of("human"))
        assert (summary.kind, summary.n_matures, summary.n_hairpins) == ("hairpin name", 0, 4)

    def test_small_letters_with_arms_are_matures(self) -> None:
        cells = ["hsa-mir-451a", "hsa-mir-21-5p", "hsa-let-7b-3p"]
        summary = describe_mirnas(cells, mirnas_of("human"))
        assert (summary.n_matures, summary.n_hairpins, summary.context) == (3, 0, "mature")

    def test_a_table_of_matures_and_hairpins(self) -> None:
        cells = ["hsa-miR-451a", "hsa-mir-451a", "hsa-let-7b-5p", "hsa-let-7b", "hsa-miR-21-5p"]
        summary = describe_mirnas(cells, mirnas_of("human"))
        assert [mirna.kind if mirna else None for mirna in summary.mirnas] == [
            *("mature", "hairpin", "mature", "hairpin", "mature")
        ]

    def test_other_species_and_other_classes(self) -> None:
        cells = ["mmu-miR-21a-5p", "cel-miR-39-3p", "piR-hsa-1", "tRNA-Gly-GCC", "hsa-miR-21-5p"]
        summary = describe_mirnas(cells, mirnas_of("human"))
        assert summary.other_species == {"mmu": 1, "cel": 1}
        assert (summary.n_cells, summary.n_recognised) == (5, 1)
        assert summary.n_mirnas == 2  # the nematode's is a spike-in by its name

    def test_accessions(self) -> None:
        summary = describe_mirnas(["MIMAT0000062", "MIMAT0000076"], mirnas_of("human"))
        assert (summary.kind, summary.n_recognised) == ("miRBase accession", 2)

    def test_several_miRNAs_in_a_cell_are_recognised_but_none_is_chosen(self) -> None:
        summary = describe_mirnas(["hsa-let-7a-5p/7c-5p", "hsa-miR-21-5p"], mirnas_of("human"))
        assert summary.n_recognised == 2
        assert summary.mirnas[0] is None
