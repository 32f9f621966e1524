"""Rows of a table that are one RNA, brought together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evcargo.counts.classes import MIRNA, PRECURSOR
from evcargo.counts.columns import LONG
from evcargo.counts.features import Features, Identifier
from evcargo.counts.layout import LOCI, PARTS, Layout
from evcargo.errors import EvcargoError

SHOWN, LOOKED_AT = 3, 500
_LOCUS = r"MIMAT\d{7}_\d+"
_COPY = re.compile(r"\.\d+$")
_TRANSCRIPT = re.compile(r"ENS[A-Z]{0,3}T\d{11}|[NX][MR]_\d{6,9}")
MIN_TRANSLATED = 0.5
"""Share of the transcripts whose gene must be known for counts of genes to be had."""


@dataclass(frozen=True)
class Summed:
    """Counts by feature.

    Parameters
    ----------
    counts
        Features x runs; index = stable ids.
    features
        Same index; ``name``, ``gene``, ``class``, ``known``.
    kind
        What the identifiers are.
    notes
        What was done.
    """

    counts: pd.DataFrame
    features: pd.DataFrame
    kind: str
    notes: tuple[str, ...] = ()


def sum_features(
    counts: pd.DataFrame,
    features: Features,
    layout: Layout,
    genes: Sequence[str],
    identifier: Identifier,
    path: str,
) -> Summed:
    """Bring the rows of one RNA together.

    Parameters
    ----------
    counts
        Rows x runs; index = names as the table has them.
    features
        What the rows are.
    layout
        What rows of the same name are.
    genes
        Gene of each row, where the table has a column of them for its transcripts; else empty.
    identifier
        Knows the genes.
    path
        The table, for messages.

    Raises
    ------
    EvcargoError
        If rows have the same name, differ, and it is not known what they are; or the genes of
        transcripts are not known.

    Notes
    -----
    Rows of the same name are added up where they are parts of an RNA; of its places in the genome,
    which were given the same reads, the one with the most counts. Rows of different names that
    stand for one miRNA (names of several releases of miRBase) are added up.
    """
    table, notes = features.table, list(features.notes)
    if genes:
        table, note = _of_genes(genes, identifier, path)
        notes.append(note)
    elif identifier.assay == LONG and _are_transcripts(counts.index):
        table, note = _of_transcripts(features, path)
        notes.append(note)
    elif identifier.assay == LONG and not layout.repeated:
        return _labelled(counts, table, features.kind, notes)
    else:
        counts = counts.set_axis(_without_copy_numbers(counts.index, table), axis=0)
        counts, table, more = _one_row_a_name(counts, table, layout, path)
        notes += more
    if identifier.assay != LONG:
        counts, table, note = _loci_counted_once(counts, table)
        notes.append(note)
    counts, table, more = _one_row_a_feature(counts, table, bool(genes) or identifier.assay == LONG)
    return _labelled(counts, table, features.kind, [*notes, *more])


def _labelled(counts: pd.DataFrame, table: pd.DataFrame, kind: str, notes: Sequence[str]) -> Summed:
    index = pd.Index(table["feature"].astype(str), name="feature")
    return Summed(
        counts.set_axis(index, axis=0),
        table.drop(columns="feature").set_axis(index, axis=0),
        kind,
        tuple(note for note in notes if note),
    )


def _of_genes(genes: Sequence[str], identifier: Identifier, path: str) -> tuple[pd.DataFrame, str]:
    """Features that are the genes of transcripts, as the table names them."""
    features = identifier.identify(path, list(genes), [], [])
    unique = len(set(genes))
    return features.table, f"{len(genes):,} transcripts are summed to {unique:,} genes"


def _are_transcripts(names: pd.Index) -> bool:
    """Whether most names are those of transcripts, of Ensembl or RefSeq."""
    some = names[:LOOKED_AT]
    return sum(bool(_TRANSCRIPT.match(str(name))) for name in some) > len(some) / 2


def _of_transcripts(features: Features, path: str) -> tuple[pd.DataFrame, str]:
    """Features that are the genes of transcripts, by the shipped table of Ensembl's ids."""
    table = features.table
    genes = [_gene_id(*row) for row in zip(table["name"], table["gene"], strict=True)]
    translated = [gene is not None for gene in genes]
    if sum(translated) < MIN_TRANSLATED * len(genes):
        missing = table["name"][[not known for known in translated]]
        raise EvcargoError(
            f"{path}: holds transcripts, and the gene of only {sum(translated):,} of"
            f" {len(genes):,} is known (not of {missing.iloc[0]}). Give counts of genes: summed"
            " with tximport, salmon's quant.genes.sf (--geneMap), or RSEM's genes.results"
        )
    ids = [gene or name for gene, name in zip(genes, table["feature"], strict=True)]
    lost = len(genes) - sum(translated)
    note = f"{len(genes):,} transcripts are summed to {len(set(ids)):,} genes"
    if lost:
        note += f"; {lost:,} of which no gene is known stay as they are"
    return table.assign(feature=ids, name=ids), note


def _gene_id(name: str, gene: str) -> str | None:
    """Id of the gene of a transcript: in its name, as of GENCODE, or else the gene's symbol."""
    parts = name.split("|")
    stable = next((part for part in parts if part.startswith("ENS") and "G0" in part), "")
    return stable.partition(".")[0] or gene or None


def _without_copy_numbers(names: pd.Index, table: pd.DataFrame) -> pd.Index:
    """Give the names of miRNAs as they were before R made them unique: x, x.1, x.2."""
    every = set(names)
    mirna = table["known"].to_numpy(bool) & table["class"].isin((MIRNA, PRECURSOR)).to_numpy()
    return pd.Index(
        [
            base if known and (base := _COPY.sub("", str(name))) in every else name
            for name, known in zip(names, mirna, strict=True)
        ],
        dtype=object,
    )


def _one_row_a_name(
    counts: pd.DataFrame, table: pd.DataFrame, layout: Layout, path: str
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Bring rows of the same name together, as far as it is known what they are."""
    names = counts.index
    if names.is_unique:
        return counts, table, []
    groups = counts.groupby(names.to_numpy(), sort=False)
    again = names[names.duplicated()].unique()
    examples = ", ".join(map(str, again[:SHOWN]))
    if layout.repeated == PARTS:
        merged, note = groups.sum(), f"rows of one name are added up ({len(again):,} names)"
    elif layout.repeated == LOCI:
        most = counts.assign(total=counts.sum(axis=1).to_numpy())
        best = most.reset_index(drop=True)["total"].groupby(names.to_numpy(), sort=False).idxmax()
        merged = counts.iloc[best.to_numpy()]
        note = (
            f"{len(again):,} miRNAs have a row for each of their hairpins ({examples}): the row"
            " with the most reads counts, they are not added up"
        )
    elif _all_alike(counts):
        merged = groups.first()
        note = (
            f"{len(again):,} names have several rows with the same counts ({examples}): one counts"
        )
    else:
        raise EvcargoError(
            f"{path}: feature {again[0]!r} is on several rows with different counts"
            f" ({len(again):,} such features). If they are parts of one RNA (isomiRs), sum them; if"
            " they are its places in the genome, give each a name of its own"
        )
    first = ~names.duplicated()
    return merged, table[first].reset_index(drop=True), [note]


def _all_alike(counts: pd.DataFrame) -> bool:
    """Whether rows of the same name have the same counts."""
    repeated = counts[counts.index.duplicated(keep=False)]
    spread = repeated.groupby(level=0).agg(np.ptp)
    return bool((spread == 0).all(axis=None))


def _loci_counted_once(
    counts: pd.DataFrame, table: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Leave out further loci of mature miRNAs, where each was given all reads of the miRNA.

    miRBase's GFF3 names them MIMAT0000062, MIMAT0000062_1 ... Whole counts that are the same at all
    loci are of reads that were counted at each; parts of reads, and reads that fit one locus only,
    are added up.
    """
    is_copy = table["name"].str.fullmatch(_LOCUS).to_numpy(bool)
    several = table["feature"].isin(table.loc[is_copy, "feature"]).to_numpy()
    of_loci = counts[several].set_axis(table.loc[several, "feature"].to_numpy(), axis=0)
    whole = bool((of_loci == of_loci.round()).all(axis=None))
    if (
        not is_copy.any()
        or not whole
        or not (of_loci > 0).any(axis=None)
        or not _all_alike(of_loci)
    ):
        return counts, table, ""
    repeated = several & table["feature"].duplicated().to_numpy()
    note = f"{int(repeated.sum()):,} further loci of miRNAs have the same reads and are not added"
    return counts[~repeated], table[~repeated].reset_index(drop=True), note


def _one_row_a_feature(
    counts: pd.DataFrame, table: pd.DataFrame, silent: bool
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Add up rows with different names that stand for one RNA."""
    ids = table["feature"].to_numpy()
    index = pd.Index(ids)
    if index.is_unique:
        return counts, table, []
    merged = counts.groupby(ids, sort=False).sum()
    first = ~index.duplicated()
    again = index[index.duplicated()].unique()
    by_feature = table.groupby("feature", sort=False)["name"]
    joined = by_feature.agg(lambda names: ";".join(dict.fromkeys(names)))
    table = table[first].assign(name=joined.to_numpy()).reset_index(drop=True)
    if silent:
        return merged, table.assign(name=table["feature"]), []
    examples = "; ".join(
        f"{joined[name].replace(';', ' and ')} as {name}" for name in again[:SHOWN]
    )
    more = f" and {len(again) - SHOWN} more" if len(again) > SHOWN else ""
    return merged, table, [f"rows of one miRNA are added up: {examples}{more}"]
