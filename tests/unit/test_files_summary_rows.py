"""Rows that are no features, by their name and by their numbers."""

import numpy as np
import pytest

from evcargo.files.summary_rows import (
    COUNTER,
    HEADER_AGAIN,
    NO_NAME,
    NOTE,
    STATISTIC,
    TOTAL,
    describe_summary_rows,
    find_summary_rows,
    kind_of_name,
)

GENES = ["CD9", "CD63", "CD81", "TSG101", "ALB", "APOB", "FLOT1", "HSPA8", "SDCBP", "LTF"]

TOTALS = (
    "Total|TOTAL|Sum|Grand Total|Summe|Gesamtergebnis|Total général|Suma|Итого|合計|Σ|miRNAtotal"
    "|Total reads|total_counts|Total miRNA reads|sum of all proteins"
)
STATISTICS = (
    "Mean|AVERAGE|Median|StDev|Std. Dev.|Mittelwert|Écart-type|Promedio|CV (%)|% CV|Mean intensity"
    "|standard deviation|平均"
)
COUNTERS = (
    "__no_feature|__alignment_not_unique|N_unmapped|N_noFeature|Unassigned_NoFeatures|*|not_aligned"
    "|too_low_aQual"
)
FEATURES = (
    "MAX|MAD1L1|SUMO1|MEAN1|CD9|P02768|hsa-miR-16-5p|IgG total|Total tau|AVERAGE1|SUMF1|NOTUM|MED1"
    "|STD|SD|SE|ALL1|sp|N|AMBIGUOUS_GENE|ENSG00000141510.18|Sum_A2M|TOTAL PSA|MIN|RANGE"
)


def amounts(rows: int, columns: int = 3) -> np.ndarray:
    return np.round(np.random.default_rng(1).lognormal(12, 2, (rows, columns)))


@pytest.mark.parametrize("name", TOTALS.split("|"))
def test_totals_in_many_languages(name):
    assert kind_of_name(name) == TOTAL


@pytest.mark.parametrize("name", STATISTICS.split("|"))
def test_statistics_in_many_languages(name):
    assert kind_of_name(name) == STATISTIC


@pytest.mark.parametrize("name", COUNTERS.split("|"))
def test_counters_of_reads_without_a_gene(name):
    assert kind_of_name(name) == COUNTER


@pytest.mark.parametrize("name", ["", "NA", "#N/A", "nan", "None", "-", "(blank)", "#REF!"])
def test_rows_without_a_name(name):
    assert kind_of_name(name) == NO_NAME


@pytest.mark.parametrize("name", ["Note: keratins were removed", "* contaminant", "Legend: see S1"])
def test_notes(name):
    assert kind_of_name(name) == NOTE


@pytest.mark.parametrize("name", FEATURES.split("|"))
def test_features_whose_names_look_alike(name):
    assert kind_of_name(name) == ""


def test_a_total_of_any_name_is_the_sum_of_all_other_rows():
    values = amounts(10)
    names = [*GENES[:4], "Protein content", *GENES[4:]]
    table = np.insert(values, 4, values.sum(axis=0), axis=0)
    (row,) = find_summary_rows(names, table)
    assert (row.row, row.name, row.kind) == (4, "Protein content", TOTAL)
    assert row.reason == "it is the sum of all other rows"


def test_a_total_with_and_without_the_counters():
    values = amounts(10)
    counter = np.array([[1e5, 2e5, 3e5]])
    names = [*GENES, "__no_feature", "all of it"]
    for total in (values.sum(axis=0), values.sum(axis=0) + counter[0]):
        rows = find_summary_rows(names, np.vstack([values, counter, total]))
        assert [row.name for row in rows] == ["__no_feature", "all of it"]


def test_an_empty_sample_does_not_hide_a_total():
    values = amounts(10)
    values[:, 1] = 0
    for nothing in (0, np.nan):
        values[:, 1] = nothing
        (row,) = find_summary_rows([*GENES, "all"], np.vstack([values, values.sum(axis=0)]))
        assert row.name == "all"


def test_no_total_by_chance():
    rng = np.random.default_rng(2)
    for _ in range(200):
        names = [f"G{number}" for number in range(30)]
        assert not find_summary_rows(names, rng.lognormal(8, 3, (30, 2)))
        assert not find_summary_rows(names, rng.poisson(2, (30, 2)).astype(float))


def test_few_rows_prove_no_total():
    assert not find_summary_rows(["A", "B", "C"], np.array([[1.0, 2], [2, 3], [3, 5]]))


def test_the_gene_max_stays_and_the_maximum_goes():
    values = amounts(11)
    assert not find_summary_rows([*GENES, "MAX"], values)
    rows = find_summary_rows([*GENES, "MAX"], np.vstack([values[:10], values[:10].max(axis=0)]))
    assert [(row.name, row.kind) for row in rows] == [("MAX", STATISTIC)]


def test_a_deviation_beside_a_mean_goes_whatever_it_is_of():
    values = amounts(12)
    rows = find_summary_rows([*GENES, "Mean", "SD"], values)
    assert [row.name for row in rows] == ["Mean", "SD"]
    assert find_summary_rows(["SD", *GENES, "Mean"], values)[0].name == "Mean"


def test_statistics_of_filled_cells_and_of_all():
    values = amounts(10)
    values[2:5, 1] = 0
    zeros = np.where(values == 0, np.nan, values)
    for row in (values.std(axis=0, ddof=1), np.nanstd(zeros, axis=0, ddof=1)):
        found = find_summary_rows([*GENES, "SD"], np.vstack([values, row]))
        assert [(one.name, one.kind) for one in found] == [("SD", STATISTIC)]


def test_the_header_between_the_rows():
    rows = find_summary_rows([*GENES[:3], "Gene", *GENES[3:]], header=["Gene", "T1"])
    assert [(row.row, row.kind) for row in rows] == [(3, HEADER_AGAIN)]


def test_in_words():
    rows = find_summary_rows(["CD9", "", "Total", "", "__no_feature"])
    assert describe_summary_rows(rows) == (
        "2 x row without a name, 'Total' (total of the rows), '__no_feature' (counter of reads"
        " without a feature)"
    )
