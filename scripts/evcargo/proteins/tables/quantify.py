"""From the contents of tables to protein quantities of samples."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.quantities import by_sample, ions_by_sample, replicates_of, roll_up
from evcargo.proteins.tables.contents import Content
from evcargo.proteins.tables.groups import by_parsimony, describe
from evcargo.proteins.tables.names import members
from evcargo.proteins.tables.naming import Naming
from evcargo.proteins.tables.reader import TEXTS
from evcargo.study.notes import listed

SPECTRA = "spectral_count"
NamingOf = Callable[[Content], Naming]
"""Gives the naming of a table: in some tables bare numbers are gene ids."""


@dataclass(frozen=True)
class Quantities:
    """Protein quantities.

    Parameters
    ----------
    by_run, by_sample
        Feature x run and feature x sample, linear, NaN where missing.
    proteins
        Description of the features, same index.
    layers
        ``spectral_count`` and ``ibaq``: feature x sample, NaN where the engine says nothing.
    """

    by_run: pd.DataFrame
    by_sample: pd.DataFrame
    proteins: pd.DataFrame
    layers: dict[str, pd.DataFrame]


def quantities_of_proteins(
    contents: Sequence[Content], runs: pd.DataFrame, naming: NamingOf
) -> Quantities:
    """Join tables of protein quantities."""
    parts = [_proteins_of(content, naming(content)) for content in contents]
    by_run = pd.concat([part.by_run for part in parts], axis=1)
    proteins = _joined([part.proteins for part in parts]).reindex(by_run.index)
    counts = pd.concat([part.layers[SPECTRA] for part in parts], axis=1)
    ibaq = pd.concat([part.layers["ibaq"] for part in parts], axis=1)
    layers = {SPECTRA: _counted(counts, runs), "ibaq": _averaged(ibaq, runs)}
    return Quantities(by_run, _averaged(by_run, runs), proteins, layers)


def _proteins_of(content: Content, naming: Naming) -> Quantities:
    """Quantities of one table by run; its samples are made when all tables are joined."""
    order, path = list(content.choice.runs), content.table.path
    if content.is_wide:
        proteins = describe(path, content.groups, naming)
        values, counts, ibaq = (
            table.set_axis(proteins.index).reindex(columns=order).astype(float)
            for table in (content.values, content.counts, content.ibaq)
        )
    else:
        about = _with_peptides(content.groups, content.long)
        proteins = describe(path, about, naming)
        feature = dict(zip(about["group"], proteins.index, strict=True))
        long = content.long.assign(feature=content.long["group"].map(feature))
        values = _wide(long, "intensity", content.format.repeated, order).reindex(proteins.index)
        counts = _wide(long, "count", "sum", order).reindex(proteins.index)
        ibaq = pd.DataFrame(np.nan, proteins.index, order)
    return Quantities(values, values, proteins, {SPECTRA: counts, "ibaq": ibaq})


def _wide(long: pd.DataFrame, value: str, how: str, runs: list[str]) -> pd.DataFrame:
    """Feature x run; rows of one feature and run are joined, ``mean`` on the log2 scale."""
    known = long[long[value].notna()]
    if how == "mean":
        known = known.assign(**{value: np.log2(known[value])})
    table = known.groupby(["feature", "run"], sort=False)[value].agg(how).unstack("run")
    table = table.reindex(columns=runs).astype(float)
    return 2.0**table if how == "mean" else table


def _with_peptides(about: pd.DataFrame, long: pd.DataFrame) -> pd.DataFrame:
    """Count the peptides of each group in the rows that stayed."""
    pairs = long[long["peptide"] != ""].drop_duplicates(["group", "peptide"])
    if pairs.empty:
        return about
    sizes = pairs.groupby("group").size()
    about = about.assign(n_peptides=about["group"].map(sizes).astype(float))
    if "unique" in pairs:
        own = pairs[pairs["unique"]].groupby("group").size().reindex(sizes.index, fill_value=0)
        about["n_unique_peptides"] = about["group"].map(own).astype(float)
    return about


def quantities_of_ions(
    contents: Sequence[Content],
    runs: pd.DataFrame,
    method: str,
    min_peptides: int,
    naming: Naming,
) -> Quantities:
    """Roll ions of all tables up to proteins.

    Parameters
    ----------
    contents
        Tables of ions, or of PSMs, which are counted.
    runs
        Run sheet, proteins only.
    method, min_peptides
        See `evcargo.proteins.quantities.roll_up`; a group with fewer peptides has no quantity.
    naming
        Names of the proteins of the organism.
    """
    long, about = grouped(contents, naming.genes.organism)
    proteins = describe(contents[0].table.path, about, naming)
    feature = dict(zip(about["group"], proteins.index, strict=True))
    long = long.assign(feature=long["group"].map(feature))
    counts = _counts(long, contents)
    ions = long[long["intensity"] > 0]
    ions = ions.assign(ion=ions["feature"] + "\t" + ions["ion"])
    repeated = contents[0].format.repeated
    keys = ["run", "feature", "ion"]
    ions = ions.groupby(keys, sort=True)["intensity"].agg(repeated).reset_index()
    enough = proteins.index[proteins["n_peptides"].fillna(np.inf) >= min_peptides]
    ions = ions[ions["feature"].isin(enough)]
    own = runs[runs["path"].isin([one.table.path for one in contents])]
    sampled = ions_by_sample(ions, own)
    group_of = ions.drop_duplicates("ion").set_index("ion")["feature"]
    rolled = roll_up(sampled, group_of, method)
    names = own["run"].astype(str).tolist()
    by_run = _wide(ions, "intensity", "sum", names).reindex(proteins.index)
    nothing = pd.DataFrame(np.nan, index=proteins.index, columns=sampled.columns)
    spectra = counts.reindex(index=proteins.index, columns=names)
    return Quantities(
        by_run,
        rolled.reindex(index=proteins.index, columns=sampled.columns),
        proteins,
        {SPECTRA: _counted(spectra, own), "ibaq": nothing},
    )


def grouped(contents: Sequence[Content], organism: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the rows of all tables of ions with their final group, and describe each group."""
    long = pd.concat([one.long for one in contents], ignore_index=True)
    about = pd.concat([one.groups for one in contents])
    about = about[~about["group"].duplicated()]
    if not any(one.format.parsimony for one in contents):
        return long, _with_peptides(about, long[long["intensity"] > 0])
    held = long[long["peptide"] != ""]
    pairs = held.drop_duplicates(["peptide", "group"])
    holders: dict[str, list[str]] = {}
    for peptide, group in zip(pairs["peptide"], pairs["group"], strict=True):
        holders.setdefault(peptide, []).extend(members(group))
    group_of, figures = by_parsimony(holders, organism)
    text_of = {  # descriptions are those of the table's row for the protein that leads a group
        members(group)[0]: row
        for group, row in zip(about["group"], about.to_dict("records"), strict=True)
    }
    blank = {**dict.fromkeys(TEXTS, ""), "marked": False}
    rows = [
        blank | text_of.get(members(group)[0], {}) | {"group": group, "q_value": np.nan}
        for group in figures.index
    ]
    described = pd.DataFrame(rows).assign(**{name: figures[name].to_numpy() for name in figures})
    described = described.astype({"n_peptides": float, "n_unique_peptides": float})
    held = held.assign(group=held["peptide"].map(group_of))
    return held.drop_duplicates(_row_keys(contents[0])) if contents[
        0
    ].format.psm else held, described


def _row_keys(content: Content) -> list[str]:
    return ["run", "peptide", "ion"] if content.format.level == "psm" else ["run", "group", "ion"]


def _counts(long: pd.DataFrame, contents: Sequence[Content]) -> pd.DataFrame:
    value = "intensity" if contents[0].format.level == "psm" else "count"
    known = long[long[value].notna()]
    if known.empty:
        return pd.DataFrame(dtype=float)
    return known.groupby(["feature", "run"])[value].sum().unstack("run")


def refuse_two_levels(contents: Iterable[Content], runs: pd.DataFrame) -> None:
    """Refuse samples of which one table holds proteins and another peptides.

    Raises
    ------
    EvcargoError
        If there are any: their quantities cannot be joined.
    """
    is_protein = {one.table.path: one.format.level == "protein" for one in contents}
    rows = runs[runs["path"].astype(str).isin(is_protein)]
    levels = rows["path"].astype(str).map(is_protein).groupby(rows["sample"].astype(str)).nunique()
    both = levels.index[levels > 1]
    if len(both):
        raise EvcargoError(
            f"run sheet: the samples {listed(both)} come both from tables of proteins and from"
            " tables of peptides, whose quantities cannot be joined. Give a sample tables of one"
            " kind"
        )


def joined(parts: Sequence[Quantities]) -> Quantities:
    """Join the quantities of tables of different levels; a sample comes from one level only."""
    if len(parts) == 1:
        return parts[0]
    by_run = pd.concat([part.by_run for part in parts], axis=1)
    return Quantities(
        by_run,
        pd.concat([part.by_sample for part in parts], axis=1),
        _joined([part.proteins for part in parts]).reindex(by_run.index),
        {
            name: pd.concat([part.layers[name] for part in parts], axis=1)
            for name in parts[0].layers
        },
    )


def _joined(described: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Proteins of all tables; what the first table does not know of a protein the next may."""
    proteins = described[0].replace("", None)
    for more in described[1:]:
        peptides = ["n_peptides", "n_unique_peptides"]
        both = proteins.index.intersection(more.index)
        most = proteins.loc[both, peptides].combine(more.loc[both, peptides], np.fmax)
        marked = proteins.loc[both, "is_contaminant"] | more.loc[both, "is_contaminant"]
        lowest = proteins.loc[both, "q_value"].combine(more.loc[both, "q_value"], np.fmin)
        proteins = proteins.combine_first(more.replace("", None))
        proteins.loc[both, peptides] = most
        proteins.loc[both, "is_contaminant"] = marked
        proteins.loc[both, "q_value"] = lowest
    proteins["healed"] = proteins["healed"].eq(True)
    text = ["name", "gene", "gene_in_table", "accessions", "taxon"]
    proteins[text] = proteins[text].fillna("")
    proteins["ambiguous"] = proteins["n_unique_peptides"] == 0
    return proteins.astype({"is_contaminant": bool} | dict.fromkeys(text, object))


def _averaged(by_run: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """`by_sample` for the runs of the sheet that the table has."""
    return by_sample(by_run, runs[runs["run"].astype(str).isin(by_run.columns)])


def _counted(counts: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Sum counts over fractions and average them over replicates; NaN where nothing is said."""
    own = runs[runs["run"].astype(str).isin(counts.columns)]
    columns = {name: table.mean(axis=1) for name, table in replicates_of(counts, own)}
    return pd.DataFrame(columns, index=counts.index)
