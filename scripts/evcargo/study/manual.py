"""Write the manual of every key, `config/README.md`, from the schemas and the column contracts.

Called as ``python -m evcargo.study.manual > config/README.md``.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evcargo.contracts import CONTRACTS
from evcargo.proteins.described import TABLES
from evcargo.study.model import BIOFLUIDS
from evcargo.study.schema import read_schema

INTRO = """\
# How to write a study

<!-- Written by `python -m evcargo.study.manual`; edit the schemas, or that module. -->

A study is three files: `config/config.yaml` (what is asked), `config/samples.tsv` (what was
prepared) and `config/runs.tsv` (what was measured). `make new STUDY=path FROM="files or folders"`
writes all three: it looks into the files, tells what each is (program, assay, samples), and fills
the sheets as far as they tell; groups and donors are guessed from the names and marked as guesses.
Without `FROM` the sheets are empty, with comments. Then

    snakemake --dry-run --directory path

checks them, looks into the files they name, and lists **all** problems at once, each with file,
row, column, value and what to do. Nothing is run until the list is empty.

The three files in this folder are a small study over finished tables; it runs as it is.

## Writing the sheets

* Text separated by tabs, commas or semicolons (as Excel writes it where the decimal sign is a
  comma), in any encoding, with any line ends, perhaps compressed. Column names are found whatever
  their case; a title above them, blank rows and empty columns do no harm.
* Or a workbook, `samples: config/sample_sheet.xlsx` (.xlsx, .xls, .ods). The worksheet with the
  right columns is found; `study.xlsx#Runs` names one, and both sheets may be in one workbook. The
  values are those that were last saved: no formula is calculated, no link followed. A cell that is
  merged over several rows counts for each of them.
* Empty cells, `NA`, `N/A` and `NaN` are missing values. Lines that start with `#` are comments.
* Row numbers in messages are lines of the file; the first line is 1.
* Names of samples and contrasts become file names: letters, digits, `.`, `_` and `-`, at most 64,
  no dash or dot first.
* Relative paths start at the folder of the study, which holds `config/`.

### Fractions, technical replicates, lanes

A sample with one run of an assay gives its name to the run. With several, the run is
`sample.f<fraction>.r<replicate>`, and FASTQ files with the same sample, fraction and replicate
are lanes of one library, `.l1`, `.l2` ... in the order of the sheet. Technical replicates are
averaged and never counted as samples.

| sample | assay | path | fraction | replicate |
|---|---|---|---|---|
| T1 | proteins | raw/T1_a.mzML.gz | 1 | 1 |
| T1 | proteins | raw/T1_b.mzML.gz | 2 | 1 |
| T1 | rna | raw/T1_L001.fastq.gz | 1 | 1 |
| T1 | rna | raw/T1_L002.fastq.gz | 1 | 1 |

### Paired reads of long RNA

Reads of long RNA (`transcripts`) are single or paired. Write each file into a row of its own; two
rows of one sample, fraction and replicate whose names differ only in `R1` and `R2`, or in `1` and
`2` at the end, are a pair. Several pairs are lanes and are counted together, technical replicates
too. Where names say nothing or mislead, `mate` says it: 1, 2, or none for single reads.

| sample | assay | path | mate |
|---|---|---|---|
| T1 | transcripts | raw/T1_L001_R1_001.fastq.gz | |
| T1 | transcripts | raw/T1_L001_R2_001.fastq.gz | |
| H1 | transcripts | raw/H1_forward.fastq.gz | 1 |
| H1 | transcripts | raw/H1_backward.fastq.gz | 2 |

### Library kits of small RNA

The adapter of most kits is found in the reads. A kit that the column `kit` does not list is
declared in the config and named there:

    rna:
      kits:
        my_kit: {adapter: TGGAATTCTCGGGTGCCAAGG, clip_5p: 6}

| sample | assay | path | kit |
|---|---|---|---|
| T1 | rna | raw/T1.fastq.gz | my_kit |

A read is `clip_5p` bases of the kit (a barcode, random bases), the insert, `clip_3p` bases, the
adapter, and the identifier of `umi` bases. Before any job runs, the first reads of each file are
held against the known miRNAs of human, mouse and rat: a file of another organism is refused, and so
is one whose miRNAs begin or end elsewhere than its kit says, with what to write.

### Tables of other programs

One row with the sample `*` takes every sample of the sample sheet from the table, where the table
calls them by their names; so it does in long reports. Or one row per sample, all with the path of
the table; `column` names the sample's column where that is not the name of the sample. One assay
of a study comes either from raw files or from tables.

| sample | assay | path | format | column |
|---|---|---|---|---|
| * | rna | tables/miR.Counts.csv | | |
| T1 | proteins | tables/proteinGroups.txt | maxquant | Tumour_01 |
| T2 | proteins | tables/proteinGroups.txt | maxquant | Tumour_02 |

A `*` in `column` or `path` stands for the name of the sample: the column `Intensity *`, or the file
`raw/*.fastq.gz` for each sample its own. Samples with rows of their own for the assay are left to
them; columns of the table that are of no sample are named by the dry run.

### SDRF in place of the sheets

A label-free, data-dependent proteomics study that is described in SDRF-Proteomics needs no sheets:
give `sdrf` (and `sdrf_folder`, if the files are not beside it) and leave out `samples` and `runs`.

| column of the SDRF | becomes |
|---|---|
| source name | sample, with `_` for blanks; the name itself stays in `source_name` |
| comment[data file] | path; `.mzML` or `.mzML.gz` of that name come before a vendor's file |
| comment[fraction identifier], comment[technical replicate] | fraction, replicate |
| factor value[...] | condition; several are joined by ` / ` |
| characteristics[individual], [batch], [enrichment process] | subject, batch, isolation |
| characteristics[...] | a column of that name, for contrasts and covariates, e.g. `disease` |

`material` is told by words in characteristics[sample type], [material type], [enrichment process],
[organism part], [cell type], [subcellular component] or the source name, in this order:
"depleted", "flow-through" and "supernatant" are depleted; "lysate", "homogenate", "whole plasma"
... are source; "vesicle", "exosome" and "EV" are ev, and so is a sample without any of these
words. `biofluid` is told by words in [biofluid], [organism part], [material type] and [cell type]
("blood plasma", "urine" ...); a cell line is cell_culture; the rest is other. Look at
results/study/samples.tsv, which says what was understood.
A biological replicate is no subject, since its numbers start again in every group.

Where the proteins came as spectra, results/study/study.sdrf.tsv describes them for a deposition.
Cells that the study does not know are `not available`.

### Contrasts

    contrasts:
      - name: tumour_v_healthy
        column: condition
        test: tumour
        reference: healthy
        covariates: [batch]

Either level needs two independent samples (samples of one subject count once) of the contrast's
`material`. A covariate is numeric if each of its cells is a number; `subject`, `batch` and the
other text columns of the list below are always categories. To compare paired samples, name
`subject` as a covariate. A design that cannot be estimated is refused, with the columns that
cannot be told apart.

### Purity

    purity:
      albumin_share: {plasma: [0.15, 0.4]}
      min_depth: {milk: 200}

Every sample is asked the same questions. results/purity/criteria.tsv holds each answer (pass,
warn, fail, not assessed) with its value, threshold, rule, evidence and source. The verdict of an
EV preparation is its gravest answer. `not assessed` is no pass: it was not measured, the run was
too shallow to tell, or the matrix has no limit. Without proteins no sample passes, since only they
tell whether there are EVs; nor does one whose small RNA fails its quality gate
(results/rna/gate.tsv). Limits are [warn, fail] by `biofluid`; fluids that you do not name keep
their defaults.

### Gene sets and miRNA targets

    interpretation:
      gene_sets: [hallmark.symbols.gmt, own.gmt]
      targets: hsa_MTI.csv

Gene sets are GMT files of gene symbols of the study's organism, as MSigDB and Enrichr give them;
former symbols are not translated. A protein group counts for the gene of its leading protein; of
several features of one gene the one with the highest mean counts; proteins of another organism
count for none. Names of miRNAs in a set are looked for among the small RNA. The background is what
the study tested, never the genome.

Targets are a table of miRTarBase, a table of TargetScan (`Predicted_Targets_Info`,
`Conserved_Site_Context_Scores` or `Summary_Counts`), or two columns, `mirna` and `gene`. Rows of
other organisms and those that miRTarBase calls non-functional are left out. miRNAs are named as
the mature ones of miRBase; a family of TargetScan stands for those of its members that the study
has. Save Excel files as CSV.

### Biomarker panels

    biomarkers:
      contrasts: [tumour_v_healthy]

For these contrasts (of kind pair) each assay is asked how well its features tell the two levels
apart in samples that the model has not seen, and whether they do so better than purity alone.
Everything that looks at several samples is done anew inside each fold of a nested
cross-validation, and the samples of one `subject` (or of one value of the contrast's `block`) stay
in one fold. Labels are permuted within the categories of the covariates, e.g. within a batch. With
fewer than `min_samples` independent samples of a level nothing is assessed, and the table says so.
A panel is no validated test: that needs other samples, and a panel that is fixed before.
"""
TYPES = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
    "array": "list",
    "object": "section",
    "null": "null",
}
BOUNDS = {
    "minimum": ">= {}",
    "exclusiveMinimum": "> {}",
    "maximum": "<= {}",
    "exclusiveMaximum": "< {}",
}


def manual(schema_dir: Path | None = None) -> str:
    """Write the manual: how to write a study, every key and column, every table that comes out.

    Parameters
    ----------
    schema_dir
        Folder with the three schemas; that of the checkout by default.

    Returns
    -------
    str
        Markdown.
    """
    names = ("samples", "runs", "config")
    samples, runs, config = (read_schema(name, schema_dir) for name in names)
    parts = [
        INTRO,
        "## config/samples.tsv\n",
        f"{samples['description']}\n",
        _table(("column", "holds", "default", "meaning"), _columns(samples)),
        "## config/runs.tsv\n",
        f"{runs['description']}\n",
        _table(("column", "holds", "default", "meaning"), _columns(runs)),
        "## config/config.yaml\n",
        f"{config['description']}\n",
        *_sections(config, ()),
        "## Tables that come out\n",
        "Tab-separated, with a header, UTF-8; an empty cell is a missing value. Matrices are"
        " AnnData `.h5ad` (samples x features), with a `.tsv` beside each. For a deposition there"
        " are `results/proteins/proteins.mzTab` and, where the proteins came as spectra,"
        " `results/study/study.sdrf.tsv`.\n",
        *_contracts(),
        *_parquet_tables(),
    ]
    return "\n".join(parts)


def _sections(schema: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Yield one table of options, then the sections below it."""
    options = schema.get("properties", {})
    needed = schema.get("required", ())
    sections = {
        name: one
        for name, one in options.items()
        if _inner(one).get("properties") and not _is_by_matrix(one)
    }
    plain = [
        (f"`{name}`", _holds(one), _default(name, one, needed), one.get("description", ""))
        for name, one in options.items()
        if name not in sections
    ]
    if plain:
        yield _table(("option", "holds", "default", "meaning"), plain)
    for name, section in sections.items():
        below = (*path, name)
        is_list = section.get("type") == "array"
        listed = " (a list; each entry has these options)" if is_list else ""
        yield f"{'#' * (2 + len(below))} `{'.'.join(below)}`{listed}\n"
        yield f"{section.get('description', '')}\n"
        yield from _sections(_inner(section), below)


def _is_by_matrix(option: Mapping[str, Any]) -> bool:
    """Whether an option is one value for each biofluid, which fits into one row."""
    names = set(option.get("properties", ()))
    return bool(names) and names <= {"default", *BIOFLUIDS}


def _inner(option: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of a section, be it one section or a list of them."""
    items = option.get("items")
    return items if isinstance(items, Mapping) and option.get("type") == "array" else option


def _columns(schema: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    needed = schema["required"]
    return [
        (f"`{name}`", _holds(one), _default(name, one, needed), one["description"])
        for name, one in schema["properties"].items()
    ]


def _holds(option: Mapping[str, Any]) -> str:
    if _is_by_matrix(option):
        one = _holds(next(iter(option["properties"].values())))
        by_matrix = f"section: for `default` or a biofluid, {one}"
        return by_matrix if option["type"] == "object" else f"{one}, or a {by_matrix}"
    if "enum" in option:
        return ", ".join(f"`{_value(one)}`" for one in option["enum"])
    types = option.get("type", "string")
    names = [TYPES[one] for one in ([types] if isinstance(types, str) else types)]
    bounds = [text.format(_value(option[key])) for key, text in BOUNDS.items() if key in option]
    items = option.get("items")
    if isinstance(items, Mapping) and items:
        low, high = option.get("minItems"), option.get("maxItems")
        count = f" of {low}" if low is not None and low == high else ""
        return f"list{count}: {_holds(items)}"
    return f"{' or '.join(names)}{' ' if bounds else ''}{' and '.join(bounds)}"


def _default(name: str, option: Mapping[str, Any], needed: Sequence[str]) -> str:
    if _is_by_matrix(option) and option["type"] == "object":
        each = option["properties"].items()
        return "; ".join(f"{key} `{_value(one['default'])}`" for key, one in each)
    if "default" in option:
        return f"`{_value(option['default'])}`" if option["default"] != "" else "empty"
    return "**needed**" if name in needed else "empty"


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _contracts() -> Iterator[str]:
    for contract in CONTRACTS.values():
        more = " Further columns may follow." if contract.open else ""
        yield f"### `{contract.file}`\n"
        if more:
            yield f"{more.strip()}\n"
        rows = [(f"`{c.name}`", c.dtype, c.unit, c.meaning) for c in contract.columns]
        yield _table(("column", "type", "unit", "meaning"), rows)


def _parquet_tables() -> Iterator[str]:
    for file, columns in TABLES.items():
        yield f"### `{file}`\n"
        rows = [(f"`{name}`", unit, meaning) for name, (unit, meaning) in columns.items()]
        yield _table(("column", "unit", "meaning"), rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    sys.stdout.write(manual())
