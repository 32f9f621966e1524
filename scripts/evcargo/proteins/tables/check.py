"""What the dry run finds in the protein tables of a study: the import's own reading, and no more.

No error of a table may first appear in a job, so that the same functions read it here. Only what
takes long and cannot fail (roll-up to proteins, normalisation) is left to the job.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from evcargo.errors import EvcargoError, refusal
from evcargo.files.summary import InputSummary
from evcargo.identifiers.genes import Genes
from evcargo.proteins.tables.columns import Choice, stated_in, wanted_names
from evcargo.proteins.tables.contents import Content, read_content
from evcargo.proteins.tables.groups import describe
from evcargo.proteins.tables.names import first_of, members, without_isoform
from evcargo.proteins.tables.naming import Namings
from evcargo.proteins.tables.notes import ev_markers, notes_on, notes_on_dates
from evcargo.proteins.tables.quantify import grouped, refuse_two_levels
from evcargo.proteins.tables.reader import Reader
from evcargo.proteins.tables.study import (
    open_reader,
    refuse_empty,
    refuse_mixed,
    refuse_other_host,
    tagged,
    taxa_of,
)
from evcargo.purity.markers import match, read_panels

DECISIVE = ("tetraspanin", "escrt", "misev2018_1a", "misev2018_1b", "misev2018_2a", "misev2018_3a")
"""Panels by which a preparation is judged to hold EVs."""
NAMED_TAXA = 3
SIGNS = {".": "point", ",": "comma", "": ""}
Problem = tuple[str, str]


@dataclass
class _Examined:
    """What was found so far: summaries, problems by run, and what the readable tables hold."""

    summaries: list[InputSummary] = field(default_factory=list)
    problems: dict[str, Problem] = field(default_factory=dict)
    contents: list[Content] = field(default_factory=list)


def examine_protein_tables(
    runs: pd.DataFrame,
    genes: Genes,
    panels: pd.DataFrame,
    contaminants: pd.DataFrame,
    header_only: Collection[str] = (),
) -> tuple[list[InputSummary], dict[str, Problem]]:
    """Read the protein tables of a study as the import will, and tell what is wrong with them.

    Parameters
    ----------
    runs
        Run sheet (contract ``runs``), tables of proteins only.
    genes
        Genes of the organism of the study.
    panels
        Marker panels (`evcargo.purity.markers.read_panels`).
    contaminants
        The shipped contaminants (accession, taxon).
    header_only
        Tables that are too large to be read now: only their header is held against the run sheet.

    Returns
    -------
    summaries : list of InputSummary
        What was understood of each table that could be opened, in the order of the run sheet.
    problems : dict
        Run -> message and remedy; a table that cannot be used at all is told at its first run.
    """
    found = _Examined()
    namings = Namings(genes, taxa_of(contaminants))
    for path, rows in runs.groupby("path", sort=False):
        _examine(found, str(path), rows, namings, panels, str(path) in header_only)
    first = {str(path): str(rows["run"].iloc[0]) for path, rows in runs.groupby("path")}
    try:
        refuse_mixed(found.contents, runs)
        refuse_two_levels(found.contents, runs)
        if found.contents and len(found.summaries) == len(found.contents):
            refuse_empty(found.contents, runs)
    except EvcargoError as error:
        named = [path for path in first if path in str(error)]
        at = min(named, key=str(error).index, default=str(runs["path"].iloc[0]))
        found.problems.setdefault(first[at], refusal(error))
    return found.summaries, found.problems


def protein_examiner(
    config: Mapping[str, Any], resource: Callable[[str], str], genes: Genes
) -> Callable[[pd.DataFrame, Collection[str]], tuple[list[InputSummary], dict[str, Problem]]]:
    """Prepare `examine_protein_tables` for a study.

    Parameters
    ----------
    config
        The config with its defaults.
    resource
        Gives the path of a shipped file.
    genes
        Genes of the organism of the study.

    Returns
    -------
    callable
        Takes the runs of protein tables, and the tables of which only the header is to be read.
    """
    own = config["purity"]["panels"]
    paths = [resource("markers/panels.tsv"), *([own] if own else [])]
    panels = read_panels(paths, config["organism"])
    contaminants = pd.read_csv(
        resource("proteins/contaminants.tsv"), sep="\t", dtype=str, keep_default_na=False
    )

    def examine(
        runs: pd.DataFrame, header_only: Collection[str]
    ) -> tuple[list[InputSummary], dict[str, Problem]]:
        return examine_protein_tables(runs, genes, panels, contaminants, header_only)

    return examine


def _examine(
    found: _Examined,
    path: str,
    rows: pd.DataFrame,
    namings: Namings,
    panels: pd.DataFrame,
    header_only: bool,
) -> None:
    """Examine one table."""
    wanted = wanted_names(rows)
    summary = InputSummary(path, "proteins")
    try:
        reader = open_reader(path, rows, namings.genes)
        summary = _recognised(summary, reader)
        choice = reader.choose(wanted, header_only)
        found.problems |= {run: (w.message, w.remedy) for run, w in choice.wrong.items()}
        summary = replace(summary, sample_columns=len(choice.runs))
        if not header_only and choice.runs:
            content = read_content(reader, choice, stated_in(rows, "scale"))
            found.contents.append(content)
            summary = _described(summary, content, choice, namings, panels)
    except EvcargoError as error:
        free = next((run for run in wanted if run not in found.problems), next(iter(wanted)))
        found.problems[free] = refusal(error)
    found.summaries.append(summary)


def _recognised(summary: InputSummary, reader: Reader) -> InputSummary:
    one, table = reader.one, reader.table
    told = [column for names in one.needs if (column := table.column(names))]
    if one.annotated:
        told = ["lines that begin with #!{", *told]
    by = "column " + ", ".join(told[:3]) if told else "one column per run and one of identifiers"
    program = one.title + (f", {table.program}" if table.program else "")
    return replace(summary, program=program, recognised_by=by, encoding=table.encoding)


def _described(
    summary: InputSummary,
    content: Content,
    choice: Choice,
    namings: Namings,
    panels: pd.DataFrame,
) -> InputSummary:
    """Fill in what the content of a table tells."""
    naming = namings.of(content.identifier)
    about = content.groups
    if content.format.level != "protein":
        about = grouped([content], namings.genes.organism)[1]
    proteins = tagged(describe(content.table.path, about, naming), namings.taxa)
    refuse_other_host(content.table.path, proteins, namings.genes.organism)
    names = zip(proteins["accessions"], proteins["gene"], proteins["taxon"], strict=True)
    known = [
        taxon in ("", naming.host)
        and (naming.is_known(members(accessions), gene) or naming.is_stated(accessions, taxon))
        for accessions, gene, taxon in names
    ]
    decimal, thousands = content.style
    return replace(
        summary,
        rows=content.funnel.total,
        quantity=content.quantity.partition(",")[0],
        quantity_reason=_why_quantity(content, choice),
        scale=content.scale.name,
        scale_reason=content.scale.reason,
        decimal_sign=SIGNS[decimal],
        thousands_sign=SIGNS[thousands],
        identifier_column=content.identifier.column,
        identifier_type=content.identifier.kind,
        identifiers=len(proteins),
        recognised=int((pd.Series(known, proteins.index) | proteins["is_contaminant"]).sum()),
        markers=", ".join(_markers(proteins, panels)),
        dropped_rows=content.funnel.dropped,
        imputed=content.imputed,
        notes="; ".join(
            [
                *_empty_samples(content),
                *_other_organism(content, namings.genes),
                *_other_taxa(proteins, naming.host),
                *notes_on_dates(proteins, naming),
                *notes_on(content, ev_markers(panels)),
            ]
        ),
    )


def _why_quantity(content: Content, choice: Choice) -> str:
    """Say why this quantity was taken."""
    one = content.format
    if one.family == "matrix":
        return "columns that the run sheet names"
    if len(one.quantities) < 2:
        return f"the quantity of {one.title}"
    ranked = ", ".join(pattern.replace("{run}", "...") for pattern in one.quantities)
    how = {match.matched_by for match in choice.runs.values()}
    return f"the first of {ranked} that the table has and that is not empty; runs by {_words(how)}"


def _words(texts: Collection[str]) -> str:
    return " and ".join(sorted(texts))


def _markers(proteins: pd.DataFrame, panels: pd.DataFrame) -> list[str]:
    """Markers of the decisive panels that lead a group, those of the first panels first."""
    decisive = panels[panels["panel"].isin(DECISIVE)]
    symbols = {one for names in decisive["symbols"] for one in names}
    accessions = {one for names in decisive["accessions"] for one in names}
    first = first_of(proteins["gene"]).str.upper()
    plain = without_isoform(first_of(proteins["accessions"]))
    found = match(proteins[first.isin(symbols) | plain.isin(accessions)], decisive)
    found = found[found["leading"]]
    order = found["panel"].map({name: number for number, name in enumerate(DECISIVE)})
    return list(dict.fromkeys(found.loc[order.sort_values(kind="stable").index, "gene"]))


def _empty_samples(content: Content) -> list[str]:
    """Name the runs without any quantity."""
    empty = [run for run in content.choice.runs if run not in content.filled_runs]
    if not empty:
        return []
    return [f"no protein has a quantity in {', '.join(empty)}: carried as failed"]


def _other_organism(content: Content, genes: Genes) -> list[str]:
    """Say that a table seems to be of another organism than the study."""
    column = content.identifier
    if column.species:
        return [f"most identifiers name {column.species}, but the study is of {genes.organism}"]
    if column.other_case:
        return [
            f"most gene symbols are not written as those of {genes.organism} are (CD9 is human, Cd9"
            " mouse or rat): check the organism in the config"
        ]
    return []


def _other_taxa(proteins: pd.DataFrame, host: str) -> list[str]:
    """Say how many proteins are stated to be of other organisms, contaminants aside."""
    taxa = proteins.loc[~proteins["is_contaminant"].astype(bool), "taxon"].astype(str)
    others = taxa[~taxa.isin(["", host])]
    if others.empty:
        return []
    common = others.value_counts().head(NAMED_TAXA)
    named = ", ".join(f"{taxon}: {count:,}" for taxon, count in common.items())
    return [
        f"{len(others):,} of {len(taxa):,} proteins are of other organisms (NCBI taxon {named}) and"
        " count as foreign"
    ]
