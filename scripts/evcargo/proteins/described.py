"""What the columns of the Parquet tables of the stage hold; `config/README.md` prints them."""

from collections.abc import Mapping

# Column -> unit and meaning.
PSMS: Mapping[str, tuple[str, str]] = {
    "run": ("", "run"),
    "sample": ("", "its sample"),
    "scan": ("", "native id of the MS2 spectrum, as in the file"),
    "rt": ("min", "retention time"),
    "precursor_mz": ("m/z", "precursor, as the file gives it"),
    "charge": ("", "its charge"),
    "peptide": (
        "",
        "sequence of the match with I and J written as L, which mass cannot tell apart",
    ),
    "modified": ("", "the same with mass shifts in ProForma notation, e.g. M[+15.9949]K"),
    "is_decoy": ("", "whether it is a decoy"),
    "mass": ("Da", "calculated mass of the peptide, neutral"),
    "ppm": ("ppm", "error of the precursor after the isotope error is taken off"),
    "mass_shift": (
        "Da",
        "observed less calculated mass beyond the tolerance, of an open search; else 0",
    ),
    "isotope_error": ("", "isotope peak that was taken for the monoisotopic one, as a number"),
    "hyperscore": ("", "score of the search engine"),
    "delta_next": ("", "its distance to the next candidate"),
    "matched_peaks": ("peaks", "fragments found"),
    "longest_b": ("ions", "longest run of b ions"),
    "longest_y": ("ions", "longest run of y ions"),
    "longest_y_share": ("fraction", "the latter as share of the peptide's length"),
    "matched_share": ("fraction", "share of the spectrum's intensity in matched fragments"),
    "candidates": ("peptides", "candidates of the spectrum"),
    "poisson": ("log10", "probability of so many matched fragments by chance"),
    "fragment_ppm": ("ppm", "mean error of the fragments"),
    "missed_cleavages": ("", "missed cleavages"),
    "score": ("", "score that matches were ranked by; rules.tsv says which"),
    "q_value": ("", "q-value of the match over the study"),
    "accepted": ("", "whether the match, its peptide and its protein group are accepted"),
    "group": ("", "protein group that the peptide counts for (unique or razor), empty if none"),
    "proteins": ("", "all proteins that hold the peptide, separated by semicolons"),
}
PEPTIDES: Mapping[str, tuple[str, str]] = {
    "peptide": ("", "sequence with I and J written as L"),
    "score": ("", "best score of its matches"),
    "q_value": ("", "q-value of the peptide over the study"),
    "accepted": ("", "whether the peptide and its protein group are accepted"),
    "group": (
        "",
        "protein group that it counts for: the one with most peptides that holds it (razor)",
    ),
    "unique": ("", "whether no other group holds it; else it is shared, and razor for its group"),
    "proteins": ("", "all proteins that hold it, separated by semicolons"),
    "origin": ("", "host, foreign, or shared by host and foreign proteins, which counts as host"),
}
TABLES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "results/proteins/psms.parquet": PSMS,
    "results/proteins/peptides.parquet": PEPTIDES,
}
