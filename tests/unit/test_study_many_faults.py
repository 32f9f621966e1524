"""A study with 40 different faults: one dry run names every one, and none twice."""

import gzip
from pathlib import Path

import pytest
from study_files import READS, StudyFiles

from evcargo.errors import StudyError

#: What tells each fault in the list of problems.
FAULTS = (
    # config
    "organsim: is not an option",
    "rna.min_length: 'few' must be",
    "proteins.serach: is not an option",
    "particles.window_nm: '[150, 30]' must have its lower end first",
    "proteins.fasta ('missing.fasta')",
    "purity.panels ('panels.tsv')",
    "interpretation.gene_sets[0] ('sets.gmt')",
    "contrasts[one].test: 'tumor'",
    "contrasts[two].column: 'grup'",
    "contrasts[three]: 'healthy' is both",
    # sample sheet
    "Batch2: is there twice",
    "'Protein (ug)': is not a column",
    "status: is a name that evcargo needs itself",
    "'2-Sep' looks like a name that Excel made a date of",
    "'T 3' holds a space",
    "'T1' is already in row",
    "'exosome' is not one of the words",
    "'plsma' is not one of the words",
    "'lots' is not a number",
    "'#REF!' is what a spreadsheet writes",
    "'=B2' is a formula",
    "'extra' stands in column",
    "has no sample name",
    # run sheet
    "Lane: is not a column of the run sheet",
    "'T9' is not in the sample sheet",
    "'protein' is not one of the words",
    "path: is empty",
    "'raw/{x}.fq' holds braces",
    "fraction: '0' is below 1",
    "'qiaseek' is not one of the words",
    "kit: 'qiaseq' is given for proteins",
    "column: 'A1' is given for a fastq file",
    "'raw/H1.fastq.gz' is the file of row",
    "'T2' is there twice for rna with fraction 1",
    "'raw/A1.fastq.gz' is the file of row",
    "rna has raw files (8) and tables (2)",
    "'counts' is one column for every sample",
    # files
    "'raw/none.mzML' does not exist",
    "'raw/empty.fastq.gz' is empty",
    "'raw/page.mzML' is an HTML page",
    "'raw/plain.fastq.gz' is not compressed",
    "'raw/cut.fastq.gz' ends in the middle",
    "'raw' is a folder",
    # content of tables
    "ACTB is 'many', which is no count",
    "'1,234' can be 1234 or 1.234",
    "the largest value is 12.4, with decimals",
    "twice.tsv: column 'H2' is there more than once",
    "concentration is no number ('much')",
    "prose.tsv: no size table found",
)

SAMPLES = """\
sample	material	condition	biofluid	batch2	Batch2	Protein (ug)	status	\
particle_count	age
T1	ev	tumour	plasma					2e10	61
T2	exosome	tumour	plsma					lots	#REF!
H1	ev	healthy	plasma						=B2
H2	ev	healthy	plasma						57	extra
2-Sep	ev	healthy	plasma
T 3	ev	healthy	plasma
T1	ev	tumour	plasma
	ev	tumour	plasma
"""
RUNS = """\
sample	assay	path	fraction	kit	format	column	Lane
T9	rna	raw/T1.fastq.gz
T1	protein	raw/T1.mzML.gz
T1	rna
T1	rna	raw/{x}.fq
T1	rna	raw/T2.fastq.gz	0
T1	rna	raw/T2.fastq.gz	7	qiaseek
T1	proteins	raw/T1.mzML.gz		qiaseq
T1	rna	raw/A1.fastq.gz	2			A1
H1	rna	raw/H1.fastq.gz	1
H2	rna	raw/H1.fastq.gz	1
2-Sep	rna	raw/A1.fastq.gz	3
2-Sep	rna	raw/empty.fastq.gz	1
2-Sep	rna	raw/plain.fastq.gz	2
T 3	rna	raw/cut.fastq.gz	1
T 3	proteins	raw/none.mzML	1
T2	proteins	raw/page.mzML	1
T2	particles	raw	1
T2	rna	c.tsv	1		table	c1
T2	rna	c.tsv	1		table	c2
*	transcripts	g.tsv				counts
T1	transcripts	word.tsv				T1
T2	transcripts	signs.tsv				T2
H1	transcripts	cpm.tsv				H1
H2	transcripts	twice.tsv				H2
H1	particles	unit.tsv
H2	particles	prose.tsv
"""


def spoil(files: StudyFiles) -> None:
    files.config |= {
        "organsim": "human",
        "rna": {"min_length": "few"},
        "particles": {"window_nm": [150, 30]},
        "proteins": {"fasta": "missing.fasta", "serach": {}},
        "purity": {"panels": "panels.tsv"},
        "interpretation": {"gene_sets": ["sets.gmt"]},
        "contrasts": [
            {"name": "one", "column": "condition", "test": "tumor", "reference": "healthy"},
            {"name": "two", "column": "grup", "test": "a", "reference": "b"},
            {"name": "three", "column": "condition", "test": "healthy", "reference": "healthy"},
        ],
    }
    files.samples(SAMPLES.splitlines())
    files.runs(RUNS.splitlines())
    raw = Path("raw")
    (raw / "A1.fastq.gz").write_bytes(gzip.compress(READS))
    (raw / "empty.fastq.gz").write_bytes(b"")
    (raw / "plain.fastq.gz").write_bytes(READS)
    (raw / "cut.fastq.gz").write_bytes(gzip.compress(READS * 500)[:60])
    (raw / "page.mzML").write_bytes(b"<!DOCTYPE html><html></html>")
    genes = ("HBB", "ACTB", "GAPDH", "CD9", "CD63", "CD81", "TSG101", "ALB")
    for name, sample, cells in (
        ("word", "T1", ["7", "many", "8", "9", "12", "0", "3", "40"]),
        ("signs", "T2", ["1,234", "2,345", "4,567", "1,222", "3,456", "7,891", "1,111", "2,222"]),
        ("cpm", "H1", ["0.31", "0.02", "0.4", "0.55", "1.71", "0.09", "12.4", "7.33"]),
        ("twice", "H2", ["7", "5", "8", "9", "12", "0", "3", "40"]),
    ):
        header = f"gene\t{sample}" + (f"\t{sample}" if name == "twice" else "")
        again = (lambda cell: f"{cell}\t{cell}") if name == "twice" else str
        rows = [f"{gene}\t{again(cell)}" for gene, cell in zip(genes, cells, strict=True)]
        Path(f"{name}.tsv").write_text("\n".join([header, *rows]) + "\n")
    Path("unit.tsv").write_text("size\tconcentration\n50\t1\n100\tmuch\n150\t2\n")
    Path("prose.tsv").write_text("The particles were measured.\nNothing else was.\n")
    Path("c.tsv").write_text("miRNA\tc1\tc2\nhsa-miR-21-5p\t1\t2\n")


def test_every_fault_is_named_and_none_twice(files: StudyFiles):
    spoil(files)
    with pytest.raises(StudyError) as caught:
        files.load()
    lines = str(caught.value).splitlines()[1:]
    named = {fault: sum(fault in line for line in lines) for fault in FAULTS}
    assert len(FAULTS) >= 40
    assert {fault: count for fault, count in named.items() if count != 1} == {}
    assert [line for line in lines if not any(fault in line for fault in FAULTS)] == []
    assert len(caught.value.problems) == len(set(caught.value.problems)) == len(FAULTS)
