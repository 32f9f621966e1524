"""The quality gate: every rule at its limits, and no verdict without data."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evcargo.contracts import CONTRACTS
from evcargo.rna.cycles import POSITION_COLUMNS
from evcargo.rna.evidence import Evidence, adapter_table, read_evidence
from evcargo.rna.gate import DEFAULT_MIN_READS, assess, gate_study, saturation_table
from evcargo.rna.gate_rules import RULES, Limits
from evcargo.rna.matrix import FAILED, NO_RUN, OK, SampleCounts, count_matrix
from evcargo.study.schema import read_schema
from evcargo.tables import read_table, write_matrix, write_table

SCHEMA = read_schema("config")["properties"]["rna"]["properties"]["gate"]["properties"]
OPTIONS: dict[str, Any] = {key: option["default"] for key, option in SCHEMA.items()}
NAMES = ["annotated reads", "adapter", *(rule.name for rule in RULES[1:]), "overall"]
HIGH = {
    "sample": "S", "run": "S", "kit": "illumina", "adapter": "TGGAATTC", "clip_5p": 0,
    "clip_3p": 0, "umi_length": 12, "verdict": "HIGH",
    "share": 0.98, "found": "illumina", "found_share": 0.98, "problem": "",
}  # fmt: skip


def counts(**classes: list[int]) -> pd.Series:
    reads = {(name, f"{name}-{i}"): n for name, own in classes.items() for i, n in enumerate(own)}
    return pd.Series(reads, dtype=float).rename_axis(["class", "feature"])


def positions(mismatches: dict[int, float], reads: float = 1000) -> pd.DataFrame:
    """Bases and mismatches of so many reads at each of 22 positions, A but for mismatches."""
    rows = []
    for position in range(1, 23):
        wrong = mismatches.get(position, 1.0)
        bases = (reads - wrong, 0.0, wrong, 0.0)
        rows.append((position, reads, *bases, wrong, "miR-1", wrong / 2, wrong / reads, False))
    return pd.DataFrame(rows, columns=[*POSITION_COLUMNS, "bad"])


def run_of(low: dict[int, int], clip: int = 0) -> dict[str, Any]:
    """What trimming wrote of a run of 1,000 reads of 30 cycles, A but for uncertain G."""
    wrong = [low.get(cycle, 10) for cycle in range(1, 31)]
    cycles = {
        "reads": [1000] * 30, "A": [1000 - n for n in wrong], "C": [0] * 30, "G": wrong,
        "T": [0] * 30, "N": [0] * 30, "low_quality": wrong, "median_quality": [37.0] * 30,
    }  # fmt: skip
    return {"clip_5p": clip, "cycles": cycles}


SOUND = Evidence(
    status=OK,
    metrics={
        "raw_reads": 400_000, "trimmed_reads": 300_000, "q30_share": 0.9, "duplicate_share": 0.5,
        "mirna_hairpin_reads": 200_000, "mirna_hairpin_insert_share": 0.8,
        "rrna_insert_share": 0.1, "distinct_share": 0.05,
    },
    funnel={
        "untrimmed": 50_000, "too_short": 50_000, "too_long": 0, "low_quality": 0, "no_umi": 0,
        "duplicate": 0, "low_complexity": 10_000, "spike_in": 5_000, "miRNA": 190_000,
        "miRNA_precursor": 10_000, "rRNA": 25_000, "unassigned": 20_000, "genome": 40_000,
    },
    lengths={0: 10, 22: 80, 30: 10},
    adapters=(HIGH,),
    counts=counts(miRNA=[1000] * 40, rRNA=[500]),
    hairpins=[frozenset({f"miRNA-{i}"}) for i in range(100)],
    organism="human",
    organisms={"human": {"a": 50, "b": 25, "c": 15}, "mouse or rat": {"d": 1}},
    run_names=["S"],
    runs=[run_of({})],
    positions=positions({}),
)  # fmt: skip


def verdicts(one: Evidence, **options: Any) -> dict[str, str]:
    table = assess({"S": one}, OPTIONS | options)
    return dict(zip(table["rule"], table["verdict"], strict=True))


def row(one: Evidence, rule: str, **options: Any) -> pd.Series:
    table = assess({"S": one}, OPTIONS | options).set_index("rule")
    return table.loc[rule]


def metric(name: str, value: float) -> Evidence:
    return replace(SOUND, metrics={**SOUND.metrics, name: value})


def annotated(reads: int) -> Evidence:
    return replace(SOUND, funnel={**SOUND.funnel, "miRNA": reads - 10_000})


def genome(reads: int) -> Evidence:
    return replace(SOUND, funnel={**SOUND.funnel, "genome": reads})


def lengths(**some: int) -> Evidence:
    return replace(SOUND, lengths={int(name[1:]): reads for name, reads in some.items()})


HAIRPINS = [frozenset({f"miRNA-{i}", f"star-{i}"}) for i in range(1000)]


def mirnas(number: int) -> Evidence:
    return replace(SOUND, counts=counts(miRNA=[1000] * number), hairpins=HAIRPINS)


def organisms(human: int, rodent: int) -> Evidence:
    counts = {
        label: {f"{label}-{i}": reads // 3 + (reads % 3 if i == 0 else 0) for i in range(3)}
        for label, reads in (("human", human), ("mouse or rat", rodent))
    }
    return replace(SOUND, organisms={**counts, "mouse": {}, "rat": {}})


def mismatches(wrong: float) -> Evidence:
    return replace(SOUND, positions=positions({9: wrong}))


def quality(wrong: int) -> Evidence:
    return replace(SOUND, runs=[run_of({9: wrong})])


def test_a_sound_sample_passes_every_rule() -> None:
    assert verdicts(SOUND) == dict.fromkeys(NAMES, "pass")


@pytest.mark.parametrize(
    ("rule", "one", "verdict", "value"),
    [
        ("annotated reads", annotated(99_999), "fail", 99_999),
        ("annotated reads", annotated(100_000), "fail", 100_000),
        ("annotated reads", annotated(100_001), "pass", 100_001),
        ("annotated share", genome(200_001), "fail", 200_000 / 400_001),
        ("annotated share", genome(200_000), "fail", 0.5),
        ("annotated share", genome(199_999), "pass", 200_000 / 399_999),
        ("adapter dimers", lengths(n0=10, n3=20, n22=70), "pass", 0.30),
        ("adapter dimers", lengths(n0=10, n3=21, n22=69), "warn", 0.31),
        ("adapter dimers", lengths(n0=70, n22=30), "warn", 0.70),
        ("adapter dimers", lengths(n0=71, n22=29), "fail", 0.71),
        ("adapter dimers", lengths(n4=100), "pass", 0),
        ("short inserts", lengths(n3=10, n4=10, n15=20, n16=60), "pass", 0.40),
        ("short inserts", lengths(n3=10, n15=31, n16=59), "warn", 0.41),
        ("short inserts", lengths(n15=60, n16=40), "warn", 0.60),
        ("short inserts", lengths(n15=61, n16=39), "fail", 0.61),
        ("length peak", lengths(n19=40, n20=12, n25=13, n26=35), "pass", 0.25),
        ("length peak", lengths(n19=40, n20=12, n25=12, n26=36), "warn", 0.24),
        ("Q30", metric("q30_share", 0.5), "pass", 0.5),
        ("Q30", metric("q30_share", 0.499), "warn", 0.499),
        ("reads passing", metric("trimmed_reads", 100_000), "pass", 0.25),
        ("reads passing", metric("trimmed_reads", 99_999), "warn", 0.2499975),
        ("miRNA hairpin inserts", metric("mirna_hairpin_insert_share", 0.1), "pass", 0.1),
        ("miRNA hairpin inserts", metric("mirna_hairpin_insert_share", 0.099), "warn", 0.099),
        ("miRNA complexity", mirnas(100), "pass", 0.1),
        ("miRNA complexity", mirnas(99), "warn", 0.099),
        ("rRNA inserts", metric("rrna_insert_share", 0.5), "pass", 0.5),
        ("rRNA inserts", metric("rrna_insert_share", 0.501), "warn", 0.501),
        ("organism", organisms(80, 20), "pass", 0.8),
        ("organism", organisms(79, 21), "warn", 0.79),
        ("organism", organisms(10, 90), "warn", 0.1),
        ("organism", organisms(9, 91), "fail", 0.09),
        ("mismatches by cycle", mismatches(51), "pass", 0.05),
        ("mismatches by cycle", mismatches(52), "warn", 0.051),
        ("mismatches by cycle", mismatches(501), "warn", 0.5),
        ("mismatches by cycle", mismatches(502), "fail", 0.501),
        ("quality by cycle", quality(110), "pass", 0.1),
        ("quality by cycle", quality(111), "warn", 0.101),
        ("quality by cycle", quality(510), "warn", 0.5),
        ("quality by cycle", quality(511), "fail", 0.501),
        ("duplicates", metric("duplicate_share", 0.8), "pass", 0.8),
        ("duplicates", metric("duplicate_share", 0.801), "warn", 0.801),
    ],
)
def test_limits(rule: str, one: Evidence, verdict: str, value: float) -> None:
    found = row(one, rule)
    assert found["value"] == pytest.approx(value)
    assert found["verdict"] == verdict


def test_saturation_by_hand() -> None:
    # 10 reads, 9 drawn: a feature with one read is missed once in ten, one with two never.
    one = replace(SOUND, counts=counts(miRNA=[1, 1, 2, 6]))
    assert row(one, "saturation")["value"] == pytest.approx(0.2 / 4)
    assert row(one, "saturation")["verdict"] == "pass"
    one = replace(SOUND, counts=counts(miRNA=[1, 1, 1, 7]))
    found = row(one, "saturation")
    assert (found["value"], found["verdict"]) == (pytest.approx(0.3 / 4), "warn")
    # f0 = 3 x 2 / 2 = 3; 3 x (1 - (1 - 3 / 33) ** 10) = 1.84
    assert "twice the reads would show at least about 2 more" in found["reason"]


def test_the_default_of_the_code_is_that_of_the_schema() -> None:
    assert OPTIONS["min_reads"] == DEFAULT_MIN_READS


def test_lowering_min_reads_is_said() -> None:
    found = row(annotated(50_000), "annotated reads", min_reads=20_000)
    assert found["verdict"] == "pass"
    assert found["reason"].endswith("rna.gate.min_reads was lowered from 100,000 to 20,000")
    assert "min_reads" not in row(annotated(50_000), "annotated reads")["reason"]


def test_a_limit_that_is_null_judges_nothing() -> None:
    found = row(SOUND, "adapter dimers", adapter_dimers=[None, None])
    assert found["verdict"] == "not assessed" and found["value"] == pytest.approx(0.1)
    assert found["reason"].endswith("no limit is set")


def test_threshold_says_what_is_beyond_it() -> None:
    assert str(Limits(">", fail=0.5)) == "fail <= 0.5"
    assert str(Limits(">", fail=1_234_567)) == "fail <= 1,234,567"
    assert str(Limits("<=", 0.3, 0.7)) == "warn > 0.3, fail > 0.7"
    assert str(Limits(">=", 0.25)) == "warn < 0.25"


@pytest.mark.parametrize("one", [Evidence(), Evidence(status=NO_RUN, hairpins=HAIRPINS)])
def test_nothing_is_assessed_without_data(one: Evidence) -> None:
    table = assess({"S": one}, OPTIONS)
    assert table["rule"].tolist() == NAMES
    assert set(table["verdict"]) == {"not assessed"}
    assert set(table["reason"]) == {"the sample has no run of this assay"}
    assert table["value"].isna().all()


@pytest.mark.parametrize(
    ("missing", "rules"),
    [
        (
            {"metrics": {}},
            {"Q30", "reads passing", "miRNA hairpin inserts", "rRNA inserts", "duplicates"},
        ),
        ({"organisms": {}}, {"organism"}),
        ({"organisms": {"human": {"a": 19}, "mouse or rat": {}}}, {"organism"}),
        ({"organisms": {"human": {"a": 90, "b": 9}, "mouse or rat": {}}}, {"organism"}),
        ({"positions": positions({}).assign(mismatch_share=np.nan)}, {"mismatches by cycle"}),
        ({"runs": []}, {"quality by cycle"}),
        ({"lengths": {}}, {"adapter dimers", "short inserts", "length peak"}),
        ({"hairpins": ()}, {"miRNA complexity"}),
        ({"counts": counts(rRNA=[5])}, {"saturation"}),
        (
            {"funnel": {"miRNA": 200_000}},  # of mouse, whose references hold no rRNA; no genome
            {"rRNA inserts", "annotated share"},
        ),
    ],
)
def test_a_rule_without_its_data_is_not_assessed(missing: dict[str, Any], rules: set[str]) -> None:
    table = assess({"S": replace(SOUND, **missing)}, OPTIONS)
    open_ = table[table["verdict"] == "not assessed"]
    assert set(open_["rule"]) == rules
    assert (open_["reason"] != "").all() and open_["value"].isna().all()


def test_a_count_table_is_judged_by_its_reads_alone() -> None:
    one = Evidence(status=OK, counts=counts(miRNA=[100_000, 1], rRNA=[9], spike_in=[9]))
    found = verdicts(one)
    assert found.pop("annotated reads") == "pass" == found.pop("overall")
    assert set(found.values()) == {"not assessed"}
    assert row(one, "annotated reads")["value"] == 100_001


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"verdict": "CONFLICT"}, "warn"),
        ({"verdict": "CONFLICT", "problem": "kit is a, but b"}, "fail"),
        ({"verdict": "NONE", "share": 0.05}, "warn"),
        ({"verdict": "NONE", "kit": "none", "adapter": "", "share": 0.0}, "not assessed"),
        ({"verdict": "NONE", "kit": "my_kit", "adapter": "", "share": 0.0}, "not assessed"),
        ({"verdict": "NONE", "kit": "none", "problem": "no known adapter"}, "fail"),
    ],
)
def test_adapter(change: dict[str, Any], verdict: str) -> None:
    one = replace(SOUND, adapters=(HIGH, HIGH | change))
    alone = replace(SOUND, adapters=(HIGH | change,))
    assert row(alone, "adapter")["verdict"] == verdict
    # The worst run decides; one that came trimmed does not.
    assert row(one, "adapter")["verdict"] == ("pass" if verdict == "not assessed" else verdict)


FUNNEL_OF_DIMERS = {"too_short": 5, "miRNA": 0, "unassigned": 0}


@pytest.mark.parametrize(
    ("problem", "change", "explaining"),
    [
        ("no insert is left", {"lengths": {0: 9, 22: 1}}, "adapter dimers"),
        ("no insert is left", {"lengths": {0: 5, 12: 5}}, "short inserts"),
        ("no insert is left", {"lengths": {70: 10}}, "reads passing"),
        (
            "no miRNA read among 3 inserts",
            {
                "metrics": {
                    "raw_reads": 4,
                    "trimmed_reads": 3,
                    "mirna_hairpin_reads": 0,
                    "mirna_hairpin_insert_share": 0,
                }
            },
            "miRNA hairpin inserts",
        ),
        (
            "kit is a, but b",
            {"adapters": (HIGH | {"verdict": "CONFLICT", "problem": "kit is a, but b"},)},
            "adapter",
        ),
    ],
)
def test_a_failed_sample_fails_by_the_rule_that_explains_it(
    problem: str, change: dict[str, Any], explaining: str
) -> None:
    given = {"metrics": {"raw_reads": 10, "trimmed_reads": 0}, "funnel": FUNNEL_OF_DIMERS}
    one = Evidence(status=FAILED, problem=problem, **(given | {"adapters": (HIGH,)} | change))
    table = assess({"S": one}, OPTIONS).set_index("rule")
    assert table.index[table["verdict"] == "fail"].tolist() == [explaining, "overall"]
    assert problem in table.loc[explaining, "reason"]
    others = table.drop(index=[explaining, "overall"])
    assert set(others["verdict"]) == {"not assessed"} and others["value"].isna().all()
    assert set(others["reason"]) == {f"the sample failed: {problem}"}


def test_a_bad_cycle_is_named_with_its_bases() -> None:
    found = row(mismatches(261), "mismatches by cycle")
    assert found["reason"] == (
        "26.0 % of the miRNA reads differ from their hairpin at cycle 9, above the median of all"
        " cycles; the bases there are A 73.9 %, C 0.0 %, G 26.1 %, T 0.0 %"
    )
    found = row(quality(408), "quality by cycle")
    assert found["reason"] == (
        "39.8 % of the reads are below Q20 at cycle 9, above the median of all cycles; the bases"
        " there are A 59.2 %, C 0.0 %, G 40.8 %, T 0.0 %"
    )


def test_mismatches_of_one_mirna_may_be_a_variant() -> None:
    table = positions({9: 261})
    of_one = table.assign(feature_mismatches=table["mismatches"] * 0.95)
    found = row(replace(SOUND, positions=of_one), "mismatches by cycle")
    assert found["reason"].endswith(
        "nearly all mismatches are of miR-1, so that it may be a variant of the donor as well"
    )


def test_cycles_begin_before_the_insert_where_the_kit_has_bases_there() -> None:
    one = replace(mismatches(261), runs=[run_of({15: 300}, clip=6)])
    assert "at cycle 15 (position 9 of the insert)" in row(one, "mismatches by cycle")["reason"]
    assert "at cycle 15," in row(one, "quality by cycle")["reason"]
    barcode = replace(SOUND, runs=[run_of({3: 300}, clip=6)])  # a poor barcode is no poor insert
    assert row(barcode, "quality by cycle")["verdict"] == "pass"
    two = replace(mismatches(261), runs=[run_of({}, clip=6), run_of({})])
    assert "at position 9 of the insert" in row(two, "mismatches by cycle")["reason"]


def test_reads_of_another_organism_are_named() -> None:
    found = row(organisms(2, 95), "organism")
    assert found["reason"] == (
        "2.1 % of the reads of miRNAs that differ between human and mouse or rat are of human"
        " (2 of 97); these are reads of mouse or rat: mouse or rat-0 33, mouse or rat-1 31, mouse"
        " or rat-2 31"
    )
    assert found["verdict"] == "fail"


def test_overall_is_the_gravest_and_names_its_rules() -> None:
    found = row(metric("q30_share", 0.1), "overall")
    assert (found["verdict"], found["reason"]) == ("warn", "Q30")
    found = row(replace(metric("q30_share", 0.1), lengths={0: 1}), "overall")
    assert (found["verdict"], found["reason"]) == ("fail", "adapter dimers, short inserts")


@pytest.fixture
def stage(tmp_path: Path) -> dict[str, str]:
    """Tables of a stage with two runs, a count table and a sample without a run."""

    def put(name: str, contract: str, rows: list[tuple]) -> str:
        path = tmp_path / f"{name}.tsv"
        columns = CONTRACTS[contract].names
        filled = [(*one, *[pd.NA] * (len(columns) - len(one))) for one in rows]
        write_table(pd.DataFrame(filled, columns=columns), path, contract)
        return str(path)

    names = CONTRACTS["samples"].names
    samples = pd.DataFrame([["S", *["x"] * 6, 1, 1], ["T", *["x"] * 6, 1, 1]], columns=names)
    samples.loc[2] = ["gone", *["x"] * 6, 1, 1]
    write_table(samples, tmp_path / "samples.tsv", "samples")
    features = pd.DataFrame({"class": ["miRNA", "tRNA"], "sequence": ["ACGT", ""]}, ["m", "t"])
    columns = {"S": [9.0, 3.0], "T": [4.0, 0.0]}
    counted = {name: SampleCounts(pd.Series(own, ["m", "t"])) for name, own in columns.items()}
    write_matrix(count_matrix(samples, counted, features, "", "reads"), tmp_path / "m.h5ad")
    scan = {"kit": "illumina", "umi": 0, "shares": {"illumina": 0.9}, "problem": "", "notes": []}
    scan |= {"adapter": "TGGAATTC", "clip_3p": 0} | run_of({9: 400})
    runs = [scan | {"verdict": "HIGH"}, scan | {"verdict": "CONFLICT", "shares": {"x": 0.4}}]
    listed = positions({9: 300}).to_dict("records")
    summary = {"runs": runs, "organisms": {"human": {"m": 9}}, "positions": listed}
    (tmp_path / "S.json").write_text(json.dumps(summary))
    blank = (1, pd.NA)
    return {
        "samples": str(tmp_path / "samples.tsv"),
        "runs": put("runs", "runs", [
            ("S.f1.r2", "S", "rna", "b.fq", 1, 2, "auto", "fastq", pd.NA, pd.NA),
            ("S.f1.r1", "S", "rna", "a.fq", 1, 1, "auto", "fastq", pd.NA, pd.NA),
            ("T", "T", "rna", "t.tsv", *blank, pd.NA, "counts", pd.NA, pd.NA),
            ("S", "S", "proteins", "s.mzML", *blank, pd.NA, "mzml", pd.NA, pd.NA),
        ]),
        "funnel": put("funnel", "funnel", [("S", "miRNA", 9), ("S", "tRNA", 3)]),
        "lengths": put("lengths", "rna_lengths", [("S", 22, 9), ("S", 30, 3)]),
        "quality": put("quality", "quality", [
            ("S", pd.NA, "rna", "raw_reads", 12, "reads"),
            ("S", pd.NA, "rna", "trimmed_reads", 12, "reads"),
        ]),
        "matrix": str(tmp_path / "m.h5ad"),
        "features": put("features", "rna_features", [
            (0, "miRNA", "m", 0, 4, "ACGT"), (1, "miRNA", "m", 0, 4, "ACGT"),
            (1, "miRNA", "n", 5, 9, "ACGT"), (2, "tRNA", "t", 0, 9, pd.NA),
        ]),
        "summary": str(tmp_path / "S.json"),
    }  # fmt: skip


def test_evidence_of_a_stage(stage: dict[str, str]) -> None:
    evidence = read_evidence(stage, {"S": stage["summary"]}, stage["features"], "human")
    assert list(evidence) == ["S", "T", "gone"]
    assert [one.status for one in evidence.values()] == [OK, OK, NO_RUN]
    assert evidence["S"].mirnas.tolist() == [9]
    assert evidence["S"].hairpins == ({"m"}, {"m", "n"}) and evidence["S"].hairpins_seen == 2
    assert not evidence["T"].sequenced and evidence["gone"].counts.empty
    table = adapter_table(evidence)
    assert table["run"].tolist()[:2] == ["S.f1.r1", "S.f1.r2"], (
        "replicates in the order of trimming"
    )
    assert table["share"].tolist()[:2] == [0.9, 0.0] and table["found"].tolist()[1] == "x"
    assert table["sample"].tolist() == ["S", "S", "T", "gone"]


def test_tables_hold_every_sample_and_the_same_bytes(stage: dict[str, str], tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        kinds = ("gate", "adapters", "saturation", "cycles", "positions")
        products = {kind: tmp_path / name / f"{kind}.tsv" for kind in kinds}
        gate_study(stage, {"S": stage["summary"]}, stage["features"], "human", OPTIONS, products)
        made.append([path.read_bytes() for path in products.values()])
    assert made[0] == made[1]
    gate = read_table(products["gate"], "rna_gate")
    assert gate["rule"].tolist() == NAMES * 3
    curve = read_table(products["saturation"], "rna_saturation")
    assert curve.groupby("sample")["reads"].max().dropna().to_dict() == {"S": 12, "T": 4}
    cycles = read_table(products["cycles"], "rna_cycles")
    assert cycles.groupby("sample", sort=False)["run"].nunique().to_dict() == {
        "S": 2, "T": 0, "gone": 0,
    }  # fmt: skip
    ninth = cycles[cycles["cycle"] == 9].iloc[0]
    assert ninth[["reads", "A", "G", "low_quality"]].tolist() == [1000, 0.6, 0.4, 0.4]
    assert ninth["low_quality_excess"] == pytest.approx(0.39)
    assert cycles.loc[cycles["cycle"] > 22, "low_quality_excess"].isna().all()
    table = read_table(products["positions"], "rna_positions")
    ninth = table[table["position"] == 9].iloc[0]
    assert ninth[["A", "G", "mismatch_share"]].tolist() == [0.7, 0.3, 0.3]
    assert ninth["mismatch_excess"] == pytest.approx(0.299)
    assert table["sample"].drop_duplicates().tolist() == ["S", "T", "gone"]
    assert curve[curve["sample"] == "gone"]["reads"].isna().tolist() == [True]


def test_curve_ends_at_what_was_seen() -> None:
    curve = saturation_table({"S": replace(SOUND, counts=counts(miRNA=[50, 30], tRNA=[20]))})
    assert curve["reads"].tolist() == [1, 2, 5, 10, 20, 50, 100]
    assert curve["features"].tolist()[0] == pytest.approx(0.8)
    assert curve["features"].tolist()[-1] == 2
