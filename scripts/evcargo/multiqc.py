"""Sections of the MultiQC page, which MultiQC calls custom content."""

from collections.abc import Mapping
from typing import Any


def plot_section(
    name: str,
    title: str,
    description: str,
    plot: str,
    options: Mapping[str, Any],
    data: Mapping[str, Any],
) -> dict[str, Any]:
    """Make a section that is a plot.

    Parameters
    ----------
    name, title, description
        Its name in the file names and links, and what people read.
    plot
        Kind of plot of MultiQC: ``bargraph`` or ``linegraph``.
    options
        Further options of the plot, such as its axes.
    data
        Sample -> values, as the kind of plot wants them.
    """
    return {
        "id": f"evcargo_{name}",
        "section_name": title,
        "description": description,
        "plot_type": plot,
        "pconfig": {"id": f"evcargo_{name}_plot", "title": title, **options},
        "data": dict(data),
    }
