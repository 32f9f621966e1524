"""Classes of small RNA as the names in a table tell them."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

OTHER = "other"
# First pattern that the beginning of a name fits. Names may have a species (hsa-, hsa_,
# Homo_sapiens_), as in miRBase, piRNA banks and GtRNAdb, or none; MIR21 and MIRLET7B are symbols of
# genes, which are hairpins (HGNC, MGI), and MIR22HG is a gene that hosts one.
CLASS_OF_NAME = (
    ("spike_in", r"(cel-miR-(39|54|238)(-3p)?|ath-miR159a|ERCC-\d+)$"),
    ("miRNA_precursor", r"M(IR|ir)(LET|let)?\d+(?!HG|hg)[A-Za-z]{0,2}\d*(-\d+)?$"),
    ("miRNA", r"[A-Za-z][a-z\d]{2,4}-(mi?R|[Mm]ir|[Ll]et|lin|bantam|lsy|iab)[-\d*]"),
    ("miRNA", r"mi[Rr]-?[\dA-Z]|M[Ii][Rr]-[\dA-Z]|(?i:let-?7)"),
    ("tRNA", r"([A-Z][a-z]+_[a-z]+_)?(n?mt?[-_]?)?(tRNA|tRF|tiRNA|tsRNA|tDR-|TR[A-Z]-)"),
    ("tRNA", r"MT-T[A-Z]\d?$"),
    ("Y_RNA", r"(RNY\d|Y_RNA|hY\d|Y[1345]$)"),
    ("rRNA", r"(\d+(\.\d+)?S(_rRNA|-rRNA|$)|rRNA|RNA(5|18|28|45)S)"),
    ("piRNA", r"([a-z]{3}[-_])?pi[Rr]"),
    ("vault", r"VTRNA\d"),
    ("snoRNA", r"((SNOR[AD]|SCARNA)\d|U(3|8|13)$)"),
    ("snRNA", r"(RNU\d|RNVU\d|RN7S[KL]|7S[KL]$|U([124567]|1[12]|[46]atac)$)"),
)
#: Word of a layout -> class, e.g. of exSEEK: name|piRNA|... ; long RNA is of no class here.
CLASS_OF_WORD = {
    **{kind.lower(): kind for kind, _ in CLASS_OF_NAME},
    **dict.fromkeys(("pre-mirna", "hairpin", "mirna_hairpin"), "miRNA_precursor"),
    **dict.fromkeys(("mature_mirna", "mirna_mature"), "miRNA"),
    **dict.fromkeys(("yrna", "y rna", "y-rna"), "Y_RNA"),
    **dict.fromkeys(("vault_rna", "vaultrna", "vtrna"), "vault"),
    **dict.fromkeys(
        ("lncrna", "lincrna", "mrna", "tucprna", "protein_coding", "pseudogene", "circrna"), OTHER
    ),
    "mt_trna": "tRNA",
    "mt_rrna": "rRNA",
    "scarna": "snoRNA",
    "srprna": "snRNA",
}
LAYOUT = re.compile(r"[|:]")
BY_WORD, BY_NAME = "class in the name", "form of the name"


@dataclass(frozen=True)
class Classes:
    """Classes of the names of a table.

    Parameters
    ----------
    classes
        Of every name, in their order.
    by
        Number of names by what told their class: a word in the name, or the form of the name.
    counts
        Number of names by class, the most frequent first.
    """

    classes: list[str]
    by: dict[str, int]
    counts: dict[str, int]


def class_of_name(name: str) -> str:
    """RNA class by a word in the name (name|piRNA|...), else by its form; else `other`."""
    word = class_in_layout(name)
    if word:
        return word
    return next((kind for kind, pattern in CLASS_OF_NAME if re.match(pattern, name)), OTHER)


def class_in_layout(name: str) -> str:
    """Class that stands as a word in a name; empty if there is none."""
    parts = LAYOUT.split(name)[1:]
    return next(
        (CLASS_OF_WORD[part.lower()] for part in parts if part.lower() in CLASS_OF_WORD), ""
    )


def classes_of_names(names: Iterable[str]) -> Classes:
    """Split the names of a table of small RNA into classes."""
    every = list(names)
    classes = [class_of_name(name) for name in every]
    by = Counter(
        BY_WORD if class_in_layout(name) else BY_NAME
        for name, kind in zip(every, classes, strict=True)
        if kind != OTHER
    )
    return Classes(classes, dict(by), dict(Counter(classes).most_common()))
