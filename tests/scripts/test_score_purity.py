"""The purity rule's script, run in-process on a small study."""

import runpy
from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from evcargo.contracts import CONTRACTS
from evcargo.study.model import Contrast
from evcargo.tables import read_table, write_matrix, write_table

TABLES = ("criteria", "verdicts", "markers", "shares", "index", "profiles", "associations")


def options(root):
    import yaml

    def filled(schema, given):
        for key, sub in schema.get("properties", {}).items():
            value = given.get(key, sub.get("default"))
            given[key] = filled(sub, dict(value)) if isinstance(value, dict) else value
        return given

    schema = yaml.safe_load((root / "workflow/schemas/config.schema.yaml").read_text())
    return filled(schema["properties"]["purity"], {})


@pytest.fixture
def job(root, tmp_path):
    """A made snakemake object of the rule, with proteins only."""
    samples = pd.DataFrame(
        {name: [""] * 4 for name in CONTRACTS["samples"].names}
        | {"sample": list("abcd"), "material": ["ev"] * 4, "condition": list("ttrr")}
        | {"biofluid": "plasma", "particle_count": np.nan, "protein_ug": np.nan}
    )
    write_table(samples, tmp_path / "samples.tsv", "samples")
    var = pd.DataFrame(
        {"gene": ["CD9", "ALB"], "taxon": "9606", "is_contaminant": False, "n_peptides": 3},
        index=["P21926", "P02768"],
    )
    var["accessions"] = var.index
    obs = pd.DataFrame({"status": "ok", "status_reason": ""}, index=list("abcd"))
    x = np.array([[1.0, 3], [1, 1], [3, 1], [np.nan, np.nan]])
    write_matrix(AnnData(x, obs=obs, var=var), tmp_path / "proteins.h5ad")
    given = SimpleNamespace(
        samples=str(tmp_path / "samples.tsv"),
        panels=str(root / "resources/markers/panels.tsv"),
        genes=str(root / "resources/identifiers/human_genes.tsv.xz"),
        proteins=str(tmp_path / "proteins.h5ad"),
        rna=[],
        transcripts=[],
        gate=[],
        particles=[],
    )
    contrasts = [asdict(Contrast("t_v_r", "condition", "t", "r"))]
    return SimpleNamespace(
        input=given,
        output={name: str(tmp_path / f"{name}.tsv") for name in TABLES},
        params=SimpleNamespace(organism="human", options=options(root), contrasts=contrasts),
        log=[str(tmp_path / "log")],
    )


def test_it_writes_all_tables_under_their_contracts(root, job):
    runpy.run_path(str(root / "scripts/score_purity.py"), init_globals={"snakemake": job})
    tables = {name: read_table(job.output[name], name) for name in TABLES}
    assert tables["verdicts"]["sample"].tolist() == list("abcd")
    assert set(tables["criteria"]["sample"]) == set("abcd")
    shares = tables["shares"].set_index(["sample", "class"])["share"]
    assert shares["a", "albumin"] == 0.75
    assert tables["associations"]["contrast"].eq("t_v_r").all()
    assert (
        tables["markers"].query("sample == 'a' and gene == 'CD9'")["evidence"].eq("detected").all()
    )


def test_a_second_run_gives_the_same_bytes(root, job, tmp_path):
    script = str(root / "scripts/score_purity.py")
    runpy.run_path(script, init_globals={"snakemake": job})
    first = [(tmp_path / f"{name}.tsv").read_bytes() for name in TABLES]
    runpy.run_path(script, init_globals={"snakemake": job})
    assert [(tmp_path / f"{name}.tsv").read_bytes() for name in TABLES] == first


def test_a_wrong_panel_file_stops_with_one_line(root, job, tmp_path, capsys):
    job.input.panels = job.input.samples
    with pytest.raises(SystemExit):
        runpy.run_path(str(root / "scripts/score_purity.py"), init_globals={"snakemake": job})
    assert capsys.readouterr().err.count("\n") == 1
    assert "a table of marker panels has the columns" in (tmp_path / "log").read_text()
