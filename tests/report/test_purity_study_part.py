"""The part of the report on purity over the study."""

from dataclasses import replace

import pandas as pd
import pytest

from evcargo.report.answer import answer, answer_section
from evcargo.report.contrasts import association_table
from evcargo.report.page import render
from evcargo.report.parts import groups_of
from evcargo.report.purity import haemolysis_figures
from evcargo.report.purity_study import (
    action_words,
    checklist_table,
    enrichment_figures,
    group_table,
    outlier_table,
    purity_study_section,
)


def acted(results, action, actions):
    config = results.config | {"purity": {"action": action}}
    return replace(results, config=config, actions=pd.DataFrame(actions))


def test_what_was_done_is_said_in_one_sentence(results):
    fails = int((results.verdicts["verdict"] == "fail").sum())
    assert action_words(results).startswith(f"{fails} samples with the verdict fail are in")
    row = {"sample": "T1", "action": "left out", "weight": 0.0}
    said = action_words(acted(results, "exclude", [row]))
    assert said.startswith("Left out of the differential tests, and of those of purity")
    assert "by purity.action exclude: T1. What is below" in said
    row = {"sample": "T1", "action": "weighted", "weight": 0.25}
    assert "T1 0.250. Counts of RNA are compared without" in action_words(
        acted(results, "weight", [row])
    )
    row = {"sample": "T1", "action": "none", "weight": 1.0}
    assert "no sample was treated differently" in action_words(acted(results, "exclude", [row]))
    clean = replace(results, verdicts=results.verdicts.assign(verdict="pass"))
    assert action_words(clean) == ""


def test_the_verdict_of_a_sample_says_that_it_was_left_out(results):
    row = {"sample": "T1", "action": "left out", "weight": 0.0}
    groups = answer_section(acted(results, "exclude", [row]))["groups"]
    by_sample = {one["sample"]: one["troubles"] for group in groups for one in group["rows"]}
    assert "left out of the comparisons" in by_sample["T1"]
    assert not any("left out" in said for name, told in by_sample.items() if name != "T1"
                   for said in told)  # fmt: skip


def test_enrichment_has_a_figure_with_its_table(results):
    (figure,) = enrichment_figures(results)
    assert len(figure.table.rows) == results.enrichment["log2_difference"].notna().sum()
    assert "Fewer than three pairs are not tested." in figure.caption
    told = results.enrichment.assign(finding="depleted", as_expected=False)
    (figure,) = enrichment_figures(replace(results, enrichment=told))
    assert "Against expectation: EV core" in figure.caption


def test_only_outliers_and_tested_groups_are_shown(results):
    shown = outlier_table(results)
    assert len(shown.rows) == int(results.outliers["outlier"].sum()) > 0
    assert "over all conditions of the material" in shown.note and "at least 0.25" in shown.note
    assert "log2 of the share over the signal of everything that is no contaminant" in shown.note
    none = replace(results, outliers=results.outliers.assign(outlier=False))
    assert outlier_table(none) is None
    groups = group_table(results)
    tested = int(results.groups["p_value"].notna().sum())
    assert (0 if groups is None else len(groups.rows)) == tested


def test_blank_items_stay_blank(results):
    table = checklist_table(results)
    by_item = {row[0]: row[2] for row in table.rows}
    assert by_item["Organism"] == "human"
    assert not by_item["EV density"]


@pytest.mark.parametrize("name", ["enrichment", "consistency", "outliers", "groups"])
def test_without_tables_the_part_says_so(results, name):
    empty = replace(results, **{name: getattr(results, name).iloc[:0]})
    section = purity_study_section(empty)
    assert not section[name]


def test_a_contrast_without_hits_is_not_sound_where_purity_could_not_be_told(results):
    contrast = results.config["contrasts"][0]
    nothing = results.contrasts.assign(significant=0, stands=0)
    table = results.associations.assign(
        associated=pd.array([False] * len(results.associations), "boolean")
    )
    assert (
        answer(replace(results, contrasts=nothing, associations=table), contrast).verdict == "pass"
    )
    untold = table.assign(
        associated=pd.array([None] * len(table), "boolean"), rule="groups too small"
    )
    said = answer(replace(results, contrasts=nothing, associations=untold), contrast)
    assert said.verdict == "not assessed"
    assert "could not be told: groups too small" in said.purity
    all_stand = results.contrasts.assign(significant=3, stands=3)
    assert answer(replace(results, contrasts=all_stand, associations=untold), contrast).verdict == (
        "pass"
    )


def test_imputed_columns_are_told_where_they_were_asked_for(results):
    asked = results.config | {
        "differential": results.config["differential"] | {"imputation": "left_censored"}
    }
    page = render(replace(results, config=asked))
    assert "missing values were not imputed for any test: the columns imputed_log2_fold_cha" in page
    assert "for comparison only" in page
    plain = results.config["differential"] | {"imputation": "none"}
    page = render(replace(results, config=results.config | {"differential": plain}))
    assert "missing values were not imputed.</p>" in page


def test_a_profile_that_differs_is_shown_and_makes_no_group_impure(results):
    contrast = results.config["contrasts"][0]
    table = results.associations
    impure = table["kind"] == "purity"
    equal = table.assign(associated=table["associated"].where(~impure, False))
    equal = equal.astype({"associated": "boolean"})
    assert equal["associated"].any()
    said = answer(replace(results, associations=equal), contrast).purity
    assert said.startswith("None of 3 purity metrics differs detectably")
    shown = association_table(replace(results, associations=equal), contrast, 1)
    assert shown.rows[0][:2] == ("panel subtype_small_ev share", "yes")
    assert "no impurity by themselves" in shown.note


def test_the_metrics_that_differ_come_first_and_the_others_are_counted(results):
    contrast = results.config["contrasts"][0]
    row = results.associations.iloc[[0]]
    many = pd.concat([row.assign(metric=f"m{n}", p_value=n / 100) for n in range(30)])
    flags = [n in (20, 25) for n in range(30)]
    many = many.assign(associated=pd.array(flags, "boolean"))
    shown = association_table(replace(results, associations=many), contrast, 1)
    assert [row[0] for row in shown.rows] == ["m20", "m25", *(f"m{n}" for n in range(10))]
    assert shown.note.endswith(
        "All that differ (2) and the next 10 by p-value; 18 more are in the full table."
    )
    none = many.assign(associated=pd.array([False] * 30, "boolean"))
    shown = association_table(replace(results, associations=none), contrast, 1)
    assert shown.note.endswith("The first 10 by p-value; 20 more are in the full table.")


def test_haemoglobin_tells_of_haemolysis_without_small_rna(results):
    names = results.samples["sample"].tolist()
    share = {"assay": "proteins", "criterion": "haemoglobin share", "verdict": "fail"}
    share |= {"unit": "fraction", "value": 0.6, "threshold": "warn > 0.1, fail > 0.5"}
    rows = pd.DataFrame([{"sample": name} | share for name in names])
    alone = replace(results, criteria=rows.reindex(columns=results.criteria.columns))
    (figure,) = haemolysis_figures(alone, groups_of(results.samples))
    assert figure.title == "Haemoglobin share"
