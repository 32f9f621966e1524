"""The purity stage as a whole: matrices and sheet in, the purity tables out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.identifiers.genes import Genes
from evcargo.purity.actions import left_out
from evcargo.purity.associations import associate, every_metric
from evcargo.purity.criteria import assess, criteria_table, verdicts
from evcargo.purity.index import index_table
from evcargo.purity.profiles import profile_table
from evcargo.purity.proteins import Proteins, protein_evidence
from evcargo.purity.recognition import names_problem
from evcargo.purity.rna import Rna, rna_evidence
from evcargo.purity.shares import shares_table
from evcargo.purity.transcripts import Transcripts, transcript_evidence

if TYPE_CHECKING:
    from anndata import AnnData

Side = TypeVar("Side", Proteins, Rna, Transcripts)


def score(
    samples: pd.DataFrame,
    panels: pd.DataFrame,
    options: Mapping[str, Any],
    contrasts: Sequence[Mapping[str, Any]] = (),
    proteins: "AnnData | None" = None,
    rna: "AnnData | None" = None,
    particles: pd.DataFrame | None = None,
    gate: pd.DataFrame | None = None,
    transcripts: "AnnData | None" = None,
    genes: Genes | None = None,
) -> dict[str, pd.DataFrame]:
    """Score the purity of every sample from all its assays.

    Parameters
    ----------
    samples
        Sample sheet (contract ``samples``).
    panels
        Of `evcargo.purity.markers.read_panels`, in the study's organism.
    options
        `purity` section of the config, with all its defaults.
    contrasts
        What the study compares, for `evcargo.purity.associations.associate`.
    proteins, rna
        Matrices of raw quantities, None where the study has no such assay.
    particles
        Table of the contract ``particles``, or None.
    gate
        Table of the contract ``rna_gate``, or None.
    transcripts
        Matrix of the counts of long RNA, None where the study has none.
    genes
        Genes of the organism, by which the features of tables are known
        (`evcargo.purity.recognition`); None for matrices of which that needs no proof.

    Returns
    -------
    dict
        Tables `criteria`, `verdicts`, `markers`, `shares`, `index`, `profiles` and `associations`
        by name, each under the contract of that name.
    """
    protein_side = (
        None
        if proteins is None
        else protein_evidence(proteins, panels, options["min_depth"], samples)
    )
    rna_side = None if rna is None else rna_evidence(rna, panels, options, gate)
    long_side = None if transcripts is None else transcript_evidence(transcripts, panels)
    if genes is not None:
        protein_side = _looked_up(protein_side, proteins, "proteins", genes)
        rna_side = _looked_up(rna_side, rna, "rna", genes)
        long_side = _looked_up(long_side, transcripts, "transcripts", genes)
    sides = {"proteins": protein_side, "rna": rna_side, "transcripts": long_side}
    shares = [
        shares_table(side.class_share, assay) for assay, side in sides.items() if side is not None
    ]
    shared = pd.concat(shares, ignore_index=True) if shares else _empty("shares")
    answers = assess(samples, options, protein_side, rna_side, particles, long_side)
    criteria, judged = criteria_table(answers), verdicts(answers, samples, gate)
    compared = samples[~samples["sample"].isin(left_out(judged, options["action"]))]
    profiles = (
        _empty("profiles")
        if protein_side is None
        else profile_table(samples, protein_side.share_of, protein_side.markers, panels)
    )
    metrics = every_metric(criteria, shared, profiles)
    return {
        "criteria": criteria,
        "verdicts": judged,
        "markers": _empty("markers") if protein_side is None else protein_side.markers,
        "shares": shared,
        "index": index_table(samples, protein_side.index if protein_side else {}, criteria),
        "profiles": profiles,
        "associations": associate(metrics, compared, contrasts, options["association_alpha"]),
    }


def _looked_up(
    side: Side | None, matrix: "AnnData | None", assay: str, genes: Genes
) -> Side | None:
    """Tell the evidence of an assay whether its features are known by name."""
    if side is None or matrix is None:
        return side
    problem = names_problem(matrix.var, assay, genes)
    if not problem:
        return side
    return replace(side, names_problem=problem, class_share=side.class_share * float("nan"))


def _empty(contract: str) -> pd.DataFrame:
    return pd.DataFrame(columns=CONTRACTS[contract].names)
