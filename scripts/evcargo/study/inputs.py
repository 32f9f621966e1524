"""The tables that a study names, read as the import will read them, before any job runs."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from evcargo.errors import Problem
from evcargo.files.summary import COLUMNS, InputSummary
from evcargo.study.model import RAW, is_large
from evcargo.study.notes import Notes, listed

Problems = Mapping[str, tuple[str, ...]]
"""Run -> message, remedy, and the column of the run sheet that it is about (else `column`)."""
MAX_LINES = 10
NAMED_MARKERS = 6
SOURCES = {
    "proteins": "UniProt, HGNC, Ensembl",
    "transcripts": "HGNC, Ensembl",
    "rna": "miRBase and names of RNA classes",
}


Examine = Callable[[pd.DataFrame, Collection[str]], tuple[list[InputSummary], Problems]]


@dataclass
class Examined:
    """What the tables of a study hold.

    Parameters
    ----------
    summaries
        What was understood of each table and assay.
    problems
        What the import would stop at.
    """

    summaries: list[InputSummary] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def examine_inputs(
    runs: pd.DataFrame,
    lines: Mapping[str, int],
    config: Mapping[str, Any],
    resource: Callable[[str], str],
    sound: Collection[str],
    whole: bool,
) -> Examined:
    """Read the tables of a study, and tell what they hold and what is wrong with them.

    Parameters
    ----------
    runs
        Contract ``runs``.
    lines
        Line in the run sheet of each ``assay/run``.
    config
        The config with its defaults.
    resource
        Gives the path of a shipped file.
    sound
        Paths that are files of the right kind; what the others are has another check said.
    whole
        Whether tables larger than `evcargo.study.model.LARGEST_MB` are read too.
    """
    examined = Examined()
    tables = runs[~runs["format"].isin(RAW) & runs["path"].isin(sound)]
    large = [path for path in tables["path"].unique() if not whole and is_large(path)]
    for assay, of_assay in tables.groupby("assay", sort=False):
        notes = Notes(str(config["runs"] or config["sdrf"]))
        examine = _examiner(str(assay), config, resource)
        summaries, problems = examine(of_assay, frozenset(large))
        cells = of_assay.set_index("run")[["column", "path"]].fillna("")
        for run, (message, remedy, *about) in problems.items():
            column = about[0] if about else "column"
            line = lines.get(f"{assay}/{run}", 0)
            notes.add(message, remedy, line, column, cells.loc[run, column])
        for summary in summaries:
            first = of_assay.loc[of_assay["path"] == summary.path, "run"].iloc[0]
            _check_recognised(summary, config, lines.get(f"{assay}/{first}", 0), notes)
        examined.summaries += summaries
        examined.problems += notes.problems
    return examined


def _examiner(assay: str, config: Mapping[str, Any], resource: Callable[[str], str]) -> Examine:
    """Give what reads the tables of an assay; what it needs is loaded only where it is needed."""
    organism = str(config["organism"])
    if assay == "particles":
        from evcargo.particles.examine import examine_size_tables

        return examine_size_tables
    if assay == "proteins":
        from evcargo.identifiers.genes import read_genes
        from evcargo.proteins.tables.check import protein_examiner

        genes = read_genes(resource(f"identifiers/{organism}_genes.tsv.xz"), organism)
        return protein_examiner(config, resource, genes)
    from evcargo.study.count_tables import read_count_tables

    return lambda runs, large: read_count_tables(runs, assay, organism, resource, large)


def _check_recognised(
    summary: InputSummary, config: Mapping[str, Any], line: int, notes: Notes
) -> None:
    """Write down a table of which too few identifiers are known."""
    least = config["identifiers"]["min_recognised"]
    enough = (summary.recognised or 0) >= least * (summary.identifiers or 0)
    if not summary.identifiers or enough or summary.markers:
        return
    notes.add(
        f"holds {summary.identifiers:,} identifiers, of which {summary.recognised or 0:,} are known"
        f" for {config['organism']} ({SOURCES.get(summary.assay, '')}); column"
        f" {summary.identifier_column!r} was taken for them",
        "Check the organism in the config and whether the table has a column with UniProt"
        " accessions, gene symbols, Ensembl ids or miRBase names; with identifiers.min_recognised"
        " 0 in the config the study runs, but its purity is not assessed by name",
        line,
        "path",
        summary.path,
    )


def inputs_table(summaries: Iterable[InputSummary]) -> pd.DataFrame:
    """Give the contract ``inputs``."""
    return pd.DataFrame([asdict(one) for one in summaries], columns=list(COLUMNS))


def describe_inputs(summaries: Iterable[InputSummary]) -> list[str]:
    """Say in a few lines what was understood: at most `MAX_LINES`, files that are alike in one."""
    alike: dict[tuple[str, str], list[str]] = {}
    for one in summaries:
        alike.setdefault((one.assay, _described(one)), []).append(Path(one.path).name)
    texts = [f"{assay}, {_files(names)}: {text}" for (assay, text), names in alike.items()]
    if len(texts) > MAX_LINES:
        more = len(texts) - MAX_LINES + 1
        return [*texts[: MAX_LINES - 1], f"and {more} more: see results/study/inputs.tsv"]
    return texts


def _files(names: list[str]) -> str:
    return listed(names, 1) if len(names) == 1 else f"{len(names)} files ({names[0]} ...)"


def _described(one: InputSummary) -> str:
    """Say what one table was understood as, without what differs from file to file."""
    parts = [
        f"read as {one.program}" + (f" (by {one.recognised_by})" if one.recognised_by else ""),
        f"{one.quantity}" if one.quantity else "",
        f"{one.scale} scale ({one.scale_reason})" if one.scale and one.scale != "counts" else "",
        f"decimal {one.decimal_sign}" if one.decimal_sign == "comma" else "",
        f"thousands {one.thousands_sign}" if one.thousands_sign else "",
        _recognised(one),
        f"left out: {one.dropped_rows}" if one.dropped_rows else "",
        f"IMPUTED: {one.imputed}" if one.imputed else "",
        one.notes,
    ]
    return "; ".join(part for part in parts if part)


def _recognised(one: InputSummary) -> str:
    if one.identifiers is None:
        return ""
    known = f"{one.recognised or 0:,} of {one.identifiers:,} identifiers known"
    kind = f" ({one.identifier_type})" if one.identifier_type else ""
    markers = one.markers.split(", ") if one.markers else []
    named = f"; markers {listed(markers, NAMED_MARKERS)}" if markers else "; no marker among them"
    return known + kind + named
