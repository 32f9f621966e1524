"""Names of samples, from what tables and files call them."""

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import PurePath

from evcargo.files.run_names import step_stem
from evcargo.study.names import made_safe

# Samples that are none of the study, by a word of their name.
NO_SAMPLE = (
    (r"blank|blk|ntc|no[-_ ]?template|buffer", "a blank"),
    (r"qc\d*|quality[-_ ]?control", "a quality control"),
    (r"pool(ed)?\d*|bridge|reference[-_ ]?channel", "a pool"),
    (r"unassigned|undetermined|unmapped|unknown", "reads of no sample"),
)
# These are samples' names too, unless they stand alone.
NO_SAMPLE_ALONE = (
    (r"empty|water|wash|pbs|nc|neg(ative)?[-_ ]?control|std|standards?|hela", "a blank or control"),
    (r"total|sum|mean|average|median|sd|all", "a summary"),
)
_WORDS = re.compile(r"[\s_.\-]+")
_QUANTITY = re.compile(
    r"lfq|maxlfq|intensity|intensities|ibaq|abundances?|quantity|area|raw|counts?|reads?|tpm|cpm|rpm"
    r"|fpkm|npx|normali[sz]ed|(normali[sz]ed)?(area|abundance|intensity)|expression|log2|pg|values?"
    r"|sum|total",
    re.IGNORECASE,
)
_OF_SIZES = re.compile(
    r"[\s_.\-]*(particle)?[\s_.\-]*(sizes?([\s_.\-]*distributions?)?|distributions?|nta|zetaview"
    r"|experimentsummary|summary|psd|488|scatter|measurements?)$",
    re.IGNORECASE,
)
_READS = re.compile(r"(_S\d{1,3})?(_L\d{3})?(?P<mate>_R?[12]|^R[12])?(_001)?$")
_SUMMARY = "experimentsummary"
# Words of which programs make the names of their files.
_OF_PROGRAM = re.compile(
    r"quant|abundances?|counts?|genes?|isoforms?|transcripts?|matrix|expression|expressed|report"
    r"|results?|readspergene|sizes?|table|data|proteins?|groups?|proteingroups?|peptides?|ions?"
    r"|sf|readcounts?|reads?|distributions?|(mi|t|pi|sn|sno|r|nc|circ|y|micro)?rnas?"
    r"|mirnamature|mirnaprecursor|gencode|genelevel|mature|hairpin|precursors?|sense|antisense"
    r"|grouped|sa|all|samples?|summary|output|out|file|final|filtered|raw|normali[sz]ed|psms?"
    r"|combined",
    re.IGNORECASE,
)
_NAMED_BY_PROGRAM = re.compile(r"readcounts_\w+|.*\.grouped", re.IGNORECASE)
"""exceRpt and sRNAbench, which have such a file for each kind of RNA."""
_WEAK = {"sa", "all", "out", "raw", "final", "filtered", "sf", "rna"}
"""Those that may be names of samples where they stand alone."""
_TIME = r"([-_ .tT]+([01]\d|2[0-3])[-_.:h]?[0-5]\d([-_.:m]?[0-5]\d)?(?!\d))?"
_MONTH, _DAY, _YEAR = r"(0?[1-9]|1[0-2])", r"(0?[1-9]|[12]\d|3[01])", r"(19|20)\d\d"
_STAMP = re.compile(
    rf"(^|[-_ .])({_YEAR}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])|{_YEAR}[-_.]{_MONTH}[-_.]{_DAY}"
    rf"|{_DAY}[-_.]{_MONTH}[-_.]{_YEAR}|1\d{{9}})(?!\d){_TIME}"
)
_FRACTION = re.compile(r"[-_. ](?:f|fr|frac|fraction)[-_. ]?0*(\d{1,3})$", re.IGNORECASE)
_TECHNICAL = re.compile(
    r"[-_. ](?:tech(?:rep)?|inj(?:ection)?|tr|run|meas(?:urement)?)[-_. ]?0*(\d{1,2})$",
    re.IGNORECASE,
)


def why_no_sample(name: str) -> str:
    """Tell by its name why a run is no sample of the study; empty if nothing says so."""
    words = [word for word in _WORDS.split(name) if word]
    if any(re.fullmatch(r"(sub|cor|rem)\w+ed|free", word, re.IGNORECASE) for word in words):
        return ""  # corrected for a blank
    for form, what in NO_SAMPLE:
        if any(re.fullmatch(form, word, re.IGNORECASE) for word in words):
            return what
    return next(
        (what for form, what in NO_SAMPLE_ALONE if re.fullmatch(form, name, re.IGNORECASE)), ""
    )


def names_of_columns(columns: Sequence[str]) -> dict[str, str]:
    """Columns -> names without folders, steps of pipelines and words of quantities.

    Words are taken off only where all columns have them: ``LFQ.intensity.A1`` is ``A1``.
    """
    stems = [step_stem(column) for column in columns]
    parts = [re.split(r"([\s_.\-]+)", stem) for stem in stems]
    for end in (0, -1):
        while _share_a_quantity(parts, end):
            parts = [words[2:] if end == 0 else words[:-2] for words in parts]
    return {column: "".join(part) for column, part in zip(columns, parts, strict=True)}


def _share_a_quantity(parts: Sequence[Sequence[str]], end: int) -> bool:
    if len(parts) < 2 or any(len(words) < 3 for words in parts):
        return False
    words = {words[end] for words in parts}
    return len(words) == 1 and _QUANTITY.fullmatch(words.pop()) is not None


def without_stamp(name: str) -> str:
    """Take dates and times off a name: ``mirnas_22_02_2024_t_08_01_31`` is ``mirnas``."""
    return _STAMP.sub("", name).strip("-_ .")


def is_of_program(stem: str) -> bool:
    """Whether the name of a file is made of words of programs only, and tells no sample."""
    words = [word for word in _WORDS.split(without_stamp(stem)) if word]
    known = all(_OF_PROGRAM.fullmatch(word) for word in words)
    if not stem or _NAMED_BY_PROGRAM.fullmatch(stem):
        return True
    return known and not {word.casefold() for word in words} <= _WEAK


def stem_of_file(path: str, kind: str) -> str:
    """Name of a file without suffixes, lanes, mates and words of its kind."""
    name = PurePath(path).name
    stem = step_stem(name)
    if kind == "fastq":
        stem = _READS.sub("", stem)
    if kind == "sizes":
        while shorter := _OF_SIZES.sub("", stem):
            if shorter == stem:
                break
            stem = shorter
    return stem


def is_second_mate(path: str) -> bool:
    """Whether the name of a FASTQ file is that of read 2 in Illumina's way (``_R2``)."""
    matches = _READS.search(step_stem(PurePath(path).name))
    return bool(matches and matches["mate"] and matches["mate"].strip("_").casefold() == "r2")


def is_part_of_summary(path: str, paths: Iterable[str]) -> bool:
    """Whether a file is of one video of NanoSight, and another file sums up all of them."""
    name = PurePath(path).name.casefold()
    bases = (PurePath(other).name.casefold() for other in paths)
    starts = [
        base.split("experimentsummary")[0].rstrip(" _-") for base in bases if _SUMMARY in base
    ]
    return _SUMMARY not in name and any(
        re.match(rf"{re.escape(start)}[ _-]+\d+[ _-]", name) for start in starts if start
    )


def split_series(names: Collection[str], technical: bool) -> dict[str, tuple[str, int]]:
    """Take fractions (or technical replicates) off names: ``T1_F02`` is fraction 2 of ``T1``.

    Returns
    -------
    dict
        Name -> sample and number; names that stand alone are left as they are, with 1.
    """
    form = _TECHNICAL if technical else _FRACTION
    matches = {name: form.search(name) for name in names}
    series: dict[str, list[int]] = {}
    for name, match in matches.items():
        if match and match.start():
            series.setdefault(name[: match.start()], []).append(int(match[1]))
    split = {}
    for name, match in matches.items():
        numbers = series.get(name[: match.start()], []) if match else []
        whole = match and len(numbers) > 1 and len(set(numbers)) == len(numbers)
        if match and whole:
            split[name] = (name[: match.start()], max(int(match[1]), 1))
        else:
            split[name] = (name, 1)
    return split


def safe_names(names: Iterable[str]) -> dict[str, str]:
    """Names -> names that are safe in file names, all different whatever their case."""
    safe: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        if name in safe:
            continue
        base = candidate = made_safe(name)
        number = 2
        while candidate.casefold() in taken:
            candidate, number = f"{base[:60]}_{number}", number + 1
        taken.add(candidate.casefold())
        safe[name] = candidate
    return safe


def matched_to(known: Collection[str], names: Collection[str]) -> dict[str, str]:
    """Find the samples of another assay that names are of: ``EV_T1_prot`` is ``T1``.

    Parameters
    ----------
    known
        Samples so far.
    names
        Names of a further assay.

    Returns
    -------
    dict
        Name -> sample, for names that hold one sample only, as words; empty unless they are most.
    """
    forms = {
        sample: re.compile(rf"(?<![^\W_]){re.escape(sample)}(?![^\W_])", re.IGNORECASE)
        for sample in known
        if len(sample) > 1
    }
    matched: dict[str, str] = {}
    for name in names:
        held = [sample for sample, form in forms.items() if form.search(name)]
        longest = max(held, key=len, default="")
        if longest and all(sample in longest for sample in held):
            matched[name] = longest
    shared = [name for name in matched if list(matched.values()).count(matched[name]) == 1]
    most = len(shared) == len(matched) and 2 * len(matched) >= len(names)
    return matched if most else {}
