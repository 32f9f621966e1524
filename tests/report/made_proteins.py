"""Tables on the quality of proteins of the invented study, as the stage writes them."""

import numpy as np
import pandas as pd

from evcargo.contracts import CONTRACTS

# D2 was measured first and D1 last; between them the samples in turn.
ORDER = ["D2", "T1", "H1", "T2", "H2", "T3", "H3", "T4", "H4", "D1"]
GROUPS = 250


def proteins_tables(samples: pd.DataFrame, route: str, word: str) -> dict[str, pd.DataFrame]:
    """Contract -> table; `route` is spectra or tables, `word` what a hostile user put in."""
    names = samples["sample"].tolist()
    tables = {
        "proteins_origins": _origins(names),
        "proteins_missing": _missing(names),
        "proteins_normalisation": _normalisation(samples),
    }
    if route == "spectra":
        return tables | {"proteins_spectra": _spectra(names, word), "proteins_rules": _rules()}
    return tables | {"proteins_filters": _filters(word), "proteins_columns": _columns(names)}


def _made(name: str, rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=CONTRACTS[name].names)


def _spectra(names: list[str], word: str) -> pd.DataFrame:
    rows = [
        (
            name,
            name,
            f"Q Exactive {word}",
            f"2024-03-01T{10 + ORDER.index(name)}:00:00",
            ORDER.index(name) + 1,
            60.0,
            2000,
            10_000,
            1e11 * (1 - 0.05 * ORDER.index(name)),
            "mzML",
            word if name == "T3" else "",
        )
        for name in names
    ]
    return _made("proteins_spectra", rows)


def _rules() -> pd.DataFrame:
    how = "(D + 1) / T <= 0.01"
    score = "discriminant of 12 features, trained on targets and decoys"
    rows = [
        ("PSM", 60_000, 31_000, 27_412, how, score),
        ("peptide", 9_100, 90, 8_714, how, score),
        ("protein group", 1_020, 9, 998, how, score),
    ]
    return _made("proteins_rules", rows)


def _filters(word: str) -> pd.DataFrame:
    rows = [
        ("/data/private/proteinGroups.txt", "MaxQuant", 1, "Reverse is not +", 1200, 1150, "docs"),
        ("/data/private/proteinGroups.txt", "MaxQuant", 2, word, 1150, 1101, "docs"),
    ]
    return _made("proteins_filters", rows)


def _columns(names: list[str]) -> pd.DataFrame:
    path = "/data/private/proteinGroups.txt"
    kind = "LFQ intensity"
    rows = [(name, name, path, f"{kind} {name}", "prefix", kind) for name in names]
    return _made("proteins_columns", rows)


def _origins(names: list[str]) -> pd.DataFrame:
    rows = []
    for name in names:
        shares = {"host": 0.85, "shared": 0.1, "bovine": 0.05}
        rows += [(name, origin, int(1000 * s), 1e9 * s, s) for origin, s in shares.items()]
    return _made("proteins_origins", rows)


def _missing(names: list[str]) -> pd.DataFrame:
    rows = []
    for place, name in enumerate(names):
        quantified, transferred = 200 - 10 * place, 20
        missing = GROUPS - quantified
        known = name != "D1"  # of D1 the reasons could not be estimated
        below, random = (0.7 * missing, 0.3 * missing) if known else (np.nan, np.nan)
        rows.append((name, GROUPS, quantified, transferred, missing, below, random))
    return _made("proteins_missing", rows)


def _normalisation(samples: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for place, row in enumerate(samples.itertuples()):
        shift = 0.3 * (place % 3 - 1)
        method = "median of the stable proteins"
        rows.append((row.sample, row.batch, method, shift, 24 + shift, 24.0, 3.0, 2.8))
    return _made("proteins_normalisation", rows)


def proteins_quality(names: list[str]) -> list[tuple]:
    """Figures of each sample and its only run: 3,000 of 10,000 spectra, less with each run."""
    rows = []
    for name in names:
        place = ORDER.index(name)
        figures = {
            "ms2_identified": (3000.0 - 100 * place, "spectra"),
            "ms2_not_identified": (7000.0 + 100 * place, "spectra"),
            "ms1_tic": (1e11 * (1 - 0.05 * place), "intensity"),
            "median_precursor_error": (0.2 * place - 1, "ppm"),
            "contaminant_share": (0.01 * place, "fraction"),
        }
        for metric, (value, unit) in figures.items():
            rows += [(name, run, "proteins", metric, value, unit) for run in ("", name)]
    return rows
