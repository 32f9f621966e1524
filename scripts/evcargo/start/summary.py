"""What was understood of the files of a new study, for the terminal."""

import os
import shlex
from collections.abc import Collection, Sequence
from pathlib import Path

from evcargo.start.draft import Draft
from evcargo.start.hints import biofluid_hint
from evcargo.start.recognised import NotRecognised, Recognised
from evcargo.start.sample_names import without_stamp
from evcargo.start.write import written_path
from evcargo.study.model import SPECTRA

MOST_LINES = 30
MOST_NAMES = 6
WORDS = {
    "proteins": "proteins",
    "rna": "small RNA",
    "transcripts": "long RNA",
    "particles": "particles",
    "": "-",
}


def summary_text(draft: Draft, not_recognised: Sequence[NotRecognised], folder: Path) -> str:
    """Say what was read, guessed and left out, what is missing, and the next command."""
    parts = [
        _files_table(draft, folder),
        _others("Left out", draft.left_out, folder),
        _others("Not recognised", not_recognised, folder),
        _guesses(draft),
        _missing(draft),
        _next(folder),
    ]
    return "\n".join(part for part in parts if part)


def _files_table(draft: Draft, folder: Path) -> str:
    """One line for each table, and for each folder of files of one kind, or each name of files."""
    alike: dict[tuple[str, ...], list[Recognised]] = {}
    group_of = _groups([file.path for file in draft.files if not file.runs])
    for file in draft.files:
        several = () if file.runs else (group_of[file.path],)
        alike.setdefault((file.assay, file.program, *(several or (file.path,))), []).append(file)
    rows = [("file", "assay", "read as", "samples")]
    rows += [
        (
            _paths([file.path for file in files], folder),
            WORDS[files[0].assay],
            files[0].program,
            _samples({file.path for file in files}, draft),
        )
        for files in list(alike.values())[:MOST_LINES]
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    lines = [
        "  " + "  ".join([*(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=False)), row[3]])
        for row in rows
    ]
    count = len(draft.files)
    head = f"Understood {count} file{'s' if count != 1 else ''}:"
    text = [head, *lines, *_more(len(alike)), *_notes(draft.files, folder)]
    return "\n".join(line.rstrip() for line in text) + "\n"


def _groups(paths: Sequence[str]) -> dict[str, str]:
    """Path -> what it is listed under: its name if further folders hold it, else its folder."""
    folders: dict[str, set[Path]] = {}
    for path in paths:
        folders.setdefault(_bare_name(path), set()).add(Path(path).parent)
    return {
        path: name if len(folders[name := _bare_name(path)]) > 1 else str(Path(path).parent)
        for path in paths
    }


def _bare_name(path: str) -> str:
    return without_stamp(Path(path).stem) + Path(path).suffix


def _paths(paths: Sequence[str], folder: Path) -> str:
    """Write a path, or the folder of several and what their names have in common."""
    if len(paths) == 1:
        return written_path(paths[0], folder)
    if len({Path(path).parent for path in paths}) > 1:
        common = written_path(os.path.commonpath([Path(path).absolute() for path in paths]), folder)
        names = {Path(path).name for path in paths}
        name = names.pop() if len(names) == 1 else f"{os.path.commonprefix([*names])}*"
        return f"{common}/.../{name} ({len(paths)} files)"
    parent = written_path(str(Path(paths[0]).parent), folder)
    ending = os.path.commonprefix([path[::-1] for path in paths])[::-1]
    ending = ending[ending.index(".") :] if "." in ending else ""
    return f"{parent}/*{ending} ({len(paths)} files)"


def _notes(files: Sequence[Recognised], folder: Path) -> list[str]:
    """Write the notes on files, those of many files once."""
    of_note: dict[str, list[str]] = {}
    for file in files:
        for note in file.notes:
            of_note.setdefault(note, []).append(file.path)
    lines = [f"  {_paths(paths, folder)}: {note}" for note, paths in of_note.items()]
    return ["", "How they were told:", *lines[:MOST_LINES], *_more(len(lines))] if lines else []


def _samples(paths: Collection[str], draft: Draft) -> str:
    names = list(dict.fromkeys(run.sample for run in draft.runs if run.path in paths))
    if not names:
        return "-"
    some = ", ".join(names[:MOST_NAMES])
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{len(names)}: {some}{more}" if len(names) > 1 else some


def _others(title: str, others: Sequence[NotRecognised], folder: Path) -> str:
    if not others:
        return ""
    of_reason: dict[tuple[str, str], list[str]] = {}
    group_of = _groups([file.path for file in others])
    for file in others:
        of_reason.setdefault((file.reason, group_of[file.path]), []).append(file.path)
    lines = [f"  {_paths(paths, folder)}: {key[0]}" for key, paths in of_reason.items()]
    return "\n".join([f"{title}:", *lines[:MOST_LINES], *_more(len(lines))]) + "\n"


def _more(count: int) -> list[str]:
    return [f"  ... and {count - MOST_LINES} more"] if count > MOST_LINES else []


def _guesses(draft: Draft) -> str:
    """Say groups and organism, each with its reason."""
    if not draft.samples:
        return ""
    lines = []
    for group in draft.design.groups:
        names = [name for name, level in draft.design.conditions.items() if level == group]
        some = ", ".join(names[:MOST_NAMES]) + (" ..." if len(names) > MOST_NAMES else "")
        lines.append(f"    {group} ({len(names)}): {some}")
    if lines:
        lines.insert(0, f"  condition, from {draft.design.reason}:")
    else:
        lines.append("  condition: the names tell no groups")
    donors = list(dict.fromkeys(draft.design.subjects.values()))
    if donors:
        some = ", ".join(donors[:MOST_NAMES]) + (" ..." if len(donors) > MOST_NAMES else "")
        lines.append(f"  subject, so that samples of one are compared as pairs: {some}")
    assumed = "human is assumed, as no name in the files tells it"
    reasons = f"{draft.organism}, by {draft.organism_reason}" if draft.organism else assumed
    lines.append(f"  organism: {reasons}")
    count = len(draft.samples)
    head = f"{count} sample{'s' if count != 1 else ''}. Guessed, so check it:"
    return "\n".join([head, *lines]) + "\n"


def _missing(draft: Draft) -> str:
    """Say what only the user can fill in."""
    if not draft.samples:
        return ""
    lines = []
    if not draft.design.conditions and len(draft.samples) > 1:
        lines.append("samples.tsv, condition: the group of each sample")
    hint = biofluid_hint([*draft.samples.values(), *(file.path for file in draft.files)])
    lines.append(f"samples.tsv, biofluid{f' ({hint})' if hint else ''}, subject, batch, isolation")
    lines.append("config.yaml, contrasts: what is compared (proposals stand there as comments)")
    kinds = {(run.assay, run.kind) for run in draft.runs}
    if kinds & {("proteins", kind) for kind in SPECTRA} and not draft.of_kind("fasta"):
        lines.append("config.yaml, proteins.fasta: the proteins of the organism (UniProt)")
    if ("transcripts", "fastq") in kinds and not draft.of_kind("transcripts"):
        lines.append("config.yaml, transcripts.transcriptome (Ensembl or GENCODE)")
    numbered = [f"  {number}. {line}" for number, line in enumerate(lines, 1)]
    return "\n".join(["Still to be filled in, in config/:", *numbered]) + "\n"


def _next(folder: Path) -> str:
    return (
        "Then check the study (nothing is run yet):\n"
        f"  snakemake --dry-run --directory {shlex.quote(str(folder))}"
    )
