"""The scripts of the quality and report rules, run in this process as Snakemake would."""

import runpy
from types import SimpleNamespace

import mudata
import pandas as pd
from made_study import SAMPLES, MadeStudy, make_study


class Named(dict):
    """Named inputs or outputs of a rule."""

    __getattr__ = dict.__getitem__


def run(root, rule, folder, inputs, outputs, **params):
    snakemake = SimpleNamespace(
        input=Named(inputs),
        output=Named(outputs),
        params=Named(params),
        log=[str(folder / f"{rule}.log")],
    )
    runpy.run_path(str(root / "scripts" / f"{rule}.py"), init_globals={"snakemake": snakemake})


def test_write_report(root, tmp_path):
    inputs = make_study(tmp_path, MadeStudy(assays=("proteins",))) | {"funnel": [], "library": []}
    page = tmp_path / "results/report/index.html"
    run(root, "write_report", tmp_path, inputs, {"page": str(page)})
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_bundle_study(root, tmp_path):
    inputs = make_study(tmp_path, MadeStudy())
    bundle = tmp_path / "study.h5mu"
    of_rna = [name for name in inputs if name.startswith("rna_")]
    inputs["particles"] = [inputs["particles"]]
    run(root, "bundle_study", tmp_path, inputs, {"bundle": str(bundle)})
    study = mudata.read_h5mu(bundle)
    assert list(study.mod) == ["proteins", "rna", "particles"]
    assert study.obs_names.tolist() == SAMPLES
    verdicts = pd.read_csv(inputs["verdicts"], sep="\t").set_index("sample")["verdict"]
    assert study.obs["verdict"].astype(str).to_dict() == verdicts.to_dict()
    assert study.uns["criteria"]["sample"].unique().tolist() == SAMPLES
    assert len(of_rna) == 8
    for name in of_rna:
        table = pd.read_csv(inputs[name], sep="\t")
        assert study.uns[name].columns.tolist() == table.columns.tolist()
        assert len(study.uns[name]) == len(table)
    share = study["particles"][:, "share_in_window"].to_df()["share_in_window"]
    assert share["T1"] == 0.82 and pd.isna(share["H3"])
    assert study["proteins"].layers["normalised"].shape == study["proteins"].shape


def test_bundle_of_a_study_of_one_assay(root, tmp_path):
    inputs = make_study(tmp_path, MadeStudy(assays=("proteins",))) | {"particles": []}
    bundle = tmp_path / "study.h5mu"
    run(root, "bundle_study", tmp_path, inputs, {"bundle": str(bundle)})
    assert list(mudata.read_h5mu(bundle).mod) == ["proteins"]


def test_quality_scripts(root, tmp_path):
    inputs = make_study(tmp_path, MadeStudy())
    outputs = {
        "quality": str(tmp_path / "quality.tsv"),
        "sections": [str(tmp_path / "general_mqc.json"), str(tmp_path / "proteins_mqc.json")],
    }
    given = {"tables": [inputs["quality"]], "funnel": [], "distribution": []}
    run(root, "collect_quality", tmp_path, given, outputs)
    page = {"page": str(tmp_path / "multiqc.html")}
    run(root, "run_multiqc", tmp_path, {"sections": outputs["sections"]}, page)
    assert "Proteins" in (tmp_path / "multiqc.html").read_text(encoding="utf-8")
