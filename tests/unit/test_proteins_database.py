import gzip
import logging
import os
import tracemalloc

import numpy as np
import pytest

from evcargo.errors import EvcargoError
from evcargo.proteins.database import (
    Protein,
    build_database,
    log_genes,
    read_database,
    read_fasta,
    write_database,
)

ALBUMIN = "MKWVTFISLLFLFSSAYSRGVFRRDAHK"
BOVINE = "MKWVTFISLLLLFSSAYSRGVFRRDTHK"


@pytest.fixture
def fasta(tmp_path):
    def write(text, name="db.fasta"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "sp|P02768|ALBU_HUMAN Albumin OS=Homo sapiens OX=9606 GN=ALB PE=1 SV=2",
            ("P02768", "ALB", "Albumin", "9606", True),
        ),
        (
            "tr|A0A1|A0A1_BOVIN Uncharacterized protein OS=Bos taurus OX=9913 PE=4 SV=1",
            ("A0A1", "", "Uncharacterized protein", "9913", False),
        ),
        (
            "P02769|ALBU_BOVIN Serum albumin - Bos taurus (Bovine).",
            ("P02769", "", "Serum albumin - Bos taurus (Bovine).", "9913", True),
        ),
        (
            "ENSP00000295897.4 pep gene_symbol",
            ("ENSP00000295897.4", "", "pep gene_symbol", "9606", False),
        ),
        ("my;odd=acc name", ("my_odd_acc", "", "name", "", False)),
    ],
)
def test_reads_headers(fasta, header, expected):
    (protein,) = read_fasta(fasta(f">{header}\n{ALBUMIN}\n"))
    found = (protein.accession, protein.gene, protein.name, protein.taxon, protein.reviewed)
    assert found == expected


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_reads_line_ends_gzip_and_marks_of_byte_order(fasta, end):
    text = f"\ufeff>A one{end}MKW{end}vtf*{end}{end}>B two{end}ACDEF{end}"
    for data in (text.encode(), gzip.compress(text.encode())):
        assert [p.sequence for p in read_fasta(fasta(data))] == ["MKWVTF", "ACDEF"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<!DOCTYPE html><html></html>", "is an HTML page"),
        ("", "no FASTA"),
        ("ACDEF\n", "no FASTA"),
        (">A\n\n>B\nACD\n", "'A' has no sequence"),
        (">A\nACD*EF\n", "stop '\\*' inside"),
        (">A\nACD3EF\n", "holds '3'"),
        (f">A\n{'ACGTTGCA' * 10}\n", "is a nucleotide sequence"),
        (">A x\nACDEF\n>A y\nACDEG\n", "accession 'A' is there twice with different sequences"),
        (">A\nACDEF\n>rev_A\nFEDCA\n", "holds decoys \\('rev_A'\\)"),
        (f">A\n{'ACDEF' * 200_001}\n", "a line of more than 1,000,000 characters"),
        (">A\nACD\0EF\n", "which are no residues"),
        ("\ufeff", "no FASTA"),
    ],
)
def test_refuses_what_is_no_protein_fasta(fasta, text, words):
    with pytest.raises(EvcargoError, match=rf"db\.fasta: .*{words}"):
        read_fasta(fasta(text))


def test_refuses_a_truncated_gzip(fasta):
    data = gzip.compress(f">A\n{ALBUMIN * 50}\n".encode())
    with pytest.raises(EvcargoError, match="gzip file is damaged"):
        read_fasta(fasta(data[:-12]))


def test_of_identical_sequences_the_host_stays_and_is_no_contaminant():
    human = Protein("P62805", ALBUMIN, taxon="9606", reviewed=True)
    bovine = Protein("P62803", ALBUMIN, taxon="9913", is_contaminant=True, reviewed=True)
    (kept,) = build_database([human], [bovine], "human")
    assert (kept.accession, kept.is_contaminant) == ("P62805", False)
    assert kept.same_sequence == ("P62803",)


def test_reviewed_entries_stand_for_identical_ones():
    entries = [
        Protein("A0A1", ALBUMIN, taxon="9606"),
        Protein("P02768-2", ALBUMIN, taxon="9606", reviewed=True),
        Protein("P02768", ALBUMIN, taxon="9606", reviewed=True),
    ]
    (kept,) = build_database(entries, [], "human")
    assert (kept.accession, kept.same_sequence) == ("P02768", ("A0A1", "P02768-2"))


def test_an_accession_in_both_files_is_a_contaminant_with_the_users_sequence():
    user = [Protein("P02769", BOVINE, taxon="9913"), Protein("P04264", "ACDEFK", taxon="9606")]
    shipped = [Protein("P02769", BOVINE + "A", gene="ALB", taxon="9913", is_contaminant=True)]
    albumin, keratin = build_database(user, shipped, "human", listed={"P04264"})
    assert (albumin.is_contaminant, albumin.sequence, albumin.gene) == (True, BOVINE, "ALB")
    assert keratin.is_contaminant


def test_is_read_as_it_was_written(tmp_path):
    proteins = build_database(
        [Protein("P1", ALBUMIN, "ALB", 'odd "name"\twith tab', "9606", reviewed=True)],
        [Protein("P2", BOVINE, "ALB", "x", "9913", True)],
        "human",
    )
    write_database(proteins, tmp_path / "a.fasta", tmp_path / "a.tsv")
    assert read_database(tmp_path / "a.fasta", tmp_path / "a.tsv") == proteins


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_reads_every_encoding(fasta, encoding):
    text = ">A Prot\u00e9ine\nMKW\nVTF\n>B\nACDEF\n"
    assert [p.sequence for p in read_fasta(fasta(text.encode(encoding)))] == ["MKWVTF", "ACDEF"]


def test_pieces_of_the_file_do_not_matter(fasta):
    """Line ends of two characters at every place relative to the reader's own blocks."""
    entries = [(f"P{n}", "ACDEFGHIKL" * (n % 7 + 1)) for n in range(3000)]
    text = "".join(f">{name} x\r\n{sequence}\r\n" for name, sequence in entries)
    for data in (text.encode(), gzip.compress(text.encode())):
        assert [(p.accession, p.sequence) for p in read_fasta(fasta(data))] == entries


def test_an_entry_marked_by_another_engine_is_a_contaminant(fasta):
    text = ">sp|P04264|K2C1_HUMAN x OX=9606 GN=KRT1\nACDEF\n>CON__P04264\nACDEF\n>CON__P1\nACDEG\n"
    keratin, other = read_fasta(fasta(text))
    assert (keratin.accession, keratin.gene, keratin.is_contaminant) == ("P04264", "KRT1", True)
    assert (other.accession, other.is_contaminant) == ("P1", True)
    built = build_database([keratin, other], [], "human")
    assert [one.is_contaminant for one in built] == [True, True]


@pytest.mark.parametrize(
    ("header", "organism", "said"),
    [
        (
            "sp|P02769|ALBU_BOVIN x OX=9913",
            "human",
            "none is of human (OX=9606), but of taxon 9913",
        ),
        ("NP_1.1 x [Mus musculus]", "human", "of taxon 10090"),
        ("ENSP00000269305.4 pep", "mouse", "none is of mouse (OX=10090)"),
    ],
)
def test_refuses_a_database_without_the_host(fasta, header, organism, said):
    entries = read_fasta(fasta(f">{header}\nACDEF\n"))
    with pytest.raises(EvcargoError) as caught:
        build_database(entries, [], organism)
    assert said in str(caught.value)
    assert f"Give the FASTA of {organism}" in str(caught.value)


def test_memory_stays_near_the_size_of_the_file(tmp_path):
    """A tenth of a file of 100 MB needs less than a tenth of a GB."""
    rng = np.random.default_rng(1)
    letters = np.frombuffer(b"ACDEFGHIKLMNPQRSTVWY", np.uint8)
    path = tmp_path / "large.fasta"
    with path.open("w") as stream:
        for n in range(22_000):
            sequence = letters[rng.integers(20, size=450)].tobytes().decode()
            stream.write(f">sp|Q{n:05}|X{n}_HUMAN Protein {n} OS=Homo sapiens OX=9606 GN=G{n}\n")
            stream.write("\n".join(sequence[i : i + 60] for i in range(0, 450, 60)) + "\n")
    assert path.stat().st_size > 10_000_000
    tracemalloc.start()
    proteins = build_database(read_fasta(path), [], "human")
    write_database(proteins, tmp_path / "a.fasta", tmp_path / "a.tsv")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(proteins) == 22_000
    assert peak < 80_000_000


def test_what_is_no_file(tmp_path):
    pipe, loop = tmp_path / "pipe.fasta", tmp_path / "loop.fasta"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    for path, said in (
        (pipe, "is not a regular file"),
        (loop, "cannot be read"),
        (tmp_path, "cannot be read"),
        (tmp_path / "none.fasta", "cannot be read"),
    ):
        with pytest.raises(EvcargoError, match=said):
            read_fasta(path)


def test_entries_without_a_gene_are_told(caplog):
    with_gene, without = Protein("A", "ACDEF", gene="CD9"), Protein("B", "ACDEG")
    with caplog.at_level(logging.INFO):
        log_genes([with_gene, without])
        log_genes([without, without])
    assert [one.levelname for one in caplog.records] == ["INFO", "WARNING"]
    assert "1 of 2 entries have no gene symbol" in caplog.text
