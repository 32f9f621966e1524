"""Load a study: its config and its two sheets (or its SDRF), with every mistake told at once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from evcargo.errors import Problem, StudyError
from evcargo.files.workbooks import split_sheet
from evcargo.study.biomarkers import check_biomarkers
from evcargo.study.contrasts import check_contrasts, subjects_on_both_sides
from evcargo.study.files import check_run_files, why_no_file
from evcargo.study.inputs import Examined, examine_inputs
from evcargo.study.interpretation import check_interpretation
from evcargo.study.kits import check_kits, with_kits
from evcargo.study.metrics import check_metrics, without_room
from evcargo.study.model import Contrast, Study
from evcargo.study.notes import Notes
from evcargo.study.origins import check_origins
from evcargo.study.panels import check_panels, shipped
from evcargo.study.references import check_references
from evcargo.study.runs import check_runs
from evcargo.study.samples import check_samples
from evcargo.study.schema import check_config, read_schema
from evcargo.study.sdrf import Sdrf, in_words_of_sdrf, read_sdrf
from evcargo.study.sheets import Sheet, read_sheet
from evcargo.study.spectra import check_spectra, spectra_warnings
from evcargo.study.transcripts import check_options, check_salmon, check_transcriptome
from evcargo.study.whole_tables import expand_rows, rows_of_whole_tables


def load_study(
    config: Mapping[str, Any],
    look_inside: bool,
    schema_dir: Path | None = None,
    config_file: str = "config/config.yaml",
    own_environments: bool = False,
    with_conda: bool = False,
    resource: Callable[[str], str] = shipped,
    whole_tables: bool = False,
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
    resource
        Gives the path of a file of ``resources``; that of the checkout by default.
    whole_tables
        Whether to read all tables of other programs. Without it they are read where the files are
        looked into, but for the large ones (`evcargo.study.model.LARGEST_MB`).

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
    row_of_runs = read_schema("runs", schema_dir)
    if "rna" not in wrong:
        check_kits(filled, row_of_runs, notes)
    row_of_runs = with_kits(row_of_runs, filled)
    from_sdrf = _takes_sdrf(config, filled, notes)
    problems = list(notes.problems)
    sdrf = _open_sdrf(filled, config_file, problems) if from_sdrf else None
    sheets: dict[str, Sheet | None] = dict.fromkeys(("samples", "runs"))
    if sdrf:
        sheets = {"samples": sdrf.samples, "runs": sdrf.runs}
    elif not from_sdrf:
        sheets = {
            kind: _open_sheet(kind, filled, wrong, config_file, schema_dir, problems)
            for kind in ("samples", "runs")
        }
    samples, sample_lines = _load_samples(sheets["samples"], schema_dir, problems)
    runs, run_lines, sound = _load_runs(
        sheets, filled, row_of_runs, sample_lines, look_inside, resource, problems
    )
    last = Notes(config_file)
    examined = Examined()
    if (
        runs is not None
        and (look_inside or whole_tables)
        and not wrong & {"organism", "identifiers"}
    ):
        known = sound if look_inside else set(runs["path"])
        examined = examine_inputs(runs, run_lines, filled, resource, known, whole_tables)
        problems += examined.problems
    contrasts: tuple[Contrast, ...] = ()
    small: tuple[str, ...] = ()
    if samples is not None and runs is not None:
        contrasts = check_contrasts(filled["contrasts"], samples, runs, last)
        if not {"biomarkers", "differential", "contrasts"} & wrong:
            small = check_biomarkers(filled, contrasts, samples, runs, last)
    if runs is not None and "proteins" not in wrong:
        check_spectra(filled, runs, look_inside, with_conda, last)
    if runs is not None and not wrong & {"purity", "rna", "differential"}:
        check_metrics(filled, runs, last)
    warned: tuple[str, ...] = ()
    if look_inside:
        check_references(filled, last)
    if look_inside and runs is not None and sheets["runs"]:
        warned = _unused_columns(sheets["runs"], runs, resource)
    if look_inside and not wrong & {"purity", "organism"}:
        of_panels, more = check_panels(filled, last, resource)
        problems += of_panels
        warned += more
    if look_inside and not wrong & {"interpretation", "organism"}:
        of_interpretation, more = check_interpretation(filled, last, resource)
        problems += of_interpretation
        warned += more
    if look_inside and runs is not None and not wrong & {"interpretation", "organism"}:
        of_origins, unused = check_origins(filled, set(runs["assay"]), last, resource)
        problems += of_origins
        warned += unused
    if runs is not None and "transcripts" not in wrong:
        _check_transcripts(filled["transcripts"], runs, look_inside, own_environments, last)
    problems += last.problems
    if from_sdrf:
        problems = in_words_of_sdrf(problems, filled["sdrf"], sdrf.data_files if sdrf else {})
    if problems or samples is None or runs is None:
        raise StudyError(dict.fromkeys(problems))
    tight = without_room(filled, contrasts, samples, runs)
    shared = subjects_on_both_sides(contrasts, samples, runs)
    warnings = (*spectra_warnings(filled, samples, runs), *warned, *small, *tight, *shared)
    study = Study(filled, samples, runs, contrasts, warnings, inputs=tuple(examined.summaries))
    if sdrf:
        return replace(study, factors=sdrf.factors, data_files=sdrf.data_files)
    return study


def _unused_columns(
    sheet: Sheet, runs: pd.DataFrame, resource: Callable[[str], str]
) -> tuple[str, ...]:
    """Say which columns of tables that are given for every sample no sample takes."""
    paths = dict.fromkeys(row.cells.get("path", "") for row in rows_of_whole_tables(sheet))
    if not paths:
        return ()
    from evcargo.start.unused import columns_of_no_sample  # knows all kinds of tables

    return tuple(columns_of_no_sample(runs, list(paths), resource))


def _takes_sdrf(config: Mapping[str, Any], filled: dict[str, Any], notes: Notes) -> bool:
    """Tell whether an SDRF takes the place of the sheets, whose paths are then empty."""
    if not filled["sdrf"]:
        if filled["sdrf_folder"]:
            remedy = "Name the SDRF in sdrf, or delete sdrf_folder"
            notes.add("is given without sdrf", remedy, column="sdrf_folder")
        return False
    beside = [kind for kind in ("samples", "runs") if config.get(kind)]
    if beside:
        remedy = f"An SDRF takes the place of both sheets: delete sdrf, or {' and '.join(beside)}"
        notes.add(f"is given beside {' and '.join(beside)}", remedy, column="sdrf")
    filled |= {"samples": "", "runs": ""}
    return True


def _open_sdrf(config: Mapping[str, Any], config_file: str, problems: list[Problem]) -> Sdrf | None:
    """Read the SDRF that the config names, or None and a problem."""
    path = config["sdrf"]
    why, remedy = why_no_file(split_sheet(path)[0])
    if why:
        sdrf = None
        notes = Notes(config_file)
        notes.add(why, remedy, column="sdrf", value=path)
    else:
        notes = Notes(path)
        folder = config["sdrf_folder"] or str(Path(path).parent)
        sdrf = read_sdrf(path, folder, config["organism"], notes)
    problems += notes.problems
    return sdrf


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
    schema_dir: Path | None,
    problems: list[Problem],
) -> Sheet | None:
    """Read the sheet that the config names, or None and a problem."""
    if kind in wrong:
        return None
    schema = read_schema(kind, schema_dir)
    path = config[kind]
    why, remedy = why_no_file(split_sheet(path)[0])
    if why:
        notes = Notes(config_file)
        notes.add(why, remedy, column=kind, value=path)
        sheet = None
    else:
        notes = Notes(path)
        sheet = read_sheet(path, list(schema["properties"]), notes, required=schema["required"])
    problems += notes.problems
    return sheet


def _check_first_reads(
    config: Mapping[str, Any],
    runs: pd.DataFrame,
    lines: Mapping[str, int],
    notes: Notes,
    resource: Callable[[str], str],
) -> None:
    """Look into the reads of small RNA, if there are any: only then is their reader loaded."""
    if ((runs["assay"] == "rna") & (runs["format"] == "fastq")).any():
        from evcargo.study.first_reads import check_first_reads

        check_first_reads(config, runs, lines, notes, resource)


def _load_samples(
    sheet: Sheet | None, schema_dir: Path | None, problems: list[Problem]
) -> tuple[pd.DataFrame | None, dict[str, int] | None]:
    if sheet is None:
        return None, None
    notes = Notes(sheet.file)
    samples, lines = check_samples(sheet, read_schema("samples", schema_dir), notes)
    problems += notes.problems
    return samples, lines


def _load_runs(
    sheets: Mapping[str, Sheet | None],
    config: Mapping[str, Any],
    schema: Mapping[str, Any],
    samples: dict[str, int] | None,
    look_inside: bool,
    resource: Callable[[str], str],
    problems: list[Problem],
) -> tuple[pd.DataFrame | None, dict[str, int], set[str]]:
    """Give the runs, their lines in the sheet, and the paths that are files of the right kind."""
    sheet = sheets["runs"]
    if sheet is None:
        return None, {}, set()
    notes = Notes(sheet.file)
    sheet, whole = expand_rows(sheet, samples, notes)
    if not whole and not sheet.rows:
        problems += notes.problems
        return None, {}, set()
    runs, lines = check_runs(sheet, schema, samples, notes)
    sound: set[str] = set()
    if look_inside:
        sound = check_run_files(runs, lines, notes)
        _check_first_reads(config, runs, lines, notes, resource)
    problems += notes.problems
    if sheets["samples"] and samples and sheet.rows and whole:
        used = {row.cells["sample"] for row in sheet.rows}
        unused = Notes(sheets["samples"].file)
        for name in (one for one in samples if one not in used):
            remedy = f"Add its runs to {sheet.file}, or delete it from the sample sheet"
            unused.add("has no run", remedy, samples[name], "sample", name)
        problems += unused.problems
    return runs, lines, sound
