"""A confounded study with known truth: contamination goes with the condition that is compared.

Every preparation holds EVs and plasma. Its amount of plasma, log2 of plasma over EV, is
delta x group + noise, so that group and contamination are correlated. The proteins are

* ``cargo``: only in EVs; some of them truly differ between the groups;
* ``panel``: only in plasma, in the marker panels;
* ``hidden``: only in plasma, but in no panel, so that nothing but their behaviour gives them away;
* ``mixed``: in EVs and in plasma, 30 to 70 % of an average preparation's signal from plasma.

Raw intensities have a loading factor per sample, noise of a variance of its own per protein, and
values missing the oftener the lower they are. If asked, red cells are a second contamination, with
a panel and hidden proteins of their own. Counts of miRNAs and of long RNA are drawn in the same
way, with red cells in the place of plasma.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from anndata import AnnData

CARGO, PANEL, HIDDEN, MIXED = "cargo", "panel", "hidden", "mixed"
PLASMA_PANELS = MappingProxyType(
    {"lipoprotein": 12, "albumin": 1, "coagulation": 10, "plasma": 20,
     "immunoglobulin_complement": 25}
)  # fmt: skip
RED_PANEL, RED_HIDDEN = "haemolysis", 20
RED_MIRNAS = ("red_cell_mirna", "haemolysis_mirna", "haemolysis_pair")
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
    red_delta
        Mean difference of the red cells between the groups, log2; None for no red cells.
    """

    per_group: int = 6
    delta: float = 1.2
    spread: float = 0.8
    noise: float = 0.4
    changed: int = 60
    cargo: int = 450
    hidden: int = 60
    mixed: int = 80
    red_delta: float | None = None

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
    named = {panel: _genes(panels, [panel])[:count] for panel, count in PLASMA_PANELS.items()}
    plasma = sum(named.values(), [])
    markers = _genes(panels, EV_PANELS)[:50]
    red = _genes(panels, [RED_PANEL]) if made.red_delta is not None else []
    kinds = {
        PANEL: plasma,
        CARGO: [*markers, *(f"EVC{n}" for n in range(made.cargo - len(markers)))],
        HIDDEN: [f"PLC{n}" for n in range(made.hidden)],
        MIXED: [f"MIX{n}" for n in range(made.mixed)],
    }
    truth = _truth(rng, made, kinds)
    amount = made.delta * made.group + rng.normal(0, made.spread, len(made.group))
    signal = _signal(rng, made, truth, amount)
    of_class = {panel: rng.normal(0, CLASS_SD, len(made.group)) for panel in PLASMA_PANELS}
    signal[: len(plasma)] += np.array([of_class[p] for p, genes in named.items() for _ in genes])
    if red:
        more, own = _red_cells(rng, made, red)
        truth, signal = pd.concat([truth, more], ignore_index=True), np.vstack([signal, own])
    truth.index = pd.Index([f"F{n:04d}" for n in range(len(truth))])
    level = rng.normal(np.where(truth["kind"] == CARGO, 24.5, 24), 1.9)
    level[(truth["name"] == "ALB") | truth["name"].isin(red)] = 28  # seen in every sample
    log2 = signal + level[:, None] + rng.normal(0, LOADING_SD, len(made.group))
    unseen = 1 / (1 + np.exp(1.5 * (log2 - 21))) + 0.02
    log2[rng.random(log2.shape) < unseen] = np.nan
    described = {"class": "protein", "taxon": "9606", "is_contaminant": False, "n_peptides": 5}
    var = pd.DataFrame(
        {"name": "", "gene": truth["name"], "accessions": truth.index} | described, truth.index
    )
    return _study(made, 2.0**log2.T, var, truth, amount)


def confounded_mirnas(made: Confounding, panels: pd.DataFrame, seed: int) -> Confounded:
    """Make a study of miRNA counts in which red cells go with the condition."""
    rng = np.random.default_rng(seed)
    kinds = {
        PANEL: _genes(panels, RED_MIRNAS),
        CARGO: [f"hsa-miR-9{n:03d}" for n in range(made.cargo)],
        HIDDEN: [f"hsa-miR-8{n:03d}" for n in range(made.hidden)],
        MIXED: [f"hsa-miR-7{n:03d}" for n in range(made.mixed)],
    }
    truth = _truth(rng, made, kinds)
    # miR-23a-3p, by which the ratio of the pair divides, is not of red cells.
    truth.loc[truth["name"] == "hsa-miR-23a-3p", "kind"] = CARGO
    return _counts(rng, made, truth, "miRNA")


def confounded_transcripts(made: Confounding, panels: pd.DataFrame, seed: int) -> Confounded:
    """Make a study of counts of long RNA in which red cells go with the condition."""
    rng = np.random.default_rng(seed)
    markers = _genes(panels, EV_PANELS)[:50]
    kinds = {
        PANEL: [gene for gene in _genes(panels, [RED_PANEL]) if gene.startswith("HB")],
        CARGO: [*markers, *(f"EVC{n}" for n in range(made.cargo - len(markers)))],
        HIDDEN: [f"RBC{n}" for n in range(made.hidden)],
        MIXED: [f"MIX{n}" for n in range(made.mixed)],
    }
    return _counts(rng, made, _truth(rng, made, kinds), "transcript")


def _counts(
    rng: np.random.Generator, made: Confounding, truth: pd.DataFrame, cls: str
) -> Confounded:
    """Draw the counts of features of one class."""
    truth.index = pd.Index(truth["name"])
    amount = made.delta * made.group + rng.normal(0, made.spread, len(made.group))
    level = rng.normal(np.where(truth["kind"] == PANEL, 9, 7.5), 1.5)
    log2 = _signal(rng, made, truth, amount) + level[:, None]
    counts = rng.poisson(2.0 ** (log2 + rng.normal(0, LOADING_SD, len(made.group))))
    var = pd.DataFrame({"name": truth["name"], "gene": "", "class": cls}, index=truth.index)
    return _study(made, counts.T.astype(float), var, truth, amount)


def _genes(panels: pd.DataFrame, names: Sequence[str]) -> list[str]:
    chosen = panels[(panels["taxon"] == "9606") & panels["panel"].isin(names)]
    return [str(gene) for gene in chosen["gene"].drop_duplicates()]


def _red_cells(
    rng: np.random.Generator, made: Confounding, red: list[str]
) -> tuple[pd.DataFrame, Floats]:
    """Truth and signal of the proteins of red cells."""
    truth = pd.DataFrame({"name": [*red, *(f"RBC{n}" for n in range(RED_HIDDEN))]})
    truth["kind"] = [PANEL] * len(red) + [HIDDEN] * RED_HIDDEN
    truth["log2_fold_change"] = 0.0
    delta = made.red_delta or 0.0
    amount = delta * made.group + rng.normal(0, made.spread, len(made.group))
    return truth, _signal(rng, made, truth, amount)


def _truth(
    rng: np.random.Generator, made: Confounding, names: Mapping[str, list[str]]
) -> pd.DataFrame:
    truth = pd.DataFrame(
        [(name, kind) for kind, of_kind in names.items() for name in of_kind],
        columns=["name", "kind"],
    ).assign(log2_fold_change=0.0)
    drawn = rng.choice(np.flatnonzero(truth["kind"] == CARGO), made.changed, replace=False)
    change = rng.choice([-1, 1], made.changed) * rng.uniform(0.6, 1.6, made.changed)
    truth.loc[drawn, "log2_fold_change"] = change
    return truth


def _signal(
    rng: np.random.Generator, made: Confounding, truth: pd.DataFrame, contamination: Floats
) -> Floats:
    """Features x samples, log2 around the level of each feature."""
    sd = made.noise * np.sqrt(NOISE_DF / rng.chisquare(NOISE_DF, len(truth)))
    noise = rng.normal(0, sd[:, None], (len(truth), len(made.group)))
    signal = noise + truth["log2_fold_change"].to_numpy()[:, None] * made.group
    signal[truth["kind"].isin([PANEL, HIDDEN]).to_numpy()] += contamination
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
