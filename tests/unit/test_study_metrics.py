"""Names of purity metrics in the config, held to those that the study can have."""

import pandas as pd
import pytest
from study_files import StudyFiles

from evcargo.purity.associations import purity_metrics
from evcargo.purity.criteria import assess, criteria_table
from evcargo.study.metrics import check_metrics, metric_names
from evcargo.study.notes import Notes


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("lipoprotien share", "Did you mean 'lipoprotein share'?"),
        ("Albumin Share", "Did you mean 'albumin share'?"),
        ("haemolysis: 20 miRNA scor", "Did you mean 'haemolysis: 20-miRNA score'?"),
        ("purity", "Choose from "),
        ("particles within the size window", "Choose from "),
    ],
)
def test_a_metric_that_the_study_cannot_have_is_refused(files: StudyFiles, name, remedy):
    files.config["differential"] = {"purity_covariates": ["lipoprotein share", name]}
    (problem,) = files.problems()
    assert (problem.column, problem.value) == ("differential.purity_covariates", name)
    assert problem.remedy.startswith(remedy)


@pytest.mark.parametrize(
    "asked",
    [
        "auto",
        "none",
        "lipoprotein share",
        ["rRNA share", "haemolysis: 20-miRNA score"],
        ["particles per protein"],
        ["tRNA share", "tetraspanin to ALB ratio"],
    ],
)
def test_metrics_that_there_can_be_are_accepted(files: StudyFiles, asked):
    files.config["differential"] = {"purity_covariates": asked}
    assert files.load().config["differential"]["purity_covariates"] == asked


def test_more_metrics_than_any_model_holds_are_refused(files: StudyFiles):
    asked = ["rRNA share", "lipoprotein share", "albumin share"]
    files.config["differential"] = {"purity_covariates": asked}
    (problem,) = files.problems()
    assert problem.column == "differential.purity_covariates"
    assert problem.message == "must have at most 2 values"


@pytest.mark.parametrize(
    ("each", "asked", "said"),
    [
        (2, ["albumin share"], "(1 given) its model has room for none"),
        (4, ["albumin share", "keratin share"], "(2 given) its model has room for 1"),
        (4, "albumin share", ""),
        (6, ["albumin share", "keratin share"], ""),
        (2, "auto", ""),
    ],
)
def test_contrasts_without_room_for_what_is_asked_are_a_warning(
    files: StudyFiles, each: int, asked: str | list[str], said: str
):
    """Beside intercept and comparison, 2 v 2 samples leave 2 degrees of freedom, 4 v 4 six."""
    names = [f"{level}{number}" for level in "TH" for number in range(each)]
    words = {"T": "tumour", "H": "healthy"}
    files.samples(["sample\tcondition", *(f"{name}\t{words[name[0]]}" for name in names)])
    files.runs(
        ["sample\tassay\tpath", *(f"{name}\tproteins\traw/{name}.mzML.gz" for name in names)]
    )
    files.config["differential"] = {"purity_covariates": asked}
    told = [one for one in files.load(look_inside=False).warnings if "purity_covariates" in one]
    assert len(told) == bool(said)
    assert all(said in one and "contrast tumour_v_healthy" in one for one in told)


@pytest.mark.parametrize(
    ("run_format", "name", "refused"),
    [
        ("fastq", "chloroplast RNA share", True),
        ("mirna_counts", "chloroplast RNA share", False),
        ("mirna_counts", "tRNA shore share", False),
        ("mirna_counts", "lipoprotien share", True),
        ("mirna_counts", "mitochondrial RNA share", True),
        ("mirna_counts", "chloroplast RNA", True),
    ],
)
def test_classes_of_a_table_are_left_to_the_run(files: StudyFiles, run_format, name, refused):
    """Only reads have classes that are known before the run."""
    config = files.load().config | {"differential": {"purity_covariates": name}}
    runs = pd.DataFrame({"assay": ["rna", "proteins"], "format": [run_format, "mzml"]})
    notes = Notes("config.yaml")
    check_metrics(config, runs, notes)
    assert bool(notes.problems) == refused


def test_the_names_are_those_that_the_purity_stage_writes(files: StudyFiles):
    config = files.load().config
    sample = pd.DataFrame([{"sample": "s", "material": "ev"}])
    criteria = criteria_table(assess(sample, config["purity"]))
    row = {"sample": "s", "share": 0.1}
    classes = [("proteins", "bovine"), ("transcripts", "immunoglobulin mRNA")]
    shares = pd.DataFrame([row | {"assay": assay, "class": name} for assay, name in classes])
    written = set(purity_metrics(criteria, shares)["metric"])
    assert written <= set(metric_names(config))
