"""The shipped protein sequences are whole, sane and what their README says."""

import hashlib
import re
from pathlib import Path

import pandas as pd
import pytest

AMINO_ACIDS = set("ACDEFGHIKLMNPQRSTVWYU")
HEADER = re.compile(
    r"(sp|tr)\|([A-Z0-9]{6,10})\|([A-Z0-9]+_[A-Z0-9]+) \S.* OS=\S.* OX=(\d+)(?: GN=(\S+))?"
)


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "resources" / "proteins"


def _entries(path: Path) -> dict[str, str]:
    entries: dict[str, str] = {}
    header = ""
    for line in path.read_text(encoding="ascii").splitlines():
        if line.startswith(">"):
            header = line[1:]
            assert header not in entries
            entries[header] = ""
        else:
            entries[header] += line
    return entries


def test_files_have_the_checksums_of_the_readme(folder: Path) -> None:
    rows = re.findall(
        r"^\| `(\S+)` \|.*\| `([0-9a-f]{64})` \|$", (folder / "README.md").read_text(), re.M
    )
    assert {name for name, _ in rows} == {path.name for path in folder.iterdir()} - {
        "README.md",
        "make.py",
    }
    for name, digest in rows:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_as_many_proteins_of_bovine_serum_as_the_readme_says(
    folder: Path, shared_data: Path
) -> None:
    table = shared_data.parent / "reference" / "fbs_bovine_accessions.tsv"
    if not table.is_file():
        pytest.skip("the list of bovine serum proteins is not beside this checkout")
    known = set(pd.read_csv(table, sep="\t")["accession"])
    shipped = set(pd.read_csv(folder / "contaminants.tsv", sep="\t")["accession"])
    readme = (folder / "README.md").read_text()
    said = re.search(r"Of (\d+) bovine proteins .*?\), (\d+)\nare", readme)
    assert said and (len(known), len(known & shipped)) == (int(said[1]), int(said[2]))


@pytest.mark.parametrize(
    ("name", "count", "twins"), [("human_ev.fasta", 726, 1), ("contaminants.fasta", 121, 0)]
)
def test_fasta_is_sane(folder: Path, name: str, count: int, twins: int) -> None:
    entries = _entries(folder / name)
    fields = [HEADER.fullmatch(header) for header in entries]
    assert all(fields), [header for header, field in zip(entries, fields, strict=True) if not field]
    accessions = [field[2] for field in fields if field]
    assert len(accessions) == len(set(accessions)) == count
    # HSPA1A and HSPA1B: two genes, one sequence
    assert len(set(entries.values())) == count - twins
    assert set("".join(entries.values())) <= AMINO_ACIDS
    assert (folder / name).stat().st_size < 500_000


def test_host_and_contaminants_do_not_overlap(folder: Path) -> None:
    human = _entries(folder / "human_ev.fasta")
    others = _entries(folder / "contaminants.fasta")
    assert all(" OX=9606" in header for header in human)
    assert not any(" OX=9606" in header for header in others)
    assert not set(human.values()) & set(others.values())


def test_tables_and_fasta_agree(folder: Path) -> None:
    human = {header.split("|")[1] for header in _entries(folder / "human_ev.fasta")}
    assert human == set(pd.read_csv(folder / "human_ev.tsv", sep="\t")["accession"])
    table = pd.read_csv(folder / "contaminants.tsv", sep="\t", dtype=str).set_index("accession")
    assert table.index.is_unique
    own = table[table["source"] != "host"]
    others = _entries(folder / "contaminants.fasta")
    assert {h.split("|")[1]: re.search(r"OX=(\d+)", h)[1] for h in others} == own["taxon"].to_dict()
    assert (
        (table.loc[table["source"] == "host", ["taxon", "group"]] == ["9606", "keratin"])
        .all()
        .all()
    )
    assert table["group"].value_counts().to_dict() == {
        "bovine serum": 87,
        "keratin": 59,
        "wool keratin": 16,
        "enzyme": 11,
        "bovine milk": 6,
        "bovine keratin": 1,
    }


def test_known_sequences(folder: Path) -> None:
    """Lengths and starts as printed by UniProt for CD9, CD63, ALB and bovine albumin."""
    found = {
        h.split("|")[1]: s
        for f in ("human_ev", "contaminants")
        for h, s in _entries(folder / f"{f}.fasta").items()
    }
    expected = {
        "P21926": (228, "MPVKGG"),
        "P08962": (238, "MAVEGG"),
        "P02768": (609, "MKWVTF"),
        "P02769": (607, "MKWVTF"),
    }
    assert {a: (len(found[a]), found[a][:6]) for a in expected} == expected
