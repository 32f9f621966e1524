"""Guess the groups and the donors of samples from their names; a guess is always shown as one."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from evcargo.study.names import made_safe

FEWEST = 2
"""Samples that a group needs, and groups that a design needs."""
MOST_GROUPED = 0.75
"""Share of the samples that must be in such groups, where single ones are let through."""
MOST_GROUPS = 12
MOST_CONTRASTS = 10
CONTROL = re.compile(
    r"(ctrl|ctl|control|contr|healthy|hc|hd|normal|norm|wt|wildtype|untreated|untr|vehicle|veh|dmso"
    r"|pbs|mock|sham|baseline|base|pre|before|day0|d0|t0|negative|neg|ko?ntrolle|c|h|n)",
    re.IGNORECASE,
)
"""Words for a group that others are held against."""
DONOR = re.compile(
    r"(p|pt|pat|patient|d|donor|sub|subj|subject|ind|individual|animal|mouse|rat|m|id|case|vol"
    r"|volunteer|hv)[-_]?\d+[a-z]?",
    re.IGNORECASE,
)
"""Names of donors. A bare number is none: numbers that start again in each group pair nobody."""
TIME = re.compile(
    r"(pre|post|before|after|baseline|base|follow[-_]?up|fu|screening|day|week|month|visit|v|d|w|t)"
    r"\d*h?",
    re.IGNORECASE,
)
"""Words for times: here a bare number names a donor."""
_SEPARATORS = re.compile(r"[\s_.\-]+")
_NUMBER_AT_END = re.compile(r"[\s_.\-]*(?:(?:bio)?rep(?:licate)?|no|nr|#)?[\s_.\-]*\d+$", re.I)
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Design:
    """Groups and donors of samples.

    Parameters
    ----------
    conditions
        Sample -> group; empty if the names tell none.
    subjects
        Sample -> donor; empty unless the names tell pairs.
    reason
        What the guess rests on, for people.
    """

    conditions: Mapping[str, str] = field(default_factory=dict)
    subjects: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def groups(self) -> list[str]:
        """Names of the groups, in the order of the samples."""
        return list(dict.fromkeys(self.conditions.values()))


def guess_design(names: Sequence[str]) -> Design:
    """Guess groups and donors.

    Parameters
    ----------
    names
        Samples, as their files name them.

    Returns
    -------
    Design
        From parts of the names (``P1_pre`` and ``P1_post`` are one donor, before and after), or
        from what stands before their last number (``T1``, ``T2`` and ``H1``, ``H2`` are two
        groups); empty where neither gives groups of two samples or more.
    """
    if len(names) < FEWEST * FEWEST:
        return Design()
    return _by_pairs(names) or _by_stem(names) or _by_part(names) or Design()


def _by_stem(names: Sequence[str]) -> Design | None:
    """Take for groups what stands before the last number of a name."""
    stems = {name: _NUMBER_AT_END.sub("", name) for name in names}
    if not all(stems.values()) or not _are_groups(stems, strict=False):
        return None
    if len({re.sub(r"\d+", "", stem) for stem in stems.values()}) == 1:
        return None  # numbers alone: donors or plates, no groups
    conditions = _without_common_parts(stems)
    return Design(conditions, reason="what stands before the number in the names")


def _by_pairs(names: Sequence[str]) -> Design | None:
    """Take parts of the names for groups and donors, where each donor is in several groups."""
    columns = _columns(names)
    for group, conditions in reversed(columns.items()):
        if not _are_words(conditions) or not _are_groups(conditions):
            continue
        for donor, subjects in columns.items():
            if donor != group and _are_donors(subjects, conditions):
                reason = f"part {group} of the names; part {donor} names the donor"
                return Design(conditions, subjects, reason)
    return None


def _by_part(names: Sequence[str]) -> Design | None:
    """Take for groups the part of the names that tells the fewest."""
    columns = _columns(names)
    stems = {
        at: {name: _NUMBER_AT_END.sub("", part) for name, part in parts.items()}
        for at, parts in columns.items()
    }
    for candidates in (columns, stems):
        fitting = [
            (len(set(parts.values())), at)
            for at, parts in candidates.items()
            if _are_words(parts) and _are_groups(parts)
        ]
        if fitting:
            at = min(fitting)[1]
            return Design(candidates[at], reason=f"part {at} of the names")
    return None


def _columns(names: Sequence[str]) -> dict[int, dict[str, str]]:
    """Part of the names, from 1 -> sample -> that part; empty unless all have equally many."""
    parts = _parts(names)
    width = len(next(iter(parts.values()), []))
    return {at + 1: {name: part[at] for name, part in parts.items()} for at in range(width)}


def _parts(names: Sequence[str]) -> dict[str, list[str]]:
    """Parts of the names between their separators; empty unless all have equally many."""
    parts = {name: [part for part in _SEPARATORS.split(name) if part] for name in names}
    widths = {len(part) for part in parts.values()}
    return parts if len(widths) == 1 and widths.pop() > 1 else {}


def _are_groups(groups: Mapping[str, str], strict: bool = True) -> bool:
    """Whether there are several groups of several samples (unless strict, for most samples)."""
    counts = Counter(groups.values())
    if not FEWEST <= len(counts) <= min(MOST_GROUPS, len(groups) // FEWEST):
        return False
    grouped = sum(count for count in counts.values() if count >= FEWEST)
    return grouped == len(groups) or (not strict and grouped >= MOST_GROUPED * len(groups))


def _are_words(groups: Mapping[str, str]) -> bool:
    return all(_LETTERS.search(group) for group in groups.values())


def _are_donors(subjects: Mapping[str, str], conditions: Mapping[str, str]) -> bool:
    """Whether these name donors, most of them in several groups, and in each of them once."""
    of_time = all(TIME.fullmatch(group) for group in conditions.values())
    if not all(
        DONOR.fullmatch(name) or (of_time and name.isdecimal()) for name in subjects.values()
    ):
        return False
    places = Counter((subjects[name], conditions[name]) for name in subjects)
    groups_of: dict[str, set[str]] = {}
    for name, subject in subjects.items():
        groups_of.setdefault(subject, set()).add(conditions[name])
    paired = sum(len(groups) > 1 for groups in groups_of.values())
    return max(places.values()) == 1 and paired >= FEWEST and paired * 2 > len(groups_of)


def _without_common_parts(stems: Mapping[str, str]) -> dict[str, str]:
    """Take off the words that all groups begin or end with (``EV_tumour`` is ``tumour``)."""
    parts = {stem: [part for part in _SEPARATORS.split(stem) if part] for stem in stems.values()}
    lists = list(parts.values())
    while all(len(words) > 1 for words in lists) and len({words[0] for words in lists}) == 1:
        lists = [words[1:] for words in lists]
    while all(len(words) > 1 for words in lists) and len({words[-1] for words in lists}) == 1:
        lists = [words[:-1] for words in lists]
    short = {stem: " ".join(words) for stem, words in zip(parts, lists, strict=True)}
    return {name: short[stem] or stem for name, stem in stems.items()}


def proposed_contrasts(groups: Sequence[str]) -> list[tuple[str, str, str]]:
    """Name, test and reference of every pair of groups, at most `MOST_CONTRASTS` of them.

    Of two groups the one whose name is a word for a control is the reference, else the later one.
    """
    contrasts = []
    for first, second in combinations(groups, 2):
        swap = CONTROL.fullmatch(first) is not None and CONTROL.fullmatch(second) is None
        test, reference = (second, first) if swap else (first, second)
        contrasts.append((f"{made_safe(test)}_v_{made_safe(reference)}"[:64], test, reference))
    return contrasts[:MOST_CONTRASTS]
