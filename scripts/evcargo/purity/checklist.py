"""Reporting checklist of MISEV2023 and EV-TRACK, filled in as far as the study's files tell.

What no file tells stays blank, for the authors to fill in: an answer is never guessed. MISEV2023 is
10.1002/jev2.12404, EV-TRACK (with the nine items of the EV-METRIC) 10.1038/nmeth.4185.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.purity.answers import GRAVITY, NOT_ASSESSED
from evcargo.purity.enrichment import DEPLETED, ENRICHED, FEWEST_PAIRS, NOT_SHOWN

MISEV, TRACK = "MISEV2023", "EV-TRACK"
SHEET = "sample sheet"
BEST_KNOWN = ("tetraspanin", "classic_exosome")
"""Panels whose markers are named first among those in as many samples."""
MOST = 6
"""Values of a column that are written out."""


@dataclass(frozen=True)
class Item:
    """Something to report: guideline, its section, and columns of a sample sheet that tell."""

    guideline: str
    section: str
    item: str
    columns: tuple[str, ...] = ()


SOURCE, SEPARATION = "source and pre-processing", "separation and concentration"
CHARACTER, DATA = "characterisation", "data and reporting"
ITEMS = (
    Item(
        MISEV,
        "nomenclature",
        "Term used for the vesicles, with its evidence",
        ("ev_term", "nomenclature"),
    ),
    Item(MISEV, SOURCE, "Organism"),
    Item(MISEV, SOURCE, "Source of the EVs (biofluid, cells, tissue)", ("biofluid",)),
    Item(
        MISEV,
        SOURCE,
        "Cell line or cell type, passage, viability",
        ("cell_line", "cell_type", "passage", "viability"),
    ),
    Item(
        MISEV,
        SOURCE,
        "Culture medium and serum (EV-depleted or not)",
        ("medium", "culture_medium", "serum", "fbs"),
    ),
    Item(
        MISEV, SOURCE, "Anticoagulant and collection of blood", ("anticoagulant", "tube", "fasting")
    ),
    Item(
        MISEV,
        SOURCE,
        "Time and temperature before processing, storage",
        ("processing_time", "time_to_processing", "storage", "storage_temperature", "freeze_thaw"),
    ),
    Item(
        MISEV,
        SOURCE,
        "Volume or number of cells that EVs were taken from",
        (
            "volume",
            "volume_ml",
            "input_volume",
            "input_volume_ml",
            "starting_volume",
            "starting_volume_ml",
            "cell_count",
            "cell_number",
        ),
    ),
    Item(MISEV, SOURCE, "Donors or independent preparations", ("subject",)),
    Item(MISEV, SEPARATION, "Method of separation", ("isolation",)),
    Item(
        MISEV,
        SEPARATION,
        "Kit, column, resin or antibody",
        ("isolation_kit", "kit_catalogue", "column_type", "resin", "antibody"),
    ),
    Item(
        MISEV,
        SEPARATION,
        "Final volume, buffer and storage of the preparation",
        (
            "elution_volume",
            "elution_volume_ul",
            "final_volume",
            "final_volume_ul",
            "buffer",
            "ev_storage",
        ),
    ),
    Item(MISEV, CHARACTER, "Quantity: particles"),
    Item(MISEV, CHARACTER, "Quantity: protein"),
    Item(MISEV, CHARACTER, "Particles per protein"),
    Item(MISEV, CHARACTER, "Size distribution"),
    Item(MISEV, CHARACTER, "Transmembrane or GPI-anchored EV proteins (category 1)"),
    Item(MISEV, CHARACTER, "Cytosolic EV proteins (category 2)"),
    Item(MISEV, CHARACTER, "Components that co-isolate, e.g. lipoproteins (category 3)"),
    Item(MISEV, CHARACTER, "Other compartments, for claims of a subtype (category 4)"),
    Item(MISEV, CHARACTER, "Secreted proteins that may be recovered with EVs (category 5)"),
    Item(MISEV, CHARACTER, "Enrichment against the source or depleted material"),
    Item(MISEV, CHARACTER, "Topology (which side of the membrane)", ("topology",)),
    Item(MISEV, CHARACTER, "Images of single EVs", ("microscopy", "em")),
    Item(MISEV, DATA, "Purity of every preparation, with criteria and thresholds"),
    Item(MISEV, DATA, "What was done about impure preparations"),
    Item(TRACK, "EV-METRIC 1", "EV-enriched proteins"),
    Item(TRACK, "EV-METRIC 2", "Non-EV-enriched protein"),
    Item(TRACK, "EV-METRIC 3", "Qualitative and quantitative analysis"),
    Item(
        TRACK,
        "EV-METRIC 4",
        "Electron microscopy images, wide field and close up",
        ("electron_microscopy", "tem", "em"),
    ),
    Item(TRACK, "EV-METRIC 5", "Density gradient", ("density_gradient", "gradient")),
    Item(TRACK, "EV-METRIC 6", "EV density", ("ev_density", "density")),
    Item(
        TRACK,
        "EV-METRIC 7",
        "Ultracentrifugation specifics",
        ("rotor", "g_force", "rcf", "centrifugation", "k_factor"),
    ),
    Item(TRACK, "EV-METRIC 8", "Antibody specifics", ("antibody", "antibody_dilution")),
    Item(TRACK, "EV-METRIC 9", "Lysate preparation", ("lysis", "lysis_buffer", "lysate")),
)

Tables = dict[str, pd.DataFrame]


def checklist(organism: str, action: str, tables: Tables) -> pd.DataFrame:
    """Fill in the checklist.

    Parameters
    ----------
    organism, action
        `organism` and `purity.action` of the config.
    tables
        `samples`, `criteria`, `verdicts`, `markers`, `actions` and `enrichment` under their
        contracts.

    Returns
    -------
    pandas.DataFrame
        Contract ``checklist``; `answer` and `origin` are empty where no file tells.
    """
    ev = tables["samples"][tables["samples"]["material"] == "ev"]
    told = _from_results(organism, action, ev, tables)
    rows = []
    for one in ITEMS:
        answer, origin = told.get(one.item, ("", ""))
        if not answer and one.columns:
            answer, origin = _from_sheet(ev, one.columns)
        rows.append(
            {
                "guideline": one.guideline,
                "section": one.section,
                "item": one.item,
                "answer": answer,
                "origin": origin if answer else "",
            }
        )
    return pd.DataFrame(rows, columns=CONTRACTS["checklist"].names)


def _from_sheet(ev: pd.DataFrame, columns: Sequence[str]) -> tuple[str, str]:
    """Values of the columns of the sample sheet that there are, each with its number of samples."""
    found = []
    by_key = {str(name).strip().lower().replace(" ", "_"): name for name in ev.columns}
    for name in (by_key[one] for one in columns if one in by_key):
        values = ev[name].dropna().astype(str)
        counts = values[values != ""].value_counts(sort=False)
        if len(counts) > MOST:
            found.append((name, f"{len(counts)} values, {int(counts.sum())} samples"))
        elif len(counts):
            said = "; ".join(f"{value} ({count})" for value, count in counts.items())
            found.append((name, said))
    if len(found) == 1:
        return found[0][1], f"{SHEET}, column {found[0][0]}"
    return (
        "; ".join(f"{name}: {said}" for name, said in found),
        f"{SHEET}, columns {', '.join(name for name, _ in found)}",
    )


def _from_results(
    organism: str, action: str, ev: pd.DataFrame, tables: Tables
) -> dict[str, tuple[str, str]]:
    """Answers that the config and the results give, by item."""
    names = list(ev["sample"])
    criteria = tables["criteria"][tables["criteria"]["sample"].isin(names)]
    markers = tables["markers"][tables["markers"]["sample"].isin(names)]
    of_category = {
        number: _markers(markers, tuple(f"misev2018_{number}{letter}" for letter in letters))
        for number, letters in (("1", "ab"), ("2", "ab"), ("3", "ab"), ("4", "abcd"), ("5", "ab"))
    }
    ratio = _range(criteria, "particles per protein")
    sizes = _range(criteria, "particles within the size window")
    sizes = f"share within the size window {sizes}" if sizes else ""
    from_markers, from_criteria = "results/purity/markers.tsv", "results/purity/criteria.tsv"
    by_both = bool(ratio or sizes) and bool(of_category["1"])
    return {
        "Organism": (organism, "config, organism"),
        "Donors or independent preparations": (
            _subjects(ev),
            f"{SHEET}, column subject",
        ),
        "Quantity: particles": (_numbers(ev, "particle_count"), f"{SHEET}, column particle_count"),
        "Quantity: protein": (_numbers(ev, "protein_ug", "ug"), f"{SHEET}, column protein_ug"),
        "Particles per protein": (ratio, from_criteria),
        "Size distribution": (sizes, f"{from_criteria}; results/particles/"),
        "Transmembrane or GPI-anchored EV proteins (category 1)": (of_category["1"], from_markers),
        "Cytosolic EV proteins (category 2)": (of_category["2"], from_markers),
        "Components that co-isolate, e.g. lipoproteins (category 3)": (
            of_category["3"],
            from_markers,
        ),
        "Other compartments, for claims of a subtype (category 4)": (
            of_category["4"],
            from_markers,
        ),
        "Secreted proteins that may be recovered with EVs (category 5)": (
            of_category["5"],
            from_markers,
        ),
        "Enrichment against the source or depleted material": (
            _enrichment(tables["enrichment"]),
            "results/purity/enrichment.tsv",
        ),
        "Purity of every preparation, with criteria and thresholds": (
            _verdicts(tables["verdicts"], names),
            f"results/purity/verdicts.tsv, {from_criteria}",
        ),
        "What was done about impure preparations": (
            _actions(action, tables["actions"]),
            "results/purity/actions.tsv",
        ),
        "EV-enriched proteins": (of_category["1"], from_markers),
        "Non-EV-enriched protein": (of_category["3"] or of_category["4"], from_markers),
        "Qualitative and quantitative analysis": (
            "proteins and particles of the preparations" if by_both else "",
            f"{from_markers}, {from_criteria}",
        ),
    }


def _markers(markers: pd.DataFrame, panels: Sequence[str]) -> str:
    """Markers that were detected, the commonest and best known first; empty without proteins."""
    here = markers[markers["panel"].isin(panels)].drop_duplicates(["sample", "gene"])
    judged = here[here["evidence"] != NOT_ASSESSED]
    if judged.empty:
        return ""
    found = here[here["evidence"] == "detected"]
    known = dict.fromkeys(markers.loc[markers["panel"].isin(BEST_KNOWN), "gene"])
    counts = found.groupby("gene").size()
    order = [*(gene for gene in known if gene in counts), *counts.index.difference(list(known))]
    counts = counts[order].sort_values(ascending=False, kind="stable")
    if counts.empty:
        return f"none of {here['gene'].nunique()} markers detected"
    listed = ", ".join(f"{gene} ({count})" for gene, count in counts.head(MOST).items())
    more = f" and {len(counts) - MOST} more" if len(counts) > MOST else ""
    return f"{listed}{more} (in so many of {here['sample'].nunique()} samples)"


def _range(criteria: pd.DataFrame, criterion: str) -> str:
    rows = criteria[(criteria["criterion"] == criterion) & criteria["value"].notna()]
    if rows.empty:
        return ""
    values = rows["value"].astype(float)
    verdicts = rows["verdict"].value_counts()
    judged = ", ".join(f"{verdicts[one]} {one}" for one in GRAVITY if one in verdicts)
    return f"{values.min():.3g} to {values.max():.3g} {rows['unit'].iloc[0]}; {judged}"


def _numbers(ev: pd.DataFrame, column: str, unit: str = "") -> str:
    values = pd.to_numeric(ev[column], errors="coerce").dropna()
    if values.empty:
        return ""
    said = f"{values.min():.3g} to {values.max():.3g} {unit}".strip()
    return f"{said} in {len(values)} of {len(ev)} preparations"


def _subjects(ev: pd.DataFrame) -> str:
    subjects = ev["subject"].dropna().astype(str)
    count = subjects[subjects != ""].nunique()
    return f"{count} subjects, {len(ev)} EV preparations" if count else ""


def _verdicts(verdicts: pd.DataFrame, names: Sequence[Any]) -> str:
    counts = verdicts.loc[verdicts["sample"].isin(names), "verdict"].value_counts()
    return ", ".join(f"{counts[one]} {one}" for one in GRAVITY if one in counts)


def _enrichment(table: pd.DataFrame) -> str:
    said = []
    for material, rows in table.groupby("material", sort=False):
        told = [
            f"{row['set']} {row['finding']} ({row['log2_difference']:+.1f} log2)"
            for row in rows.to_dict("records")
            if row["finding"] in (ENRICHED, DEPLETED)
        ]
        # What was hoped for and not seen belongs into the paper as well.
        open_sets = rows[(rows["expected"].fillna("") != "") & (rows["finding"] == NOT_SHOWN)]
        told += [f"no change shown of {name}" for name in open_sets["set"]]
        pairs = int(rows["n_pairs"].max())
        none = "no change shown" if pairs >= FEWEST_PAIRS else "too few to be tested"
        said.append(f"against {material}, {pairs} pairs: {', '.join(told) or none}")
    return "; ".join(said)


def _actions(action: str, actions: pd.DataFrame) -> str:
    touched = actions.loc[actions["action"] != "none", "sample"].astype(str).tolist()
    return f"purity.action {action}: " + (
        f"{', '.join(touched[:MOST])}{' ...' if len(touched) > MOST else ''}"
        if touched
        else "nothing left out or weighted"
    )
