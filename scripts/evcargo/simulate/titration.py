"""Titrations: a contaminant mixed into an EV profile, at any depth, with the truth.

The EV preparation has EV core, promiscuous, ribosomal and intracellular proteins beside thousands
of others, and a little of every contaminant. Plasma has the class shares of neat plasma (Mag-Net,
PXD042947), bovine serum the proteins of the panel, haemolysate mostly haemoglobin. Amounts within a
class are log-normal over more than four orders of magnitude. A measurement has noise, and shows
the most intense proteins up to its depth, with a blurred edge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.purity import shares as classes
from evcargo.purity.index import GROUPS, contaminants_of
from evcargo.purity.markers import IDENTICAL

if TYPE_CHECKING:
    from anndata import AnnData

Floats = NDArray[np.float64]
EV, BLOOD, SERUM, RED_CELLS = "EV", "plasma", "bovine serum", "haemolysate"
CONTAMINANTS = (BLOOD, SERUM, RED_CELLS)
SHARES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        EV: {classes.EV_CORE: 0.12, classes.PROMISCUOUS: 0.08, classes.AGGREGATES: 0.03,
             classes.DEBRIS: 0.01, classes.AGO_VAULT: 0.001, classes.SECRETED: 0.01,
             classes.LIPOPROTEIN: 1e-3, classes.ALBUMIN: 1e-3, classes.IMMUNE: 2e-3,
             classes.PLASMA: 2e-3, classes.COAGULATION: 1e-3, classes.PLATELET: 1e-4,
             classes.HAEMOGLOBIN: 1e-4, classes.KERATIN: 1e-3, classes.BOVINE_CLASS: 2e-3},
        BLOOD: {classes.ALBUMIN: 0.35, classes.IMMUNE: 0.22, classes.PLASMA: 0.19,
                classes.LIPOPROTEIN: 0.09, classes.COAGULATION: 0.05, classes.HAEMOGLOBIN: 0.006,
                classes.PLATELET: 0.0015, classes.EV_CORE: 0.001, classes.PROMISCUOUS: 0.007,
                classes.SECRETED: 0.004, classes.DEBRIS: 4e-4},
        SERUM: {classes.BOVINE_CLASS: 1.0},
        RED_CELLS: {classes.HAEMOGLOBIN: 0.93, classes.EV_CORE: 0.001, classes.PROMISCUOUS: 0.005,
                    classes.DEBRIS: 0.001},
    }
)  # fmt: skip
"""Share of each class in each component; what is left are proteins of no panel."""
OTHERS = MappingProxyType({EV: 3200, BLOOD: 700, RED_CELLS: 400})
WIDTH = 3.2  # standard deviation of the amounts within a class, log2, as in Mag-Net
KEPT = 0.7  # share of the EV core members that the cell of origin makes
STRONG = frozenset(("CD9", "CD63", "CD81", "SDCBP", "PDCD6IP", "HSPA8", "ITGB1"))
"""EV core members that published EV sets show among the more intense ones; all cells make them."""
EDGE = 0.7  # blur of the edge of detection, log2
LEAST_NOISE, MOST_NOISE = 0.25, 2.0
"""Noise of the most and the least intense protein, times the usual one; in the replicates of
Mag-Net the 200 most intense groups have a tenth of the noise of the weakest half."""
BASE = 30.0  # log2 intensity of all of a sample


@dataclass(frozen=True)
class Titration:
    """How a titration is made.

    Parameters
    ----------
    contaminant
        One of `CONTAMINANTS`.
    fractions
        Share of the contaminant in the protein of each sample, 0 to 1.
    depth
        Protein groups that every run shows.
    noise, variation
        Standard deviation of the measurement of a protein of middling intensity, and of a protein's
        amount in EVs between preparations, log2.
    """

    contaminant: str = BLOOD
    fractions: tuple[float, ...] = (0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.97, 1)
    depth: int = 4000
    noise: float = 0.3
    variation: float = 0.3


@dataclass(frozen=True)
class Titrated:
    """A titration and its truth.

    Parameters
    ----------
    matrix
        As the proteins stage writes it: raw intensity, NaN for missing.
    samples
        Sample sheet.
    truth
        By sample: `fraction` and true share of every class of signal.
    """

    matrix: "AnnData"
    samples: pd.DataFrame
    truth: pd.DataFrame


def titrated(made: Titration, panels: pd.DataFrame, seed: int) -> Titrated:
    """Make a titration; `panels` of `evcargo.purity.markers.read_panels`, human."""
    from anndata import AnnData

    rng = np.random.default_rng(seed)
    members = class_members(panels)
    ev, other = (component(name, members, rng) for name in (EV, made.contaminant))
    both = ev.join(other, how="outer", lsuffix="", rsuffix="_other")
    amounts = both[["amount", "amount_other"]].fillna(0.0).to_numpy(float)
    cls = both["class"].fillna(both["class_other"])
    fraction = np.array(made.fractions)[:, None]
    own = 2.0 ** rng.normal(0, made.variation, (len(fraction), len(both))) * amounts[:, 0]
    true = (1 - fraction) * own / own.sum(axis=1, keepdims=True) + fraction * amounts[:, 1]
    with np.errstate(divide="ignore"):
        log2 = np.log2(true) + BASE
    place = np.argsort(np.argsort(-log2, axis=1), axis=1) / log2.shape[1]
    spread = made.noise * (LEAST_NOISE + (MOST_NOISE - LEAST_NOISE) * place)
    log2 += rng.normal(0, 1, true.shape) * spread
    log2 = np.array([shallow(row, made.depth, rng) for row in log2])
    names = [f"S{number:02d}" for number in range(len(fraction))]
    samples = _sheet(names, "cell_culture" if made.contaminant == SERUM else "plasma")
    truth = pd.DataFrame(true, names).T.groupby(cls.to_numpy()).sum().T
    truth.insert(0, "fraction", made.fractions)
    obs = pd.DataFrame({"status": "ok", "status_reason": ""}, index=names)
    return Titrated(AnnData(2.0**log2, obs=obs, var=_features(both.index, cls)), samples, truth)


def true_index(made: Titrated) -> pd.Series:
    """EV index of the true amounts: log2 of EV core over the contaminants of the matrix."""
    counted = contaminants_of(made.samples["biofluid"].iloc[0])
    impure = [name for name in made.truth if GROUPS.get(name) in counted]
    with np.errstate(divide="ignore"):
        return np.log2(made.truth[classes.EV_CORE] / made.truth[impure].sum(axis=1))


def thinned(matrix: "AnnData", depth: int, seed: int) -> "AnnData":
    """Measure the same samples in less depth: the same quantities, but for those that are lost."""
    rng = np.random.default_rng(seed)
    less = matrix.copy()
    less.X = 2.0 ** np.array([shallow(row, depth, rng) for row in np.log2(np.asarray(matrix.X))])
    return less


def shallow(log2: Floats, depth: int, rng: np.random.Generator) -> Floats:
    """Keep so many values, the highest ones but for the blurred edge; the others become NaN."""
    order = np.where(np.isfinite(log2), log2 + rng.normal(0, EDGE, len(log2)), -np.inf)
    kept = np.argsort(-order)[: min(depth, int(np.isfinite(log2).sum()))]
    found = np.full(len(log2), np.nan)
    found[kept] = log2[kept]
    return found


def class_members(panels: pd.DataFrame) -> dict[str, list[str]]:
    """Genes of each exclusive class, or accessions where the class is bovine.

    Bovine proteins that no peptide tells from human ones are left out.
    """
    taken: set[str] = set()
    members: dict[str, list[str]] = {}
    human = panels[panels["taxon"] == "9606"]
    for name, of_class in classes.PANELS_OF_CLASS.items():
        genes = human.loc[human["panel"].isin(of_class) & (human["gene"] != ""), "gene"]
        members[name] = [gene for gene in dict.fromkeys(genes) if gene not in taken]
        taken.update(members[name])
    accession = panels["accessions"].str[0]
    human = set(accession[panels["panel"] == IDENTICAL])
    bovine = accession[(panels["panel"] == "bovine_serum") & ~accession.isin(human)]
    return members | {classes.BOVINE_CLASS: list(bovine)}


def component(
    name: str, members: Mapping[str, list[str]], rng: np.random.Generator
) -> pd.DataFrame:
    """Amounts of one component, summing to 1, with the class of each protein."""
    parts = []
    for cls, share in SHARES[name].items():
        genes = members[cls]
        if name == EV and cls == classes.EV_CORE:
            genes = [gene for gene in genes if gene in STRONG or rng.random() < KEPT]
        parts.append(_drawn(genes, cls, share, rng))
    rest = 1 - sum(SHARES[name].values())
    if name in OTHERS:
        others = [f"{name[:3].upper()}{number:04d}" for number in range(OTHERS[name])]
        parts.append(_drawn(others, classes.OTHER, rest, rng))
    return pd.concat(parts)


def _drawn(genes: list[str], cls: str, share: float, rng: np.random.Generator) -> pd.DataFrame:
    drawn = rng.normal(0, WIDTH, len(genes))
    amounts = 2.0 ** np.where([gene in STRONG for gene in genes], np.abs(drawn), drawn)
    return pd.DataFrame({"amount": share * amounts / amounts.sum(), "class": cls}, index=genes)


def _features(names: pd.Index, cls: pd.Series) -> pd.DataFrame:
    bovine = (cls == classes.BOVINE_CLASS).to_numpy()
    return pd.DataFrame(
        {"name": "", "gene": np.where(bovine, "", names), "accessions": names, "class": "protein",
         "taxon": np.where(bovine, "9913", "9606"), "is_contaminant": bovine, "n_peptides": 3},
        index=pd.Index(names.astype(str)),
    )  # fmt: skip


def _sheet(names: list[str], biofluid: str) -> pd.DataFrame:
    empty = dict.fromkeys(("condition", "subject", "batch", "isolation"), "")
    numbers = dict.fromkeys(("particle_count", "protein_ug"), np.nan)
    return pd.DataFrame({"sample": names, "material": "ev", "biofluid": biofluid} | empty | numbers)
