"""Tables of interpretation of the invented study, by the functions of the stage itself."""

import numpy as np
import pandas as pd

from evcargo.interpretation.camera import ranked
from evcargo.interpretation.concordance import concordance, correlation
from evcargo.interpretation.gene_sets import membership
from evcargo.interpretation.genes import gene_table
from evcargo.interpretation.gmt import GeneSet
from evcargo.interpretation.overrepresentation import overrepresentation
from evcargo.interpretation.repression import target_shifts


def interpretation_tables(
    tables: dict[str, pd.DataFrame], contrast: str, word: str
) -> dict[str, dict[str, pd.DataFrame]]:
    """Contract -> name of the file without it -> table; `word` names a set, as a user may."""
    genes = {assay: _genes(table) for assay, table in tables.items()}
    made: dict[str, dict[str, pd.DataFrame]] = {"overrepresentation": {}, "ranked": {}}
    for assay, tested in genes.items():
        names = list(tested.index)
        first = "MIR" if assay == "rna" else "GENE"
        sets = [
            GeneSet("own", word, "made up", tuple(f"{first}{i}" for i in range(1, 9))),
            GeneSet("own", "PLASMA", "", (f"{first}4", f"{first}5", f"{first}7", f"{first}60")),
            GeneSet("evcargo panels", "quiet", "at rest", tuple(names[-40:])),
            GeneSet("evcargo panels", "tiny", "one gene", tuple(names[:1])),
        ]
        members = membership(sets, tested.index)
        made["overrepresentation"][f"{contrast}.{assay}"] = overrepresentation(
            tested, members, (3, 500), 0.05
        )
        made["ranked"][f"{contrast}.{assay}"] = ranked(tested, members, (3, 500), 0.01, 0.05)
    if {"proteins", "transcripts"} <= set(tables):
        joined = concordance(genes["proteins"], genes["transcripts"])
        made |= {"concordance": {contrast: joined}, "correlation": {contrast: correlation(joined)}}
    if {"proteins", "rna"} <= set(tables):
        made |= _targets(genes, contrast)
    return made


def _genes(table: pd.DataFrame) -> pd.DataFrame:
    first = "MIR" if table["class"].iloc[0] == "miRNA" else "GENE"
    return gene_table(
        table, pd.Series([f"{first}{i}" for i in range(len(table))], table["feature"])
    )


def _targets(genes: dict, contrast: str) -> dict[str, dict[str, pd.DataFrame]]:
    mirnas = genes["rna"].index[genes["rna"]["significant"].astype(bool)][:3]
    pairs = pd.DataFrame(
        [(mirna, f"GENE{i}", "Functional MTI") for mirna in mirnas for i in range(100, 120)],
        columns=["mirna", "gene", "support"],
    )
    shifts = target_shifts(genes["rna"], genes["proteins"], pairs, 3, 0.01, 0.05)
    rng = np.random.default_rng(5)
    known = pairs.assign(samples=8, correlation=rng.uniform(-1, 1, len(pairs)))
    known = known.assign(p_value=rng.random(len(pairs)), adjusted_p_value=0.9, significant=False)
    known.loc[0, ["p_value", "adjusted_p_value", "significant"]] = 1e-6, 1e-4, True
    return {
        "targets": {contrast: shifts.assign(assay="proteins", not_correlated=None)},
        "target_pairs": {contrast: known.assign(assay="proteins", reason=None)},
    }
