"""Genes of simulated long RNA against their known counts, from FASTQ to matrix with salmon."""

import gzip
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evcargo.contracts import CONTRACTS
from evcargo.errors import EvcargoError
from evcargo.simulate.transcripts import (
    GENOME,
    LongReference,
    LongSettings,
    invent_reference,
    simulate_long_reads,
)
from evcargo.tables import read_matrix, read_table, write_table
from evcargo.transcripts.count import Quantified, count_quantified
from evcargo.transcripts.quantify import quantify_sample
from evcargo.transcripts.reference import build_index
from evcargo.transcripts.salmon import QuantifySettings
from evcargo.transcripts.trim import TrimSettings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("salmon") is None, reason="salmon is not installed (apt-get install salmon)"
    ),
]
N_FRAGMENTS = 60_000
TRIM = TrimSettings("AGATCGGAAGAGC", 31, 2)
AUTO = QuantifySettings(threads=2)


@dataclass(frozen=True)
class Stage:
    """An invented reference, indexed without and with its genome."""

    folder: Path
    reference: LongReference
    abundance: dict[str, float]

    def index(self, genome: bool) -> tuple[Path, Path]:
        name = "decoys" if genome else "plain"
        index, genes = self.folder / name, self.folder / f"{name}.tsv"
        if not index.is_dir():
            fasta, chromosome = self.reference.write(self.folder)
            build_index(str(fasta), str(chromosome) if genome else None, None, 31, 2, index, genes)
        return index, genes

    def quantify(
        self, mates1: list[Path], mates2: list[Path], genome: bool, how: QuantifySettings = AUTO
    ) -> tuple[pd.Series, dict, dict[str, float]]:
        """Count of every gene, what is told, and the quality figures."""
        index, genes = self.index(genome)
        quantities, summary = self.folder / "q.tsv", self.folder / "q.json"
        first, second = [str(path) for path in mates1], [str(path) for path in mates2]
        quantify_sample(first, second, index, genes, TRIM, how, quantities, summary)
        sheet = pd.DataFrame(columns=CONTRACTS["samples"].names, index=range(1))
        sheet["sample"] = "s"
        write_table(sheet, self.folder / "samples.tsv", "samples")
        products = {
            "matrix": self.folder / "m.h5ad",
            "table": self.folder / "m.tsv",
            "quality": self.folder / "quality.tsv",
        }
        found = Quantified(
            {"s": str(quantities)}, {"s": str(summary)}, str(genes), "summed", genome
        )
        count_quantified(self.folder / "samples.tsv", found, products)
        matrix = read_matrix(products["matrix"])
        assert np.array_equal(matrix.X, np.round(matrix.X), equal_nan=True)
        figures = read_table(products["quality"], "quality").set_index("metric")["value"]
        told = json.loads(summary.read_text())
        assert sum(told["funnel"].values()) == told["raw"]
        assert not list(self.folder.glob(".part-*"))
        return matrix.to_df().loc["s"], told, figures.astype(float).to_dict()

    def truth(self, fragments: pd.Series) -> pd.Series:
        known = fragments.drop(GENOME)
        return known.groupby(known.index.map(self.reference.genes)).sum()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    rng = np.random.default_rng(11)
    reference = invent_reference(200, rng)
    abundance = {name: float(rng.lognormal(0, 1.5)) for name in reference.transcripts}
    return Stage(tmp_path_factory.mktemp("long rna's"), reference, abundance)


def simulated(stage: Stage, folder: Path, settings: LongSettings, seed: int = 1):
    """Files of the library, in a folder with a space and a quote, and fragments by transcript."""
    place = folder / 'the sequencer\'s "run"'
    place.mkdir()
    paths = [place / "-s 1_R1.fastq.gz", place / "-s 1_R2.fastq.gz"][: 1 + settings.paired]
    rng = np.random.default_rng(seed)
    fragments = simulate_long_reads(
        paths, stage.abundance, stage.reference, N_FRAGMENTS, settings, rng
    )
    assert fragments.sum() == N_FRAGMENTS
    return paths[:1], paths[1:], fragments


def relative_error(counts: pd.Series, truth: pd.Series) -> pd.Series:
    expressed = truth[truth >= 10]
    return (counts.reindex(expressed.index) / expressed - 1).abs()


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("genome", [False, True])
def test_gene_counts_are_the_simulated_ones(stage, tmp_path, paired, genome) -> None:
    first, second, fragments = simulated(stage, tmp_path, LongSettings(paired=paired))
    counts, told, figures = stage.quantify(first, second, genome)
    truth = stage.truth(fragments)
    assert set(counts.index) == set(truth.index)
    assert np.corrcoef(counts.reindex(truth.index), truth)[0, 1] > 0.99
    assert relative_error(counts, truth).median() < 0.05
    assert figures["mapping_share"] > 0.97
    assert told["library"]["library_type"] == ("ISR" if paired else "SR")
    assert figures["antisense_share"] < 0.015
    assert figures["raw_fragments"] == N_FRAGMENTS
    assert figures["library_size"] == counts.sum()
    assert figures["features_detected"] == (counts > 0).sum()
    assert np.isnan(figures["rrna_share"])
    assert np.isnan(figures["better_on_genome_share"]) == (not genome)


def test_the_genome_keeps_pseudogenes_out_of_the_counts(tmp_path) -> None:
    """Copies of transcripts between the genes, 4 % of their letters drawn anew (3 % differ)."""
    rng = np.random.default_rng(21)
    reference = invent_reference(100, rng, pseudogenes=0.04)
    stage = Stage(tmp_path, reference, dict.fromkeys(reference.transcripts, 1.0))
    first, second, fragments = simulated(stage, tmp_path, LongSettings(intergenic=0.3))
    assert fragments[GENOME] == pytest.approx(0.3 * N_FRAGMENTS, rel=0.05)
    truth = stage.truth(fragments)
    without, _, _ = stage.quantify(first, second, genome=False)
    assert without.sum() > 1.05 * truth.sum()
    assert relative_error(without, truth).median() > 0.05
    counts, told, figures = stage.quantify(first, second, genome=True)
    assert counts.sum() == pytest.approx(truth.sum(), rel=0.01)
    assert relative_error(counts, truth).median() < 0.01
    assert figures["better_on_genome_share"] > 0.05
    assert told["funnel"]["mapped"] == pytest.approx(truth.sum(), rel=0.01)


@pytest.mark.parametrize(
    ("reverse", "paired", "strandedness", "library", "counted"),
    [
        (0.5, True, "unstranded", "IU", 1),
        (0.03, True, "forward", "ISF", 0.97),
        (0.9, True, "reverse", "ISR", 0.9),
        (0.9, False, "reverse", "SR", 0.9),
        (0.7, True, "unclear", "IU", 1),
    ],
)
def test_the_strand_is_found_out(
    stage, tmp_path, reverse, paired, strandedness, library, counted
) -> None:
    settings = LongSettings(reverse=reverse, paired=paired)
    first, second, _ = simulated(stage, tmp_path, settings)
    _, told, figures = stage.quantify(first, second, genome=False)
    assert (told["strandedness"], told["library"]["library_type"]) == (strandedness, library)
    assert figures["sense_share"] == pytest.approx(1 - reverse, abs=0.01)
    known = {"forward": reverse, "reverse": 1 - reverse}.get(strandedness, float("nan"))
    assert figures["antisense_share"] == pytest.approx(known, abs=0.01, nan_ok=True)
    # Fragments of the strand that the library does not have are not counted.
    assert told["funnel"]["mapped"] == pytest.approx(counted * N_FRAGMENTS, rel=0.02)


def test_the_config_has_the_last_word_on_the_strand(stage, tmp_path, caplog) -> None:
    first, second, _ = simulated(stage, tmp_path, LongSettings(reverse=0.5))
    told = stage.quantify(first, second, False, QuantifySettings("reverse", threads=2))[1]
    assert told["funnel"]["mapped"] < 0.6 * N_FRAGMENTS
    assert told["library"]["library_type"] == "ISR"
    assert "the config says reverse, but the library looks unstranded" in caplog.text


def test_short_fragments_lose_their_adapter(stage, tmp_path) -> None:
    settings = LongSettings(fragment_mean=60, fragment_sd=5, error_rate=0)
    first, second, fragments = simulated(stage, tmp_path, settings)
    counts, _, figures = stage.quantify(first, second, genome=False)
    assert figures["adapter_share"] > 0.9
    assert figures["mapping_share"] > 0.95
    assert relative_error(counts, stage.truth(fragments)).median() < 0.05


def test_lanes_are_counted_together(stage, tmp_path) -> None:
    first, second, fragments = simulated(stage, tmp_path, LongSettings())
    counts, told, _ = stage.quantify(first * 2, second * 2, genome=False)
    assert told["raw"] == 2 * N_FRAGMENTS
    assert relative_error(counts, 2 * stage.truth(fragments)).median() < 0.05


def cut(path: Path, first: int, last: int) -> None:
    """Keep some records of a file."""
    kept = gzip.decompress(path.read_bytes()).splitlines(keepends=True)[4 * first : 4 * last]
    path.write_bytes(gzip.compress(b"".join(kept)))


@pytest.mark.parametrize("spoil", ["fewer mates", "half a file", "other reads", "no read"])
def test_files_that_salmon_would_take_are_refused(stage, tmp_path, spoil: str) -> None:
    first, second, _ = simulated(stage, tmp_path, LongSettings())
    if spoil == "fewer mates":
        cut(second[0], 0, 1000)
    elif spoil == "half a file":
        for path in (*first, *second):
            whole = path.read_bytes()
            path.write_bytes(whole[: len(whole) // 2])
    elif spoil == "other reads":
        cut(first[0], 0, 1000)
        cut(second[0], 1000, 2000)
    else:
        for path in (*first, *second):
            cut(path, 0, 0)
    with pytest.raises(EvcargoError, match="s 1_R2") as caught:
        stage.quantify(first, second, genome=False)
    assert "\n" not in str(caught.value)


def test_a_sample_of_something_else_is_carried_as_failed(stage, tmp_path) -> None:
    other = invent_reference(20, np.random.default_rng(99))
    reads = tmp_path / "other_R1.fastq.gz"
    rng = np.random.default_rng(1)
    settings = LongSettings(paired=False)
    simulate_long_reads([reads], dict.fromkeys(other.transcripts, 1.0), other, 2000, settings, rng)
    counts, told, figures = stage.quantify([reads], [], genome=False)
    assert (
        told["problem"] == "fewer than 10 of 2000 fragments fit the transcripts (0 are too short)"
    )
    assert counts.isna().all() and len(counts) == 200
    assert figures["mapping_share"] == 0
    assert read_matrix(stage.folder / "m.h5ad").obs.loc["s", "status"] == "failed"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (">A gene:G1\nMKVLAAGIEQ\n", "letters of no nucleotide"),
        ("<!DOCTYPE html>\n<html>\n", "not a FASTA file"),
        ("", "holds no transcript"),
        (">A gene:G1\nACGTACGTTTGA\n>A gene:G1\nACGGATTAGACA\n", "'A' is there twice"),
        (">A gene:G1\nACGTACGTTTGA\n>B\nACGGATTAGACA\n", "1 of 2 transcripts name no gene"),
        (">A gene:G1\n>B gene:G1\nACGGATTAGACA\n", "has no sequence"),
        (">A gene:G1\nACGTACG\n>B gene:G1\nACGGATT\n", "salmon failed"),
    ],
)
def test_a_transcriptome_that_is_none(tmp_path, text: str, said: str) -> None:
    fasta = tmp_path / "t.fa"
    fasta.write_text(text)
    with pytest.raises(EvcargoError, match=said) as caught:
        build_index(str(fasta), None, None, 31, 1, tmp_path / "index", tmp_path / "genes.tsv")
    assert "\n" not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.fa"]


def test_names_that_salmon_would_not_keep(tmp_path) -> None:
    """GENCODE's fields, quotes, and two genes with the same sequence, which share their reads."""
    rng = np.random.default_rng(4)
    made = invent_reference(2, rng)
    one, other = list(made.transcripts.values())[0], list(made.transcripts.values())[-1]
    fasta = tmp_path / "t.fa"
    gencode = "ENST{0}.1|ENSG{0}.1|-|-|AB{0}-201|AB{0}|900|{1}|"
    fasta.write_text(
        f">{gencode.format(1, 'lncRNA')}\n{one}\n"
        f">{gencode.format(2, 'protein_coding')}\n{one}\n"
        f">tx'\"3 gene=O'Brien\"s\n{other}\n"
        f">rna4 gene:G4 gene_symbol:MT-RNR2 gene_biotype:Mt_rRNA\n{other[::-1]}\n"
    )
    stage = Stage(tmp_path, made, {})
    index, genes = tmp_path / "plain", tmp_path / "plain.tsv"
    build_index(str(fasta), None, None, 31, 1, index, genes)
    table = read_table(genes, "transcript_genes")
    assert table["transcript"].tolist() == ["ENST1.1", "ENST2.1", "tx'\"3", "rna4"]
    assert table["gene"].tolist() == ["ENSG1.1", "ENSG2.1", "O'Brien\"s", "G4"]
    assert table["class"].tolist() == ["lncRNA", "protein_coding", "transcript", "Mt_rRNA"]
    assert table["ribosomal"].tolist() == [False, False, False, True]
    reads = tmp_path / "r.fastq.gz"
    known = LongReference("", {"a": one, "b": other, "c": other[::-1]})
    simulate_long_reads(
        [reads], {"a": 1, "b": 1, "c": 1}, known, 3000, LongSettings(paired=False), rng
    )
    counts, _, figures = stage.quantify([reads], [], genome=False)
    assert counts["ENSG1.1"] == pytest.approx(counts["ENSG2.1"], abs=2)
    assert counts["ENSG1.1"] > 300
    assert figures["rrna_share"] == pytest.approx(counts["G4"] / counts.sum())
    matrix = read_matrix(tmp_path / "m.h5ad")
    assert matrix.var.loc["ENSG1.1", ["name", "gene"]].tolist() == ["AB1", "AB1"]
    assert matrix.layers["tpm"].sum() == pytest.approx(1e6, rel=1e-4)
    tsv = read_table(tmp_path / "plain.tsv", "transcript_genes")
    assert len(tsv) == 4
