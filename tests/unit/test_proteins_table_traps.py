"""What goes wrong with tables of other engines: names of runs, numbers, genes, mixtures."""

from pathlib import Path

import pandas as pd
import pytest
from proteins_tables_helpers import all_imported, funnel, one_each, quantity, write

from evcargo.errors import EvcargoError
from evcargo.files.run_names import file_stem
from evcargo.proteins.tables.reader import bare


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        (r"Q:\a\b.c\run 1.raw", "run 1"),
        ("/data/run.1.mzML.gz", "run.1"),
        ("file:///x%20y/r%201.d", "r 1"),
        ("[12] run.htrms", "run"),
        ("run.wiff.scan", "run"),
        ("a.b", "a.b"),
    ],
)
def test_stems_of_runs(text: str, stem: str) -> None:
    assert file_stem(text) == stem


def test_bare_sequences() -> None:
    for text in ("_AC[Carbamidomethyl (C)]K_", "AC[+57.02]K", ".(Acetyl)AC(Oxidation (M))K"):
        assert bare(text) == "ACK"


def test_one_run_under_two_names_is_ambiguous(tmp_path: Path) -> None:
    path = write(tmp_path / "pg.tsv", "Protein.Group\tGenes\tC:\\a.raw\tD:\\a.raw\nP1\tA\t1\t2\n")
    with pytest.raises(EvcargoError, match=r"'a' of run a.f1.r1 fits 'C:.*a.raw'.*, 'D:"):
        all_imported(one_each(path, "a"))


def test_identifications_and_intensities_are_not_mixed(tmp_path: Path) -> None:
    psms = write(
        tmp_path / "r.tsv",
        "psm_id\tpeptide\tproteins\tfilename\tscannr\tspectrum_q\n1\tAAAK\tP1\ta.mzML\ts\t0\n",
    )
    pg = write(tmp_path / "pg.tsv", "Protein\tb\nP1\t100\n")
    with pytest.raises(EvcargoError, match="holds identifications only"):
        all_imported(pd.concat([one_each(psms, "a"), one_each(pg, "b")]))


def test_ions_of_several_tables_are_rolled_up_together(tmp_path: Path) -> None:
    header = "peptide\tcharge\tproteins\tq_value\tspectral_angle\t"
    a = write(tmp_path / "a.tsv", header + "a.mzML\nAAAK\t2\tP1;P2\t0\t1\t10\n")
    b = write(
        tmp_path / "b.tsv", header + "b.mzML\nAAAK\t2\tP1;P2\t0\t1\t20\nCCCK\t2\tP1\t0\t1\t5\n"
    )
    done = all_imported(pd.concat([one_each(a, "a"), one_each(b, "b")]))
    assert done.matrix.var_names.tolist() == ["P1"]
    assert done.matrix.X[:, 0].tolist() == [10, 25]


TRAPS = "Protein IDs\tGene names\tFasta headers\tIntensity a\tIntensity b\tReverse\n"


def test_genes_that_became_dates(tmp_path: Path) -> None:
    rows = "P1\t1-Sep\t\t100\t1\t\nP2\t5-Mar\tP2 x OS=y GN=MARCHF5\t200\t2\t\n"
    rows += "P3\tCD9;CD9\t\t300\t3\t\n"
    done = all_imported(one_each(write(tmp_path / "t.txt", TRAPS + rows), "a"))
    assert done.matrix.var["gene"].tolist() == ["1-Sep", "MARCHF5", "CD9"]
    healed, lost = done.notes
    assert "were taken from their accessions (5-Mar is MARCHF5)" in healed
    assert "1 gene symbols became dates in a spreadsheet ('1-Sep' may be SEPTIN1 or XRN1)" in lost
    assert "became dates" in done.matrix.uns["source"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("cell", ["inf", "-Infinity", "Filtered", "NaN", "#N/A", "0", "0,0", ""])
def test_words_for_missing(tmp_path: Path, encoding: str, cell: str) -> None:
    text = TRAPS + f"P1\t\t\t{cell}\t1\t\nP2\t\t\t1000,5\t1\t\n"
    path = write(tmp_path / "t.txt", text.encode(encoding))
    done = all_imported(one_each(path, "a"))
    assert done.matrix.var_names.tolist() == ["P2"]
    assert quantity(done.matrix, "a", "P2") == 1000.5


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (("5 apples", "5"), "row 2: column 'Intensity a' holds '5 apples', which is no number"),
        (("1,234", "5"), "'1,234' can be 1234 or 1.234"),
        (("1.234,5", "12.5"), "holds '12.5' and '1.234,5', which cannot both be read"),
        (("-3", "500"), "negative intensities"),
    ],
)
def test_numbers_that_would_be_misread(tmp_path: Path, cells, message: str) -> None:
    rows = "".join(f"P{n}\t\t\t{cell}\t1\t\n" for n, cell in enumerate(cells))
    path = write(tmp_path / "t.txt", TRAPS + rows)
    with pytest.raises(EvcargoError, match=message):
        all_imported(one_each(path, "a"))


def test_a_family_that_the_table_is_not(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tsv", "Protein\ta\nP1\t100\n")
    with pytest.raises(EvcargoError, match="has not the columns of 'DIA-NN report'"):
        all_imported(one_each(path, "a", kind="diann"))


def bomb(start: str) -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'{start}<!DOCTYPE MzIdentML [<!ENTITY l0 "lol">{entities}]><MzIdentML>&l9;</MzIdentML>'


@pytest.mark.parametrize(
    "text",
    [
        bomb('<?xml version="1.0"?>'),
        bomb(""),
        bomb('<?xml version="1.0"?>' + " " * 20_000),
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><MzIdentML>&e;</MzIdentML>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><MzIdentML/>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_attacks_are_refused_at_once(tmp_path: Path, text: str, encoding: str) -> None:
    path = write(tmp_path / "x.mzid", text.encode(encoding))
    with pytest.raises(EvcargoError) as caught:
        all_imported(one_each(path, "a"))
    assert "\n" not in str(caught.value)
    if len(text) < 16_000:  # farther down, the first bytes do not even tell what it is
        assert "document type" in str(caught.value)


def test_a_cut_mzidentml(tmp_path: Path) -> None:
    text = '<?xml version="1.0"?><MzIdentML><DBSequence id="a" accession="P1"/><DBSeq'
    with pytest.raises(EvcargoError, match="not a complete mzIdentML file"):
        all_imported(one_each(write(tmp_path / "x.mzid", text), "a"))


def test_a_decoy_is_never_counted(tmp_path: Path) -> None:
    rows = "DECOY_P1\t5\nXXX_P2\t6\n##P3\t7\nP4\t100\n"
    done = all_imported(one_each(write(tmp_path / "t.tsv", "Protein\ta\n" + rows), "a"))
    assert done.matrix.var_names.tolist() == ["P4"]


def test_an_ion_table_without_sequences(tmp_path: Path) -> None:
    """As directLFQ reads: protein, ion and the runs."""
    text = "protein\tion\ta\tb\nP1\tx_2\t100\t10\nP1\tx_3\t50\t\nP2;P1\ty_2\t7\t80\n"
    done = all_imported(one_each(write(tmp_path / "x.aq_reformat.tsv", text), "a", "b"))
    assert done.matrix.to_df().to_dict() == {"P1": {"a": 157.0, "b": 90.0}}
    assert done.matrix.var.loc["P1", ["n_peptides", "n_unique_peptides"]].tolist() == [3, 2]


def mzidentml(items: list[tuple[str, str, int, str, str]]) -> str:
    """Items of run, evidence, rank, passThreshold and q-value; evidence d is a decoy."""
    results = "".join(
        f'<SpectrumIdentificationResult id="R{n}" spectrumID="x" spectraData_ref="{run}">'
        f'<SpectrumIdentificationItem id="I{n}" rank="{rank}" passThreshold="{passed}"'
        f' peptide_ref="{evidence[0]}"><PeptideEvidenceRef peptideEvidence_ref="{evidence}1"/>'
        + (f'<PeptideEvidenceRef peptideEvidence_ref="{evidence}2"/>' if evidence == "s" else "")
        + f'<cvParam accession="MS:1002354" cvRef="PSI-MS" name="PSM-level q-value" value="{q}"/>'
        "</SpectrumIdentificationItem></SpectrumIdentificationResult>"
        for n, (run, evidence, rank, passed, q) in enumerate(items)
    )
    proteins = "".join(f'<DBSequence id="{one}" accession="{one}"/>' for one in ("P1", "P2", "P9"))
    peptides = "".join(
        f'<Peptide id="{name}"><PeptideSequence>{text}</PeptideSequence></Peptide>'
        for name, text in (("u", "AAAK"), ("s", "CCCK"), ("d", "KCCC"))
    )
    evidence = "".join(
        f'<PeptideEvidence id="{name}" dBSequence_ref="{protein}" peptide_ref="{name[0]}"'
        f' isDecoy="{decoy}"/>'
        for name, protein, decoy in (
            *(("u1", "P1", "false"), ("s1", "P1", "false"), ("s2", "P2", "false")),
            ("d1", "P9", "true"),
        )
    )
    runs = "".join(f'<SpectraData id="{one}" location="/x/{one}.raw"/>' for one in "ab")
    return (
        '<?xml version="1.0"?><MzIdentML xmlns="http://psidev.info/psi/pi/mzIdentML/1.2">'
        f"<SequenceCollection>{proteins}{peptides}{evidence}</SequenceCollection>"
        f"<DataCollection><Inputs>{runs}</Inputs><AnalysisData><SpectrumIdentificationList>"
        f"{results}</SpectrumIdentificationList></AnalysisData></DataCollection></MzIdentML>"
    )


def test_mzidentml_counts_what_passed(tmp_path: Path) -> None:
    items = [
        *(("a", "u", 1, "true", "0.001"), ("a", "s", 1, "true", "0.01")),
        *(("b", "u", 1, "1", "0.002"), ("a", "d", 1, "true", "0.001")),
        *(("a", "u", 2, "true", "0.001"), ("a", "u", 1, "false", "0.001")),
        ("b", "s", 1, "true", "0.02"),
    ]
    path = write(tmp_path / "x.mzid", mzidentml(items))
    done = all_imported(one_each(path, "a", "b"))
    assert [(before, after) for _, before, after in funnel(done)[:4]] == [
        *((7, 6), (6, 5), (5, 4), (4, 3)),
    ]
    # AAAK is of P1 only, CCCK of both: P1 explains all.
    assert done.matrix.to_df().to_dict() == {"P1": {"a": 2.0, "b": 1.0}}
    # Without q-values of its own (all 0), the engine's threshold decides.
    none = write(tmp_path / "y.mzid", mzidentml([(*one[:4], "0") for one in items]))
    assert all_imported(one_each(none, "a", "b")).matrix.X[:, 0].tolist() == [2, 2]


@pytest.mark.parametrize(
    ("head", "cause", "remedy"),
    [
        ("^HEADER\n!AdatId\tGID-1\n!Version\t1.2\n", "SomaScan ADAT", "one row per protein"),
        ("npx;v 1;;\nNPX Data;;;\nPanel;Olink I;Olink I;\n", "wide table of Olink", "long table"),
    ],
)
def test_known_tables_that_are_not_read_are_named(
    tmp_path: Path, head: str, cause: str, remedy: str
) -> None:
    path = write(tmp_path / "t.txt", head + "A\t1\nB\t2\n")
    with pytest.raises(EvcargoError, match=cause) as caught:
        all_imported(one_each(path, "A1"))
    assert remedy in str(caught.value)
