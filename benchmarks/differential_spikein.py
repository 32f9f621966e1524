"""E. coli spiked into human: our tests of proteins beside the published ones.

Levels a to e hold 3, 4.5, 6, 7.5 and 9 % of E. coli in human, 4 replicates each (Shen 2018,
PXD003881; tables of other methods from Sticker 2020, 10.1074/mcp.RA119.001624). Every protein of
human that is called is a false positive. Our samples are normalised on the human proteins, as a
study is on its host, of the same protein table that Perseus was given.

    PYTHONPATH=scripts python benchmarks/differential_spikein.py [FOLDER of the data]
"""

import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData
from measure import as_markdown

from evcargo.differential.linear_models import Moderation
from evcargo.differential.proteins import test_proteins
from evcargo.proteins.normalise import normalise
from evcargo.study.model import Contrast

ALPHA = 0.05
TRUTH = {"b": np.log2(1.5), "c": 1.0, "d": np.log2(2.5)}  # against a
FILES = {
    "msqrob": "msqrob_pairwise.csv",
    "msqrobsum": "msqrobsum_pairwise.csv",
    "dep_miximp": "dep_miximp_pairwise.csv",
    "perseus_my": "perseus_my.csv",
}
WAYS = {
    "plain": (Moderation("none", False), "compared"),
    "trend": (Moderation("intensity", False), "compared"),
    "trend, robust (default)": (Moderation("intensity", True), "compared"),
    "trend, robust, fit_on: all": (Moderation("intensity", True), "all"),
}
COLUMNS = ["method", "proteins", "contrast", "true", "false", "FDP (%)", "error (log2)"]


def main() -> None:
    """Print every method side by side."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/ecoli_human_spikein")
    rows = []
    for name in FILES:
        table = pd.read_csv(folder / FILES[name])
        for level in TRUTH:
            part = table[table["contrast"] == f"{level}-a"]
            called = part["qvalue"] < ALPHA
            rows.append([name, *judged(called, part["ecoli"], part["logFC"], level)])
    for name in WAYS:
        for level in TRUTH:
            table = ours(folder, name, level)
            ecoli, change = table["ecoli"], table["log2_fold_change"]
            rows.append([name, *judged(table["significant"], ecoli, change, level)])
    for level in TRUTH:
        table = ours(folder, "trend, robust (default)", level)
        called = table["imputed_adjusted_p_value"] < ALPHA
        change = table["imputed_log2_fold_change"]
        rows.append(["imputed columns", *judged(called, table["ecoli"], change, level)])
        seen, unknown = table["detection_adjusted_p_value"] < ALPHA, table["mean"] * np.nan
        rows.append(["detection alone", *judged(seen, table["ecoli"], unknown, level)])
    print(as_markdown(COLUMNS, sorted(rows, key=lambda row: row[2])))


def judged(called: pd.Series, ecoli: pd.Series, change: pd.Series, level: str) -> list[object]:
    """Proteins, contrast, true and false positives, their share, median error of the ratios."""
    called, ecoli = called.astype(bool), ecoli.astype(bool)
    true, false = int((called & ecoli).sum()), int((called & ~ecoli).sum())
    error = (change[ecoli] - TRUTH[level]).abs().median()
    share = f"{100 * false / max(true + false, 1):.1f}"
    told = "" if np.isnan(error) else f"{error:.3f}"
    return [len(called), f"{level} v a", true, false, share, told]


def ours(folder: Path, way: str, level: str) -> pd.DataFrame:
    """Table of one contrast against a, with a column that tells the E. coli."""
    moderation, fit_on = WAYS[way]
    contrast = Contrast(f"{level}_v_a", "level", level, "a", fit_on=fit_on)
    matrix = study(folder)
    table = test_proteins(matrix, contrast, ALPHA, 2, moderation, "left_censored").table
    table["ecoli"] = matrix.var["ecoli"].reindex(table["feature"]).to_numpy(bool)
    table["significant"] = table["significant"].fillna(False).astype(bool)
    return table


@lru_cache
def study(folder: Path) -> AnnData:
    """Build the protein matrix as the stages before write it."""
    with (folder / "ecoli_up000000625_7_06_2018.fasta").open() as lines:
        bacterial = {line.split("|")[1] for line in lines if line.startswith(">")}
    values = pd.read_csv(folder / "perseus_input.tsv", sep="\t", index_col=0)
    ecoli = np.array([set(str(one).split(";")) <= bacterial for one in values.index])
    obs = pd.DataFrame(
        {"material": "ev", "level": [name[0] for name in values], "status": "ok"},
        index=values.columns,
    )
    var = pd.DataFrame(
        {"name": values.index, "gene": "", "class": "protein", "ecoli": ecoli}, index=values.index
    )
    intensity = np.exp2(values.to_numpy(float).T)
    matrix = AnnData(intensity, obs=obs, var=var)
    none = np.zeros(len(ecoli), dtype=bool)
    matrix.layers["normalised"], _ = normalise(intensity, "median", ~ecoli, none, obs.index)
    return matrix


if __name__ == "__main__":
    main()
