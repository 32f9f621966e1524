"""What a study is: its config, its samples, its runs and its contrasts, all checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from evcargo.files.summary import InputSummary
from evcargo.files.workbooks import split_sheet

LARGEST_MB = 50
"""Size of a table, MB, above which the dry run reads its header only, and a first job the rest."""
ASSAYS = ("proteins", "rna", "transcripts", "particles")
# Formats of proteins runs whose spectra are searched.
SPECTRA = ("mzml", "mgf", "thermo")
# Formats of all raw files; any other file is a table of another program.
RAW = (*SPECTRA, "fastq")
MATERIALS = ("ev", "source", "depleted")
ORGANISMS = ("human", "mouse", "rat")
BIOFLUIDS = (
    "plasma",
    "serum",
    "urine",
    "csf",
    "saliva",
    "milk",
    "ascites",
    "tissue",
    "cell_culture",
    "other",
)


@dataclass(frozen=True)
class Contrast:
    """What is asked of one column of the sample sheet.

    Parameters
    ----------
    name
        Safe name, used in file names.
    column
        Column of the sample sheet.
    test, reference
        Levels of that column, of kind ``pair``; the log2 fold change is test minus reference.
    covariates
        Further columns of the sample sheet in the design.
    material
        Only samples of this material are compared.
    kind
        ``pair``: two levels; ``any``: whether any two of all levels differ (F or likelihood ratio
        test); ``slope``: the change per unit of a column of numbers.
    fit_on
        ``compared``: of kind ``pair``, the model sees the samples of the two levels; ``all``: those
        of every level of the column, each level with a mean of its own.
    block
        Column of which the samples of one value belong together (random effect), or empty.
    """

    name: str
    column: str
    test: str
    reference: str
    covariates: tuple[str, ...] = ()
    material: str = "ev"
    kind: str = "pair"
    fit_on: str = "compared"
    block: str = ""


def is_large(path: str) -> bool:
    """Whether a table is too large for the dry run."""
    try:
        return Path(path).stat().st_size > LARGEST_MB * 1e6
    except OSError:
        return False


def question(contrast: Mapping[str, Any]) -> str:
    """Say what a contrast of the config compares."""
    kind = contrast.get("kind", "pair")
    if kind == "any":
        return f"any two levels of {contrast['column']}"
    if kind == "slope":
        return f"{contrast['column']}, per unit"
    return f"{contrast['test']} v {contrast['reference']}"


@dataclass(frozen=True)
class Study:
    """A checked study.

    Parameters
    ----------
    config
        The config with every default filled in.
    samples
        Sample sheet under the contract ``samples`` of `evcargo.tables`, one row per preparation.
    runs
        Run sheet under the contract ``runs``, one row per run.
    contrasts
        What is compared.
    warnings
        What the user should know before the jobs run, and what is no mistake.
    factors
        Columns of the sample sheet that are factor values in an SDRF.
    data_files
        Path of a run -> its data file, as the SDRF that the study was read from names it.
    inputs
        What was understood of each table, where they were read.
    """

    config: dict[str, Any]
    samples: pd.DataFrame
    runs: pd.DataFrame
    contrasts: tuple[Contrast, ...] = field(default=())
    warnings: tuple[str, ...] = field(default=())
    factors: tuple[str, ...] = ("condition",)
    data_files: dict[str, str] = field(default_factory=dict)
    inputs: tuple[InputSummary, ...] = ()

    @property
    def tables(self) -> list[str]:
        """Tables of other programs, each once, in sheet order."""
        tables = self.runs[~self.runs["format"].isin(RAW)]
        return list(dict.fromkeys(tables["path"]))

    @property
    def large_tables(self) -> list[str]:
        """Tables that are too large for the dry run, which reads their header only."""
        return [path for path in self.tables if is_large(path)]

    @property
    def sheet_files(self) -> list[str]:
        """Files of the sheets, each once; two sheets may be in one workbook."""
        paths = (self.config[kind] for kind in ("samples", "runs", "sdrf") if self.config[kind])
        return list(dict.fromkeys(split_sheet(path)[0] for path in paths))

    @property
    def spectra_runs(self) -> list[str]:
        """Runs of proteins that are spectra to be searched, in sheet order."""
        runs = self.rows_of("proteins")
        return runs.loc[runs["format"].isin(SPECTRA), "run"].tolist()

    @property
    def assays(self) -> list[str]:
        """Assays that the study has, in the order of the workflow."""
        return [assay for assay in ASSAYS if (self.runs["assay"] == assay).any()]

    def runs_of(self, assay: str, sample: str | None = None, kind: str | None = None) -> list[str]:
        """Names of the runs of an assay, of one sample or format if asked, in sheet order.

        A name is unique within its assay only: a sample with one run of each gives its name to all.
        """
        return self.rows_of(assay, sample, kind)["run"].tolist()

    def samples_of(self, assay: str, kind: str | None = None) -> list[str]:
        """List the samples with a run of the assay, in the order of the sample sheet."""
        having = set(self.rows_of(assay, kind=kind)["sample"])
        return [sample for sample in self.samples["sample"] if sample in having]

    def paths_of(self, assay: str, runs: list[str] | None = None) -> list[str]:
        """Files of the runs of an assay (all, or those named), each once, in sheet order."""
        table = self.rows_of(assay)
        if runs is not None:
            table = table[table["run"].isin(runs)]
        return list(dict.fromkeys(table["path"]))

    def rows_of(
        self, assay: str, sample: str | None = None, kind: str | None = None
    ) -> pd.DataFrame:
        """Rows of the run sheet of an assay, of one sample or format if asked."""
        chosen = self.runs["assay"] == assay
        if sample is not None:
            chosen &= self.runs["sample"] == sample
        if kind is not None:
            chosen &= self.runs["format"] == kind
        return self.runs[chosen]

    @property
    def config_digest(self) -> str:
        """A short text that changes with every option, whatever their order."""
        text = json.dumps(self.config, sort_keys=True)
        return sha256(text.encode()).hexdigest()[:16]

    @property
    def contrast_names(self) -> list[str]:
        """Names of the contrasts, in the order of the config."""
        return [contrast.name for contrast in self.contrasts]

    def contrast(self, name: str) -> Contrast:
        """Return the contrast of that name."""
        return next(contrast for contrast in self.contrasts if contrast.name == name)
