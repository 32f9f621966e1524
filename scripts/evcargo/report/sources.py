"""The section on where the cargo comes from: sorting, tissue or cell of origin, mixtures."""

from typing import Any

from evcargo.report.mixtures import mixtures_part
from evcargo.report.origins import origins_part
from evcargo.report.results import Results
from evcargo.report.sorting import sorting_part


def sources_section(results: Results) -> dict[str, Any] | None:
    """Collect what the section shows; None without any assay of cargo."""
    if results.sorting_summary is None or results.sorting_summary.empty:
        return None
    return {
        "sorting": sorting_part(results),
        "origins": origins_part(results),
        "mixtures": mixtures_part(results),
    }
