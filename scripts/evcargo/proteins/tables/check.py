"""Whether a table holds the runs of the run sheet, as far as its header and run column tell."""

from collections.abc import Mapping

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.columns import choose_columns, choose_values
from evcargo.proteins.tables.engines import FORMATS
from evcargo.proteins.tables.formats import recognise
from evcargo.proteins.tables.opening import open_table


def wrong_runs(path: str, kind: str, wanted: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Find the runs that a table cannot give, without reading its quantities.

    Of a long table the run column is read until every run was met, which in a sound table is soon.

    Parameters
    ----------
    path, kind
        The table and what the run sheet calls its format.
    wanted
        Run -> what the run sheet calls it.

    Returns
    -------
    dict
        Run -> message and remedy; a table that cannot be used at all is told at its first run.
    """
    try:
        table = open_table(path)
        one = recognise(table, kind, FORMATS)
    except EvcargoError as error:
        return {next(iter(wanted)): _split(error, path)}

    def choose(some: Mapping[str, str]) -> None:
        if one.is_long:
            choose_values(table, one, some, at_once=True)
        else:
            choose_columns(table, one, some, lambda _: True)

    try:
        choose(wanted)
    except EvcargoError as error:
        wrong = {}
        for run, text in wanted.items() if len(wanted) > 1 else ():
            try:
                choose({run: text})
            except EvcargoError as own:
                wrong[run] = _split(own, path)
        return wrong or {next(iter(wanted)): _split(error, path)}
    return {}


def _split(error: EvcargoError, path: str) -> tuple[str, str]:
    """Message and remedy of an error, without the path that stands before it."""
    message, _, remedy = str(error).removeprefix(f"{path}: ").partition(". ")
    return message, remedy.rstrip(".") or "Check the table"
