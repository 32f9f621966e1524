"""The report's part on biomarker panels."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from lxml import html

from evcargo.biomarkers.assess import TABLES, assess
from evcargo.biomarkers.features import metric_block
from evcargo.biomarkers.performance import over_panels
from evcargo.biomarkers.question import Question
from evcargo.contracts import CONTRACTS
from evcargo.report.biomarkers import biomarkers_section
from evcargo.report.page import _environment, render
from evcargo.report.results import Results
from evcargo.simulate.biomarkers import planted
from evcargo.study.model import Contrast
from evcargo.study.notes import Notes
from evcargo.study.schema import check_config, read_schema

HOSTILE = "</table><script>alert(1)</script>"


def words(element) -> str:
    return " ".join(element.text_content().split())


@pytest.fixture(scope="module")
def assessed(results: Results) -> Results:
    """The made study with two panels: of proteins, and of small RNA, which has too few samples."""
    contrast = results.config["contrasts"][0]
    study = planted(3, 30, 40, 4, 2.5, missing=0.0)
    features = pd.DataFrame({"feature": study.block.features, "feature_assay": "proteins"})
    known = features.reindex(columns=[*CONTRACTS["differential"].names, "feature_assay"])
    known["name"], known["robustness"], known["flag"] = known["feature"], "stands", ""
    known.loc[0, ["name", "flag", "robustness"]] = HOSTILE, "lipoprotein", "contaminant itself"
    metrics = pd.DataFrame({"albumin share": np.random.default_rng(0).normal(size=30)})
    names = tuple(f"s{number}" for number in range(30))
    question = Question(
        Contrast(contrast["name"], contrast["column"], contrast["test"], contrast["reference"]),
        "proteins", names, tuple("t" if one else "r" for one in study.labels), study.labels,
        study.units, names, (study.block,), metric_block(metrics, 0.5), known,
    )  # fmt: skip
    options, _ = check_config(
        {"study": "s", "biomarkers": {"repeats": 2, "permutations": 20, "screened": 10}},
        read_schema("config"),
        Notes("config"),
    )
    found = assess(question, options)
    few = dict(options) | {"biomarkers": options["biomarkers"] | {"min_samples": 50}}
    refused = assess(replace(question, assay="rna"), few)
    tables = {
        contract: pd.concat([found[name], refused[name]], ignore_index=True)
        for name, contract in TABLES.items()
    }
    config = results.config | {"biomarkers": options["biomarkers"]}
    return replace(results, config=config, **tables)


@pytest.fixture(scope="module")
def text(assessed: Results) -> str:
    return render(assessed)


def test_a_study_without_panels_has_no_such_part(results: Results) -> None:
    assert biomarkers_section(results) == []
    template = _environment().get_template("biomarkers.html.j2")
    assert template.render(biomarkers=[]).strip() == ""


def test_the_verdict_stands_before_the_panel_with_its_figures(assessed: Results, text: str) -> None:
    page = html.document_fromstring(text)
    part = page.get_element_by_id("biomarkers")
    said = words(part)
    line = assessed.biomarkers.iloc[0]
    assert f"AUC {line['auc']:.2f} (95 % interval {line['ci_low']:.2f} to" in said
    assert "15 v 15 held-out samples, permutation p = 0.048" in said
    assert "and better than purity alone" in said
    assert "not a validated test" in said
    assert said.index("better than purity alone") < said.index("The panel of all samples")
    assert "Calibration: Brier score" in said
    assert page.xpath('//nav//a[@href="#biomarkers"]')
    methods = words(page.get_element_by_id("methods"))
    assert "nested cross-validation (5 folds, 2 repeats)" in methods
    assert "10.1186/1471-2105-7-91" in methods
    sections = [one.get("id") for one in page.xpath("//main/section")]
    assert sections.index("cargo") < sections.index("biomarkers") < sections.index("quality")


def test_the_figure_shows_the_numbers_of_its_table(assessed: Results) -> None:
    panel = biomarkers_section(assessed)[0]
    table = panel["figure"].table
    columns = [column.label for column in table.columns]
    assert columns[0] == "false positives"
    assert {"elastic net", "purity only"} <= set(columns)
    curve = np.array([row[columns.index("elastic net")] for row in table.rows])
    assert (np.diff(curve) >= -1e-12).all()
    assert curve[-1] == 1
    auc = assessed.biomarkers["auc"].iloc[0]
    grid = [row[0] for row in table.rows]
    assert np.trapezoid(curve, grid) == pytest.approx(auc, abs=0.03)
    assert f"{auc:.2f}" in panel["figure"].svg


def test_flags_and_robustness_are_shown_and_names_are_escaped(text: str) -> None:
    assert HOSTILE not in text
    table = html.document_fromstring(text).get_element_by_id("biomarkers-1-panel")
    rows = {row[0].text_content(): words(row) for row in table.xpath(".//tbody/tr")}
    assert "contaminant itself" in rows[HOSTILE]
    assert "lipoprotein" in rows[HOSTILE]


def test_what_was_not_assessed_is_said_and_shows_no_figure(assessed: Results) -> None:
    panel = biomarkers_section(assessed)[1]
    assert panel["notice"] == "na"
    assert panel["sentence"] == "The panel was not assessed."
    assert panel["reason"].startswith("15 v 15 independent samples, and biomarkers.min_samples")
    assert (panel["figure"], panel["panel"], panel["models"]) == (None, None, None)


def test_several_panels_say_their_p_value_over_the_study(assessed: Results) -> None:
    assert "panels of this study" not in biomarkers_section(assessed)[0]["reason"]
    lines = assessed.biomarkers.assign(permutation_p=[0.01, 0.03])
    found = biomarkers_section(replace(assessed, biomarkers=over_panels(lines)))
    assert "over the 2 panels of this study the permutation p-value is 0.02 (" in found[0]["reason"]
