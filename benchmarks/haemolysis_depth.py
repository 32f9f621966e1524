"""Haemolysis score of libraries that are cut to fewer reads, with and without the depth guard.

FILES are count tables of small RNA, miRNAs x samples, whose libraries are deep. Each sample is
drawn without replacement to so many miRNA reads, together with all others of its table, or alone
among them. Printed is how far its score moves from that of the whole library.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from evcargo.purity.haemolysis import SIGNATURE, members, plain_mirna, signature_score
from evcargo.purity.markers import read_panels
from evcargo.study.schema import read_schema

ROOT = Path(__file__).resolve().parents[1]
PURITY = read_schema("config")["properties"]["purity"]["properties"]
OPTIONS = {
    name: PURITY[f"haemolysis_{name}"]["default"]
    for name in ("min_cpm", "min_signature", "min_reads", "max_rare")
}
DEEP = 200_000


def read_counts(path: Path) -> pd.DataFrame:
    """Read the counts of the deep libraries of a table, samples x plain names of miRNAs."""
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n").replace("\r", "\n")
    delimiter = "," if text.split("\n", 1)[0].count(",") else "\t"
    rows = [line.split(delimiter) for line in text.split("\n") if line.strip()]
    names = [cell.strip('"') for cell in rows[0]]
    samples = names[-(len(rows[1]) - 1) :]
    table = pd.DataFrame([row[1:] for row in rows[1:]], columns=samples)
    table.index = [plain_mirna(row[0].strip('"').split("|")[0]) for row in rows[1:]]
    table = table[table.index.str.match(r"(mir|let)-")]
    counts = table.apply(pd.to_numeric, errors="coerce").fillna(0).round()
    counts = counts.groupby(level=0).sum().T
    return counts[counts.sum(axis=1) >= DEEP]


def scored(counts: pd.DataFrame, signature: list[str]) -> tuple[pd.Series, pd.Series]:
    """Give score and share of rare miRNAs by sample."""
    group = max(len(counts) // 3, 1)
    score, _, rare = signature_score(
        counts,
        signature,
        OPTIONS["min_cpm"],
        group,
        OPTIONS["min_signature"],
        OPTIONS["min_reads"],
    )
    return score, rare


def moved(
    counts: pd.DataFrame, depth: int, signature: list[str], rng: np.random.Generator
) -> dict[str, tuple[pd.Series, pd.Series]]:
    """Draw all samples, or one at a time: how far scores move, and shares of rare miRNAs."""
    enough = counts[counts.sum(axis=1) > depth]
    drawn = pd.DataFrame(
        [rng.multivariate_hypergeometric(row, depth) for row in enough.to_numpy(dtype=np.int64)],
        enough.index,
        enough.columns,
    )
    whole, of_whole = scored(counts, signature)[0], scored(enough, signature)[0]
    together, rare = scored(drawn, signature)
    moves, rares = {}, {}
    for sample in drawn.index:
        score, of_one = scored(
            pd.concat([counts.drop(index=sample), drawn.loc[[sample]]]), signature
        )
        moves[sample], rares[sample] = score[sample] - whole[sample], of_one[sample]
    return {
        "all shallow": (together - of_whole, rare),
        "one shallow": (pd.Series(moves), pd.Series(rares)),
    }


def words(moves: pd.Series) -> str:
    """Say how many moves there are, their root mean square and the largest."""
    if moves.empty:
        return "none"
    return f"{len(moves)}: {np.sqrt((moves**2).mean()):.2f}, at most {moves.abs().max():.2f}"


def main() -> None:
    """Print a table for each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--depths", nargs="+", type=int, default=[10_000, 50_000, 150_000, 300_000])
    arguments = parser.parse_args()
    signature = members(read_panels([ROOT / "resources/markers/panels.tsv"], "human"), SIGNATURE)
    for path in arguments.files:
        rng = np.random.default_rng(1)
        counts = read_counts(path)
        print(f"\n{path.name}: {len(counts)} libraries of {DEEP:,} miRNA reads or more")
        print("| miRNA reads | samples | every score moves | compared ones | assessed ones |")
        print("|---|---|---|---|---|")
        for depth in arguments.depths:
            for kind, (moves, rare) in moved(counts, depth, signature, rng).items():
                cells = [moves, *(moves[rare <= most] for most in reversed(OPTIONS["max_rare"]))]
                print(f"| {depth:,} | {kind} | {' | '.join(map(words, cells))} |")


if __name__ == "__main__":
    main()
