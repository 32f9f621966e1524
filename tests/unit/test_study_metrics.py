"""Names of purity metrics in the config, held to those that the study can have."""

import pandas as pd
import pytest
from study_files import StudyFiles

from evcargo.purity.associations import purity_metrics
from evcargo.purity.criteria import assess
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
        ["rRNA share", "haemolysis: 20-miRNA score", "particles per protein"],
        ["tRNA share", "tetraspanin to ALB ratio"],
    ],
)
def test_metrics_that_there_can_be_are_accepted(files: StudyFiles, asked):
    files.config["differential"] = {"purity_covariates": asked}
    assert files.load().config["differential"]["purity_covariates"] == asked


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
    criteria = assess(pd.DataFrame([{"sample": "s", "material": "ev"}]), config["purity"])
    row = {"sample": "s", "share": 0.1}
    classes = [("proteins", "bovine"), ("transcripts", "immunoglobulin mRNA")]
    shares = pd.DataFrame([row | {"assay": assay, "class": name} for assay, name in classes])
    written = set(purity_metrics(criteria, shares)["metric"])
    assert written <= set(metric_names(config))
