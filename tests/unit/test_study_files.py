"""The files that a study names: missing, unreadable, or of another kind than they should be."""

import bz2
import gzip
import os
from pathlib import Path

import pandas as pd
import pyarrow
import pytest
from study_files import FASTA, MZML, READS, RUNS, StudyFiles, changed

from evcargo.rna.sheet import shipped_references
from evcargo.rna.trim import FATES
from evcargo.study.kinds import is_nucleotides, kind_of, read_head

HTML = b"<!DOCTYPE html>\n<html><head><title>404</title></head></html>"
ZSTD = pyarrow.compress(READS * 50, codec="zstd", asbytes=True)
MIRNAS = "name\tT1\tT2\tH1\tH2\n" + "".join(f"hsa-miR-{i}\t1\t2\t3\t4\n" for i in range(9))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (MZML, "mzml"),
        (b'<?xml version="1.0"?>\n<mzML xmlns="x">', "mzml"),
        (b'<?xml version="1.0"?><mzXML>', "an mzXML file"),
        (b"<note/>", "an XML file that is not mzML"),
        (HTML, "an HTML page"),
        (b"\n\n<html>", "an HTML page"),
        (READS, "fastq"),
        (READS.replace(b"\n", b"\r\n"), "fastq"),
        (FASTA.encode(), "fasta"),
        (b"", "empty"),
        (b" \n\r\n", "empty"),
        (b"a\tb\n1\t2\n", "text"),
        ("\ufeffa\tb".encode(), "text"),
        ("a\tb\n".encode("utf-16"), "text"),
        (b"@HD\tVN:1.6\nr1\t0\n", "a SAM file"),
        (b"BEGIN IONS\nTITLE=x\n", "mgf"),
        (b"PK\x03\x04", "an Excel or zip file"),
        (b"PAR1xx", "a Parquet file"),
        (b"\x01\xa1F\x00i\x00n\x00n\x00i\x00g\x00a\x00n\x00", "a Thermo .raw file"),
        (b"a\0b\0c", "a binary file"),
        (bytes(range(128, 256)), "a binary file"),
    ],
)
def test_kinds_by_content(data, kind, tmp_path):
    (tmp_path / "x").write_bytes(data)
    assert kind_of(read_head(tmp_path / "x")) == kind


@pytest.mark.parametrize(
    ("data", "compression"),
    [
        (gzip.compress(READS, mtime=0), "gzip"),
        (bz2.compress(READS), "bzip2"),
        (ZSTD, "zstd"),
        (READS, ""),
    ],
)
def test_compression_by_content(data, compression, tmp_path):
    (tmp_path / "x").write_bytes(data)
    head = read_head(tmp_path / "x")
    assert (head.compression, head.damage) == (compression, "")
    assert head.data.startswith(READS)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_a_short_file_that_was_cut(pack, tmp_path):
    (tmp_path / "x").write_bytes(pack(os.urandom(3000))[:1000])
    assert "ends in the middle" in read_head(tmp_path / "x").damage


@pytest.mark.parametrize("start", [b"\x1f\x8b", b"BZh", b"\x28\xb5\x2f\xfd"])
def test_damaged_compression(start, tmp_path):
    (tmp_path / "x").write_bytes(start + b"nonsense" * 9)
    assert "damaged" in read_head(tmp_path / "x").damage


def test_only_a_few_kilobytes_are_kept(tmp_path):
    for name, data in (("plain", b"A" * 10**6), ("gz", gzip.compress(b"A" * 10**6))):
        (tmp_path / name).write_bytes(data)
        assert len(read_head(tmp_path / name).data) == 16_384


def test_nucleotides_and_proteins():
    assert is_nucleotides(">a\nACGUNacgt\n>b\nGGG\n")
    assert not is_nucleotides(FASTA)
    assert not is_nucleotides(">a\n")


@pytest.mark.parametrize(
    ("name", "data", "message", "remedy"),
    [
        (
            "T1.mzML.gz",
            gzip.compress(HTML, mtime=0),
            "is an HTML page, not mzML",
            "Download the file again",
        ),
        ("T1.mzML.gz", MZML, "is not compressed, though its name ends in .gz", "Rename"),
        (
            "T1.mzML.gz",
            bz2.compress(MZML),
            "is bzip2 data, though its name does not end in .bz2",
            ".bz2",
        ),
        ("T1.mzML.gz", gzip.compress(b"", mtime=0), "is empty", "Copy or download"),
        ("T1.mzML.gz", gzip.compress(MZML, mtime=0)[:40], "ends in the middle", "again"),
        (
            "T1.mzML.gz",
            gzip.compress(READS, mtime=0),
            "is FASTQ, not mzML",
            "correct the column format",
        ),
        (
            "T1.fastq.gz",
            gzip.compress(FASTA.encode(), mtime=0),
            "is FASTA, not FASTQ",
            "with qualities",
        ),
        (
            "T1.fastq.gz",
            gzip.compress(b"BAM\x01", mtime=0),
            "is a BAM file, not FASTQ",
            "FASTQ that it was made from",
        ),
    ],
)
def test_runs_of_another_kind(files: StudyFiles, name, data, message, remedy):
    Path("raw", name).write_bytes(data)
    problem = files.problem()
    row = 2 if "mzML" in name else 6
    assert (problem.file, problem.row, problem.column) == ("config/runs.tsv", row, "path")
    assert problem.value == f"raw/{name}"
    assert message in problem.message
    assert remedy in problem.remedy
    assert files.load(look_inside=False)


@pytest.mark.parametrize(
    ("path", "message", "remedy"),
    [
        ("raw/T1.mzml.gz", "does not exist", "Did you mean 'raw/T1.mzML.gz'?"),
        ("raw/T_1.mzML.gz", "does not exist", "Did you mean 'raw/T1.mzML.gz'?"),
        ("raws/T9.mzML", "does not exist", "Did you mean 'raw'?"),
        ("nowhere/at/all.mzML", "does not exist", "holds no folder of a similar name"),
        ("raw\\T1.mzML.gz", "does not exist", "with / in place of"),
        ("https://x.org/T1.mzML", "does not exist", "Download it"),
        ("raw/" + "x" * 300 + ".mzML", "cannot be read (File name too long)", "Check the path"),
    ],
)
def test_missing_files(files: StudyFiles, path, message, remedy):
    files.runs(changed(RUNS, 2, "raw/T1.mzML.gz", path))
    problem = files.problem()
    assert (problem.row, problem.column) == (2, "path")
    assert message in problem.message
    assert remedy in problem.remedy


def test_a_folder_and_a_pipe(files: StudyFiles):
    Path("raw/T1.mzML.gz").unlink()
    Path("raw/T1.mzML.gz").mkdir()
    Path("raw/T2.mzML.gz").unlink()
    os.mkfifo("raw/T2.mzML.gz")
    problems = files.problems()
    assert [p.message for p in problems] == ["is a folder, not a file", "is not a regular file"]
    assert "mzML" in problems[0].remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(files: StudyFiles):
    Path("raw/T1.mzML.gz").chmod(0)
    assert "may not be read" in files.problem().message


def test_spectra_without_a_fasta(files: StudyFiles):
    del files.config["proteins"]
    problem = files.problem(look_inside=False)
    assert (problem.column, problem.message) == ("proteins.fasta", "is missing")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (HTML, "is an HTML page, not FASTA"),
        (b">a\nACGTACGT\nACGT\n>b\nACCC\n", "holds nucleotides, not proteins"),
        (b"a\tb\n", "is plain text, not FASTA"),
        (
            FASTA.replace("OX=9606", "OX=10090").encode(),
            "2 of 2 entries looked at are mouse (OX=10090)",
        ),
        (FASTA.replace("OX=9606", "OX=9913").encode(), "2 of 2 entries looked at are taxon 9913"),
    ],
)
def test_a_wrong_fasta(files: StudyFiles, data, message):
    Path("human.fasta").write_bytes(data)
    problem = files.problem()
    assert (problem.file, problem.column) == ("config/config.yaml", "proteins.fasta")
    assert message in problem.message


def test_other_taxa_may_be_the_smaller_part(files: StudyFiles):
    Path("human.fasta").write_text(FASTA + ">sp|P02769|ALBU_BOVIN Albumin OX=9913\nMKWVTFISLL\n")
    assert files.load()


def test_a_fasta_is_looked_at_in_its_middle_too(files: StudyFiles):
    human = FASTA * 40
    mouse = FASTA.replace("OX=9606", "OX=10090") * 2000
    Path("human.fasta").write_text(human + mouse)
    assert "are mouse" in files.problem().message


def test_rna_references(files: StudyFiles):
    Path("spikes.fa").write_text(">s1\nACGU\n")
    files.config["rna"] = {"references": {"spike_in": "spikes.fa", "piRNA": "pirna.fa"}}
    problem = files.problem()
    assert (problem.column, problem.value) == ("rna.references.piRNA", "pirna.fa")
    files.config["rna"] = {"references": {"spike_in": "human.fasta"}}
    assert "holds no nucleotides" in files.problem().message


@pytest.mark.parametrize(
    ("content", "message", "remedy"),
    [
        (b"<!DOCTYPE html><html>", "is an HTML page, not FASTA", "Download the file again"),
        (b"PK\x03\x04\x14\x00", "is an Excel or zip file, not FASTA", "Save the table"),
        (READS, "is FASTQ, not FASTA", ""),
        (b"LOCUS       NR_002716  191 bp\n", "is a GenBank file, not FASTA", "as FASTA"),
        (b"ID   X03205; SV 1; linear\n", "is an EMBL file, not FASTA", "as FASTA"),
        (b"##gff-version 3\n", "is a GFF file, not FASTA", "GFF holds their places only"),
        (b">p\nMKACDGHKS\nRRKDV\n", "holds no nucleotides", "Give RNA or DNA"),
        (b"", "is empty", "Copy or download"),
    ],
)
def test_unusable_rna_references(
    files: StudyFiles, content: bytes, message: str, remedy: str
) -> None:
    Path("mine.fa").write_bytes(content)
    files.config["rna"] = {"references": {"piRNA": "mine.fa"}}
    problem = files.problem()
    assert (problem.column, problem.value) == ("rna.references.piRNA", "mine.fa")
    assert message in problem.message
    assert remedy in problem.remedy


def test_rna_references_may_be_ambiguous_or_aligned(files: StudyFiles) -> None:
    Path("mine.fa").write_bytes(b">a\r\nACG-RYN.\r\nACGTU\r\n")
    files.config["rna"] = {"references": {"piRNA": "mine.fa"}}
    files.load()


def test_rna_references_by_url(files: StudyFiles) -> None:
    url = "https://example.org/pi.fa"
    files.config["rna"] = {"references": {"piRNA": {"url": url, "sha256": "a" * 64}}}
    files.load()
    files.config["rna"] = {"references": {"piRNA": url}}
    assert "an address without sha256" in files.problem().message
    files.config["rna"] = {"references": {"piRNA": {"url": url}}}
    problem = files.problem()
    assert (problem.column, problem.message) == ("rna.references.piRNA.sha256", "is missing")
    for key, value in (("url", "http://example.org/pi.fa"), ("sha256", "abc")):
        given = {"url": url, "sha256": "a" * 64} | {key: value}
        files.config["rna"] = {"references": {"piRNA": given}}
        problem = files.problem()
        assert (problem.column, problem.value) == (f"rna.references.piRNA.{key}", value)


def test_rna_classes_that_cannot_be(files: StudyFiles) -> None:
    Path("mine.fa").write_bytes(b">a\nACGT\n")
    files.config["rna"] = {"references": {"hairpin": "mine.fa"}}
    assert files.problem().message == "is given without mature"
    files.config["rna"] = {"references": {"miRNA": "mine.fa"}}
    assert files.problem().remedy == "Give miRNA as hairpin and mature"
    files.config["rna"] = {"references": {"trna": "mine.fa"}}
    assert files.problem().remedy == "Write tRNA"
    files.config["rna"] = {"references": {"piRNA": None}}
    assert files.problem().message == "is no shipped class that null could leave out"
    files.config["rna"] = {"references": {"tRNA": None}}
    assert "tRNA" not in shipped_references("human", files.load().config["rna"]["references"])
    for step in (*FATES, "genome", "exogenous", "unassigned", "low_complexity"):
        files.config["rna"] = {"references": {step: "mine.fa"}}
        assert files.problem().message == "is not a class name for a file"


def test_rna_backgrounds(files: StudyFiles):
    files.config["rna"] = {"genome": "genome.fa", "exogenous": None}
    problem = files.problem()
    assert (problem.column, problem.value) == ("rna.genome", "genome.fa")
    assert "does not exist" in problem.message
    # The prefix of a bwa index needs no FASTA, but all files of the index.
    for end in ("amb", "ann", "bwt", "pac"):
        Path(f"genome.fa.{end}").write_text("x")
    assert "lacks genome.fa.sa, which does not exist" in files.problem().message
    Path("genome.fa.sa").write_text("x")
    assert files.load()
    files.config["rna"] = {"genome": None, "exogenous": "human.fasta"}
    assert "holds no nucleotides" in files.problem().message
    files.config["rna"] = {"genome": "raw", "exogenous": None}
    problem = files.problem()
    assert (problem.column, problem.message) == ("rna.genome", "is a folder, not a file")
    assert "FASTA" in problem.remedy and "mzML" not in problem.remedy


def tables(
    files: StudyFiles, assay: str, path: str, text: str, columns: str = "T1 T2 H1 H2"
) -> None:
    Path(path).write_text(text)
    rows = zip(("T1", "T2", "H1", "H2"), columns.split(), strict=True)
    files.runs(["sample\tassay\tpath\tcolumn", *(f"{s}\t{assay}\t{path}\t{c}" for s, c in rows)])


def test_a_count_table(files: StudyFiles):
    tables(files, "rna", "counts.tsv", MIRNAS)
    assert files.load()
    tables(files, "rna", "counts.tsv", MIRNAS.replace("\n", "\r"))
    assert files.load()


def test_a_count_table_of_another_organism(files: StudyFiles):
    tables(files, "rna", "counts.tsv", MIRNAS.replace("hsa-", "mmu-"))
    problem = files.problem()
    assert (problem.row, problem.value) == (2, "counts.tsv")
    assert "9 of 9 names are mouse (mmu-)" in problem.message


def test_runs_within_longer_names_of_columns(files: StudyFiles):
    header = "Protein IDs\tLFQ intensity T1\tLFQ intensity T2\tLFQ intensity H1\tLFQ intensity {}\n"
    tables(files, "proteins", "proteinGroups.txt", header.format("H2") + "P02768\t1\t2\t3\t4\n")
    assert files.load()
    Path("proteinGroups.txt").write_text(header.format("H2_rep") + "P02768\t1\t2\t3\t4\n")
    problem = files.problem()
    assert (problem.row, problem.column, problem.value) == (5, "column", "H2")
    assert problem.message == "is in no column of the table"
    assert "H2_rep" in problem.remedy


def test_file_paths_and_long_tables_of_proteins(files: StudyFiles):
    paths = [f"D:\\x y\\{name}.raw" for name in ("T1", "T2", "H1", "H2")]
    matrix = "Protein.Group\tGenes\t" + "\t".join(paths) + "\nP02768\tALB\t100\t200\t300\t400\n"
    tables(files, "proteins", "pg_matrix.tsv", matrix)
    assert files.load()
    rows = "".join(f"{path}\tP02768\tAAAK2\t0.001\t100\n" for path in paths)
    header = "Run\tProtein.Group\tPrecursor.Id\tQ.Value\tPG.MaxLFQ\n"
    Path("pg_matrix.tsv").write_text(header + rows)
    assert files.load()
    Path("pg_matrix.tsv").write_text(header + rows.replace("H1.raw", "H7.raw"))
    problem = files.problem()
    assert (problem.row, problem.value) == (4, "H1")
    assert problem.message == "is no value of its run column 'Run'"
    assert "H7.raw" in problem.remedy


def test_a_parquet_table_of_proteins(files: StudyFiles):
    names = ["T1", "T2", "H1", "H2"]
    frame = pd.DataFrame({"Run": names, "Protein.Group": "P02768", "Precursor.Id": "AAAK2"})
    tables(files, "proteins", "report.parquet", "")
    frame.assign(**{"Q.Value": 0.001, "PG.MaxLFQ": 5.0}).to_parquet("report.parquet")
    assert files.load()
    data = Path("report.parquet").read_bytes()
    Path("report.parquet").write_bytes(data[: len(data) // 2])
    assert "Parquet data are damaged" in files.problem().message


def test_an_mzidentml_table_with_a_document_type_is_refused(files: StudyFiles):
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><MzIdentML>&a;</MzIdentML>'
    tables(files, "proteins", "x.mzid", bomb)
    assert "document type" in files.problem().message


def test_a_column_that_a_table_does_not_have(files: StudyFiles):
    tables(files, "rna", "counts.tsv", MIRNAS, "T1 T2 H1 H_02")
    problem = files.problem()
    assert (problem.row, problem.column, problem.value) == (5, "column", "H_02")
    assert problem.remedy.endswith("Near: H2")


@pytest.mark.parametrize(
    ("data", "message", "remedy"),
    [
        (b"PK\x03\x04", "is an Excel or zip file, not a text table", "tab-separated"),
        (READS, "is FASTQ, not a text table", "Write fastq into the column format"),
        (b"", "is empty", "Copy or download"),
    ],
)
def test_tables_that_are_none_are_told_once(files: StudyFiles, data, message, remedy):
    tables(files, "rna", "counts.tsv", "")
    Path("counts.tsv").write_bytes(data)
    problem = files.problem()
    assert problem.row == 2
    assert problem.message == message
    assert remedy in problem.remedy


def test_a_long_header(files: StudyFiles):
    names = [f"sample_number_{i}_of_a_big_study" for i in range(3000)]
    header = "\t".join(["name", *names, "T1", "T2", "H1", "H2"])
    tables(files, "rna", "counts.tsv", header + "\nhsa-let-7a-5p" + "\t1" * 3004 + "\n")
    assert files.load()
