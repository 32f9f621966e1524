"""One protein matrix from the tables of all runs."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.matrix import empty_proteomes, protein_matrix
from evcargo.proteins.tables.check import refuse_mixed
from evcargo.proteins.tables.columns import wanted_names
from evcargo.proteins.tables.contents import Content, read_content
from evcargo.proteins.tables.engines import FORMATS
from evcargo.proteins.tables.formats import AUTO, recognise
from evcargo.proteins.tables.groups import is_mangled
from evcargo.proteins.tables.names import members
from evcargo.proteins.tables.opening import open_table
from evcargo.proteins.tables.origins import origins_of_tables
from evcargo.proteins.tables.quantify import (
    Quantities,
    joined,
    quantities_of_ions,
    quantities_of_proteins,
)
from evcargo.study.notes import listed

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
    organism: str = "human",
    panels: pd.DataFrame | None = None,
    min_protein_groups: int = 0,
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
    organism
        Organism of the study.
    panels
        Marker panels, for the normalisation ``ev_markers``.
    min_protein_groups
        Groups from which a sample is never taken for empty (`evcargo.empty_samples`). Those that
        are take no part: the others are read and rolled up without them.

    Raises
    ------
    EvcargoError
        If a table or a column of it cannot be used, or no sample has a quantity.
    """
    contents = _contents(runs)
    counted = [path for path, one in contents.items() if one.format.level == "psm"]
    refuse_mixed(counted, [path for path in contents if path not in counted])
    every = found = _quantities(contents, runs, rollup, min_peptides, organism)
    taxa = contaminants.drop_duplicates("accession").set_index("accession")["taxon"].astype(str)
    about = _tagged(found.proteins, taxa)
    failed = _failed(found.by_sample, runs)
    proper = found.by_sample[~about["is_contaminant"].astype(bool)]
    failed |= empty_proteomes(proper.drop(columns=list(failed)), samples, min_protein_groups)
    if failed:
        rest = runs[~runs["sample"].isin(failed)]
        found = _quantities(_contents(rest), rest, rollup, min_peptides, organism)
        about = _tagged(found.proteins, taxa)
    seen = found.by_sample.notna().any(axis=1).to_numpy()
    layers = {name: found.layers[name] for name in LAYERS}
    matrix = protein_matrix(
        found.by_sample[seen], about[seen], samples, failed, normalisation, panels, layers
    )
    markers = _ev_markers(panels)
    sources, notes = [], []
    for path, content in contents.items():
        name = PurePath(path).name  # its folder is in the tables of filters and columns
        sources.append(f"{content.source} [{name}]")
        own = _notes(content, markers)
        sources += [f"{note} [{name}]" for note in own]
        notes += [f"{path}: {note}" for note in own]
    unseen = int((~seen).sum())
    matrix.uns["source"] = "; ".join(sources) + (
        f"; {unseen} proteins without a quantity in any sample left out" if unseen else ""
    )
    matrix.uns["raw_quantity"] = "spectral count" if counted else "intensity"
    rolled = any(one.format.level != "protein" for one in contents.values())
    matrix.uns["rollup"] = f"{rollup}, not normalised" if rolled else ""
    return Imported(
        matrix,
        _quality(every.by_run, every.by_sample, runs),
        pd.concat(
            [one.funnel.table(path, one.format.title) for path, one in contents.items()],
            ignore_index=True,
        ),
        _columns_table(contents, runs),
        origins_of_tables(contents.values(), runs, samples, taxa, organism),
        tuple(notes),
    )


def _contents(runs: pd.DataFrame) -> dict[str, Content]:
    return {str(path): _read(str(path), rows) for path, rows in runs.groupby("path", sort=False)}


def _quantities(
    contents: Mapping[str, Content],
    runs: pd.DataFrame,
    rollup: str,
    min_peptides: int,
    organism: str,
) -> Quantities:
    """Quantities of the tables of all levels, joined."""
    parts: list[Quantities] = []
    for level in ("ion", "psm"):
        some = [one for one in contents.values() if one.format.level == level]
        if some:
            how = rollup if level == "ion" else "sum"
            parts.append(quantities_of_ions(some, runs, how, min_peptides, organism))
    proteins = [one for one in contents.values() if one.format.level == "protein"]
    if proteins:
        parts.append(quantities_of_proteins(proteins, runs))
    return joined(parts)


def _read(path: str, runs: pd.DataFrame) -> Content:
    named = runs["format"].astype(object).where(runs["format"].notna(), "").astype(str)
    wanted = sorted(set(named) - set(AUTO))
    if len(wanted) > 1:
        raise EvcargoError(
            f"{path}: the run sheet gives it the formats {' and '.join(wanted)}. Give it one"
        )
    table = open_table(path)
    one = recognise(table, wanted[0] if wanted else "", FORMATS)
    return read_content(table, one, wanted_names(runs))


def _notes(content: Content, markers: Container[str]) -> list[str]:
    """Gene symbols that a spreadsheet took for dates; proteins that lack only this quantity."""
    notes = []
    genes = content.groups["gene"]
    mangled = sorted(set(genes[genes.map(is_mangled)]))
    if mangled:
        notes.append(
            f"{len(mangled)} gene symbols became dates in a spreadsheet"
            f" ({listed(mangled, 5)}); they match no marker. Export the table again without opening"
            " it in a spreadsheet"
        )
    lost = content.only_next_best
    if lost:
        other = next(iter(content.choice.next_best.values()))
        known = [one for cell in lost for one in members(cell) if one.upper() in markers]
        among = f" (among them the EV markers {listed(sorted(set(known)), 8)})" if known else ""
        notes.append(
            f"{len(lost)} protein groups{among} have no {content.quantity}, but another"
            f" quantity. To have them, write its columns (such as {other!r}) into the column"
            " 'column' of the run sheet"
        )
    return notes


def _ev_markers(panels: pd.DataFrame | None) -> frozenset[str]:
    """Symbols of the best known EV proteins, upper case."""
    if panels is None:
        return frozenset()
    best = panels["panel"].isin(["tetraspanin", "classic_exosome"])
    return frozenset(one for names in panels.loc[best, "symbols"] for one in names)


def _tagged(proteins: pd.DataFrame, taxa: pd.Series) -> pd.DataFrame:
    leading = proteins["accessions"].str.split(";").str[0].str.replace(r"-\d+$", "", regex=True)
    return proteins.assign(
        is_contaminant=proteins["is_contaminant"] | leading.isin(taxa.index),
        taxon=proteins["taxon"].where(proteins["taxon"] != "", leading.map(taxa).fillna("")),
    )


def _failed(quantities: pd.DataFrame, runs: pd.DataFrame) -> dict[str, str]:
    """Name the samples without any quantity, and why."""
    failed = {
        sample: f"no protein has a quantity in {', '.join(_places(runs, sample))}"
        for sample in quantities.columns[quantities.isna().all()]
    }
    if len(failed) == quantities.shape[1]:
        raise EvcargoError(
            f"{runs['path'].iloc[0]}: none of the chosen columns holds a quantity"
            f" ({', '.join(_places(runs, quantities.columns[0]))} ...)."
            " Choose columns of intensities in the run sheet"
        )
    return failed


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


def _quality(by_run: pd.DataFrame, quantities: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
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
    ]
    return pd.DataFrame(rows, columns=["sample", "run", "assay", "metric", "value", "unit"])
