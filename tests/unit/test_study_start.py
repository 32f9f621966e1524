"""A new study: its three files teach, load once they are filled in, and are never overwritten."""

from pathlib import Path

import pytest
import yaml

from evcargo.contracts import CONTRACTS
from evcargo.errors import StudyError
from evcargo.study.init import RUN_EXAMPLES, SAMPLE_EXAMPLES, main
from evcargo.study.load import load_study
from evcargo.study.manual import manual
from evcargo.study.schema import read_schema


@pytest.fixture
def started(tmp_path, monkeypatch, capsys) -> Path:
    assert main([str(tmp_path / "my study")]) == 0
    monkeypatch.chdir(tmp_path / "my study")
    return tmp_path / "my study"


def config_of(folder: Path) -> dict:
    return yaml.safe_load((folder / "config/config.yaml").read_text(encoding="utf-8"))


def test_a_new_study_lacks_samples_and_runs_only(started):
    with pytest.raises(StudyError) as caught:
        load_study(config_of(started), look_inside=True)
    assert [(p.file, p.message) for p in caught.value.problems] == [
        ("config/runs.tsv", "has no runs yet"),
        ("config/samples.tsv", "has no samples yet"),
    ]


def test_it_loads_once_it_is_filled_in(started):
    """The example rows of the comments, without their # signs, are a study."""
    samples = started / "config/samples.tsv"
    text = samples.read_text(encoding="utf-8")
    for name in ("T1", "H1"):
        text = text.replace(f"# {name}\t", f"{name}\t")
    header = text.index("\nsample\t")
    rows = [line for line in text[:header].split("\n") if not line.startswith("#")]
    samples.write_text(text[header:] + "\n".join(rows), encoding="utf-8")
    with (started / "config/runs.tsv").open("a", encoding="utf-8") as stream:
        stream.writelines("\t".join(row) + "\n" for row in RUN_EXAMPLES)
    config = config_of(started) | {"proteins": {"fasta": "human.fasta"}}
    study = load_study(config, look_inside=False)
    assert study.samples["sample"].tolist() == [row[0] for row in SAMPLE_EXAMPLES]
    assert study.runs["path"].tolist() == [row[2] for row in RUN_EXAMPLES]
    assert study.config["study"] == "my_study"


def test_the_contrast_in_the_comments_is_one(started):
    text = (started / "config/config.yaml").read_text(encoding="utf-8")
    lines = text.split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith("# contrasts:"))
    end = next(i for i, line in enumerate(lines) if line.startswith("contrasts: []"))
    example = yaml.safe_load("\n".join(line[2:] for line in lines[start:end]))["contrasts"][0]
    assert set(example) <= set(
        read_schema("config")["properties"]["contrasts"]["items"]["properties"]
    )


def test_every_column_is_explained(started):
    for kind in ("samples", "runs"):
        text = (started / f"config/{kind}.tsv").read_text(encoding="utf-8")
        for column in read_schema(kind)["properties"]:
            assert f"# {column} " in text


def test_nothing_is_overwritten(started, capsys):
    (started / "config/samples.tsv").write_text("mine")
    (started / "config/config.yaml").unlink()
    assert main([str(started)]) == 1
    assert "samples.tsv exists and is not overwritten" in capsys.readouterr().err
    assert (started / "config/samples.tsv").read_text() == "mine"
    assert not (started / "config/config.yaml").exists()


def test_the_next_command_is_printed(tmp_path, capsys):
    main([str(tmp_path / "a b")])
    assert f"snakemake --dry-run --directory '{tmp_path}/a b'" in capsys.readouterr().out


def test_a_folder_that_cannot_be_made(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main([str(tmp_path / "file")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_the_manual_is_up_to_date(root):
    """If this fails: python -m evcargo.study.manual > config/README.md."""
    assert (root / "config/README.md").read_text(encoding="utf-8") == manual()


def test_the_manual_has_every_key_and_column():
    text = manual()
    for contract in CONTRACTS.values():
        assert f"### `{contract.file}`" in text
    for name in ("samples", "runs", "config"):
        for key in read_schema(name)["properties"]:
            assert f"`{key}`" in text
