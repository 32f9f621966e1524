"""The quality gate on real reads: DNApi's good and poor library, and the miRTrace tutorials.

miRTrace's own flags (`qcAnalysisFlags` of its JSON) are ok for its samples 1 and 2 in every rule.
"""

import json
from collections.abc import Iterable
from operator import ne
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from debian import debian_package
from rna_stage import PRIORITY, Stage, references

from evcargo.contracts import CONTRACTS
from evcargo.rna.count import Sequenced, count_study
from evcargo.rna.fasta import read_fasta
from evcargo.rna.gate import gate_study
from evcargo.rna.trim import read_inserts
from evcargo.study.schema import read_schema
from evcargo.tables import read_table, write_table

SCHEMA = read_schema("config")["properties"]["rna"]["properties"]["gate"]["properties"]
OPTIONS: dict[str, Any] = {key: option["default"] for key, option in SCHEMA.items()}

# miRTrace's samples 1 and 2: hairpins that we count, and those within one mismatch.
SEEN = {1: (183, 193), 2: (180, 197)}


@pytest.fixture(scope="module")
def human(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("human"))


def gated(stage: Stage, folder: Path, fastq: Path, **options: Any) -> pd.DataFrame:
    """Gate of a study of one sample, by rule."""
    stage.count(fastq)
    sheet = pd.DataFrame([dict.fromkeys(CONTRACTS["samples"].names, pd.NA) | {"sample": "S"}])
    run = {"run": "S", "sample": "S", "assay": "rna", "path": str(fastq), "format": "fastq"}
    runs = pd.DataFrame([dict.fromkeys(CONTRACTS["runs"].names, pd.NA) | run])
    paths = {name: str(folder / f"{name}.tsv") for name in ("samples", "runs")}
    write_table(sheet, paths["samples"], "samples")
    write_table(runs, paths["runs"], "runs")
    counts, summary = stage.folder / "counts.tsv", stage.folder / "summary.json"
    sequenced = Sequenced({"S": str(counts)}, {"S": str(summary)}, str(stage.features), PRIORITY)
    tables = ("table", "fractional", "cpm", "funnel", "lengths", "classes", "quality")
    tables += ("fragments", "exogenous")
    products = {name: str(folder / f"{name}.tsv") for name in tables}
    products["matrix"] = str(folder / "rna.h5ad")
    count_study(paths["samples"], sequenced, None, products)
    kinds = ("gate", "adapters", "saturation", "cycles", "positions")
    made = {name: folder / f"{name}.out.tsv" for name in kinds}
    given = {"S": str(summary)}
    gate_study(paths | products, given, str(stage.features), "human", OPTIONS | options, made)
    return read_table(made["gate"], "rna_gate").set_index("rule")


def hairpins_within_a_mismatch(inserts: Iterable[str]) -> int:
    """Count the hairpins that any insert fits with up to one mismatch, by its halves."""
    hairpins = [record.letters for record in read_fasta(references()["hairpin"])]
    text = "|".join(hairpins)
    owner = np.repeat(np.arange(len(hairpins)), [len(letters) + 1 for letters in hairpins])
    found: set[int] = set()
    for insert in inserts:
        half = len(insert) // 2
        for part, before in ((insert[:half], 0), (insert[half:], half)):
            place = text.find(part)
            while place >= 0:
                start = place - before
                other = text[max(start, 0) : start + len(insert)]
                whole = len(other) == len(insert) and "|" not in other
                if whole and sum(map(ne, other, insert)) <= 1:
                    found.add(int(owner[start]))
                place = text.find(part, place + 1)
    return len(found)


def beyond(gate: pd.DataFrame, verdict: str) -> set[str]:
    return set(gate.index[gate["verdict"] == verdict]) - {"overall"}


def test_dnapi_good(human: Stage, tmp_path: Path) -> None:
    gate = gated(
        human, tmp_path, debian_package("dnapi") / "usr/share/doc/dnapi/examples/good.fq.gz",
        min_reads=50_000,
    )  # fmt: skip
    assert gate.loc["adapter dimers", "value"] == pytest.approx(0.0053, abs=1e-4)
    assert gate.loc["short inserts", "value"] == pytest.approx(0.0354, abs=1e-4)
    for rule in ("annotated reads", "adapter", "adapter dimers", "short inserts", "length peak"):
        assert gate.loc[rule, "verdict"] == "pass", rule
    assert beyond(gate, "fail") == set()


def test_dnapi_poor_fails_for_its_short_inserts(human: Stage, tmp_path: Path) -> None:
    poor = debian_package("dnapi") / "usr/share/doc/dnapi/examples/poor.fq.gz"
    gate = gated(human, tmp_path, poor, min_reads=1)
    assert beyond(gate, "fail") == {"short inserts"}
    # 72,536 of the 82,986 inserts behind an adapter, and of the 100,000 reads.
    assert gate.loc["short inserts", "value"] == pytest.approx(72_536 / 82_986, abs=0.001)
    assert {"adapter dimers", "length peak", "reads passing"} <= beyond(gate, "warn")
    assert gate.loc["overall", "verdict"] == "fail"
    assert gate.loc["overall", "reason"] == "short inserts"


@pytest.mark.parametrize(("number", "case"), [(1, "Sample1"), (2, "Sample2")])
def test_mirtrace_tutorials(
    human: Stage, shared_data: Path, tmp_path: Path, number: int, case: str
) -> None:
    folder = shared_data / "mirtrace_fastq"
    gate = gated(human, tmp_path, folder / f"sample{number}.fastq.gz", min_reads=5_000)
    told = json.loads(
        (folder / "expected/Case3_outputs/mirtrace.qc.outputs/mirtrace-results.json").read_text()
    )
    stats = next(one["stats"] for one in told["results"] if one["verbosename"] == case)
    flags = stats["qcAnalysisFlags"]
    rules = {"length": "length peak", "qc": "reads passing", "rnatype": "miRNA hairpin inserts"}
    for flag, rule in rules.items():
        assert flags[flag] == "ok" and gate.loc[rule, "verdict"] == "pass", rule
    # miRTrace sees 210 and 205 of the 1,881 hairpins of miRBase v21, just enough for it; we see
    # 183 and 180 of 1,917. It counts every hairpin that a read fits with up to one mismatch, also
    # where the read fits another one exactly (processRefSeqIdSearches, RNATypeSearchEngine.java);
    # we count the best places. Counted its way, our inserts have 193 and 197: a part of the gap.
    # The cause of the rest is not known; its references (v21) and trimming are others than ours.
    seen, its_way = SEEN[number]
    inserts = read_inserts(human.folder / "inserts.tsv.gz")
    assert hairpins_within_a_mismatch(one for one in inserts if len(one) >= 18) == its_way
    assert gate.loc["miRNA complexity", "value"] == pytest.approx(seen / 1917, abs=1e-4)
    assert seen < its_way < len(stats["foundRNAReads"][0])
    genes = len(stats["foundRNAReads"][0]) / told["rnaTypeRefSeqCounts"][0]
    assert flags["complexity"] == "ok" and 0.1 < genes < 0.115
    assert 0.8 * genes < gate.loc["miRNA complexity", "value"] < genes
    assert beyond(gate, "warn") == {"miRNA complexity"}
    # miRTrace does not trim by quality and counts reads without an adapter as 50 nt and more.
    sizes = stats["statsLength"]
    assert gate.loc["length peak", "value"] == pytest.approx(
        sum(sizes[20:26]) / sum(sizes), abs=0.03
    )
    assert beyond(gate, "fail") == set()


def test_the_default_number_of_reads_fails_a_tutorial(
    human: Stage, shared_data: Path, tmp_path: Path
) -> None:
    gate = gated(human, tmp_path, shared_data / "mirtrace_fastq/sample1.fastq.gz")
    assert beyond(gate, "fail") == {"annotated reads"}
