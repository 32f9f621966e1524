"""The references as features."""

import hashlib
from pathlib import Path

import pytest

from evcargo.errors import EvcargoError
from evcargo.rna.reference import MIRNA, PRECURSOR, build_reference, reference_features
from evcargo.rna.sheet import SHIPPED, index_files
from evcargo.tables import read_table

HAIRPIN = "GGGGG" + "TGAGGTAGTAGGTTGTATAGTT" + "CCCCC" + "CTATACAATCTACTGTCTTTC" + "AAAAA"


def write(path: Path, **sequences: str) -> str:
    path.write_text(
        "".join(f">{name.replace('__', '-')}\n{one}\n" for name, one in sequences.items())
    )
    return str(path)


def test_matures_are_found_on_their_hairpins(tmp_path: Path) -> None:
    hairpin = write(tmp_path / "h.fa", mir__1=HAIRPIN, mir__2="AA" + HAIRPIN)
    mature = write(tmp_path / "m.fa", miR__1__5p=HAIRPIN[5:27], miR__2__5p=HAIRPIN[5:27])
    sequences, features = reference_features({"hairpin": hairpin, "mature": mature})
    assert [one.name for one in sequences] == ["mir-1", "mir-2"]
    found = features.drop(columns="sequence").to_records(index=False).tolist()
    assert found == [
        (0, PRECURSOR, "mir-1", 0, len(HAIRPIN)),
        (1, PRECURSOR, "mir-2", 0, len(HAIRPIN) + 2),
        (0, MIRNA, "miR-1-5p/miR-2-5p", 5, 27),
        (1, MIRNA, "miR-1-5p/miR-2-5p", 7, 29),
    ]


def test_human_references(root: Path) -> None:
    paths = {kind: root / "resources/rna" / name for kind, name in SHIPPED["human"].items()}
    sequences, features = reference_features(paths)
    counts = features.groupby("class")["feature"].nunique()
    assert counts.to_dict() == {
        "Y_RNA": 4,
        "miRNA": 2632,
        "miRNA_precursor": 1864,
        "rRNA": 10,
        "snRNA": 18,
        "snoRNA": 375,
        "spike_in": 4,
        "tRNA": 70,
        "vault": 4,
    }
    # miRBase v22 GFF3: hsa-miR-21-5p is bases 8 to 29 of hsa-mir-21.
    row = features[features["feature"] == "hsa-miR-21-5p"].iloc[0]
    assert (sequences[row["reference"]].name, row["start"], row["end"]) == ("hsa-mir-21", 7, 29)
    assert row["sequence"] == "TAGCTTATCAGACTGATGTTGA"
    # Two names of one sequence, each on the hairpins of both (GFF3: 199a-3p on 199a-1, 199a-2).
    merged = features[features["feature"] == "hsa-miR-199a-3p/hsa-miR-199b-3p"]
    hairpins = {sequences[number].name for number in merged["reference"]}
    assert hairpins == {"hsa-mir-199a-1", "hsa-mir-199a-2", "hsa-mir-199b"}
    # Isodecoders count as one feature.
    gly = features[features["feature"] == "tRNA-Gly-GCC"]["reference"]
    assert {sequences[number].name[:12] for number in gly} == {"tRNA-Gly-GCC"}
    assert len(gly) == 5


def test_a_name_of_two_classes_stays_apart(tmp_path: Path) -> None:
    one = write(tmp_path / "a.fa", x="ACGTACGTACGTACGTACGT")
    other = write(tmp_path / "b.fa", x="TTTTACGTACGTACGTACGT")
    _, features = reference_features({"alpha": one, "beta": other})
    assert features["feature"].tolist() == ["x", "beta:x"]


def test_build_reference(tmp_path: Path) -> None:
    shipped = write(tmp_path / "y.fa", RNY1="ACGTTGCATTGACCATTGCA")
    user = write(tmp_path / "mine.fa", RNY9="ACGTTGCATTGACCATTGCC")
    out = tmp_path / "reference.fa"
    files = (out, tmp_path / "features.tsv", tmp_path / "manifest.tsv")
    sources = tmp_path / "sources.tsv"
    sources.write_text("file\tsource\tversion\tlicence\ny.fa\tGenBank\t7\tfacts\n")
    given = {"Y_RNA": user, "piRNA": write(tmp_path / "fetched.fa", pi="ACGTTGCATTGACCATTGTT")}
    urls = {"piRNA": "https://a.org/pi.fa"}
    build_reference({"Y_RNA": shipped, "rRNA": shipped}, given, sources, *files, urls=urls)
    assert all(Path(name).stat().st_size for name in index_files(str(out)))
    assert str(tmp_path) not in (tmp_path / "reference.dict").read_text()
    assert read_table(files[1], "rna_features")["feature"].tolist() == ["RNY9", "pi", "RNY1"]
    manifest = read_table(files[2], "rna_manifest")
    columns = ["class", "file", "origin", "sequences", "version", "source", "licence"]
    assert manifest[columns].fillna("").to_records(index=False).tolist() == [
        ("Y_RNA", "mine.fa", "user", 1, "", "", ""),
        ("piRNA", "fetched.fa", "user", 1, "", "https://a.org/pi.fa", ""),
        ("rRNA", "y.fa", "shipped", 1, "7", "GenBank", "facts"),
    ]
    assert manifest["sha256"].iloc[0] == hashlib.sha256(Path(user).read_bytes()).hexdigest()
    assert not list(tmp_path.glob("*part*"))


def test_mistakes_of_the_config(tmp_path: Path) -> None:
    path = write(tmp_path / "a.fa", x="ACGTACGTACGTACGTACGT")
    with pytest.raises(EvcargoError, match="hairpin is given without mature"):
        reference_features({"hairpin": path})
    with pytest.raises(EvcargoError, match="miRNA is not a class name"):
        reference_features({"miRNA": path})
    other = write(tmp_path / "b.fa", m="TTTTTTGGGGGGCCCCCC")
    with pytest.raises(EvcargoError, match="of one release"):
        reference_features({"hairpin": path, "mature": other})
