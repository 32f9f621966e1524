"""Zetasizer (Malvern Panalytical): dynamic light scattering, with and without several angles.

Light scattering measures intensities; only the particle concentration of MADLS, and with caution
the number distribution, are numbers of particles.
"""

from evcargo.particles.formats.layout import Layout, Refusal, pattern

LAYOUT = Layout(
    program="Zetasizer",
    marks=(
        pattern(r"Zetasizer|ZS XPLORER|MADLS"),
        pattern(r"\(d\.nm\)"),
    ),
    refusals=(
        Refusal(
            pattern(r"Sizes\[\d+\]|^(?:Record\t)?Type\tSample Name|Z-Ave\w* \([dr]\.nm\).*\bPdI\b"),
            "holds one row per measurement of a Zetasizer, not one per size bin",
            "Export a table with the columns Size (nm) and Particle concentration or Number",
        ),
    ),
)
