"""Which rules run for which study; nothing is computed."""

import re
import shutil
from pathlib import Path

import pytest

TABLES = {
    *(
        "examine_tables",
        "write_study",
        "write_config",
        "import_proteins",
        "import_rna",
        "count_rna",
    ),
    *("measure_particles", "collect_quality", "run_multiqc", "score_purity", "test_proteins"),
    *("test_counts", "list_contrasts", "write_report", "bundle_study", "gate_rna"),
    *("write_mztab", "act_on_purity", "compare_purity", "export_purity"),
    *("test_gene_sets", "sort_cargo", "trace_origin"),
}


def planned(said: str) -> set[str]:
    """Rules in the table of jobs that a dry run prints."""
    return set(re.findall(r"^([a-z_]+) +\d+$", said, re.MULTILINE)) - {"all", "default", "total"}


@pytest.fixture
def example(root: Path, tmp_path: Path) -> Path:
    """The study in the checkout's own config/, elsewhere."""
    shutil.copytree(root / "config", tmp_path / "config")
    shutil.copytree(root / "resources" / "example", tmp_path / "resources" / "example")
    return tmp_path


def test_tables_need_no_search_and_no_alignment(example: Path, snakemake) -> None:
    assert planned(snakemake(example, "-n").stdout) == TABLES


def test_both_snakefiles_plan_the_same(example: Path, root: Path, snakemake) -> None:
    inner = str(root / "workflow" / "Snakefile")
    assert planned(snakemake(example, "-n", "--snakefile", inner).stdout) == TABLES


def test_without_a_contrast_nothing_is_tested(example: Path, snakemake) -> None:
    config = example / "config" / "config.yaml"
    text = config.read_text()
    assert "contrasts:" in text
    config.write_text(re.sub(r"(?ms)^contrasts:.*?(?=^\S|\Z)", "contrasts: []\n", text))
    tests = {"test_proteins", "test_counts", "list_contrasts", "test_gene_sets"}
    assert planned(snakemake(example, "-n").stdout) == TABLES - tests


def test_biomarker_panels_are_made_where_they_are_asked_for(example: Path, snakemake) -> None:
    with (example / "config" / "config.yaml").open("a") as config:
        config.write("\nbiomarkers:\n  contrasts: [tumour_v_healthy]\n  joined: true\n")
    said = snakemake(example, "-n").stdout
    assert planned(said) == TABLES | {"assess_biomarkers", "list_biomarkers"}
    assert re.search(r"^assess_biomarkers +3$", said, re.MULTILINE)  # proteins, rna, joined
    assert "has 4 v 4 independent samples of proteins, fewer than biomarkers.min_samples" in said


def test_one_assay_alone_is_a_study(example: Path, snakemake) -> None:
    sheet = example / "config" / "runs.tsv"
    lines = [line for line in sheet.read_text().splitlines() if "\tproteins\t" not in line]
    sheet.write_text("\n".join(line for line in lines if "\tparticles\t" not in line) + "\n")
    rules = planned(snakemake(example, "-n").stdout)
    assert rules == TABLES - {
        "import_proteins",
        "test_proteins",
        "measure_particles",
        "write_mztab",
    }


def test_own_panels_are_an_input_wherever_panels_are_read(example: Path, snakemake) -> None:
    (example / "own.tsv").write_text("panel\tgene\nneuron\tL1CAM\n")
    with (example / "config" / "config.yaml").open("a") as config:
        config.write("\npurity:\n  panels: own.tsv\n")
    tested = ("results/differential/tumour_v_healthy.proteins.tsv", "results/purity/markers.tsv")
    counted = "results/differential/tumour_v_healthy.rna.tsv"
    graph = snakemake(example, *tested, counted, "--filegraph").stdout
    nodes = [node for node in re.split(r"(?m)^\d+ \[", graph) if ">own.tsv<" in node]
    reading = {name for node in nodes for name in re.findall(r'"18">(\w+)<', node)}
    assert {"score_purity", "import_proteins", "test_proteins", "test_counts"} == reading
    (example / "own.tsv").write_text("panel\tgene\trole\nneuron\tALB\tev\n")
    refused = snakemake(example, "-n", check=False)
    assert refused.returncode != 0
    assert "own.tsv, row 2, gene: 'ALB' is ev in panel neuron" in refused.stdout


def test_gene_sets_and_targets_are_planned_and_looked_at(example: Path, snakemake) -> None:
    (example / "own.gmt").write_text("LOADED\tx\tCD63\tCD9\tCD81\n")
    (example / "targets.tsv").write_text("mirna\tgene\nhsa-miR-21-5p\tCD63\n")
    with (example / "config" / "config.yaml").open("a") as config:
        config.write("\ninterpretation:\n  gene_sets: [own.gmt]\n  targets: targets.tsv\n")
    assert planned(snakemake(example, "-n").stdout) == TABLES | {"test_targets"}
    (example / "own.gmt").write_text("LOADED\tx\tCD63\tCD9\tCD81\nEMPTY\tx\n")
    refused = snakemake(example, "-n", check=False)
    assert refused.returncode != 0
    assert "own.gmt, row 2: 'EMPTY' is a set without genes" in refused.stdout


def test_protein_and_mrna_are_compared_where_a_study_has_both(example: Path, snakemake) -> None:
    sheet = example / "config" / "runs.tsv"
    rows = sheet.read_text().splitlines()
    extra = [row.replace("\trna\t", "\ttranscripts\t") for row in rows if "\trna\t" in row]
    sheet.write_text("\n".join([*rows, *extra]) + "\n")
    config = example / "config" / "config.yaml"  # miRNAs stand for genes here, which nobody knows
    config.write_text(config.read_text() + "\nidentifiers: {min_recognised: 0}\n")
    rules = planned(snakemake(example, "-n").stdout)
    assert {"test_concordance", "test_gene_sets"} <= rules


def test_one_row_takes_the_samples_of_a_wide_matrix(tmp_path: Path, snakemake) -> None:
    """Features by symbol; columns of no sample are named, which takes shipped files."""
    (tmp_path / "config").mkdir()
    names = [f"{group}{number}" for group in "TH" for number in range(1, 7)]
    genes = ("CD9", "CD63", "CD81", "TSG101", "ALB", "APOB", "FLOT1", "ACTB", "GAPDH", "HSPA8")
    rows = [["Gene", *names, "blank"]]
    rows += [[gene, *(1e6 + 7e4 * at * at for at in range(13))] for gene in genes]
    text = "".join("\t".join(map(str, row)) + "\n" for row in rows)
    (tmp_path / "matrix.tsv").write_text(text)
    (tmp_path / "config/config.yaml").write_text("study: wide\norganism: human\n")
    sheet = "".join(f"{name}\tplasma\n" for name in names)
    (tmp_path / "config/samples.tsv").write_text(f"sample\tbiofluid\n{sheet}")
    (tmp_path / "config/runs.tsv").write_text("sample\tassay\tpath\n*\tproteins\tmatrix.tsv\n")
    printed = snakemake(tmp_path, "-n").stdout
    assert "10 of 10 identifiers known (gene symbol)" in printed
    assert "1 of its 13 samples are not in the sample sheet" in printed
