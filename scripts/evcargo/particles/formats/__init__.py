"""Size tables by the program that wrote them, the surest to recognise first."""

from evcargo.errors import EvcargoError
from evcargo.particles.formats import (
    nanosight,
    other_instruments,
    resistive_pulse,
    zetasizer,
    zetaview,
)
from evcargo.particles.formats.layout import Layout

LAYOUTS = (
    zetaview.LAYOUT,
    nanosight.LAYOUT,
    zetasizer.LAYOUT,
    resistive_pulse.SPECTRADYNE,
    resistive_pulse.IZON,
    *other_instruments.LAYOUTS,
)
PLAIN = Layout(program="size table", marks=())
SHOWN_MARK = 60


def recognise(head: str) -> tuple[Layout, str, str]:
    """Recognise the program that wrote a table.

    Parameters
    ----------
    head
        First lines of the file.

    Returns
    -------
    layout, program, recognised_by
        The layout (`PLAIN` if no program is known), its name with the version where the file states
        it, and the text that it was recognised by.
    """
    for layout in LAYOUTS:
        for mark in layout.marks:
            match = mark.search(head)
            if match:
                version = layout.version.search(head) if layout.version else None
                program = " ".join(version.groups()).strip() if version else layout.program
                by = " ".join(match[0].split())[:SHOWN_MARK]
                return layout, program if version else layout.program, f"'{by}'"
    return PLAIN, PLAIN.program, "its column names"


def refuse_other_files(head: str, path: str) -> None:
    """Refuse files of the programs that hold no size distribution.

    Raises
    ------
    EvcargoError
        With what the file is and what to give instead.
    """
    for layout in LAYOUTS:
        for refusal in layout.refusals:
            if refusal.mark.search(head):
                raise EvcargoError(f"{path}: {refusal.message}. {refusal.remedy}")
