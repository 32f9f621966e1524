"""Marker panels that a study brings along: checked before any job, then used by their role."""

from pathlib import Path

import pandas as pd
import pytest
from purity_helpers import PANELS, protein_matrix, rna_matrix
from study_files import StudyFiles
from workbook_files import write_xlsx

from evcargo.errors import EvcargoError
from evcargo.purity.flags import feature_flags
from evcargo.purity.index import OF_PANELS, marker_groups
from evcargo.purity.markers import marker_table, match, read_panels
from evcargo.purity.panels import STUDY_ROLES
from evcargo.purity.shares import protein_classes

HEADER = "panel\tgene\taccession\trole\tcategory\treference\tnote"
TABLE = [
    HEADER,
    "neuron\tL1CAM\tP32004\tev\tsurface\t10.1000/xyz\tdebated",
    "neuron\tNCAM1\t\tev\tsurface\t\t",
    "reagent\tAPCS2X\tQ99999\tcontaminant\t\t10.1000/abc\t",
    "shown\tGFAP\t\t\t\t\t",
    "let7\tlet-7b-5p\t\tsignature\t\t\t",
    "blood\tmiR-144-3p\t\tcontaminant\t\t10.1000/mir\t",
]


@pytest.fixture
def study(files: StudyFiles) -> StudyFiles:
    files.config["purity"] = {"panels": "own.tsv"}
    write(TABLE)
    return files


def write(lines: list[str]) -> None:
    Path("own.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def own(tmp_path: Path, organism: str = "human", lines: list[str] = TABLE) -> pd.DataFrame:
    path = tmp_path / "own.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_panels([PANELS, path], organism)


def test_a_sound_table_is_taken_without_a_word(study):
    loaded = study.load()
    assert loaded.config["purity"]["panels"] == "own.tsv"
    assert not loaded.warnings


def test_panels_may_be_a_worksheet(study):
    rows = [line.split("\t") for line in TABLE]
    write_xlsx(Path("own.xlsx"), {"Notes": [["my panels"]], "Panels": rows})
    study.config["purity"]["panels"] = "own.xlsx"
    assert not study.load().warnings
    panels = read_panels([PANELS, "own.xlsx"], "human")
    assert set(panels.loc[panels["origin"] == "study", "gene"]) >= {"L1CAM", "GFAP"}
    study.config["purity"]["panels"] = "own.xlsx#Panels"
    problem = study.problem()
    assert (problem.column, problem.value) == ("purity.panels", "own.xlsx#Panels")
    assert "names a worksheet" in problem.message


@pytest.mark.parametrize(
    ("row", "column", "message", "remedy"),
    [
        ("plasma\tGFAP\t\t\t\t\t", "panel", "name of a shipped panel", "plasma_own"),
        ("\tGFAP\t\t\t\t\t", "panel", "is empty", "Write the panel"),
        ("mine\t\tP32004\t\t\t\t", "gene", "is empty", "Write the gene"),
        ("mine\tGFAP\t\treadot\t\t\t", "role", "is no role", "Did you mean 'readout'?"),
        ("mine\tGFAP\t\tpurple\t\t\t", "role", "is no role", ", ".join(STUDY_ROLES)),
        ("mine\tGFAP\t\trecall\t\t\t", "role", "no role of a panel of a study", "The roles are"),
        ("shown\tNEFL\t\tev\t\t\t", "role", "another role of panel shown", "readout in row 5"),
        ("shown\tgfap\t\t\t\t\t", "gene", "is in panel shown twice", "See row 5"),
        ("mine\tGFAP\tP1\t\t\t\t", "accession", "is no accession", "UniProt"),
        ("mine\tALB\t\tev\t\t\t", "gene", "contaminant in panel albumin", "role readout"),
        ("mine\tCD9\t\tcontaminant\t\t\t", "gene", "but ev in panel", "role readout"),
        ("mine\tACTB\t\tcontaminant\t\t\t", "gene", "but ev_promiscuous in panel", "readout"),
        ("mine\tL1CAM\t\tcontaminant\t\t\t", "gene", "but ev in panel neuron", "role readout"),
        ("mine\tFOO\tP02768\tev\t\t\t", "gene", "in panel albumin (as ALB)", "role readout"),
        ("mine\tFOO\tP02768-2\tev\t\t\t", "gene", "in panel albumin (as ALB)", "role readout"),
        ("mine\tFBS\tP02769\tev\t\t\t", "gene", "contaminant in panel bovine_serum", "readout"),
        ("mine\tFOO\tP08962\tcontaminant\t\t\t", "gene", "(as CD63)", "role readout"),
        ("mine\tMLA1\t\tcontaminant\t\t\t", "gene", "(as CD63)", "role readout"),
        ("mine\tFOO\tP13591\tcontaminant\t\t\t", "gene", "neuron (as NCAM1)", "role readout"),
    ],
)
def test_a_mistake_is_told_with_its_row_and_column(study, row, column, message, remedy):
    write([*TABLE, row])
    problem = study.problem()
    assert (problem.file, problem.row, problem.column) == ("own.tsv", 8, column)
    assert message in problem.message and remedy in problem.remedy


def test_the_sides_are_held_to_the_symbols_of_the_organism(study):
    study.config |= {"organism": "mouse", "proteins": {}}
    study.runs(
        ["sample\tassay\tpath", *(f"{n}\trna\traw/{n}.fastq.gz" for n in ("T1", "T2", "H1", "H2"))]
    )
    write([HEADER, "mine\tTrf\t\tev\t\t\t", "mine\tGfap\t\tev\t\t\t"])
    problem = study.problem()
    assert problem.value == "Trf" and "contaminant in panel plasma" in problem.message


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["panel\tsymbol", "a\tb"], "has no column gene"),
        (["gene\trole", "a\tev"], "has no column panel"),
        ([HEADER], "has no rows"),
        (["panel\tgene\trol", "a\tGFAP\tev"], "is no column of a table of panels"),
    ],
)
def test_a_table_of_another_form_is_told(study, lines, message):
    write(lines)
    assert any(message in one.message for one in study.problems())


def test_a_table_that_is_not_there_is_told(study):
    study.config["purity"]["panels"] = "other.tsv"
    problem = study.problem()
    assert (problem.column, problem.value) == ("purity.panels", "other.tsv")
    assert problem.message == "does not exist"


def test_an_unknown_gene_is_a_warning_unless_it_has_an_accession(study):
    lines = ["mine\tNOTAGENE\t\t\t\t\t", "mine\tODD\tP32004\t\t\t\t", "mine\tmiR-1x-3p\t\t\t\t\t"]
    write([*TABLE, *lines])
    (warning,) = study.load().warnings
    assert "own.tsv: 2 markers are in no list" in warning
    assert "NOTAGENE, miR-1x-3p" in warning and "ODD" not in warning
    write([*TABLE, lines[0]])
    assert "own.tsv: 1 marker is in no list" in study.load().warnings[0]


def test_markers_that_their_role_does_not_use_are_a_warning(study):
    lines = ["mine\tmiR-9-5p\t\tev\t\t\t", "let7\tGFAP\t\tsignature\t\t\t"]
    write([*TABLE, *lines])
    mirna, gene = study.load().warnings
    assert mirna.startswith("own.tsv, row 8: miRNAs in a panel of role ev") and "miR-9-5p" in mirna
    assert gene.startswith("own.tsv, row 9: genes in a panel of role signature") and "GFAP" in gene


def test_jobs_do_not_look_at_the_table(study):
    Path("own.tsv").unlink()
    assert study.load(look_inside=False).config["purity"]["panels"] == "own.tsv"


def test_own_panels_stand_beside_ours(tmp_path):
    panels = own(tmp_path)
    mine = panels[panels["origin"] == "study"].set_index("gene")
    assert mine.index.tolist() == [
        *("L1CAM", "NCAM1", "APCS2X", "GFAP", "hsa-let-7b-5p", "hsa-miR-144-3p"),
    ]
    assert mine.loc["L1CAM", ["category", "source", "note"]].tolist() == [
        *("surface", "10.1000/xyz", "debated"),
    ]
    assert mine.loc["L1CAM", "accessions"] == ("P32004",)
    assert mine.loc["GFAP", "role"] == "readout"
    shipped = panels[panels["origin"] == "evcargo"].reset_index(drop=True)
    pd.testing.assert_frame_equal(shipped, read_panels(PANELS))


def test_own_panels_are_of_the_study_s_organism(tmp_path):
    lines = ["panel,gene", "mine,Gfap", "mine,mir-9-5p"]
    panels = own(tmp_path, "mouse", lines)
    mine = panels[panels["panel"] == "mine"]
    assert mine["taxon"].eq("10090").all()
    assert mine["gene"].tolist() == ["Gfap", "mmu-mir-9-5p"]


def test_roles_decide_the_class_and_the_flags(tmp_path):
    panels = own(tmp_path)
    features = {
        "P32004": ("", [4.0]),
        "Q7": ("NCAM1", [3.0]),
        "Q99999": ("", [2.0]),
        "Q8": ("GFAP", [1.0]),
        "P02768": ("ALB", [1.0]),
    }
    matrix = protein_matrix(features, ["s"])
    assert protein_classes(matrix.var, panels).to_dict() == {
        "P32004": "EV core",
        "Q7": "EV core",
        "Q99999": "other contaminant",
        "Q8": "other",
        "P02768": "albumin",
    }
    shipped = protein_classes(matrix.var, read_panels(PANELS))
    assert shipped.tolist() == ["other"] * 4 + ["albumin"]
    flags = feature_flags(matrix.var, panels, "proteins")
    assert flags["flag"].tolist() == ["", "", "other contaminant", "", "albumin"]
    assert flags.loc["Q99999", "flag_reason"] == "panel of the study (own.tsv) (10.1000/abc)"
    markers = marker_table(matrix, panels, match(matrix.var, panels), min_depth=1)
    seen = markers[markers["evidence"] == "detected"].set_index("gene")["panel"]
    assert seen[["L1CAM", "NCAM1", "APCS2X", "GFAP"]].tolist() == [
        *("neuron", "neuron", "reagent", "shown"),
    ]
    assert not markers["gene"].str.contains("let-|miR-").any()


def test_own_panels_go_before_shipped_classes_but_for_contaminants_that_tell_more(tmp_path):
    genes = {"Q08380": "LGALS3BP", "P11021": "HSPA5", "P39023": "RPL3", "P02768": "ALB"}
    matrix = protein_matrix({one: (gene, [5.0]) for one, gene in genes.items()}, ["s"])
    impure = own(
        tmp_path, lines=["panel\tgene\trole", *(f"bad\t{g}\tcontaminant" for g in genes.values())]
    )
    classes = protein_classes(matrix.var, impure)
    assert classes.tolist() == ["other contaminant"] * 3 + ["albumin"]
    flags = feature_flags(matrix.var, impure, "proteins")
    assert flags["flag"].tolist() == classes.tolist()
    assert flags.loc["P11021", "flag_reason"] == "panel of the study (own.tsv)"
    assert marker_groups(classes, match(matrix.var, impure)).tolist()[:3] == [OF_PANELS] * 3
    good = own(tmp_path, lines=["panel\tgene\trole", "good\tHSPA5\tev", "good\tRPL3\tev"])
    classes = protein_classes(matrix.var, good)
    assert classes[["P11021", "P39023"]].eq("EV core").all()
    assert marker_groups(classes, match(matrix.var, good))["P39023"] == "EV core"


def test_mirnas_of_an_own_contaminant_panel_are_flagged(tmp_path):
    panels = own(tmp_path)
    names = ("hsa-miR-144-3p", "hsa-miR-451a", "hsa-let-7b-5p")
    matrix = rna_matrix({name: [1.0] for name in names}, ["a"])
    flags = feature_flags(matrix.var, panels, "rna")["flag"]
    assert flags.tolist() == ["other contaminant", "haemolysis", ""]


def test_a_spoilt_table_stops_the_job_in_one_line(tmp_path):
    with pytest.raises(EvcargoError, match=r"own\.tsv.*has no column panel"):
        own(tmp_path, lines=["gene\trole", "CD9\tev"])
