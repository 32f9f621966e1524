"""Samples that cannot take part: nothing, or next to nothing, was measured in them.

What a study shares (size factors, the common scale of the proteins, which features are kept) would
rest on the few features that such a sample has. It is carried as failed with its reason, and the
others come out as if it had never been in the study.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

FRACTION = 0.1
"""Of the upper quartile of the samples of a material, below which a sample may be nearly empty: a
study of shallow libraries, or of a small panel, has no empty samples. evcargo default: a feature
with the 10 reads of `differential.min_count` is then expected with less than one."""
UPPER = 0.75


def empty_samples(
    sizes: Mapping[str, float], material: Mapping[str, str], least: float, unit: str, option: str
) -> dict[str, str]:
    """Find the samples that cannot take part.

    A sample without anything cannot; nor can one below `least` that has less than `FRACTION` of
    the upper quartile of the samples of its material that do take part. No sample is judged by one
    that cannot take part, so that leaving one out of the study changes nothing for the others.

    Parameters
    ----------
    sizes
        Measured sample -> reads on its features, or protein groups quantified.
    material
        Sample -> its material.
    least
        Size from which a sample always takes part; 0 for any that has something.
    unit
        Of the sizes, in words.
    option
        Of the config, that `least` is from.

    Returns
    -------
    dict
        Sample -> why it cannot take part, in the order of `sizes`.
    """
    reasons = {sample: f"no {unit}" for sample, size in sizes.items() if not size > 0}
    kinds = {sample: material.get(sample, "") for sample in sizes}
    for kind in dict.fromkeys(kinds.values()):
        of_kind = {s: size for s, size in sizes.items() if kinds[s] == kind and s not in reasons}
        reference = _reference(pd.Series(of_kind, dtype=float))
        limit = min(least, FRACTION * reference)
        reasons |= {
            sample: f"nearly empty: {size:,.0f} {unit}, below {option} ({least:,g}) and below a"
            f" tenth of the upper quartile of the {kind or 'other'} samples ({reference:,.0f})"
            for sample, size in of_kind.items()
            if size < limit
        }
    return {sample: reasons[sample] for sample in sizes if sample in reasons}


def _reference(sizes: pd.Series) -> float:
    """Upper quartile of the samples that have at least `FRACTION` of it, from all downwards."""
    while len(sizes):
        reference = float(np.quantile(sizes, UPPER))
        rest = sizes[sizes >= FRACTION * reference]
        if len(rest) == len(sizes):
            return reference
        sizes = rest
    return 0.0
