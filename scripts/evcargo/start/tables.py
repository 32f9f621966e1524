"""Which program wrote a table, and what it calls its samples."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import islice

from evcargo.counts.formats import program_by_rows
from evcargo.counts.formats import recognise as recognise_counts
from evcargo.counts.layout import Layout, read_head
from evcargo.errors import EvcargoError, cause_and_remedy
from evcargo.files.run_names import step_stem
from evcargo.files.text_tables import TextTable, read_text_table
from evcargo.proteins.tables.engines import FORMATS
from evcargo.proteins.tables.formats import RUN, Format, by_run
from evcargo.proteins.tables.formats import recognise as recognise_proteins
from evcargo.proteins.tables.opening import open_table
from evcargo.proteins.tables.table import Table
from evcargo.start.recognised import NotRecognised, Recognised
from evcargo.start.sample_columns import (
    OF_ONE,
    are_numbers,
    is_about_features,
    is_missing,
    no_samples,
)
from evcargo.start.sizes import size_runs
from evcargo.study.notes import listed
from evcargo.study.panels import known_symbols, shipped

HEAD_ROWS = 300
FEWEST_FEATURES = 10
"""Columns of RNAs from which a table is taken for one with its samples in rows."""
MOST_RUNS = 5000
KNOWN_SHARE = 0.3
"""Share of the names of a column that must be known for it to name features."""
LARGEST_MEDIAN_COUNT = 20_000
LEVELS = {"protein": 0, "ion": 1, "psm": 2}
GENERIC = "count table"
Names = tuple[str, ...]
Reasons = tuple[tuple[str, str], ...]
_FORMS = (
    ("rna", re.compile(r"\"?([a-z]{3,4}-)?(mir|let|mirlet)-?\d", re.IGNORECASE)),
    ("rna", re.compile(r"(\w{3}-)?(piR-|tRF-|tiRNA|tRNA-|tDR-|MIMAT\d|MI\d{7})", re.IGNORECASE)),
    ("transcripts", re.compile(r"(ENS[A-Z]*[GT]\d{8,}|N[MR]_\d+|X[MR]_\d+)")),
    ("proteins", re.compile(r"ENS[A-Z]*P\d{8,}|N[P]_\d+|XP_\d+")),
    (
        "proteins",
        re.compile(
            r"((sp|tr)\|)?([OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d([A-Z][A-Z0-9]{2}\d){1,2})(-\d+)?\b"
        ),
    ),
    ("proteins", re.compile(r"[A-Z0-9]{1,10}_(HUMAN|MOUSE|RAT|BOVIN)\b")),
)
_PROTEIN_TITLES = {"protein", "proteins", "protein id", "protein ids", "protein_id", "accession"}
_TITLES = _PROTEIN_TITLES | {
    "gene",
    "genes",
    "gene_id",
    "gene id",
    "geneid",
    "gene symbol",
    "symbol",
}
# Columns of which a table of results has several.
_OF_RESULTS = re.compile(
    r"p|fdr|padj|.*p[-_. ]?val(ue)?s?|.*q[-_. ]?val(ue)?s?|adj[-_. ]?p.*|log2?(2)?[-_. ]?fc"
    r"|.*fold[-_. ]?change|aveexpr|basemean|lfcse|stat|logcpm|dispersion|t-?statistic"
)
Resource = Callable[[str], str]
"""Gives the path of a shipped file: of a fetched workflow, only those it asks for are there."""
COPY = "copy its columns into samples.tsv"
OF_SAMPLES = {"sample", "samples", "sample id", "sample_id", "sampleid", "sample name"}
_OF_PEOPLE = {
    "condition",
    "group",
    "patient",
    "subject",
    "age",
    "sex",
    "gender",
    "batch",
    "treatment",
}


def recognise_text(path: str, resource: Resource = shipped) -> Recognised | NotRecognised:
    """Tell what a text table is (see `recognise_input`)."""
    try:
        table = read_text_table(path)
    except EvcargoError as error:
        return NotRecognised(path, _cause(error, path))
    names = {name.casefold() for name in table.columns}
    if "source name" in names and any(name.startswith("comment[data file") for name in names):
        return Recognised(path, "", "sdrf", "SDRF-Proteomics")
    try:
        sizes = size_runs(path)
    except EvcargoError as error:
        return NotRecognised(path, _cause(error, path))
    if sizes is not None:
        return Recognised(path, "particles", "sizes", sizes.program, sizes.runs)
    try:
        recognised = _proteins(path, table) or _counts(path, table)
    except EvcargoError as error:
        return NotRecognised(path, _cause(error, path))
    return recognised or _plain(path, table, names, resource)


def _plain(
    path: str, table: TextTable, names: set[str], resource: Resource
) -> Recognised | NotRecognised:
    """Tell what a table is that no known program wrote; `names` are its columns in lower case."""
    turned = _samples_in_rows(path, table, resource)
    if turned:
        return turned
    if names & OF_SAMPLES or len(names & _OF_PEOPLE) > 1:
        return NotRecognised(path, f"looks like a list of samples: {COPY}")
    if sum(_OF_RESULTS.fullmatch(name) is not None for name in names) > 1:
        return NotRecognised(path, "holds results of a comparison, no quantities of samples")
    recognised = _matrix(path, table, resource)
    if recognised:
        return recognised
    try:
        list(islice(table.rows(), HEAD_ROWS))
    except EvcargoError as error:
        return NotRecognised(path, _cause(error, path))
    if table.delimiter == " ":
        return NotRecognised(path, "is text, but no table of proteins, RNAs or particle sizes")
    return NotRecognised(
        path,
        "its header is that of no known program, and its names are not those of proteins or RNAs"
        f" with a column of numbers for each sample ({listed(table.columns, 4)})",
    )


def recognise_protein_file(path: str) -> Recognised | NotRecognised:
    """Tell what a Parquet or mzIdentML file is."""
    try:
        table = open_table(path)
        form = recognise_proteins(table, "auto", FORMATS)
    except EvcargoError as error:
        return NotRecognised(path, _cause(error, path))
    return _of_format(path, table, form)


def _proteins(path: str, head: TextTable) -> Recognised | None:
    """Table of a program of proteomics; plain matrices are left to `_matrix`."""
    try:
        table = open_table(path)
        form = recognise_proteins(table, "auto", FORMATS)
    except EvcargoError:
        return None
    return None if form.family == "matrix" else _of_format(path, table, form)


def _of_format(path: str, table: Table, form: Format) -> Recognised:
    runs, others = (_values(table, form), ()) if form.is_long else _run_columns(table, form)
    rank = LEVELS[form.level]
    return Recognised(path, "proteins", "table", form.title, runs, rank=rank, no_samples=others)


def _run_columns(table: Table, form: Format) -> tuple[Names, Reasons]:
    """Give the runs of a wide table, by its best quantity, and columns that are no runs."""
    recognised = by_run(table.columns, form.quantities)
    pattern = next((pattern for pattern in form.quantities if recognised[pattern]), "")
    names = recognised.get(pattern, {})
    if pattern != RUN:
        return tuple(names), ()
    described = {*form.describing, *form.unique, *(step.column.casefold() for step in form.filters)}
    numbers = {
        name: cells
        for name, cells in _number_columns(table).items()
        if name in names and name.casefold() not in described and not is_about_features(name)
    }
    reasons = no_samples(numbers, table.path)
    return tuple(name for name in numbers if name not in reasons), tuple(reasons.items())


def _values(table: Table, form: Format) -> tuple[str, ...]:
    """Give the runs of a long table: the values of its run column."""
    column = table.column(form.run)
    if column is None:
        return ()
    runs: dict[str, None] = {}
    for chunk in table.chunks([column]):
        runs |= dict.fromkeys(str(name) for name in chunk[column].drop_duplicates() if name)
        if len(runs) > MOST_RUNS:
            break
    return tuple(runs)


def _number_columns(table: Table) -> dict[str, list[str]]:
    """Columns of numbers -> their first cells."""
    once = [name for name in table.columns if table.columns.count(name) == 1]
    try:
        first = next(table.chunks(once), None)
    except EvcargoError:
        return {}
    if first is None:
        return {}
    cells = {name: first[name].head(HEAD_ROWS).astype(str).tolist() for name in once}
    return {name: column for name, column in cells.items() if are_numbers(column)}


def _counts(path: str, table: TextTable) -> Recognised | None:
    """Table of counts of a known program; plain tables are left to `_matrix`."""
    try:
        layout = recognise_counts(read_head(table))
    except EvcargoError:
        return None
    if layout.program == GENERIC and layout.has_header:
        return None
    rows = _first_rows(table if layout.has_header else table.without_header())
    names = [cell for row in rows for cell in row if cell]
    assay = "rna" if _share(names[:2000], "rna") > 0 and _has_small_rna(rows) else "transcripts"
    runs, others = _count_runs(table, layout, rows)
    return Recognised(path, assay, "table", layout.program, runs, no_samples=others)


def _count_runs(
    table: TextTable, layout: Layout, rows: Sequence[Sequence[str]]
) -> tuple[Names, Reasons]:
    if layout.counts or layout.strands:
        return (), ()
    return (layout.samples, ()) if layout.samples is not None else _sample_columns(table, rows)


def _has_small_rna(rows: Sequence[Sequence[str]]) -> bool:
    """Whether any column names small RNAs."""
    return any(_share(column, "rna") >= KNOWN_SHARE for column in zip(*rows, strict=True))


def _matrix(path: str, table: TextTable, resource: Resource) -> Recognised | None:
    """Any other table of features and samples: told by the names of its features."""
    rows = _first_rows(table)
    if not rows:
        return None
    samples, others = _sample_columns(table, rows)
    no_texts = {*samples, *(name for name, _ in others)}
    texts = {
        name: [cell for cell in column if cell]
        for name, column in zip(table.columns, zip(*rows, strict=True), strict=True)
        if name not in no_texts
    }
    assay, note = _assay(texts, lambda: _cells(table, rows, samples), resource)
    if not assay or not samples:
        return None
    notes = (note,) if note else ()
    program = program_by_rows([row[0] for row in rows]) or f"matrix of {_WORDS[assay]}"
    normalised = any(reason.startswith(f"is {samples[0]},") for _, reason in others)
    if len(samples) > 1 or normalised:
        return Recognised(
            path, assay, "table", program, samples, rank=3, notes=notes, no_samples=others
        )
    if OF_ONE.fullmatch(samples[0]) or step_stem(path) == step_stem(samples[0]):
        return Recognised(path, assay, "table", program, rank=3, notes=notes, column=samples[0])
    return None  # a list of genes with a number


def _samples_in_rows(path: str, table: TextTable, resource: Resource) -> Recognised | None:
    """Tell a table of counts with a column for each RNA and a row for each sample."""
    features = table.columns[1:]
    if len(features) < FEWEST_FEATURES:
        return None
    small = _share(features, "rna") >= KNOWN_SHARE
    long = (
        _share(features, "transcripts") >= KNOWN_SHARE
        or _known_symbols(features, resource) >= KNOWN_SHARE
    )
    rows = [row[0] for row in _first_rows(table, MOST_RUNS)] if small or long else []
    if not rows or len(set(rows)) < len(rows):
        return None
    assay = "rna" if small else "transcripts"
    return Recognised(
        path, assay, "table", f"{_WORDS[assay]}, samples in rows", tuple(rows), rank=4
    )


_WORDS = {"proteins": "proteins", "rna": "small RNA counts", "transcripts": "counts of genes"}


def _assay(
    texts: Mapping[str, Sequence[str]], numbers: Callable[[], list[str]], resource: Resource
) -> tuple[str, str]:
    """Assay of a plain table, and a note where it is a guess."""
    for assay in ("rna", "proteins", "transcripts"):
        if any(_share(column, assay) >= KNOWN_SHARE for column in texts.values()):
            return assay, ""
    symbols = any(_known_symbols(column, resource) >= KNOWN_SHARE for column in texts.values())
    titled = {name.casefold() for name in texts}
    if not symbols and not titled & _TITLES:
        return "", ""
    what = "gene symbols" if symbols else "names of genes or proteins, few of them known,"
    if titled & _PROTEIN_TITLES or not _are_counts(numbers()):
        return "proteins", f"{what} and quantities: taken for proteins"
    return "transcripts", f"{what} and whole numbers: taken for counts of long RNA"


def _share(cells: Sequence[str], assay: str) -> float:
    """Share of cells that have the form of an identifier of an assay."""
    forms = [form for name, form in _FORMS if name == assay]
    filled = [cell for cell in cells if cell]
    return sum(any(form.match(cell) for form in forms) for cell in filled) / max(len(filled), 1)


def _known_symbols(cells: Sequence[str], resource: Resource) -> float:
    symbols = _symbols(resource)
    known = sum(re.split(r"[;,|\s]", cell.upper())[0] in symbols for cell in cells)
    return known / max(len(cells), 1)


@cache
def _symbols(resource: Resource) -> set[str]:
    return known_symbols("human", resource)[0]


def _are_counts(cells: Sequence[str]) -> bool:
    """Whether cells are whole numbers, many of them small: counts, no intensities."""
    filled = [cell for cell in cells if not is_missing(cell)]
    if not filled or any(not re.fullmatch(r"\d+(\.0+)?", cell) for cell in filled):
        return False
    ordered = sorted(float(cell) for cell in filled)
    return ordered[len(ordered) // 2] <= LARGEST_MEDIAN_COUNT


def _first_rows(table: TextTable, count: int = HEAD_ROWS) -> list[list[str]]:
    try:
        return [row for _, row in islice(table.rows(), count)]
    except EvcargoError:
        return []


def _cells(table: TextTable, rows: Sequence[Sequence[str]], names: Sequence[str]) -> list[str]:
    places = [at for at, name in enumerate(table.columns) if name in set(names)]
    return [row[at] for row in rows for at in places]


def _sample_columns(table: TextTable, rows: Sequence[Sequence[str]]) -> tuple[Names, Reasons]:
    """Columns of numbers that may be samples, and those that are none, with the reason."""
    numbers = {
        name: column
        for name, column in zip(table.columns, zip(*rows, strict=True), strict=False)
        if not is_about_features(name) and are_numbers(column)
    }
    reasons = no_samples(numbers, table.path)
    return tuple(name for name in numbers if name not in reasons), tuple(reasons.items())


def _cause(error: EvcargoError, path: str) -> str:
    """First sentence of an error, without the name of the file."""
    return cause_and_remedy(str(error).removeprefix(path).lstrip(":, "))[0].rstrip(".")
