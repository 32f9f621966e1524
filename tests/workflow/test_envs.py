"""The conda environments hold what the rules import, at the versions of the lock file.

No environment is created here: conda is not on every computer that runs the tests.
"""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from evcargo.library import reached_by

ROOT = Path(__file__).resolve().parents[2]
ENVS = {path.stem: path for path in sorted((ROOT / "envs").glob("*.yaml"))}
LIBRARY = {
    str(path.relative_to(ROOT / "scripts" / "evcargo")): path
    for path in sorted((ROOT / "scripts" / "evcargo").rglob("*.py"))
}
LINUX = {
    "python_version": "3.11",
    "python_full_version": "3.11.9",
    "sys_platform": "linux",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "extra": "",
}
#: Conda packages whose name is not that of PyPI.
CONDA_NAMES = {"matplotlib-base": "matplotlib"}
#: What no module imports, but what is needed all the same.
NEEDED_BY = {
    "lxml": "pyteomics",
    "pyyaml": "directlfq",  # undeclared
    "sagepy-connector": "sagepy",
    "tqdm": "sagepy",
    "numba": "directlfq",
    "multiprocess": "directlfq",
    "pyarrow": "directlfq",
}
#: Programs that no lock of PyPI holds, and who calls them: salmon at the version of the tests
#: (Debian 12); ThermoRawFileParser is not in Debian, so the tests put a stand-in into its place.
PROGRAMS = {"salmon": "1.10.1", "thermorawfileparser": "1.4.5"}
CALLERS = {"salmon": "transcripts/salmon.py", "thermorawfileparser": "proteins/convert_raw.py"}
PIN = re.compile(r"([a-z0-9][a-z0-9._-]*) ?==?([0-9][0-9a-z.]*)")


def lock() -> dict[str, str]:
    """Version of every package that the lock installs under Linux with Python 3.11."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    wanted = [Requirement(line.rstrip("\\ ")) for line in lines if re.match(r"[A-Za-z0-9]", line)]
    return {
        canonicalize_name(requirement.name): str(requirement.specifier).removeprefix("==")
        for requirement in wanted
        if requirement.marker is None or requirement.marker.evaluate(LINUX)
    }


def pins(env: str) -> tuple[dict[str, str], dict[str, str]]:
    """Versions by PyPI name of an environment: those of conda, and those of its pip section."""
    dependencies = yaml.safe_load(ENVS[env].read_text())["dependencies"]
    of_pip = [line for entry in dependencies if isinstance(entry, dict) for line in entry["pip"]]
    of_conda = [entry for entry in dependencies if isinstance(entry, str) and entry != "pip"]
    conda, pip = ({}, {})
    for found, lines in ((conda, of_conda), (pip, of_pip)):
        for line in lines:
            match = PIN.fullmatch(line)
            assert match, f"{ENVS[env].name}: {line!r} does not pin one version"
            found[CONDA_NAMES.get(match[1], match[1])] = match[2]
    return conda, pip


def rules() -> Iterator[tuple[str, str, str | None]]:
    """Name, text and conda environment of each rule of the workflow."""
    for path in sorted((ROOT / "workflow" / "rules").glob("*.smk")):
        parts = re.split(r"^ *(?:rule|checkpoint) (\w+):$", path.read_text(), flags=re.MULTILINE)
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            conda = re.search(r"^\s+conda:\s+\"([^\"]+)\"", text, re.MULTILINE)
            yield name, text, conda and conda[1]


def scripts_of(env: str) -> list[Path]:
    """Scripts of the rules that run in an environment."""
    found = []
    for _, text, conda in rules():
        script = re.search(r"^\s+script:\s+\"\.\./\.\./([^\"]+)\"", text, re.MULTILINE)
        if conda == f"../../envs/{env}.yaml" and script:
            found.append(ROOT / script[1])
    return found


def imported(path: Path) -> set[str]:
    """Top-level modules that a file imports or calls (`-m`) when it runs."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_text())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting += node.orelse
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.partition(".")[0])
        elif isinstance(node, ast.List):
            words = [getattr(word, "value", None) for word in node.elts]
            found |= {name for flag, name in pairwise(words) if flag == "-m"}
        waiting += ast.iter_child_nodes(node)
    return found


def distributions_of(env: str) -> set[str]:
    """PyPI packages that the scripts of an environment import, themselves or through evcargo."""
    scripts = scripts_of(env)
    files = {
        *scripts,
        *(LIBRARY[name] for script in scripts for name in reached_by(script, LIBRARY)),
    }
    modules = {module for file in files for module in imported(file)}
    modules -= {*sys.stdlib_module_names, "evcargo", "snakemake"}
    providers = packages_distributions()
    return {canonicalize_name(providers[module][0]) for module in modules}


@pytest.mark.parametrize("env", ENVS)
def test_an_environment_is_well_formed(env):
    content = yaml.safe_load(ENVS[env].read_text())
    assert list(content) == ["name", "channels", "dependencies"]
    assert content["name"] == f"evcargo-{env}"
    assert content["channels"] == ["conda-forge", "bioconda", "nodefaults"]
    assert content["dependencies"][0] == "python =3.11"
    has_pip_section = any(isinstance(entry, dict) for entry in content["dependencies"])
    assert ("pip" in content["dependencies"]) == has_pip_section


@pytest.mark.parametrize("env", ENVS)
def test_versions_are_those_of_the_lock(env):
    conda, pip = pins(env)
    versions = lock() | PROGRAMS | {"python": "3.11"}
    wanted = {name: versions.get(name, "not in requirements.lock") for name in (*conda, *pip)}
    assert conda | pip == wanted


@pytest.mark.parametrize("env", ENVS)
def test_what_pip_installs_finds_its_requirements_pinned(env):
    conda, pip = pins(env)
    required = {
        canonicalize_name(requirement.name)
        for name in pip
        for requirement in map(Requirement, requires(name) or ())
        if requirement.marker is None or requirement.marker.evaluate(LINUX)
    }
    assert required - {*conda, *pip} == set()


@pytest.mark.parametrize("env", ENVS)
def test_an_environment_holds_what_its_rules_import_and_nothing_else(env):
    conda, pip = pins(env)
    held = {*conda, *pip} - {"python"}
    reached = {name for script in scripts_of(env) for name in reached_by(script, LIBRARY)}
    called = {name for name, caller in CALLERS.items() if caller in reached}
    assert called == held & set(PROGRAMS)
    held -= called
    needed = distributions_of(env)
    assert needed - held == set()
    assert {name for name in held - needed if NEEDED_BY.get(name) not in held} == set()


def test_every_rule_has_an_environment_and_every_environment_a_rule():
    named = {name: conda for name, _, conda in rules()}
    assert named
    assert {name for name, conda in named.items() if conda is None} == set()
    assert set(named.values()) == {f"../../envs/{env}.yaml" for env in ENVS}


def test_every_rule_asks_for_memory_and_time_that_grow():
    steady = {
        name
        for name, text, _ in rules()
        if "localrule: True" not in text
        and not (
            re.search(r"mem_mb=(growing\(|memory_)", text) and re.search(r"runtime=growing\(", text)
        )
    }
    assert steady == set()
