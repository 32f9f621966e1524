"""ZetaView (Particle Metrix): text file of a measurement of sizes.

Read from files of version 8.06: settings, then ``Size Distribution`` with linear bins, a row of -1,
the same distribution in logarithmic bins. A measurement without particles has no bin. The
concentrations are those in the cell: over 50 real files they are 4.29e5 per ml and particle in view
whether the dilution was 1,000 or 5,000, and the table of positions gives the ``Orig. Conc.`` as the
concentration times the dilution.
"""

from evcargo.particles.formats.layout import Layout, Refusal, pattern

LAYOUT = Layout(
    program="ZetaView",
    marks=(
        pattern(r"ZetaView \(version [^)\n]*\)"),
        pattern(r"^Size / nm\W{1,3}Number\W{1,3}Concentration / cm-3"),
        pattern(r"ZetaView"),
    ),
    version=pattern(r"(ZetaView) \(version ([^)\n]*)\)"),
    dilution=pattern(r"Dilution::([^\n]*)"),
    dilution_included=False,
    linear_then_logarithmic=True,
    refusals=(
        Refusal(
            pattern(r"^Use\tPosition\tMean Int"),
            "holds one row per position of a ZetaView measurement and no size bins",
            "Give the file of the same name without the number of positions (_11pos)",
        ),
        Refusal(
            pattern(r"^Type of Measurement:[\t ]*(?!Size)\w"),
            "is a ZetaView measurement of the zeta potential, not of sizes",
            "Give the file of the size measurement (its name holds 'size')",
        ),
    ),
)
