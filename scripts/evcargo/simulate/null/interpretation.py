"""Null studies of interpretation: sorting, gene sets, targets of miRNAs, origin, mixtures."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evcargo.differential.design import COMPARISON
from evcargo.interpretation.camera import ranked
from evcargo.interpretation.deconvolution import fit_mixture
from evcargo.interpretation.gene_sets import Membership, membership
from evcargo.interpretation.genes import gene_table
from evcargo.interpretation.gmt import GeneSet
from evcargo.interpretation.origin import score_origins
from evcargo.interpretation.overrepresentation import overrepresentation
from evcargo.interpretation.repression import partial_correlations, target_shifts
from evcargo.interpretation.sorting import AssayTests, sort_cargo
from evcargo.interpretation.sorting_model import count_difference, protein_difference
from evcargo.simulate.null import counts, proteins
from evcargo.simulate.null.design import (
    DESIGNS,
    PAIR,
    REFERENCE,
    TEST,
    Floats,
    Null,
    p_values_of,
)

if TYPE_CHECKING:
    from anndata import AnnData

SUBJECTS, IN_SET = 8, 15
LIMITS, ALPHA = (3, 500), 0.05
#: P-value below which a gene counts as a hit where sets are tested: nothing is left once adjusted.
HIT = 0.2
DIFFERENCE = {
    "proteins": partial(protein_difference, min_samples=2, how=proteins.HOW),
    "rna": partial(count_difference, alpha=ALPHA, expressed=counts.EXPRESSED, size_factors="auto"),
}
NO_PANELS = pd.DataFrame(
    columns=["panel", "category", "role", "gene", "symbols", "accessions", "taxon", "origin"]
)


def two_materials(rng: np.random.Generator, assay: str, subjects: bool) -> "AnnData":
    """EVs and source of eight subjects, levels drawn for the subjects, materials within them."""
    levels = np.repeat(rng.permutation([TEST, REFERENCE] * (SUBJECTS // 2)), 2).tolist()
    materials = np.concatenate([rng.permutation(["ev", "source"]) for _ in range(SUBJECTS)])
    names = [f"u{number // 2}" for number in range(2 * SUBJECTS)]
    units = np.arange(2 * SUBJECTS) // 2 if subjects else None
    sheet = {"condition": levels, "subject": names if subjects else [""] * len(names)}
    sheet["material"] = materials.tolist()
    if assay == "proteins":
        return proteins.matrix_of(proteins.log2_values(rng, 2 * SUBJECTS, units), sheet)
    values = counts.counts_of(rng, 2 * SUBJECTS, units)
    matrix = proteins.matrix_of(np.zeros_like(values), sheet)
    matrix.X, matrix.var["class"] = values.T, "miRNA"
    return matrix


def sorting_table(rng: np.random.Generator, assay: str, subjects: bool) -> pd.DataFrame:
    """Enrichment of EVs over source in a study of one condition: contract ``sorting``."""
    matrix = two_materials(rng, assay, subjects)
    matrix.obs["condition"] = TEST
    test = partial(proteins.compare if assay == "proteins" else counts.compare, alone=True)
    tests = AssayTests(test, test, DIFFERENCE[assay], ALPHA, 2)
    return sort_cargo(matrix, assay, [], {}, tests, NO_PANELS)["sorting"]


def sorted_into_evs(
    rng: np.random.Generator, assay: str, subjects: bool, column: str = "p_value"
) -> Floats:
    """P-values of the enrichment of EVs over source, or of the detection."""
    return p_values_of(sorting_table(rng, assay, subjects), column)


def sorting_differs(rng: np.random.Generator, assay: str, subjects: bool) -> Floats:
    """P-values of the difference in sorting between two levels."""
    matrix = two_materials(rng, assay, subjects)
    return p_values_of(DIFFERENCE[assay](matrix, PAIR).figures)


def genes_of(rng: np.random.Generator, together: float) -> pd.DataFrame:
    """Genes of a null study; the errors of the first `IN_SET` are correlated by `together`."""
    design = DESIGNS["two levels"]
    samples = len(design.labels)
    values = rng.normal(0, 1, (120, samples))
    values[:IN_SET] *= np.sqrt(1 - together)
    values[:IN_SET] += np.sqrt(together) * rng.normal(0, 1, samples)
    matrix = proteins.matrix_of(25 + values, design.drawn(rng))
    table = proteins.compare(matrix, design.contrast, alone=True).table
    table = table.assign(flag="", robustness="not assessed", robustness_reason="")
    table[["log2_fold_change_given_purity", "p_value_given_purity"]] = np.nan
    table["significant"] = table["p_value"] < HIT
    return gene_table(table, pd.Series(table["feature"].tolist(), table["feature"].tolist()))


def over_represented(rng: np.random.Generator, together: float) -> Floats:
    """P-values of one set among the hits, in either direction."""
    genes = genes_of(rng, together)
    return p_values_of(overrepresentation(genes, _one_set(genes), LIMITS, ALPHA))


def in_ranking(rng: np.random.Generator, together: float, allowed: float) -> Floats:
    """P-value of one set in the ranking; `allowed` is the correlation that camera allows for."""
    genes = genes_of(rng, together)
    return p_values_of(ranked(genes, _one_set(genes), LIMITS, allowed, ALPHA))


def _one_set(genes: pd.DataFrame) -> Membership:
    names = tuple(f"p{number}" for number in range(IN_SET))
    return membership([GeneSet("simulated", "first", "", names)], genes.index)


def targets_shifted(rng: np.random.Generator) -> Floats:
    """P-values of the targets of two miRNAs among the genes of a null study."""
    genes = genes_of(rng, 0.0)
    mirnas = pd.DataFrame(
        {"symbol": ["m1", "m2"], "log2_fold_change": [1.0, -1.0]}, pd.Index(["m1", "m2"])
    ).assign(significant=True, robustness="stands")
    pairs = pd.DataFrame(
        {"mirna": ["m1"] * 30 + ["m2"] * 30, "gene": [f"p{n}" for n in range(60)], "support": ""}
    )
    return p_values_of(target_shifts(mirnas, genes, pairs, 3, 0.0, ALPHA))


def targets_correlated(rng: np.random.Generator) -> Floats:
    """P-values of miRNAs and a gene that differ between the groups, and have no more in common."""
    group = rng.permutation(np.repeat([0.0, 1.0], 6))
    x, y = rng.normal(size=(5, 12)) + group, rng.normal(size=12) - group
    design = pd.DataFrame({"intercept": 1.0, COMPARISON: group}).to_numpy()
    return partial_correlations(x, y, design, np.arange(12), 6)[2]


def origin(rng: np.random.Generator) -> Floats:
    """P-values of a signature of genes drawn at random, in three samples."""
    matrix = proteins.matrix_of(rng.normal(25, 2, (200, 3)), {"condition": ["", "", ""]})
    chosen = rng.choice(200, 8, replace=False)
    signature = pd.DataFrame(
        {"signature": "drawn", "gene": [f"P{n}" for n in chosen], "weight": 1.0, "note": "",
         "symbols": [[f"P{n}"] for n in chosen], "given_by": "simulated"}
    )  # fmt: skip
    return p_values_of(score_origins({"proteins": matrix}, signature, "human", ALPHA))


def nothing_missing(rng: np.random.Generator) -> Floats:
    """P-value that features stand out above the fit, in a mixture of the very sources."""
    sources = rng.lognormal(0, 1.5, (200, 3))
    amounts = rng.dirichlet(np.ones(3))
    quantities = sources @ amounts * 2 ** rng.normal(0, 0.5, 200)
    return np.array([fit_mixture(sources, quantities, bootstraps=0).skewness])


NULLS: Mapping[str, Null] = {
    **{
        f"EVs v source, {assay}: {name}": Null(partial(sorted_into_evs, assay=assay, subjects=own))
        for assay in ("proteins", "rna")
        for name, own in {"independent": False, "pairs by subject": True}.items()
    },
    **{
        f"EVs v source, presence: {name}": Null(
            partial(sorted_into_evs, assay="proteins", subjects=own, column="detection_p_value"),
            discrete=True,
        )
        for name, own in {"independent": False, "pairs by subject": True}.items()
    },
    **{
        f"difference in sorting, {assay}: {name}": Null(
            partial(sorting_differs, assay=assay, subjects=own)
        )
        for assay in ("proteins", "rna")
        for name, own in {"independent": False, "by subject": True}.items()
    },
    **{
        f"over-representation: genes of the set correlated by {together:g}": Null(
            partial(over_represented, together=together), discrete=True
        )
        for together in (0, 0.1)
    },
    **{
        f"ranking allowing for {allowed:g}: genes of the set correlated by {together:g}": Null(
            partial(in_ranking, together=together, allowed=allowed)
        )
        for together, allowed in ((0, 0), (0, 0.01), (0.01, 0.01), (0.1, 0.01), (0.1, 0.1))
    },
    "targets of a miRNA: shift": Null(targets_shifted),
    "targets of a miRNA: correlation": Null(targets_correlated),
    "origin: random genes": Null(origin),
    "mixture: nothing missing": Null(nothing_missing),
}
