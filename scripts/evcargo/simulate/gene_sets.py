"""How right the verdicts on gene sets are: sets of known nature in confounded studies."""

import pandas as pd

from evcargo.interpretation.camera import ranked
from evcargo.interpretation.gene_sets import membership
from evcargo.interpretation.genes import gene_names, gene_table
from evcargo.interpretation.gmt import GeneSet
from evcargo.interpretation.overrepresentation import overrepresentation
from evcargo.simulate.confounded import CARGO, HIDDEN, MIXED, Confounding, confounded_proteins
from evcargo.simulate.robustness import tested

LIMITS, CORRELATION, ALPHA, SIZE = (3, 500), 0.01, 0.05, 20
OVER, RANKING, QUIET = "over-representation", "ranking", "not significant"
CHANGED_SET, HIDDEN_SET, MIXED_SET, UNCHANGED_SET = (
    "changed cargo",
    "hidden contaminants",
    "cargo also in plasma",
    "unchanged cargo",
)


def judged_sets(seed: int, made: Confounding, panels: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Test sets of 20 proteins of known nature in a confounded study.

    Half of the set of changed cargo is truly higher at the test level; the hidden contaminants are
    in no panel, and go with the condition as the contamination does.

    Returns
    -------
    list of tuple
        Test (`OVER`, among the hits that are up, or `RANKING`), set, and its verdict or `QUIET`.
    """
    study = confounded_proteins(made, panels, seed)
    table, _ = tested(study, "proteins", panels)
    names = gene_names(study.matrix.var, "proteins", "human")
    genes = gene_table(table, names)
    truth = study.truth.assign(gene=names.reindex(study.truth.index))
    truth = truth[truth["gene"].isin(genes.index)]
    cargo = truth[truth["kind"] == CARGO]
    higher = cargo.loc[cargo["log2_fold_change"] > 0, "gene"].tolist()
    still = cargo.loc[cargo["log2_fold_change"] == 0, "gene"].tolist()
    of_kind = {kind: truth.loc[truth["kind"] == kind, "gene"].tolist() for kind in (HIDDEN, MIXED)}
    chosen = {
        CHANGED_SET: [*higher[: SIZE // 2], *still[: SIZE // 2]],
        HIDDEN_SET: of_kind[HIDDEN][:SIZE],
        MIXED_SET: of_kind[MIXED][:SIZE],
        UNCHANGED_SET: still[-SIZE:],
    }
    sets = [GeneSet("simulated", name, "", tuple(members)) for name, members in chosen.items()]
    members = membership(sets, genes.index)
    over = overrepresentation(genes, members, LIMITS, ALPHA)
    found = {
        OVER: over[over["direction"] == "up"],
        RANKING: ranked(genes, members, LIMITS, CORRELATION, ALPHA),
    }
    return [
        (test, str(row.set), str(row.robustness) or QUIET)
        for test, table in found.items()
        for row in table.itertuples()
    ]
