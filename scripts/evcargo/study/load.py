"""Load a study: its config and its two sheets, with every mistake told at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from evcargo.errors import Problem, StudyError
from evcargo.study.design import check_contrasts
from evcargo.study.files import check_run_files, why_no_file
from evcargo.study.model import Contrast, Study
from evcargo.study.notes import Notes
from evcargo.study.references import check_references
from evcargo.study.runs import check_runs
from evcargo.study.samples import check_samples
from evcargo.study.schema import check_config, read_schema
from evcargo.study.sheets import Sheet, read_sheet
from evcargo.study.spectra import check_spectra, spectra_warnings
from evcargo.study.transcripts import check_options, check_salmon, check_transcriptome


def load_study(
    config: Mapping[str, Any],
    look_inside: bool,
    schema_dir: Path | None = None,
    config_file: str = "config/config.yaml",
    own_environments: bool = False,
    with_conda: bool = False,
) -> Study:
    """Load and check a study.

    Parameters
    ----------
    config
        The config as Snakemake gives it. It is not changed.
    look_inside
        Whether to look for the files that the sheets name, and into their first kilobytes. Jobs do
        not: the main process has done it, and a job may not have all files at hand.
    schema_dir
        Folder with ``config.schema.yaml``, ``samples.schema.yaml`` and ``runs.schema.yaml``; that
        of the checkout by default.
    config_file
        What to call the config in messages.
    own_environments
        Whether the jobs run in environments of their own (conda, a container), so that a program
        that is not installed here is none the less there.
    with_conda
        Whether they are conda environments, which hold what the container image does not.

    Returns
    -------
    Study
        Config with its defaults, both sheets, and the contrasts.

    Raises
    ------
    StudyError
        With every problem of the config, the sheets and the files.
    """
    notes = Notes(config_file)
    filled, wrong = check_config(config, read_schema("config", schema_dir), notes)
    problems = list(notes.problems)
    samples, sample_lines = _load_samples(filled, wrong, config_file, schema_dir, problems)
    runs, run_lines = _load_runs(
        filled, wrong, config_file, schema_dir, sample_lines, look_inside, problems
    )
    last = Notes(config_file)
    contrasts: tuple[Contrast, ...] = ()
    if samples is not None and runs is not None:
        contrasts = check_contrasts(filled["contrasts"], samples, runs, last)
    if runs is not None and "proteins" not in wrong:
        check_spectra(filled, runs, look_inside, with_conda, last)
    if look_inside:
        check_references(filled, last)
    if runs is not None and "transcripts" not in wrong:
        _check_transcripts(filled["transcripts"], runs, look_inside, own_environments, last)
    problems += last.problems
    if problems or samples is None or runs is None:
        raise StudyError(dict.fromkeys(problems))
    return Study(filled, samples, runs, contrasts, spectra_warnings(filled, samples, runs))


def _check_transcripts(
    options: Mapping[str, Any],
    runs: pd.DataFrame,
    look_inside: bool,
    own_environments: bool,
    notes: Notes,
) -> None:
    """Write down what the reads of long RNA lack, if the study has any."""
    if not ((runs["assay"] == "transcripts") & (runs["format"] == "fastq")).any():
        return
    check_options(options, notes)
    if look_inside:
        check_transcriptome(options, notes)
        if not own_environments:
            check_salmon(notes)


def _open_sheet(
    kind: str,
    config: Mapping[str, Any],
    wrong: set[str],
    config_file: str,
    known: list[str],
    problems: list[Problem],
) -> Sheet | None:
    """Read the sheet that the config names, or None and a problem."""
    if kind in wrong:
        return None
    path = config[kind]
    why, remedy = why_no_file(path)
    if why:
        notes = Notes(config_file)
        notes.add(why, remedy, column=kind, value=path)
        sheet = None
    else:
        notes = Notes(path)
        sheet = read_sheet(path, known, notes)
    problems += notes.problems
    return sheet


def _load_samples(
    config: Mapping[str, Any],
    wrong: set[str],
    config_file: str,
    schema_dir: Path | None,
    problems: list[Problem],
) -> tuple[pd.DataFrame | None, dict[str, int] | None]:
    schema = read_schema("samples", schema_dir)
    sheet = _open_sheet("samples", config, wrong, config_file, list(schema["properties"]), problems)
    if sheet is None:
        return None, None
    notes = Notes(sheet.file)
    samples, lines = check_samples(sheet, schema, notes)
    problems += notes.problems
    return samples, lines


def _load_runs(
    config: Mapping[str, Any],
    wrong: set[str],
    config_file: str,
    schema_dir: Path | None,
    samples: dict[str, int] | None,
    look_inside: bool,
    problems: list[Problem],
) -> tuple[pd.DataFrame | None, dict[str, int]]:
    schema = read_schema("runs", schema_dir)
    sheet = _open_sheet("runs", config, wrong, config_file, list(schema["properties"]), problems)
    if sheet is None:
        return None, {}
    notes = Notes(sheet.file)
    runs, lines = check_runs(sheet, schema, samples, notes)
    if look_inside:
        check_run_files(runs, lines, config["organism"], notes)
    problems += notes.problems
    if samples and sheet.rows:
        used = {row.cells["sample"] for row in sheet.rows}
        unused = Notes(config["samples"])
        for name in (one for one in samples if one not in used):
            remedy = f"Add its runs to {sheet.file}, or delete it from the sample sheet"
            unused.add("has no run", remedy, samples[name], "sample", name)
        problems += unused.problems
    return runs, lines
