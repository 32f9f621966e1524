"""What spectra need besides themselves, and what the first bytes of their files show."""

import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import pandas as pd

from evcargo.proteins.modifications import (
    Modification,
    NoModification,
    fixed_clash,
    parse_modification,
    parse_sites,
    site_name,
    split_modification,
)
from evcargo.proteins.spectra import CONVERT
from evcargo.proteins.thermo import find_program
from evcargo.proteins.unimod import find_title
from evcargo.study.model import SPECTRA
from evcargo.study.notes import Notes

SPECTRAL_COUNTS = "spectral_counts"
LABEL = re.compile(r"(?:cys|iodo|sh)?TMT|iTRAQ|DiLeu|DiART")
"""How the names of labels begin that mark several samples in one run."""


def why_bad_spectra(text: str) -> tuple[str, str]:
    """Message and remedy where the beginning of an mzML or MGF file shows that it cannot be used.

    Both are empty where nothing is wrong as far as the first bytes show.
    """
    spectrum = re.search(r"<spectrum\s.*?<binary>", text, re.DOTALL)
    if spectrum and 'accession="MS:1000128"' in spectrum[0]:
        return "holds profile spectra, but centroids are needed", CONVERT
    ions = re.search(r"^BEGIN IONS\n(.*?)^END IONS", text, re.DOTALL | re.MULTILINE)
    for key in ("PEPMASS", "RTINSECONDS"):
        if ions and not re.search(rf"(?m)^{key}\s*=\s*\S", ions[1]):
            return f"has spectra without {key}", "Convert the raw file again with msconvert"
    return "", ""


def check_spectra(
    config: Mapping[str, Any], runs: pd.DataFrame, look_inside: bool, conda: bool, notes: Notes
) -> None:
    """Write down what the spectra of a study lack to be searched, if it has any.

    Parameters
    ----------
    config
        The config with its defaults.
    runs
        Contract ``runs``.
    look_inside
        Whether programs are looked for.
    conda
        Whether jobs run in conda environments, which bring their programs.
    notes
        Takes the problems.
    """
    options = config["proteins"]
    kinds = set(runs.loc[runs["assay"] == "proteins", "format"]) & set(SPECTRA)
    if kinds and not options["fasta"]:
        remedy = "Give the protein FASTA of the organism; spectra are searched against it"
        notes.add("is missing", remedy, column="proteins.fasta")
    if kinds == {"mgf"} and options["rollup"] != SPECTRAL_COUNTS:
        notes.add(
            "needs MS1 spectra, which MGF files do not hold",
            f"Write {SPECTRAL_COUNTS}, or give the mzML that the MGF files were made from",
            column="proteins.rollup",
            value=options["rollup"],
        )
    if kinds and look_inside:
        check_search(options["search"], notes)
    if "thermo" in kinds and look_inside and not conda and find_program() is None:
        notes.add(
            "is not installed, but Thermo .raw files of the run sheet are converted with it",
            "Let conda install it (snakemake --sdm conda makes envs/thermo.yaml), install it (conda"
            " install -c bioconda thermorawfileparser), or convert the files and give the mzML",
            column="proteins",
            value="ThermoRawFileParser",
        )


def check_search(search: Mapping[str, Any], notes: Notes) -> None:
    """Write down which modifications of the search are not known, or exclude each other.

    Names are not looked up where the search engine, which brings them along, is not installed: a
    study may be started from a computer that leaves the search to others.
    """
    if find_spec("sagepy_connector") is None:
        return
    parsed = {kind: _modifications(search, kind, notes) for kind in ("fixed", "variable")}
    clash = fixed_clash(parsed["fixed"])
    if clash:
        names = " and ".join(f"{one.name} ({site_name(one.site)})" for one in clash)
        notes.add(
            f"has two modifications of one place: {names}",
            "Keep one of them fixed, and make the other variable: it then takes the place of the"
            " fixed one",
            column="proteins.search.fixed_modifications",
        )


def _modifications(search: Mapping[str, Any], kind: str, notes: Notes) -> list[Modification]:
    parsed: list[Modification] = []
    for text in search[f"{kind}_modifications"]:
        try:
            parsed += parse_modification(text)
        except NoModification as error:
            column = f"proteins.search.{kind}_modifications"
            notes.add(error.message, error.remedy, column=column, value=text)
    return list(dict.fromkeys(parsed))


def _label_warnings(search: Mapping[str, Any]) -> list[str]:
    """Say that a run of labelled samples is one sample here."""
    if find_spec("sagepy_connector") is None:
        return []
    labels: dict[str, list[str]] = {}
    for text in (*search["fixed_modifications"], *search["variable_modifications"]):
        name, sites = split_modification(text)
        title, implied = find_title(name) or ("", "")
        if LABEL.match(title):
            labels.setdefault(title, []).extend(map(site_name, parse_sites(sites or implied)))
    if not labels:
        return []
    names = "; ".join(f"{title} on {', '.join(sites)}" for title, sites in labels.items())
    return [
        f"the search has a label ({names}): peptides are identified with it, but its reporter ions"
        " are not read. A run counts as one sample, whatever samples were mixed in it"
    ]


def spectra_warnings(
    config: Mapping[str, Any], samples: pd.DataFrame, runs: pd.DataFrame
) -> tuple[str, ...]:
    """Warn of MGF, and of cell-culture EVs searched without the bovine proteins of their medium."""
    searched = runs[(runs["assay"] == "proteins") & runs["format"].isin(SPECTRA)]
    warnings = []
    if searched["format"].eq("mgf").any():
        warnings.append(
            "the spectra are MGF, which holds no MS1: proteins are identified and their spectra are"
            " counted; there are no areas"
        )
    if len(searched):
        warnings += _label_warnings(config["proteins"]["search"])
    culture = samples["biofluid"].eq("cell_culture") & samples["sample"].isin(searched["sample"])
    if culture.any() and not config["proteins"]["contaminants"]:
        warnings.append(
            f"{culture.sum()} samples of cell culture are searched without bovine proteins, as"
            " proteins.contaminants is false: peptides of the serum in the medium will be taken for"
            " those of the cells. Set it to true, unless the FASTA holds them"
        )
    return tuple(warnings)
