"""What words in names and paths suggest; told as a hint and never written into a cell."""

import re
from collections.abc import Iterable

BIOFLUIDS = (
    ("plasma", r"plasma|edta|citrate"),
    ("serum", r"serum|sera"),
    ("urine", r"urine|urinary"),
    ("csf", r"csf|cerebrospinal"),
    ("saliva", r"saliva\w*"),
    ("milk", r"milk|colostrum"),
    ("ascites", r"ascites|ascitic"),
    ("tissue", r"tissue|biopsy"),
    ("cell_culture", r"cm|ccm|conditioned|medium|culture|cell[-_ ]?line|supernatant"),
)
MATERIALS = (
    ("source", r"cells?|lysates?|input|whole[-_ ]?(plasma|serum)|wcl|homogenate"),
    ("depleted", r"depleted|ft|flow[-_ ]?through|ev[-_ ]?free|evdepl"),
)


def biofluid_hint(names: Iterable[str]) -> str:
    """Say which biofluid names and paths speak of; empty if none."""
    for name in names:
        for biofluid, form in BIOFLUIDS:
            if word := _word(form, name):
                return f"{word!r} in {name!r} may mean {biofluid}"
    return ""


def material_hints(samples: Iterable[str]) -> list[str]:
    """Say which samples may be no EVs, by words of their names."""
    return [
        f"{sample!r} may be {material}, by {word!r}"
        for sample in samples
        for material, form in MATERIALS
        if (word := _word(form, sample))
    ]


def _word(form: str, text: str) -> str:
    match = re.search(rf"(?<![^\W_])({form})(?![^\W_])", text, re.IGNORECASE)
    return match[1] if match else ""
