"""One name for identical sequences, in every class."""

from pathlib import Path

from evcargo.rna.identical import joined_names
from evcargo.rna.reference import reference_features


def test_names_are_sorted_joined_and_shortened() -> None:
    assert joined_names([("b", "ACGT"), ("a", "ACGT"), ("c", "AC")]) == {"ACGT": "a/b", "AC": "c"}
    assert joined_names([("a", "ACGT"), ("a", "ACGT")]) == {"ACGT": "a"}
    six = [(f"n{n}", "ACGT") for n in range(6)]
    assert joined_names(six) == {"ACGT": "n0/n1/n2/n3/n4/n5"}
    assert joined_names([*six, ("n6", "ACGT")]) == {"ACGT": "n0/n1/n2/+4"}


def test_copies_are_one_feature_in_every_class(tmp_path: Path) -> None:
    one, other = "ACGATCGATTAGCTAGCTAGG", "GGCTATTAGCGCGATTTAGCC"
    texts = {
        "hairpin": f">mir-2\nGG{one}CC\n>mir-1\nGG{one}CC\n>mir-3\nAA{one}TT\n",
        "mature": f">miR-b\n{one}\n>miR-a\n{one}\n",
        "snoRNA": f">U2\n{other}\n>U1\n{other}\n>U3\n{other}A\n",
        "tRNA": f">tRNA-Gly-GCC-1\n{other}T\n>tRNA-Gly-GCC-2\n{other}T\n"
        f">tRNA-Ala-AGC-1\n{other}G\n",
    }
    for kind, text in texts.items():
        (tmp_path / f"{kind}.fa").write_text(text)
    _, features = reference_features({kind: tmp_path / f"{kind}.fa" for kind in texts})
    names = features.groupby("class")["feature"].apply(lambda found: sorted(set(found)))
    assert names.to_dict() == {
        "miRNA": ["miR-a/miR-b"],
        "miRNA_precursor": ["mir-1/mir-2", "mir-3"],
        "snoRNA": ["U1/U2", "U3"],
        "tRNA": ["tRNA-Ala-AGC", "tRNA-Gly-GCC"],
    }
    # The id of a feature tells its class and sequence apart from all others.
    assert features.drop_duplicates("feature").shape[0] == 7
