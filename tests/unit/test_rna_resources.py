"""The shipped references and adapters are those that their README describes."""

import csv
import hashlib
import re
from pathlib import Path

import pytest

from evcargo.rna.fasta import read_fasta
from evcargo.rna.kits import Kit, read_kits
from evcargo.rna.sheet import HAIRPIN, MATURE, SHIPPED
from evcargo.study.schema import read_schema


@pytest.mark.parametrize("folder", ["rna", "adapters"])
def test_every_file_has_the_checksum_of_the_readme(root: Path, folder: str) -> None:
    readme = (root / "resources" / folder / "README.md").read_text()
    listed = {name: digest for digest, name in re.findall(r"^([0-9a-f]{64})  (\S+)$", readme, re.M)}
    files = [
        path
        for path in (root / "resources" / folder).iterdir()
        if path.suffix in (".fa", ".gff3", ".tsv")
    ]
    assert set(listed) == {path.name for path in files}
    for path in files:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == listed[path.name], path.name


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("human_hairpin.fa", 1917),
        ("human_mature.fa", 2656),
        ("mouse_hairpin.fa", 1193),
        ("rat_mature.fa", 765),
        ("human_tRNA.fa", 279),
        ("human_rRNA.fa", 10),
        ("human_vault.fa", 4),
        ("human_snoRNA.fa", 375),
        ("human_snRNA.fa", 18),
        ("mouse_rRNA.fa", 2),
        ("rat_rRNA.fa", 2),
    ],
)
def test_number_of_sequences(root: Path, name: str, count: int) -> None:
    assert len(read_fasta(root / "resources/rna" / name)) == count


def test_mirna_places_agree_with_the_sequences(root: Path) -> None:
    folder = root / "resources/rna"
    hairpins = {one.name: one.letters for one in read_fasta(folder / "human_hairpin.fa")}
    matures = {one.name: one.letters for one in read_fasta(folder / "human_mature.fa")}
    rows = [
        (cells, dict(pair.split("=") for pair in cells[8].split(";")))
        for cells in csv.reader((folder / "human_mirna.gff3").open(), delimiter="\t")
        if not cells[0].startswith("#")
    ]
    parents = {
        tags["ID"]: (tags["Name"], int(cells[3]), int(cells[4]))
        for cells, tags in rows
        if cells[2] == "miRNA_primary_transcript"
    }
    elsewhere = set()
    for cells, tags in rows:
        if cells[2] == "miRNA":
            hairpin, first, last = parents[tags["Derives_from"]]
            start = int(cells[3]) - first if cells[6] == "+" else last - int(cells[4])
            if not hairpins[hairpin].startswith(matures[tags["Name"]], start):
                elsewhere.add(hairpin)
    assert {name for name, _, _ in parents.values()} == set(hairpins)
    assert (len(parents), len(rows) - len(parents)) == (1922, 2887)
    assert elsewhere == {"hsa-mir-10401", "hsa-mir-4477a", "hsa-mir-4477b"}


def test_trnas_are_mature(root: Path) -> None:
    trnas = {one.name: one.letters for one in read_fasta(root / "resources/rna/human_tRNA.fa")}
    assert all(letters.endswith("CCA") for letters in trnas.values())
    assert len(set(trnas.values())) == len(trnas)
    assert max(map(len, trnas.values())) == 90  # selenocysteine tRNA; with introns, up to 111
    # The gene chr6.trna14 without its intron (GtRNAdb: mature sequence of tRNA-Tyr-GTA-1-1).
    assert trnas["tRNA-Tyr-GTA-1"] == (
        "CCTTCGATAGCTCAGTTGGTAGAGCGGAGGACTGTAGATCCTTAGGTCGCTGGTTCGAATCCGGCTCGAAGGACCA"
    )
    assert trnas["tRNA-His-GTG-1"].startswith("GGCCGTGATCGTATAGTGG")
    assert trnas["tRNA-Gly-GCC-1"].startswith("GCATGGGTGGTTCAGTGGTAGAATTCTCGC")


def test_ribosomal_rnas_have_their_published_lengths(root: Path) -> None:
    lengths = {
        one.name: len(one.letters) for one in read_fasta(root / "resources/rna/human_rRNA.fa")
    }
    assert lengths == {
        "rRNA-18S": 1869,
        "rRNA-28S": 5066,
        "rRNA-5.8S": 157,
        "rRNA-5S": 121,
        "rRNA-45S-5ETS": 3654,
        "rRNA-45S-ITS1": 1077,
        "rRNA-45S-ITS2": 1167,
        "rRNA-45S-3ETS": 361,
        "mt-rRNA-12S": 954,
        "mt-rRNA-16S": 1558,
    }
    # NC_000021.9:8433222-8446572 is this much.
    names = ("5ETS", "ITS1", "ITS2", "3ETS")
    spacers = sum(lengths[f"rRNA-45S-{name}"] for name in names)
    assert spacers + sum(lengths[f"rRNA-{name}"] for name in ("18S", "5.8S", "28S")) == 13351


def test_small_rnas_are_as_long_as_their_genes(root: Path) -> None:
    folder = root / "resources/rna"
    kept = (folder / "kept_small_RNA.fa").read_text().split(">")[1:]
    records = dict(block.rstrip("\n").split("\n") for block in kept)
    for header, letters in records.items():
        place = re.search(r" hg19:(\d+)-(\d+)$", header)
        if place:
            assert len(letters) == int(place[2]) - int(place[1]) + 1, header
    assert len(set(records.values())) == len(records)
    names = ("vault", "snoRNA", "snRNA")
    files = {name: read_fasta(folder / f"human_{name}.fa") for name in names}
    assert sum(map(len, files.values())) == len(records)
    lengths = {one.name: len(one.letters) for file in files.values() for one in file}
    published = {
        "VTRNA1-1": 98,
        "VTRNA1-2": 88,
        "VTRNA1-3": 88,
        "RNU1-1": 164,
        "RNU4-2": 144,
        "RNU6-1": 107,
        "RNU12": 150,
        "RN7SK": 332,
        "RN7SL1": 299,
        "SNORD3A": 217,
    }
    assert {name: lengths[name] for name in published} == published


def test_mirnas_that_are_pieces_of_other_rnas_are_those_of_the_readme(root: Path) -> None:
    folder = root / "resources/rna"
    readme = (folder / "README.md").read_text()
    matures = read_fasta(folder / "human_mature.fa")
    for name in ("vault", "snoRNA", "snRNA", "rRNA", "Y_RNA", "tRNA"):
        others = [one.letters for one in read_fasta(folder / f"human_{name}.fa")]
        inside = [m.name for m in matures if any(m.letters in letters for letters in others)]
        for mature in inside:
            assert mature.removeprefix("hsa-").removesuffix("-3p").removesuffix("-5p") in readme


def test_every_organism_has_hairpins_and_matures(root: Path) -> None:
    for files in SHIPPED.values():
        assert {HAIRPIN, MATURE} <= set(files)
        assert all((root / "resources/rna" / name).is_file() for name in files.values())


def test_sources_are_those_of_the_readme(root: Path) -> None:
    folder = root / "resources/rna"
    readme = (folder / "README.md").read_text()
    with (folder / "sources.tsv").open() as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    files = {path.name for path in folder.iterdir() if path.suffix in (".fa", ".gff3")}
    assert {row["file"] for row in rows} == files
    for row in rows:
        path = folder / row["file"]
        count = len(read_fasta(path)) if path.suffix == ".fa" else 4809
        cells = (f"`{row['file']}`", f"{count:,}", row["source"], row["version"], row["licence"])
        assert f"| {' | '.join(cells)} |\n" in readme


def test_kits_of_the_run_sheet(root: Path) -> None:
    kits = read_kits(root / "resources/adapters/adapters.tsv")
    assert {"illumina", "nextflex", "qiaseq", "nebnext", "none"} <= set(kits)
    assert len({kit.adapter for kit in kits.values() if kit.adapter}) >= 7
    assert (kits["qiaseq"].umi, kits["nextflex"].clip_5p, kits["nextflex"].clip_3p) == (12, 4, 4)
    assert [(kits[kit].poly_a, kits[kit].clip_5p) for kit in ("cats", "smarter")] == [(True, 3)] * 2
    assert (kits["encode"].adapter[:12], kits["encode"].clip_5p) == ("ACGGGCTAATAT", 6)


def test_kits_of_the_study_are_added(root: Path) -> None:
    declared = {"ours": {"adapter": "ugGAATTCTC", "clip_5p": 6, "clip_3p": 1, "umi": 8}}
    kits = read_kits(root / "resources/adapters/adapters.tsv", declared)
    assert kits["ours"] == Kit("ours", "TGGAATTCTC", clip_5p=6, clip_3p=1, umi=8)
    assert list(kits)[-2:] == ["ours", "none"]


def test_the_run_sheet_lists_the_shipped_kits(root: Path) -> None:
    listed = read_schema("runs")["properties"]["kit"]["enum"]
    assert set(listed) - {"auto"} == set(read_kits(root / "resources/adapters/adapters.tsv"))
