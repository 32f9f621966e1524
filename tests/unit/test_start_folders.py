"""A new study from files that a program names alike, each in the folder of its sample."""

from pathlib import Path

import pytest

from evcargo.study.init import main

SAMPLES = ["EV_T1", "EV_T2", "EV_C1", "EV_C2"]
RNAS = {
    "miRNAmature": ["hsa-miR-21-5p:MIMAT0000076", "hsa-miR-16-5p:MIMAT0000069"],
    "tRNA": ["tRNA-Val-CAC-2-1", "tRNA-Gly-GCC-1-1"],
    "gencode": ["ENST00000386347.1:Mt_tRNA:MT-TL1-201", "ENST00000365403.1:misc_RNA:Y_RNA-201"],
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(name: str, lines: list[str]) -> None:
    path = Path("data") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def sheet() -> list[list[str]]:
    """Rows of the run sheet that `evcargo.study.init` writes."""
    assert main(["study", "--from", "data"]) == 0
    lines = Path("study/config/runs.tsv").read_text().splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def test_folders_of_excerpt_are_samples_and_not_the_kinds_of_rna(capsys):
    header = ["ReferenceID", "uniqueReadCount", "totalReadCount", "multimapAdjustedReadCount"]
    for sample in SAMPLES:
        for kind, names in RNAS.items():
            rows = [f"{name}\t2\t{at + 5}\t{at + 5}.0" for at, name in enumerate(names)]
            written(f"{sample}.fastq/readCounts_{kind}_sense.txt", ["\t".join(header), *rows])
    header, *rows = sheet()
    assert header == ["sample", "assay", "path"]
    assert {(row[0], row[1], Path(row[2]).name) for row in rows} == {
        (sample, assay, f"readCounts_{kind}_sense.txt")
        for sample in SAMPLES
        for assay, kind in (("rna", "miRNAmature"), ("transcripts", "gencode"))
    }
    printed = capsys.readouterr().out
    assert "../data/.../readCounts_miRNAmature_sense.txt (4 files)" in printed
    assert (
        "../data/.../readCounts_tRNA_sense.txt (4 files): is a second table of its sample, and"
        " readCounts_miRNAmature_sense.txt is taken: miRNA before tRNA" in printed
    )


def test_folders_of_mirdeep2_and_of_sizes_are_samples(capsys):
    for at, sample in enumerate(SAMPLES):
        table = ["#miRNA\tread_count\tprecursor\ttotal\tseq\tseq(norm)"]
        table += [f"hsa-let-7a-5p\t{at}.00\thsa-let-7a-1\t{at}.00\t{at}.00\t9.5"]
        written(f"{sample}/miRNAs_expressed_all_samples_22_02_2024_t_08_01_3{at}.csv", table)
        sizes = [f"{size},{size * 10.5}" for size in range(30, 300, 10)]
        written(f"{sample}/distribution.csv", ["Size (nm),Concentration (particles/mL)", *sizes])
    header, *rows = sheet()
    assert header == ["sample", "assay", "path"]
    assert sorted(row[:2] for row in rows) == sorted(
        [sample, assay] for sample in SAMPLES for assay in ("rna", "particles")
    )
    assert all(Path(row[2]).parent.name == row[0] for row in rows)
    printed = capsys.readouterr().out
    assert "../data/.../miRNAs_expressed_all_samples_22_02_2024_t_08_01_3* (4 files)" in printed


def test_folders_of_fragpipe_are_samples_with_their_proteins(capsys):
    for sample in SAMPLES:
        header = "Protein\tProtein ID\tEntry Name\tGene\tProtein Probability\tTotal Intensity"
        header += "\tUnique Intensity\tRazor Intensity"
        row = "sp|P21926|CD9_HUMAN\tP21926\tCD9_HUMAN\tCD9\t1.0\t7\t7\t7"
        written(f"{sample}/protein.tsv", [header, row])
        header = "Peptide\tCharges\tProbability\tIntensity\tProtein ID\tGene"
        written(f"{sample}/peptide.tsv", [header, "PEPTIDEK\t2\t0.99\t7000\tP21926\tCD9"])
        header = "Peptide Sequence\tM/Z\tCharge\tIntensity\tProtein ID\tGene"
        written(f"{sample}/ion.tsv", [header, "PEPTIDEK\t464.7\t2\t7000\tP21926\tCD9"])
    header, *rows = sheet()
    assert header == ["sample", "assay", "path"]
    assert [row[2] for row in rows] == [f"../data/{row[0]}/protein.tsv" for row in rows]
    assert sorted(row[0] for row in rows) == sorted(SAMPLES)
    printed = capsys.readouterr().out
    assert (
        "../data/.../peptide.tsv (4 files): is a second table of its sample, and protein.tsv is"
        " taken: proteins before peptides, ions and PSMs" in printed
    )
