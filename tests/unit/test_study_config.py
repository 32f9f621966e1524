"""The config: every mistake at once, defaults, and the types that a command line loses."""

import datetime
import shutil
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from evcargo.study.model import ASSAYS, BIOFLUIDS, MATERIALS, ORGANISMS
from evcargo.study.names import LONGEST, SAFE
from evcargo.study.notes import Notes
from evcargo.study.runs import FORMATS
from evcargo.study.schema import SCHEMAS, check_config, read_schema
from evcargo.study.whole_tables import EVERY


def check(config):
    notes = Notes("config.yaml")
    filled, wrong = check_config(config, read_schema("config"), notes)
    return filled, wrong, notes.problems


def only(config):
    _, _, problems = check(config)
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def options(schema):
    """Every option of a schema with its own schema."""
    for name, option in schema.get("properties", {}).items():
        yield name, option
        yield from options(option)
        yield from options(option.get("items", {}))


@pytest.mark.parametrize("name", ["config", "samples", "runs"])
def test_the_schemas_are_schemas_that_describe_everything(name):
    schema = read_schema(name)
    Draft202012Validator.check_schema(schema)
    assert [key for key, option in options(schema) if not option.get("description")] == []


def test_the_schemas_agree_with_the_code(root):
    samples, runs = read_schema("samples")["properties"], read_schema("runs")["properties"]
    config = read_schema("config")["properties"]
    assert samples["material"]["enum"] == list(MATERIALS)
    assert samples["biofluid"]["enum"] == list(BIOFLUIDS)
    assert runs["assay"]["enum"] == list(ASSAYS) == list(FORMATS)
    assert config["organism"]["enum"] == list(ORGANISMS)
    assert set(runs["format"]["enum"]) == {
        "auto",
        *(f for formats in FORMATS.values() for f in formats),
    }
    safe = f"{SAFE.pattern[:-1]}{{0,{LONGEST - 1}}}"
    for schema in (samples["sample"], config["study"]):
        assert schema["pattern"] == f"^{safe}$"
    assert runs["sample"]["pattern"] == f"^({safe}|[{EVERY}])$"
    kits = (root / "resources/adapters/adapters.tsv").read_text(encoding="utf-8").split("\n")[1:]
    assert set(runs["kit"]["enum"]) == {"auto", "none", *(k.split("\t")[0] for k in kits if k)}


def test_the_sheet_schemas_use_only_what_cells_are_held_to():
    allowed = {"type", "description", "default", "enum", "minimum", "maximum", "exclusiveMinimum"}
    for name in ("samples", "runs"):
        for column, option in read_schema(name)["properties"].items():
            assert set(option) <= allowed | ({"pattern"} if column == "sample" else set())


def test_defaults_fill_every_section():
    filled, wrong, problems = check({"study": "s"})
    assert problems == []
    assert not wrong
    assert filled["organism"] == "human"
    assert filled["samples"] == "config/samples.tsv"
    assert filled["contrasts"] == []
    assert filled["proteins"]["psm_fdr"] == 0.01
    assert filled["proteins"]["search"]["peptide_length"] == [7, 50]
    assert filled["differential"]["alpha"] == 0.05


def test_the_schema_is_not_changed_by_who_uses_a_default():
    filled, _, _ = check({"study": "s"})
    filled["particles"]["window_nm"].append(5)
    assert check({"study": "s"})[0]["particles"]["window_nm"] == [30, 150]


def test_a_filled_config_stays_as_it_is():
    config = {"study": "s", "contrasts": [{"name": "a", "column": "c", "test": 1, "reference": 0}]}
    filled, _, _ = check(config)
    assert check(filled) == (filled, set(), [])
    assert yaml.safe_load(yaml.safe_dump(filled)) == filled


def test_empty_keys_of_yaml_are_defaults():
    filled, _, problems = check(yaml.safe_load("study: s\ncontrasts:\nrna:\nproteins:\n  fasta:\n"))
    assert problems == []
    assert (filled["contrasts"], filled["proteins"]["fasta"], filled["rna"]["min_length"]) == (
        [],
        "",
        16,
    )


def test_text_from_the_command_line_becomes_what_is_wanted():
    filled, _, problems = check(
        {
            "study": "s",
            "rna": {"min_length": "18", "class_priority": "[miRNA, tRNA]"},
            "proteins": {"psm_fdr": "5e-2", "contaminants": "false"},
            "particles": {"window_nm": ["40", "200.5"]},
            "differential": {"min_samples": 3.0},
        }
    )
    assert problems == []
    assert filled["rna"]["min_length"] == 18
    assert filled["rna"]["class_priority"] == ["miRNA", "tRNA"]
    assert filled["proteins"]["psm_fdr"] == 0.05
    assert filled["proteins"]["contaminants"] is False
    assert filled["particles"]["window_nm"] == [40.0, 200.5]
    assert isinstance(filled["differential"]["min_samples"], int)


def test_what_yaml_makes_of_names():
    filled, _, problems = check({"study": 2024, "proteins": {"fasta": datetime.date(2024, 1, 2)}})
    assert problems == []
    assert (filled["study"], filled["proteins"]["fasta"]) == ("2024", "2024-01-02")


@pytest.mark.parametrize(
    ("config", "column", "remedy"),
    [
        ({"study": "s", "organsim": "human"}, "organsim", "Did you mean 'organism'?"),
        ({"study": "s", "rna": {"min_lenght": 5}}, "rna.min_lenght", "Did you mean 'min_length'?"),
        ({"study": "s", "psm_fdr": 0.1}, "psm_fdr", "It belongs to the section proteins"),
        (
            {"study": "s", "rna": {"psm_fdrr": 0.1}},
            "rna.psm_fdrr",
            "Did you mean 'proteins.psm_fdr'?",
        ),
        ({"study": "s", "report": {"colour": "red"}}, "report.colour", "Known here: "),
        ({"study": "s", "a\nb": 1}, "'a\\nb'", "Known here: "),
    ],
)
def test_unknown_options(config, column, remedy):
    problem = only(config)
    assert (problem.column, problem.message) == (column, "is not an option of evcargo")
    assert problem.remedy.startswith(remedy)


@pytest.mark.parametrize(
    ("config", "column", "value", "message"),
    [
        ({}, "study", "", "is missing"),
        ({"study": "my study"}, "study", "my study", "holds a space"),
        ({"study": "../x"}, "study", "../x", "path separator"),
        ({"study": "s", "organism": "humna"}, "organism", "humna", "not one of the words"),
        ({"study": "s", "rna": {"min_length": 5}}, "rna.min_length", "5", "at least 10"),
        (
            {"study": "s", "rna": {"min_length": "few"}},
            "rna.min_length",
            "few",
            "must be a whole number",
        ),
        ({"study": "s", "rna": 5}, "rna", "5", "must be a section with options"),
        (
            {"study": "s", "rna": {"min_length": 40, "max_length": 20}},
            "rna.min_length",
            "40",
            "above rna.max_length",
        ),
        ({"study": "s", "proteins": {"psm_fdr": 0}}, "proteins.psm_fdr", "0", "above 0"),
        ({"study": "s", "proteins": {"psm_fdr": 0.9}}, "proteins.psm_fdr", "0.9", "at most 0.5"),
        (
            {"study": "s", "proteins": {"psm_fdr": float("nan")}},
            "proteins.psm_fdr",
            "nan",
            "finite",
        ),
        (
            {"study": "s", "differential": {"min_samples": 10**400}},
            "differential.min_samples",
            None,
            "finite",
        ),
        (
            {"study": "s", "particles": {"window_nm": [30]}},
            "particles.window_nm",
            "",
            "at least 2 values",
        ),
        (
            {"study": "s", "particles": {"window_nm": [150, 30]}},
            "particles.window_nm",
            None,
            "lower end first",
        ),
        *(
            ({"study": "s", "rna": {"gate": {key: limits}}}, f"rna.gate.{key}", None, "warns later")
            for key, limits in (("mirna_share", [0.2, 0.5]), ("adapter_dimers", [0.8, 0.3]))
        ),
        *(
            ({"study": "s", "purity": {key: {fluid: limits}}}, f"purity.{key}.{fluid}", None, said)
            for key, fluid, limits, said in (
                ("ev_index", "plasma", [-9, -6], "Swap them: [warn, fail], high is better"),
                ("lipoprotein_share", "plasma", [0.5, 0.1], "warns later"),
                ("lipoprotein_share", "milk", [0.5, 0.1], "low is better. Share of the protein"),
                ("particles_per_ug", "milk", [4, 3, 2, 1], "must rise"),
            )
        ),
        (
            {"study": "s", "purity": {"weights": {"fail": 1, "warn": 0.25}}},
            "purity.weights.fail",
            "1",
            "is above purity.weights.warn = 0.25. What fails cannot weigh more",
        ),
        (
            {"study": "s", "purity": {"albumin_share": 0.1}},
            "purity.albumin_share",
            "0.1",
            "Default: {'default': [0.02, 0.1], 'plasma': [0.1, 0.3]",
        ),
        (
            {"study": "s", "purity": {"particles_per_ug": [3e10, 2e10, 2e9, 1.5e9]}},
            "purity.particles_per_ug",
            None,
            "must rise from number to number. Particles per ug",
        ),
        (
            {"study": "s", "purity": {"albumin_share": {"plasma": [0.1, 30]}}},
            "purity.albumin_share.plasma[2]",
            "30",
            "must be at most 1. Write a fraction, 0 to 1 (5 % is 0.05)",
        ),
        (
            {"study": "s", "purity": {"min_depth": {"milk": 0}}},
            "purity.min_depth.milk",
            "0",
            "must be at least 1",
        ),
        (
            {"study": "s", "purity": {"min_tetraspanins": {"blood": 1}}},
            "purity.min_tetraspanins",
            "blood",
            "It can be default, plasma",
        ),
        (
            {"study": "s", "rna": {"class_priority": ["miRNA", "tRNA", "miRNA"]}},
            "rna.class_priority",
            None,
            "twice",
        ),
        (
            {
                "study": "s",
                "rna": {"references": {"x": {"url": "http://a.b/c", "sha256": "0" * 64}}},
            },
            "rna.references.x.url",
            "http://a.b/c",
            "no https:// address",
        ),
        ({"study": "s", "contrasts": [{"name": "a"}]}, None, None, "is missing"),
        ({"study": "s", "contrasts": [None]}, "contrasts[1]", "(empty)", "must be a section"),
        ({"study": "s", "contrasts": "condition"}, "contrasts", "condition", "must be a list"),
    ],
)
def test_wrong_values(config, column, value, message):
    problems = check(config)[2]
    found = problems[0]
    assert message in f"{found.message}. {found.remedy}"
    assert found.remedy
    assert column is None or found.column == column
    assert value is None or found.value == value


def test_the_fields_that_a_contrast_misses():
    problems = check({"study": "s", "contrasts": [{"name": "a"}, {"test": 1}]})[2]
    wanted = [f"contrasts[a].{key}" for key in ("column",)]
    wanted += [f"contrasts[2].{key}" for key in ("name", "column")]
    assert sorted(p.column for p in problems) == sorted(wanted)


def test_a_wrong_value_gives_way_to_its_default_so_that_checks_go_on():
    filled, wrong, problems = check(
        {
            "study": "s",
            "organism": "cow",
            "rna": {"min_length": 3, "max_length": 60, "x": 1},
            "contrasts": [
                {"name": "a"},
                {"name": "b", "column": "c", "test": "x", "reference": "y"},
            ],
        }
    )
    assert len(problems) == 4
    assert wrong == {"organism", "rna", "contrasts"}
    assert filled["organism"] == "human"
    assert filled["rna"]["min_length"] == 16
    assert filled["rna"]["max_length"] == 60
    assert "x" not in filled["rna"]
    assert [one["name"] for one in filled["contrasts"]] == ["b"]


def test_a_config_without_an_end():
    loop: dict = {"study": "s"}
    loop["rna"] = loop
    assert "nested" in only(loop).message
    bomb = "a: &a [1,1,1,1,1,1,1,1,1]\n"
    for above, name in zip("abcdefg", "bcdefgh", strict=True):
        bomb += f"{name}: &{name} [{','.join([f'*{above}'] * 9)}]\n"
    assert "too large" in only(yaml.safe_load(bomb)).message


def test_the_schemas_can_lie_elsewhere(tmp_path):
    for file in SCHEMAS.iterdir():
        shutil.copy(file, tmp_path)
    changed = tmp_path / "config.schema.yaml"
    changed.write_text(changed.read_text().replace("default: human", "default: mouse"))
    assert read_schema("config", Path(tmp_path))["properties"]["organism"]["default"] == "mouse"


@pytest.mark.parametrize("given", [{"milk": 200.0}, "{milk: 200}"])
def test_a_number_of_the_purity_options_may_be_a_section_by_matrix(given):
    filled, _, problems = check({"study": "s", "purity": {"min_depth": given}})
    assert problems == []
    assert filled["purity"]["min_depth"] == {"default": 500, "milk": 200}
    assert filled["purity"]["min_markers"] == 3


def test_every_pair_of_limits_of_purity_says_which_side_is_better():
    purity = read_schema("config")["properties"]["purity"]["properties"]
    pairs = {
        key: option.get("$comment")
        for key, option in purity.items()
        if option.get("properties", {}).get("default", {}).get("minItems") == 2
    }
    assert len(pairs) == 24
    assert set(pairs.values()) == {"low is better", "high is better"}
    for key, order in pairs.items():
        for option in purity[key]["properties"].values():
            warn, fail = option["default"]
            if warn is not None and fail is not None:
                assert (warn < fail) == (order == "low is better"), key
