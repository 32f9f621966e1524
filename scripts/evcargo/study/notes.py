"""How the study room writes down what is wrong, and guesses what was meant."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from evcargo.errors import EvcargoError, Problem, cause_and_remedy

SHOWN = 60


@dataclass
class Notes:
    """The problems of one file.

    Parameters
    ----------
    file
        File that the problems are in, as the user wrote it.
    problems
        What was found so far.
    """

    file: str
    problems: list[Problem] = field(default_factory=list)

    def add(
        self, message: str, remedy: str, row: int = 0, column: str = "", value: object = ""
    ) -> None:
        """Write down one problem (see `evcargo.errors.Problem`); long values are shortened."""
        text = shortened(str(value))
        self.problems.append(Problem(self.file, row, column, text, message, remedy))

    def add_error(self, error: EvcargoError, file: str = "") -> None:
        """Write down an error about the file, which names itself ("path, row 3: what. Remedy")."""
        message, remedy = cause_and_remedy(error, "Check the file")
        start = re.match(rf"{re.escape(file or self.file)}(?:, (?:row|line) (\d+))?: ", message)
        row = int(start[1] or 0) if start else 0
        text = message[start.end() :] if start else message
        self.add(text, remedy, row)


def shortened(text: str) -> str:
    """Cut the text to what a message can show."""
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def shown(text: str) -> str:
    """Put the text in quotes, on one line, without characters that a terminal would act on."""
    return repr(shortened(text))


def quoted(name: str) -> str:
    """Put a name in quotes where it is more than one plain word."""
    return name if re.fullmatch(r"[\w.-]{1,60}", name, re.ASCII) else shown(name)


def listed(names: Iterable[str], at_most: int = 12) -> str:
    """Names for a message: quoted where needed, cut where there are too many."""
    texts = [quoted(name) for name in names]
    more = f" and {len(texts) - at_most} more" if len(texts) > at_most else ""
    return ", ".join(texts[:at_most]) + more


def nearest(name: str, candidates: Iterable[str], cutoff: float = 0.7) -> str | None:
    """Find the candidate that was probably meant, whatever its case and separators, or None."""
    keys: dict[str, str] = {}
    for candidate in candidates:
        keys.setdefault(_key(candidate), candidate)
    found = get_close_matches(_key(name), list(keys), n=1, cutoff=cutoff)
    return keys[found[0]] if found else None


def did_you_mean(name: str, candidates: Sequence[str], otherwise: str) -> str:
    """Offer as a remedy the nearest candidate as a question, or `otherwise` when none is near."""
    found = nearest(name, candidates)
    return f"Did you mean {shown(found)}?" if found else otherwise


def same_but_for_spelling(name: str, known: str) -> bool:
    """Whether `name` is probably a slip of `known`: other separators, or one or two wrong letters.

    A number at the end is no slip: ``batch2`` is a column of its own.
    """
    key, target = _key(name), _key(known)
    if key == target:
        return True
    if re.sub(r"\d+$", "", key) == target or len(target) < 4:
        return False
    return _edits(key, target) <= (1 if len(target) < 8 else 2)


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())[:200] or name[:200]


def _edits(left: str, right: str) -> int:
    """Edit distance where a swap of neighbours counts once (optimal string alignment)."""
    if abs(len(left) - len(right)) > 2:
        return 3
    before: list[int] = []
    above = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (a != b)))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                row[-1] = min(row[-1], before[j - 2] + 1)
        before, above = above, row
    return above[-1]
