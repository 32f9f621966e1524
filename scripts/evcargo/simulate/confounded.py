"""A confounded study with known truth: contamination goes with the condition that is compared.

Every preparation holds EVs and plasma. Its amount of plasma, log2 of plasma over EV, is
delta x group + noise, so that group and contamination are correlated. The proteins are

* ``cargo``: only in EVs; some of them truly differ between the groups;
* ``panel``: only in plasma, in the marker panels;
* ``hidden``: only in plasma, but in no panel, so that nothing but their behaviour gives them away;
* ``mixed``: in EVs and in plasma, 30 to 70 % of an average preparation's signal from plasma.

Raw intensities have a loading factor per sample, noise of a variance of its own per protein, and
values missing the oftener the lower they are. Counts are drawn in the same way, red-cell miRNAs in
the place of plasma.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from anndata import AnnData

CARGO, PANEL, HIDDEN, MIXED = "cargo", "panel", "hidden", "mixed"
PLASMA_PANELS = {"lipoprotein": 12, "albumin": 1, "coagulation": 10, "plasma": 20,
                 "immunoglobulin_complement": 25}  # fmt: skip
EV_PANELS = ("misev2018_1a", "misev2018_1b", "misev2018_2a")
CLASS_SD = 0.25  # by which the classes of plasma proteins depart from their common amount, log2
LOADING_SD = 0.4
NOISE_DF = 5  # of the variances of the proteins

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Confounding:
    """How a study is made.

    Parameters
    ----------
    per_group
        Samples per group.
    delta
        Mean difference of the contamination between the groups, log2.
    spread
        Its standard deviation within a group, log2.
    noise
        Standard deviation of the median feature, log2.
    changed
        Cargo features that truly differ, by 0.6 to 1.6 log2 in either direction.
    cargo, hidden, mixed
        Features of each kind.
    """

    per_group: int = 6
    delta: float = 1.2
    spread: float = 0.8
    noise: float = 0.4
    changed: int = 60
    cargo: int = 450
    hidden: int = 60
    mixed: int = 80

    @property
    def group(self) -> Floats:
        """0 for the samples of the reference, then 1 for those of the test level."""
        return np.repeat([0.0, 1.0], self.per_group)


@dataclass(frozen=True)
class Confounded:
    """A study and its truth.

    Parameters
    ----------
    matrix
        As the proteins or rna stage writes it; raw quantities in `X`. Proteins lack the layer
        ``normalised``.
    samples
        Sample sheet.
    truth
        By feature: `kind` and `log2_fold_change` in EVs.
    contamination
        log2 of contaminant over EV, by sample.
    """

    matrix: "AnnData"
    samples: pd.DataFrame
    truth: pd.DataFrame
    contamination: Floats


def confounded_proteins(made: Confounding, panels: pd.DataFrame, seed: int) -> Confounded:
    """Make a study of proteins; `panels` of `evcargo.purity.markers.read_panels`."""
    rng = np.random.default_rng(seed)
    human = panels[panels["taxon"] == "9606"]
    plasma = [
        (gene, panel)
        for panel, count in PLASMA_PANELS.items()
        for gene in human.loc[human["panel"] == panel, "gene"].drop_duplicates().head(count)
    ]
    markers = human.loc[human["panel"].isin(EV_PANELS), "gene"].drop_duplicates()[:50].tolist()
    genes = [
        *(gene for gene, _ in plasma),
        *markers,
        *(f"EVC{n}" for n in range(made.cargo - len(markers))),
        *(f"PLC{n}" for n in range(made.hidden)),
        *(f"MIX{n}" for n in range(made.mixed)),
    ]
    truth = _truth(rng, made, len(plasma), genes)
    contamination = made.delta * made.group + rng.normal(0, made.spread, len(made.group))
    signal = _signal(rng, made, truth, contamination)
    of_class = {panel: rng.normal(0, CLASS_SD, len(made.group)) for panel in PLASMA_PANELS}
    signal[: len(plasma)] += np.array([of_class[panel] for _, panel in plasma])
    level = np.where(truth["kind"].isin([PANEL, HIDDEN]), rng.normal(24, 2, len(truth)),
                     rng.normal(24.5, 1.8, len(truth)))  # fmt: skip
    level[[gene == "ALB" for gene in genes]] = 28  # seen in every sample
    log2 = signal + level[:, None] + rng.normal(0, LOADING_SD, len(made.group))
    unseen = 1 / (1 + np.exp(1.5 * (log2 - 21))) + 0.02
    log2[rng.random(log2.shape) < unseen] = np.nan
    var = pd.DataFrame(
        {"name": "", "gene": genes, "accessions": truth.index, "class": "protein",
         "taxon": "9606", "is_contaminant": False, "n_peptides": 5},
        index=truth.index,
    )  # fmt: skip
    return _study(made, 2.0**log2.T, var, truth, contamination)


def _truth(
    rng: np.random.Generator, made: Confounding, known: int, names: list[str]
) -> pd.DataFrame:
    kinds = [PANEL] * known + [CARGO] * made.cargo + [HIDDEN] * made.hidden + [MIXED] * made.mixed
    truth = pd.DataFrame(
        {"name": names, "kind": kinds, "log2_fold_change": 0.0},
        index=[f"F{n:04d}" for n in range(len(kinds))],
    )
    drawn = rng.choice(np.flatnonzero(truth["kind"] == CARGO), made.changed, replace=False)
    change = rng.choice([-1, 1], made.changed) * rng.uniform(0.6, 1.6, made.changed)
    truth.iloc[drawn, truth.columns.get_loc("log2_fold_change")] = change
    return truth


def _signal(
    rng: np.random.Generator, made: Confounding, truth: pd.DataFrame, contamination: Floats
) -> Floats:
    """Features x samples, log2 around the level of each feature."""
    sd = made.noise * np.sqrt(NOISE_DF / rng.chisquare(NOISE_DF, len(truth)))
    noise = rng.normal(0, sd[:, None], (len(truth), len(made.group)))
    signal = noise + truth["log2_fold_change"].to_numpy()[:, None] * made.group
    signal[truth["kind"].isin([PANEL, HIDDEN])] += contamination
    mixed = (truth["kind"] == MIXED).to_numpy()
    weight = rng.uniform(0.3, 0.7, int(mixed.sum()))[:, None]
    signal[mixed] += np.log2(1 - weight + weight * 2.0**contamination)
    return signal


def _study(
    made: Confounding, quantity: Floats, var: pd.DataFrame, truth: pd.DataFrame, amount: Floats
) -> Confounded:
    from anndata import AnnData

    names = [f"S{n:02d}" for n in range(len(made.group))]
    samples = pd.DataFrame(
        {"sample": names, "material": "ev", "biofluid": "plasma",
         "condition": np.where(made.group == 1, "test", "reference"),
         "subject": "", "batch": "", "isolation": "",
         "particle_count": np.nan, "protein_ug": np.nan}
    )  # fmt: skip
    obs = samples.set_index("sample")[["material", "condition"]].assign(
        status="ok", status_reason=""
    )
    return Confounded(AnnData(quantity, obs=obs, var=var), samples, truth, amount)
