"""Null studies of purity: metrics by contrast, and EVs against matched material."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial

import numpy as np
import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.purity.associations import associate
from evcargo.purity.enrichment import enrich
from evcargo.purity.shares import ALBUMIN, EV_CORE, HAEMOGLOBIN
from evcargo.simulate.null.design import DESIGNS, Design, Floats, Null, p_values_of

METRICS, PAIRS = 10, 6


def associated(rng: np.random.Generator, design: Design) -> Floats:
    """P-values of ten metrics that do not differ."""
    drawn = design.drawn(rng)
    names = [f"s{number:02d}" for number in range(len(design.labels))]
    sheet = pd.DataFrame({"sample": names, "material": "ev", "condition": ""} | drawn)
    values = rng.normal(size=(METRICS, len(names)))
    if design.units is not None:
        values += 2 * rng.normal(size=values.shape)[:, design.units]
    metrics = pd.DataFrame(values.T, names).rename_axis("sample").reset_index()
    metrics = metrics.melt("sample", var_name="metric").assign(assay="proteins")
    return p_values_of(associate(metrics, sheet, [asdict(design.contrast)], 0.05))


def enriched(rng: np.random.Generator, column: str) -> Floats:
    """P-values of three signal classes in six pairs of EVs and source that do not differ."""
    rows = [
        {"sample": f"{material}{pair}", "material": material, "subject": f"d{pair}"}
        for pair in range(PAIRS)
        for material in ("ev", "source")
    ]
    samples = pd.DataFrame(rows).assign(condition="", biofluid="plasma")
    parts = []
    for name in (EV_CORE, ALBUMIN, HAEMOGLOBIN):
        subject = np.repeat(rng.normal(0, 1, PAIRS), 2)
        share = 0.1 * 2 ** (subject + rng.normal(0, 1, 2 * PAIRS))
        one = {"sample": samples["sample"], "assay": "proteins", "class": name, "share": share}
        parts.append(pd.DataFrame(one))
    markers = pd.DataFrame(columns=CONTRACTS["markers"].names)
    return p_values_of(enrich(pd.concat(parts), markers, samples, 0.05), column)


NULLS: Mapping[str, Null] = {
    **{
        f"purity metrics: {name}": Null(partial(associated, design=DESIGNS[name]), discrete=True)
        for name in (
            *("two levels", "any of three levels", "slope", "batch as covariate"),
            *("pairs, subject as covariate", "two samples a subject, block"),
        )
    },
    "EVs v matched material: paired t": Null(partial(enriched, column="p_value")),
    "EVs v matched material: flipped signs": Null(
        partial(enriched, column="sign_flip_p_value"), discrete=True
    ),
}
