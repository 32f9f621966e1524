"""Tables of the proteins stage."""

from collections.abc import Mapping

from evcargo.contracts.column import Contract, contract

# fmt: off
PROTEINS: Mapping[str, Contract] = {
    "proteins_spectra": contract(
        "results/proteins/spectra.tsv",
        ("run", "text", "", "run"),
        ("sample", "text", "", "sample"),
        ("instrument", "text", "", "model of the instrument, as the file states it"),
        ("acquired", "text", "", "start of the measurement, ISO 8601, as the file states it"),
        ("injection_order", "count", "", "rank of the run by the start of its measurement, from 1; empty if any run lacks it"),
        ("minutes", "number", "min", "first to last spectrum"),
        ("ms1_spectra", "count", "spectra", "MS1 spectra"),
        ("ms2_spectra", "count", "spectra", "MS2 spectra"),
        ("ms1_tic", "number", "intensity", "summed intensity of the MS1 spectra"),
        ("format", "text", "", "mzML, mzML.gz, MGF ..."),
        ("notes", "text", "", "what is unusual about the file, e.g. profile spectra that were centroided"),
    ),
    "proteins_rules": contract(
        "results/proteins/rules.tsv",
        ("level", "text", "", "PSM, peptide or protein group"),
        ("targets", "count", "entries", "targets that competed"),
        ("decoys", "count", "entries", "decoys that competed"),
        ("accepted", "count", "entries", "targets accepted"),
        ("rule", "text", "", "how they were accepted"),
        ("score", "text", "", "score that they were ranked by, and why"),
    ),
    "proteins_filters": contract(
        "results/proteins/filters.tsv",
        ("path", "text", "", "table that was imported"),
        ("engine", "text", "", "engine and kind of table, told by its header"),
        ("step", "count", "", "order in which the filters were applied, from 1"),
        ("filter", "text", "", "rule of the filter; empty text is never a rule"),
        ("before", "count", "rows", "rows before the filter"),
        ("after", "count", "rows", "rows after the filter"),
        ("source", "text", "", "documentation or paper that the filter comes from"),
    ),
    "proteins_columns": contract(
        "results/proteins/columns.tsv",
        ("run", "text", "", "run of the run sheet"),
        ("sample", "text", "", "its sample"),
        ("path", "text", "", "table that was imported"),
        ("column", "text", "", "column of the table, or value of its run column, that was taken"),
        ("matched_by", "text", "", "exact name, prefix, file name or annotation"),
        ("quantity", "text", "", "quantity that was taken, e.g. LFQ intensity"),
    ),
    "proteins_origins": contract(
        "results/proteins/origins.tsv",
        ("sample", "text", "", "sample"),
        ("origin", "text", "", "host (only host proteins hold the peptide), shared (host and foreign), bovine (only bovine), foreign (any other)"),
        ("peptides", "count", "peptides", "quantified peptides of that origin"),
        ("intensity", "number", "intensity", "their summed intensity, not normalised"),
        ("share", "number", "fraction", "share of the intensity; the origins of one sample sum to 1"),
    ),
    "proteins_missing": contract(
        "results/proteins/missing.tsv",
        ("sample", "text", "", "sample"),
        ("protein_groups", "count", "protein groups", "accepted protein groups of the study"),
        ("quantified", "count", "protein groups", "of them, quantified in the sample"),
        ("transferred", "count", "protein groups", "of those, only by ions transferred from other runs"),
        ("missing", "count", "protein groups", "not quantified in the sample"),
        ("missing_below_detection", "number", "protein groups", "of the missing, expected to be below the detection limit"),
        ("missing_at_random", "number", "protein groups", "of the missing, not explained by a low level: missing at random, or truly absent"),
    ),
    "proteins_normalisation": contract(
        "results/proteins/normalisation.tsv",
        ("sample", "text", "", "sample"),
        ("batch", "text", "", "batch of the sample sheet"),
        ("method", "text", "", "normalisation that was applied"),
        ("shift", "number", "log2", "median of what was subtracted"),
        ("median_before", "number", "log2", "median log2 quantity before"),
        ("median_after", "number", "log2", "median log2 quantity after"),
        ("spread_before", "number", "log2", "interquartile range of the log2 quantities before"),
        ("spread_after", "number", "log2", "interquartile range after"),
    ),
}
