"""Which read of a pair: by the names of reads and of files."""

import re
from pathlib import PurePath

_READ = re.compile(r"/([12])$|\s([12]):[YN]:")
_FILE = re.compile(r"(?<=[_.-])R([12])(?=[_.-])", re.IGNORECASE)


def mate_of(name: str) -> int:
    """Which read of a pair a name is of (``/1``, ``/2``, `` 1:N:``, `` 2:N:``); 0 if untold."""
    found = _READ.search(name)
    return int(found[1] or found[2]) if found else 0


def first_file_of(path: str) -> str:
    """File name of read 1 for the file name of read 2 (``_R2_``, ``_R2.``); empty if it is none."""
    name = PurePath(path).name
    marks = list(_FILE.finditer(name))
    if not marks or marks[-1][1] != "2":
        return ""
    place = marks[-1].start(1)
    return f"{name[:place]}1{name[place + 1 :]}"
