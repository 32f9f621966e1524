"""From features to genes: the units that gene sets are made of, each counted once.

* A protein group counts for one gene: that of its leading protein. Its further genes, which its
  peptides cannot tell from the first, do not count.
* Of several features of one gene (isoforms, precursors, paralogues under one symbol) the one with
  the highest mean counts, which is chosen without a look at the test.
* A feature of another organism (bovine serum) is no gene of the study: it would otherwise stand for
  the host's gene of that symbol. So is a feature tagged as a contaminant without a known taxon.
* Of small RNA only miRNAs count, by their name without species.
* Only tested features make the background.
"""

import numpy as np
import pandas as pd
from scipy.stats import norm

from evcargo.differential.verdicts import NOT_ASSESSED
from evcargo.purity.haemolysis import plain_mirna
from evcargo.purity.markers import plain_accession
from evcargo.purity.panels import HOST_TAXON, split

UP, DOWN, ANY = "up", "down", "any"


def gene_names(var: pd.DataFrame, assay: str, organism: str) -> pd.Series:
    """Name the gene of every feature.

    Parameters
    ----------
    var
        `var` of the matrix of the assay.
    assay
        proteins, rna or transcripts.
    organism
        Organism of the study.

    Returns
    -------
    pandas.Series
        Feature -> gene, written as in sets: symbol in upper case (the accession where a protein has
        none), or plain name of a miRNA; features that are no gene of the study are left out.
    """
    features = var.index.astype(str)
    if assay == "rna":
        mirnas = (var["class"].astype(str) == "miRNA").to_numpy()
        return pd.Series([plain_mirna(name) for name in features[mirnas]], features[mirnas])
    symbols = [(split(cell) or [""])[0] for cell in _text(var["gene"])]
    names = pd.Series(symbols, features)
    if assay == "proteins":
        accessions = [plain_accession(name) for name in features]
        names = names.where(names != "", accessions)
        taxon = _text(var["taxon"])
        tagged = var["is_contaminant"].to_numpy(bool)
        return names[(taxon == HOST_TAXON[organism]) | ((taxon == "") & ~tagged)]
    names = names.where(names != "", np.char.upper(_text(var["name"])))
    return names[(names != "") & (var["class"].astype(str) != "spike_in").to_numpy()]


def _text(column: pd.Series) -> np.ndarray:
    """Cells as text, empty where missing; a matrix may keep its columns as categories."""
    return column.astype("string").fillna("").to_numpy(str)


def gene_table(table: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Reduce the table of a contrast to one tested feature per gene.

    Parameters
    ----------
    table
        Contract ``differential``.
    names
        Of `gene_names`.

    Returns
    -------
    pandas.DataFrame
        Index `gene`, sorted; columns of `table`, `symbol` (as the study writes the gene), and `z`
        and `z_given_purity` (see `signed_z`).
    """
    tested = table[table["tested"].fillna(False) & table["feature"].isin(names.index)]
    genes = tested.assign(gene=names.reindex(tested["feature"]).to_numpy())
    genes = genes.sort_values(["gene", "mean", "feature"], ascending=[True, False, True])
    genes = genes.drop_duplicates("gene").set_index("gene")
    genes["symbol"] = genes["name"].fillna(genes["feature"]).str.split(";").str[0]
    genes["z"] = signed_z(genes["p_value"], genes["log2_fold_change"])
    genes["z_given_purity"] = signed_z(
        genes["p_value_given_purity"], genes["log2_fold_change_given_purity"]
    )
    return genes


def signed_z(p_values: pd.Series, fold_changes: pd.Series) -> pd.Series:
    """Turn p-values into the normal quantiles that have them, with the sign of the fold change.

    So the moderated t of proteins with few and many values, and the Wald z of counts, are on one
    scale (as limma's camera does with t). Without a fold change (contrasts of kind any) the
    quantile is one-sided: the higher, the more the levels differ; it is normal as well if they do
    not.
    """
    p = p_values.astype(float).to_numpy(na_value=np.nan)
    change = fold_changes.astype(float).to_numpy(na_value=np.nan)
    bounded = np.clip(p, 1e-300, 1 - 1e-16)
    z = np.sign(change) * norm.isf(bounded / 2)
    if np.isnan(change).all():
        z = norm.isf(bounded)
    return pd.Series(z, p_values.index)


def why_not_judged(genes: pd.DataFrame) -> str:
    """Say why the hits of a contrast were not held to purity, as most of them say."""
    hits = genes[genes["significant"].fillna(False).astype(bool)]
    reasons = hits.loc[hits["robustness"] == NOT_ASSESSED, "robustness_reason"].dropna()
    reasons = reasons[reasons != ""]
    return str(reasons.mode().iloc[0]) if len(reasons) else "there is no model with purity axes"


def hits_of(genes: pd.DataFrame) -> dict[str, np.ndarray]:
    """Tell which genes are significant, by direction; without fold changes in any direction."""
    significant = genes["significant"].fillna(False).to_numpy(bool)
    change = genes["log2_fold_change"].astype(float).to_numpy(na_value=np.nan)
    if len(change) and np.isnan(change).all():
        return {ANY: significant}
    return {UP: significant & (change > 0), DOWN: significant & (change < 0)}
