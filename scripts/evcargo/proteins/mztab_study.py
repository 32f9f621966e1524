"""What the mzTab file of a study is written from: tables of the stage, options of the search."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from evcargo.proteins.database import read_database
from evcargo.proteins.mztab import Deposit, base_name
from evcargo.proteins.mztab_peptides import listed_modifications, shifts_of, spelling_of
from evcargo.tables import read_matrix, read_table


def deposit_of(inputs: Mapping[str, Any], options: Mapping[str, Any]) -> Deposit:
    """Read the inputs of rule write_mztab.

    Parameters
    ----------
    inputs
        Paths of ``samples``, ``runs`` and ``matrix``; for a study of spectra also ``psms``,
        ``peptides``, ``fasta`` and ``table`` of the database.
    options
        ``study``, ``search`` (options ``proteins.search``) and ``others`` (further
        options of the stage that the file depends on).
    """
    runs = read_table(inputs["runs"], "runs")
    runs = runs[runs["assay"] == "proteins"]
    shared = {
        "title": options["study"],
        "samples": read_table(inputs["samples"], "samples"),
        "runs": runs,
        "matrix": read_matrix(inputs["matrix"]),
    }
    if not inputs.get("psms"):
        return Deposit(**shared, settings=["quantities = as imported, not normalised"])
    search, others = options["search"], options["others"]
    settings = [f"{name} = {setting(value)}" for name, value in others.items() if value != ""]
    modifications = listed_modifications(search)
    settings += [f"search.{name} = {setting(value)}" for name, value in search.items()]
    spelling = spelling_of(
        pd.read_parquet(inputs["peptides"]),
        read_database(inputs["fasta"], inputs["table"]),
        shifts_of(modifications),
        search["enzyme"],
    )
    return Deposit(
        **shared,
        settings=settings,
        modifications=modifications,
        database=Path(inputs["fasta"]).name,
        psms=Path(inputs["psms"]),
        spelling=spelling,
    )


def setting(value: Any) -> str:
    """Write the value of an option; of a file its name only, as folders belong to one machine."""
    if isinstance(value, list):
        return ", ".join(setting(one) for one in value)
    return base_name(value) if isinstance(value, str) and " " not in value else str(value)
