"""Purity criteria from the long RNA: what its counts hold of blood cells and of broken cells.

No limit of these shares is published for EVs, so none judges unless the config sets one: they are
compared between the samples, held against every contrast, and may be its purity axes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from evcargo.purity.answers import Answer, band_for, judged, open_answer, text_of
from evcargo.purity.shares import OTHER, class_shares
from evcargo.transcripts.ribosomal import is_ribosomal

if TYPE_CHECKING:
    from anndata import AnnData

ASSAY = "transcripts"
HAEMOGLOBIN, PLATELET, IMMUNOGLOBULIN = "haemoglobin mRNA", "platelet mRNA", "immunoglobulin mRNA"
RIBOSOMAL, MITOCHONDRIAL = "ribosomal RNA", "mitochondrial RNA"
CLASSES = (HAEMOGLOBIN, PLATELET, IMMUNOGLOBULIN, RIBOSOMAL, MITOCHONDRIAL, OTHER)
CONTAMINANT_CLASSES = (HAEMOGLOBIN, PLATELET)
"""Classes that are impurities of any EV preparation: of red cells and of platelets."""
IMPURITIES = (*CONTAMINANT_CLASSES, RIBOSOMAL, MITOCHONDRIAL)
"""Those, and the RNA that broken cells leave most of."""
PANELS_OF_CLASS = {HAEMOGLOBIN: "haemolysis", PLATELET: "platelet"}

UNPUBLISHED = "no published limit"
QUESTIONS = {
    HAEMOGLOBIN: (
        "haemoglobin_rna_share",
        f"{UNPUBLISHED}; whole blood 0.5 to 0.8 (10.1038/s41598-020-62637-0)",
    ),
    PLATELET: ("platelet_rna_share", UNPUBLISHED),
    RIBOSOMAL: ("ribosomal_rna_share", UNPUBLISHED),
    MITOCHONDRIAL: ("mitochondrial_rna_share", UNPUBLISHED),
}
"""Class -> limits in the config, and source."""
SHOWN = 3

# Genes and gene segments of the immunoglobulins as HGNC, MGI and RGD name them; IGHMBP2 is none.
_IMMUNOGLOBULIN = r"IG[HKL][VDJ]\d.*|IGH(M|D|E|A\d?|G\d?[ABC]?)|IGKC|IGLC\d+|JCHAIN"
_MITOCHONDRIAL = r"MT-.+"


@dataclass(frozen=True)
class Transcripts:
    """All that the criteria look at: counts (samples x genes) and shares of classes by sample.

    `symbol` and `class_of` are by gene; `most` is the highest count of each class in any sample.
    `named` tells whether the genes have symbols, `names_problem` why they cannot be looked up.
    """

    counts: pd.DataFrame
    symbol: pd.Series
    class_of: pd.Series
    class_share: pd.DataFrame
    most: pd.Series
    named: bool
    status: pd.Series
    names_problem: str = ""


def gene_symbols(var: pd.DataFrame) -> pd.Series:
    """Symbol of each gene, as written; its name where the matrix has no symbols."""
    gene, name = (var[column].astype("string").fillna("") for column in ("gene", "name"))
    return gene.where(gene != "", name).astype(object)


def transcript_classes(var: pd.DataFrame, panels: pd.DataFrame) -> pd.Series:
    """Put each gene into the one class that it belongs to.

    Haemoglobin genes are the globins of the panel `haemolysis`, whose other members are no markers
    as mRNA; platelet genes those of the panel `platelet`. Genes of mitochondrial DNA are told by
    their symbols (MT-), immunoglobulins by symbol or biotype, ribosomal RNA, which includes that of
    mitochondria, as in the quality of the long RNA.

    Parameters
    ----------
    var
        `var` of the matrix of the long RNA.
    panels
        Of `evcargo.purity.markers.read_panels`, in the study's organism.

    Returns
    -------
    pandas.Series
        Class by gene, one of `CLASSES`, in the order of `var`.
    """
    symbols, biotypes = gene_symbols(var), var["class"].astype(str)
    upper = symbols.str.upper()
    classes = pd.Series(OTHER, index=var.index, dtype=object)
    of_antibody = biotypes.str.startswith("IG_") | upper.str.fullmatch(_IMMUNOGLOBULIN)
    classes[of_antibody.to_numpy(bool)] = IMMUNOGLOBULIN
    classes[upper.str.fullmatch(_MITOCHONDRIAL).to_numpy(bool)] = MITOCHONDRIAL
    for name, panel in PANELS_OF_CLASS.items():
        members = panels.loc[panels["panel"] == panel, "symbols"].explode()
        if name == HAEMOGLOBIN:
            members = members[members.str.startswith("HB", na=False)]
        classes[upper.isin(members).to_numpy(bool)] = name
    ribosomal = [is_ribosomal(*pair) for pair in zip(biotypes, symbols, strict=True)]
    classes[ribosomal] = RIBOSOMAL
    return classes


def transcript_evidence(matrix: "AnnData", panels: pd.DataFrame) -> Transcripts:
    """Collect the counts and their shares by class, of every sample of a long-RNA matrix.

    Genes without symbols (identifiers alone) cannot be put into classes: if not one gene of any
    panel is found, there are no shares.
    """
    var = matrix.var
    class_of, symbol = transcript_classes(var, panels), gene_symbols(var)
    known = set(panels["symbols"].explode().dropna())
    named = bool(symbol.str.upper().isin(known).any())
    found = tuple(name for name in CLASSES if (class_of == name).any()) if named else ()
    counts = matrix.to_df().astype(float)
    states = matrix.obs["status"].astype(str)
    reasons = matrix.obs["status_reason"].astype("string").fillna("").astype(object)
    return Transcripts(
        counts=counts,
        symbol=symbol,
        class_of=class_of,
        class_share=class_shares(matrix, class_of, found),
        most=counts.T.groupby(class_of.to_numpy()).sum().max(axis=1),
        named=named,
        status=states.where(states == "ok", states + ": " + reasons),
    )


def transcript_criteria(
    sample: Mapping[str, Any], transcripts: Transcripts | None, options: Mapping[str, Any]
) -> list[Answer]:
    """Answer all questions of the long RNA for one sample (None: the study has no long RNA)."""
    name, matrix = str(sample["sample"]), text_of(sample, "biofluid")
    return [
        _share(cls, name, transcripts, matrix, options, *question)
        for cls, question in QUESTIONS.items()
    ]


def _share(
    cls: str,
    name: str,
    transcripts: Transcripts | None,
    matrix: str,
    options: Mapping[str, Any],
    key: str,
    source: str,
) -> Answer:
    criterion, unit = f"{cls} share", "fraction"
    band = band_for(options[key], matrix, high_is_good=False, unit=unit)
    obstacle = _obstacle(cls, name, transcripts)
    if transcripts is None or obstacle:
        return open_answer(ASSAY, criterion, unit, obstacle, source, threshold=band)
    evidence, least = _evidence(cls, name, transcripts), options["transcripts_min_counts"]
    if transcripts.most[cls] < least and not band.judges:
        reason = f"fewer than {least} counts in every sample, too few to compare"
        return open_answer(ASSAY, criterion, unit, reason, source, evidence, threshold=band)
    value = float(transcripts.class_share.loc[name, cls])
    return judged(ASSAY, criterion, value, band, evidence, source)


def _obstacle(cls: str, name: str, transcripts: Transcripts | None) -> str:
    if transcripts is None:
        return "the study has no long RNA"
    if name not in transcripts.status.index:
        return "the sample is not in the table of long RNA"
    if transcripts.status[name] != "ok":
        return f"long RNA {transcripts.status[name].rstrip(': ')}"
    if transcripts.names_problem:
        return transcripts.names_problem
    if not transcripts.named:
        return "the table of long RNA has no gene symbols"
    if cls not in transcripts.class_share:
        return f"the table of long RNA has no genes of {cls}"
    return "" if transcripts.class_share.loc[name].notna().all() else "the sample has no counts"


def _evidence(cls: str, name: str, transcripts: Transcripts) -> str:
    counts = transcripts.counts.loc[name]
    of_class = counts[transcripts.class_of == cls]
    top = of_class[of_class > 0].sort_values(ascending=False, kind="stable").head(SHOWN)
    genes = [f"{transcripts.symbol[gene]} {count:g}" for gene, count in top.items()]
    return f"{of_class.sum():g} of {counts.sum():g} counts: {', '.join(genes) or 'none'}"
