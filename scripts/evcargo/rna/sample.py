"""Counting one sample: from its distinct inserts to counts, isoforms, fragments and read funnel."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from evcargo.job import whole_file
from evcargo.rna.align import align, read_letters
from evcargo.rna.assign import (
    LOW_COMPLEXITY,
    UNASSIGNED,
    Assignment,
    Call,
    Catalogue,
    assign,
    classes_in_order,
    feature_counts,
    is_low_complexity,
)
from evcargo.rna.background import explain
from evcargo.rna.beginnings import organism_counts, read_beginnings
from evcargo.rna.cycles import Limits, bad_positions, position_table
from evcargo.rna.fragments import typed_fragments
from evcargo.rna.isomirs import Row, isomir_rows, isomir_table
from evcargo.rna.mirgff3 import write_mirgff3
from evcargo.rna.reference import MIRNA, PRECURSOR
from evcargo.rna.sheet import HAIRPIN
from evcargo.rna.tails import Tails, tailed
from evcargo.rna.trim import read_inserts
from evcargo.tables import read_table, write_table


@dataclass(frozen=True)
class Reference:
    """Files of `evcargo.rna.reference.build_reference`, and the backgrounds.

    Parameters
    ----------
    fasta, features, manifest
        Index of all references, table of their features, table of their files.
    backgrounds
        `genome` and `exogenous` -> prefix of `evcargo.rna.background.index_background`.
    beginnings
        Files of `evcargo.rna.beginnings.read_beginnings`; none where the study brings miRNAs of
        its own, so that the organism of the reads is not looked for.
    """

    fasta: str | Path
    features: str | Path
    manifest: str | Path
    backgrounds: Mapping[str, str | Path] = field(default_factory=dict)
    beginnings: Sequence[str | Path] = ()


@dataclass(frozen=True)
class AssignSettings:
    """How inserts are counted.

    Parameters
    ----------
    priority
        RNA classes, see `evcargo.rna.assign.Catalogue`.
    isomir_share
        Share of its mature's reads below which an isoform is marked.
    bad_cycles
        Limits from which a cycle is bad, so that isoforms with a mismatch there are marked.
    """

    priority: Sequence[str]
    isomir_share: float = 0.05
    bad_cycles: Limits = field(default_factory=Limits)


def assign_sample(
    sample: str,
    inserts: str | Path,
    trimming: str | Path,
    reference: Reference,
    settings: AssignSettings,
    products: Mapping[str, str | Path],
) -> None:
    """Count the inserts of one sample on the references.

    Parameters
    ----------
    sample
        Its name.
    inserts, trimming
        What `evcargo.rna.trim.write_inserts` wrote.
    reference
        What the inserts are compared with.
    settings
        How they are counted.
    products
        Files to write: `counts` (contract ``rna_counts``), `isomirs` (``rna_isomirs``), `mirgff3`,
        and `summary`: the JSON of trimming, with ``funnel`` (step -> reads, summing to ``raw``),
        ``fragments`` (class, feature, type, reads), ``exogenous`` (name, reads, inserts),
        ``organisms`` (see `evcargo.rna.beginnings.organism_counts`) and ``positions`` (rows of
        `evcargo.rna.cycles.position_table`, with ``bad``).
    """
    told = json.loads(Path(trimming).read_text(encoding="utf-8"))
    counts = read_inserts(inserts)
    features = read_table(reference.features, "rna_features")
    letters = read_letters(reference.fasta)
    result = assign(counts, called_inserts(counts, reference, features, letters, settings))
    left = explain(result.unassigned, counts, reference.backgrounds)
    funnel = _funnel(told.pop("fates"), result, left.steps, features, settings.priority)
    if sum(funnel.values()) != told["raw"]:
        raise AssertionError(f"the funnel does not sum to the raw reads: {funnel}, {told['raw']}")
    if not told["problem"] and not result.steps[MIRNA]:
        told["problem"] = f"no miRNA read among {sum(counts.values())} inserts"
    write_table(feature_counts(result), products["counts"], "rna_counts")
    rows = isomir_rows(result.mirnas, counts, letters)
    positions = position_table(rows)
    bad = bad_positions(positions, told["runs"], settings.bad_cycles)
    _write_isomirs(sample, rows, bad, reference, features, settings, products)
    if round(sum(row.reads for row in rows), 3) != result.steps[MIRNA]:
        raise AssertionError("the isoforms do not sum to the reads of miRNA")
    found: dict[str, Any] = {
        "funnel": funnel,
        "fragments": list(typed_fragments(result.pieces, letters)),
        "exogenous": [(name, *left.exogenous[name]) for name in sorted(left.exogenous)],
        "organisms": _organisms(counts, reference),
        "positions": positions.assign(bad=positions["position"].isin(bad)).to_dict("records"),
    }
    with whole_file(products["summary"]) as part:
        part.write_text(json.dumps({**told, **found}, indent=1) + "\n", encoding="utf-8")


def called_inserts(
    counts: Mapping[str, int],
    reference: Reference,
    features: pd.DataFrame,
    letters: Sequence[str],
    settings: AssignSettings,
) -> Iterator[tuple[str, list[Call]]]:
    """Look up what each insert counts as, tails rescued; those of low complexity are left out.

    Parameters
    ----------
    counts
        Insert -> reads.
    reference
        What the inserts are compared with.
    features
        Its features, contract ``rna_features``.
    letters
        Its sequences by number.
    settings
        How inserts are counted.
    """
    catalogue = Catalogue(features, settings.priority)
    plain = [insert for insert in counts if not is_low_complexity(insert)]
    lost = []
    for insert, places in align(plain, reference.fasta):
        if places:
            yield insert, catalogue.calls(places)
        else:
            lost.append(insert)
    yield from tailed(lost, Tails(letters, features), reference.fasta, catalogue)


def _funnel(
    fates: dict[str, int],
    result: Assignment,
    explained: Mapping[str, int],
    features: pd.DataFrame,
    priority: Sequence[str],
) -> dict[str, int]:
    classes = classes_in_order(features["class"].unique().tolist(), priority)
    unassigned = result.steps[UNASSIGNED] - sum(explained.values())
    return {
        **fates,
        **{step: result.steps[step] for step in (LOW_COMPLEXITY, *classes)},
        **explained,
        UNASSIGNED: unassigned,
    }


def _organisms(counts: Mapping[str, int], reference: Reference) -> dict[str, dict[str, int]]:
    """Count the reads by the organism that they tell; empty where that is not looked for."""
    if not reference.beginnings:
        return {}
    return organism_counts(counts, read_beginnings(tuple(map(str, reference.beginnings))))


def _write_isomirs(
    sample: str,
    rows: Sequence[Row],
    bad: Collection[int],
    reference: Reference,
    features: pd.DataFrame,
    settings: AssignSettings,
    products: Mapping[str, str | Path],
) -> None:
    hairpins = features[features["class"] == PRECURSOR]
    names = dict(zip(hairpins["reference"], hairpins["feature"], strict=True))
    table = isomir_table(rows, names, settings.isomir_share, bad)
    write_table(table, products["isomirs"], "rna_isomirs")
    files = read_table(reference.manifest, "rna_manifest").set_index("class")
    database = ("custom", "no hairpins")
    if HAIRPIN in files.index:
        file = files.loc[HAIRPIN]
        name = "miRBase" if file["origin"] == "shipped" else "custom"
        database = (name, f"{file['file']} sha256:{file['sha256']}")
    share = settings.isomir_share
    write_mirgff3(rows, table, names, sample, database, share, products["mirgff3"])
