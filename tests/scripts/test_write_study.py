"""The two scripts of the study stage, run in this process."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml

from evcargo.study.load import load_study
from evcargo.tables import read_table


@pytest.fixture
def config(root, monkeypatch, tmp_path) -> dict:
    """The config of the committed study; outputs go to `tmp_path`."""
    monkeypatch.chdir(root)
    return yaml.safe_load((root / "config/config.yaml").read_text(encoding="utf-8"))


def run(root: Path, script: str, **snakemake) -> None:
    fake = SimpleNamespace(**snakemake)
    runpy.run_path(str(root / "scripts" / script), init_globals={"snakemake": fake})


def test_the_sheets_are_written_as_they_were_checked(root, config, tmp_path):
    samples, runs = tmp_path / "samples.tsv", tmp_path / "runs.tsv"
    run(
        root,
        "write_study.py",
        config=config,
        input=SimpleNamespace(schemas=[str(root / "workflow/schemas/config.schema.yaml")]),
        output=SimpleNamespace(samples=str(samples), runs=str(runs)),
        log=[str(tmp_path / "log")],
    )
    study = load_study(config, look_inside=False)
    pd.testing.assert_frame_equal(read_table(samples, "samples"), study.samples)
    pd.testing.assert_frame_equal(read_table(runs, "runs"), study.runs)


def test_a_study_with_problems_writes_nothing_and_says_why(root, config, tmp_path, capsys):
    output = SimpleNamespace(samples=str(tmp_path / "s"), runs=str(tmp_path / "r"))
    with pytest.raises(SystemExit):
        run(
            root,
            "write_study.py",
            config=config | {"organism": "cow"},
            input=SimpleNamespace(schemas=[str(root / "workflow/schemas/config.schema.yaml")]),
            output=output,
            log=[str(tmp_path / "log")],
        )
    assert "config/config.yaml, organism: 'cow'" in capsys.readouterr().err
    assert "'cow'" in (tmp_path / "log").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log"]


def test_the_config_is_written_with_every_default(root, config, tmp_path):
    study = load_study(config, look_inside=False)
    output = tmp_path / "config.yaml"
    run(
        root,
        "write_config.py",
        config=study.config,
        output=SimpleNamespace(config=str(output)),
        log=[str(tmp_path / "log")],
    )
    written = yaml.safe_load(output.read_text(encoding="utf-8"))
    assert written == study.config
    assert load_study(written, look_inside=False).config_digest == study.config_digest


def test_the_digest_follows_the_options_and_not_their_order(config):
    digest = load_study(config, look_inside=False).config_digest
    turned = dict(reversed(config.items()))
    assert load_study(turned, look_inside=False).config_digest == digest
    other = config | {"report": {"title": "x"}}
    assert load_study(other, look_inside=False).config_digest != digest
