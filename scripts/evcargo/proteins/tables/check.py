"""Whether a table holds the runs of the run sheet, as far as its header and run column tell."""

from collections.abc import Mapping, Sequence

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
        Run -> message and remedy; a table that cannot be used at all is told at its first run. Of
        runs that do not go together the later one is told, but for those with the same text, which
        the run sheet's own check tells.
    """
    try:
        table = open_table(path)
        one = recognise(table, kind, FORMATS)
    except EvcargoError as error:
        return {next(iter(wanted)): _split(error)}

    def choose(some: Mapping[str, str]) -> None:
        if one.is_long:
            choose_values(table, one, some, at_once=True)
        else:
            choose_columns(table, one, some, lambda _: True)

    try:
        choose(wanted)
    except EvcargoError:
        wrong: dict[str, tuple[str, str]] = {}
        sound: dict[str, str] = {}
        for run, text in wanted.items():
            if text in sound.values():
                continue
            try:
                choose({**sound, run: text})
            except EvcargoError as error:
                wrong[run] = _split(error)
            else:
                sound[run] = text
        return wrong
    return {}


def wrong_kinds(paths: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Find tables whose quantities cannot be compared with those of the others.

    Parameters
    ----------
    paths
        Table -> what the run sheet calls its format.

    Returns
    -------
    dict
        Table -> message and remedy.
    """
    counted: list[str] = []
    measured: list[str] = []
    for path, kind in paths.items():
        try:
            one = recognise(open_table(path), kind, FORMATS)
        except EvcargoError:  # told by `wrong_runs`
            continue
        (counted if one.level == "psm" else measured).append(path)
    try:
        refuse_mixed(counted, measured)
    except EvcargoError as error:
        return {counted[0]: _split(error)}
    return {}


def refuse_mixed(counted: Sequence[str], measured: Sequence[str]) -> None:
    """Refuse a study of which some tables hold identifications only, which are counted."""
    if counted and measured:
        raise EvcargoError(
            f"{counted[0]}: holds identifications only, which are counted, but {measured[0]} holds"
            " intensities: they cannot be compared. Make two studies of them"
        )


def _split(error: EvcargoError) -> tuple[str, str]:
    """Message and remedy of an error."""
    message, _, remedy = str(error).partition(". ")
    return f"cannot be taken: {message}", remedy.rstrip(".") or "Check the table"
