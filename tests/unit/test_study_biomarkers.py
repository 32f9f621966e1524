"""Biomarker panels in the config: what a dry run refuses, and what it warns of."""

import pandas as pd
import pytest
from study_files import CONTRAST, StudyFiles

from evcargo.study.biomarkers import _too_few
from evcargo.study.model import Contrast


def test_nothing_is_asked_for_by_default(files: StudyFiles) -> None:
    study = files.load()
    assert study.config["biomarkers"]["contrasts"] == []
    assert study.warnings == ()
    files.config["biomarkers"] = {"folds": 20}  # without a contrast it means nothing
    assert files.found() == []


def test_too_few_samples_are_warned_of(files: StudyFiles) -> None:
    files.config["biomarkers"] = {"contrasts": ["tumour_v_healthy"]}
    assert files.load().warnings == tuple(
        f"biomarkers: tumour_v_healthy has 2 v 2 independent samples of {assay}, fewer than"
        " biomarkers.min_samples = 10: its panel will not be assessed"
        for assay in ("proteins", "rna")
    )


@pytest.mark.parametrize(
    ("options", "column", "value", "message", "remedy"),
    [
        ({"contrasts": ["tumour_v_helthy"]}, "contrasts", "tumour_v_helthy",
         "is no contrast of the config", "Did you mean 'tumour_v_healthy'?"),
        ({"contrasts": ["xyz"]}, "contrasts", "xyz",
         "is no contrast of the config", "There are tumour_v_healthy, ages"),
        ({"contrasts": ["ages"]}, "contrasts", "ages",
         "is of kind slope: a panel tells two levels apart", "Name a contrast of kind pair"),
        ({"folds": 11}, "folds", "11",
         "is above biomarkers.min_samples = 10, so that folds may hold no sample of a level",
         "Write at most 10, or raise min_samples"),
        ({"folds": 1}, "folds", "1", "must be at least 2", "Outer folds"),
        ({"permutations": 5}, "permutations", "5", "must be at least 20", "Permutations"),
    ],
)  # fmt: skip
def test_mistakes_are_refused(files: StudyFiles, options, column, value, message, remedy) -> None:
    slope = {"name": "ages", "column": "age", "kind": "slope"}
    files.config["contrasts"] = [dict(CONTRAST), slope]
    files.config["biomarkers"] = {"contrasts": ["tumour_v_healthy"]} | options
    problem = files.problem()
    assert problem.column == f"biomarkers.{column}"
    assert problem.value == value
    assert problem.message == message
    assert problem.remedy.startswith(remedy)


def test_permutations_must_reach_alpha(files: StudyFiles) -> None:
    files.config["differential"] = {"alpha": 0.01}
    files.config["biomarkers"] = {"contrasts": ["tumour_v_healthy"], "permutations": 50}
    problem = files.problem()
    assert problem.column == "biomarkers.permutations"
    assert problem.remedy == "Write at least 100"


def test_one_assay_cannot_be_joined(files: StudyFiles) -> None:
    lines = ["sample\tassay\tpath"]
    lines += [f"{name}\trna\traw/{name}.fastq.gz" for name in ("T1", "T2", "H1", "H2")]
    files.runs(lines)
    files.config["biomarkers"] = {"contrasts": ["tumour_v_healthy"], "joined": True}
    problem = files.problem()
    assert problem.column == "biomarkers.joined"
    assert problem.message == "is true, but the study has rna only"


def test_a_donor_on_two_plates_is_one_sample() -> None:
    """The warning counts what the folds keep together: plates that share a donor."""
    rows = pd.DataFrame(
        {"material": "ev", "condition": ["t"] * 4 + ["r"] * 4, "sample": list("abcdefgh")}
    )
    rows["plate"], rows["subject"] = list("11223344"), list("pqpqstuv")
    runs = pd.DataFrame({"assay": "rna", "sample": rows["sample"]})
    contrast = Contrast("c", "condition", "t", "r", block="plate")
    (said,) = _too_few(contrast, rows, runs, ["rna"], 10)
    assert "c has 1 v 2 independent samples of rna" in said
