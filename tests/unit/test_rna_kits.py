"""The scan for known adapters."""

import numpy as np
import pytest

from evcargo.rna.kits import NONE, Kit, scan_reads

KITS = {
    kit.name: kit
    for kit in (
        Kit("illumina", "TGGAATTCTCGGGTGCCAAGG"),
        Kit("nextflex", "TGGAATTCTCGGGTGCCAAGG", clip_5p=4, clip_3p=4),
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
def test_reads_without_the_adapter_of_the_named_kit(asked: str) -> None:
    """They would be lost as untrimmed, all but a few that have its first letters by chance."""
    scan = scan_reads(reads("", 100), KITS, asked)
    assert (scan.kit.name, scan.verdict) == (asked, "NONE")
    assert "its adapter is in 0.0% of the reads: set kit to none if the reads are" in scan.problem


def test_untrimmed_reads_called_trimmed() -> None:
    scan = scan_reads(reads(KITS["illumina"].adapter, 10), KITS, NONE)
    assert scan.verdict == "CONFLICT"


TAILED = {**KITS, "cats": Kit("cats", "A" * 8, 3), "smarter": Kit("smarter", "A" * 10, 3)}
UNKNOWN = "GCTTACGGATCCTTAGCAGTCA"


def test_an_unknown_adapter_is_found_and_said() -> None:
    scan = scan_reads(reads(UNKNOWN, 200) + varied(UNKNOWN, 800), KITS, "auto")
    assert (scan.kit.name, scan.verdict, scan.problem) == ("de_novo", "HIGH", "")
    assert scan.kit.adapter.startswith(UNKNOWN)
    assert scan.shares["de_novo"] == 1.0
    assert UNKNOWN in scan.notes[0]


@pytest.mark.parametrize("asked", ["illumina", NONE, "cats"])
def test_an_unknown_adapter_contradicts_the_sheet(asked: str) -> None:
    scan = scan_reads(varied(UNKNOWN, 1000), TAILED, asked)
    assert (scan.kit.name, scan.verdict) == (asked, "CONFLICT")
    assert "an unknown adapter GCTTACGG" in scan.problem
    assert scan.problem.endswith("set kit to auto")


def test_a_tail_is_never_taken_for_a_kit() -> None:
    scan = scan_reads(varied("A" * 25, 500), TAILED, "auto")
    assert (scan.kit.name, scan.verdict) == (NONE, "CONFLICT")
    assert "100.0% of the reads have a tail of A" in scan.problem
    assert "(cats or smarter)" in scan.problem


@pytest.mark.parametrize("asked", ["cats", "smarter"])
def test_a_named_kit_of_a_tail(asked: str) -> None:
    scan = scan_reads(varied("A" * 25, 500), TAILED, asked)
    assert (scan.kit.name, scan.verdict, scan.problem) == (asked, "HIGH", "")
    other = scan_reads(varied(KITS["illumina"].adapter + "A" * 20, 500), TAILED, asked)
    assert other.verdict == "CONFLICT"
    assert "set kit to illumina or auto" in other.problem


def test_tails_behind_another_adapter_are_none() -> None:
    """A tail that the sequencer wrote, before the adapter or in its place, is no evidence."""
    adapter = KITS["illumina"].adapter
    mixed = varied(adapter + "A" * 20, 600) + varied("A" * 16 + adapter, 400, seed=3)
    scan = scan_reads(mixed, TAILED, "auto")
    assert (scan.kit.name, scan.verdict, scan.problem) == ("illumina", "HIGH", "")
    assert scan.shares["cats"] == pytest.approx(0.4, abs=0.02)


def test_a_longer_adapter_of_the_same_beginning() -> None:
    longer = Kit("lexogen", KITS["illumina"].adapter + "AACTCCAGTCAC")
    kits = {**KITS, "lexogen": longer}
    found = reads(longer.adapter, 50)
    assert scan_reads(found, kits, "auto").kit.name == "illumina"
    assert scan_reads(found, kits, "lexogen").verdict == "HIGH"
    assert scan_reads(reads(KITS["qiaseq"].adapter, 50), kits, "lexogen").verdict == "CONFLICT"


def varied(behind: str, n: int, length: int = 60, seed: int = 2) -> list[str]:
    """Reads of inserts of 18 to 30 nt."""
    rng = np.random.default_rng(seed)
    letters = np.array(list("ACGT"))
    sizes = rng.integers(18, 31, size=n)
    wholes = ["".join(letters[rng.integers(4, size=size)]) + behind for size in sizes]
    return [(whole + "".join(letters[rng.integers(4, size=length)]))[:length] for whole in wholes]


def test_random_ends_are_seen() -> None:
    rng = np.random.default_rng(4)
    ends = ["".join(np.array(list("ACGT"))[row]) for row in rng.integers(4, size=(400, 8))]
    insert, adapter = "TGAGGTAGTAGGTTGTATAGTT", KITS["illumina"].adapter
    isomers = [insert, insert[:-1], insert + "T", insert[1:]]
    random = [end[:4] + isomers[n % 4] + end[4:] + adapter for n, end in enumerate(ends)]
    scan = scan_reads(random, KITS, "auto")
    assert (scan.kit.name, scan.verdict, scan.problem) == ("nextflex", "HIGH", "")
    assert "taken for nextflex, not illumina" in scan.notes[0]
    fixed = ["ACGT" + isomers[n % 4] + "TTGA" + adapter for n in range(400)]
    assert scan_reads(fixed, KITS, "auto").kit.name == "illumina"
    assert scan_reads(random, KITS, "illumina").kit.name == "illumina"


@pytest.mark.parametrize("asked", ["bare", "none"])
def test_a_kit_without_an_adapter_is_of_trimmed_reads(asked: str) -> None:
    kits = {**KITS, "bare": Kit("bare", "", clip_5p=6)}
    trimmed = [read for length in range(18, 30) for read in reads("", 5, length)]
    scan = scan_reads(trimmed, kits, asked)
    assert (scan.kit, scan.verdict, scan.problem) == (kits[asked], "NONE", "")
    scan = scan_reads(reads(KITS["illumina"].adapter, 50), kits, asked)
    assert (scan.kit, scan.verdict) == (kits[asked], "CONFLICT")
    assert f"kit is {asked}, but the adapter of illumina is in 100.0% of the reads" in scan.problem


def test_a_declared_kit_with_a_known_adapter_is_kept() -> None:
    kits = {**KITS, "ours": Kit("ours", KITS["illumina"].adapter[:12], clip_5p=6)}
    scan = scan_reads(reads(KITS["illumina"].adapter, 50), kits, "ours")
    assert (scan.kit, scan.verdict, scan.problem) == (kits["ours"], "HIGH", "")
    assert scan_reads(reads(KITS["illumina"].adapter, 50), kits, "auto").kit.name == "illumina"


def test_what_follows_the_adapter_may_be_dark_cycles() -> None:
    """Sequencers of two colours write G where a molecule has ended."""
    dark = [read + "G" * 40 for read in reads(KITS["illumina"].adapter, 50, 43)]
    scan = scan_reads(dark, KITS, "auto")
    assert (scan.kit.name, scan.verdict, scan.problem) == ("illumina", "HIGH", "")
    assert scan_reads(["G" * 60] * 50, KITS, "auto").problem.startswith("no known adapter")
