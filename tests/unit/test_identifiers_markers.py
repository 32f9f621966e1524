"""Every marker that decides something is found, whatever style the identifiers of a table have."""

import csv
from pathlib import Path

import pytest
from identifiers_helpers import genes_of, mirnas_of, symbol_of

from evcargo.identifiers.describe import describe_identifiers, describe_mirnas

# Markers of the MISEV2018 rule, the tetraspanin ratios, ESCRT, lipoproteins, albumin, haemoglobin.
DECISIVE = (
    "CD9 CD63 CD81 CD82 CD47 TSG101 PDCD6IP FLOT1 FLOT2 SDCBP ANXA2 ANXA5 VPS4A CHMP4B HGS "
    "APOA1 APOA2 APOB APOE ALB HBA1 HBB CANX CYC1 GOLGA2 PF4 PPBP FGA FGB C3 UMOD LGALS3BP "
)
MIRNAS = ("haemolysis_pair", "haemolysis_mirna", "red_cell_mirna")


def panels(root: Path) -> list[dict[str, str]]:
    with (root / "resources/markers/panels.tsv").open() as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def styles(organism: str, symbol: str) -> dict[str, str]:
    """Spellings of a marker by style; the styles that the tables have no entry for are left out."""
    gene = genes_of(organism).resolve(symbol)
    assert gene is not None, symbol
    accession, entry, stable = gene.accession, gene.entry_name, gene.ensembl
    return {
        "symbol": symbol,
        "symbol of another case": symbol.swapcase() if not symbol.isalpha() else symbol.upper(),
        **({"accession": accession, "isoform": f"{accession}-1"} if accession else {}),
        **({"header": f"sp|{accession}|{entry}", "PEAKS": f"{accession}|{entry}"} if entry else {}),
        **({"entry": entry} if entry else {}),
        **({"Ensembl": f"{stable}.3", "nf-core": f"{stable}_{symbol}"} if stable else {}),
    }


@pytest.mark.parametrize("symbol", DECISIVE.split())
def test_decisive_markers_of_human_in_every_style(symbol: str) -> None:
    spellings = styles("human", symbol)
    assert len(spellings) == 9
    for style, text in spellings.items():
        assert symbol_of(genes_of("human").resolve(text)) == symbol, style


@pytest.mark.parametrize("organism", ["mouse", "rat"])
@pytest.mark.parametrize("symbol", DECISIVE.split())
def test_decisive_markers_of_rodents(root: Path, organism: str, symbol: str) -> None:
    rows = [row for row in panels(root) if row["gene"] == symbol]
    usual = [one for row in rows[:1] for one in row[organism].split(";")]
    if usual == [""] or not usual:
        pytest.skip(f"{symbol} has no ortholog in {organism}")
    known = [one for one in usual if symbol_of(genes_of(organism).resolve(one)) == one]
    assert known
    for style, text in styles(organism, known[0]).items():
        assert symbol_of(genes_of(organism).resolve(text)) == known[0], style


def test_every_marker_is_found_by_symbol_and_accession(root: Path) -> None:
    genes = genes_of("human")
    wrong = []
    for row in panels(root):
        if row["taxon"] != "9606" or row["gene"].startswith("hsa-"):
            continue
        if symbol_of(genes.resolve(row["gene"])) != row["gene"]:
            wrong.append(row["gene"])
        for accession in filter(None, row["accession"].split(";")):
            gene = genes.resolve(accession)
            of_row = genes.resolve(row["gene"])
            shared = of_row is not None and accession in of_row.accessions
            if gene is None or (gene.symbol != row["gene"] and not shared):
                wrong.append(accession)
    assert wrong == []


@pytest.mark.parametrize(
    ("alias", "symbol"),
    [
        ("Alix", "PDCD6IP"),
        ("ALIX", "PDCD6IP"),
        ("TAPA1", "CD81"),
        ("MLA1", "CD63"),
        ("ApoB-100", "APOB"),
        ("TSG10", "TSG101"),
        ("IGJ", "JCHAIN"),
    ],
)
def test_well_known_aliases(alias: str, symbol: str) -> None:
    assert symbol_of(genes_of("human").resolve(alias)) == symbol


@pytest.mark.parametrize(
    "style",
    [
        "{name}",
        "{name}|miRNA|{name}|{name}|{name}|0|22",
        "{name}:{accession}:Homo:sapiens:{plain}",
        "{plain}",
        "{accession}",
        "{hairpin}|{accession}",
        "{lower}",
        "{upper}",
    ],
)
def test_miRNAs_of_haemolysis_in_every_style(root: Path, style: str) -> None:
    mirnas = mirnas_of("human")
    names = sorted({row["gene"] for row in panels(root) if row["panel"] in MIRNAS})
    assert len(names) >= 20
    cells = []
    for name in names:
        mirna = mirnas.resolve(name)
        assert mirna is not None
        plain = name.removeprefix("hsa-")
        words = {"name": name, "plain": plain, "accession": mirna.accession}
        words |= {"lower": name.lower(), "upper": name.upper(), "hairpin": name.lower()}
        cells.append(style.format(**words))
    summary = describe_mirnas(cells, mirnas)
    assert [one.name if one else None for one in summary.mirnas] == names
    assert (summary.n_recognised, summary.n_matures) == (len(names), len(names))


def test_random_words_are_no_markers() -> None:
    words = ["alpha", "Beta", "gamma ray", "delta-4", "sample 1", "A1", "feature_17", "x;y"]
    assert describe_identifiers(words, genes_of("human")).n_recognised == 0
    assert describe_mirnas(words, mirnas_of("human")).n_recognised == 0
