"""Which class of RNA a name tells."""

import pytest

from evcargo.identifiers.rna_classes import class_of_name, classes_of_names


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("hsa-miR-21-5p", "miRNA"),
        ("hsa-let-7a-5p|miRNA|x|0|22", "miRNA"),
        ("let-7a", "miRNA"),
        ("MIR21", "miRNA_precursor"),
        ("MIR22HG", "other"),
        ("hsa-mir-21|hairpin|x", "miRNA_precursor"),
        ("piR-hsa-1234", "piRNA"),
        ("DQ570001|piRNA|x|0|30", "piRNA"),
        ("ENST00000364228|Y_RNA|RNY4", "Y_RNA"),
        ("ENST00000000233.9|mRNA|ARF5", "other"),
        ("tRNA-Gly-GCC-1-1", "tRNA"),
        ("RNY4", "Y_RNA"),
        ("SNORD3A", "snoRNA"),
        ("RNU2-1", "snRNA"),
        ("VTRNA1-1", "vault"),
        ("cel-miR-39-3p", "spike_in"),
        ("18S", "rRNA"),
        ("GAPDH", "other"),
    ],
)
def test_class_of_a_name(name: str, kind: str) -> None:
    assert class_of_name(name) == kind


def test_classes_of_a_table() -> None:
    names = ["hsa-miR-21-5p", "x|piRNA|y", "hsa-let-7a-5p", "GAPDH"]
    classes = classes_of_names(names)
    assert classes.classes == ["miRNA", "piRNA", "miRNA", "other"]
    assert classes.by == {"form of the name": 2, "class in the name": 1}
    assert classes.counts == {"miRNA": 2, "piRNA": 1, "other": 1}
