"""Start a study: write its three files, with comments that teach.

Called as ``python -m evcargo.study.init FOLDER`` (``make new STUDY=FOLDER``).
"""

import argparse
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evcargo.errors import EvcargoError
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
    paths = [folder / "config" / name for name in FILES]
    existing = [str(path) for path in paths if path.exists()]
    if existing:
        raise EvcargoError(f"{existing[0]} exists and is not overwritten. Choose another folder")
    texts = (
        CONFIG.format(study=made_safe(folder.absolute().name)),
        _sheet(SAMPLES, read_schema("samples"), SAMPLE_EXAMPLES),
        _sheet(RUNS, read_schema("runs"), RUN_EXAMPLES),
    )
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
    about = [f"# {name:<{width}}  {_short(option)}\n" for name, option in options.items()]
    rows = ["# " + "\t".join(row) + "\n" for row in (tuple(options), *examples)]
    return (
        intro + "".join(about) + "#\n# For example:\n" + "".join(rows) + "\t".join(options) + "\n"
    )


def _short(option: Mapping[str, Any]) -> str:
    """Take the first sentence of a description, and the words of a list that it does not name."""
    sentence = re.split(r"(?<!e\.g)\. ", option["description"])[0].rstrip(".")
    words = option.get("enum", [])
    named = all(re.search(rf"\b{word}\b", sentence) for word in words)
    return sentence if named else f"{sentence} ({', '.join(words)})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Start a study from the command line; 0 if it went well, 1 with one line if not."""
    parser = argparse.ArgumentParser(
        prog="python -m evcargo.study.init", description="Start a study: write its three files."
    )
    parser.add_argument("folder", type=Path, help="folder of the study; made if it is not there")
    folder: Path = parser.parse_args(arguments).folder
    try:
        paths = start_study(folder)
    except EvcargoError as error:
        print(f"evcargo: {error}", file=sys.stderr)
        return 1
    for path in paths:
        print(f"wrote {path}")
    print("Fill in the two sheets, then check the study (nothing is run yet):")
    print(f"  snakemake --dry-run --directory {shlex.quote(str(folder))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
