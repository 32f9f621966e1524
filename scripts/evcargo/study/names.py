"""Names that are safe in file names, in Snakemake's wildcards, in HTML and on a command line."""

import re
from collections.abc import Iterable

LONGEST = 64
SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
COVARIATE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def why_unsafe(name: str) -> str | None:
    """Say what is wrong with a name, or None if it is safe.

    A safe name has 1 to 64 of the letters a-z and A-Z, digits, ``.``, ``_`` and ``-``, and starts
    with a letter, a digit or ``_``.
    """
    if not name:
        return "is empty"
    if len(name) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if "/" in name or "\\" in name:
        return "holds a path separator"
    if name[0] in ".-":
        return "starts with a dot or a dash"
    bad = sorted(set(re.findall(r"[^A-Za-z0-9._-]", name)))
    if bad:
        seen = ", ".join("a space" if one == " " else repr(one) for one in bad[:5])
        return f"holds {seen}; only letters a-z, digits, '.', '_' and '-' are safe in file names"
    return None


def made_safe(name: str) -> str:
    """Make a safe name near to `name`, as a proposal."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("_.-")[:LONGEST] or "name"


def one_of(names: Iterable[str]) -> str:
    """Regular expression that matches these names only, as a wildcard constraint.

    Longer names come first, so that none is taken for the start of another. Without a name it
    matches nothing.
    """
    escaped = [re.escape(name) for name in sorted(set(names), key=lambda name: (-len(name), name))]
    return "|".join(escaped) or "(?!)"
