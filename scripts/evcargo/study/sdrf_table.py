"""The study as an SDRF-Proteomics table, for the deposition of its spectra."""

from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import Any

import pandas as pd

from evcargo.job import whole_file
from evcargo.proteins.modifications import parse_modifications
from evcargo.study.model import Study
from evcargo.study.sdrf import DATA_FILE, FRACTION, KNOWN, LABEL, ORGANISM, REPLICATE, SOURCE
from evcargo.study.sdrf_words import ORGANISM_PARTS, SAMPLE_TYPES, SPECIES

VERSION = "v1.1.0"  # of the format and of its template ms-proteomics
NOTHING = "not available"
ENZYMES = {
    "trypsin": "NT=Trypsin;AC=MS:1001251",
    "trypsin/p": "NT=Trypsin/P;AC=MS:1001313",
    "lys-c": "NT=Lys-C;AC=MS:1001309",
    "arg-c": "NT=Arg-C;AC=MS:1001303",
}
POSITIONS = {
    "^": "Any N-term",
    "$": "Any C-term",
    "[": "Protein N-term",
    "]": "Protein C-term",
}
# Sheet columns that have a place of their own, and names that had characters we leave out.
PLACED = {"sample", "material", "condition", "biofluid", "source_name", *KNOWN.values()}
SPELT = {"strain_breed": "strain/breed"}
FIRST = ("organism_part", "disease", "cell_type", "biological_replicate", "sample_type")
Header = tuple[str, list[str]]


def write_sdrf(study: Study, instruments: Mapping[str, str], path: str | Path) -> None:
    """Write the table of `sdrf_columns` as tab-separated text, whole or not at all."""
    columns = sdrf_columns(study, instruments)
    rows = zip(*(cells for _, cells in columns), strict=True)
    lines = [[header for header, _ in columns], *rows]
    with whole_file(path) as part:
        part.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")


def sdrf_columns(study: Study, instruments: Mapping[str, str]) -> list[Header]:
    """Describe every proteins run of a study that was measured as spectra.

    Parameters
    ----------
    study
        The checked study.
    instruments
        Run -> model of its instrument, as far as known.

    Returns
    -------
    list of tuple
        Header and cells of each column, in the order of the format; headers may repeat. What the
        study does not say is ``not available``.
    """
    runs = study.rows_of("proteins")
    samples = study.samples.set_index("sample", drop=False)
    of_run = samples.loc[runs["sample"]]

    def per_run(values: pd.Series) -> list[str]:
        return [_cell(value) for value in values]

    def by_run(tell: Callable[[Any], str]) -> list[str]:
        return [_cell(tell(run)) for run in runs.itertuples()]

    search = study.config["proteins"]["search"]
    tolerance = f"{search['fragment_tolerance']:g} {search['fragment_tolerance_unit']}"
    names = of_run["source_name"] if "source_name" in of_run else of_run["sample"]
    return [
        (SOURCE, per_run(names)),
        *((header, per_run(values.loc[runs["sample"]])) for header, values in _about(study)),
        ("assay name", by_run(lambda run: run.run)),
        ("technology type", by_run(lambda _: "proteomic profiling by mass spectrometry")),
        (REPLICATE, by_run(lambda run: run.replicate)),
        (DATA_FILE, by_run(lambda run: study.data_files.get(run.path, PurePath(run.path).name))),
        (FRACTION, by_run(lambda run: run.fraction)),
        (LABEL, by_run(lambda _: "NT=label free sample;AC=MS:1002038")),
        ("comment[instrument]", by_run(lambda run: _named(instruments.get(run.run, "")))),
        ("comment[cleavage agent details]", by_run(lambda _: ENZYMES[search["enzyme"]])),
        *_modifications(search, len(runs)),
        (
            "comment[precursor mass tolerance]",
            by_run(lambda _: f"{search['precursor_tolerance_ppm']:g} ppm"),
        ),
        ("comment[fragment mass tolerance]", by_run(lambda _: tolerance)),
        (
            "comment[proteomics data acquisition method]",
            by_run(lambda _: "NT=Data-dependent acquisition;AC=PRIDE:0000627"),
        ),
        ("comment[sdrf version]", by_run(lambda _: VERSION)),
        ("comment[sdrf template]", by_run(lambda _: f"NT=ms-proteomics;VV={VERSION}")),
        *(
            (f"factor value[{_factor_name(name)}]", per_run(of_run[name]))
            for name in _factors(study)
        ),
    ]


def _factors(study: Study) -> list[str]:
    """Columns that are compared and have a value."""
    columns = [*study.factors, *(contrast.column for contrast in study.contrasts)]
    # The condition of a study read from an SDRF only joins its factors.
    read = bool(study.data_files)
    return [
        name
        for name in dict.fromkeys(columns)
        if study.samples[name].notna().any() and not (read and name == "condition")
    ]


def _about(study: Study) -> list[tuple[str, pd.Series]]:
    """Header and cell per sample of each characteristic."""
    samples = study.samples.set_index("sample", drop=False)
    species = SPECIES[study.config["organism"]].capitalize()
    place = samples.groupby([samples["material"], samples["condition"].fillna("")]).cumcount() + 1
    known = {
        "organism_part": samples["biofluid"].map(ORGANISM_PARTS),
        "disease": pd.Series(NOTHING, samples.index),
        "cell_type": pd.Series(NOTHING, samples.index),
        "biological_replicate": place,
        "sample_type": samples["material"].map(SAMPLE_TYPES),
    }
    columns = [(ORGANISM, pd.Series(species, samples.index))]
    for name in FIRST:
        values = samples[name] if name in samples else known[name]
        columns.append((f"characteristics[{_words(name)}]", values))
    for theirs, ours in KNOWN.items():
        if samples[ours].notna().any():
            columns.append((f"characteristics[{theirs}]", samples[ours]))
    for name in samples:
        if str(name) not in PLACED | set(FIRST) and not str(name).startswith("factor_"):
            columns.append((f"characteristics[{_words(str(name))}]", samples[name]))
    return columns


def _modifications(search: Mapping[str, Any], n: int) -> list[Header]:
    columns = []
    for kind, option in (("Fixed", "fixed_modifications"), ("Variable", "variable_modifications")):
        for written in search[option]:
            found = parse_modifications([written], f"proteins.search.{option}")
            term = f"AC={found[0].number}" if found[0].number else f"MM={found[0].mass:g}"
            for where in _places([one.site for one in found]):
                text = f"NT={found[0].name};{term};MT={kind};{where}"
                columns.append(("comment[modification parameters]", [text] * n))
    return columns


def _places(sites: list[str]) -> list[str]:
    """Residues (TA) and position (PP) of sites; residues that may be anywhere share a place."""
    anywhere = [site for site in sites if site.isalpha()]
    places = [f"TA={','.join(anywhere)}"] if anywhere else []
    for site in (one for one in sites if one not in anywhere):
        residue = f"TA={site[1:]};" if len(site) > 1 else ""
        places.append(f"{residue}PP={POSITIONS[site[0]]}")
    return places


def _words(column: str) -> str:
    return SPELT.get(column, column.removeprefix("characteristic_").replace("_", " "))


def _factor_name(column: str) -> str:
    theirs = {ours: theirs for theirs, ours in KNOWN.items()}
    return theirs.get(column) or _words(column.removeprefix("factor_"))


def _named(text: str) -> str:
    return f"NT={text}" if text else ""


def _cell(value: Any) -> str:
    if value is None or pd.isna(value):
        return NOTHING
    if isinstance(value, float):
        return f"{value:.10g}"
    return " ".join(str(value).split()) or NOTHING
