"""A study as a whole: every problem at once, and nothing but a StudyError."""

from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from study_files import RUNS, SAMPLES, StudyFiles, changed

from evcargo.errors import StudyError
from evcargo.study.load import load_study


def test_the_config_given_is_not_changed(files: StudyFiles):
    before = deepcopy(files.config)
    files.load()
    assert files.config == before


def test_a_loaded_study_loads_again(files: StudyFiles):
    study = files.load()
    again = load_study(study.config, look_inside=True)
    assert again.config == study.config
    assert again.runs.equals(study.runs)
    assert again.contrasts == study.contrasts


def test_jobs_look_at_no_data_file(files: StudyFiles):
    for path in Path("raw").iterdir():
        path.unlink()
    Path("human.fasta").unlink()
    assert files.load(look_inside=False)
    assert len(files.problems(look_inside=True)) == 9


def test_all_problems_at_once(files: StudyFiles):
    """One mistake of each kind, in all three files; each is told with its place."""
    files.config |= {"organsim": "human", "rna": {"min_length": "few"}}
    files.config["contrasts"].append(
        {"name": "other", "column": "condition", "test": "tumor", "reference": "healthy"}
    )
    files.samples([*changed(SAMPLES, 2, "plasma", "plsma"), "T1\tev\t\t\t\t\t\t\t"])
    files.runs([*changed(RUNS, 3, "raw/T2", "raw/T_2"), "X9\trna\traw/T1.fastq.gz"])
    places = [(p.file, p.row, p.column, p.value) for p in files.problems()]
    assert places == [
        ("config/config.yaml", 0, "contrasts[other].test", "tumor"),
        ("config/config.yaml", 0, "organsim", ""),
        ("config/config.yaml", 0, "rna.min_length", "few"),
        ("config/runs.tsv", 3, "path", "raw/T_2.mzML.gz"),
        ("config/runs.tsv", 10, "path", "raw/T1.fastq.gz"),
        ("config/runs.tsv", 10, "sample", "X9"),
        ("config/samples.tsv", 2, "biofluid", "plsma"),
        ("config/samples.tsv", 6, "sample", "T1"),
    ]


def test_every_problem_is_one_line_with_a_remedy(files: StudyFiles):
    files.samples(
        ["sample\tcondi\x07tion", 'T1\t"a\nb"', "<script>alert(1)</script>\tx", "a\u202eb\ty"]
    )
    problems = files.problems()
    assert problems
    for problem in problems:
        text = str(problem)
        assert text.isprintable()
        assert problem.remedy


@pytest.mark.parametrize("kind", ["samples", "runs"])
def test_a_sheet_that_is_missing_is_a_problem_of_the_config(files: StudyFiles, kind):
    files.config[kind] = f"config/{kind}.csv"
    problem = next(p for p in files.problems() if p.column == kind)
    assert (problem.file, problem.value) == ("config/config.yaml", f"config/{kind}.csv")
    assert problem.remedy == f"Did you mean 'config/{kind}.tsv'?"


def test_the_config_goes_by_the_name_it_is_given(files: StudyFiles):
    with pytest.raises(StudyError, match=r"1\. trial\.yaml, x: is not an option"):
        load_study(files.config | {"x": 1}, look_inside=False, config_file="trial.yaml")


CELLS = st.text(
    alphabet=st.sampled_from("T1H2ev.,;#\"'\t\n\r\x00 -/{}\u00a0\ufeff\u20ac"), max_size=12
)
FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def ends_well(config, look_inside=True):
    try:
        load_study(config, look_inside)
    except StudyError as error:
        assert error.problems
        assert all("\n" not in str(problem) for problem in error.problems)


@FUZZ
@given(st.sampled_from(["samples", "runs"]), st.binary(max_size=300))
def test_random_bytes_as_sheets(files: StudyFiles, kind, data):
    Path(f"config/{kind}.tsv").write_bytes(data)
    ends_well(files.config)


@FUZZ
@given(
    st.sampled_from([SAMPLES, RUNS]),
    st.lists(st.lists(CELLS, max_size=9), max_size=6),
    st.sampled_from("\t,;"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_random_rows_below_a_good_header(files: StudyFiles, lines, rows, separator, encoding):
    text = "\n".join([*lines[:3], *("\t".join(row) for row in rows)]).replace("\t", separator)
    kind = "samples" if lines is SAMPLES else "runs"
    Path(f"config/{kind}.tsv").write_bytes(text.encode(encoding))
    ends_well(files.config)


@FUZZ
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "study",
                        "organism",
                        "samples",
                        "runs",
                        "contrasts",
                        "proteins",
                        "fasta",
                        "rna",
                    ]
                    + [
                        "references",
                        "name",
                        "column",
                        "test",
                        "reference",
                        "covariates",
                        "purity",
                        "x",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    )
)
def test_random_configs(files: StudyFiles, values):
    ends_well(values if isinstance(values, dict) else {"study": values})
    ends_well(files.config | (values if isinstance(values, dict) else {}))


@FUZZ
@given(
    st.binary(max_size=200), st.sampled_from(["raw/T1.mzML.gz", "raw/T1.fastq.gz", "human.fasta"])
)
def test_random_bytes_as_data(files: StudyFiles, data, path):
    Path(path).write_bytes(data)
    ends_well(files.config)


def test_the_committed_study_is_correct(root, monkeypatch):
    """The three files in config/ are the user's first example."""
    monkeypatch.chdir(root)
    config = yaml.safe_load((root / "config/config.yaml").read_text(encoding="utf-8"))
    study = load_study(config, look_inside=False)
    assert study.assays == ["proteins", "rna", "particles"]
    assert len(study.samples) == 8
    assert study.contrast_names == ["tumour_v_healthy"]
