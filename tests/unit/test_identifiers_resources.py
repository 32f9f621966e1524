"""The shipped tables of names are those that their README describes, and agree with the others."""

import csv
import hashlib
import re
from pathlib import Path

import pytest
from identifiers_helpers import FOLDER, ORGANISMS, genes_of, mirnas_of, symbol_of

from evcargo.errors import EvcargoError
from evcargo.identifiers.genes import read_genes
from evcargo.identifiers.mirnas import read_mirnas
from evcargo.rna.fasta import read_fasta

# Accessions that HGNC lists for a gene beside the reviewed one.
SECOND = {"C0HM02", "P0DW28", "C0HLS1", "A2JGV3", "C0HLU2"}


def test_every_file_has_the_checksum_of_the_readme() -> None:
    listed = dict(
        line.split("  ")[::-1]
        for line in re.findall(
            r"^[0-9a-f]{64}  \S+$", (FOLDER / "README.md").read_text(), re.MULTILINE
        )
    )
    files = {path.name: path for path in FOLDER.glob("*.xz")}
    assert set(listed) == set(files)
    for name, path in files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == listed[name], name
    assert sum(path.stat().st_size for path in files.values()) < 4_000_000


def test_accessions_and_ensembl_genes_agree_with_those_of_the_proteins(root: Path) -> None:
    genes = genes_of("human")
    with (root / "resources/proteins/human_genes.tsv").open() as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    wrong = {
        identifier
        for row in rows
        for identifier in filter(None, [row["accession"], row["ensembl"]])
        if symbol_of(genes.resolve(identifier)) != row["gene"]
    }
    assert wrong == SECOND


@pytest.mark.parametrize("kind", ["mature", "hairpin"])
def test_mirnas_of_human_are_those_of_the_shipped_sequences(root: Path, kind: str) -> None:
    mirnas = mirnas_of("human")
    for record in read_fasta(root / f"resources/rna/human_{kind}.fa"):
        mirna = mirnas.resolve(record.name)
        assert mirna is not None, record.name
        assert (mirna.name, mirna.kind, mirna.current) == (record.name, kind, True)


@pytest.mark.parametrize("organism", ["mouse", "rat"])
@pytest.mark.parametrize("kind", ["mature", "hairpin"])
def test_names_of_release_21_are_known(root: Path, organism: str, kind: str) -> None:
    """The shipped sequences of mouse and rat are of release 21."""
    mirnas = mirnas_of(organism)
    names = [record.name for record in read_fasta(root / f"resources/rna/{organism}_{kind}.fa")]
    known = [mirnas.resolve(name, context=kind) for name in names]
    assert all(mirna is not None and mirna.kind == kind for mirna in known)


@pytest.mark.parametrize("organism", ORGANISMS)
def test_a_second_reading_is_the_same_object(organism: str) -> None:
    assert genes_of(organism) is genes_of(organism)


def test_an_unknown_organism_is_refused() -> None:
    with pytest.raises(EvcargoError, match="yeast"):
        read_genes(FOLDER / "human_genes.tsv.xz", "yeast")
    with pytest.raises(EvcargoError, match="yeast"):
        read_mirnas(FOLDER / "mirnas.tsv.xz", "yeast")


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "genes.tsv"
    path.write_text("symbol\tprevious\nCD9\t\n")
    with pytest.raises(EvcargoError, match="Take the file that evcargo ships"):
        read_genes(path, "human")
    with pytest.raises(EvcargoError, match="has the columns symbol previous"):
        read_genes(FOLDER / "mirnas.tsv.xz", "human")
