"""What was identified in simulated runs, beside what they truly hold."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.proteins.digest import leucine
from evcargo.proteins.inference import Inference
from evcargo.simulate.proteome import random_proteome
from evcargo.simulate.spectra import RunSettings, simulate_run

CHANGES = [0.0, 0.0, 0.0, 1.0, -1.0]  # log2, of the second group


@dataclass(frozen=True)
class Study:
    """A simulated study of two groups.

    Parameters
    ----------
    spectra
        Run -> mzML; the runs of the first group first.
    truth
        Every MS2 of every run (`evcargo.simulate.spectra.simulate_run`), with ``run``.
    proteins
        Accession -> sequence, of the proteins that are present.
    change
        log2 ratio of each of them, second group to first.
    """

    spectra: dict[str, Path]
    truth: pd.DataFrame
    proteins: dict[str, str]
    change: pd.Series


@dataclass(frozen=True)
class Judgement:
    """False discovery proportions and recall, fractions.

    Parameters
    ----------
    psms, peptides, groups
        Accepted entries that are wrong. A PSM is right if its peptide was isolated, a peptide if
        it was isolated in any run, a group if one of its proteins is present.
    recall
        MS2 of peptides of the database that have an accepted, right PSM.
    """

    psms: float
    peptides: float
    groups: float
    recall: float


def simulate_study(
    folder: Path, proteins: int, replicates: int, settings: RunSettings, seed: int = 1
) -> Study:
    """Simulate two groups of runs of a random proteome, two fifths of which change twofold."""
    rng = np.random.default_rng(seed)
    sequences = random_proteome(proteins, seed)
    amount = pd.Series(np.exp(rng.normal(0.5, 1.5, proteins)), index=list(sequences))
    change = pd.Series(rng.choice(CHANGES, proteins), index=amount.index)
    spectra, truth = {}, []
    for number in range(2 * replicates):
        second = number >= replicates
        run = f"{'b' if second else 'a'}{number % replicates + 1}"
        spectra[run] = folder / f"{run}.mzML"
        made = simulate_run(
            spectra[run],
            sequences,
            (amount * 2 ** (change * second)).to_dict(),
            settings,
            np.random.default_rng([seed, number]),
        )
        truth.append(made.assign(run=run))
    return Study(spectra, pd.concat(truth, ignore_index=True), sequences, change)


def judge(found: Inference, truth: pd.DataFrame, present: Collection[str]) -> Judgement:
    """Compare what was accepted with the truth of the spectra and the proteins present."""
    psms = found.psms[found.psms["accepted"]]
    right = right_psms(psms, truth)
    detectable = truth.loc[truth["kind"] == "peptide", ["run", "native_id"]]
    identified = psms.loc[right, ["run", "scan"]].merge(
        detectable, left_on=["run", "scan"], right_on=["run", "native_id"]
    )
    isolated = {leucine(one) for one in truth["sequence"] if one}
    isolated |= {one for others in truth["coisolated"] for one in _bare(others)}
    peptides = found.peptides[found.peptides["accepted"]]
    groups = found.groups[found.groups["accepted"]]
    real = [bool(set(names.split(";")) & set(present)) for names in groups["accessions"]]
    return Judgement(
        float((~right).mean()),
        float((~peptides["peptide"].isin(isolated)).mean()),
        1 - float(np.mean(real)),
        len(identified) / len(detectable),
    )


def right_psms(psms: pd.DataFrame, truth: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell for each PSM whether its peptide was isolated for its spectrum."""
    known = psms[["run", "scan", "peptide"]].merge(
        truth, "left", left_on=["run", "scan"], right_on=["run", "native_id"], validate="m:1"
    )
    return np.array(
        [
            peptide == leucine(own) or peptide in _bare(others)
            for peptide, own, others in zip(
                psms["peptide"], known["sequence"], known["coisolated"], strict=True
            )
        ],
        dtype=bool,
    )


def _bare(peptides: str) -> set[str]:
    """Sequences of a list of modified peptides, I as L."""
    return {leucine(re.sub(r"\[.*?\]", "", one)) for one in peptides.split(";") if one}
