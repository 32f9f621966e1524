"""The figures: same bytes for the same table, nothing hidden, names kept as they are."""

import re

import numpy as np
import pandas as pd
import pytest
from lxml import etree

from evcargo.report.charts import (
    GRID_NM,
    class_styles,
    sample_dots,
    size_curves,
    size_panels,
    stacked_bars,
)
from evcargo.report.parts import Group
from evcargo.report.svg import FAINT
from evcargo.report.volcano import KINDS, volcano_points, volcano_spec, volcano_svg

GROUPS = [Group("a · EV", "ev", ("S1", "S2")), Group("b · EV", "ev", ("S3",))]


def texts(svg: str) -> list[str]:
    root = etree.fromstring(str(svg))
    return [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]


def shares() -> pd.DataFrame:
    return pd.DataFrame({"EV core": [0.25, np.nan], "other": [0.75, np.nan]}, index=["S1", "S2"])


def test_bars_are_as_long_as_the_shares_and_missing_samples_are_named():
    svg = stacked_bars(shares(), GROUPS, ["EV core", "other"], "f", "T", "share")
    assert texts(svg).count("not measured") == 2
    assert {"S1", "S2", "S3", "a · EV", "b · EV", "EV core", "other"} <= set(texts(svg))
    bar = r'd="M ([\d.]+) [\d.]+ +L ([\d.]+)[^"]*"[^>]*fill: var\(--%s\)'

    def longest(colour):
        return max(float(end) - float(start) for start, end in re.findall(bar % colour, svg))

    assert longest("faint") / longest("blue") == pytest.approx(3, rel=1e-3)


def test_same_table_same_bytes_and_ids_of_its_own():
    one = stacked_bars(shares(), GROUPS, ["EV core", "other"], "f", "T", "share")
    assert one == stacked_bars(shares(), GROUPS, ["EV core", "other"], "f", "T", "share")
    ids = re.findall(r'id="([^"]+)"', one)
    assert ids and all(name.startswith("f-") for name in ids)
    links = re.findall(r'(?:href="|url\()#([^")]+)', one)
    assert set(links) <= set(ids)


def test_names_are_neither_formulas_nor_markup():
    hostile = "<script>$x^2$&"
    groups = [Group(hostile, "ev", ("S1",))]
    svg = stacked_bars(shares(), groups, ["EV core", "other"], "f", hostile, "share")
    assert hostile in texts(svg) and "<script" not in svg


def test_classes_differ_by_colour_or_hatch():
    styles = class_styles([*(f"c{n}" for n in range(20)), "other"])
    assert len(set(styles.values())) == 21 and styles["other"] == (FAINT, "")


def test_dots_show_the_limits_and_what_was_not_measured():
    values = pd.DataFrame(
        {"sample": ["S1", "S2"], "value": [2.0, 8.0], "verdict": ["pass", "fail"]}
    )
    svg = sample_dots(values, GROUPS, [("warn", 5.0), ("fail", 7.0)], "f", "T", "log2")
    assert texts(svg).count("not measured") == 1
    assert {"warn", "fail", "pass", "log2"} <= set(texts(svg))
    assert "var(--fail)" in svg and "var(--pass)" in svg
    assert "not assessed" not in texts(svg)


def test_a_dot_of_0_that_was_not_assessed_is_drawn_and_named():
    values = pd.DataFrame(
        {"sample": ["S1", "S2"], "value": [0.0, 0.3], "verdict": ["not assessed", "fail"]}
    )
    svg = sample_dots(values, GROUPS, [("fail", 0.1)], "f", "T", "fraction")
    assert texts(svg).count("not measured") == 1
    assert texts(svg).count("not assessed") == 1


def test_size_curves_do_not_depend_on_the_bins():
    def made(step):
        diameter = np.arange(step / 2, 500, step)
        height = np.exp(-((diameter - 120) ** 2) / (2 * 30**2)) * step
        return pd.DataFrame(
            {"sample": f"S{step}", "diameter_nm": diameter, "share": height / height.sum()}
        )

    curves = size_curves(pd.concat([made(1), made(5)]))
    assert np.allclose(curves["S1"], curves["S5"], atol=0.001)
    # a normal density with sd 30 has its top at 1 / (30 sqrt(2 pi)) per nm
    assert curves["S1"].max() == pytest.approx(10 / (30 * np.sqrt(2 * np.pi)), rel=0.01)
    assert curves.index[curves["S1"].argmax()] == 120
    assert np.trapezoid(curves["S1"], GRID_NM) / 10 == pytest.approx(1, abs=0.01)


def test_empty_or_single_size_tables_give_no_curve():
    one = pd.DataFrame({"sample": ["S1"], "diameter_nm": [100.0], "share": [1.0]})
    zero = pd.DataFrame({"sample": "S2", "diameter_nm": [1.0, 2.0], "share": 0.0})
    assert size_curves(pd.concat([one, zero])).empty


def test_size_panels_leave_out_groups_without_sizes():
    curves = pd.DataFrame({"S1": np.linspace(0, 1, len(GRID_NM))}, index=GRID_NM)
    svg = size_panels(curves, GROUPS, (30, 150), "f", "T")
    assert "a · EV" in texts(svg) and "b · EV" not in texts(svg)


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "feature": list("abcde"),
            "name": ["A", "B", "C", pd.NA, "E"],
            "tested": pd.array([True, True, True, True, False], dtype="boolean"),
            "significant": pd.array([True, True, False, False, pd.NA], dtype="boolean"),
            "flag": ["bovine", pd.NA, "keratin", pd.NA, pd.NA],
            "robustness": [
                *("contaminant itself", "explained by albumin share"),
                *("contaminant itself", "not assessed", "not assessed"),
            ],
            "log2_fold_change": [2.0, -2.0, 0.1, 0.2, np.nan],
            "p_value": [1e-4, 1e-3, 0.5, 0.0, np.nan],
            "adjusted_p_value": [1e-3, 1e-2, 0.5, np.nan, np.nan],
        }
    )


def test_points_of_the_volcano_keep_flagged_ones_on_top():
    points = volcano_points(table())
    assert list(points["name"]) == ["d", "C", "B", "A"]
    assert list(points["kind"]) == [
        *("not significant", "contaminant, not significant"),
        *("explained by impurity", "contaminant itself"),
    ]
    assert set(points["kind"]) <= set(KINDS)
    assert points["minus_log10_p"].iloc[3] == pytest.approx(4)
    assert np.isfinite(points["minus_log10_p"]).all()  # a p-value of 0 stays in the picture


def test_volcano_names_the_hits_and_counts_each_kind():
    svg = volcano_svg(volcano_points(table()), "f", "T", "log2 fold change")
    assert {"A", "B"} <= set(texts(svg)) and "C" not in texts(svg)
    assert {"contaminant itself (1)", "explained by impurity (1)"} <= set(texts(svg))


def test_interactive_volcano_takes_all_hits_and_some_background():
    spec = volcano_spec(volcano_points(table()), "x", 0)
    (values,) = spec["datasets"].values()
    assert [value["name"] for value in values] == ["C", "B", "A"]
    assert values[1]["adjusted_p_value"] == pytest.approx(0.01)
    assert values[1]["robustness"] == "explained by albumin share"
    assert spec == volcano_spec(volcano_points(table()), "x", 0)


def test_many_points_are_drawn_as_an_image():
    many = pd.concat([table()] * 1000, ignore_index=True).assign(significant=False, flag=pd.NA)
    svg = volcano_svg(volcano_points(many), "f", "T", "x")
    assert "<image" in svg and len(svg) < 200_000
