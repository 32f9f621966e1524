"""The scripts of purity over the study, run in-process one after the other."""

import runpy
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from evcargo.contracts import CONTRACTS
from evcargo.tables import read_table, write_table

COMPARED = ("enrichment", "consistency", "outliers", "groups")


class Files(SimpleNamespace):
    """Named files of a rule, as Snakemake has them."""

    def items(self):
        return vars(self).items()

    def __getitem__(self, name):
        return vars(self)[name]


@pytest.fixture
def folder(tmp_path):
    """Tables of a study of two EV preparations and their plasma."""
    names = ["e1", "e2", "p1", "p2"]
    samples = pd.DataFrame({name: [""] * 4 for name in CONTRACTS["samples"].names}).assign(
        sample=names,
        material=["ev", "ev", "source", "source"],
        subject=["d1", "d2", "d1", "d2"],
        biofluid="plasma",
        particle_count=np.nan,
        protein_ug=np.nan,
    )
    shares = pd.DataFrame(
        [
            {"sample": name, "assay": "proteins", "class": "albumin", "share": share}
            for name, share in zip(names, (0.1, 0.05, 0.4, 0.4), strict=True)
        ]
    )
    verdicts = pd.DataFrame(
        {"sample": names, "verdict": ["pass", "fail", *["not assessed"] * 2], "reason": "albumin"}
        | dict.fromkeys(("n_pass", "n_warn", "n_fail", "n_not_assessed"), 1)
    )
    asked = {"assay": "proteins", "verdict": "pass", "value": 0.1}
    criterion = dict.fromkeys(CONTRACTS["criteria"].names, "x") | asked
    criteria = pd.DataFrame([criterion | {"sample": name} for name in names])
    markers = pd.DataFrame(columns=CONTRACTS["markers"].names)
    tables = {"samples": samples, "shares": shares, "verdicts": verdicts, "criteria": criteria}
    for name, table in (tables | {"markers": markers}).items():
        write_table(table, tmp_path / f"{name}.tsv", name)
    return tmp_path


def run(root, folder, script, inputs, outputs, **params):
    job = SimpleNamespace(
        input=Files(**{name: str(folder / f"{name}.tsv") for name in inputs}),
        output=Files(**{k: str(folder / f"{v}.tsv") for k, v in outputs.items()}),
        params=SimpleNamespace(**params),
        log=[str(folder / "log")],
    )
    runpy.run_path(str(root / f"scripts/{script}.py"), init_globals={"snakemake": job})
    return (folder / "log").read_text()


def test_the_tables_follow_from_each_other(root, folder):
    options = {"action": "exclude", "weights": {"warn": 1, "fail": 0.25}}
    log = run(root, folder, "act_on_purity", ["verdicts"], {"actions": "actions"}, options=options)
    assert "e2: left out, weight 0: verdict fail: albumin" in log
    given = ["samples", "criteria", "shares", "markers"]
    read = [*given, "actions"]
    run(root, folder, "compare_purity", read, {name: name for name in COMPARED}, alpha=0.05)
    enrichment = read_table(folder / "enrichment.tsv", "enrichment")
    # log2(0.1 / 0.4) = -2 and log2(0.05 / 0.4) = -3
    assert enrichment["log2_difference"].tolist() == [-2.5]
    assert enrichment["finding"].tolist() == ["not assessed"]
    inputs = [*given, "verdicts", "actions", "outliers", "enrichment"]
    made = {"samples": "wide", "checklist": "checklist"}
    run(root, folder, "export_purity", inputs, made, organism="human", action="exclude")
    wide = read_table(folder / "wide.tsv", "purity_samples")
    assert wide["sample"].tolist() == ["e1", "e2", "p1", "p2"]
    assert wide["action"].tolist() == ["none", "left out", "none", "none"]
    checklist = read_table(folder / "checklist.tsv", "checklist").set_index("item")["answer"]
    assert checklist["Organism"] == "human"
    assert pd.isna(checklist["EV density"])
