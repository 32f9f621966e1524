"""Library kits that a study declares: whether they can be, and their names for the run sheet."""

from collections.abc import Mapping
from typing import Any

from evcargo.study.notes import Notes

KIT = "kit"


def check_kits(config: Mapping[str, Any], schema: Mapping[str, Any], notes: Notes) -> None:
    """Write down the kits of ``rna.kits`` that cannot be.

    Parameters
    ----------
    config
        With its defaults.
    schema
        Schema of a row of the run sheet, which lists the shipped kits.
    notes
        Takes the problems.
    """
    taken = set(schema["properties"][KIT]["enum"])
    for name, kit in config["rna"]["kits"].items():
        option = f"rna.kits.{name}"
        if name in taken:
            remedy = "Give it another name, and write that into the column kit of the run sheet"
            notes.add("is the name of a kit that evcargo knows already", remedy, column=option)
        if kit["umi"] and not kit["adapter"]:
            remedy = "Give the adapter; or leave umi out, if the identifiers are cut off already"
            notes.add("is read behind the adapter, but no adapter is given", remedy,
                      column=f"{option}.umi", value=kit["umi"])  # fmt: skip
        elif not (kit["adapter"] or kit["clip_5p"] or kit["clip_3p"]):
            remedy = "Give its adapter, clip_5p or clip_3p; or write none into the column kit"
            notes.add("takes nothing off the reads", remedy, column=option)


def with_kits(schema: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """Add the kits of the study to those that the schema of a row of the run sheet lists."""
    properties = schema["properties"]
    names = [*properties[KIT]["enum"], *config["rna"]["kits"]]
    return {**schema, "properties": {**properties, KIT: {**properties[KIT], "enum": names}}}
