"""From the PSMs of all runs to accepted PSMs, peptides and protein groups of the study."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evcargo.proteins.database import HOST_TAXON, Protein, is_host, preference
from evcargo.proteins.digest import Digestion, proteins_of
from evcargo.proteins.fdr import Acceptance, accept, best_of
from evcargo.proteins.grouping import Group, group_proteins, host_first
from evcargo.proteins.rescore import pair_of, rescore

GROUP_COLUMNS = [
    "group",
    "accessions",
    "gene",
    "name",
    "taxon",
    "is_contaminant",
    "n_peptides",
    "n_unique_peptides",
    "ambiguous",
    "score",
    "q_value",
    "accepted",
]


@dataclass(frozen=True)
class Inference:
    """What the spectra of a study show.

    Parameters
    ----------
    psms
        All PSMs, with ``score``, ``q_value``, ``accepted`` (the PSM, its peptide and its group
        are), ``proteins`` and ``group``.
    peptides
        One row per peptide that its decoy did not beat, with the same, ``unique`` and ``origin``
        (``host``, ``foreign``; ``shared`` where both hold it, which counts as host).
    groups
        One row per protein group.
    rules
        One row per level: targets and decoys, how many were accepted and by which rule; the
        method of the score.
    """

    psms: pd.DataFrame
    peptides: pd.DataFrame
    groups: pd.DataFrame
    rules: pd.DataFrame


def infer_proteins(
    psms: pd.DataFrame,
    proteins: list[Protein],
    how: Digestion,
    organism: str,
    psm_fdr: float,
    protein_fdr: float,
) -> Inference:
    """Score, filter and group the PSMs of a study.

    Parameters
    ----------
    psms
        PSMs of all runs (`evcargo.proteins.search.COLUMNS`) with columns ``run`` and ``sample``.
    proteins
        The database.
    how
        Digestion of the search.
    organism
        ``human``, ``mouse`` or ``rat``.
    psm_fdr, protein_fdr
        False discovery rates accepted for PSMs and peptides, and for protein groups; fractions.

    Returns
    -------
    Inference
        The four tables.
    """
    known = {protein.accession: protein for protein in proteins}
    host = HOST_TAXON[organism]

    def hosted(accession: str) -> bool:
        return is_host(known[accession].taxon, known[accession].is_contaminant, host)

    psms = psms.reset_index(drop=True)
    psms["pair"] = pair_of(psms)
    score, method = rescore(psms, psm_fdr)
    psms["score"] = score
    by_psm = accept(psms["score"], psms["is_decoy"], psm_fdr)
    psms["q_value"], psms["accepted"] = by_psm.q_values, by_psm.accepted

    # Peptides compete with their own decoy, and only those go on that score like accepted PSMs.
    peptides = best_of(psms, "pair")[["pair", "is_decoy", "score"]].reset_index(drop=True)
    peptides = peptides[peptides["score"] >= by_psm.threshold].reset_index(drop=True)
    by_peptide = accept(peptides["score"], peptides["is_decoy"], psm_fdr, least=1)
    peptides["q_value"], peptides["accepted"] = by_peptide.q_values, by_peptide.accepted

    holders = proteins_of(set(peptides["pair"]), ((p.accession, p.sequence) for p in proteins), how)
    counted = host_first(holders, hosted)
    entered = peptides[peptides["score"] >= by_peptide.threshold]

    def grouped(decoy: bool) -> list[Group]:
        chosen = set(entered.loc[entered["is_decoy"] == decoy, "pair"])
        return group_proteins(
            {peptide: counted[peptide] for peptide in sorted(chosen)},
            lambda accession: preference(known[accession], host),
        )

    targets, by_group, n_decoys = _compete(grouped(False), grouped(True), entered, protein_fdr)
    table = _describe(targets, by_group, entered, known)
    peptides = _annotate(peptides, targets, table, holders, hosted)
    psms = _annotate_psms(psms, peptides)
    rules = pd.DataFrame(
        [
            _rule("PSM", by_psm, int(psms["is_decoy"].sum())),
            _rule("peptide", by_peptide, int(peptides["is_decoy"].sum())),
            _rule("protein group", by_group, n_decoys),
        ]
    ).assign(score=method)
    peptides = peptides[~peptides["is_decoy"]].drop(columns="is_decoy")
    return Inference(psms.drop(columns="pair"), peptides, table, rules)


def _compete(
    targets: list[Group], decoys: list[Group], peptides: pd.DataFrame, alpha: float
) -> tuple[list[Group], Acceptance, int]:
    """Let each target group compete with its decoy (picked FDR, Savitski 2015).

    Decoys are grouped by their own peptides, as targets are, so that both have the same chances
    (The and Kaell 2022, 10.1016/j.mcpro.2022.100437). A group scores as its best peptide; a decoy
    group is that of the first target group with one of its proteins. Returns the targets that
    stay, the acceptance over the targets, then decoys, that stay, and the number of the latter.
    """
    score = {
        (bool(decoy), pair): value
        for decoy, pair, value in zip(
            peptides["is_decoy"], peptides["pair"], peptides["score"], strict=True
        )
    }
    best_target = [max(score[False, peptide] for peptide in group.razor) for group in targets]
    best_decoy = [max(score[True, peptide] for peptide in group.razor) for group in decoys]
    target_of = {name: i for i, group in enumerate(targets) for name in group.accessions}
    beaten_targets, beaten_decoys = set(), set()
    for j, group in enumerate(decoys):
        rivals = sorted({target_of[name] for name in group.accessions if name in target_of})
        for i in rivals[:1]:
            if best_decoy[j] >= best_target[i]:
                beaten_targets.add(i)
            else:
                beaten_decoys.add(j)
    left = [i for i in range(len(targets)) if i not in beaten_targets]
    decoys_left = [j for j in range(len(decoys)) if j not in beaten_decoys]
    acceptance = accept(
        [*(best_target[i] for i in left), *(best_decoy[j] for j in decoys_left)],
        [False] * len(left) + [True] * len(decoys_left),
        alpha,
        least=1,
    )
    return [targets[i] for i in left], acceptance, len(decoys_left)


def _describe(
    groups: list[Group],
    acceptance: Acceptance,
    peptides: pd.DataFrame,
    known: Mapping[str, Protein],
) -> pd.DataFrame:
    score = dict(
        peptides.loc[~peptides["is_decoy"], ["pair", "score"]].itertuples(index=False, name=None)
    )
    rows = []
    for group, q_value, accepted in zip(
        groups, acceptance.q_values, acceptance.accepted, strict=False
    ):
        members = [known[accession] for accession in group.accessions]
        rows.append(
            {
                "group": group.accessions[0],
                "accessions": ";".join(group.accessions),
                "gene": ";".join(dict.fromkeys(m.gene for m in members if m.gene)),
                "name": members[0].name,
                "taxon": members[0].taxon,
                "is_contaminant": members[0].is_contaminant,
                "n_peptides": len(group.razor),
                "n_unique_peptides": len(group.unique),
                "ambiguous": group.is_ambiguous,
                "score": max(score[peptide] for peptide in group.razor),
                "q_value": q_value,
                "accepted": bool(accepted),
            }
        )
    # Flags are flags in an empty table, too: a frame is filtered by them.
    flags = dict.fromkeys(["is_contaminant", "ambiguous", "accepted"], bool)
    return pd.DataFrame(rows, columns=GROUP_COLUMNS).astype(flags)


def _annotate(
    peptides: pd.DataFrame,
    groups: list[Group],
    table: pd.DataFrame,
    holders: Mapping[str, Mapping[str, str]],
    hosted: Callable[[str], bool],
) -> pd.DataFrame:
    owner = {peptide: group.accessions[0] for group in groups for peptide in group.razor}
    unique = {peptide for group in groups for peptide in group.unique}
    good = set(table.loc[table["accepted"], "group"])
    peptides = peptides.rename(columns={"pair": "peptide"})
    names = peptides["peptide"]
    peptides["group"] = np.where(peptides["is_decoy"], "", names.map(owner).fillna(""))
    peptides["unique"] = names.isin(unique)
    peptides["proteins"] = [";".join(sorted(holders[name])) for name in names]
    peptides["origin"] = [origin_by([hosted(a) for a in holders[name]]) for name in names]
    peptides["accepted"] &= peptides["group"].isin(good)
    return peptides


def origin_by(hosted: list[bool]) -> str:
    """Origin of a peptide by whether each protein that holds it is of the host."""
    if all(hosted):
        return "host"
    return "shared" if any(hosted) else "foreign"


def _annotate_psms(psms: pd.DataFrame, peptides: pd.DataFrame) -> pd.DataFrame:
    targets = peptides[~peptides["is_decoy"]].set_index("peptide")
    for column in ("group", "proteins"):
        found = psms["pair"].map(targets[column]).fillna("")
        psms[column] = found.where(~psms["is_decoy"], "").astype("string")
    good = set(targets.index[targets["accepted"]])
    psms["accepted"] &= psms["pair"].isin(good)
    return psms


def _rule(level: str, acceptance: Acceptance, decoys: int) -> dict[str, object]:
    return {
        "level": level,
        "targets": len(acceptance.q_values) - decoys,
        "decoys": decoys,
        "accepted": int(acceptance.accepted.sum()),
        "rule": acceptance.rule,
    }
