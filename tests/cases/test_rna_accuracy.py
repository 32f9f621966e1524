"""Every simulated insert of known origin, with sequencing errors at Q30, against its call."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from rna_stage import PRIORITY, Stage, references

from evcargo.rna.align import align, read_letters
from evcargo.rna.assign import Call, Catalogue, assign
from evcargo.rna.fragments import anticodon_start, typed_fragments
from evcargo.rna.isomirs import isomir_rows
from evcargo.rna.tails import Tails, tailed
from evcargo.simulate.inserts import Fragments
from evcargo.tables import read_table

NUMBERS = {"miRNA": 40_000, "tRNA": 15_000, "Y_RNA": 6_000, "rRNA": 9_000, "spike_in": 1_500}
ERROR = 1e-3  # Q30

Origin = tuple[str, str]


@dataclass
class Truth:
    """Inserts with their origin, and what each counts as; without and with rescued tails."""

    inserts: list[tuple[Origin, str]]
    plain: dict[str, list[Call]]
    called: dict[str, list[Call]]
    letters: list[str]


def with_errors(insert: str, rng: np.random.Generator) -> str:
    letters = list(insert)
    for place in np.flatnonzero(rng.random(len(letters)) < ERROR):
        letters[place] = rng.choice([one for one in "ACGT" if one != letters[place]])
    return "".join(letters)


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    rng = np.random.default_rng(3)
    fragments = Fragments(references())
    names = fragments.names()
    inserts: list[tuple[Origin, str]] = []
    for kind, number in NUMBERS.items():
        weights = rng.lognormal(0, 2.2 if kind == "miRNA" else 1, len(names[kind]))
        numbers = rng.multinomial(number, weights / weights.sum())
        for name, n in zip(names[kind], numbers, strict=True):
            drawn = fragments.draw((kind, name), n, rng)
            inserts += [((kind, name), with_errors(one, rng)) for one in drawn]
    inserts = [one for one in inserts if len(one[1]) >= 16]
    stage = Stage(tmp_path_factory.mktemp("human"))
    features = read_table(stage.features, "rna_features")
    catalogue = Catalogue(features, PRIORITY)
    letters = read_letters(stage.fasta)
    distinct = sorted({insert for _, insert in inserts})
    plain = {insert: catalogue.calls(found) for insert, found in align(distinct, stage.fasta)}
    lost = [insert for insert, calls in plain.items() if not calls]
    rescued = dict(tailed(lost, Tails(letters, features), stage.fasta, catalogue))
    return Truth(inserts, plain, plain | rescued, letters)


def family(name: str) -> str:
    """Name without organism, paralog letter or number, and arm: let-7 of hsa-let-7f-1-3p."""
    found = re.match(r"(?:[a-z]{3}-)?((?:let|miR)-\d+)", name.split("/")[0])
    assert found, name
    return found[1]


def share_right(truth: Truth, called: dict[str, list[Call]], by_family: bool) -> float:
    """Share of the miRNA reads that go to their own mature; a read that fits n gives each 1/n."""
    right = total = 0.0
    for (kind, name), insert in truth.inserts:
        if kind != "miRNA":
            continue
        total += 1
        found = {call.feature for call in called[insert] if call.rna_class == "miRNA"}
        kin = {one for one in found if family(one) == family(name)} if by_family else {name}
        right += len(kin & found) / max(len(found), 1)
    return right / total


def test_mirnas_go_to_their_family_and_mature(truth: Truth) -> None:
    assert share_right(truth, truth.called, by_family=True) >= 0.995
    assert share_right(truth, truth.called, by_family=False) >= 0.99


def test_rescued_tails_are_what_was_lost(truth: Truth) -> None:
    before = share_right(truth, truth.plain, by_family=False)
    assert before < 0.99
    assert share_right(truth, truth.called, by_family=False) > before + 0.007


@pytest.mark.parametrize("kind", NUMBERS)
def test_precision_and_recall_of_classes(truth: Truth, kind: str) -> None:
    right = origin = found = 0
    for (known, _), insert in truth.inserts:
        calls = truth.called[insert]
        called = calls[0].rna_class if calls else "unassigned"
        origin += known == kind
        found += called == kind
        right += known == called == kind
    assert right / origin >= 0.997
    assert right / found >= 0.999


def test_rescue_takes_no_insert_of_another_class(truth: Truth) -> None:
    taken = [
        (origin, insert)
        for origin, insert in truth.inserts
        if origin[0] != "miRNA" and not truth.plain[insert] and truth.called[insert]
    ]
    assert taken == []


def test_isoforms_sum_to_the_mirnas(truth: Truth) -> None:
    counts = Counter(insert for _, insert in truth.inserts)
    result = assign(counts, truth.called.items())
    rows = isomir_rows(result.mirnas, counts, truth.letters)
    assert sum(row.reads for row in rows) == pytest.approx(result.steps["miRNA"])
    assert len({(row.feature, row.insert) for row in rows}) == len(rows)


def test_known_trna_fragments_are_typed(truth: Truth, tmp_path: Path) -> None:
    """Cut every human tRNA at known places and find the types by alignment."""
    stage = Stage(tmp_path)
    features = read_table(stage.features, "rna_features")
    catalogue = Catalogue(features, PRIORITY)
    trnas = features.loc[features["class"] == "tRNA", ["reference", "feature"]]
    known: dict[str, set[str]] = {}
    for number, feature in trnas.itertuples(index=False):
        whole = truth.letters[number]
        cut = anticodon_start(feature, whole) + 1
        cuts = {"5' half": (0, cut), "3' half": (cut, len(whole)), "tRF-5": (0, 18)}
        cuts |= {"tRF-3": (len(whole) - 18, len(whole)), "i-tRF": (5, 23)}
        for kind, (start, end) in cuts.items():
            known.setdefault(whole[start:end], set()).add(kind)
    right = Counter[bool]()
    for insert, places in align(sorted(known), stage.fasta):
        result = assign({insert: 1}, [(insert, catalogue.calls(places))])
        for _, _, kind, reads in typed_fragments(result.pieces, truth.letters):
            right[kind in known[insert]] += round(reads, 3)
    assert right[True] / right.total() > 0.98
