"""Which files of this package a rule's script depends on, so that editing one reruns the rule.

Snakemake watches a rule's script but not what the script imports.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

PACKAGE = "evcargo"


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
        for name in _imported(waiting.pop(), library):
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


def _imported(path: Path, library: Mapping[str, str | Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            dotted = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            dotted = [alias.name for alias in node.names]
        else:
            continue
        for name in dotted:
            yield from _files_of(name, library)


def _files_of(dotted: str, library: Mapping[str, str | Path]) -> Iterator[str]:
    package, *parts = dotted.split(".")
    if package != PACKAGE:
        return
    for depth in range(len(parts) + 1):
        stem = "/".join(parts[:depth])
        for name in (f"{stem}.py", f"{stem}/__init__.py" if stem else "__init__.py"):
            if name in library:
                yield name
