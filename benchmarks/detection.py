"""Level and power of the detection test where detection depends on a number, such as the age.

Prints, for simulated studies of two groups whose ages differ by some standard deviations, or whose
levels go with the age as the detection does, the share of the proteins with p < 0.05 and p < 0.01:
adjusted for the age, and by the exact test without it.
"""

import argparse

import numpy as np

from evcargo.differential.design import NotTestable
from evcargo.differential.detection_drawn import drawn_p_values
from evcargo.differential.detection_exact import exact_p_values

DRAWS = 1_999
PROTEINS = 30
CURVES = {
    "none": lambda age: 0 * age,
    "logistic": lambda age: 2 * age,
    "hump": lambda age: -(age**2),
    "steep hump": lambda age: -2 * age**2,
    "threshold": lambda age: 4.0 * (age > 0.5),
}
ALIKE = "as detection"
DESIGNS = [
    (each, gap, curve, 0.0)
    for each in (4, 6, 12)
    for gap, curve in ((0, "logistic"), (1, "logistic"), (1, "hump"), (3, "logistic"))
] + [
    (each, 0, curve, effect)
    for each in (8, 12)
    for curve in ("none", "logistic", "hump")
    for effect in (2.0, 4.0)
]
DESIGNS += [
    (each, ALIKE, curve, 0.0)
    for curve in ("logistic", "hump", "steep hump", "threshold")
    for each in (6, 12, 30)
]


def p_values(
    seed: int, each: int, gap: float | str, curve: str, effect: float
) -> tuple[np.ndarray | None, np.ndarray]:
    """P-values of one study, with (None: no test) and without the age."""
    rng = np.random.default_rng(seed)
    level = np.repeat([0.0, 1.0], each)
    age = rng.normal(0, 1, 2 * each)
    if isinstance(gap, str):
        order = np.argsort(CURVES[curve](age) + rng.logistic(size=len(age)))
        age = age[order]
    else:
        age += gap * (level - 0.5)
    log_odds = CURVES[curve](age) + effect * (level - 0.5) + rng.normal(0, 0.8, (PROTEINS, 1))
    seen = rng.random((PROTEINS, 2 * each)) < 1 / (1 + np.exp(-log_odds))
    strata, units = ["all"] * 2 * each, [f"{number:03d}" for number in range(2 * each)]
    plain, _ = exact_p_values(seen, level > 0, strata)
    try:
        asked = np.column_stack([1 - level, level])
        found, _ = drawn_p_values(seen, asked, strata, units, DRAWS, age[:, None])
    except NotTestable:
        return None, plain
    return found, plain


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=100)
    studies = parser.parse_args().studies
    print(
        "| samples | gap of the ages (sd) | detection by age | true effect (log odds) |"
        " adjusted: p < 0.05, < 0.01 (%) | exact without age (%) | studies without test |"
    )
    print("|---|---|---|---|---|---|---|")
    for each, gap, curve, effect in DESIGNS:
        made = [p_values(seed, each, gap, curve, effect) for seed in range(studies)]
        tested = [found for found, _ in made if found is not None]
        shares = []
        for found in (tested, [plain for _, plain in made]):
            known = np.concatenate(found)[np.isfinite(np.concatenate(found))]
            shares.append(", ".join(f"{100 * (known < at).mean():.1f}" for at in (0.05, 0.01)))
        print(
            f"| {each} v {each} | {gap} | {curve} | {effect:g} | {shares[0]} | {shares[1]} |"
            f" {studies - len(tested)} of {studies} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
