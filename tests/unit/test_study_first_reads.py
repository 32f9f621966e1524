"""Reads of another organism, and barcodes that no kit declares: told before any job runs."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from library_reads import ADAPTER, RNA, fastq, inserts, reads
from study_files import RUNS, StudyFiles

from evcargo.errors import Problem
from evcargo.rna.beginnings import FARTHEST, read_beginnings
from evcargo.rna.sheet import BEGINNINGS
from evcargo.study.load import load_study

HEADER = "sample\tassay\tpath\tkit"
BARCODES = ("GCTAGA", "ATCGAT", "TGACTC", "CAGTCG")
ENCODE = "ACGGGCTAATATTTATCGGTGGAGCATCACGATCTCGTAT"


@pytest.fixture
def library(files: StudyFiles) -> StudyFiles:
    """A study of one FASTQ file, `raw/a.fastq`, of kit auto."""
    files.samples(["sample\tbiofluid", "T1\tplasma"])
    files.runs([HEADER, "T1\trna\traw/a.fastq\t"])
    files.config = {"study": "trial"}
    return files


def write(sequences: Sequence[str]) -> None:
    fastq(Path("raw/a.fastq"), sequences)


def of_kit(files: StudyFiles, kit: str) -> None:
    files.runs([HEADER, f"T1\trna\traw/a.fastq\t{kit}"])


@pytest.mark.parametrize("organism", ["human", "mouse", "rat"])
def test_reads_of_the_organism_pass(library: StudyFiles, organism: str) -> None:
    write(reads(inserts(organism, 2000)))
    library.config["organism"] = organism
    assert library.load()


@pytest.mark.parametrize(
    ("organism", "other"), [("mouse", "human"), ("human", "mouse"), ("human", "rat")]
)
def test_reads_of_another_organism_are_refused(
    library: StudyFiles, organism: str, other: str
) -> None:
    write(reads(inserts(other, 2000)))
    library.config["organism"] = organism
    problem = library.problem()
    assert (problem.file, problem.row, problem.column) == ("config/runs.tsv", 2, "path")
    assert problem.message.startswith(f"holds reads of {other}, not of {organism}: ")
    assert problem.remedy == (f"Set organism to {other} in the config, or give reads of {organism}")


def test_rodents_that_the_reads_do_not_tell_apart(library: StudyFiles) -> None:
    """Reads of miRNAs that human does not have, and that are alike in mouse and rat."""
    known = read_beginnings(tuple(str(RNA / name) for name in BEGINNINGS))
    of_rodents = {first for first, group in known.groups.items() if group == "mouse or rat"}
    alike = sorted(of_rodents - set(known.rodents))[:5]
    write(reads([*inserts("human", 5), *(f"{alike[n % 5]}ACGT" for n in range(600))]))
    problem = library.problem()
    assert problem.message.startswith("holds reads of mouse or rat, not of human")
    assert problem.remedy.startswith("Set organism to mouse or rat in the config")


@pytest.mark.parametrize(
    "change",
    [
        {"gate": {"organism": [0.8, None]}},
        {"references": {"hairpin": "own.fa", "mature": "own.fa"}},
    ],
    ids=["no limit", "own miRNAs"],
)
def test_the_organism_is_not_judged_where_that_is_not_wanted(
    library: StudyFiles, change: dict[str, Any]
) -> None:
    write(reads(inserts("mouse", 2000)))
    Path("own.fa").write_text(">a\nACGTACGTACGTACGTACGT\n")
    library.config["rna"] = change
    assert library.load()


def barcode_problem(files: StudyFiles) -> Problem:
    problem = files.problem()
    assert (problem.file, problem.row, problem.column) == ("config/runs.tsv", 2, "kit")
    return problem


def test_the_longest_start_that_a_kit_may_have(library: StudyFiles) -> None:
    write(reads(inserts("human", 1000), before=["N" * FARTHEST], adapter=ADAPTER[:8]))
    library.config["rna"] = {"kits": {"my_kit": {"clip_5p": FARTHEST, "adapter": ADAPTER[:8]}}}
    of_kit(library, "my_kit")
    assert library.load()


@pytest.mark.parametrize("number", [3, 6, 10])
def test_a_constant_start_is_named_with_what_to_write(library: StudyFiles, number: int) -> None:
    constant = "GCTAGACCAT"[:number]
    write(reads(inserts("human", 2000), before=[constant]))
    problem = barcode_problem(library)
    assert re.search(
        r"takes no bases off the start of the reads, but 1,\d\d\d of 2,000 reads have a known miRNA"
        rf" from base {number + 1} on, and 0 from base 1;"
        rf" the first {number} bases are {constant} \(in 100% of these\)",
        problem.message,
    )
    assert problem.remedy == (
        "Declare the kit in the config, rna.kits: {my_kit: {adapter: TGGAATTCTCGGGTGCCAAGG,"
        f" clip_5p: {number}}}}}, and write my_kit into the column kit"
    )
    library.config["rna"] = {"kits": {"my_kit": {"adapter": ADAPTER, "clip_5p": number}}}
    of_kit(library, "my_kit")
    assert library.load()


def test_a_few_barcodes_are_listed(library: StudyFiles) -> None:
    write(reads(inserts("human", 2000), before=BARCODES))
    message = barcode_problem(library).message
    assert all(barcode in message for barcode in BARCODES)


@pytest.mark.parametrize(("before", "behind"), [("NNNN", "NNNN"), ("NNN", "NNNNN")])
def test_random_ends(library: StudyFiles, before: str, behind: str) -> None:
    """auto knows the kit of 4 and 4 bases by itself; it is named if another is."""
    write(reads(inserts("human", 2000), before=[before], behind=[behind]))
    of_kit(library, "illumina")
    problem = barcode_problem(library)
    assert "are of many kinds, as random bases are" in problem.message
    clips = f"clip_5p: {len(before)}, clip_3p: {len(behind)}"
    other = f"rna.kits: {{my_kit: {{adapter: {ADAPTER}, {clips}}}}}"
    known = problem.remedy == "Write nextflex into the column kit"
    assert known if before == behind else other in problem.remedy


@pytest.mark.parametrize("number", [3, 6])
def test_a_barcode_before_the_adapter(library: StudyFiles, number: int) -> None:
    write(reads(inserts("human", 2000), behind=["ACCTGA"[:number]]))
    problem = barcode_problem(library)
    assert f"adapter begins {number} bases behind the end of the miRNAs" in problem.message
    assert f"clip_3p: {number}}}" in problem.remedy
    library.config["rna"] = {"kits": {"my_kit": {"adapter": ADAPTER, "clip_3p": number}}}
    of_kit(library, "my_kit")
    assert library.load()


@pytest.mark.parametrize("kit", ["nextflex", "my_kit"])
def test_a_kit_that_takes_too_much_off(library: StudyFiles, kit: str) -> None:
    write(reads(inserts("human", 2000)))
    library.config["rna"] = {"kits": {"my_kit": {"adapter": ADAPTER, "clip_5p": 6}}}
    of_kit(library, kit)
    problem = barcode_problem(library)
    assert "have a known miRNA from base 1 on, and 0 from base" in problem.message
    assert problem.remedy == "Write illumina into the column kit"


@pytest.mark.parametrize(
    ("kit", "adapter", "before", "said", "remedy"),
    [
        ("qiaseq", ADAPTER, "", "the adapter of illumina is in", "Set kit to illumina or auto"),
        ("none", ADAPTER, "", "the adapter of illumina is in", "Set kit to illumina or auto"),
        ("illumina", ENCODE, "GCTAGA", "adapter of encode is in", "Set kit to encode or auto"),
        ("", "A" * 30, "CGG", "have a tail of A", "Set kit to the one that made it (cats or sm"),
        ("cats", "A" * 30, "C", "takes 3 bases off", "Declare the kit in the config, rna.kits: {"),
    ],
)
def test_another_kit_than_that_of_the_sheet(
    library: StudyFiles, kit: str, adapter: str, before: str, said: str, remedy: str
) -> None:
    write(reads(inserts("human", 2000), adapter=adapter, before=[before]))
    of_kit(library, kit)
    problem = barcode_problem(library)
    assert said in problem.message
    assert problem.remedy.startswith(remedy)


def test_a_library_without_its_adapter_is_left_to_the_gate(library: StudyFiles) -> None:
    rng = np.random.default_rng(1)
    write(["".join("ACGT"[n] for n in rng.integers(4, size=60)) for _ in range(300)])
    of_kit(library, "illumina")
    assert library.load()


def test_the_adapter_to_declare_is_the_one_that_the_reads_carry(library: StudyFiles) -> None:
    write([f"GCTAGA{insert}" for insert in inserts("human", 2000)])
    of_kit(library, "illumina")
    assert "rna.kits: {my_kit: {clip_5p: 6}}" in barcode_problem(library).remedy


def test_trimmed_reads_that_begin_with_a_barcode(library: StudyFiles) -> None:
    write([f"GCTAGA{insert}" for insert in inserts("human", 2000)])
    of_kit(library, "none")
    problem = barcode_problem(library)
    assert "rna.kits: {my_kit: {clip_5p: 6}}" in problem.remedy
    library.config["rna"] = {"kits": {"my_kit": {"clip_5p": 6}}}
    of_kit(library, "my_kit")
    assert library.load()


def test_the_kit_of_encode_is_found_by_itself(library: StudyFiles) -> None:
    write(reads(inserts("human", 2000), adapter=ENCODE, before=BARCODES))
    assert library.load()


def test_an_adapter_that_no_table_knows_with_a_barcode(library: StudyFiles) -> None:
    adapter = "CATTGGACCTTAGGCATCCAAGCTTAGC"
    write(reads(inserts("human", 3000), adapter=adapter, before=["GCTAGA"]))
    problem = barcode_problem(library)
    assert re.search(r"adapter: [ACGT]*TGGACCTTAGG[ACGT]*, clip_5p: 6", problem.remedy)


@pytest.mark.parametrize(
    "sequences",
    [
        ["ACGT" * 15] * 100,
        ["G" * 60] * 500,
        reads(["ACCGATTAGGCCATTAGCAT"] * 500),
        reads(inserts("human", 10), before=["GCTAGA"]),
        reads(inserts("human", 600), filler="G"),
        ["TGAGGTAGTAGGTTGTATAGTT" + "G" * 38] * 30 + reads(inserts("human", 600), filler="G"),
    ],
    ids=["artificial", "poly G", "no miRNA", "few reads", "poly-G tails", "no adapter but G"],
)
def test_reads_that_tell_nothing_are_let_through(library: StudyFiles, sequences: list[str]) -> None:
    write(sequences)
    assert library.load()


def test_a_file_with_another_problem_is_not_looked_into(library: StudyFiles) -> None:
    Path("raw/a.fastq").write_bytes(b">a\nACGT\n")
    assert "is FASTA, not FASTQ" in library.problem().message


def test_jobs_do_not_look_into_the_reads(library: StudyFiles) -> None:
    write(reads(inserts("mouse", 2000)))
    assert load_study(library.config, look_inside=False)


@pytest.mark.parametrize(
    ("kits", "option", "said"),
    [
        ({"qiaseq": {"clip_5p": 3}}, "rna.kits.qiaseq", "evcargo knows already"),
        ({"none": {"clip_5p": 3}}, "rna.kits.none", "evcargo knows already"),
        ({"k": {"umi": 8}}, "rna.kits.k.umi", "no adapter is given"),
        ({"k": {}}, "rna.kits.k", "takes nothing off"),
        ({"k": {"adapter": "ACGT"}}, "rna.kits.k.adapter", "is not allowed"),
        ({"k": {"adapter": "ACGTNNNNNN"}}, "rna.kits.k.adapter", "is not allowed"),
        ({"k": {"clip_5p": -1}}, "rna.kits.k.clip_5p", "must be at least 0"),
        ({"k": {"clip_5p": FARTHEST + 1}}, "rna.kits.k.clip_5p", f"must be at most {FARTHEST}"),
        ({"k": {"clip": 1}}, "rna.kits.k.clip", "is not an option"),
        ({"my kit": {"clip_5p": 1}}, "rna.kits", "holds a space"),
    ],
)  # fmt: skip
def test_kits_that_cannot_be(
    library: StudyFiles, kits: dict[str, Any], option: str, said: str
) -> None:
    write(reads(inserts("human", 100)))
    library.config["rna"] = {"kits": kits}
    first = library.problems()[0]
    assert first.column == option
    assert said in first.message or said in first.remedy


def test_a_kit_that_nobody_declared(library: StudyFiles) -> None:
    write(reads(inserts("human", 100)))
    library.config["rna"] = {"kits": {"my_kit": {"adapter": ADAPTER.lower()}}}
    of_kit(library, "my_kid")
    assert library.problem().remedy.startswith("Did you mean 'my_kit'?")


def test_the_first_files_of_a_large_study_are_looked_into(files: StudyFiles) -> None:
    """The fixture's four runs of one read each, and one of another organism."""
    fastq(Path("raw/T1.fastq"), reads(inserts("mouse", 2000)))
    files.runs([row.replace("raw/T1.fastq.gz", "raw/T1.fastq") for row in RUNS])
    assert files.problem().row == 6


def test_many_files_of_few_reads_tell_the_organism_together(files: StudyFiles) -> None:
    rows = [RUNS[0]]
    for number in range(40):
        name = f"S{number}"
        library = reads(inserts("mouse", 60, seed=1)[number % 3 :: 3], seed=number)
        fastq(Path(f"raw/{name}.fastq"), library)
        rows.append(f"{name}\trna\traw/{name}.fastq")
    files.samples(["sample\tbiofluid", *(f"S{number}\tplasma" for number in range(40))])
    files.runs(rows)
    files.config = {"study": "trial", "organism": "human"}
    problem = files.problem()
    assert problem.row == 2
    assert problem.message.startswith("holds reads of mouse, not of human")
    assert problem.message.endswith("(together with 39 other files)")
    files.config["organism"] = "mouse"
    assert files.load()
