"""A study from files to matrix: failed samples, samples without a run, and tables beside reads."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evcargo.contracts import CONTRACTS
from evcargo.rna.background import index_background
from evcargo.rna.count import TABLES, Sequenced, count_study
from evcargo.rna.count_table import Column, import_counts
from evcargo.rna.counted import read_metrics
from evcargo.rna.kits import NONE, Kit
from evcargo.rna.matrix import log_cpm
from evcargo.rna.reference import build_reference
from evcargo.rna.sample import AssignSettings, Reference, assign_sample
from evcargo.rna.trim import Run, trim_sample, write_inserts
from evcargo.rna.trimmer import TrimSettings
from evcargo.tables import read_matrix, read_table, told_rows, write_table

SOURCES = Path(__file__).resolve().parents[2] / "resources" / "rna" / "sources.tsv"

ADAPTER = "TGGAATTCTCGGGTGCCAAGG"
KITS = {"illumina": Kit("illumina", ADAPTER), NONE: Kit(NONE, "")}
LET7, MIR1 = "TGAGGTAGTAGGTTGTATAGTT", "TGGAATGTAAAGAAGTATGTAT"
HALF = "GCATGGGTGGTTCAGTGGTAGAATTCTCGC"
PRIORITY = ["spike_in", "miRNA", "tRNA"]
ASSIGNED = ("counts", "summary", "isomirs", "mirgff3")


def product_paths(folder: Path) -> dict[str, Path]:
    names = ["matrix", "table", "fractional", "cpm", "quality", *(name for _, name, _ in TABLES)]
    return {
        name: folder / (f"{name}.h5ad" if name == "matrix" else f"{name}.tsv") for name in names
    }


def sheet(path: Path, *samples: str) -> Path:
    frame = pd.DataFrame(columns=CONTRACTS["samples"].names, index=range(len(samples)))
    frame["sample"] = samples
    frame["condition"] = "x"
    frame["age"] = "41"
    write_table(frame, path, "samples")
    return path


@pytest.fixture
def sequenced(tmp_path: Path) -> Sequenced:
    fastas = {}
    for kind, text in {
        "hairpin": f">mir-7\nGGGG{LET7}CCCCGGATTACA\n>mir-1\nTACC{MIR1}ACGT\n",
        "mature": f">miR-7\n{LET7}\n>miR-1\n{MIR1}\n",
        "tRNA": f">tRNA-Gly-GCC-1\n{HALF}CTGCCACGCGGGAGGCCCGGGTTCGATTCCCGGCCCATGCACCA\n",
    }.items():
        fastas[kind] = tmp_path / f"{kind}.fa"
        fastas[kind].write_text(text)
    reference = [tmp_path / name for name in ("reference.fa", "features.tsv", "manifest.tsv")]
    build_reference({}, fastas, SOURCES, *reference)
    inserts = {
        "good": [LET7] * 6 + [MIR1 + "A"] * 2 + [HALF] * 4 + ["ACCGATTAGGCCATTAGCAT"] + ["A" * 20],
        "no_mirna": [HALF] * 3,
        "dimers": [""] * 5,
    }
    counts, summaries = {}, {}
    for sample, reads in inserts.items():
        fastq = tmp_path / f"{sample}.fastq"
        wholes = [read + ADAPTER for read in reads]
        fastq.write_text("".join(f"@r\n{read}\n+\n{'I' * len(read)}\n" for read in wholes))
        trimmed = [tmp_path / f"{sample}.inserts.gz", tmp_path / f"{sample}.trim.json"]
        write_inserts(trim_sample([Run(str(fastq))], KITS, TrimSettings()), *trimmed)
        counts[sample], summaries[sample] = (
            str(tmp_path / f"{sample}.tsv"),
            str(tmp_path / f"{sample}.json"),
        )
        products = {
            "counts": counts[sample],
            "summary": summaries[sample],
            "isomirs": tmp_path / f"{sample}.isomirs.tsv",
            "mirgff3": tmp_path / f"{sample}.gff3",
        }
        settings = AssignSettings(PRIORITY)
        assign_sample(sample, *trimmed, Reference(*reference), settings, products)
    return Sequenced(counts, summaries, str(reference[1]), PRIORITY)


def test_sequenced_samples(tmp_path: Path, sequenced: Sequenced) -> None:
    products = product_paths(tmp_path)
    samples = sheet(tmp_path / "samples.tsv", "good", "absent", "dimers", "no_mirna")
    count_study(samples, sequenced, None, products)
    matrix = read_matrix(products["matrix"])
    assert matrix.obs_names.tolist() == ["good", "absent", "dimers", "no_mirna"]
    assert matrix.obs["status"].tolist() == ["ok", "no run", "failed", "failed"]
    assert (
        matrix.obs.loc["dimers", "status_reason"] == "no insert of 16 to 50 nt is left of 5 reads"
    )
    assert matrix.obs.loc["no_mirna", "status_reason"] == "no miRNA read among 3 inserts"
    assert matrix.obs["age"].tolist() == ["41"] * 4
    assert matrix.var_names.tolist() == ["miR-1", "miR-7", "tRNA-Gly-GCC"]
    assert matrix.var["class"].tolist() == ["miRNA", "miRNA", "tRNA"]
    assert matrix.var["sequence"].tolist()[:2] == [MIR1, LET7]
    assert matrix["good"].X.tolist() == [[2, 6, 4]]
    assert np.isnan(matrix[["absent", "dimers", "no_mirna"]].X).all()
    # log2((6 + 0.5) / (12 + 1) * 1e6) = log2(500000)
    assert matrix["good"].layers["normalised"][0, 1] == pytest.approx(np.log2(5e5))


def test_funnel_sums_to_the_raw_reads(tmp_path: Path, sequenced: Sequenced) -> None:
    products = product_paths(tmp_path)
    samples = sheet(tmp_path / "samples.tsv", "good", "dimers", "no_mirna")
    count_study(samples, sequenced, None, products)
    funnel = read_table(products["funnel"], "funnel")
    assert funnel.groupby("sample")["reads"].sum().to_dict() == {
        "good": 14,
        "dimers": 5,
        "no_mirna": 3,
    }
    good = funnel[(funnel["sample"] == "good") & (funnel["reads"] > 0)]
    assert dict(zip(good["step"], good["reads"], strict=True)) == {
        "low_complexity": 1,
        "miRNA": 8,
        "tRNA": 4,
        "unassigned": 1,
    }
    classes = read_table(products["classes"], "rna_classes").dropna()
    shares = classes.groupby("sample")["insert_share"].sum().round(9)
    assert shares.to_dict() == {"good": 1, "no_mirna": 1}
    quality = read_table(products["quality"], "quality")
    good = quality[quality["sample"] == "good"].set_index("metric")["value"]
    assert good["raw_reads"] == 14
    assert good["adapter_share"] == 1
    assert good["insert_mode_nt"] == 22
    # Shares of inserts leave the one of low complexity out, as those of the classes do.
    assert good["mirna_hairpin_reads"] == 8
    assert good["mirna_hairpin_insert_share"] == pytest.approx(8 / 13)
    of_classes = classes[classes["sample"] == "good"].set_index("class")["insert_share"]
    assert good["trna_insert_share"] == pytest.approx(of_classes["tRNA"]) == pytest.approx(4 / 13)
    assert good["unassigned_insert_share"] == pytest.approx(of_classes["unassigned"])
    assert good["mature_mirnas_detected"] == 2
    assert (
        "y_rna_insert_share" not in good
    )  # no such reference: not looked for, which is not none found
    dimers = quality[quality["sample"] == "dimers"].set_index("metric")["value"]
    assert dimers["dimer_share"] == 1
    assert "library_size" not in dimers


def test_layers_by_hand(tmp_path: Path, sequenced: Sequenced) -> None:
    products = product_paths(tmp_path)
    table = read_table(sequenced.counts["good"], "rna_counts")
    # As if one of the reads of miR-7 fitted miR-1 as well.
    table["fractional_reads"] = table["fractional_reads"].astype(float)
    table.loc[table["feature"] == "miR-7", "fractional_reads"] = 5.5
    table.loc[table["feature"] == "miR-1", "fractional_reads"] = 2.5
    write_table(table, sequenced.counts["good"], "rna_counts")
    samples = sheet(tmp_path / "samples.tsv", "good", "dimers")
    count_study(samples, sequenced, None, products)
    matrix = read_matrix(products["matrix"])
    assert set(matrix.layers) == {"normalised", "fractional", "cpm"}
    features = ["miR-7", "miR-1", "tRNA-Gly-GCC"]
    good = matrix[["good"], features]
    assert good.X.tolist() == [[6, 2, 4]]
    assert good.layers["fractional"].tolist() == [[5.5, 2.5, 4]]
    assert good.layers["cpm"].ravel() == pytest.approx([5e5, 2e6 / 12, 4e6 / 12])
    assert np.isnan(matrix["dimers"].layers["cpm"]).all()
    for layer in ("fractional", "cpm"):
        written = pd.read_csv(products[layer], sep="\t", index_col="feature")
        assert written.loc[features, "good"].to_numpy() == pytest.approx(good.layers[layer].ravel())
        assert written["dimers"].isna().all()


def test_fragments_of_all_samples(tmp_path: Path, sequenced: Sequenced) -> None:
    products = product_paths(tmp_path)
    samples = sheet(tmp_path / "samples.tsv", "good", "no_mirna")
    count_study(samples, sequenced, None, products)
    table = read_table(products["fragments"], "rna_fragments")
    assert table.values.tolist() == [
        ["good", "tRNA", "tRNA-Gly-GCC", "5' half", 4],
        ["no_mirna", "tRNA", "tRNA-Gly-GCC", "5' half", 3],
    ]
    assert told_rows(read_table(products["exogenous"], "rna_exogenous")).empty


def test_backgrounds_are_steps_of_the_funnel(tmp_path: Path, sequenced: Sequenced) -> None:
    lost = "ACCGATTAGGCCATTAGCAT"
    (tmp_path / "genome.txt").write_text(f">chr1\nGGCA{lost}TTGA{HALF}\n")
    prefix = tmp_path / "background" / "genome.fa"
    index_background("genome", str(tmp_path / "genome.txt"), prefix)
    reference = [tmp_path / name for name in ("reference.fa", "features.tsv", "manifest.tsv")]
    products = {name: tmp_path / f"again.{name}" for name in ASSIGNED}
    assign_sample(
        "good",
        tmp_path / "good.inserts.gz",
        tmp_path / "good.trim.json",
        Reference(*reference, {"genome": prefix}),
        AssignSettings(PRIORITY),
        products,
    )
    told = json.loads(products["summary"].read_text())
    assert list(told["funnel"])[-2:] == ["genome", "unassigned"]
    assert (told["funnel"]["genome"], told["funnel"]["unassigned"]) == (1, 0)
    metrics = {name: value for name, value, _ in read_metrics(told)}
    # 8 miRNA, 4 tRNA, 1 genome of 14 inserts; one is of low complexity.
    assert metrics["endogenous_share"] == pytest.approx(13 / 14)


def test_tables_beside_reads(tmp_path: Path, sequenced: Sequenced) -> None:
    table = tmp_path / "counts.tsv"
    table.write_text("id\tother\nmiR-7\t9\nhsa-miR-21-5p\t1\n")
    imported = tmp_path / "imported.tsv"
    import_counts([Column("other", str(table))], "rna", imported)
    products = product_paths(tmp_path)
    count_study(sheet(tmp_path / "samples.tsv", "good", "other"), sequenced, imported, products)
    matrix = read_matrix(products["matrix"])
    assert matrix.to_df()["miR-7"].to_dict() == {"good": 6, "other": 9}
    assert matrix.to_df()["hsa-miR-21-5p"].to_dict() == {"good": 0, "other": 1}
    assert matrix.uns["source"].endswith("and count table")


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, sequenced: Sequenced) -> None:
    samples = sheet(tmp_path / "samples.tsv", "good", "dimers")
    contents = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        products = product_paths(tmp_path / name)
        count_study(samples, sequenced, None, products)
        contents.append([products[key].read_bytes() for key in sorted(products) if key != "matrix"])
    assert contents[0] == contents[1]


def test_summary_tells_the_kit(sequenced: Sequenced) -> None:
    told = json.loads(Path(sequenced.summaries["good"]).read_text())
    cycles = told["runs"][0].pop("cycles")
    # 14 reads: 6 of let-7, 2 of miR-1, 4 halves of a tRNA, one random, one of A.
    assert [cycles[name][0] for name in ("reads", *"ACGTN")] == [14, 2, 0, 4, 8, 0]
    assert (cycles["low_quality"][0], cycles["median_quality"][0]) == (0, 40)
    assert told["runs"] == [
        {
            "kit": "illumina",
            "adapter": "TGGAATTCTCGGGTGCCAAGG",
            "clip_5p": 0,
            "clip_3p": 0,
            "umi": 0,
            "verdict": "HIGH",
            "shares": {"illumina": 1.0},
            "notes": [],
            "problem": "",
        }
    ]


def test_log_cpm_by_hand() -> None:
    counts = np.array([[0.0, 9.0], [np.nan, np.nan]])
    expected = [np.log2(0.5 / 10 * 1e6), np.log2(9.5 / 10 * 1e6)]
    assert log_cpm(counts)[0] == pytest.approx(expected)
    assert np.isnan(log_cpm(counts)[1]).all()


def test_qualities_and_distinct_inserts_are_told_where_they_were_counted(
    sequenced: Sequenced,
) -> None:
    told = json.loads(Path(sequenced.summaries["good"]).read_text())
    plain = {name: told[name] for name in told if name not in ("bases", "q30_bases", "distinct")}
    assert not {"q30_share", "distinct_share"} & {name for name, *_ in read_metrics(plain)}
    counted = plain | {"bases": 400, "q30_bases": 100, "distinct": 7}
    found = {name: value for name, value, _ in read_metrics(counted)}
    assert found["q30_share"] == 0.25
    assert found["distinct_share"] == 7 / 14
