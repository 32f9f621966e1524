"""One name for sequences that no read can tell apart."""

from collections import defaultdict
from collections.abc import Iterable

MAX_JOINED, SHOWN = 6, 3


def joined_names(records: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Name each distinct sequence with all names that it has.

    Parameters
    ----------
    records
        Name and letters.

    Returns
    -------
    dict of str to str
        Letters -> its names, sorted and joined by ``/``. Of more than 6 names the first 3 are
        shown, then how many there are beside: ``a/b/c/+5``. As a name belongs to one sequence, the
        result does too.
    """
    names: defaultdict[str, set[str]] = defaultdict(set)
    for name, letters in records:
        names[letters].add(name)
    return {letters: _joined(sorted(found)) for letters, found in names.items()}


def _joined(names: list[str]) -> str:
    if len(names) > MAX_JOINED:
        names = [*names[:SHOWN], f"+{len(names) - SHOWN}"]
    return "/".join(names)
