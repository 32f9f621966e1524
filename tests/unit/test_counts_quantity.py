"""Counts and estimated counts are taken; what is made of them is refused with what it is."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from counts_tables import LONG, examine, runs_for

from evcargo.counts.quantity import find_quantity
from evcargo.errors import EvcargoError

RUNS = [f"s{number}" for number in range(1, 7)]
FEATURES, DEPTH = 1500, 60_000


def counts(seed: int, depth: int = DEPTH, features: int = FEATURES) -> pd.DataFrame:
    """Negative binomial counts: features x runs, library sizes that differ up to threefold."""
    rng = np.random.default_rng(seed)
    mean = rng.lognormal(0, 2.2, features)
    sizes = depth * rng.uniform(0.5, 1.5, len(RUNS))
    expected = mean[:, None] / mean.sum() * sizes
    values = rng.poisson(rng.gamma(3, expected / 3))
    index = [f"G{number}" for number in range(features)]
    return pd.DataFrame(values.astype(float), index, RUNS)


def lengths(table: pd.DataFrame) -> np.ndarray:
    return np.random.default_rng(5).lognormal(7, 0.8, len(table))


def size_factors(table: pd.DataFrame) -> np.ndarray:
    """Size factors that are not those of the sums."""
    return table.sum().to_numpy() / DEPTH * np.array([0.9, 1.1, 1.05, 0.97, 1.2, 0.85])


def cpm(table: pd.DataFrame) -> pd.DataFrame:
    return table / table.sum() * 1e6


def tpm(table: pd.DataFrame) -> pd.DataFrame:
    return cpm(table.div(lengths(table), axis=0))


def quantile(table: pd.DataFrame) -> pd.DataFrame:
    mean = np.sort(table.to_numpy(), axis=0).mean(axis=1)
    ranks = table.rank(method="first").astype(int).to_numpy() - 1
    return pd.DataFrame(mean[ranks], table.index, table.columns)


def estimated(table: pd.DataFrame, share: float = 0.4) -> pd.DataFrame:
    """Counts of which part of the features share reads with others, as salmon's do."""
    rng = np.random.default_rng(9)
    shared = rng.random(len(table)) < share
    moved = table * rng.uniform(-0.4, 0.4, table.shape) * shared[:, None]
    return (table + moved).round(3)


def length_scaled(table: pd.DataFrame) -> pd.DataFrame:
    """tximport's lengthScaledTPM: lengths are averaged over the samples, the sums are kept."""
    rng = np.random.default_rng(3)
    scaled = table * rng.lognormal(0, 0.1, table.shape)
    return scaled / scaled.sum() * table.sum()


NORMALISED = {
    "DESeq2": (lambda t: t / size_factors(t), "multiples"),
    "TMM": (lambda t: cpm(t) / np.array([0.9, 1.1, 1.05, 0.97, 1.2, 0.85]), "multiples"),
    "CPM": (cpm, "sums to 1,000,000"),
    "TPM": (tpm, "sums to 1,000,000"),
    "FPKM": (lambda t: t.div(lengths(t), axis=0) / t.sum() * 1e9, "FPKM, RPKM, TPM"),
    "log2 CPM": (lambda t: np.log2(cpm(t) + 1), "logarithms"),
    "VST": (lambda t: np.log2(t + 12.5), "logarithms"),
    "centred": (lambda t: (x := np.log2(t + 1)).sub(x.mean(axis=1), axis=0), "never negative"),
    "shares": (lambda t: t / t.sum(), "shares of the library"),
    "percent": (lambda t: 100 * t / t.sum(), "percent of the library"),
    "one total": (lambda t: t / t.sum() * 31_234.5, "scaled to one total"),
    "quantile": (lambda t: quantile(t + 0.123 * t), "quantile-normalised"),
    "rounded CPM": (lambda t: cpm(t).round(), "sums to 1,000,000: counts per million, rounded"),
}  # fmt: skip


@pytest.mark.parametrize("name", NORMALISED)
@pytest.mark.parametrize("decimals", [12, 4, 2])
def test_normalised_values_are_refused(name: str, decimals: int) -> None:
    make, message = NORMALISED[name]
    if name in ("shares", "percent"):
        decimals = max(decimals, 6)
    for seed in range(3):
        with pytest.raises(EvcargoError, match=message) as caught:
            find_quantity(make(counts(seed)).round(decimals), "t.tsv", "auto", False)
        assert "raw counts" in str(caught.value)


@pytest.mark.parametrize("depth", [2_000, 60_000, 3_000_000])
def test_counts_and_estimated_counts_are_taken(depth: int) -> None:
    for seed in range(5):
        table = counts(seed, depth)
        assert find_quantity(table, "t.tsv", "auto", False).words == "counts"
        for share in (0.1, 0.4, 0.9):
            quantity = find_quantity(estimated(table, share), "gene_counts.tsv", "auto", False)
            assert quantity.words == "estimated counts, rounded"


@pytest.mark.parametrize("depth", [60_000, 3_000_000])
def test_counts_of_tximport_by_abundance_are_taken(depth: int) -> None:
    for seed in range(5):
        table = length_scaled(counts(seed, depth))
        assert find_quantity(table, "gene_counts_length_scaled.tsv", "auto", False)


def test_reads_that_are_split_are_taken() -> None:
    table = counts(1) + np.where(np.arange(FEATURES)[:, None] % 3 == 0, 0.5, 0.0)
    assert find_quantity(table, "t.tsv", "auto", False).words == "estimated counts, rounded"


def test_values_without_whole_numbers_are_asked_for() -> None:
    fpkm = NORMALISED["FPKM"][0](counts(1, 30_000_000)).round(2)
    for table in (fpkm, length_scaled(counts(1))):
        with pytest.raises(EvcargoError, match=r"are whole.*write raw into the column 'scale'"):
            find_quantity(table, "genes.tsv", "auto", False)
        assert find_quantity(table, "genes.tsv", "raw", False)


def test_the_name_of_the_file_tells() -> None:
    table = estimated(counts(1), 1.0) * np.random.default_rng(1).lognormal(0, 0.3, (FEATURES, 1))
    for name in ("gene_fpkm.tsv", "x.normalized.csv", "logcpm_table.txt"):
        with pytest.raises(EvcargoError, match="its name says"):
            find_quantity(table, f"/data/tpm/{name}", "auto", False)
    assert find_quantity(table, "/data/cpm/normal_v_tumour_counts.tsv", "auto", False)


def test_the_run_sheet_decides_what_is_unsure() -> None:
    table = cpm(counts(1)).round()
    assert (
        find_quantity(table, "t.tsv", "raw", False).reason
        == "whole numbers stated in the run sheet"
    )
    with pytest.raises(EvcargoError, match="the run sheet says that the values are log2"):
        find_quantity(counts(1), "t.tsv", "log2", False)
    with pytest.raises(EvcargoError, match="never negative"):
        find_quantity(-counts(1), "t.tsv", "raw", False)


def test_the_dry_run_says_what_the_values_are(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    cpm(counts(1)).to_csv(path, sep="\t")
    problem, remedy, column = examine(runs_for(path, *RUNS), LONG)[1]["s1"]
    assert problem.startswith("every column sums to 1,000,000: counts or transcripts per million")
    assert column == "path"
    assert "Give the table of raw counts" in remedy and "column 'scale'" in remedy
    assert not examine(runs_for(path, *RUNS, scale="raw"), LONG)[1]


def test_ct_values_of_qpcr_are_no_counts() -> None:
    rng = np.random.default_rng(3)
    cycles = np.minimum(40.0, rng.normal(31, 5, (300, 6)).round(2))
    table = pd.DataFrame(cycles, [f"hsa-miR-{n}" for n in range(300)], RUNS)
    with pytest.raises(EvcargoError, match="none is 0: Ct values of qPCR"):
        find_quantity(table, "ct.csv", "auto", False)


def test_counts_that_end_a_little_beside_whole_numbers_are_taken() -> None:
    table = counts(4)
    shared_out = table + (table > 0) * np.random.default_rng(2).normal(0, 4e-5, table.shape)
    assert find_quantity(shared_out, "matrix.csv", "auto", False).words.startswith("estimated")
