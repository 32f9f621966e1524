"""Profiles of each sample: which kinds of particles, and which routes of biogenesis, show.

They are evidence, never verdicts: most subtype markers are in EVs of all kinds, and the machinery
of a route is there whether or not the route made the EVs.
"""

from types import MappingProxyType

import numpy as np
import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.purity.markers import ABSENT, DETECTED

KINDS = MappingProxyType({"subtype": "subtype", "biogenesis": "route"})
"""Role of a panel -> kind of profile."""
LIPOPROTEIN = "lipoprotein"
"""Panel of contaminants that is a kind of particle too."""
ENOUGH = 3
"""Own members from which a panel can tell a subtype."""
LEADING = 3


def profile_table(
    samples: pd.DataFrame, share_of: pd.DataFrame, markers: pd.DataFrame, panels: pd.DataFrame
) -> pd.DataFrame:
    """Subtype and biogenesis profile of every sample of the sheet, under ``profiles``.

    A protein group counts once per panel, and only where its leading protein is the member and the
    sample's own spectra show it.

    Parameters
    ----------
    samples
        Sample sheet.
    share_of
        Samples x protein groups, share of the raw signal, NaN where not seen.
    markers
        Contract ``markers``.
    panels
        Of `evcargo.purity.markers.read_panels`.
    """
    chosen = profile_panels(panels)
    own = discriminating(chosen)
    levels = np.log2(share_of) - np.log2(share_of).mean()
    shown = share_of.notna().sum() > 1
    by_sample = {
        str(name): found for name, found in markers.groupby("sample") if name in share_of.index
    }
    empty = markers.iloc[:0]
    rows = [
        {"sample": name, "kind": kind, "panel": panel}
        | _profile(by_sample.get(name, empty), panel, share_of, levels, shown)
        | {"discriminates": own[panel], "note": _note(panel, own[panel])}
        for name in samples["sample"].astype(str)
        for kind, panel in chosen[["kind", "panel"]].drop_duplicates().itertuples(index=False)
    ]
    return pd.DataFrame(rows, columns=CONTRACTS["profiles"].names)


def profile_panels(panels: pd.DataFrame) -> pd.DataFrame:
    """Members of the panels of the profiles, with `kind`; lipoproteins are a subtype as well."""
    lipoprotein = panels["panel"] == LIPOPROTEIN
    kind = panels["role"].map(KINDS).where(~lipoprotein, "subtype")
    return panels.assign(kind=kind)[kind.notna() & panels["gene"].ne("")].sort_values(
        "kind", ascending=False, kind="stable"
    )


def discriminating(chosen: pd.DataFrame) -> pd.Series:
    """Whether each panel has enough members that no other panel of its kind names."""
    once = chosen.drop_duplicates(["kind", "panel", "gene"])
    alone = ~once.duplicated(["kind", "gene"], keep=False)
    return alone.groupby(once["panel"]).sum() >= ENOUGH


def _profile(
    markers: pd.DataFrame,
    panel: str,
    share_of: pd.DataFrame,
    levels: pd.DataFrame,
    shown: pd.Series,
) -> dict[str, object]:
    of_panel = markers[markers["panel"] == panel].drop_duplicates("gene")
    found = of_panel[of_panel["evidence"] == DETECTED].drop_duplicates("feature")
    could = len(found) + int((of_panel["evidence"] == ABSENT).sum())
    if found.empty:
        share = 0.0 if could else np.nan
        return {"members": 0, "could_be": could, "share": share, "relative": np.nan, "leading": ""}
    features, name = list(found["feature"]), found["sample"].iloc[0]
    compared = [feature for feature in features if shown[feature]]
    top = found.sort_values(["share", "gene"], ascending=[False, True]).head(LEADING)
    return {
        "members": len(found),
        "could_be": could,
        "share": float(share_of.loc[name, features].sum()),
        "relative": float(levels.loc[name, compared].mean()) if compared else np.nan,
        "leading": ", ".join(top["gene"]),
    }


def _note(panel: str, own: bool) -> str:
    if panel == LIPOPROTEIN:
        return "particles that are no EVs; see the criterion lipoprotein share"
    return "" if own else f"fewer than {ENOUGH} members of its own: tells no subtype alone"
