"""How a run is found among the names of a table."""

import pytest

from evcargo.errors import EvcargoError
from evcargo.files.run_names import match_runs, missing_run, r_name, sample_stem


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("/data/bam/T1.sorted.bam", "T1"),
        ("T1.Aligned.sortedByCoord.out.bam", "T1"),
        ("C1ReadsPerGene.out.tab", "C1"),
        (r"D:\runs\T1.raw", "T1"),
        ("S1_S12_L001_R1_001.fastq.gz", "S1"),
        ("T1_2024.fastq", "T1_2024"),
        ("EV.1", "EV.1"),
    ],
)
def test_stem_of_a_sample(name: str, stem: str) -> None:
    assert sample_stem(name) == stem


def test_names_of_r() -> None:
    assert [r_name(name) for name in ("1", "a-b", "T 1", "ok")] == ["X1", "a.b", "T.1", "ok"]


@pytest.mark.parametrize(
    ("wanted", "names", "found"),
    [
        (["C1", "C2"], ["Geneid", "bam/C1.sorted.bam", "bam/C2.sorted.bam"], [1, 2]),
        (["1", "2"], ["gene", "X1", "X2"], [1, 2]),
        (["a-1", "a-2"], ["gene", "a.1", "a.2"], [1, 2]),
        (["T1", "T2"], ["gene", "Abundance.T1.x", "Abundance.T2.x"], [1, 2]),
        (["T1", "T10"], ["T10.fastq", "T1.fastq"], [1, 0]),
        (["t1", "T2"], ["T1", "T2"], [0, 1]),
    ],
)
def test_runs_are_matched(wanted: list[str], names: list[str], found: list[int]) -> None:
    matches = match_runs({run: run for run in wanted}, names, {}, "t.tsv")
    assert [matches[run].name for run in wanted] == [names[at] for at in found]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (["T1"], ["T1_blank"]),  # one run alone proves nothing
        (["T1", "T2"], ["T1_rep1", "T1_rep2", "T2_rep1", "T2_rep2"]),
        (["T1", "T2"], ["Ratio T1/T2", "x"]),
    ],
)
def test_a_part_of_a_name_is_no_match_where_it_proves_nothing(
    wanted: list[str], names: list[str]
) -> None:
    assert match_runs({run: run for run in wanted}, names, {}, "t.tsv") == {}


def test_two_fitting_columns_and_two_runs_of_one_column_are_refused() -> None:
    with pytest.raises(EvcargoError, match=r"'T1' of run T1 fits .*T1\.bam.*T1\.fastq"):
        match_runs({"T1": "T1"}, ["a/T1.bam", "b/T1.fastq"], {}, "t.tsv")
    with pytest.raises(EvcargoError, match="fits the runs A, B"):
        match_runs({"A": "T1", "B": "t1"}, ["T1.bam"], {}, "t.tsv")


def test_a_missing_run_names_what_is_near() -> None:
    error = missing_run("T1", "T1", ["T1_a", "T1_b", "H1"], "t.tsv")
    assert "Near: T1_a, T1_b" in str(error)
