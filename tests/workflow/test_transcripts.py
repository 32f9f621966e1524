"""A study of long RNA alone, from FASTQ to differential genes and the report, and bad input."""

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evcargo.simulate.transcripts import LongSettings, invent_reference, simulate_long_reads
from evcargo.tables import read_matrix, read_table

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("salmon") is None, reason="salmon is not installed (apt-get install salmon)"
    ),
]
SAMPLES = ("T1", "T2", "T3", "H1", "H2", "H3")
N_DIFFERENT = 10
CONFIG = """\
study: long
contrasts:
  - {name: tumour_v_healthy, column: condition, test: tumour, reference: healthy}
transcripts:
  transcriptome: data/transcripts.fa
  genome: data/genome.fa
"""


@pytest.fixture(scope="module")
def raw_study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    """Three tumour and three healthy samples; the true log2 fold changes by gene."""
    folder = tmp_path_factory.mktemp("long") / "a study's folder"
    data = folder / "data"
    data.mkdir(parents=True)
    (folder / "config").mkdir()
    rng = np.random.default_rng(8)
    reference = invent_reference(120, rng)
    reference.write(data)
    base = {name: float(rng.lognormal(1, 0.7)) for name in reference.transcripts}
    genes = sorted(set(reference.genes.values()))
    chosen = rng.choice(genes, N_DIFFERENT, replace=False)
    changes = {str(g): 3.0 if n % 2 else -3.0 for n, g in enumerate(chosen)}
    rows = []
    for sample in SAMPLES:
        up = sample[0] == "T"
        amounts = {
            name: value * 2 ** (changes.get(reference.genes[name], 0.0) * up + rng.normal(0, 0.1))
            for name, value in base.items()
        }
        paths = [data / f"{sample} it's_R{mate}.fastq.gz" for mate in (1, 2)]
        settings = LongSettings(intergenic=0.1)
        simulate_long_reads(paths, amounts, reference, 15_000, settings, rng)
        rows += [f"{sample}\ttranscripts\tdata/{path.name}\n" for path in paths]
    (folder / "config" / "runs.tsv").write_text("sample\tassay\tpath\n" + "".join(rows))
    groups = {"T": "tumour", "H": "healthy"}
    sheet = "".join(f"{sample}\t{groups[sample[0]]}\n" for sample in SAMPLES)
    (folder / "config" / "samples.tsv").write_text("sample\tcondition\n" + sheet)
    (folder / "config" / "config.yaml").write_text(CONFIG)
    return folder, changes


@pytest.fixture
def study(raw_study, tmp_path: Path) -> Path:
    return Path(shutil.copytree(raw_study[0], tmp_path / "study's copy"))


def test_a_study_of_long_rna_alone(raw_study, study: Path, snakemake) -> None:
    changes = raw_study[1]
    snakemake(study)
    table = read_table(
        study / "results/differential/tumour_v_healthy.transcripts.tsv", "differential"
    ).set_index("feature")
    hits = set(table.index[table["significant"].fillna(False).astype(bool)])
    assert len(hits & set(changes)) >= N_DIFFERENT - 1
    assert len(hits - set(changes)) <= 1
    found = table.loc[sorted(hits & set(changes)), "log2_fold_change"].astype(float)
    gap = found - pd.Series(changes).reindex(found.index)
    # Composition moves all genes a little, so it is taken out.
    assert (gap - gap.median()).abs().max() < 0.6
    assert table.loc["GENE1", "name"] == "SYM1"
    assert set(table["class"]) == {"protein_coding"}

    matrix = read_matrix(study / "results/transcripts/transcripts.h5ad")
    assert matrix.obs_names.tolist() == list(SAMPLES)
    assert (matrix.obs["status"] == "ok").all()
    assert (matrix.obs["library_type"] == "ISR").all()
    assert set(matrix.layers) == {"normalised", "fractional", "cpm", "tpm", "length"}
    assert np.array_equal(matrix.X, np.round(matrix.layers["fractional"]))
    assert np.allclose(matrix.layers["tpm"].sum(axis=1), 1e6)
    quality = read_table(study / "results/quality/quality.tsv", "quality")
    share = quality[quality["metric"] == "mapping_share"]["value"].astype(float)
    assert len(share) == 6 and share.between(0.85, 0.95).all()

    page = (study / "results/report/index.html").read_text()
    for words in ("salmon 1.", "10.1038/nmeth.4197", "transcripts.gene_counts"):
        assert words in page, words
    assert "identical inserts were collapsed" not in page
    assert (study / "results/report/study.h5mu").is_file()
    again = snakemake(study, "-n").stdout
    assert "Nothing to be done" in again


def test_scaled_counts_do_not_quantify_again(study: Path, snakemake) -> None:
    target = "results/transcripts/transcripts.h5ad"
    snakemake(study, target)
    before = read_matrix(study / target).to_df()
    (study / "config/config.yaml").write_text(CONFIG + "  gene_counts: lengthScaledTPM\n")
    said = snakemake(study, target).stdout
    assert "count_transcripts" in said
    assert not re.search(r"^quantify_transcripts +\d", said, re.MULTILINE)
    after = read_matrix(study / target).to_df()
    assert not after.equals(before)
    # The scaled counts sum to what salmon assigned, but for the rounding.
    assert after.sum(axis=1).to_numpy() == pytest.approx(before.sum(axis=1).to_numpy(), abs=60)


def test_reads_that_break_off_fail_their_own_job(study: Path, snakemake) -> None:
    reads = study / "data" / "T2 it's_R2.fastq.gz"
    whole = reads.read_bytes()
    reads.write_bytes(whole[: len(whole) // 2])
    target = "results/transcripts/transcripts.h5ad"
    failed = snakemake(study, target, "--keep-going", check=False)
    assert failed.returncode != 0
    lines = [line for line in failed.stdout.splitlines() if line.startswith("evcargo: ")]
    assert len(lines) == 1 and "T2 it's_R2.fastq.gz" in lines[0]
    done = sorted(path.stem for path in (study / "results/transcripts/quantified").glob("*.tsv"))
    assert done == sorted(set(SAMPLES) - {"T2"})
    assert not list((study / "results").rglob(".part-*"))


def test_what_is_missing_is_told_before_any_job(study: Path, snakemake) -> None:
    config, runs = study / "config/config.yaml", study / "config/runs.tsv"
    config.write_text(CONFIG.replace("data/genome.fa", "data/genom.fa"))
    lines = runs.read_text().splitlines(keepends=True)
    runs.write_text("".join(line for line in lines if "T1 it's_R1" not in line))
    fasta = study / "data/transcripts.fa"
    fasta.write_text(fasta.read_text() + ">orphan\nACGTACGTACGT\n")
    said = snakemake(study, "-n", check=False)
    assert said.returncode != 0
    for words in ("Did you mean 'data/genome.fa'?", "mate 2 of a pair", "'orphan'"):
        assert words in said.stdout.replace("\\'", "'"), words
    assert "Traceback" not in said.stdout
