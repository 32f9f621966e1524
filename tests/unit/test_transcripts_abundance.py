"""Transcripts to genes against tximport's rules, worked out by hand."""

import tracemalloc
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from evcargo.transcripts.abundance import SUMMED, GeneQuantities, gene_quantities

GENES = pd.Series({"a1": "A", "a2": "A", "b1": "B", "c1": "C", "c2": "C"})
SAMPLES = ["x", "y"]


def table(rows: dict[str, list[float]]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(rows, orient="index", columns=SAMPLES)


# In y gene A switches to its short isoform, B has nothing; C has nothing in either.
LENGTH = table(
    {"a1": [1000, 900], "a2": [500, 400], "b1": [2000, 1800], "c1": [300, 200], "c2": [100, 200]}
)
TPM = table({"a1": [3e5, 0], "a2": [1e5, 1e6], "b1": [6e5, 0], "c1": [0, 0], "c2": [0, 0]})
READS = table({"a1": [300, 0], "a2": [50, 400], "b1": [1200, 0], "c1": [0, 0], "c2": [0, 0]})


def of_samples(
    reads: pd.DataFrame, tpm: pd.DataFrame, length: pd.DataFrame
) -> Iterator[tuple[str, pd.DataFrame]]:
    for name in reads:
        columns = {"reads": reads[name], "tpm": tpm[name], "effective_length": length[name]}
        yield str(name), pd.DataFrame(columns)


def quantities(
    reads: pd.DataFrame,
    tpm: pd.DataFrame,
    length: pd.DataFrame,
    genes: pd.Series,
    gene_counts: str = SUMMED,
) -> GeneQuantities:
    return gene_quantities(of_samples(reads, tpm, length), genes, gene_counts)


def test_sums_and_lengths() -> None:
    found = quantities(READS, TPM, LENGTH, GENES)
    assert found.counts.loc["A"].tolist() == [350, 400]
    assert found.counts.loc["B"].tolist() == [1200, 0]
    assert found.tpm.loc["A"].tolist() == [4e5, 1e6]
    # x: (3 * 1000 + 1 * 500) / 4 = 3500 / 4; y: only the isoform of 400 nt.
    assert found.length.loc["A"].tolist() == [3500 / 4, 400]
    # Nothing in y: the geometric mean of the other samples, here of x alone.
    assert found.length.loc["B"].tolist() == pytest.approx([2000, 2000])
    # Nothing anywhere: c1 is 250 nt on average, c2 150 nt; their mean is 200 nt.
    assert found.length.loc["C"].tolist() == [200, 200]


def test_length_scaled_tpm() -> None:
    found = quantities(READS, TPM, LENGTH, GENES, "lengthScaledTPM")
    # Mean lengths: A (875 + 400) / 2 = 637.5; B 2000; C 200.
    # x: A 4e5 * 637.5 = 2.55e8, B 6e5 * 2000 = 12e8, together 14.55e8 for 1550 fragments.
    assert found.counts["x"].tolist() == pytest.approx([1550 * 2.55 / 14.55, 1550 * 12 / 14.55, 0])
    # y: all 400 fragments are A's.
    assert found.counts["y"].tolist() == pytest.approx([400, 0, 0])
    assert found.counts.sum().tolist() == pytest.approx(READS.sum().tolist())


def test_a_switch_of_isoforms_is_no_change_of_the_gene() -> None:
    """Equal molecules, isoforms of 1000 and 500 nt: summed counts halve, scaled ones do not."""
    genes = pd.Series({"a1": "A", "a2": "A", "b1": "B"})
    length = table({"a1": [1000, 1000], "a2": [500, 500], "b1": [1000, 1000]})
    tpm = table({"a1": [5e5, 0], "a2": [0, 5e5], "b1": [5e5, 5e5]})
    reads = table({"a1": [1000, 0], "a2": [0, 500], "b1": [1000, 1000]})
    summed = quantities(reads, tpm, length, genes).counts
    ratio = summed.loc["A"] / summed.loc["B"]
    assert ratio.tolist() == [1, 0.5]
    scaled = quantities(reads, tpm, length, genes, "lengthScaledTPM").counts
    ratio = scaled.loc["A"] / scaled.loc["B"]
    assert ratio["x"] == pytest.approx(ratio["y"])
    assert scaled.sum().tolist() == pytest.approx([2000, 1500])


def tximport(reads, tpm, length, genes):
    """tximport's summarizeToGene and makeCountsFromAbundance, as loops over its formulas."""
    names = sorted(set(genes))
    samples = range(reads.shape[1])
    of = {name: [t for t in reads.index if genes[t] == name] for name in names}
    abundance = np.array([[sum(tpm.loc[t].iloc[s] for t in of[g]) for s in samples] for g in names])
    lengths = np.full(abundance.shape, np.nan)
    for i, name in enumerate(names):
        for s in samples:
            if abundance[i, s] > 0:
                parts = [tpm.loc[t].iloc[s] * length.loc[t].iloc[s] for t in of[name]]
                lengths[i, s] = sum(parts) / abundance[i, s]
        gap = np.isnan(lengths[i])
        if gap.all():
            lengths[i] = np.mean([length.loc[t].mean() for t in of[name]])
        elif gap.any():
            lengths[i, gap] = np.exp(np.mean(np.log(lengths[i, ~gap])))
    counts = np.array([[sum(reads.loc[t].iloc[s] for t in of[g]) for s in samples] for g in names])
    scaled = abundance * lengths.mean(axis=1)[:, None]
    return counts, lengths, scaled * counts.sum(axis=0) / scaled.sum(axis=0)


def test_against_the_formulas_of_tximport() -> None:
    rng = np.random.default_rng(3)
    names = [f"t{i}" for i in range(60)]
    genes = pd.Series({name: f"g{rng.integers(20):02d}" for name in names})
    length = pd.DataFrame(rng.uniform(100, 3000, (60, 5)), names)
    tpm = pd.DataFrame(rng.exponential(1, (60, 5)) * (rng.random((60, 5)) < 0.4), names)
    reads = tpm * length
    counts, lengths, scaled = tximport(reads, tpm, length, genes)
    plain = quantities(reads, tpm, length, genes)
    assert plain.counts.to_numpy() == pytest.approx(counts)
    assert plain.length.to_numpy() == pytest.approx(lengths)
    found = quantities(reads, tpm, length, genes, "lengthScaledTPM")
    assert found.counts.to_numpy() == pytest.approx(scaled)


def test_a_sample_without_fragments_stays_empty() -> None:
    nothing = READS.assign(y=0.0)
    found = quantities(nothing, TPM.assign(y=0.0), LENGTH, GENES, "lengthScaledTPM")
    assert found.counts["y"].tolist() == [0, 0, 0]


def test_a_length_that_a_sample_does_not_have() -> None:
    length = LENGTH.copy()
    length.loc["c1", "x"] = np.nan
    length.loc["c2"] = np.nan
    found = quantities(READS, TPM, length, GENES)
    # c1 has 200 nt in y alone, c2 none at all: C is as long as c1.
    assert found.length.loc["C"].tolist() == [200, 200]


def test_no_sample_at_all() -> None:
    found = gene_quantities(iter(()), GENES)
    assert found.counts.shape == (3, 0)
    assert found.counts.index.tolist() == ["A", "B", "C"]


def peak_of(n_samples: int) -> int:
    """Peak memory, bytes, where 20,000 transcripts belong to 10 genes."""
    names = pd.Index([f"t{i}" for i in range(20_000)])
    genes = pd.Series([f"g{i % 10}" for i in range(20_000)], names)
    columns = dict.fromkeys(("reads", "tpm", "effective_length"), 1.0)
    tracemalloc.start()
    gene_quantities(((f"s{i}", pd.DataFrame(columns, names)) for i in range(n_samples)), genes)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_transcripts_times_samples() -> None:
    peak_of(1)  # what pandas loads at its first use
    assert peak_of(30) < 1.2 * peak_of(3)
