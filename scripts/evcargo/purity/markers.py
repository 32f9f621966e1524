"""Which protein groups carry the markers of the panels."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.purity.panels import is_mirna, read_panels, split

if TYPE_CHECKING:
    from anndata import AnnData

BOVINE = "9913"
__all__ = ["as_host", "marker_table", "match", "plain_accession", "read_panels"]
DETECTED, ABSENT, SHALLOW = "detected", "not detected", "not assessed"
AMBIGUOUS, TRANSFERRED = "ambiguous", "transferred"
UNCLEAR = (AMBIGUOUS, TRANSFERRED)  # neither there nor absent


def plain_accession(accession: str) -> str:
    """UniProt accession without contaminant prefix, database name and isoform number."""
    bare = re.sub(r"^(CON__|CONT_|CONTAM_)", "", accession.strip().upper())
    if bare.count("|") == 2:
        bare = bare.split("|")[1]
    return re.sub(r"-\d+$", "", bare)


IDENTICAL = "bovine_identical"
"""Panel of bovine accessions whose sequence is a human one, which stands among their `symbols`."""


def as_host(var: pd.DataFrame, panels: pd.DataFrame) -> pd.DataFrame:
    """Give the host its proteins back that a table lists as bovine contaminants.

    A group led by a bovine protein of the panel `IDENTICAL` gets the accession of the human protein
    of the same sequence, no taxon, and no contaminant tag: no peptide can tell the two.

    Parameters
    ----------
    var, panels
        As for `match`.
    """
    rows = panels[panels["panel"] == IDENTICAL]
    human = {
        accession: names[0]
        for names, accessions in zip(rows["symbols"], rows["accessions"], strict=True)
        for accession in accessions
    }
    first = [
        plain_accession((split(cell) or [str(feature)])[0])
        for feature, cell in zip(var.index, var["accessions"], strict=True)
    ]
    same = np.array([accession in human for accession in first], dtype=bool)
    if not same.any():
        return var
    host = var.copy()
    host["accessions"] = [
        human.get(accession, cell) for accession, cell in zip(first, var["accessions"], strict=True)
    ]
    host["taxon"] = var["taxon"].astype(str).where(~same, "")
    host["is_contaminant"] = var["is_contaminant"].astype(bool) & ~same
    return host


def match(var: pd.DataFrame, panels: pd.DataFrame) -> pd.DataFrame:
    """Protein groups that carry markers.

    A marker is found by its UniProt accession, or by its gene symbol (any case) if the group is of
    the marker's taxon. Where the taxon is not known, the symbol counts only for groups that are not
    tagged as contaminants: bovine ALB must never be taken for the host's.

    Parameters
    ----------
    var
        Features of a protein matrix: index = leading accession, columns `gene`, `accessions`,
        `taxon`, `is_contaminant`.
    panels
        Of `read_panels`.

    Returns
    -------
    pandas.DataFrame
        One row per feature and row of `panels`: `feature`, `leading` (True if the leading protein
        of the group is the marker; False if only another member is, so that the evidence is
        ambiguous), `row` (label in `panels`) and `panel`, `category`, `role`, `gene`, `origin`.
    """
    var = as_host(var, panels)
    by_accession = _lookup(zip(panels.index, panels["accessions"], strict=True))
    by_symbol = _lookup(
        (row, [(symbol, taxon) for symbol in symbols])
        for row, symbols, taxon in zip(
            panels.index, panels["symbols"], panels["taxon"], strict=True
        )
    )
    found: dict[tuple[str, object], bool] = {}
    for feature, accessions, genes, taxa in _members(var, set(panels["taxon"])):
        for number, accession in enumerate(accessions):
            for row in by_accession.get(accession, ()):
                found[feature, row] = found.get((feature, row), False) or number == 0
        for number, gene in enumerate(genes):
            for row in (row for taxon in taxa for row in by_symbol.get((gene, taxon), ())):
                found[feature, row] = found.get((feature, row), False) or number == 0
    matches = pd.DataFrame(
        [(feature, leading, row) for (feature, row), leading in found.items()],
        columns=["feature", "leading", "row"],
    ).astype({"leading": bool})
    return matches.join(panels[["panel", "category", "role", "gene", "origin"]], on="row")


def _lookup(keys: Iterable[tuple[object, Iterable]]) -> dict[object, list]:
    table: dict[object, list] = {}
    for row, names in keys:
        for name in names:
            table.setdefault(name, []).append(row)
    return table


def _members(
    var: pd.DataFrame, marker_taxa: set[str]
) -> Iterator[tuple[str, list[str], list[str], list[str]]]:
    hosts = sorted(marker_taxa - {BOVINE})
    columns = (var["accessions"], var["gene"], var["taxon"], var["is_contaminant"])
    for feature, accessions, genes, taxon, contaminant in zip(var.index, *columns, strict=True):
        plain = [plain_accession(one) for one in split(accessions) or [str(feature)]]
        taxon = str(taxon)
        taxa = [taxon] if taxon else ([] if contaminant else hosts)
        yield str(feature), plain, split(genes), taxa


def marker_table(
    matrix: "AnnData",
    panels: pd.DataFrame,
    matches: pd.DataFrame,
    min_depth: int | pd.Series,
    out_of_reach: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Evidence of every marker in every sample, under the contract ``markers``.

    Parameters
    ----------
    matrix
        Protein matrix; `X` holds raw intensity, NaN for missing.
    panels, matches
        Of `read_panels` and `match`.
    min_depth
        Protein groups that a sample needs before the absence of a marker counts, one number or by
        sample; those that it has by transfer alone do not count.
    out_of_reach
        Of `evcargo.purity.depth.out_of_reach`: groups that a sample would not show even if it held
        them; the absence of a marker that all lead such groups does not count either.

    Returns
    -------
    pandas.DataFrame
        One row per sample and marker that has a symbol. `evidence` is `detected` (the leading
        protein of a quantified group), `transferred` (the same, but see `only_transferred`),
        `ambiguous` (only another member of the group), `not detected`, or `not assessed` (the run
        is too shallow for the absence to mean anything).
    """
    lent = only_transferred(matrix)
    if out_of_reach is None:
        out_of_reach = pd.DataFrame(False, index=matrix.obs_names, columns=matrix.var_names)
    named = panels[(panels["gene"] != "") & panels["role"].ne("signature")]
    named = named[~named["gene"].map(is_mirna)]
    needed = pd.Series(min_depth, matrix.obs_names).to_numpy()
    parts = [
        _sample_markers(
            matrix, number, named, matches, lent[number], needed[number], out_of_reach.iloc[number]
        )
        for number in range(matrix.n_obs)
    ]
    return pd.concat(parts, ignore_index=True)


def only_transferred(matrix: "AnnData") -> NDArray[np.bool_]:
    """Tell which quantities stand on ions of other runs alone (samples x groups).

    No spectrum of the sample shows such a group: match between runs found peaks where the ions of
    other runs should be. That is a quantity, but no proof that the protein is there.
    """
    if "transferred" not in matrix.layers:
        return np.zeros(matrix.shape, bool)
    lent = np.asarray(matrix.layers["transferred"], float) == 1
    if "spectral_count" in matrix.layers:  # a spectrum whose own ion has no peak
        lent &= ~(np.asarray(matrix.layers["spectral_count"], float) > 0)
    return lent


def _sample_markers(
    matrix: "AnnData",
    number: int,
    panels: pd.DataFrame,
    matches: pd.DataFrame,
    lent: NDArray[np.bool_],
    min_depth: int,
    hidden: pd.Series,
) -> pd.DataFrame:
    seen = pd.Series(np.asarray(matrix.X[number], dtype=float), index=matrix.var_names).dropna()
    groups = pd.DataFrame(
        {
            "intensity": seen,
            "share": seen / seen.sum(),
            "rank": seen.rank(ascending=False, method="first"),
            "n_peptides": matrix.var["n_peptides"].reindex(seen.index),
            "own": ~pd.Series(lent, index=matrix.var_names).reindex(seen.index),
        }
    )
    here = matches[matches["feature"].isin(seen.index)].join(groups, on="feature")
    # The clearest evidence of a marker: a group that it leads, by the sample's own spectra, and of
    # these the most intense.
    order = ["leading", "own", "intensity", "feature"]
    best = here.sort_values(order, ascending=[False, False, False, True])
    best = best.drop_duplicates("row").set_index("row")
    rows = panels[["panel", "category", "role", "gene"]].join(
        best[["leading", "own", "feature", "intensity", "share", "rank", "n_peptides"]]
    )
    rows.insert(0, "sample", matrix.obs_names[number])
    deep = groups["own"].sum() >= min_depth
    known = matches[matches["leading"]]
    out_of_reach = pd.Series(hidden[known["feature"]].to_numpy(bool)).groupby(
        known["row"].to_numpy()
    )
    reachable = ~out_of_reach.all().reindex(rows.index).eq(True)
    leads = rows["leading"].eq(True)
    rows["evidence"] = np.select(
        [leads & rows["own"].eq(True), leads, rows["leading"].eq(False)],
        [DETECTED, TRANSFERRED, AMBIGUOUS],
        np.where(reachable & deep, ABSENT, SHALLOW),
    )
    return rows.drop(columns=["leading", "own"])
