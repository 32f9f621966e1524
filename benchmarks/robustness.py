"""Confounded studies: what the robustness verdicts say of true and of contaminant-driven hits.

Prints, for studies in which contamination goes with the condition, how many hits the plain test
has, how many of them are false, and the share of each kind, and of all false ones, that is called
`stands`. False are contaminants in no panel and unchanged cargo; most of the latter is caused by
contamination as well, whose shift of the normalisation makes cargo seem lower: the share that is
lower tells.
"""

import argparse
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pandas as pd

from evcargo.differential.verdicts import NOT_ASSESSED, STANDS
from evcargo.purity.markers import read_panels
from evcargo.simulate.confounded import Confounding, confounded_mirnas, confounded_proteins
from evcargo.simulate.robustness import (
    CHANGED,
    CONTAMINATION,
    FALSE,
    UNCHANGED,
    judged,
    standing,
)

PANELS = Path(__file__).parents[1] / "resources" / "markers" / "panels.tsv"
STUDIES = {
    "proteins": [
        Confounding(per_group=6),
        Confounding(per_group=10),
        Confounding(per_group=4),
        Confounding(per_group=6, delta=1.8),
        Confounding(per_group=10, red_delta=1.2),
    ],
    "rna": [Confounding(per_group=n, cargo=150, hidden=25, mixed=35, changed=30) for n in (6, 10)],
}
KINDS = (CHANGED, CONTAMINATION, UNCHANGED)
MAKERS = {"proteins": confounded_proteins, "rna": confounded_mirnas}


def one(seed: int, assay: str, made: Confounding) -> pd.DataFrame:
    """Judge one study."""
    warnings.simplefilter("ignore")
    panels = read_panels(PANELS)
    hits = judged(MAKERS[assay](made, panels, seed), assay, panels)
    return hits[["what", "verdict", "log2_fold_change"]]


def shares(assay: str, made: Confounding, tables: list[pd.DataFrame]) -> str:
    """One line of the table."""
    hits = pd.concat(tables)
    stands = standing(hits)
    count = hits["what"].value_counts() / len(tables)
    open_hits = (hits["verdict"] == NOT_ASSESSED).mean()
    false = 1 - count.get(CHANGED, 0) / count.sum()
    kept = hits[hits["verdict"] == STANDS]
    false_kept = (kept["what"] != CHANGED).mean()
    lower = (hits.loc[hits["what"] == UNCHANGED, "log2_fold_change"] < 0).mean()
    second = "" if made.red_delta is None else f", red cells {made.red_delta}"
    cells = [
        assay,
        f"{made.per_group} v {made.per_group}",
        f"{made.delta}{second}",
        *(f"{count.get(what, 0):.1f}" for what in KINDS),
        f"{100 * lower:.0f}",
        f"{100 * false:.0f}",
        *(
            f"{100 * stands.get(what, 0):.1f}"
            for what in (CHANGED, CONTAMINATION, UNCHANGED, FALSE)
        ),
        f"{100 * false_kept:.0f}",
        f"{100 * open_hits:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=200, help="studies of proteins per line")
    parser.add_argument("--rna-studies", type=int, default=40, help="studies of miRNAs per line")
    parser.add_argument("--cores", type=int, default=2)
    given = parser.parse_args()
    print(
        "| assay | samples | difference (log2) | true hits | contaminant-driven | unchanged cargo"
        " | of it lower (%) | false of all (%) | true stand (%) | contaminant-driven stand (%)"
        " | unchanged cargo stands (%) | all false: `stands` (%) | false of those that stand (%)"
        " | not assessed (%) |"
    )
    print("|" + "---|" * 14)
    with ProcessPoolExecutor(given.cores) as pool:
        for assay, settings in STUDIES.items():
            number = given.studies if assay == "proteins" else given.rna_studies
            for made in settings:
                work = partial(one, assay=assay, made=made)
                tables = list(pool.map(work, range(number), chunksize=4))
                print(shares(assay, made, tables), flush=True)


if __name__ == "__main__":
    main()
