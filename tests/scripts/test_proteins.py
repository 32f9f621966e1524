"""The scripts of the proteins rules, one after the other in-process, on tiny simulated runs."""

import runpy
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml

from evcargo.contracts import CONTRACTS
from evcargo.proteins.database import read_fasta
from evcargo.simulate.spectra import RunSettings, simulate_run
from evcargo.tables import read_matrix, read_table, write_table

RUNS = ["a", "b"]
TABLES = ("origins", "missing", "normalisation")


@pytest.fixture(scope="module")
def folder(root, tmp_path_factory):
    """Two short runs of 60 human proteins, and the sheets; sample c has no run."""
    path = tmp_path_factory.mktemp("study")
    proteins = {
        p.accession: p.sequence for p in read_fasta(root / "resources/proteins/human_ev.fasta")
    }
    names = sorted(proteins)[:60]
    (path / "user.fasta").write_text(
        "".join(
            f">sp|{name}|{name}_HUMAN x OX=9606\n{proteins[name]}\n"
            for name in sorted(proteins)[:200]
        )
    )
    settings = RunSettings(gradient_min=4)
    for number, run in enumerate(RUNS):
        amount = dict.fromkeys(names, 5.0 * 2**number)
        rng = np.random.default_rng(number)
        simulate_run(path / f"{run}.mzML", proteins, amount, settings, rng)
    samples = pd.DataFrame({name: [""] * 3 for name in CONTRACTS["samples"].names})
    samples["sample"] = ["a", "b", "c"]
    samples["particle_count"] = samples["protein_ug"] = np.nan
    write_table(samples, path / "samples.tsv", "samples")
    runs = pd.DataFrame({name: [""] * 3 for name in CONTRACTS["runs"].names})
    runs["run"] = runs["sample"] = ["a", "b", "a"]
    runs["assay"] = ["proteins", "proteins", "rna"]
    runs["fraction"] = runs["replicate"] = 1
    write_table(runs, path / "runs.tsv", "runs")
    return path


def run_script(root, folder, rule, given, made, params=None, run=""):
    def named(files):
        paths = {
            k: [str(folder / x) for x in v] if isinstance(v, list) else str(folder / v)
            for k, v in files.items()
        }
        return SimpleNamespace(**paths)

    job = SimpleNamespace(
        input=named(given),
        output=named(made),
        params=SimpleNamespace(**(params or {})),
        wildcards=SimpleNamespace(run=run),
        threads=1,
        log=[str(folder / f"{rule}{run}.log")],
    )
    runpy.run_path(str(root / "scripts" / f"{rule}.py"), init_globals={"snakemake": job})


@pytest.fixture(scope="module")
def done(root, folder):
    schema = yaml.safe_load((root / "workflow/schemas/config.schema.yaml").read_text())
    options = schema["properties"]["proteins"]["properties"]["search"]["properties"]
    search = {name: option["default"] for name, option in options.items()}
    shipped = [str(root / f"resources/proteins/contaminants.{kind}") for kind in ("fasta", "tsv")]
    database = {"fasta": "database.fasta", "table": "database.tsv"}
    run_script(
        root,
        folder,
        "build_database",
        {
            "fasta": "user.fasta",
            "contaminants": shipped,
            "genes": [str(root / "resources/proteins/human_genes.tsv")],
        },
        database,
        {"organism": "human"},
    )
    run_script(
        root,
        folder,
        "search_spectra",
        {"spectra": [f"{run}.mzML" for run in RUNS], **database},
        {"psms": "search/1.parquet", "figures": "search/1.json"},
        {"search": search, "runs": RUNS},
    )
    inferred = {
        "psms": "psms.parquet",
        "peptides": "peptides.parquet",
        "groups": "groups.parquet",
        "rules": "rules.tsv",
    }
    run_script(
        root,
        folder,
        "infer_proteins",
        {"psms": ["search/1.parquet"], "runs": "runs.tsv", **database},
        inferred,
        {"search": search, "organism": "human", "psm_fdr": 0.01, "protein_fdr": 0.01},
    )
    aligned = {"curves": "alignment.parquet", "consensus": "consensus.parquet"}
    run_script(root, folder, "align_runs", {"psms": "psms.parquet", "runs": "runs.tsv"}, aligned)
    for run in RUNS:
        run_script(
            root,
            folder,
            "extract_ions",
            {"spectra": f"{run}.mzML", "psms": "psms.parquet", "runs": "runs.tsv", **aligned},
            {"ions": f"ions/{run}.parquet"},
            {"tolerance_ppm": 10.0, "match_between_runs": True, "transfer_fdr": 0.01},
            run,
        )
    run_script(
        root,
        folder,
        "quantify_proteins",
        {
            "ions": [f"ions/{run}.parquet" for run in RUNS],
            "figures": ["search/1.json"],
            "psms": "psms.parquet",
            "peptides": "peptides.parquet",
            "groups": "groups.parquet",
            "rules": "rules.tsv",
            "samples": "samples.tsv",
            "runs": "runs.tsv",
            "panels": str(root / "resources/markers/panels.tsv"),
            **database,
        },
        {
            "matrix": "proteins.h5ad",
            "tsv": "proteins.tsv",
            **{name: f"{name}.tsv" for name in ("quality", "spectra", *TABLES)},
        },
        {
            "rollup": "directlfq",
            "min_peptides": 1,
            "min_protein_groups": 20,
            "normalisation": "median",
            "organism": "human",
            "enzyme": "trypsin",
        },
    )
    return folder


def test_the_matrix_holds_all_samples_and_the_present_proteins(done):
    matrix = read_matrix(done / "proteins.h5ad")
    assert matrix.obs["status"].tolist() == ["ok", "ok", "no run"]
    assert len(matrix.var_names) >= 35
    ratio = matrix.X[1] / matrix.X[0]
    assert np.nanmedian(ratio) == pytest.approx(2, rel=0.2)  # raw: nothing was normalised
    shift = matrix.layers["normalised"][1] - matrix.layers["normalised"][0]
    assert np.nanmedian(shift) == pytest.approx(0, abs=0.05)


def test_tables_of_people(done):
    quality = read_table(done / "quality.tsv", "quality")
    assert set(quality["run"].fillna("")) == {"a", "b", ""}
    rules = read_table(done / "rules.tsv", "proteins_rules")
    assert rules["level"].tolist() == ["PSM", "peptide", "protein group"]
    assert "INFO" in (done / "search_spectra.log").read_text()
    psms = pd.read_parquet(done / "psms.parquet")
    assert set(psms["sample"]) == {"a", "b"}
    assert not psms.duplicated(["run", "scan"]).any()


def test_what_the_files_say(done):
    spectra = read_table(done / "spectra.tsv", "proteins_spectra").set_index("run")
    quality = read_table(done / "quality.tsv", "quality")
    for run in RUNS:
        text = (done / f"{run}.mzML").read_text()
        assert spectra.loc[run, "ms1_spectra"] == text.count('"MS:1000579" name="MS1 spectrum"') - 1
        assert spectra.loc[run, "ms2_spectra"] == text.count('"MS:1000580" name="MSn spectrum"') - 1
        mine = quality[quality["run"] == run].set_index("metric")["value"]
        for name in ("ms1_spectra", "ms2_spectra", "ms1_tic", "minutes"):
            assert spectra.loc[run, name] == pytest.approx(mine[name])
    assert spectra["format"].tolist() == ["mzML", "mzML"]
    assert spectra["injection_order"].isna().all()  # the simulator gives no times


def test_genes_come_from_the_shipped_table_where_the_headers_have_none(done):
    genes = pd.read_csv(done / "database.tsv", sep="\t").set_index("accession")["gene"]
    assert "GN=" not in (done / "user.fasta").read_text()
    host = [line.split("|")[1] for line in (done / "user.fasta").open() if line.startswith(">")]
    assert genes.reindex(host).notna().mean() > 0.99


def test_every_sample_is_in_every_table(done):
    for name in TABLES:
        table = read_table(done / f"{name}.tsv", f"proteins_{name}")
        assert list(dict.fromkeys(table["sample"])) == ["a", "b", "c"], name
    origins = read_table(done / "origins.tsv", "proteins_origins")
    shares = origins.groupby("sample")["share"].sum(min_count=1)
    np.testing.assert_allclose(shares[["a", "b"]].astype(float), 1)
    assert origins.loc[origins["sample"] == "c", "peptides"].isna().all()
    assert "spread about the common scale" in (done / "align_runs.log").read_text()


def test_a_cut_file_ends_the_job_with_one_line(root, done, capsys):
    whole = (done / "a.mzML").read_bytes()
    (done / "cut.mzML").write_bytes(whole[: len(whole) // 2])
    schema = yaml.safe_load((root / "workflow/schemas/config.schema.yaml").read_text())
    options = schema["properties"]["proteins"]["properties"]["search"]["properties"]
    with pytest.raises(SystemExit):
        run_script(
            root,
            done,
            "search_spectra",
            {"spectra": ["a.mzML", "cut.mzML"], "fasta": "database.fasta", "table": "database.tsv"},
            {"psms": "search/cut.parquet", "figures": "search/cut.json"},
            {
                "search": {name: option["default"] for name, option in options.items()},
                "runs": ["a", "cut"],
            },
        )
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert "cut.mzML: not a complete mzML file" in said[0]
    assert not (done / "search/cut.parquet").exists()
