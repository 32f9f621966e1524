"""The scan for known adapters."""

import numpy as np
import pytest

from evcargo.rna.kits import NONE, Kit, scan_reads

KITS = {
    kit.name: kit
    for kit in (
        Kit("illumina", "TGGAATTCTCGGGTGCCAAGG"),
        Kit("nextflex", "TGGAATTCTCGGGTGCCAAGG", clip=4),
        Kit("qiaseq", "AACTGTAGGCACCATCAAT", umi=12),
        Kit("nebnext", "AGATCGGAAGAGCACACGTCTGAACTCCAGTCAC"),
        Kit(NONE, ""),
    )
}


def reads(behind: str, n: int, length: int = 60, seed: int = 1) -> list[str]:
    rng = np.random.default_rng(seed)
    letters = np.array(list("ACGT"))
    return [
        "".join(letters[rng.integers(4, size=(length))])
        if not behind
        else ("".join(letters[rng.integers(4, size=22)]) + behind).ljust(length, "A")[:length]
        for _ in range(n)
    ]


def test_auto_finds_the_one_adapter() -> None:
    scan = scan_reads(reads(KITS["illumina"].adapter, 95) + reads("", 5), KITS, "auto")
    assert (scan.kit.name, scan.verdict, scan.problem) == ("illumina", "HIGH", "")
    assert scan.shares == {"illumina": 0.95}


def test_the_first_adapter_of_a_read_counts() -> None:
    behind = KITS["qiaseq"].adapter + "A" * 4 + KITS["nebnext"].adapter
    assert scan_reads(reads(behind, 10), KITS, "auto").shares == {"qiaseq": 1.0}


def test_a_kit_with_the_same_adapter_is_kept() -> None:
    scan = scan_reads(reads(KITS["illumina"].adapter, 10), KITS, "nextflex")
    assert (scan.kit.name, scan.verdict, scan.problem) == ("nextflex", "HIGH", "")


def test_a_kit_that_the_reads_contradict_is_a_conflict() -> None:
    scan = scan_reads(reads(KITS["qiaseq"].adapter, 10), KITS, "illumina")
    assert scan.verdict == "CONFLICT"
    assert "set kit to qiaseq or auto" in scan.problem


def test_two_adapters_are_a_conflict() -> None:
    mixed = reads(KITS["qiaseq"].adapter, 40) + reads(KITS["nebnext"].adapter, 60)
    scan = scan_reads(mixed, KITS, "auto")
    assert scan.verdict == "CONFLICT"
    assert "name the kit" in scan.problem


def test_reads_of_one_length_without_adapter_are_a_problem() -> None:
    scan = scan_reads(reads("", 100), KITS, "auto")
    assert (scan.kit.name, scan.verdict) == (NONE, "NONE")
    assert "no known adapter" in scan.problem


def test_trimmed_reads_are_recognised_by_their_lengths() -> None:
    trimmed = [read for length in range(18, 30) for read in reads("", 5, length)]
    scan = scan_reads(trimmed, KITS, "auto")
    assert (scan.kit.name, scan.problem) == (NONE, "")


@pytest.mark.parametrize("asked", ["illumina", "nextflex"])
def test_a_named_kit_is_used_where_no_adapter_is_known(asked: str) -> None:
    scan = scan_reads(reads("", 100), KITS, asked)
    assert (scan.kit.name, scan.verdict, scan.problem) == (asked, "NONE", "")


def test_untrimmed_reads_called_trimmed() -> None:
    scan = scan_reads(reads(KITS["illumina"].adapter, 10), KITS, NONE)
    assert scan.verdict == "CONFLICT"
