"""Null studies: whether p-values are uniform where nothing differs and labels are random.

Prints, for every test that evcargo ships, the share of p-values below 0.05 and below 0.01, and the
p-value of Kolmogorov and Smirnov of one random p-value per study (p-values of a study share its
labels and go together). Discrete tests cannot be uniform: of them it asks one-sided whether their
p-values are smaller than uniform ones. The studies are in `evcargo.simulate.null`.
"""

import argparse
import warnings
from concurrent.futures import ProcessPoolExecutor

from evcargo.simulate.null import biomarkers, counts, interpretation, proteins, purity
from evcargo.simulate.null.design import Level, level

NULLS = {
    name: null
    for part in (proteins, counts, purity, interpretation, biomarkers)
    for name, null in part.NULLS.items()
}


def one(name: str, studies: int) -> Level:
    """Run the null studies of a test; no two tests share seeds."""
    warnings.simplefilter("ignore")
    first = list(NULLS).index(name) * 1_000_000
    return level(NULLS[name], range(first, first + studies))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=200, help="studies of each test")
    parser.add_argument("--only", default="", help="only tests whose name holds this")
    parser.add_argument("--cores", type=int, default=1)
    given = parser.parse_args()
    print("| test | studies | p-values | p < 0.05 (%) | p < 0.01 (%) | KS p |")
    print("|" + "---|" * 6)
    chosen = [name for name in NULLS if given.only in name]
    with ProcessPoolExecutor(given.cores) as pool:
        for name, found in zip(
            chosen, pool.map(one, chosen, [given.studies] * len(chosen)), strict=True
        ):
            shares = " | ".join(f"{100 * share:.1f}" for share in found.below)
            side = " (one-sided)" if NULLS[name].discrete else ""
            cells = f"{found.studies} | {found.p_values:,} | {shares} | {found.ks_p:.2f}{side}"
            print(f"| {name} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
