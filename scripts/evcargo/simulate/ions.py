"""Which peptide ions a digest gives, how much of each, and when they elute."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.special import ndtr

from evcargo.errors import EvcargoError
from evcargo.simulate.peptides import (
    OXIDATION,
    PROTON,
    Floats,
    digest,
    draw_keys,
    encode,
    hydrophobicity,
    normal,
    peptide_masses,
    starts_of,
    uniform,
)
from evcargo.simulate.settings import RunSettings

# Middle and spread of the hydrophobicity of human tryptic peptides; a gradient is tuned to them.
HYDROPHOBICITY = (41.0, 30.0)
CHARGES = np.array([2, 3, 4])
MIN_CHARGE_SHARE = 0.03
# Streams of the deterministic draws, one for each property of a peptide.
RESPONSE, RETENTION, WIDTH, CHARGE, UNKNOWN, OXIDISED, SITE = range(7)
SHUFFLE = 1000


def peptide_ions(
    proteins: Mapping[str, str], abundance: Mapping[str, float], settings: RunSettings
) -> pd.DataFrame:
    """All ions of a digest, before any measurement.

    Parameters
    ----------
    proteins
        Accession -> amino acid sequence.
    abundance
        Accession -> amount on the column, fmol. Proteins without one are absent.
    settings
        See `RunSettings`.

    Returns
    -------
    pandas.DataFrame
        One row per ion: `sequence`, `peptide` (with modifications as UNIMOD numbers), `oxidised`
        (1-based place of the oxidised methionine, 0 none), `accessions` (all proteins that have the
        peptide, ';'; empty where it is in none), `charge`, `mass` (Da), `mz`, `area` (expected MS1
        peak area, counts x s), `rt_s` (expected retention time), `sd_s` (of the elution peak),
        sorted by `peptide` and `charge`.

    Raises
    ------
    EvcargoError
        If an abundance is negative, not finite, or of an unknown protein.
    """
    _check(proteins, abundance)
    table = _peptides(tuple(proteins.items()), settings.study, settings.unknown)
    amounts = table["yield"].to_numpy() * np.array(
        [abundance.get(accession, 0.0) for accession in table["accession"]]
    )
    amount = np.bincount(table["peptide"], weights=amounts)
    peptides = _properties(tuple(proteins.items()), settings)
    present = amount > 0
    peptides, amount = peptides[present].reset_index(drop=True), amount[present]
    peptides["area"] = amount * peptides["response"] * settings.counts_per_fmol
    ions = _charged(_oxidised(peptides, settings), settings)
    inside = ions["mz"].between(settings.low_mz + 2, settings.high_mz - 2)
    return ions[inside].sort_values(["peptide", "charge"], ignore_index=True)


def _check(proteins: Mapping[str, str], abundance: Mapping[str, float]) -> None:
    for accession, amount in abundance.items():
        if accession not in proteins:
            raise EvcargoError(f"abundance of {accession}: no such protein. Give its sequence")
        if not 0 <= amount < np.inf:
            raise EvcargoError(f"abundance of {accession}: {amount} fmol. Give a number from 0 on")


@lru_cache(maxsize=2)
def _peptides(proteins: tuple[tuple[str, str], ...], study: int, unknown: float) -> pd.DataFrame:
    """Yield of every peptide (numbered by its sequence) from every protein, unknown ones included.

    A peptide that no FASTA has is a known one with its inner residues shuffled; it comes and goes
    with the same protein.
    """
    table = digest(dict(proteins))
    codes, uniques = pd.factorize(table["sequence"])
    sequences = uniques.tolist()
    table["peptide"] = codes
    keys = draw_keys(sequences, study)
    chosen = np.flatnonzero(uniform(keys, UNKNOWN) < unknown).tolist()
    known = set(sequences)
    shuffled = {code: _shuffle(sequences[code], keys[code]) for code in chosen}
    shuffled = {
        code: text
        for code, text in shuffled.items()
        if text not in known and text != sequences[code][-2::-1] + sequences[code][-1]
    }
    fresh = {code: number for number, code in enumerate(shuffled, len(sequences))}
    extra = table[table["peptide"].isin(shuffled)].copy()
    extra["sequence"] = extra["peptide"].map(shuffled)
    extra["peptide"] = extra["peptide"].map(fresh)
    table["known"], extra["known"] = True, False
    both = pd.concat([table, extra], ignore_index=True)
    return both.astype({"peptide": np.int64})


def _shuffle(sequence: str, key: np.uint64) -> str:
    places = SHUFFLE + np.arange(len(sequence) - 1)
    order = np.argsort(uniform(np.array([key]), places))
    return "".join(sequence[place] for place in order) + sequence[-1]


@lru_cache(maxsize=2)
def _properties(proteins: tuple[tuple[str, str], ...], settings: RunSettings) -> pd.DataFrame:
    """List what each peptide is by nature, in the order of their numbers."""
    table = _peptides(proteins, settings.study, settings.unknown)
    first = table.drop_duplicates("peptide").sort_values("peptide", ignore_index=True)
    accessions = table.groupby("peptide")["accession"].agg(lambda names: ";".join(sorted(names)))
    sequences = first["sequence"].tolist()
    keys = draw_keys(sequences, settings.study)
    middle, spread = HYDROPHOBICITY
    gradient = ndtr((hydrophobicity(sequences) - middle) / spread)
    place = 0.05 + 0.87 * gradient + 0.015 * normal(keys, RETENTION)
    return pd.DataFrame(
        {
            "sequence": sequences,
            "accessions": accessions.where(first["known"], ""),
            "key": keys,
            "mass": peptide_masses(sequences),
            "response": np.exp(
                settings.response_sd * normal(keys, RESPONSE) - settings.response_sd**2 / 2
            ),
            "rt_s": np.clip(place, 0.02, 0.98) * settings.gradient_min * 60,
            "sd_s": settings.peak_sd_s * np.exp(0.2 * normal(keys, WIDTH)),
            "basic": [1 + sum(text.count(one) for one in "KRH") for text in sequences],
        }
    )


def _oxidised(peptides: pd.DataFrame, settings: RunSettings) -> pd.DataFrame:
    """Split each peptide with methionine into its plain form and one with an oxidised one."""
    plain = peptides.assign(oxidised=0)
    count = peptides["sequence"].str.count("M").to_numpy()
    having = np.flatnonzero(count)
    forms = plain.iloc[having].copy()
    keys = forms["key"].to_numpy()
    share = np.clip(2 * settings.oxidised * uniform(keys, OXIDISED), 0, 1)
    which = (uniform(keys, SITE) * count[having]).astype(int)
    sites = [
        [place for place, residue in enumerate(text, 1) if residue == "M"][number]
        for text, number in zip(forms["sequence"], which, strict=True)
    ]
    forms["oxidised"] = sites
    forms["mass"] += OXIDATION
    forms["area"] *= share
    # The sulfoxide is more polar: it elutes about 3 % of the gradient earlier.
    forms["rt_s"] = np.maximum(forms["rt_s"] - 0.03 * settings.gradient_min * 60, 1.0)
    plain.loc[plain.index[having], "area"] *= 1 - share
    return pd.concat([plain, forms], ignore_index=True)


def _charged(forms: pd.DataFrame, settings: RunSettings) -> pd.DataFrame:
    """Spread each form over its charges: more basic residues and more length, more charges."""
    lengths = forms["sequence"].str.len().to_numpy()
    middle = 1.0 + 0.45 * forms["basic"].to_numpy() + 0.02 * lengths
    middle = np.clip(middle + 0.15 * normal(forms["key"].to_numpy(), CHARGE), 1.9, 4.1)
    weights = np.exp(-0.5 * ((CHARGES - middle[:, None]) / 0.45) ** 2)
    shares = weights / weights.sum(axis=1, keepdims=True)
    rows, columns = np.nonzero(shares >= MIN_CHARGE_SHARE)
    ions = forms.iloc[rows].reset_index(drop=True)
    ions["charge"] = CHARGES[columns]
    ions["area"] *= shares[rows, columns]
    ions["mz"] = ions["mass"] / ions["charge"] + PROTON
    ions["peptide"] = _written(ions["sequence"].tolist(), ions["oxidised"].to_numpy())
    columns_out = ["sequence", "peptide", "oxidised", "accessions", "charge", "mass", "mz", "area"]
    return ions[[*columns_out, "rt_s", "sd_s"]]


def _written(sequences: list[str], oxidised: np.ndarray) -> list[str]:
    texts = []
    for sequence, site in zip(sequences, oxidised, strict=True):
        text = f"{sequence[:site]}[UNIMOD:35]{sequence[site:]}" if site else sequence
        texts.append(text.replace("C", "C[UNIMOD:4]"))
    return texts


def ion_residues(ions: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, Floats]:
    """Give residue codes (one ion after the other), lengths, and Da added at each residue."""
    codes, lengths = encode(ions["sequence"].tolist())
    added = np.zeros(len(codes))
    sites = ions["oxidised"].to_numpy()
    having = sites > 0
    added[(starts_of(lengths) + sites - 1)[having]] = OXIDATION
    return codes, lengths, added
