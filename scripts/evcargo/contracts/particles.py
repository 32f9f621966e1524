"""Tables of particles."""

from collections.abc import Mapping

from evcargo.contracts.column import Contract, contract

# fmt: off
PARTICLES: Mapping[str, Contract] = {
    "particles": contract(
        "results/particles/particles.tsv",
        ("sample", "text", "", "sample"),
        ("status", "text", "", "ok, failed or no run"),
        ("status_reason", "text", "", "why the sample is not ok, e.g. no particle was measured"),
        ("mode_nm", "number", "nm", "size bin with most particles per nm"),
        ("mean_nm", "number", "nm", "mean diameter, weighted by concentration"),
        ("d10_nm", "number", "nm", "10 % of the particles are smaller"),
        ("d50_nm", "number", "nm", "median diameter"),
        ("d90_nm", "number", "nm", "90 % of the particles are smaller"),
        ("share_in_window", "number", "fraction", "particles within the size window (default 30-150 nm)"),
        ("particles_per_ml", "number", "particles/ml", "total concentration, times the dilution where that is known (metric dilution_applied of quality.tsv)"),
        ("particles_per_ug", "number", "particles/ug", "particle_count / protein_ug of the sample sheet"),
    ),
    "distribution": contract(
        "results/particles/distribution.tsv",
        ("sample", "text", "", "sample"),
        ("diameter_nm", "number", "nm", "middle of the size bin"),
        ("share", "number", "fraction", "share of the sample's particles in the bin"),
        ("concentration_per_ml", "number", "particles/ml", "particles in the bin, if known"),
    ),
}
