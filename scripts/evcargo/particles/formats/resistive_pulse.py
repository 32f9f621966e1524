"""Resistive pulse sensing: Izon (qNano, Exoid) and Spectradyne (nCS1, ARC).

Izon writes the start and the end of each bin; Spectradyne a concentration per ml and nm. Neither
says in the table whether the dilution is included.
"""

from evcargo.particles.formats.layout import Layout, pattern

IZON = Layout(
    program="Izon",
    marks=(
        pattern(r"\b(?:qNano|qViro|Exoid|Izon)\b[^\n,;\t]*"),
        pattern(r"^\W*(?:Size )?Bin Start \(nm\)|^\W*Size Bin Start"),
    ),
)
SPECTRADYNE = Layout(
    program="Spectradyne",
    marks=(
        pattern(r"\b(?:Spectradyne|nCS1)\b[^\n,;\t]*"),
        pattern(r"Concentration Spectral Density"),
    ),
)
