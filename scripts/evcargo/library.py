"""Which files of this package a rule's script depends on, so that editing one reruns the rule.

Snakemake watches a rule's script but not what the script imports.
"""

import ast
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

PACKAGE = "evcargo"


def fingerprint(script: str | Path, library: Mapping[str, str | Path]) -> str:
    """Twelve letters that change when a package file changes that the script reaches.

    See `reached_by` for the parameters.
    """
    digest = hashlib.sha256()
    for name in reached_by(script, library):
        digest.update(name.encode())
        digest.update(_content(Path(library[name])))
    return digest.hexdigest()[:12]


def reached_by(script: str | Path, library: Mapping[str, str | Path]) -> list[str]:
    """Package files that a script reaches through its imports.

    Parameters
    ----------
    script
        Python file to start from.
    library
        Every file of the package: name relative to the package folder -> where it is.

    Returns
    -------
    list of str
        Sorted names of the reached modules, of the `__init__.py` above them, and of the files in
        their folder that are not Python (templates, style sheets).
    """
    reached: set[str] = set()
    waiting = [Path(script)]
    while waiting:
        for module in _modules(waiting.pop()):
            for name in _files_of(module, library):
                if name not in reached:
                    reached.add(name)
                    waiting.append(Path(library[name]))
    folders = {name.rpartition("/")[0] for name in reached} - {""}
    data = {
        name
        for name in library
        if not name.endswith(".py") and any(name.startswith(f"{folder}/") for folder in folders)
    }
    return sorted(reached | data)


@cache
def _content(path: Path) -> bytes:
    return path.read_bytes()


@cache
def _modules(path: Path) -> list[str]:
    """Dotted names that a file imports, at its top or inside its functions."""
    names: list[str] = []
    for node in ast.walk(ast.parse(_content(path))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return names


def _files_of(dotted: str, library: Mapping[str, str | Path]) -> Iterator[str]:
    package, *parts = dotted.split(".")
    if package != PACKAGE:
        return
    for depth in range(len(parts) + 1):
        stem = "/".join(parts[:depth])
        for name in (f"{stem}.py", f"{stem}/__init__.py" if stem else "__init__.py"):
            if name in library:
                yield name
