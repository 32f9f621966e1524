"""A new study from files: what they are, the sheets that follow, and a dry run that takes them."""

import gzip
import random
from pathlib import Path

import pytest
import yaml
from study_files import FASTA, MZML
from workbook_files import write_xlsx

from evcargo.start.draft import draft_study
from evcargo.start.files import find_files, recognise_all, recognise_input
from evcargo.start.recognised import NotRecognised, Recognised
from evcargo.study.init import main
from evcargo.study.load import load_study

ADAPTER = "TGGAATTCTCGGGTGCCAAGG"
PAIRS = ["P1_pre", "P1_post", "P2_pre", "P2_post"]
MIRNAS = ["hsa-miR-21-5p", "hsa-miR-451a", "hsa-let-7a-5p", "hsa-miR-16-5p"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    return tmp_path


def written(name: str, content: str | bytes) -> Path:
    path = Path("data") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def reads(length: int, adapter: str = "", run: str = "r") -> bytes:
    random.seed(3)
    letters = ["".join(random.choice("ACGT") for _ in range(length)) + adapter for _ in range(60)]
    records = (f"@{run}{at}\n{read}\n+\n{'I' * len(read)}\n" for at, read in enumerate(letters))
    return gzip.compress("".join(records).encode(), mtime=0)


def table(rows: list[list[object]], mark: str = "\t") -> str:
    return "\n".join(mark.join(map(str, row)) for row in rows) + "\n"


def counts(columns: list[str], title: str = "miRNA") -> str:
    rows = [[name, *range(at, at + len(columns))] for at, name in enumerate(MIRNAS)]
    return table([[title, *columns], *rows])


def groups(columns: list[str]) -> str:
    names = ["P21926", "P08962", "P04114", "P02768"]
    header = ["Protein IDs", "Majority protein IDs", "Gene names"]
    rows = [[name, name, f"G{at}", *[1e7 + at] * len(columns)] for at, name in enumerate(names)]
    return table([[*header, *(f"LFQ intensity {c}" for c in columns)], *rows])


def sizes() -> str:
    rows = [[size, 1000.5 * size] for size in range(30, 300, 10)]
    return table([["Size (nm)", "Concentration (particles/mL)"], *rows], ",")


def start(*places: str, study: str = "study") -> int:
    return main([study, "--from", *(places or ("data",))])


def load(study: str = "study"):
    """The study as the dry run takes it."""
    import os

    os.chdir(study)
    return load_study(yaml.safe_load(Path("config/config.yaml").read_text()), look_inside=True)


def test_a_wide_table_is_one_row(capsys):
    written("miR.Counts.csv", counts(["T1.fastq", "T2.fastq", "H1.fastq", "H2.fastq"]))
    assert start() == 0
    sheet = Path("study/config/runs.tsv").read_text().splitlines()
    assert [line for line in sheet if not line.startswith("#")] == [
        "sample\tassay\tpath",
        "*\trna\t../data/miR.Counts.csv",
    ]
    study = load()
    assert study.samples["condition"].tolist() == ["T", "T", "H", "H"]
    assert study.runs["column"].tolist() == ["T1", "T2", "H1", "H2"]
    printed = capsys.readouterr().out
    assert "../data/miR.Counts.csv  small RNA" in printed
    assert "4: T1, T2, H1, H2" in printed
    assert "T (2): T1, T2" in printed
    assert "by names in 1 file" in printed
    assert printed.rstrip().endswith("snakemake --dry-run --directory study")


def test_names_that_are_not_safe_stand_beside_safe_ones():
    written("c.tsv", counts(["EV ctrl 1", "EV ctrl 2", "EV drug 1", "EV drug 2"]))
    assert start() == 0
    study = load()
    assert study.samples["sample"].tolist()[0] == "EV_ctrl_1"
    assert study.samples["original_name"].tolist()[0] == "EV ctrl 1"
    assert study.samples["condition"].tolist() == ["ctrl", "ctrl", "drug", "drug"]
    assert study.runs["column"].tolist()[0] == "EV ctrl 1"


def test_guesses_are_marked_as_such():
    written("c.tsv", counts(PAIRS))
    assert start() == 0
    comments = Path("study/config/samples.tsv").read_text()
    assert "# condition is GUESSED from part 2 of the names: check every row." in comments
    assert "# subject is GUESSED too (part 1 of the names names the donor)" in comments.replace(
        "part 1 names", "part 1 of the names names"
    )
    config = Path("study/config/config.yaml").read_text()
    assert yaml.safe_load(config)["contrasts"] == []
    wanted = config.replace("contrasts: []", "contrasts:").replace("#   - {", "    - {")
    (contrast,) = yaml.safe_load(wanted)["contrasts"]
    assert contrast == {
        "name": "post_v_pre",
        "column": "condition",
        "test": "post",
        "reference": "pre",
    }
    assert load().samples["subject"].tolist() == ["P1", "P1", "P2", "P2"]


def test_all_assays_of_one_study(capsys):
    for at, name in enumerate(PAIRS, 1):
        for fraction in (1, 2):
            written(f"ms/{name}_F{fraction}.mzML", MZML)
        for lane in (1, 2):
            file = f"small/{name}_S{at}_L00{lane}_R1_001.fastq.gz"
            written(file, reads(22, ADAPTER, f"lane{lane}."))
        written(f"nta/{name}_sizes.csv", sizes())
    written("nta/Blank_sizes.csv", sizes())
    written("human.fasta", FASTA)
    written("README.txt", "Plasma by SEC.\n")
    assert start() == 0
    study = load()
    assert study.samples["sample"].tolist() == ["P1_post", "P1_pre", "P2_post", "P2_pre"]
    runs = study.runs.groupby("assay")["run"].apply(list)
    assert runs["proteins"][:2] == ["P1_post.f1.r1", "P1_post.f2.r1"]
    assert runs["rna"][:2] == ["P1_post.f1.r1.l1", "P1_post.f1.r1.l2"]
    assert runs["particles"] == ["P1_post", "P1_pre", "P2_post", "P2_pre"]
    assert study.config["proteins"]["fasta"] == "../data/human.fasta"
    printed = capsys.readouterr().out
    assert "../data/ms/*.mzML (8 files)" in printed
    assert "the adapter of illumina is in the reads" in printed
    assert "../data/nta/Blank_sizes.csv: its name is that of a blank" in printed
    assert "../data/README.txt: " in printed


def test_mates_of_long_rna_and_what_is_missing(capsys):
    for name in PAIRS:
        for mate in (1, 2):
            written(f"rnaseq/{name}_R{mate}.fastq.gz", reads(100))
    assert start() == 0
    rows = Path("study/config/runs.tsv").read_text().splitlines()
    assert "P1_post\ttranscripts\t../data/rnaseq/P1_post_R2.fastq.gz" in rows
    assert "transcripts.transcriptome" in capsys.readouterr().out


def test_read_2_of_small_rna_is_left_out(capsys):
    for mate in (1, 2):
        written(f"T1_R{mate}.fastq.gz", reads(22, ADAPTER))
    assert start() == 0
    assert load().runs["path"].tolist() == ["../data/T1_R1.fastq.gz"]
    assert "read 1 holds the whole of a small RNA" in capsys.readouterr().out


def test_one_table_of_several_with_the_same_samples(capsys):
    """MaxQuant's folder: protein groups before peptides and raw files; QC is no sample."""
    names = ["C_1", "C_2", "D_1", "D_2"]
    written("txt/proteinGroups.txt", groups([*names, "QC_1"]))
    header = ["Sequence", "Proteins", "Leading razor protein"]
    peptides = [["AAAK", "P21926", "P21926", *[1.5] * 4]]
    columns = [f"LFQ intensity {name}" for name in names]
    written("txt/peptides.txt", table([[*header, *columns], *peptides]))
    written("raw/C_1.raw", b"\x01\xa1F\x00i\x00n\x00n\x00i\x00g\x00a\x00n")
    assert start() == 0
    study = load()
    assert study.runs["path"].unique().tolist() == ["../data/txt/proteinGroups.txt"]
    assert study.samples["condition"].tolist() == ["C", "C", "D", "D"]
    printed = capsys.readouterr().out
    assert "peptides.txt: holds samples that proteinGroups.txt holds too" in printed
    assert "column QC_1: its name is that of a quality control" in printed
    assert "C_1.raw: is raw data, but proteinGroups.txt holds the same assay" in printed
    assert "of its 5 samples" in study.warnings[0] and "QC_1" in study.warnings[0]


def test_videos_of_a_measurement_are_no_samples(capsys):
    for name in ("T1-ExperimentSummary", "T1 0_Summary", "T1 1_Summary", "T1 0_ParticleData"):
        written(f"nta/{name}.csv", sizes())
    assert start() == 0
    assert load().runs["path"].tolist() == ["../data/nta/T1-ExperimentSummary.csv"]
    printed = capsys.readouterr().out
    assert "one video, and all of them are in the ExperimentSummary" in printed
    assert "T1 0_ParticleData.csv: holds single tracks" in printed


def test_a_long_report(capsys):
    header = ["SampleID", "OlinkID", "UniProt", "Assay", "Panel", "QC_Warning", "LOD", "NPX"]
    rows = [
        [name, f"OID{at}", accession, accession, "x", "PASS", -1, 2.5 + at]
        for name in ("A1", "A2", "B1", "B2")
        for at, accession in enumerate(("P21926", "P08962", "P04114"))
    ]
    written("npx.csv", table([header, *rows], ";"))
    assert start() == 0
    assert load().runs["column"].tolist() == ["A1", "A2", "B1", "B2"]
    assert "Olink NPX" in capsys.readouterr().out


def test_samples_in_rows():
    names = [f"hsa-miR-{number}-5p" for number in range(1, 15)]
    rows = [[sample, *range(14)] for sample in ("T1", "T2", "H1", "H2")]
    recognised = recognise_input(str(written("t.csv", table([["sample", *names], *rows], ","))))
    assert recognised.runs == ("T1", "T2", "H1", "H2")
    assert recognised.assay == "rna"


def test_groups_of_tables_with_names_of_their_own():
    written("c.tsv", counts(["ctrl 1", "ctrl 2", "drug 1", "drug 2"]))
    written("pg.txt", groups(["A_EV_x", "B_EV_x", "C_EV_x", "D_EV_x", "E_EV_x"]))
    assert start() == 0
    samples = load().samples.set_index("sample")
    assert samples["condition"].dropna().to_dict() == {
        "ctrl_1": "ctrl",
        "ctrl_2": "ctrl",
        "drug_1": "drug",
        "drug_2": "drug",
    }


def test_a_table_of_one_sample_each():
    for at, name in enumerate(("T1", "T2", "H1", "H2")):
        rows = [[mirna, at + count] for count, mirna in enumerate(MIRNAS)]
        written(f"{name}.tsv", table([["miRNA", "read_count"], *rows]))
    assert start() == 0
    study = load()
    assert study.runs["sample"].tolist() == ["H1", "H2", "T1", "T2"]
    assert study.runs["column"].tolist() == ["read_count"] * 4


def test_samples_are_the_same_in_all_assays():
    written("pg.txt", groups(["T1", "T2", "H1", "H2"]))
    for name in ("T1", "T2", "H1", "H2"):
        written(f"EV_{name}_nta.csv", sizes())
    assert start() == 0
    study = load()
    assert study.samples["sample"].tolist() == ["T1", "T2", "H1", "H2"]
    assert set(study.runs["assay"]) == {"proteins", "particles"}


@pytest.mark.parametrize(
    ("name", "content", "assay", "program"),
    [
        ("a.mzML", MZML, "proteins", "mzML"),
        ("a.mgf", b"BEGIN IONS\nPEPMASS=500\n100 1\nEND IONS\n", "proteins", "MGF"),
        ("a.fasta", FASTA, "", "FASTA of proteins"),
        ("a.fq.gz", reads(22, ADAPTER), "rna", "FASTQ"),
        ("a.fq.gz", reads(100), "transcripts", "FASTQ"),
        ("a.csv", sizes(), "particles", "size table"),
        ("a.tsv", counts(["T1", "T2"]), "rna", "matrix of small RNA counts"),
        ("pg.txt", groups(["T1", "T2"]), "proteins", "MaxQuant proteinGroups"),
        (
            "g.tsv",
            table([["gene", "T1", "T2"], *([g, 5, 7] for g in ("GAPDH", "ACTB", "CD63"))]),
            "transcripts",
            "matrix of counts of genes",
        ),
        (
            "p.tsv",
            table([["gene", "T1", "T2"], *([g, 5.5e6, 7.1e6] for g in ("GAPDH", "ACTB", "CD63"))]),
            "proteins",
            "matrix of proteins",
        ),
        ("s.sdrf.tsv", "source name\tcomment[data file]\nT1\ta.raw\n", "", "SDRF-Proteomics"),
    ],
)
def test_files_are_recognised(name, content, assay, program):
    recognised = recognise_input(str(written(name, content)))
    assert isinstance(recognised, Recognised), recognised
    assert (recognised.assay, recognised.program) == (assay, program)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", "nothing but words here\nand there\n", "no table"),
        ("s.tsv", "sample\tage\tsex\nT1\t3\tm\nT2\t4\tf\n", "looks like a list of samples"),
        ("x.tsv", "word\tn\nfoo\t1\nbar\t2\n", "that of no known program"),
        ("zv.txt", "ZetaView S/N 17-332\nPosition:\t1\nSlope:\t5.1\n", "no size table found"),
        (
            "de.tsv",
            table([["gene", "log2FoldChange", "pvalue", "padj"], ["CD63", 1.5, 0.1, 0.2]]),
            "results of a comparison",
        ),
        (
            "top.tsv",
            table([["Gene", "Number of times"], ["CD63", 90], ["CD9", 80], ["CD81", 70]]),
            "that of no known program",
        ),
        ("a.html", "<!DOCTYPE html><html></html>", "HTML"),
        ("a{b}.tsv", "x", "braces"),
        ("a.wiff", b"\x00\x01\x02binary", "Sciex"),
        ("a.fq.gz", gzip.compress(b"@r\nACGT\n+\nIIII\n" * 500, mtime=0)[:40], "gzip"),
    ],
)
def test_files_that_are_not_recognised_say_why(name, content, reason):
    result = recognise_input(str(written(name, content)))
    assert isinstance(result, NotRecognised), result
    assert reason in result.reason


def test_a_workbook_of_samples(capsys):
    written("c.tsv", counts(["T1", "T2"]))
    write_xlsx(Path("data/meta.xlsx"), {"Donors": [["Sample", "age"], ["T1", 3.0]]})
    write_xlsx(Path("data/other.xlsx"), {"Fig 1": [["x"], [3.0]]})
    assert start() == 0
    printed = capsys.readouterr().out
    assert "meta.xlsx: is a workbook, and 'Donors' looks like a list of samples" in printed
    assert "other.xlsx: is a workbook (Fig 1)" in printed


def test_nothing_is_overwritten_and_nothing_is_left_behind(capsys):
    written("c.tsv", counts(["T1", "T2"]))
    assert start() == 0
    before = Path("study/config/runs.tsv").read_text()
    assert start() == 1
    assert "is not overwritten" in capsys.readouterr().err
    assert Path("study/config/runs.tsv").read_text() == before
    assert start("data/none", study="other") == 1
    assert "data/none: does not exist" in capsys.readouterr().err
    written("empty/x.txt", "some words\n")
    assert start("data/empty", study="other") == 1
    error = capsys.readouterr().err
    assert "no file of a study was found" in error and "x.txt" in error
    assert not Path("other").exists()


def test_products_hidden_folders_and_sheets_are_passed_over():
    for name in ("results/c.tsv", ".git/c.tsv", "config/config.yaml", "config/runs.tsv", "c.tsv"):
        written(name, counts(["T1", "T2"]))
    files, _ = find_files(["data"])
    assert files == ["data/c.tsv"]


def test_files_are_in_the_order_of_their_numbers():
    for name in ("T10.mzML", "T9.mzML"):
        written(name, MZML)
    recognised, _ = recognise_all(find_files(["data"])[0])
    assert list(draft_study(recognised).samples) == ["T9", "T10"]


def test_a_name_that_a_spreadsheet_would_calculate():
    written("c.tsv", counts(["=1+1|x", "@sum"]))
    assert start() == 0
    rows = Path("study/config/samples.tsv").read_text().splitlines()
    cells = [line.split("\t")[:2] for line in rows if not line.startswith("#")]
    assert cells[1:] == [["1_1_x", "'=1+1|x"], ["sum", "'@sum"]]
