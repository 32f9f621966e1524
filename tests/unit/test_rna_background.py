"""Genome and foreign sequences: exact matches on either strand, of what is left over."""

from pathlib import Path

import numpy as np
import pytest
from pybwa import BwaIndex

from evcargo.errors import EvcargoError
from evcargo.rna.background import explain, index_background
from evcargo.rna.bwa_files import background_inputs, backgrounds, bwa_files

RNG = np.random.default_rng(5)
CHROMOSOMES = ["".join("ACGT"[n] for n in RNG.integers(4, size=3000)) for _ in range(2)]
MICROBE = "".join("ACGT"[n] for n in RNG.integers(4, size=400))


def opposite(letters: str) -> str:
    return letters[::-1].translate(str.maketrans("ACGT", "TGCA"))


@pytest.fixture
def fastas(tmp_path: Path) -> dict[str, Path]:
    """A genome, and foreign RNA (with U): two share their first 100 letters."""
    genome, exogenous = tmp_path / "genome.fasta", tmp_path / "foreign.fa"
    genome.write_text("".join(f">chr{n} x\n{one}\n" for n, one in enumerate(CHROMOSOMES, 1)))
    rna = MICROBE.replace("T", "U")
    inside = CHROMOSOMES[0][500:560]
    exogenous.write_text(f">a,1\n{rna}\n>b\n{rna[:100]}\n>human\n{inside}\n")
    return {"genome": genome, "exogenous": exogenous}


def indexed(tmp_path: Path, fastas: dict[str, Path]) -> dict[str, Path]:
    prefixes = {kind: tmp_path / "index" / f"{kind}.fa" for kind in fastas}
    for kind, path in fastas.items():
        index_background(kind, str(path), prefixes[kind])
    return prefixes


def test_what_is_left_over_is_explained(tmp_path: Path, fastas: dict[str, Path]) -> None:
    wrong = CHROMOSOMES[0][30:40] + ("A" if CHROMOSOMES[0][40] != "A" else "C")
    counts = {
        CHROMOSOMES[0][100:125]: 7,
        opposite(CHROMOSOMES[1][200:230]): 5,
        wrong + CHROMOSOMES[0][41:60]: 3,  # a mismatch
        CHROMOSOMES[0][-12:] + CHROMOSOMES[1][:12]: 2,  # across two chromosomes
        CHROMOSOMES[0][510:535]: 4,  # both: the genome has it first
        MICROBE[10:40]: 6,  # on a and b
        opposite(MICROBE[300:330]): 1,
    }
    found = explain(list(counts), counts, indexed(tmp_path, fastas))
    assert found.steps == {"genome": 16, "exogenous": 7}
    assert found.exogenous == {"a,1": (4.0, 2), "b": (3.0, 1)}
    assert explain(list(counts), counts, {}).steps == {}
    only = {"exogenous": tmp_path / "index/exogenous.fa"}
    assert explain(list(counts), counts, only).exogenous["human"] == (4.0, 1)


def test_an_index_is_taken_over(tmp_path: Path, fastas: dict[str, Path]) -> None:
    first = indexed(tmp_path, fastas)["genome"]
    assert background_inputs(str(first)) == bwa_files(str(first))
    assert background_inputs(str(fastas["genome"])) == [str(fastas["genome"])]
    second = tmp_path / "other" / "genome.fa"
    index_background("genome", str(first), second)
    insert = CHROMOSOMES[1][7:40]
    assert explain([insert], {insert: 2}, {"genome": second}).steps == {"genome": 2}


def test_the_same_genome_gives_the_same_index(tmp_path: Path, fastas: dict[str, Path]) -> None:
    one, two = tmp_path / "one" / "genome.fa", tmp_path / "two" / "genome.fa"
    for prefix in (one, two):
        index_background("genome", str(fastas["genome"]), prefix)
    names = [*(f"genome.fa.{end}" for end in ("amb", "ann", "bwt", "pac", "sa")), "genome.dict"]
    for name in names:
        assert (one.parent / name).read_bytes() == (two.parent / name).read_bytes()
    assert sorted(path.name for path in one.parent.iterdir()) == sorted(names)


ODD = ("k__Fungi;p__Asco,g__X", "c12;size=12;", "Bact\u00e9rie", "a|b,+7,20M,0;")


@pytest.mark.parametrize("route", ["FASTA", "index of bwa", "index of ours"])
@pytest.mark.parametrize("kind", ["exogenous", "genome"])
def test_names_with_signs_that_bwa_writes_too(tmp_path: Path, route: str, kind: str) -> None:
    path, prefix = tmp_path / "odd.fa", tmp_path / "index" / f"{kind}.fa"
    path.write_text("".join(f">{name} {n} x\n{MICROBE}\n" for n, name in enumerate(ODD)), "utf-8")
    if route == "index of bwa":
        BwaIndex.index(path)
    elif route == "index of ours":
        index_background(kind, str(path), tmp_path / "odd.fa.x" / "first.fa")
        path = tmp_path / "odd.fa.x" / "first.fa"
    index_background(kind, str(path), prefix)
    insert = MICROBE[20:50]
    found = explain([insert], {insert: 8}, {kind: prefix})
    assert found.steps == {kind: 8}
    assert found.exogenous == (dict.fromkeys(ODD, (2.0, 1)) if kind == "exogenous" else {})


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "genome.fa.gz"
    path.write_bytes(b"\x1f\x8b\x08\x00broken")
    with pytest.raises(EvcargoError, match="cannot be read as FASTA"):
        index_background("genome", str(path), tmp_path / "index/genome.fa")


def test_backgrounds_of_a_config() -> None:
    assert backgrounds({"rna": {"genome": None, "exogenous": "a.fa"}}) == ["exogenous"]
    assert backgrounds({"rna": {"genome": "g", "exogenous": "a.fa"}}) == ["genome", "exogenous"]
