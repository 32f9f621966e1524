"""One protein matrix from the tables of all runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evcargo.identifiers.genes import Genes
from evcargo.proteins.matrix import empty_proteomes, protein_matrix
from evcargo.proteins.tables.columns import wanted_names
from evcargo.proteins.tables.contents import Content
from evcargo.proteins.tables.naming import Namings
from evcargo.proteins.tables.notes import ev_markers, notes_on, notes_on_dates
from evcargo.proteins.tables.origins import origins_of_tables
from evcargo.proteins.tables.scale import RAW, RELATIVE
from evcargo.proteins.tables.study import (
    quantities_of,
    read_tables,
    refuse_empty,
    refuse_mixed,
    tagged,
    taxa_of,
)

if TYPE_CHECKING:
    from anndata import AnnData

LAYERS = ("spectral_count", "ibaq")


@dataclass(frozen=True)
class Imported:
    """What the tables of a study give.

    Parameters
    ----------
    matrix
        The protein matrix; ``uns["source"]`` tells engine, filter and quantity of each table. A
        sample without any quantity is carried as failed.
    quality
        Contract ``quality``: quantified protein groups and summed intensity of runs and samples.
    filters
        Contract ``proteins_filters``: rows before and after each step.
    columns
        Contract ``proteins_columns``: where each run was found.
    origins
        Contract ``proteins_origins``; without rows where no table tells.
    notes
        What else the reader should know, e.g. gene symbols that became dates.
    """

    matrix: "AnnData"
    quality: pd.DataFrame
    filters: pd.DataFrame
    columns: pd.DataFrame
    origins: pd.DataFrame
    notes: tuple[str, ...]


def import_proteins(
    runs: pd.DataFrame,
    samples: pd.DataFrame,
    contaminants: pd.DataFrame,
    normalisation: str,
    rollup: str = "directlfq",
    min_peptides: int = 1,
    panels: pd.DataFrame | None = None,
    min_protein_groups: int = 0,
    *,
    genes: Genes,
) -> Imported:
    """Import the protein tables of a study.

    Fractions are summed and technical replicates levelled and averaged
    (`evcargo.proteins.quantities.by_sample`). Tables of peptides are rolled up together, as ions of
    searched spectra are. Tables are joined on the leading accession.

    Parameters
    ----------
    runs
        Run sheet (contract ``runs``), proteins only. ``column`` names the run in its table; the
        name of the sample if it is empty.
    samples
        Sample sheet (contract ``samples``).
    contaminants
        The shipped contaminants (accession, taxon): groups that they lead are tagged, and get their
        taxon where the table states none.
    normalisation
        One of `evcargo.proteins.normalise.METHODS`.
    rollup, min_peptides
        Of tables of peptides, see `evcargo.proteins.quantities.roll_up`: how, and from how many
        peptides.
    panels
        Marker panels, for the normalisation ``ev_markers``.
    min_protein_groups
        Groups from which a sample is never taken for empty (`evcargo.empty_samples`). Those that
        are take no part: the others are read and rolled up without them.
    genes
        Genes of the organism of the study, by all their names.

    Raises
    ------
    EvcargoError
        If a table or a column of it cannot be used, or no sample has a quantity.
    """
    contents = read_tables(runs, genes)
    taxa = taxa_of(contaminants)
    namings = Namings(genes, taxa)
    relative = refuse_mixed(contents.values(), runs)
    refuse_empty(contents.values(), runs)
    counted = [path for path, one in contents.items() if one.format.level == "psm"]
    every = found = quantities_of(contents.values(), runs, rollup, min_peptides, namings)
    about = tagged(found.proteins, taxa)
    failed = _failed(found.by_sample, runs)
    proper = found.by_sample[~about["is_contaminant"].astype(bool)]
    failed |= empty_proteomes(proper.drop(columns=list(failed)), samples, min_protein_groups)
    if failed:
        rest = runs[~runs["sample"].isin(failed)]
        others = read_tables(rest, genes).values()
        found = quantities_of(others, rest, rollup, min_peptides, namings)
        about = tagged(found.proteins, taxa)
    seen = found.by_sample.notna().any(axis=1).to_numpy()
    layers = {name: found.layers[name] for name in LAYERS}
    matrix = protein_matrix(
        found.by_sample[seen], about[seen], samples, failed, normalisation, panels, layers
    )
    markers = ev_markers(panels)
    dates = notes_on_dates(about, namings.of(next(iter(contents.values())).identifier))
    sources, notes = [], list(dates)
    for path, content in contents.items():
        name = PurePath(path).name  # its folder is in the tables of filters and columns
        sources.append(f"{content.source} [{name}]")
        own = notes_on(content, markers)
        own += [f"{content.imputed}; detection is not claimed"] if content.imputed else []
        sources += [f"{note} [{name}]" for note in own]
        notes += [f"{path}: {note}" for note in own]
    unseen = int((~seen).sum())
    matrix.uns["source"] = "; ".join([*sources, *dates]) + (
        f"; {unseen} proteins without a quantity in any sample left out" if unseen else ""
    )
    matrix.uns["raw_quantity"] = _raw_quantity(counted, relative)
    level = [one.format.level for one in contents.values()]
    matrix.uns["rollup"] = f"{rollup}, not normalised" if set(level) != {"protein"} else ""
    matrix.uns["scale"] = RELATIVE if relative else RAW
    matrix.uns["scale_reason"] = relative or "quantities of proteins"
    matrix.uns["imputed"] = next((one.imputed for one in contents.values() if one.imputed), "")
    return Imported(
        matrix,
        _quality(every.by_run, every.by_sample, runs, bool(relative)),
        pd.concat(
            [one.funnel.table(path, one.format.title) for path, one in contents.items()],
            ignore_index=True,
        ),
        _columns_table(contents, runs),
        origins_of_tables(contents.values(), runs, samples, pd.Series(taxa), genes.organism),
        tuple(notes),
    )


def _raw_quantity(counted: Sequence[str], relative: str) -> str:
    if relative:
        return "relative quantity"
    return "spectral count" if counted else "intensity"


def _failed(quantities: pd.DataFrame, runs: pd.DataFrame) -> dict[str, str]:
    """Name the samples without any quantity, and why."""
    return {
        sample: f"no protein has a quantity in {', '.join(_places(runs, sample))}"
        for sample in quantities.columns[quantities.isna().all()]
    }


def _places(runs: pd.DataFrame, sample: str) -> list[str]:
    rows = runs[runs["sample"] == sample]
    return [
        f"column {name!r} of {path}"
        for name, path in zip(wanted_names(rows).values(), rows["path"], strict=True)
    ]


def _columns_table(contents: Mapping[str, Content], runs: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for run in runs.to_dict("records"):
        content = contents[str(run["path"])]
        match = content.choice.runs[str(run["run"])]
        place = (run["run"], run["sample"], run["path"])
        rows.append((*place, match.column, match.matched_by, content.quantity))
    names = ["run", "sample", "path", "column", "matched_by", "quantity"]
    return pd.DataFrame(rows, columns=names).astype(str)


def _quality(
    by_run: pd.DataFrame, quantities: pd.DataFrame, runs: pd.DataFrame, relative: bool
) -> pd.DataFrame:
    parts = [(sample, "", quantities[sample]) for sample in quantities.columns] + [
        (sample, run, by_run[run])
        for sample, run in zip(runs["sample"].astype(str), runs["run"].astype(str), strict=True)
    ]
    rows = [
        (sample, run, "proteins", metric, value, unit)
        for sample, run, values in parts
        for metric, value, unit in (
            ("quantified_protein_groups", float(values.notna().sum()), "protein groups"),
            ("summed_intensity", float(np.nansum(values)), "intensity"),
        )
        if not (relative and metric == "summed_intensity")
    ]
    return pd.DataFrame(rows, columns=["sample", "run", "assay", "metric", "value", "unit"])
