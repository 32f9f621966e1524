"""Write the three files of a study that was drafted from its files."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from evcargo.start.design import proposed_contrasts
from evcargo.start.draft import Draft, DraftRun
from evcargo.start.hints import biofluid_hint, material_hints
from evcargo.study.names import made_safe
from evcargo.study.schema import read_schema
from evcargo.study.whole_tables import EVERY

ORIGINAL = "original_name"
NEEDED = ("sample", "assay", "path")


def written_path(path: str, folder: Path) -> str:
    """Path as the run sheet has it: relative to the study where the file is near it."""
    absolute, study = Path(path).absolute(), folder.absolute()
    near = study.parent if study.parent != study.parent.parent else study
    return os.path.relpath(absolute, study) if absolute.is_relative_to(near) else str(absolute)


def config_text(draft: Draft, folder: Path) -> str:
    """Text of `config.yaml`; contrasts are proposed in comments."""
    organism = draft.organism or "human"
    reason = f"by {draft.organism_reason}" if draft.organism else "assumed, as no name tells it"
    parts = [
        "# The study. Every option that is not written here has its default; config/README.md of\n"
        "# evcargo lists them all.\n",
        f"study: {_plain(made_safe(folder.absolute().name))}\n"
        f"organism: {organism}   # {reason}. Check it: human, mouse or rat\n"
        "samples: config/samples.tsv\nruns: config/runs.tsv\n",
        _sdrf_text(draft, folder),
        _contrasts_text(draft.design.groups),
        _references_text(draft, folder),
    ]
    return "\n".join(part for part in parts if part)


def _plain(text: str) -> str:
    """Write a text as YAML."""
    return yaml.safe_dump(text, allow_unicode=True, width=1000).removesuffix("...\n").strip()


def _contrasts_text(groups: Sequence[str]) -> str:
    contrasts = proposed_contrasts(groups)
    about = (
        "# What is compared, proposed from the groups that were guessed from the names. A positive"
        " log2\n# fold change means more in test than in reference.\n"
    )
    if not contrasts:
        about = "# What is compared. Fill in the column condition of the sample sheet first.\n"
        contrasts = [("tumour_v_healthy", "tumour", "healthy")]
    lines = [
        f"#   - {{name: {_plain(name)}, column: condition, test: {_plain(test)},"
        f" reference: {_plain(reference)}}}\n"
        for name, test, reference in contrasts
    ]
    head = "contrasts: []   # delete the [] and take the # from the lines that you want:\n"
    return "".join([about, head, *lines])


def _sdrf_text(draft: Draft, folder: Path) -> str:
    files = draft.of_kind("sdrf")
    if not files:
        return ""
    path = _plain(written_path(files[0].path, folder))
    return (
        "# An SDRF was found. It can take the place of both sheets where all runs are spectra of\n"
        f"# proteins; then delete samples and runs above.\n# sdrf: {path}\n"
    )


def _references_text(draft: Draft, folder: Path) -> str:
    """Sequences that the runs need, and those that were found."""
    text = ""
    if any(run.kind in ("mzml", "mgf", "thermo") for run in draft.runs):
        text += _reference(draft, folder, "proteins", "fasta", "fasta")
    if any(run.assay == "transcripts" and run.kind == "fastq" for run in draft.runs):
        text += _reference(draft, folder, "transcripts", "transcriptome", "transcripts")
    return text


def _reference(draft: Draft, folder: Path, section: str, option: str, kind: str) -> str:
    files = draft.of_kind(kind)
    if files:
        return f"{section}:\n  {option}: {_plain(written_path(files[0].path, folder))}\n"
    what = {
        "fasta": "the proteins of the organism, from UniProt",
        "transcripts": "all transcripts of the organism, from Ensembl or GENCODE",
    }[kind]
    return (
        f"# STILL TO BE FILLED IN: {what}. Take the # away.\n"
        f"# {section}:\n#   {option}: fasta/{draft.organism or 'human'}.fasta\n"
    )


def samples_text(draft: Draft) -> str:
    """Text of `samples.tsv`; a guess is marked as one in the comments."""
    options = read_schema("samples")["properties"]
    renamed = any(name != sample for sample, name in draft.samples.items())
    columns = ["sample", *([ORIGINAL] if renamed else []), *list(options)[1:]]
    rows = [
        {
            "sample": sample,
            ORIGINAL: _cell(name),
            "material": "ev",
            "condition": draft.design.conditions.get(sample, ""),
            "subject": draft.design.subjects.get(sample, ""),
        }
        for sample, name in draft.samples.items()
    ]
    comments = ["One row per preparation. Lines that start with # are comments."]
    comments += [*_about(options, options), "", *_sample_notes(draft, renamed)]
    return _sheet(comments, columns, rows)


def _sample_notes(draft: Draft, renamed: bool) -> list[str]:
    """Say what was guessed, and what only the user knows."""
    notes = []
    if renamed:
        notes.append(f"{ORIGINAL} is what the files call the sample; the column may be deleted.")
    if draft.design.conditions:
        notes.append(
            f"condition is GUESSED from {draft.design.reason.partition(';')[0]}: check every row."
        )
    else:
        notes.append("condition: the names do not tell the groups. Fill it in.")
    if draft.design.subjects:
        notes.append(
            f"subject is GUESSED too ({draft.design.reason.partition('; ')[2]}): samples of one"
            " subject are compared as pairs."
        )
    hint = biofluid_hint([*draft.samples.values(), *(file.path for file in draft.files)])
    notes.append(f"biofluid: fill it in{f' ({hint})' if hint else ''}.")
    hints = material_hints(draft.samples.values())
    notes += [f"material is ev everywhere, but {hint}." for hint in hints[:10]]
    return notes


def _cell(text: str) -> str:
    """Write a name of a file as a cell, so that no spreadsheet calculates it."""
    plain = re.sub(r"\s+", " ", text)
    return f"'{plain}" if plain.startswith(("=", "+", "-", "@", "#")) else plain


def runs_text(draft: Draft, folder: Path) -> str:
    """Text of `runs.tsv`, with what was left out in its comments."""
    options = read_schema("runs")["properties"]
    rows = _run_rows(draft, folder)
    usual = ("", "1")  # in every row: the column is not needed
    used = [
        name
        for name in options
        if name in NEEDED or any(row.get(name, "") not in usual for row in rows)
    ]
    comments = [
        "One row per file. A row with sample * takes all samples of the sample sheet from a table.",
        *_about(options, used),
        f"Further columns: {', '.join(name for name in options if name not in used)}"
        " (config/README.md of evcargo).",
    ]
    if draft.left_out:
        comments += ["", "Left out:"]
        comments += [
            f"  {written_path(file.path, folder)}: {file.reason}" for file in draft.left_out
        ]
    return _sheet(comments, used, rows)


def _run_rows(draft: Draft, folder: Path) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    done: set[str] = set()
    for run in draft.runs:
        if run.path not in draft.whole_tables:
            rows.append(_run_row(run, run.sample, folder))
        elif run.path not in done:
            rows.append(_run_row(run, EVERY, folder))
            done.add(run.path)
    return rows


def _run_row(run: DraftRun, sample: str, folder: Path) -> dict[str, str]:
    return {
        "sample": sample,
        "assay": run.assay,
        "path": written_path(run.path, folder),
        "fraction": str(run.fraction),
        "replicate": str(run.replicate),
        "column": "" if sample == EVERY else run.column,
    }


def _about(options: Mapping[str, Any], names: Sequence[str] | Mapping[str, Any]) -> list[str]:
    """Say of each column what it is."""
    width = max(map(len, names))
    return [f"{name:<{width}}  {first_sentence(options[name])}" for name in names]


def first_sentence(option: Mapping[str, Any]) -> str:
    """First sentence of a description, and the words of a list that it does not name."""
    sentence = re.split(r"(?<!e\.g)\. ", option["description"])[0].rstrip(".")
    words = option.get("enum", [])
    named = all(re.search(rf"\b{word}\b", sentence) for word in words)
    return sentence if named else f"{sentence} ({', '.join(words)})"


def _sheet(
    comments: Sequence[str], columns: Sequence[str], rows: Sequence[Mapping[str, str]]
) -> str:
    above = "".join(f"# {line}".rstrip() + "\n" for line in comments)
    lines = ["\t".join(row.get(name, "") for name in columns) for row in rows]
    return above + "\n".join(["\t".join(columns), *lines]) + "\n"
