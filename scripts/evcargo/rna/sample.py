"""Counting one sample: from its distinct inserts to counts, isoforms, fragments and read funnel."""

import json
from collections.abc import Iterator, Mapping, Sequence
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
from evcargo.rna.fragments import typed_fragments
from evcargo.rna.isomirs import isomir_rows, isomir_table
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
    """

    fasta: str | Path
    features: str | Path
    manifest: str | Path
    backgrounds: Mapping[str, str | Path] = field(default_factory=dict)


@dataclass(frozen=True)
class AssignSettings:
    """How inserts are counted.

    Parameters
    ----------
    priority
        RNA classes, see `evcargo.rna.assign.Catalogue`.
    isomir_share
        Share of its mature's reads below which an isoform is marked.
    """

    priority: Sequence[str]
    isomir_share: float = 0.05


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
        ``fragments`` (class, feature, type, reads) and ``exogenous`` (name, reads, inserts).
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
    _write_isomirs(sample, result, counts, reference, features, letters, settings, products)
    found: dict[str, Any] = {
        "funnel": funnel,
        "fragments": list(typed_fragments(result.pieces, letters)),
        "exogenous": [(name, *left.exogenous[name]) for name in sorted(left.exogenous)],
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


def _write_isomirs(
    sample: str,
    result: Assignment,
    counts: Mapping[str, int],
    reference: Reference,
    features: pd.DataFrame,
    letters: Sequence[str],
    settings: AssignSettings,
    products: Mapping[str, str | Path],
) -> None:
    hairpins = features[features["class"] == PRECURSOR]
    names = dict(zip(hairpins["reference"], hairpins["feature"], strict=True))
    rows = isomir_rows(result.mirnas, counts, letters)
    table = isomir_table(rows, names, settings.isomir_share)
    if round(float(table["reads"].sum()), 3) != result.steps[MIRNA]:
        raise AssertionError("the isoforms do not sum to the reads of miRNA")
    write_table(table, products["isomirs"], "rna_isomirs")
    files = read_table(reference.manifest, "rna_manifest").set_index("class")
    database = ("custom", "no hairpins")
    if HAIRPIN in files.index:
        file = files.loc[HAIRPIN]
        name = "miRBase" if file["origin"] == "shipped" else "custom"
        database = (name, f"{file['file']} sha256:{file['sha256']}")
    share = settings.isomir_share
    write_mirgff3(rows, table, names, sample, database, share, products["mirgff3"])
