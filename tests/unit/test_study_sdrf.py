"""SDRF in place of the sheets, and the SDRF that is written: real files, mistakes, round trip."""

from pathlib import Path

import pandas as pd
import pytest
from study_files import MZML, StudyFiles

from evcargo.errors import StudyError
from evcargo.study.load import load_study
from evcargo.study.notes import Notes
from evcargo.study.sdrf import read_sdrf
from evcargo.study.sdrf_table import sdrf_columns, write_sdrf
from evcargo.study.sdrf_words import biofluid_of, is_data_independent, is_label_free, material_of
from evcargo.study.spectra_files import data_file_path

HEADER = (
    "source name\tcharacteristics[organism]\tcharacteristics[organism part]"
    "\tcharacteristics[individual]\tcharacteristics[disease]\tassay name"
    "\tcomment[technical replicate]\tcomment[data file]\tcomment[fraction identifier]"
    "\tcomment[label]\tcomment[modification parameters]\tcomment[modification parameters]"
    "\tfactor value[disease]"
)


def row(source, subject, disease, replicate, file, fraction, label="NT=label free sample"):
    return (
        f"{source}\tHomo sapiens\tblood plasma\t{subject}\t{disease}\trun\t{replicate}\t{file}"
        f"\t{fraction}\t{label}\tNT=Oxidation;TA=M\tNT=Carbamidomethyl;TA=C\t{disease}"
    )


# Two fractions of T 1, two technical replicates of H 1, one run each of T 2 and H 2.
ROWS = [
    row("T 1", "d1", "carcinoma", 1, "T1_a.raw", 1),
    row("T 1", "d1", "carcinoma", 1, "T1_b.raw", 2),
    row("T 2", "d2", "carcinoma", 1, "T2.mzML", 1),
    row("H 1", "d3", "normal", 1, "H1_a.raw", 1),
    row("H 1", "d3", "normal", 2, "H1_b.raw", 1),
    row("H 2", "d4", "normal", 1, "H2.raw", 1),
]
CONTRAST = {"name": "t_v_h", "column": "disease", "test": "carcinoma", "reference": "normal"}


class SdrfStudy(StudyFiles):
    def __init__(self) -> None:
        super().__init__()
        self.config |= {"sdrf": "config/study.sdrf.tsv", "contrasts": [CONTRAST]}
        self.config |= {"sdrf_folder": "raw"}
        for name in ("T1_a", "T1_b", "T2", "H1_a", "H1_b", "H2"):
            Path(f"raw/{name}.mzML").write_bytes(MZML)
        self.sdrf(ROWS)

    def sdrf(self, rows, header=HEADER):
        text = "".join(f"{line}\n" for line in [header, *rows])
        Path("config/study.sdrf.tsv").write_text(text, encoding="utf-8")


@pytest.fixture
def study(tmp_path, monkeypatch) -> SdrfStudy:
    monkeypatch.chdir(tmp_path)
    return SdrfStudy()


def test_an_sdrf_becomes_the_two_sheets(study):
    loaded = study.load()
    samples = loaded.samples.set_index("sample")
    assert samples.index.tolist() == ["T_1", "T_2", "H_1", "H_2"]
    assert samples["condition"].tolist() == ["carcinoma", "carcinoma", "normal", "normal"]
    assert samples["subject"].tolist() == ["d1", "d2", "d3", "d4"]
    assert set(samples["biofluid"]) == {"plasma"} and set(samples["material"]) == {"ev"}
    assert samples["source_name"].tolist() == ["T 1", "T 2", "H 1", "H 2"]
    runs = loaded.runs
    assert runs["run"].tolist() == [
        "T_1.f1.r1",
        "T_1.f2.r1",
        "T_2",
        "H_1.f1.r1",
        "H_1.f1.r2",
        "H_2",
    ]
    assert runs["path"].tolist()[:3] == ["raw/T1_a.mzML", "raw/T1_b.mzML", "raw/T2.mzML"]
    assert runs["format"].unique().tolist() == ["mzml"]
    assert loaded.contrasts[0].column == "disease"
    again = load_study(loaded.config, look_inside=True)
    assert again.runs.equals(runs) and again.samples.equals(loaded.samples)


def test_every_mistake_is_told_by_row_and_column_of_the_sdrf(study):
    study.sdrf(
        [
            *ROWS,
            row("T 1", "d9", "carcinoma", 1, "T1_c.raw", 3),
            row("H 2", "d4", "normal", 1, "H2_b.raw", 1),
            row("T 3", "d5", "carcinoma", 1, "T2.mzML", "one", "TMT126"),
            row("H_1", "d3", "normal", 3, "", 1).replace("Homo sapiens", "Mus musculus"),
        ]
    )
    problems = {(p.row, p.column): p for p in study.problems(look_inside=True)}
    assert all(p.file == "config/study.sdrf.tsv" for p in problems.values())
    assert "differs from row 2 ('d1')" in problems[8, "'characteristics[individual]'"].message
    assert problems[8, "comment[data file]"].message == "does not exist"
    twice = problems[9, "source name"]
    assert "is there twice for proteins with fraction 1 and replicate 1" in twice.message
    assert "comment[fraction identifier] or comment[technical replicate]" in twice.remedy
    assert problems[10, "comment[label]"].value == "TMT126"
    assert "label-free" in problems[10, "comment[label]"].message
    assert problems[10, "comment[fraction identifier]"].message == "is not a number"
    assert "as 'H 1' does" in problems[11, "source name"].message
    assert problems[11, "characteristics[organism]"].remedy == "Set organism to mouse in the config"
    assert problems[11, "comment[data file]"].message == "is empty"


def test_a_missing_data_file_is_named_as_in_the_sdrf(study):
    Path("raw/T1_b.mzML").unlink()
    problem = study.problem()
    assert (problem.row, problem.column) == (3, "comment[data file]")
    assert (problem.value, problem.message) == ("raw/T1_b.mzML", "does not exist")
    assert "The SDRF names 'T1_b.raw': put it, or the mzML made of it, into" in problem.remedy


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("sample\tfile\nT1\tx\n", "has no column source name"),
        ("source name\tassay name\nT1\trun 1\n", "is missing from the header"),
        (f"{HEADER}\n", "has no samples yet"),
    ],
)
def test_what_is_no_sdrf_is_refused(study, text, message):
    Path("config/study.sdrf.tsv").write_text(text)
    assert any(message in p.message for p in study.problems())


def test_sheets_and_sdrf_together_are_refused(study):
    study.config["samples"] = "config/samples.tsv"
    problem = next(p for p in study.problems() if p.column == "sdrf")
    assert "is given beside samples" in problem.message
    assert problem.remedy.endswith("delete sdrf, or samples")
    study.config.pop("sdrf")
    assert any(p.column == "sdrf_folder" for p in study.problems())


def test_a_missing_sdrf_is_a_problem_of_the_config(study):
    study.config["sdrf"] = "config/studdy.sdrf.tsv"
    (problem,) = study.problems()
    assert (problem.file, problem.column) == ("config/config.yaml", "sdrf")
    assert problem.remedy == "Did you mean 'config/study.sdrf.tsv'?"


def test_data_independent_runs_are_refused(study):
    method = "comment[proteomics data acquisition method]"
    rows = [f"{line}\tNT=Data-independent acquisition;AC=PRIDE:0000450" for line in ROWS]
    study.sdrf(rows, f"{HEADER}\t{method}")
    (problem,) = study.problems()
    assert (problem.row, problem.column) == (2, method)
    assert "DIA-NN" in problem.remedy


@pytest.mark.parametrize(
    ("cells", "material", "biofluid"),
    [
        ({"organism part": "Extracellular Vesicles"}, "ev", ""),
        ({"organism part": "Cell lysate"}, "source", ""),
        (
            {"organism part": "blood plasma", "sample type": "EV-depleted plasma"},
            "depleted",
            "plasma",
        ),
        ({"material type": "exosomes", "organism part": "cerebrospinal fluid"}, "ev", "csf"),
        ({"organism part": "ascitic fluid", "cell type": "whole plasma"}, "source", "ascites"),
        ({"cell line": "A549"}, "", "cell_culture"),
        ({"organism part": "blood"}, "", ""),
        ({"organism part": "never"}, "", ""),  # no EV in the middle of a word
    ],
)
def test_words_for_material_and_biofluid(cells, material, biofluid):
    named = {f"characteristics[{name}]": cell for name, cell in cells.items()}
    assert (material_of(named), biofluid_of(named)) == (material, biofluid)


def test_several_factors_are_one_condition_and_keep_their_columns(study):
    """A factor that differs from its characteristic has a column of its own; a run's is none."""
    header = f"{HEADER}\tfactor value[treatment]\tFactor Value [ individual ]"
    header += "\tfactor value[fraction identifier]"
    rows = [f"{line}\tdrug\tother\t{number}" for number, line in enumerate(ROWS)]
    study.sdrf(rows, header)
    loaded = study.load()
    assert set(loaded.samples["condition"]) == {"carcinoma / drug / other", "normal / drug / other"}
    assert loaded.factors == ("disease", "treatment", "factor_individual")
    assert loaded.samples["subject"].tolist() == ["d1", "d2", "d3", "d4"]
    columns = dict(sdrf_columns(loaded, {}))
    factors = [name for name in columns if name.startswith("factor value")]
    assert factors == [f"factor value[{n}]" for n in ("disease", "treatment", "individual")]
    assert set(columns["factor value[individual]"]) == {"other"}
    assert "characteristics[factor individual]" not in columns


def test_a_factor_that_is_the_donor_is_named_as_in_the_format(study):
    rows = [f"{line}\t{line.split(chr(9))[3]}" for line in ROWS]
    study.sdrf(rows, f"{HEADER}\tfactor value[individual]")
    loaded = study.load()
    assert loaded.factors == ("disease", "subject")
    assert dict(sdrf_columns(loaded, {}))["factor value[individual]"][0] == "d1"


def test_headers_are_read_whatever_their_case_and_blanks(study):
    study.sdrf(ROWS, HEADER.upper().replace("[", " [ ").replace("SOURCE NAME", "Source  Name"))
    assert "source name" in study.problems()[0].message  # two blanks are another name
    study.sdrf(ROWS, HEADER.upper().replace("[", " [ "))
    assert study.load().samples["subject"].tolist() == ["d1", "d2", "d3", "d4"]


def test_words_for_labels_and_acquisition():
    assert is_label_free("label free sample") and is_label_free("Label-free")
    assert not any(map(is_label_free, ("TMT126", "SILAC light", "not label free sample")))
    assert is_data_independent("diaPASEF") and is_data_independent("Data-Independent acquisition")
    assert not is_data_independent("Data-dependent acquisition")


def test_the_converted_file_is_taken_before_the_vendors(tmp_path):
    def touch(name):
        (tmp_path / name).write_bytes(b"x")

    folder = str(tmp_path)
    assert data_file_path("a.raw", folder) == f"{folder}/a.mzML"
    touch("a.RAW")
    assert data_file_path("a.RAW", folder) == f"{folder}/a.RAW"
    touch("a.mzML.gz")
    assert data_file_path("a.RAW", folder) == f"{folder}/a.mzML.gz"
    touch("b.mzML.gz")
    assert data_file_path("b.mzML", folder) == f"{folder}/b.mzML.gz"
    touch("b.mzML")
    assert data_file_path("b.mzML", folder) == f"{folder}/b.mzML"


def published(shared_data: Path, name: str):
    path = shared_data / "sdrf" / f"{name}.sdrf.tsv"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    return path


def test_aml_exosomes_of_eight_patients_in_nine_fractions(shared_data):
    """PXD001487, counted by hand: 72 runs, each source name in fractions 1 to 9, one factor."""
    path = published(shared_data, "PXD001487")
    config = {"study": "aml", "sdrf": str(path), "proteins": {"fasta": "human.fasta"}}
    study = load_study(config, look_inside=False)
    assert study.samples["sample"].tolist() == [f"Sample_{n}" for n in range(1, 9)]
    assert set(study.samples["condition"]) == {"Bone Marrow"}
    assert study.factors == ("organism_part",)
    assert study.samples["subject"].isna().all()  # every biological replicate is 1: no donor
    assert len(study.runs) == 72
    for _, own in study.runs.groupby("sample"):
        assert own["fraction"].tolist() == list(range(1, 10))
        assert own["replicate"].tolist() == [1] * 9
    assert Path(study.runs["path"].iloc[0]).name == "QE2_120404_OPL2008.mzML"


def test_vesicles_and_lysates_of_bacteria(shared_data):
    """PXD020207, counted by hand: nine vesicle runs and six lysates, no factor, E. coli."""
    path = published(shared_data, "PXD020207")
    notes = Notes(str(path))
    sdrf = read_sdrf(str(path), str(path.parent), "human", notes)
    (problem,) = notes.problems
    assert (problem.row, problem.column) == (2, "characteristics[organism]")
    assert problem.value == "Escherichia coli"
    materials = [row.cells["material"] for row in sdrf.samples.rows]
    assert materials == ["ev"] * 9 + ["source"] * 6
    assert sdrf.factors == () and len(sdrf.runs.rows) == 15
    first = sdrf.samples.rows[0].cells
    assert first["isolation"] == "Ultracentrifugation" and first["condition"] == ""


def errors_of(path) -> list[str]:
    """What sdrf-pipelines says against a file, without looking terms up on the network."""
    sdrf = pytest.importorskip("sdrf_pipelines.sdrf.sdrf")
    found = sdrf.read_sdrf(str(path)).validate_sdrf(template="ms-proteomics", skip_ontology=True)
    return [one.message for one in found]


def as_frame(path) -> pd.DataFrame:
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


def test_an_sdrf_comes_out_as_it_went_in(study):
    loaded = study.load()
    instruments = dict.fromkeys(loaded.runs["run"], "Q Exactive HF")
    write_sdrf(loaded, instruments, "out.sdrf.tsv")
    assert errors_of("out.sdrf.tsv") == []
    put, got = as_frame("config/study.sdrf.tsv"), as_frame("out.sdrf.tsv")
    shared = [name for name in put if name in got and "modification" not in name]
    kept = {"source name", "comment[data file]", "comment[fraction identifier]"}
    kept |= {"comment[technical replicate]", "factor value[disease]", "characteristics[individual]"}
    assert kept <= set(shared)
    differ = {name for name in shared if (put[name] != got[name]).any()}
    assert differ == {"assay name", "comment[label]"}
    # Read again, the written file is the same study.
    Path("out.sdrf.tsv").replace("config/study.sdrf.tsv")
    again = study.load()
    same = ["sample", "material", "condition", "subject", "biofluid"]
    assert again.samples[same].equals(loaded.samples[same])
    assert again.runs.equals(loaded.runs)


def test_the_published_fractions_come_out_as_they_went_in(shared_data, tmp_path):
    path = published(shared_data, "PXD001487")
    study = load_study(
        {"study": "aml", "sdrf": str(path), "proteins": {"fasta": "x"}}, look_inside=False
    )
    out = tmp_path / "out.sdrf.tsv"
    write_sdrf(study, dict.fromkeys(study.runs["run"], "Q Exactive HF"), out)
    put, got = as_frame(path), as_frame(out)
    for name in ("source name", "comment[data file]", "comment[fraction identifier]"):
        assert (put[name] == got[name]).all()
    assert (put["factor value[organism part]"] == got["factor value[organism part]"]).all()
    # The one word that is refused is that of the published file itself.
    assert set(errors_of(out)) == {"Invalid value 'Fluid' - must be one of the allowed values"}


def test_the_sdrf_of_a_study_of_two_sheets(files: StudyFiles):
    files.samples(
        [
            "sample\tmaterial\tcondition\tsubject\tbiofluid\tisolation\tage",
            "T1\tev\ttumour\td1\tplasma\tSEC\t61",
            "T2\tdepleted\ttumour\td1\tplasma\t\t61",
            "H1\tev\thealthy\td2\tcell_culture\tSEC\t57",
            "H2\tsource\thealthy\td2\tother\t\t",
        ]
    )
    files.config["contrasts"] = []
    study = files.load()
    columns = dict(sdrf_columns(study, {"T1": "Q Exactive"}))
    assert columns["source name"] == ["T1", "T2", "H1", "H2"]
    assert columns["characteristics[sample type]"] == [
        "extracellular vesicle", "vesicle-depleted material", "extracellular vesicle",
        "source material",
    ]  # fmt: skip
    parts = ["blood plasma", "blood plasma", "cell culture", "not available"]
    assert columns["characteristics[organism part]"] == parts
    assert columns["characteristics[age]"] == ["61", "61", "57", "not available"]
    assert columns["characteristics[enrichment process]"][:2] == ["SEC", "not available"]
    assert columns["comment[instrument]"] == ["NT=Q Exactive", *["not available"] * 3]
    assert columns["factor value[condition]"] == ["tumour", "tumour", "healthy", "healthy"]
    write_sdrf(study, dict.fromkeys(["T1", "T2", "H1", "H2"], "Q Exactive"), "out.sdrf.tsv")
    assert errors_of("out.sdrf.tsv") == []
    write_sdrf(study, {}, "out.sdrf.tsv")  # without the instrument it is not complete, and says so
    assert len(errors_of("out.sdrf.tsv")) == 1
    config = {"study": "x", "sdrf": "out.sdrf.tsv", "proteins": {"fasta": "x"}}
    back = load_study(config, look_inside=False).samples
    same = ["sample", "material", "condition", "subject"]
    assert back[same].equals(study.samples[same])


def test_names_that_are_no_names_are_refused_with_their_row(study):
    study.sdrf([row("../etc", "d1", "x", 1, "a{b}.raw", 1), row("", "d1", "x", 1, "c.raw", 1)])
    with pytest.raises(StudyError) as caught:
        load_study(study.config, look_inside=False)
    text = str(caught.value)
    assert "row 2, comment[data file]: 'raw/a{b}.mzML' holds braces" in text
    assert "row 3, source name: has no sample name" in text
