"""Adapters that no table knows, found from reads with errors and of few or many inserts."""

import numpy as np
import pytest

from evcargo.rna.denovo import LONGEST, find_adapter

ADAPTER = "GCTTACGGATCCTTAGCAGTCACG"
LET7 = "TGAGGTAGTAGGTTGTATAGTT"
LETTERS = np.array(list("ACGT"))


def random(rng: np.random.Generator, size: int) -> str:
    return "".join(LETTERS[rng.integers(4, size=size)])


def library(
    behind: str, n: int = 3000, top: float = 0.3, length: int = 60, wrong: float = 0.005
) -> list[str]:
    """Reads of 300 different inserts, one of them with a share of `top` in all, and errors."""
    rng = np.random.default_rng(1)
    others = [random(rng, size) for size in rng.integers(17, 34, size=300)]
    reads = []
    for chance in rng.random(n):
        insert = LET7 if chance < top else others[rng.integers(300)]
        read = np.array(list((insert + behind + random(rng, length))[:length]))
        errors = rng.random(length) < wrong
        read[errors] = LETTERS[rng.integers(4, size=errors.sum())]
        reads.append("".join(read))
    return reads


@pytest.mark.parametrize("top", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("wrong", [0.0, 0.01])
def test_the_adapter_is_found_from_its_first_letter(top: float, wrong: float) -> None:
    found = find_adapter(library(ADAPTER, top=top, wrong=wrong))
    assert found.adapter == ADAPTER[:LONGEST]
    assert found.convincing
    expected = (1 - 0.75 * wrong) ** 10
    assert found.share == pytest.approx(expected, abs=0.02)


def test_the_first_of_two_adapters_is_found() -> None:
    rng = np.random.default_rng(2)
    reads = [
        (read[:50] + random(rng, 12) + "AGATCGGAAGAGCACACG")[:76]
        for read in library("AACTGTAGGCACCATCAAT", length=76)
    ]
    assert find_adapter(reads).adapter.startswith("AACTGTAGGC")


def test_a_tail_is_not_convincing() -> None:
    found = find_adapter(library("A" * 40))
    assert set(found.adapter) == {"A"}
    assert not found.convincing


@pytest.mark.parametrize("length", [5, 30, 60])
def test_random_reads_have_no_adapter(length: int) -> None:
    rng = np.random.default_rng(3)
    found = find_adapter(random(rng, length) for _ in range(2000))
    assert not (found.convincing and found.share > 0.01)


def test_trimmed_reads_have_no_adapter() -> None:
    found = find_adapter(read.partition(ADAPTER)[0] for read in library(ADAPTER, wrong=0))
    assert not (found.convincing and found.share >= 0.3)


def test_like_reads_have_no_adapter() -> None:
    assert not find_adapter([LET7 + ADAPTER] * 1000).convincing
    assert not find_adapter([]).convincing
