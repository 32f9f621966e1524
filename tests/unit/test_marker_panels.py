"""The shipped panels: consistent, sourced, and without the errors that circulate."""

import hashlib
import re
import runpy
from pathlib import Path

import pandas as pd
import pytest
import yaml
from purity_helpers import PANELS, ROOT

from evcargo.errors import EvcargoError
from evcargo.purity.markers import read_panels
from evcargo.purity.panels import COLUMNS, ROLES, is_mirna
from evcargo.purity.shares import CONTAMINANT_CLASSES, PANELS_OF_CLASS

MARKERS = PANELS.parent
CIRCULATING = {"FN!", "VSPS4A", "HSPAS", "MMT", "EIF6", "NMRK2", "ITGB1BP1", "ITGB1BP2", "CD72"}
CIRCULATING |= {"TMED1", "NFIL3", "ENTPD6"}
"""Of the machine-made expansion of MISEV2018 that circulates."""


def read(path) -> pd.DataFrame:
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return read(PANELS)


@pytest.fixture(scope="module")
def symbols() -> pd.DataFrame:
    return read(MARKERS / "symbols.tsv").set_index("symbol")


@pytest.fixture(scope="module")
def references() -> pd.DataFrame:
    return read(MARKERS / "references.tsv").set_index("reference")


def proteins(table: pd.DataFrame) -> pd.DataFrame:
    return table[(table["gene"] != "") & ~table["gene"].map(is_mirna)]


def members(table: pd.DataFrame, **chosen: object) -> set[str]:
    for column, wanted in chosen.items():
        table = table[table[column].isin([wanted] if isinstance(wanted, str) else wanted)]
    return set(table["gene"]) - {""}


def test_every_row_has_source_role_and_description(table):
    assert (table[["panel", "role", "description", "source", "taxon"]] != "").all(axis=None)
    assert not table.duplicated(["panel", "gene", "accession"]).any()
    assert set(table["role"]) == set(ROLES)
    assert (table.groupby("panel")[["role", "description"]].nunique() == 1).all(axis=None)


def test_the_table_is_what_the_script_makes_of_its_sources(table):
    made = runpy.run_path(str(MARKERS / "make_panels.py"))
    panels = yaml.safe_load((MARKERS / "sources.yaml").read_text(encoding="utf-8"))
    symbols = {row["symbol"]: row for row in made["read_table"](MARKERS / "symbols.tsv")}
    cited = {row["reference"]: row for row in made["read_table"](MARKERS / "references.tsv")}
    rows = made["make_rows"](panels, symbols, cited)
    pd.testing.assert_frame_equal(pd.DataFrame(rows)[list(COLUMNS)], table)
    assert list(panels) == list(dict.fromkeys(table["panel"]))
    readme = (MARKERS / "README.md").read_text(encoding="utf-8")
    assert made["readme_panels"](panels, rows, cited) in readme


def test_every_reference_is_known_and_the_doubtful_ones_say_so(table, references):
    doi = r"10\.\d{4,5}/\S+|PMC\d+|github\.com/\S+|exocarta\.org"
    assert references.index.str.fullmatch(doi).all() and references.index.is_unique
    assert set(references["seen"]) == {"citation", "doi", "title", "no"}
    used = table["source"].str.split("; ").explode()
    assert set(used) == set(references.index)
    seen = used.map(references["seen"])
    for state, said in (("no", "reference not confirmed"), ("title", "DOI not confirmed")):
        assert (table["note"].str.contains(said) == seen.eq(state).groupby(level=0).any()).all()


def test_a_marker_that_was_not_seen_in_its_reference_decides_nothing(table):
    unseen = table[table["note"].str.contains("member not confirmed")]
    assert set(unseen["role"]) == {"readout", "subtype", "biogenesis", "cargo"}
    deciding = {name for panels in PANELS_OF_CLASS.values() for name in panels}
    assert not deciding & set(unseen["panel"])
    sources = yaml.safe_load((MARKERS / "sources.yaml").read_text(encoding="utf-8"))
    for name, panel in sources.items():
        own = set(unseen.loc[unseen["panel"] == name, "gene"])
        named = set(panel.get("unseen", "").split())
        assert own == (members(table, panel=name) if named == {"all"} else named), name


def test_symbols_are_well_formed_and_agree_on_their_accession(table):
    genes = proteins(table)
    assert genes["gene"].str.fullmatch(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*").all()
    per_gene = genes.groupby("gene")[["accession", "aliases", "mouse", "rat"]].nunique()
    assert (per_gene == 1).all(axis=None)
    accession = r"[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2}"
    assert genes["accession"].str.fullmatch(f"({accession})(;({accession}))*").all()


def test_symbols_and_accessions_are_those_that_hgnc_approved(table, symbols):
    """Against the extract of HGNC; tests/cases/test_marker_symbols.py holds that to HGNC itself."""
    genes = proteins(table)
    assert set(genes["gene"]) == set(symbols.index)
    assert symbols["hgnc"].str.fullmatch(r"HGNC:\d+").all() and symbols["hgnc"].is_unique
    expected = symbols.loc[genes["gene"], ["accession", "former", "mouse", "rat"]]
    found = genes[["accession", "aliases", "mouse", "rat"]]
    assert (found.to_numpy() == expected.to_numpy()).all()
    every_human_gene = set(read(ROOT / "resources" / "proteins" / "human_genes.tsv")["gene"])
    assert set(symbols.index) <= every_human_gene


@pytest.mark.parametrize(("column", "prefix"), [("gene", "hsa"), ("mouse", "mmu"), ("rat", "rno")])
def test_mirnas_are_in_the_shipped_mirbase(table, column, prefix):
    species = {"gene": "human"}.get(column, column)
    text = (ROOT / "resources" / "rna" / f"{species}_mature.fa").read_text()
    known = set(re.findall(r"(?m)^>(\S+)", text))
    names = set(table.loc[table["gene"].map(is_mirna), column]) - {""}
    assert names <= known
    assert all(name.startswith(f"{prefix}-") for name in names)
    without = set(table.loc[table["gene"].map(is_mirna) & (table[column] == ""), "gene"])
    only_human = ("660-5p", "1246", "4644", "3976", "4306", "1229-3p")
    assert without == ({f"hsa-miR-{name}" for name in only_human} if column != "gene" else set())


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


def test_hsp60_is_mitochondrial_and_never_an_ev_marker(table):
    rows = table[table["gene"] == "HSPD1"]
    assert not set(rows["role"]) & {"ev", "ev_promiscuous"}
    families = rows[rows["panel"] == "exosome_families"]
    assert families["note"].str.startswith("ambiguous").all() and len(families) == 1
    assert "HSPD1" in members(table, panel="organelle", category="mitochondrion")


def test_signal_classes_share_genes_only_where_the_order_decides(table):
    """Contaminant classes never compete; CD5L, AHSG and UMOD are also in 5b and 3b, lower down."""
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
        ("UMOD", "proteins of urine, milk or saliva", "ribosome and aggregates"),
    }
    assert set(CONTAMINANT_CLASSES) - set(PANELS_OF_CLASS) == {"bovine", "other contaminant"}


def test_misev_2018_has_its_members_and_not_the_circulating_errors(table):
    named = table[table["panel"].str.startswith("misev2018_")]
    misev = {c: members(named, category=c) for c in sorted(set(named["category"]))}
    assert not set(misev) & set(table.drop(named.index)["category"])
    assert {"CD63", "CD81", "TFRC", "ITGAV", "SDC1", "SDC2", "SDC3", "SDC4"} <= misev["1a"]
    assert {"CD9", "EPCAM", "GYPA"} <= misev["1b"]
    assert {"TSG101", "PDCD6IP", "ARRDC1", "VPS4A", "HSPA8"} <= misev["2a"]
    assert misev["3a"] == {"ALB", "APOA1", "APOA2", "APOB"}
    assert {"H4C1", "H2AX", "LMNA"} <= misev["4a"]
    assert misev["4c"] == {"CANX", "HSP90B1", "HSPA5", "GOLGA2"}
    positive = misev["1a"] | misev["1b"] | misev["2a"]
    assert not {"H2AX", "H2AC4", "HSPD1"} & positive
    assert not CIRCULATING & set(table["gene"])
    assert len(misev) == 12
    assert not table["gene"].str.match("MRP[LS]").any()


def test_recall_lists_hold_a_hundred_each_and_no_other_role(table):
    for panel in ("exocarta_top100", "vesiclepedia_top100"):
        rows = table[table["panel"] == panel]
        assert rows["role"].eq("recall").all()
        assert rows["note"].tolist() == [f"rank {n}" for n in range(1, 101)]


NAMED = {
    "exosome_families": "CD9 CD63 CD81 CD82 TSG101 PDCD6IP SDCBP FLOT1 FLOT2 ANXA1 ANXA2 ANXA4"
    " ANXA5 ANXA6 ANXA7 ANXA11 HSPA8 HSPA1A HSPA1B HSP90AA1 HSP90AB1 HSPD1 HLA-A HLA-B HLA-C"
    " HLA-DRA HLA-DRB1 HLA-DPA1 HLA-DPB1 HLA-DQA1 HLA-DQB1 MFGE8 LAMP1 LAMP2 RAB2B RAB4A RAB5A"
    " RAB7A RAB9A RAB11A RAB27A RAB27B RAB35 ITGA3 ITGA4 ITGA6 ITGAM ITGAV ITGAX ITGB1 ITGB2 ITGB3",
    "biogenesis_escrt": "HGS STAM STAM2 TSG101 VPS28 VPS37A VPS37B VPS37C VPS37D MVB12A MVB12B"
    " UBAP1 SNF8 VPS25 VPS36 CHMP1A CHMP1B CHMP2A CHMP2B CHMP3 CHMP4A CHMP4B CHMP4C CHMP5 CHMP6"
    " CHMP7 VPS4A VPS4B VTA1 PDCD6IP",
    "biogenesis_ceramide": "SMPD3",
    "biogenesis_tetraspanin": "CD9 CD63 CD81 CD82",
    "biogenesis_rab": "RAB2B RAB5A RAB7A RAB9A RAB11A RAB27A RAB27B RAB35",
    "biogenesis_snare": "VAMP7 YKT6",
    "biogenesis_syntenin": "SDCBP SDC1 SDC2 SDC3 SDC4 PDCD6IP PLD2",
    "subtype_small_ev": "CD9 CD63 CD81 SDCBP TSG101 ADAM10 EHD4",
    "subtype_large_ev": "HSP90B1 ACTN4 IMMT",
    "subtype_microvesicle": "ANXA1 ANXA2",
    "subtype_nonvesicular": "AGO1 AGO2 AGO3 AGO4 MVP",
    "subtype_exomere": "MAT1A IDH1 GMPPB UGP2 EXT1 PFKL FASN ACLY",
    "subtype_supermere": "TGFBI ACE2 PCSK9 MET GPC1 AGO2 APP",
    "subtype_apoptotic_body": "C3 THBS1 CALR H3C1 H4C1",
    "subtype_large_oncosome": "KRT18 GOT1 GLS LDHB CAV1 ARF6",
    "ago_mvp": "AGO1 AGO2 AGO3 AGO4 MVP",
    "urine": "UMOD",
    "milk": "CSN1S1 CSN2 CSN3",
    "cargo_oncogenic": "EGFR VEGFA KRAS ABCB1 MET BSG WNT11 FZD6 VANGL1 PRICKLE1 DVL1",
    "cargo_immune": "FASLG TNFSF10 LGALS9 TGFB1 HLA-A HLA-B HLA-C HLA-DRA HLA-DRB1 HLA-DPA1"
    " HLA-DPB1 HLA-DQA1 HLA-DQB1",
    "cargo_metastatic_hcc": "MET CAV1 CAV2 S100A4 S100A6 S100A8 S100A9 S100A10 S100A11 S100A13"
    " S100A14 S100A16 S100P",
    "cargo_organotropism": "ITGA6 ITGB4 ITGB1 ITGAV ITGB5",
    "cargo_risc_loading": "DICER1 AGO2 TARBP2",
    "cargo_lipid_mediator": "PLA2G4A PLA2G6 PLA2G2A PLA2G5 PLD2 PTGS1 PTGS2 PTGES ALOX5 ALOX5AP"
    " LTA4H LTC4S",
    "mirna_pancreatic": "miR-1246 miR-4644 miR-3976 miR-4306",
    "mirna_ovarian": "miR-200c-3p miR-214-3p",
    "mirna_colon": "let-7a-5p miR-1229-3p miR-1246 miR-150-5p miR-21-5p miR-223-3p miR-23a-3p",
    "mirna_leukaemia": "miR-17-5p miR-18a-5p miR-19a-3p miR-20a-5p miR-19b-3p miR-92a-3p",
    "mirna_metastasis": "miR-105-5p",
    "mirna_tlr": "miR-21-5p miR-29a-3p",
    "mirna_macrophage": "miR-223-3p",
    "mirna_gastric_msc": "miR-221-3p miR-222-3p",
    "haemolysis_pair": "miR-451a miR-23a-3p",
}
"""Members that each panel must have at the least, families and arms of miRNAs spelled out."""


@pytest.mark.parametrize("panel", NAMED)
def test_a_panel_has_the_members_that_it_is_known_by(table, panel):
    held = {gene.removeprefix("hsa-") for gene in members(table, panel=panel)}
    assert set(NAMED[panel].split()) - held == set()


def test_integrins_of_organotropism_say_to_which_organ(table):
    """Hoshino 2015: ITGA6 with ITGB4 or ITGB1 to the lung, ITGAV with ITGB5 to the liver."""
    rows = table[table["panel"] == "cargo_organotropism"]
    organ = (rows["category"] + " " + rows["note"]).set_axis(rows["gene"])
    assert organ[["ITGA6", "ITGB4", "ITGB1"]].str.contains("lung").all()
    assert organ[["ITGAV", "ITGB5"]].str.contains("liver").all()


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


def test_bovine_proteins_of_human_sequence_are_the_same_residue_by_residue(root, shared_data):
    """Of the library that lists them, where we ship the human sequence."""
    table = read(MARKERS / "bovine_identical.tsv").set_index("accession")["human"]
    ours = sequences(root / "resources" / "proteins" / "human_ev.fasta")
    library = {}
    for name in ("cell_culture", "universal"):
        library |= sequences(shared_data / "contaminants" / f"{name}_contaminants.fasta")
    shipped = table[table.isin(ours)]
    assert set(table.index) <= set(library) and len(shipped) >= 5
    assert [library[bovine] for bovine in shipped.index] == [ours[human] for human in shipped]
    # Bovine HSPA8 differs from the human one, so it stays bovine.
    assert library["P19120"] != ours["P11142"] and "P19120" not in table.index


def sequences(path: Path) -> dict[str, str]:
    """Sequence by accession of a FASTA file with UniProt headers."""
    entries = path.read_text(encoding="utf-8").split(">")[1:]
    parts = (entry.partition("\n") for entry in entries)
    return {
        head.split("|")[1].removeprefix("Cont_"): body.replace("\n", "") for head, _, body in parts
    }


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
    others = set().union(*taxa.drop(["keratin", "bovine_serum", "bovine_identical"]))
    assert others == {{"mouse": "10090", "rat": "10116"}[organism]}


def test_ortholog_coverage_is_counted(table):
    """Genes with a rodent symbol; gene segments of immunoglobulins have none: not counted."""
    genes = proteins(table).drop_duplicates("gene")
    genes = genes[~genes["gene"].str.match("IG[HKL]V")]
    core = genes[genes["category"].str.fullmatch("[1-4][a-d]")]
    assert len(genes) == 835 and len(core) == 351
    assert {o: int(genes[o].ne("").sum()) for o in ("mouse", "rat")} == {"mouse": 799, "rat": 796}
    assert {o: int(core[o].ne("").sum()) for o in ("mouse", "rat")} == {"mouse": 341, "rat": 342}
    for organism in ("mouse", "rat"):
        without = genes[genes[organism] == ""]
        assert without["note"].str.contains(f"no ortholog in .*{organism}").all()


def test_orthologs_are_not_guessed():
    """Title case missed these; IL32 and COL21A1 have no ortholog in mice."""
    mouse = read_panels(PANELS, "mouse").drop_duplicates("gene").set_index("gene")["symbols"]
    for gene, former in (("Trf", "TF"), ("Car1", "CA1"), ("Tubb5", "TUBB"), ("Rab7", "RAB7A")):
        assert former in mouse[gene]
    assert not {"Il32", "Col21a1", "Cxcl8"} & set(mouse.index)


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
    made = {"panels.tsv", "sources.yaml", "symbols.tsv", "references.tsv", "bovine_serum.tsv"}
    made |= {"bovine_identical.tsv"}
    assert set(stated) == made
    for name, checksum in stated.items():
        assert hashlib.sha256((PANELS.parent / name).read_bytes()).hexdigest() == checksum, name
