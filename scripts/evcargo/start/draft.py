"""The sheets of a new study, as far as its files tell them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from evcargo.errors import EvcargoError
from evcargo.files.run_names import match_runs
from evcargo.start.design import Design, guess_design
from evcargo.start.folder_names import ORDERS, names_of_files, order_of_table
from evcargo.start.organisms import most_told
from evcargo.start.recognised import NotRecognised, Recognised
from evcargo.start.sample_names import (
    is_part_of_summary,
    is_second_mate,
    matched_to,
    names_of_columns,
    safe_names,
    split_series,
    why_no_sample,
)
from evcargo.study.model import ASSAYS, RAW

TABLES_FIRST = ("proteins", "rna", "transcripts", "particles")
ORDER_OF_RAW = {"mzml": 0, "thermo": 1, "mgf": 2, "fastq": 0}


@dataclass(frozen=True)
class DraftRun:
    """A row of the run sheet: `name` is what the file calls the sample."""

    name: str
    assay: str
    path: str
    kind: str
    sample: str = ""
    column: str = ""
    fraction: int = 1
    replicate: int = 1


@dataclass(frozen=True)
class Draft:
    """What the files of a study tell of it.

    Parameters
    ----------
    files
        Files that are used.
    samples
        Sample -> what its first file calls it.
    runs
        Rows of the run sheet.
    design
        Groups and donors, guessed from the names.
    organism, organism_reason
        Organism, empty if nothing tells it, and what tells it.
    left_out
        Files and columns that are not used, and why.
    whole_tables
        Paths of tables that hold every sample of the study under its name.
    """

    files: tuple[Recognised, ...] = ()
    samples: dict[str, str] = field(default_factory=dict)
    runs: tuple[DraftRun, ...] = ()
    design: Design = field(default_factory=Design)
    organism: str = ""
    organism_reason: str = ""
    left_out: tuple[NotRecognised, ...] = ()
    whole_tables: tuple[str, ...] = ()

    def of_kind(self, *kinds: str) -> list[Recognised]:
        """Files of some kinds."""
        return [file for file in self.files if file.kind in kinds]

    @property
    def assays(self) -> list[str]:
        """Assays of the runs, in the order of the workflow."""
        present = {run.assay for run in self.runs}
        return [assay for assay in ASSAYS if assay in present]


def draft_study(files: Sequence[Recognised]) -> Draft:
    """Draft the sheets of a study.

    Parameters
    ----------
    files
        What its files are.

    Returns
    -------
    Draft
        Of several files with the same samples one is used; an assay comes from tables where there
        are any, else from raw files.
    """
    left_out: list[NotRecognised] = []
    used = _references(files, left_out)
    runs: list[DraftRun] = []
    for assay in TABLES_FIRST:
        chosen = _of_one_kind([file for file in files if file.assay == assay], left_out)
        taken, of_assay = _runs_of(chosen, left_out)
        used += taken
        runs += _joined(of_assay, runs)
    runs, samples = _with_samples(runs)
    runs = _with_columns(runs)
    organism, reason = most_told(file.organisms for file in used)
    return Draft(
        tuple(used),
        samples,
        tuple(runs),
        _design(runs, samples),
        organism,
        reason,
        tuple(left_out),
        _whole_tables(runs, samples),
    )


def _design(runs: Sequence[DraftRun], samples: dict[str, str]) -> Design:
    """Guess groups and donors from all names; where these tell none, from those of each table."""
    designs = [guess_design(list(samples.values()))]
    if not designs[0].conditions:
        of_table: dict[str, list[str]] = defaultdict(list)
        for run in runs:
            of_table[run.path].append(run.name)
        designs = [guess_design(names) for names in of_table.values()]
    reasons = dict.fromkeys(design.reason for design in designs if design.reason)
    conditions = {name: group for design in designs for name, group in design.conditions.items()}
    subjects = {name: donor for design in designs for name, donor in design.subjects.items()}
    return Design(
        {sample: conditions[name] for sample, name in samples.items() if name in conditions},
        {sample: subjects[name] for sample, name in samples.items() if name in subjects},
        " / ".join(reasons),
    )


def _references(files: Sequence[Recognised], left_out: list[NotRecognised]) -> list[Recognised]:
    """Files that are no runs, the largest of each kind."""
    used = []
    for kind in ("sdrf", "fasta", "transcripts"):
        candidates = [file for file in files if not file.assay and file.kind == kind]
        candidates.sort(key=lambda file: -_size(file.path))
        used += candidates[:1]
        left_out += [
            NotRecognised(
                file.path, f"is a second {file.program}; {Path(candidates[0].path).name} is larger"
            )
            for file in candidates[1:]
        ]
    return used


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _of_one_kind(files: Sequence[Recognised], left_out: list[NotRecognised]) -> list[Recognised]:
    """Take tables, else the raw files of one format."""
    tables = [file for file in files if file.kind not in RAW]
    if tables:
        best = min(tables, key=lambda file: file.rank)
        name = Path(best.path).name
        reason = f"is raw data, but {name} holds the same assay already measured"
        left_out += [NotRecognised(file.path, reason) for file in files if file.kind in RAW]
        return tables
    kinds = sorted({file.kind for file in files}, key=lambda kind: ORDER_OF_RAW[kind])
    for kind in kinds[1:]:
        reason = f"is {kind}, but the study has {kinds[0]} files, and takes one format"
        left_out += [NotRecognised(file.path, reason) for file in files if file.kind == kind]
    return [file for file in files if file.kind in kinds[:1]]


def _runs_of(
    files: Sequence[Recognised], left_out: list[NotRecognised]
) -> tuple[list[Recognised], list[DraftRun]]:
    """Files of an assay that are used, and their runs."""
    wide = [file for file in files if file.runs]
    single = [file for file in files if not file.runs]
    used: list[Recognised] = []
    runs: list[DraftRun] = []
    names: set[str] = set()
    for file in sorted(wide, key=lambda file: (file.rank, -_size(file.path))):
        of_table, columns = _runs_of_table(file)
        twice = names & {run.name for run in of_table}
        if twice:
            other = next(run.path for run in runs if run.name in twice)
            reason = f"holds samples that {Path(other).name} holds too, such as {min(twice)}"
            left_out.append(NotRecognised(file.path, reason))
        elif of_table:
            used.append(file)
            left_out += columns
            runs += of_table
            names |= {run.name for run in of_table}
    more, of_files = _runs_of_files(single, names, left_out)
    return used + more, runs + of_files


def _runs_of_table(file: Recognised) -> tuple[list[DraftRun], list[NotRecognised]]:
    """Make runs of a table of many samples; tell its columns that are no samples of the study."""
    runs = []
    others = [
        NotRecognised(f"{file.path}, column {column}", reason) for column, reason in file.no_samples
    ]
    columns = tuple(dict.fromkeys(file.runs))
    for column, name in names_of_columns(columns).items():
        why = why_no_sample(name)
        if why:
            reason = f"its name is that of {why}"
            others.append(NotRecognised(f"{file.path}, column {column}", reason))
        else:
            runs.append(DraftRun(name, file.assay, file.path, file.kind, column=column))
    return runs, others


def _runs_of_files(
    files: Sequence[Recognised], names: set[str], left_out: list[NotRecognised]
) -> tuple[list[Recognised], list[DraftRun]]:
    """Make runs of files that hold one sample each, and tell which files they use."""
    used, runs = [], []
    paths = [file.path for file in files]
    name_of = names_of_files(files)
    for file in _one_table_each(files, name_of, left_out):
        name = name_of[file.path]
        why = why_no_sample(name)
        if not why and file.assay == "rna" and file.kind == "fastq" and is_second_mate(file.path):
            why = "read 2, and read 1 holds the whole of a small RNA"
        if not why and file.kind == "sizes" and is_part_of_summary(file.path, paths):
            why = "one video, and all of them are in the ExperimentSummary"
        if why or name in names:
            reason = f"its name is that of {why}" if why else f"{name} is in a table already"
            left_out.append(NotRecognised(file.path, reason))
            continue
        used.append(file)
        runs.append(DraftRun(name, file.assay, file.path, file.kind, column=file.column))
    return used, _numbered(runs)


def _one_table_each(
    files: Sequence[Recognised], name_of: Mapping[str, str], left_out: list[NotRecognised]
) -> list[Recognised]:
    """Take one table of each sample: two hold it by different RNAs or levels, no replicates."""
    best: dict[str, Recognised] = {}
    for file in files:
        if file.kind == "table":
            name = name_of[file.path]
            best[name] = min(best.get(name, file), file, key=order_of_table)
    second = [file for file in files if best.get(name_of[file.path], file) is not file]
    for file in second:
        first = Path(best[name_of[file.path]].path).name
        reason = f"is a second table of its sample, and {first} is taken: {ORDERS[file.assay]}"
        left_out.append(NotRecognised(file.path, reason))
    return [file for file in files if best.get(name_of[file.path], file) is file]


def _numbered(runs: Sequence[DraftRun]) -> list[DraftRun]:
    """Give fractions and technical replicates their numbers; FASTQ of one name are lanes."""
    names = {run.name for run in runs}
    kinds = {run.kind for run in runs}
    replicates = split_series(names, technical=True)
    is_spectra = bool(kinds & {"mzml", "mgf", "thermo"})
    bare = {sample for sample, _ in replicates.values()}
    fractions = (
        split_series(bare, technical=False) if is_spectra else {name: (name, 1) for name in bare}
    )
    numbered = []
    for run in runs:
        sample, replicate = replicates[run.name]
        sample, fraction = fractions[sample]
        numbered.append(replace(run, name=sample, fraction=fraction, replicate=replicate))
    count: dict[tuple[str, int, int], int] = defaultdict(int)
    for at, run in enumerate(numbered):
        origin = (run.name, run.fraction, run.replicate)
        count[origin] += 1
        if run.kind != "fastq" and count[origin] > 1:
            numbered[at] = replace(run, replicate=count[origin])
    return numbered


def _joined(runs: Sequence[DraftRun], before: Sequence[DraftRun]) -> list[DraftRun]:
    """Give runs of a further assay the names that their samples have in the assays before."""
    known = {run.name for run in before}
    unknown = {run.name for run in runs if run.name not in known}
    by_safe = {safe.casefold(): name for name, safe in safe_names(known).items()}
    matched = {
        name: by_safe[safe.casefold()]
        for name, safe in safe_names(unknown).items()
        if safe.casefold() in by_safe
    }
    if known and not matched and unknown == {run.name for run in runs}:
        matched = matched_to(known, unknown)
    return [replace(run, name=matched.get(run.name, run.name)) for run in runs]


def _with_samples(runs: Sequence[DraftRun]) -> tuple[list[DraftRun], dict[str, str]]:
    """Give every run its sample, a safe name; sample -> the name that it was made from."""
    safe = safe_names(run.name for run in runs)
    return (
        [replace(run, sample=safe[run.name]) for run in runs],
        {sample: name for name, sample in safe.items()},
    )


def _with_columns(runs: Sequence[DraftRun]) -> list[DraftRun]:
    """Leave `column` empty in tables in which all samples are found by their names."""
    of_path: dict[str, list[DraftRun]] = defaultdict(list)
    for run in runs:
        if run.column and run.kind != "sizes":  # a table of sizes may hold one sample only
            of_path[run.path].append(run)
    plain_runs: set[tuple[str, str]] = set()
    for path, of_table in of_path.items():
        wanted = {run.sample: run.sample for run in of_table}
        try:
            matches = match_runs(wanted, [run.column for run in of_table], {}, path)
        except EvcargoError:
            continue
        plain_runs |= {
            (path, run.sample)
            for run in of_table
            if run.sample in matches and matches[run.sample].name == run.column
        }
    return [
        replace(run, column="") if (run.path, run.sample) in plain_runs else run for run in runs
    ]


def _whole_tables(runs: Sequence[DraftRun], samples: dict[str, str]) -> tuple[str, ...]:
    """Paths of tables of several samples that hold all of the study, by their names."""
    paths = []
    for path in dict.fromkeys(run.path for run in runs):
        of_table = [run for run in runs if run.path == path]
        plain = all(
            run.column in ("", run.sample) and run.fraction == run.replicate == 1
            for run in of_table
        )
        if plain and len(of_table) > 1 and {run.sample for run in of_table} == set(samples):
            paths.append(path)
    return tuple(paths)
