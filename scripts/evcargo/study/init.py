"""Start a study: write its three files, with comments that teach.

Called as ``python -m evcargo.study.init FOLDER`` (``make new STUDY=FOLDER``); with ``--from`` and
files or folders (``FROM="..."``) the sheets are filled as far as these tell.
"""

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evcargo.errors import EvcargoError
from evcargo.start.draft import draft_study
from evcargo.start.files import find_files, recognise_all
from evcargo.start.summary import summary_text
from evcargo.start.write import config_text, first_sentence, runs_text, samples_text
from evcargo.study.names import made_safe
from evcargo.study.schema import read_schema

FILES = ("config.yaml", "samples.tsv", "runs.tsv")
CONFIG = """\
# The study. Every option that is not written here has its default; config/README.md of evcargo
# lists them all.

study: {study}
organism: human               # human, mouse or rat
samples: config/samples.tsv   # one row per preparation
runs: config/runs.tsv         # one row per file
# Proteins alone may be described by an SDRF-Proteomics file in place of both sheets; then delete
# the two lines above.
# sdrf: config/study.sdrf.tsv

# What is compared. Write it like this, without the # signs:
# contrasts:
#   - name: tumour_v_healthy
#     column: condition       # column of the sample sheet
#     test: tumour            # a positive log2 fold change means more here ...
#     reference: healthy      # ... than here
#     covariates: [batch]     # further columns to adjust for; leave the line out if there are none
contrasts: []

# Needed for mzML runs only: the proteins of the organism, from UniProt.
# proteins:
#   fasta: fasta/human.fasta

# Needed for FASTQ files of long RNA only: all transcripts of the organism, from Ensembl or GENCODE.
# transcripts:
#   transcriptome: fasta/human_transcripts.fa.gz
"""
SAMPLES = """\
# One row per preparation, below the line of column names. Lines that start with # are comments.
# Only the column 'sample' must be filled in; delete the columns that you do not need.
# Any further column (age, sex ...) is a covariate that a contrast can name.
#
"""
RUNS = """\
# One row per file. A table with many samples gets one row per sample, all with the same path.
# Only sample, assay and path must be filled in; delete the columns that you do not need.
# Relative paths start at the folder of the study, the one that holds config/.
#
"""
NEXT = """\
Fill in the two sheets, then check the study (nothing is run yet):
  snakemake --dry-run --directory {folder}"""
SAMPLE_EXAMPLES = (
    ("T1", "ev", "tumour", "donor1", "b1", "plasma", "SEC", "2.1e10", "12.5"),
    ("H1", "ev", "healthy", "donor2", "b1", "plasma", "SEC", "1.8e10", "9.1"),
)
RUN_EXAMPLES = (
    ("T1", "proteins", "raw/T1.mzML.gz", "1", "1", "", "auto", "", ""),
    ("T1", "rna", "raw/T1.fastq.gz", "1", "1", "auto", "auto", "", ""),
    ("T1", "particles", "raw/T1_sizes.csv", "1", "1", "", "auto", "", ""),
    ("H1", "proteins", "raw/H1.mzML.gz", "1", "1", "", "auto", "", ""),
)


def start_study(folder: Path) -> list[Path]:
    """Write `config/config.yaml`, `config/samples.tsv` and `config/runs.tsv` of a new study.

    Parameters
    ----------
    folder
        Folder of the study; it is made where it does not exist. Its name becomes the study's.

    Returns
    -------
    list of pathlib.Path
        The written files.

    Raises
    ------
    EvcargoError
        If one of the files exists, or the folder cannot be written.
    """
    return write_study(
        folder,
        (
            CONFIG.format(study=made_safe(folder.absolute().name)),
            _sheet(SAMPLES, read_schema("samples"), SAMPLE_EXAMPLES),
            _sheet(RUNS, read_schema("runs"), RUN_EXAMPLES),
        ),
    )


def start_study_from(folder: Path, places: Sequence[str]) -> tuple[list[Path], str]:
    """Write the three files of a new study, filled as far as its data tell.

    Parameters
    ----------
    folder
        Folder of the study.
    places
        Files of the study, and folders that hold them.

    Returns
    -------
    paths
        The written files.
    summary
        What was understood and what is still to be filled in.

    Raises
    ------
    EvcargoError
        As `start_study`; if a place does not exist, or holds no file that a study can use.
    """
    _refuse_existing(folder)
    files, others = find_files(places)
    recognised, unknown = recognise_all(files)
    draft = draft_study(recognised)
    unknown = [*unknown, *others]
    if not draft.runs:
        reasons = "".join(
            f"\n  {file.path}: {file.reason}" for file in [*unknown, *draft.left_out][:20]
        )
        raise EvcargoError(
            f"{', '.join(places)}: no file of a study was found.{reasons or ' It is empty.'}\n"
            "Name the files with the data, or leave --from out and write the sheets by hand"
        )
    texts = (config_text(draft, folder), samples_text(draft), runs_text(draft, folder))
    return write_study(folder, texts), summary_text(draft, unknown, folder)


def _refuse_existing(folder: Path) -> list[Path]:
    """Paths of the three files, which must not be there yet."""
    paths = [folder / "config" / name for name in FILES]
    existing = [str(path) for path in paths if path.exists()]
    if existing:
        raise EvcargoError(f"{existing[0]} exists and is not overwritten. Choose another folder")
    return paths


def write_study(folder: Path, texts: Sequence[str]) -> list[Path]:
    """Write the texts of `config.yaml`, `samples.tsv` and `runs.tsv`, all three new."""
    paths = _refuse_existing(folder)
    try:
        paths[0].parent.mkdir(parents=True, exist_ok=True)
        for path, text in zip(paths, texts, strict=True):
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
    except OSError as error:
        raise EvcargoError(f"{folder}: cannot be written ({error.strerror})") from error
    return paths


def _sheet(intro: str, schema: Mapping[str, Any], examples: Sequence[Sequence[str]]) -> str:
    """Write a sheet: comments on each column, example rows as comments, the header."""
    options = schema["properties"]
    width = max(map(len, options))
    about = [f"# {name:<{width}}  {first_sentence(option)}\n" for name, option in options.items()]
    rows = ["# " + "\t".join(row) + "\n" for row in (tuple(options), *examples)]
    return (
        intro + "".join(about) + "#\n# For example:\n" + "".join(rows) + "\t".join(options) + "\n"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Start a study from the command line; 0 if it went well, 1 with one line if not."""
    parser = argparse.ArgumentParser(
        prog="python -m evcargo.study.init", description="Start a study: write its three files."
    )
    parser.add_argument("folder", type=Path, help="folder of the study; made if it is not there")
    parser.add_argument(
        "--from",
        dest="places",
        nargs="+",
        default=[],
        metavar="FILE",
        help="files of the study, or folders that hold them, from which the sheets are filled",
    )
    options = parser.parse_args(arguments)
    folder: Path = options.folder
    try:
        if options.places:
            paths, summary = start_study_from(folder, options.places)
        else:
            paths, summary = start_study(folder), NEXT.format(folder=shlex.quote(str(folder)))
    except EvcargoError as error:
        print(f"evcargo: {error}", file=sys.stderr)
        return 1
    for path in paths:
        print(f"wrote {path}")
    print(summary)
    return 0


if __name__ == "__main__":
    sys.exit(main())
