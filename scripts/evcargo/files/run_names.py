"""How a run of the run sheet is found among the names of a table, the same for every assay.

Programs name a column after the file of the run, with its folder, its suffixes and what their steps
added (``bam/C1.sorted.bam``); R writes ``X1`` for ``1`` and points for other signs.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from evcargo.errors import EvcargoError
from evcargo.study.notes import listed, nearest

_SUFFIXES = re.compile(
    r"\.(raw|mzml|mzxml|mzid|mgf|d|wiff2?|scan|htrms|dia|tdf|quant|parquet"
    r"|fastq|fq|fasta|fa|bam|sam|cram|bed|txt|tsv|csv|tab|out|xls|xlsx|counts?|cnt"
    r"|gz|xz|bz2|zst|zip)$",
    re.IGNORECASE,
)
# What steps of sequencing pipelines add to the name of a sample.
_STEPS = re.compile(
    r"([._-](sorted|sort|sortedByCoord|Aligned|aligned|toTranscriptome|dedup(licated)?|markdup"
    r"|trimmed|trim|clean|cleaned|collapsed|mapped|unique|filtered|val_[12]|cutadapt|umi|star"
    r"|hisat2?|bowtie2?|quant|htseq|featureCounts|genes?|isoforms?|results|abundance"
    r"|miRNAs_expressed_all_samples|001))$|(ReadsPerGene|Aligned|Log|miR\.Counts)$",
)
_LANES = re.compile(r"(_S\d{1,3})?(_L\d{3})?_R?[12](_001)?$|_S\d{1,3}(_L\d{3})?$")
_PATH = re.compile(r"(file:|[A-Za-z]:|\.{0,2})[\\/]|[^\s/]*\\")
_NUMBERED = re.compile(r"^\[\d+\]\s*")  # Spectronaut: [1] run.raw.PG.Quantity
EXACT, ANNOTATION, FILE = "exact name", "annotation", "file name"
R_NAME, PART = "name as R writes it", "part of the name"


@dataclass(frozen=True)
class RunMatch:
    """Where a run is.

    Parameters
    ----------
    name
        What the table calls it.
    matched_by
        How it was recognised, for people.
    """

    name: str
    matched_by: str


def file_stem(name: str) -> str:
    r"""Name of a run without folders and suffixes: ``Q:\x\a.raw`` and ``a.mzML.gz`` are ``a``."""
    text = unquote(name) if name.lower().startswith("file:") else name.strip()
    if _PATH.match(text) or _SUFFIXES.search(text):  # a ratio of runs, A/B, is no path
        text = re.split(r"[\\/]", text)[-1] or text
    text = _NUMBERED.sub("", text)
    while (shorter := _SUFFIXES.sub("", text)) and shorter != text:
        text = shorter
    return text


def step_stem(name: str) -> str:
    """Name of a run without what the steps of a pipeline add: ``C1.sorted.bam`` is ``C1``."""
    text = file_stem(name)
    while (shorter := _SUFFIXES.sub("", _STEPS.sub("", text))) and shorter != text:
        text = shorter
    return text


def sample_stem(name: str) -> str:
    """Name of a run without steps, lanes and mates: ``C1_S3_L001_R1_001.fastq.gz`` is ``C1``."""
    text = step_stem(name)
    return _LANES.sub("", text) or text


def r_name(name: str) -> str:
    """Name as R's ``make.names`` writes it: ``1-a`` is ``X1.a``."""
    text = re.sub(r"[^\w.]", ".", name)
    return text if re.match(r"[^\W\d_]|\.(?!\d)", text) else f"X{text}"


def match_runs(
    wanted: Mapping[str, str], names: Iterable[str], aliases: Mapping[str, str], place: str
) -> dict[str, RunMatch]:
    """Find runs among the names of a table.

    Parameters
    ----------
    wanted
        Run -> what the run sheet calls it (its ``column``, or the name of the sample).
    names
        Names that the table has: columns, or values of its run column.
    aliases
        Name of the table -> what its annotation calls it; may be empty.
    place
        File, for messages.

    Returns
    -------
    dict
        Run -> its match; a run that is not there is missing.

    Raises
    ------
    EvcargoError
        If a run fits several names equally well, or two runs fit one name.
    """
    candidates = list(dict.fromkeys(name for name in names if name))
    matches = {
        run: match
        for run, text in wanted.items()
        if (match := _match(run, text, candidates, aliases, place))
    }
    missing = {run: text for run, text in wanted.items() if run not in matches}
    taken = {match.name for match in matches.values()}
    matches |= _by_part(missing, [name for name in candidates if name not in taken])
    _refuse_shared(matches, place)
    return {run: matches[run] for run in wanted if run in matches}


def find_run(
    text: str, names: Iterable[str], aliases: Mapping[str, str], place: str, run: str
) -> tuple[str, str] | None:
    """Find one run among the names of a table; its name and how it was recognised, or None."""
    candidates = list(dict.fromkeys(name for name in names if name))
    match = _match(run, text, candidates, aliases, place)
    return (match.name, match.matched_by) if match else None


def _match(
    run: str, text: str, names: list[str], aliases: Mapping[str, str], place: str
) -> RunMatch | None:
    stem, short, in_r = file_stem(text), sample_stem(text), r_name(text)
    steps: tuple[tuple[str, Callable[[str], bool]], ...] = (
        (EXACT, lambda name: name == text),
        (ANNOTATION, lambda name: aliases.get(name, "") == text),
        (FILE, lambda name: file_stem(name) == stem),
        (ANNOTATION, lambda name: name in aliases and file_stem(aliases[name]) == stem),
        (FILE, lambda name: file_stem(name).casefold() == stem.casefold()),
        (FILE, lambda name: sample_stem(name).casefold() == short.casefold()),
        (R_NAME, lambda name: name == in_r or file_stem(name) == in_r),
        (R_NAME, lambda name: r_name(sample_stem(name)).casefold() == in_r.casefold()),
    )
    for matched_by, fits in steps:
        fitting = [name for name in names if fits(name)]
        if len(fitting) > 1:
            raise EvcargoError(
                f"{place}: {text!r} of run {run} fits {listed(fitting, 6)}."
                " Write the one that is meant into the column 'column' of the run sheet"
            )
        if fitting:
            return RunMatch(fitting[0], matched_by)
    return None


def _by_part(wanted: Mapping[str, str], names: list[str]) -> dict[str, RunMatch]:
    """Match runs by a part of the name, where the rest of the name is the same for all of them.

    One run alone proves nothing: ``T1`` is a part of ``T1_blank`` too.
    """
    templates: dict[str, dict[str, list[str]]] = {}
    for run, text in wanted.items():
        part = re.compile(rf"(?<![^\W_]){re.escape(text)}(?![^\W_])", re.IGNORECASE)
        for name in names:
            if part.search(name):
                rest = re.sub(r"\d+", "0", part.sub("\0", name, count=1))
                templates.setdefault(rest, {}).setdefault(run, []).append(name)
    whole = [
        runs
        for runs in templates.values()
        if len(runs) == len(wanted) > 1 and all(len(fitting) == 1 for fitting in runs.values())
    ]
    if len(whole) != 1:
        return {}
    return {run: RunMatch(fitting[0], PART) for run, fitting in whole[0].items()}


def _refuse_shared(matches: Mapping[str, RunMatch], place: str) -> None:
    runs_of: dict[str, list[str]] = {}
    for run, match in matches.items():
        runs_of.setdefault(match.name, []).append(run)
    for name, runs in runs_of.items():
        if len(runs) > 1:
            raise EvcargoError(
                f"{place}: {name!r} fits the runs {listed(runs)}."
                " Write one column per run into the column 'column' of the run sheet"
            )


def near_names(text: str, names: Iterable[str]) -> str:
    """Name the candidates that are near a run that is in none, or all of them, in words."""
    candidates = list(dict.fromkeys(names))
    holding = [name for name in candidates if text.lower() in name.lower()]
    stems = {sample_stem(name): name for name in reversed(candidates)}
    close = nearest(text, candidates) or stems.get(nearest(text, stems) or "")
    near = holding or ([close] if close else [])
    return f"Near: {listed(near, 6)}" if near else f"It has {listed(candidates, 20)}"


def missing_run(text: str, run: str, names: Iterable[str], place: str) -> EvcargoError:
    """Build the error of a run that is in no column, naming those that are near."""
    return EvcargoError(
        f"{place}: has no column {text!r} for run {run}. Write the column's name into the column"
        f" 'column' of the run sheet. {near_names(text, names)}"
    )
