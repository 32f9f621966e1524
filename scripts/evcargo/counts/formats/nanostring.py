"""nSolver (NanoString): counts of the probes of a panel, with those of control probes."""

import pandas as pd

from evcargo.counts.layout import Head, Layout, no_feature

CLASS = "Code Class"
CONTROLS = ("positive", "negative", "ligation", "spikein", "binding", "purification", "reserved")


def layout(head: Head) -> Layout | None:
    """Recognise the table by its columns Code Class, Name and Accession."""
    wanted = {"code class": CLASS, "name": "Name", "accession": "Accession"}
    columns = {name.casefold().replace("codeclass", "code class"): name for name in head.columns}
    if not set(wanted) <= set(columns):
        return None
    of_class, named = columns["code class"], columns["name"]

    def names(frame: pd.DataFrame) -> list[str]:
        return [
            no_feature(name) if kind.casefold().startswith(CONTROLS) else name
            for kind, name in zip(frame[of_class], frame[named], strict=True)
        ]

    return Layout(
        program="NanoString nSolver",
        recognised_by="its columns Code Class, Name and Accession",
        identifiers=named,
        names=names,
        quantity="counts of probes",
        notes="the background of the probes is in the counts",
    )
