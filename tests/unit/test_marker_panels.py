"""The shipped panels: consistent, sourced, and without the errors that circulate."""

import hashlib
import re

import pandas as pd
import pytest
from purity_helpers import PANELS

from evcargo.errors import EvcargoError
from evcargo.purity.markers import read_panels
from evcargo.purity.shares import CONTAMINANT_CLASSES, PANELS_OF_CLASS


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(PANELS, sep="\t", dtype=str, keep_default_na=False)


def members(table: pd.DataFrame, **chosen: object) -> set[str]:
    for column, wanted in chosen.items():
        table = table[table[column].isin([wanted] if isinstance(wanted, str) else wanted)]
    return set(table["gene"]) - {""}


def test_every_row_has_source_role_and_description(table):
    assert (table[["panel", "role", "description", "source", "taxon"]] != "").all(axis=None)
    assert not table.duplicated(["panel", "gene", "accession"]).any()


def test_symbols_are_well_formed_and_agree_on_their_accession(table):
    genes = table[(table["gene"] != "") & ~table["gene"].str.contains("miR-")]
    assert genes["gene"].str.fullmatch(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*").all()
    per_gene = genes.groupby("gene")[["accession", "aliases", "mouse", "rat"]].nunique()
    assert (per_gene == 1).all(axis=None)
    accession = r"[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2}"
    assert genes["accession"].str.fullmatch(f"({accession})(;({accession}))*").all()


def test_former_symbols_are_not_approved_ones(table):
    genes = set(table["gene"])
    former = {name for cell in table["aliases"] for name in cell.split(";") if name}
    assert not former & genes
    assert {"HIST1H4A", "EPRS", "ATP5B"} <= former


def test_ev_and_contaminant_never_share_a_gene(table):
    """The overlap trap: lists for plasma hold EV proteins (FLOT1, ITGB1, HSPA8 ...)."""
    ev = members(table, role=["ev", "ev_promiscuous"])
    assert not ev & members(table, role=["contaminant", "nonvesicular"])
    assert not ev & members(table, role="intracellular")
    named = {"FLOT1", "CD59", "HSPA8", "ITGB1", "GNAI2", "ACTB", "GAPDH", "TUBB1", "ITGA2B", "GP9"}
    blood = members(table, panel=["platelet", "haemolysis", "red_cell"])
    assert not named & blood
    recall = members(table, role="recall")
    assert not recall & members(table, panel=["platelet", "haemolysis", "red_cell", "keratin"])


def test_signal_classes_share_genes_only_where_the_order_decides(table):
    """Contaminant classes never compete; CD5L and AHSG are also secreted (5b), lower down."""
    seen: dict[str, str] = {}
    clashes = set()
    for cls, panels in PANELS_OF_CLASS.items():
        for gene in members(table, panel=panels):
            if gene in seen:
                clashes.add((gene, seen[gene], cls))
            seen.setdefault(gene, cls)
    assert clashes == {
        ("AHSG", "other plasma", "secreted"),
        ("CD5L", "immunoglobulin and complement", "secreted"),
    }
    assert set(CONTAMINANT_CLASSES) - set(PANELS_OF_CLASS) == {"bovine", "other contaminant"}


def test_misev_2018_has_its_members_and_not_the_circulating_errors(table):
    misev = {c: members(table, category=c) for c in sorted(set(table["category"]) - {""})}
    assert {"CD63", "CD81", "TFRC", "ITGAV", "SDC1", "SDC2", "SDC3", "SDC4"} <= misev["1a"]
    assert {"CD9", "EPCAM", "GYPA"} <= misev["1b"]
    assert {"TSG101", "PDCD6IP", "ARRDC1", "VPS4A", "HSPA8"} <= misev["2a"]
    assert misev["3a"] == {"ALB", "APOA1", "APOA2", "APOB"}
    assert {"H4C1", "H2AX", "LMNA"} <= misev["4a"]
    assert misev["4c"] == {"CANX", "HSP90B1", "HSPA5", "GOLGA2"}
    positive = misev["1a"] | misev["1b"] | misev["2a"]
    wrong = {"EIF6", "NMRK2", "ITGB1BP1", "ITGB1BP2", "CD72", "H2AX", "H2AC4", "HSPD1"}
    assert not wrong & positive
    assert len(misev) == 12
    everything = set().union(*misev.values())
    assert not {"TMED1", "NFIL3", "ENTPD6", "FN!", "VSPS4A", "HSPAS", "MMT"} & everything
    assert not any(gene.startswith("MRP") for gene in misev["3b"])


def test_recall_lists_hold_a_hundred_each_and_no_other_role(table):
    for panel in ("exocarta_top100", "vesiclepedia_top100"):
        rows = table[table["panel"] == panel]
        assert rows["role"].eq("recall").all()
        assert rows["note"].tolist() == [f"rank {n}" for n in range(1, 101)]


def test_haemolysis_signature_has_its_twenty_mirnas(table):
    signature = members(table, panel="haemolysis_mirna")
    assert len(signature) == 20
    assert {"hsa-miR-451a", "hsa-miR-17-5p", "hsa-miR-20b-5p"} <= signature
    assert "hsa-miR-23a-3p" not in signature


def test_bovine_proteins_are_known_by_accession_only(table):
    bovine = table[table["panel"] == "bovine_serum"]
    assert len(bovine) == 159
    assert bovine["gene"].eq("").all() and bovine["taxon"].eq("9913").all()
    assert "P02769" in set(bovine["accession"])


@pytest.mark.parametrize(
    ("organism", "expected"),
    [
        ("mouse", {"Cd9", "Pdcd6ip", "H2-K1", "Hbb-b1", "mmu-miR-142a-5p"}),
        ("rat", {"rno-miR-451-5p"}),
    ],
)
def test_rodent_symbols(organism, expected):
    panels = read_panels(PANELS, organism)
    assert expected <= set(panels["gene"])
    taxa = panels.groupby("panel")["taxon"].agg(set)
    assert taxa["keratin"] == {"9606", {"mouse": "10090", "rat": "10116"}[organism]}
    assert taxa["bovine_serum"] == {"9913"}
    others = set().union(*taxa.drop(["keratin", "bovine_serum"]))
    assert others == {{"mouse": "10090", "rat": "10116"}[organism]}


def test_ortholog_coverage_is_counted(table):
    """Of the genes of the MISEV categories 1 to 4, the share that has a rodent symbol."""
    genes = table[table["category"].str.match("[1-4]")].drop_duplicates("gene")
    for organism in ("mouse", "rat"):
        assert genes[organism].ne("").mean() > 0.97


def test_an_unknown_organism_or_table_is_refused_in_one_line(tmp_path):
    with pytest.raises(EvcargoError, match="'dog' is not one of human, mouse, rat"):
        read_panels(PANELS, "dog")
    wrong = tmp_path / "panels.tsv"
    wrong.write_text("panel\tgene\n")
    with pytest.raises(EvcargoError, match="panels.tsv: a table of marker panels has the columns"):
        read_panels(wrong)


def test_readme_states_the_checksum_of_every_file():
    readme = (PANELS.parent / "README.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"`([\w.]+)` \| `([0-9a-f]{64})`", readme))
    assert set(stated) == {"panels.tsv", "sources.yaml", "bovine_serum.tsv"}
    for name, checksum in stated.items():
        assert hashlib.sha256((PANELS.parent / name).read_bytes()).hexdigest() == checksum, name
