"""Bad cycles, barcodes and organisms of real reads: what is wrong is told, and nothing else."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rna_stage import RESOURCES, Stage

from evcargo.errors import StudyError
from evcargo.rna.beginnings import organism_counts, organism_share, read_beginnings
from evcargo.rna.cycles import bad_positions, limits_of, worst_mismatches, worst_quality
from evcargo.rna.sheet import BEGINNINGS
from evcargo.study.load import load_study
from evcargo.study.schema import read_schema

GATE = read_schema("config")["properties"]["rna"]["properties"]["gate"]["properties"]
LIMITS = limits_of(GATE["cycle_mismatches"]["default"], GATE["cycle_quality"]["default"])
POOR_CYCLE = "front_door/cycle9_error/raw/RNA014938_S2_R1.fastq.gz"
MOUSE = "mirtrace_fastq/QiaSeq_data.fastq.gz"
HUMAN = (
    "front_door/haemolysis_depth/raw/RNA014937_S1_R1.fastq.gz",
    "front_door/haemolysis_depth/raw/RNA014939_S3_R1.fastq.gz",
    "mirtrace_fastq/sample1.fastq.gz",
    "mirtrace_fastq/sample2.fastq.gz",
    "mirtrace_fastq/sample3.fastq.gz",
)
FLY = "mirtrace_fastq/sample4.fastq.gz"
BARCODES = "front_door/inline_barcode/raw/r.fastq"
FEW = "front_door/gate_v_verdict/raw/testData_human.fastq.gz"


@pytest.fixture(scope="module")
def human(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("human"))


def present(shared_data: Path, name: str) -> Path:
    path = shared_data / name
    if not path.is_file():
        pytest.skip(f"{name} is not in the folder of published data sets")
    return path


def test_a_poor_cycle_and_the_isoforms_that_it_makes(human: Stage, shared_data: Path) -> None:
    """A third of the calls of cycle 9 are uncertain, and half of miR-486-5p has G for T there."""
    counted = human.count(present(shared_data, POOR_CYCLE))
    table = pd.DataFrame(counted.told["positions"])
    assert bad_positions(table, counted.told["runs"], LIMITS) == {9}
    value, words = worst_mismatches(table, counted.told["runs"])
    assert value == pytest.approx(0.2609, abs=1e-4)
    assert "at cycle 9," in words
    assert "nearly all mismatches are of hsa-miR-486-5p" in words
    value, words = worst_quality(counted.told["runs"])
    assert value == pytest.approx(0.306, abs=1e-3)
    assert "at cycle 9," in words
    assert "G 40.8 %" in words
    wrong = counted.isomirs[counted.isomirs["mismatch"] == "9T>G"]
    assert wrong["share"].sum() > 0.4


@pytest.mark.parametrize("name", [*HUMAN, MOUSE, FLY, BARCODES, FEW])
def test_other_reads_have_no_bad_cycle(human: Stage, shared_data: Path, name: str) -> None:
    counted = human.count(present(shared_data, name))
    table = pd.DataFrame(counted.told["positions"])
    assert bad_positions(table, counted.told["runs"], LIMITS) == set()


@pytest.mark.parametrize("name", [*HUMAN, POOR_CYCLE, MOUSE])
def test_the_organism_of_real_reads(human: Stage, shared_data: Path, name: str) -> None:
    known = read_beginnings(tuple(str(RESOURCES / "rna" / file) for file in BEGINNINGS))
    counts = organism_counts(human.count(present(shared_data, name)).inserts.counts, known)
    of_file = "mouse" if name == MOUSE else "human"
    shares = {one: organism_share(counts, one)[0] for one in ("human", "mouse", "rat")}
    assert shares[of_file] > 0.9
    assert max(share for one, share in shares.items() if one != of_file) < 0.1


def load(tmp_path: Path, path: Path, organism: str, kit: str = "auto", **rna: Any) -> list[str]:
    """Messages of the problems of a study of one file."""
    samples, runs = tmp_path / "samples.tsv", tmp_path / "runs.tsv"
    samples.write_text("sample\nS\n")
    runs.write_text(f"sample\tassay\tpath\tkit\nS\trna\t{path}\t{kit}\n")
    config = {"study": "x", "organism": organism, "samples": str(samples), "runs": str(runs)}
    try:
        load_study(config | {"rna": rna}, look_inside=True)
    except StudyError as error:
        return [problem.message for problem in error.problems]
    return []


@pytest.mark.parametrize("name", [*HUMAN, POOR_CYCLE, FLY, BARCODES, FEW])
def test_real_human_reads_in_the_dry_run(shared_data: Path, tmp_path: Path, name: str) -> None:
    path = present(shared_data, name)
    assert load(tmp_path, path, "human") == []
    mouse = load(tmp_path, path, "mouse")
    if name in (FLY, FEW):  # neither has enough reads that tell human from mouse
        assert mouse == []
    else:
        assert len(mouse) == 1
        assert mouse[0].startswith("holds reads of human, not of mouse")


def test_real_mouse_reads_in_the_dry_run(shared_data: Path, tmp_path: Path) -> None:
    path = present(shared_data, MOUSE)
    assert load(tmp_path, path, "mouse") == []
    for organism in ("human", "rat"):
        assert [one.split(": ")[0] for one in load(tmp_path, path, organism)] == [
            f"holds reads of mouse, not of {organism}"
        ]


def test_reads_that_begin_with_barcodes(human: Stage, shared_data: Path, tmp_path: Path) -> None:
    path = present(shared_data, BARCODES)
    counted = human.count(path)
    assert counted.told["runs"][0]["kit"] == "encode"
    assert counted.told["funnel"]["miRNA"] == pytest.approx(1089, abs=20)
    declared = {"kits": {"own": {"adapter": "ACGGGCTAATATTTATC"}}}
    problems = load(tmp_path, path, "human", "own", **declared)
    assert len(problems) == 1
    assert "the first 6 bases are ATCGAT or GCTAGA or TGACTC or CAGTCG" in problems[0]
    declared["kits"]["own"]["clip_5p"] = 6
    assert load(tmp_path, path, "human", "own", **declared) == []
