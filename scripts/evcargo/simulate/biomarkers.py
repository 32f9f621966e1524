"""Studies with known truth for biomarker panels: noise, or a signal whose best AUC is known."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import norm

from evcargo.biomarkers.features import Block, prepare
from evcargo.biomarkers.folds import Units, units_of
from evcargo.biomarkers.nested import Settings, cross_validate, screen_statistics
from evcargo.biomarkers.predictions import Flags, Floats, pairs_of
from evcargo.biomarkers.question import Question, ask
from evcargo.differential.proteins import Moderation, test_proteins
from evcargo.differential.summary import flagged_table
from evcargo.proteins.normalise import normalise
from evcargo.purity.score import score
from evcargo.simulate.confounded import Confounded
from evcargo.simulate.robustness import CONTRAST

SPREAD = 2.0  # of the levels of the features, log2


class Planted(NamedTuple):
    """Features, labels and units of a study, and by how much the test level is higher (log2)."""

    block: Block
    labels: Flags
    units: Units
    effects: Floats

    @property
    def best_auc(self) -> float:
        """AUC of the best possible rule, which weighs the features by their effects."""
        return float(norm.cdf(np.sqrt((self.effects**2).sum() / 2)))

    def true_auc(self, coefficients: Floats) -> float:
        """Mean AUC of linear models (models x features, per standard deviation) in new samples.

        Exact without missing values and noise of the scale; of a model without features 0.5.
        """
        weights = coefficients / np.sqrt(1 + self.effects**2 / 4)
        lengths = np.sqrt(2 * (weights**2).sum(axis=1))
        apart = weights @ self.effects / np.where(lengths > 0, lengths, 1.0)
        return float(norm.cdf(apart).mean())


def planted(
    seed: int,
    samples: int = 40,
    features: int = 500,
    informative: int = 0,
    effect: float = 0.0,
    missing: float = 0.1,
) -> Planted:
    """Make a study of independent features with noise of standard deviation 1 (log2).

    The first `informative` features are higher by `effect` in the test half of the samples.
    """
    rng = np.random.default_rng(seed)
    labels = np.arange(samples) < samples // 2
    values = rng.normal(size=(samples, features)) + rng.normal(20, SPREAD, features)
    effects = np.where(np.arange(features) < informative, effect, 0.0)
    values[labels] += effects
    values[rng.random(values.shape) < missing] = np.nan
    names = tuple(f"F{number:05d}" for number in range(features))
    anchors = np.ones(features, dtype=bool)
    block = Block("proteins", names, values, np.isfinite(values), 0.5, anchors)
    units = units_of([str(number) for number in range(samples)], [""] * samples)
    return Planted(block, labels, units, effects)


def confounded_question(
    study: Confounded, panels: pd.DataFrame, options: Mapping[str, Any]
) -> Question:
    """Ask a confounded study of proteins for a panel, after purity scoring and test.

    Parameters
    ----------
    study
        Of `evcargo.simulate.confounded.confounded_proteins`.
    panels
        Of `evcargo.purity.markers.read_panels`.
    options
        The config with every default.
    """
    matrix = study.matrix
    tables = score(
        study.samples, panels, options["purity"], [asdict(CONTRAST)], proteins=matrix
    )  # fmt: skip
    every = np.ones(matrix.n_vars, dtype=bool)
    matrix.layers["normalised"], _ = normalise(
        np.asarray(matrix.X), "median", every, ~every, list(matrix.obs_names)
    )
    tested = test_proteins(matrix, CONTRAST, 0.05, 2, Moderation("intensity", True))
    table = flagged_table(tested, matrix.var, panels, "proteins").assign(robustness="")
    return ask(
        *({"proteins": matrix}, CONTRAST, "proteins", tables["criteria"], tables["shares"]),
        *({"proteins": table}, options),
    )


def leaky_auc(study: Planted, settings: Settings) -> float:
    """AUC of a cross-validation whose features were selected beforehand, from all samples.

    This is the mistake that the nested procedure avoids; here it shows what it would have said.
    """
    every = np.ones((1, len(study.labels)))
    values, kept = prepare(study.block, every[0] > 0, study.labels)
    strength = screen_statistics(values, study.labels, every)[0]
    best = kept[np.argsort(-strength, kind="stable")[: settings.screened]]
    names = np.array(study.block.features)
    block = study.block.without(set(names) - set(names[best]))
    return pairs_of(cross_validate([block], study.labels, study.units, settings), study.labels).auc
