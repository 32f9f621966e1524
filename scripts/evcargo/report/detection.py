"""What the detection test of a contrast finds, beside the test of the quantities."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from evcargo.report.parts import Column, Table, p_text, table_of_cells

NOTE = (
    "The test asks only in which samples a feature is seen, so that it holds also for one that is"
    " absent from a group. Of RNA, all libraries are thinned to the same depth first: a deep one"
    " shows more than a shallow one. How, and what counts as seen, stands with the test below."
)


def detection_words(row: Any, many: str, contrast: Mapping[str, Any], alpha: float) -> str:
    """Say how many features the detection test finds; nothing where there are none.

    Parameters
    ----------
    row
        Of the contract ``contrasts``.
    many
        Word for the features.
    contrast
        Of the config.
    alpha
        Adjusted p-value below which a feature counts.
    """
    if pd.isna(row.detected) or not row.detected:
        return ""
    where = {
        "pair": f"in a larger share of the samples of {contrast['test']} or of"
        f" {contrast['reference']}",
        "slope": f"more often with a higher or with a lower {contrast['column']}",
        "any": f"more often at some levels of {contrast['column']} than at others",
    }[contrast.get("kind", "pair")]
    return f"{many}, number seen {where} (adjusted p < {p_text(alpha)}): {row.detected:,}"


def detected_table(
    table: pd.DataFrame, ident: str, caption: str, contrast: Mapping[str, Any], alpha: float
) -> Table | None:
    """List the features that the detection test finds, or None where there are none.

    Parameters
    ----------
    table
        Under the contract ``differential``.
    ident, caption
        Id and caption in the page.
    contrast
        Of the config.
    alpha
        Adjusted p-value below which a feature is listed.
    """
    listed = table[table["detection_adjusted_p_value"].astype(float) < alpha]
    if listed.empty:
        return None
    listed = listed.sort_values(["detection_p_value", "feature"], kind="stable")
    pair = contrast.get("kind", "pair") == "pair"
    sides = [("detected_test", contrast["test"]), ("detected_reference", contrast["reference"])]
    cells: dict[Column, Any] = {
        Column("name"): listed["name"].fillna(listed["feature"]),
        Column("feature"): listed["feature"],
        Column("flag", "flag"): listed["flag"],
    }
    for column, level in sides if pair else [("detected_test", "all levels")]:
        cells[Column(f"samples that show it, {level}", "short")] = listed[column].astype(str)
    cells |= {
        Column("p-value", "p"): listed["detection_p_value"],
        Column("adjusted p", "p"): listed["detection_adjusted_p_value"],
        Column("its quantity differs"): _quantity(listed),
    }
    return table_of_cells(ident, caption, cells, NOTE)


def _quantity(listed: pd.DataFrame) -> pd.Series:
    """Whether the test of the quantities finds a feature too, or could not test it."""
    words = listed["significant"].fillna(False).astype(bool).map({True: "yes", False: "no"})
    return words.where(listed["tested"].fillna(False).astype(bool), "not tested")
