"""NanoSight NTA (Malvern Panalytical): ExperimentSummary and Summary files.

Read from files of NTA 2.3, 3.2, 3.3 and 3.4: settings and results in sections; below ``Graph Data``
one column per capture, all of one name, then ``Concentration average`` and ``Standard Error`` (not
with an autosampler or one capture); then percentiles, and the same again weighted by surface area
and volume, and of diffusion coefficients. The line ``Dilution factor (concentrations adjusted for
this factor)`` means what it says: with a factor of 1e4 the bins of a real file add up to 5.9e12
particles/ml at 110 particles per frame, and to 2e8 at 23 per frame where it was not recorded.
"""

from evcargo.particles.formats.layout import Layout, Refusal, pattern

LAYOUT = Layout(
    program="NanoSight NTA",
    marks=(
        pattern(r"Created with NTA [^\n,;\t]*"),
        pattern(r"NANOSIGHT(?: NTA [^\n,;\t]*)?"),
        pattern(r"NTA (?:Experiment|Single Analysis) Summary File"),
        pattern(r"^Bin cent(?:re|er) \(nm\)[\t,;].*Concentration average"),
    ),
    version=pattern(r"(?:Created with|NANOSIGHT|Software Version[,;\t]) ?(NTA [^\n,;\t]*)"),
    dilution=pattern(r"^Dilution factor \(concentrations adjusted for this factor\)([,;\t][^\n]*)"),
    dilution_included=True,
    captures="filename",
    refusals=(
        Refusal(
            pattern(r"\A\W*(?:Particle|Track) ?(?:ID|#|No\.?)[\t,;].*(?:Diffusion|Size|Track)"),
            "holds one row per tracked particle, which is not yet a size distribution",
            "Give the ExperimentSummary or Summary file of the same measurement",
        ),
    ),
)
