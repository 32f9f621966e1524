"""What spectra need besides themselves, and what the first bytes of their files show."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from evcargo.proteins.spectra import CONVERT
from evcargo.proteins.thermo import find_program
from evcargo.study.model import SPECTRA
from evcargo.study.notes import Notes

SPECTRAL_COUNTS = "spectral_counts"


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
    if "thermo" in kinds and look_inside and not conda and find_program() is None:
        notes.add(
            "is not installed, but Thermo .raw files of the run sheet are converted with it",
            "Let conda install it (snakemake --sdm conda makes envs/thermo.yaml), install it (conda"
            " install -c bioconda thermorawfileparser), or convert the files and give the mzML",
            column="proteins",
            value="ThermoRawFileParser",
        )


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
    culture = samples["biofluid"].eq("cell_culture") & samples["sample"].isin(searched["sample"])
    if culture.any() and not config["proteins"]["contaminants"]:
        warnings.append(
            f"{culture.sum()} samples of cell culture are searched without bovine proteins, as"
            " proteins.contaminants is false: peptides of the serum in the medium will be taken for"
            " those of the cells. Set it to true, unless the FASTA holds them"
        )
    return tuple(warnings)
