"""Host, shared, bovine and foreign peptides of imported tables, by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
from proteins_tables_helpers import all_imported, one_each, runs_of, write

from evcargo.proteins.origins import ORIGINS
from evcargo.purity.markers import read_panels
from evcargo.tables import read_table, write_table

PANELS = Path(__file__).resolve().parents[2] / "resources" / "markers" / "panels.tsv"
ION = ("Peptide Sequence", "Modified Sequence", "Charge", "Protein", "Protein ID")
HUMAN, COW = "sp|P02768|ALBU_HUMAN", "sp|P02769|ALBU_BOVIN"
IONS = [
    ("AAK", "AAK", "2", HUMAN, "P02768", "", "40", "4"),
    ("AAK", "AAK", "3", HUMAN, "P02768", "", "20", "0"),
    ("CCK", "CCK", "2", HUMAN, "P02768", f"{COW}, rev_sp|X|X_BOVIN", "10", "0"),
    ("DDK", "DDK", "2", COW, "P02769", "", "20", "0"),
    ("EEK", "EEK", "2", "contam_sp|P00761|TRYP_PIG", "P00761", "", "10", "0"),
    ("FFK", "FFK", "2", HUMAN, "P02768", "rev_sp|X|X_BOVIN", "0", "4"),
]


def table(rows, *header):
    return "\n".join("\t".join(row) for row in (header, *rows)) + "\n"


def by_origin(origins: pd.DataFrame, sample: str) -> pd.DataFrame:
    own = origins[origins["sample"] == sample].set_index("origin")
    assert own.index.tolist() == list(ORIGINS)
    return own


def test_fragpipe_ions(tmp_path):
    """A decoy says nothing; two charges are one peptide; another table may not say it."""
    ions = write(
        tmp_path / "combined_ion.tsv",
        table(IONS, *ION, "Mapped Proteins", "a Intensity", "b Intensity"),
    )
    silent = write(
        tmp_path / "combined_peptide.tsv",
        table([("AAK", "AAK", "2", HUMAN, "P02768", "7")], *ION, "c Intensity"),
    )
    runs = pd.concat([one_each(ions, "a", "b"), one_each(silent, "c")])
    done = all_imported(runs, "without a run")
    write_table(done.origins, tmp_path / "o.tsv", "proteins_origins")
    origins = read_table(tmp_path / "o.tsv", "proteins_origins")
    a, b = by_origin(origins, "a"), by_origin(origins, "b")
    assert a["peptides"].tolist() == [1, 1, 1, 1]
    assert a["intensity"].tolist() == [60, 10, 20, 10]
    assert a["share"].tolist() == [0.6, 0.1, 0.2, 0.1]
    assert b["peptides"].tolist() == [2, 0, 0, 0]
    assert b["share"].tolist() == [1, 0, 0, 0]
    for sample in ("c", "without a run"):
        assert by_origin(origins, sample)[["peptides", "intensity", "share"]].isna().all(axis=None)


def test_a_table_that_does_not_list_all_proteins_says_nothing(tmp_path):
    rows = [(*row[:5], "9") for row in IONS]
    path = write(tmp_path / "combined_ion.tsv", table(rows, *ION, "a Intensity"))
    done = all_imported(one_each(path, "a"))
    assert done.origins.empty
    assert done.matrix.n_vars == 3
    write_table(done.origins, tmp_path / "o.tsv", "proteins_origins")
    assert len((tmp_path / "o.tsv").read_text().splitlines()) == 1


def test_maxquant_evidence(tmp_path):
    """CON__ without a known taxon is foreign; the features of an ion are summed."""
    header = ("Sequence", "Modified sequence", "Charge", "Proteins", "Leading razor protein")
    header += ("Raw file", "Intensity")
    rows = [
        ("AAK", "_AAK_", "2", "P02768", "P02768", "r1", "30"),
        ("AAK", "_AAK_", "2", "P02768", "P02768", "r1", "10"),
        ("CCK", "_CCK_", "2", "P02768-2;CON__P02769", "P02768-2", "r1", "20"),
        ("DDK", "_DDK_", "2", "CON__P02769", "CON__P02769", "r1", "15"),
        ("EEK", "_EEK_", "2", "CON__Q99999", "CON__Q99999", "r1", "5"),
        ("GGK", "_GGK_", "2", "CON__ENSEMBL:ENSBTAP01;CON__P02769", "CON__P02769", "r1", "20"),
    ]
    path = write(tmp_path / "evidence.txt", table(rows, *header))
    done = all_imported(runs_of(path, ("s", "r1", 1, 1)))
    s = by_origin(done.origins, "s")
    assert s["intensity"].tolist() == [40, 20, 35, 5]
    assert s["peptides"].tolist() == [1, 1, 2, 1]
    np.testing.assert_allclose(s["share"], [0.4, 0.2, 0.35, 0.05])


def test_ev_markers_that_lack_the_chosen_quantity_are_named(tmp_path):
    """MaxLFQ leaves out proteins of few ions: whoever judges purity must know it."""
    header = ("Protein", "Protein ID", "Gene", "Combined Total Peptides", "a MaxLFQ Intensity")
    rows = [
        ("sp|P21926|CD9_HUMAN", "P21926", "CD9", "1", "0", "50"),
        ("sp|P68871|HBB_HUMAN", "P68871", "HBB", "1", "0", "60"),
        (HUMAN, "P02768", "ALB", "9", "70", "80"),
    ]
    path = write(tmp_path / "combined_protein.tsv", table(rows, *header, "a Intensity"))
    done = all_imported(one_each(path, "a"), panels=read_panels(PANELS))
    assert len(done.notes) == 1
    said = "2 protein groups (among them the EV markers CD9) have no MaxLFQ Intensity"
    assert done.notes[0].startswith(f"{path}: {said}")
    assert said in done.matrix.uns["source"]
    assert str(tmp_path) not in done.matrix.uns["source"]


def test_entry_names_tell_the_species(tmp_path):
    """DIA-NN writes plain accessions, and entry names beside them."""
    header = ("Protein.Group", "Protein.Ids", "Protein.Names", "Genes", "First.Protein.Description")
    rows = [
        ("P11111;P22222", "P11111;P22222", "SERP_BOVIN;SERP_HUMAN", "SERP", "A serpin", "7"),
        ("P33333", "P33333", "TEST_HUMAN", "TEST", "", "8"),
    ]
    path = write(tmp_path / "report.pg_matrix.tsv", table(rows, *header, "a"))
    var = all_imported(one_each(path, "a")).matrix.var
    assert var["taxon"].tolist() == ["9913", "9606"]
    assert var["name"].tolist() == ["A serpin", "TEST_HUMAN"]
