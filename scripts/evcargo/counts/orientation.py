"""Tables with a row for each sample, or for each sample and feature, put upright."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from evcargo.counts.columns import COUNT_WORDS, sample_candidates, text_columns
from evcargo.counts.layout import Layout, plain_key
from evcargo.counts.runs import Run, count_matches
from evcargo.errors import EvcargoError

FEATURE = "feature"
MIN_FEATURES = 2


@dataclass(frozen=True)
class Upright:
    """A table with features in rows, and what was done for it."""

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()


def upright(
    frame: pd.DataFrame,
    layout: Layout,
    runs: Sequence[Run],
    known_share: Callable[[Sequence[str]], float],
) -> Upright:
    """Give a table with features in rows and runs in columns.

    Parameters
    ----------
    frame
        The table as text.
    layout
        How it was understood; the table of a known program stays as it is.
    runs
        Runs that are looked for.
    known_share
        Gives the share of names that are known RNAs.

    Raises
    ------
    EvcargoError
        If the table is in long form and it is not clear which column holds what.
    """
    if layout.counts or layout.strands or layout.identifiers or not layout.has_header:
        return Upright(frame)
    path, texts = runs[0].path, text_columns(frame)
    names = sample_candidates(frame, layout, texts, [run.text for run in runs])
    in_header = count_matches(runs, names, path)
    if in_header == len(runs):
        return Upright(frame)
    columns = [0, *(at for at in texts if at)]
    in_rows = {at: count_matches(runs, frame.iloc[:, at].unique().tolist(), path) for at in columns}
    at = max(columns, key=lambda column: in_rows[column])
    if in_rows[at] <= in_header:
        return Upright(frame)
    if frame.iloc[:, at].is_unique:
        return _turned(frame, at, texts, known_share)
    return _from_long(frame, at, texts, path, known_share)


def _turned(
    frame: pd.DataFrame,
    samples: int,
    texts: Sequence[int],
    known_share: Callable[[Sequence[str]], float],
) -> Upright:
    """Turn a table with a row for each sample."""
    rest = [at for at in range(frame.shape[1]) if at != samples]
    features = [at for at in rest if at not in texts or known_share([str(frame.columns[at])])]
    names = [str(frame.columns[at]) for at in features]
    if len(names) < MIN_FEATURES:
        return Upright(frame)
    turned = frame.iloc[:, features].T.reset_index(drop=True)
    turned.columns = pd.Index(frame.iloc[:, samples].tolist(), dtype=object)
    turned.insert(0, FEATURE, names)
    described = [repr(str(frame.columns[at])) for at in rest if at not in features]
    without = f", without {', '.join(described)}, which hold text" if described else ""
    note = f"the samples are in rows (column {frame.columns[samples]!r}), so it was turned{without}"
    return Upright(turned, (note,))


def _from_long(
    frame: pd.DataFrame,
    samples: int,
    texts: Sequence[int],
    path: str,
    known_share: Callable[[Sequence[str]], float],
) -> Upright:
    """Spread a table with a row for each sample and feature."""
    rest = [at for at in range(frame.shape[1]) if at != samples]
    shares = {at: known_share(frame.iloc[:, at].unique().tolist()) for at in rest if at in texts}
    feature = max(shares, key=lambda at: shares[at], default=None)
    numbers = [at for at in rest if at not in texts]
    named = [at for at in numbers if plain_key(str(frame.columns[at])) in COUNT_WORDS]
    chosen = named or numbers
    if feature is None or len(chosen) != 1:
        raise EvcargoError(
            f"{path}: has a row for each sample and feature, and it is not clear which column holds"
            " the counts. Give a table with one row per feature and one column per sample"
        )
    keys = frame.iloc[:, [feature, samples]].set_axis([FEATURE, "sample"], axis=1)
    again = keys.duplicated()
    if again.any():
        name, sample = keys[again].iloc[0]
        raise EvcargoError(
            f"{path}: feature {name!r} of sample {sample!r} has several rows. Sum them, or give a"
            " table with one row per feature and one column per sample"
        )
    cells = keys.assign(count=frame.iloc[:, chosen[0]].to_numpy())
    wide = cells.pivot(index=FEATURE, columns="sample", values="count")
    wide = wide.reindex(index=keys[FEATURE].unique(), columns=keys["sample"].unique())
    wide = wide.fillna("").reset_index()
    wide.columns = pd.Index([str(name) for name in wide.columns], dtype=object)
    note = (
        f"the table has a row for each sample and feature; {frame.columns[feature]!r} names the"
        f" features, {frame.columns[chosen[0]]!r} holds the counts"
    )
    return Upright(wide, (note,))
