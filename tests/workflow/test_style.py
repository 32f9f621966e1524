"""The conventions that hold the workflow together: one word per thing, nothing undeclared."""

import ast
import re
from pathlib import Path

import pytest

RULE = re.compile(r"^    ?rule (\w+):|^rule (\w+):", re.MULTILINE)


def rule_texts(root: Path) -> dict[str, str]:
    """Every rule of the workflow: name -> its text."""
    texts = {}
    for path in sorted((root / "workflow" / "rules").glob("*.smk")):
        parts = re.split(r"^\s*rule (\w+):\n", path.read_text(), flags=re.MULTILINE)
        texts.update(zip(parts[1::2], parts[2::2], strict=True))
    return texts


def script_rules(root: Path) -> set[str]:
    return {name for name, text in rule_texts(root).items() if "script:" in text}


def test_every_script_belongs_to_a_rule_of_its_name(root: Path) -> None:
    scripts = {path.stem for path in (root / "scripts").glob("*.py")}
    assert scripts == script_rules(root)
    for name in scripts:
        assert f'"../../scripts/{name}.py"' in rule_texts(root)[name]


def test_every_rule_declares_log_and_environment(root: Path) -> None:
    for name, text in rule_texts(root).items():
        assert f'"logs/{name}' in text, f"rule {name} needs a log under logs/{name}"
        assert re.search(r'conda:\s+"../../envs/\w+\.yaml"', text), f"rule {name} needs conda:"


def test_every_script_rule_watches_the_package_files_it_imports(root: Path) -> None:
    for name in script_rules(root):
        assert f'library=lib("{name}")' in rule_texts(root)[name], name


def test_library_lists_the_package(root: Path) -> None:
    package = root / "scripts" / "evcargo"
    on_disk = sorted(
        path.relative_to(package).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    listed = (root / "workflow" / "library.txt").read_text().split()
    assert listed == on_disk, "run: make library"


def test_scripts_are_thin(root: Path) -> None:
    for path in (root / "scripts").glob("*.py"):
        text = path.read_text()
        assert len(text.splitlines()) <= 45, f"{path.name}: logic belongs in the package"
        kinds = {type(node) for node in ast.walk(ast.parse(text))}
        assert not kinds & {ast.FunctionDef, ast.ClassDef, ast.While}, path.name


@pytest.mark.parametrize("forbidden", ["lambda", "import pandas", "import numpy"])
def test_rules_say_what_not_how(root: Path, forbidden: str) -> None:
    for path in (root / "workflow" / "rules").glob("*.smk"):
        assert forbidden not in path.read_text(), path.name


def test_no_file_is_two_things(root: Path) -> None:
    for path in [*(root / "scripts").rglob("*.py"), *(root / "workflow").rglob("*.smk")]:
        assert len(path.read_text().splitlines()) <= 400, path
