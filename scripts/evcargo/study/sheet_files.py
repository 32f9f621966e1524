"""Files of the config that are sheets: text or a workbook."""

from pathlib import Path

from evcargo.files.workbooks import is_workbook, split_sheet
from evcargo.study.files import checked_head
from evcargo.study.notes import Notes


def is_sheet(path: str, notes: Notes, option: str) -> bool:
    """Whether a file of the config is a table that `read_sheet` can open, else a problem.

    It may be a workbook, in which the fitting worksheet is looked for; jobs take no name of one.

    Parameters
    ----------
    path
        The file, as the config names it.
    notes
        Takes the problem.
    option
        Option of the config that names it.
    """
    if split_sheet(path)[1]:
        remedy = "Give the file without # and name; the fitting worksheet is found"
        notes.add("names a worksheet, as only samples and runs can", remedy, 0, option, path)
        return False
    try:
        with Path(path).open("rb") as stream:
            if is_workbook(stream.read(8)):
                return True
    except (OSError, ValueError):
        pass  # `checked_head` tells why
    return checked_head(path, "table", notes, 0, option) is not None
