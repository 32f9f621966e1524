"""The proteins and PSMs of a study as mzTab 1.0, for deposition.

The format is that of Griss 2014 (10.1074/mcp.O113.036681); the columns that it asks of a file of
mode Complete (Summary for studies of tables) and type Quantification are there. Peptides are
spelled as the protein that leads their group has them, though the search holds I for L. Rows are
written as they are read, so that memory does not grow with the number of PSMs.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PureWindowsPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evcargo.job import whole_file
from evcargo.proteins.modifications import Modification, site_name
from evcargo.proteins.mztab_peptides import Spelling, modifications_text

if TYPE_CHECKING:
    from anndata import AnnData

NULL = "null"
SPECIES = {"9606": "Homo sapiens", "10090": "Mus musculus", "10116": "Rattus norvegicus"} | {
    "9913": "Bos taurus"
}
MZML, MGF = "[MS, MS:1000584, mzML format, ]", "[MS, MS:1001062, Mascot MGF format, ]"
# Native ids of spectra by how they begin (PSI-MS).
NATIVE_IDS = (
    ("controllerType=", "[MS, MS:1000768, Thermo nativeID format, ]"),
    ("scan=", "[MS, MS:1000776, scan number only nativeID format, ]"),
    ("index=", "[MS, MS:1000774, multiple peak list nativeID format, ]"),
)
NO_NATIVE_ID = "[MS, MS:1000824, no nativeID format, ]"
PROTEIN_SCORE = "[MS, MS:1002373, protein group-level q-value, ]"
PSM_SCORES = ("[MS, MS:1002354, PSM-level q-value, ]", "[, , discriminant score, ]")
UNIT = "[PRIDE, PRIDE:0000393, Relative quantification unit, ]"
METHOD = "[MS, MS:1001834, LC-MS label-free quantitation analysis, ]"
LABEL_FREE = "[MS, MS:1002038, label free sample, ]"
PSM_COLUMNS = ["run", "scan", "rt", "precursor_mz", "charge", "peptide", "modified", "mass"]
PSM_COLUMNS += ["isotope_error", "score", "q_value", "accepted", "proteins", "group"]
PROTON = 1.007276466879


@dataclass(frozen=True)
class Deposit:
    """What an mzTab file tells of a study.

    Parameters
    ----------
    title
        Name of the study.
    samples, runs
        The sheets (contracts ``samples``, ``runs``), runs of proteins only.
    matrix
        The protein matrix: raw quantities, NaN missing.
    settings
        Options of the stage, as text.
    modifications
        ``fixed`` and ``variable``, one for each site.
    database
        Name of the database; empty where it is not known.
    psms
        Parquet of the PSMs; None for a study of tables.
    spelling
        How peptides and proteins are written; empty for a study of tables.
    """

    title: str
    samples: pd.DataFrame
    runs: pd.DataFrame
    matrix: "AnnData"
    settings: Sequence[str]
    modifications: Mapping[str, Sequence[Modification]] = field(default_factory=dict)
    database: str = ""
    psms: Path | None = None
    spelling: Spelling = field(default_factory=Spelling)

    @property
    def measured(self) -> list[str]:
        """Samples with a run, which are the assays of the file."""
        having = set(self.runs["sample"])
        return [name for name in self.samples["sample"].astype(str) if name in having]

    @property
    def file_of(self) -> dict[str, str]:
        """Run -> name of its file; of a table, which holds many runs, the name of the run."""
        names = self.runs["path"].map(base_name) if self.psms else self.runs["run"]
        return dict(zip(self.runs["run"].astype(str), names.astype(str), strict=True))

    @property
    def files(self) -> list[str]:
        """Names of the runs' files, each once."""
        return list(dict.fromkeys(self.file_of.values()))

    @property
    def variables(self) -> dict[str, list[str]]:
        """Study variables: condition and material, with their samples."""
        table = self.samples[self.samples["sample"].isin(self.measured)]
        found: dict[str, list[str]] = {}
        for row in table.itertuples():
            words = [str(row.condition) if pd.notna(row.condition) else "", str(row.material)]
            found.setdefault(", ".join(filter(None, words)), []).append(str(row.sample))
        return found


def write_mztab(deposit: Deposit, path: str | Path) -> None:
    """Write the file, whole or not at all; the same study gives the same bytes."""
    with whole_file(path) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
        for line in _lines(deposit):
            stream.write(line + "\n")


def base_name(path: str) -> str:
    """Give the name of a file without its folders, which belong to one machine."""
    return PureWindowsPath(PurePath(path).name).name


def _lines(deposit: Deposit) -> Iterator[str]:
    first, counts = ({}, {}) if deposit.psms is None else _counted(deposit)
    for key, value in _metadata(deposit, first):
        yield f"MTD\t{key}\t{_text(value)}"
    yield ""
    yield from _proteins(deposit, counts)
    if deposit.psms is not None:
        yield ""
        yield from _psms(deposit, deposit.psms)


def _metadata(deposit: Deposit, first_scans: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    complete = deposit.psms is not None
    yield "mzTab-version", "1.0.0"
    yield "mzTab-mode", "Complete" if complete else "Summary"
    yield "mzTab-type", "Quantification"
    yield "mzTab-ID", deposit.title
    yield "title", deposit.title
    yield "description", f"Proteins of {deposit.title}: {source_of(deposit.matrix)}"
    yield "protein_search_engine_score[1]", PROTEIN_SCORE
    if complete:
        for number, score in enumerate(PSM_SCORES, 1):
            yield f"psm_search_engine_score[{number}]", score
    from evcargo import __version__

    yield "software[1]", parameter("evcargo", __version__)
    for number, setting in enumerate(deposit.settings, 1):
        yield f"software[1]-setting[{number}]", setting
    yield "software[2]", engine(deposit.matrix)
    if complete:
        yield from _modifications(deposit.modifications)
    yield "quantification_method", METHOD
    yield "protein-quantification_unit", UNIT
    yield from _measured(deposit, first_scans)


def _modifications(listed: Mapping[str, Sequence[Modification]]) -> Iterator[tuple[str, str]]:
    for kind in ("fixed", "variable"):
        for number, one in enumerate(listed.get(kind, ()), 1):
            name = site_name(one.site)
            end, residue = (name, "") if len(name) > 1 else ("", name)
            if end and len(one.site) > 1:
                end, residue = end.rsplit(" ", 1)
            place = "Protein " if end.startswith("Protein ") else "Any "
            end = end.removeprefix("Protein ")
            term = f"UNIMOD, {one.number}, {one.name}" if one.number else _mass_term(one)
            yield f"{kind}_mod[{number}]", f"[{term}, ]"
            yield f"{kind}_mod[{number}]-site", residue or end
            yield f"{kind}_mod[{number}]-position", f"{place}{end}" if end else "Anywhere"
        if not listed.get(kind):
            number_of = {"fixed": "MS:1002453", "variable": "MS:1002454"}[kind]
            yield f"{kind}_mod[1]", f"[MS, {number_of}, No {kind} modifications searched, ]"


def _mass_term(one: Modification) -> str:
    return f"CHEMMOD, CHEMMOD:{one.mass:+.4f}, "


def _measured(deposit: Deposit, first_scans: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """MS runs, samples, assays and study variables."""
    number_of = {name: number for number, name in enumerate(deposit.files, 1)}
    run_of = {name: run for run, name in deposit.file_of.items()}
    for name, number in number_of.items():
        if deposit.psms is None:  # a table does not say where its spectra are
            yield f"ms_run[{number}]-location", NULL
        else:
            yield f"ms_run[{number}]-format", MGF if ".mgf" in name.casefold() else MZML
            yield f"ms_run[{number}]-location", f"file:///{name}"
            scan = first_scans.get(str(run_of[name]), "")
            known = [term for start, term in NATIVE_IDS if scan.startswith(start)]
            yield f"ms_run[{number}]-id_format", (known or [NO_NATIVE_ID])[0]
    place = {str(name): n for n, name in enumerate(deposit.samples["sample"], 1)}
    for row in deposit.samples.itertuples():
        about = (row.sample, row.material, row.condition, row.biofluid)
        words = ", ".join(str(word) for word in about if pd.notna(word))
        yield f"sample[{place[str(row.sample)]}]-description", words
    assay = {name: n for n, name in enumerate(deposit.measured, 1)}
    for name, number in assay.items():
        own = deposit.runs.loc[deposit.runs["sample"] == name, "run"].map(deposit.file_of)
        yield f"assay[{number}]-quantification_reagent", LABEL_FREE
        yield f"assay[{number}]-sample_ref", f"sample[{place[name]}]"
        refs = ",".join(f"ms_run[{number_of[one]}]" for one in dict.fromkeys(own))
        yield f"assay[{number}]-ms_run_ref", refs
    for number, (words, samples) in enumerate(deposit.variables.items(), 1):
        refs = ",".join(f"assay[{assay[name]}]" for name in samples)
        yield f"study_variable[{number}]-assay_refs", refs
        yield f"study_variable[{number}]-description", words


def source_of(matrix: "AnnData") -> str:
    """Say where the quantities come from, without the paths in brackets."""
    return " ".join(re.sub(r"\[[^\]]*\]", "", str(matrix.uns["source"])).split())


def engine(matrix: "AnnData") -> str:
    """Name the search engine as a parameter, by what the matrix says of its source."""
    source = re.split("[;,]", source_of(matrix))[0].strip()
    if source.startswith("sagepy "):
        return f"[MS, MS:1004007, Sage, {source}]"
    return parameter(source or "unknown")


def parameter(name: str, value: str = "") -> str:
    """Write a parameter of the user; a comma would end it, so that such names stand in quotes."""
    quoted = [f'"{text}"' if "," in text else text for text in (name, value)]
    return f"[, , {quoted[0]}, {quoted[1]}]"


def _counted(deposit: Deposit) -> tuple[dict[str, str], dict[str, pd.DataFrame]]:
    """First native id of each run, and per run the counts of each group's accepted PSMs."""
    first, counts = {}, {}
    columns = ["scan", "group", "peptide", "modified", "accepted"]
    for run in deposit.file_of:  # one by one, so that memory does not grow with their number
        own = pd.read_parquet(deposit.psms, columns=columns, filters=[("run", "==", run)])
        first[run] = str(own["scan"].iloc[0]) if len(own) else ""
        good = own[own["accepted"]]
        forms = good.drop_duplicates(["group", "modified"])
        unique = forms[forms["peptide"].isin(deposit.spelling.unique)]
        sizes = {"psms": good, "distinct": forms, "unique": unique}
        table = pd.DataFrame({name: rows["group"].value_counts() for name, rows in sizes.items()})
        counts[run] = table.fillna(0).astype(int)
    return first, counts


def _accepted(psms: Path) -> Iterator[pd.DataFrame]:
    from pyarrow import parquet

    for batch in parquet.ParquetFile(psms).iter_batches(batch_size=50_000, columns=PSM_COLUMNS):
        frame = batch.to_pandas()
        yield frame[frame["accepted"]]


def _proteins(deposit: Deposit, counts: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    complete = deposit.psms is not None
    files = len(deposit.files)
    runs = range(1, files + 1)
    header = ["accession", "description", "taxid", "species", "database", "database_version"]
    header += ["search_engine", "best_search_engine_score[1]"]
    header += [f"search_engine_score[1]_ms_run[{n}]" for n in runs] if complete else []
    kinds = ("num_psms", "num_peptides_distinct", "num_peptides_unique") if complete else ()
    header += [f"{kind}_ms_run[{n}]" for kind in kinds for n in runs]
    header += ["ambiguity_members", "modifications"] + ["protein_coverage"] * complete
    header += [f"protein_abundance_assay[{n + 1}]" for n in range(len(deposit.measured))]
    for n in range(1, len(deposit.variables) + 1):
        parts = ("", "_stdev", "_std_error")
        header += [f"protein_abundance{part}_study_variable[{n}]" for part in parts]
    header += ["opt_global_gene", "opt_global_is_contaminant", "opt_global_ambiguous"]
    yield "\t".join(["PRH", *header])
    values = np.asarray(deposit.matrix[deposit.measured].X, float)
    found = engine(deposit.matrix)
    run_of = {name: run for run, name in deposit.file_of.items()}
    of_run = [counts.get(run_of[name]) for name in deposit.files]
    for place, (group, about) in enumerate(deposit.matrix.var.iterrows()):
        members = str(about["accessions"]).split(";")
        line = [members[0], about["name"], about["taxon"], SPECIES.get(str(about["taxon"]), NULL)]
        line += [deposit.database or NULL, NULL, found, about["q_value"]]
        if complete:
            line += [NULL] * files
            for kind in ("psms", "distinct", "unique"):
                line += [
                    int(own.at[group, kind]) if own is not None and group in own.index else 0
                    for own in of_run
                ]
        line += [",".join(members[1:]), NULL]
        line += [deposit.spelling.coverage(members[0], str(group))] * complete
        line += [*values[:, place], *_by_variable(values[:, place], deposit)]
        ambiguous = about.get("ambiguous", NULL)
        line += [about["gene"], int(about["is_contaminant"])]
        line += [ambiguous if ambiguous is NULL else int(ambiguous)]
        yield "\t".join(["PRT", *map(_text, line)])


def _by_variable(values: np.ndarray, deposit: Deposit) -> list[float]:
    """Mean, standard deviation and standard error over the samples that have a value."""
    place = {name: n for n, name in enumerate(deposit.measured)}
    told: list[float] = []
    for samples in deposit.variables.values():
        own = values[[place[name] for name in samples]]
        own = own[np.isfinite(own)]
        spread = float(np.std(own, ddof=1)) if len(own) > 1 else math.nan
        middle = float(own.mean()) if len(own) else math.nan
        told += [middle, spread, spread / math.sqrt(len(own)) if len(own) > 1 else math.nan]
    return told


def _psms(deposit: Deposit, psms: Path) -> Iterator[str]:
    header = ["sequence", "PSM_ID", "accession", "unique", "database", "database_version"]
    header += ["search_engine", "search_engine_score[1]", "search_engine_score[2]"]
    header += ["modifications", "retention_time", "charge", "exp_mass_to_charge"]
    header += ["calc_mass_to_charge", "spectra_ref", "pre", "post", "start", "end"]
    header += ["opt_global_cv_MS:1002217_decoy_peptide", "opt_global_isotope_error"]
    yield "\t".join(["PSH", *header])
    number_of = {name: n for n, name in enumerate(deposit.files, 1)}
    file_of = deposit.file_of
    found, ident = engine(deposit.matrix), 0
    for batch in _accepted(psms):
        for row in batch.itertuples():
            ident += 1
            places = deposit.spelling.places(row.peptide, row.group)
            reference = f"ms_run[{number_of[file_of[row.run]]}]:{row.scan}"
            ends = [
                modifications_text(row.modified, deposit.spelling.shifts),
                60 * row.rt,
                row.charge,
                row.precursor_mz,
                row.mass / row.charge + PROTON,
                reference,
            ]
            for place in places:
                line = [places[0].sequence, ident, place.accession, int(len(places) == 1)]
                line += [deposit.database, NULL, found, row.q_value, row.score, *ends]
                line += [place.pre, place.post, place.start, place.end, 0, row.isotope_error]
                yield "\t".join(["PSM", *map(_text, line)])


def _text(value: Any) -> str:
    """Write a cell: ``null`` for what is missing, no tab or line break within."""
    if value is None or value is pd.NA:
        return NULL
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.10g}" if math.isfinite(value) else NULL
    return re.sub(r"\s+", " ", str(value)).strip() or NULL
