"""The options of the database search, as the config gives them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from evcargo.errors import EvcargoError
from evcargo.proteins.digest import Digestion

RANGES = (
    "peptide_length",
    "peptide_mass",
    "isotope_errors",
    "precursor_charge",
    "open_window_da",
)


@dataclass(frozen=True)
class SearchSettings:
    """The options ``proteins.search`` of the config; see its schema for units and defaults."""

    enzyme: str
    specificity: str
    missed_cleavages: int
    peptide_length: tuple[int, int]
    peptide_mass: tuple[float, float]
    fixed_modifications: tuple[str, ...]
    variable_modifications: tuple[str, ...]
    max_variable_modifications: int
    precursor_tolerance_ppm: float
    open_window_da: tuple[float, float] | None
    fragment_tolerance: float
    fragment_tolerance_unit: str
    isotope_errors: tuple[int, int]
    precursor_charge: tuple[int, int]
    max_fragment_charge: int
    min_fragment_index: int
    min_matched_peaks: int
    max_peaks: int
    deisotope: bool
    memory_mb: int
    runs_per_job: int

    @classmethod
    def from_config(cls, options: Mapping[str, Any]) -> "SearchSettings":
        """Take the settings from the config, lists as tuples, and hold ranges to their order."""
        given: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in options.items()
        }
        settings = cls(**given)
        for key in RANGES:
            low, high = given[key] or (0, 0)
            if low > high:
                raise EvcargoError(
                    f"config, proteins.search.{key}: {low} is above {high}. Write the lower first"
                )
        return settings

    @property
    def digestion(self) -> Digestion:
        """How proteins are cut."""
        return Digestion(self.enzyme, self.missed_cleavages, *self.peptide_length, self.specificity)


def settings_text(settings: SearchSettings) -> str:
    """Write the settings in one line, for the record."""
    return "; ".join(f"{key} {value}" for key, value in asdict(settings).items())


def parts_of(runs: list[str], size: int) -> dict[str, list[str]]:
    """Name the runs that one job searches with one index: part, numbered from 1 -> its runs.

    Parameters
    ----------
    runs
        All runs, in the order of the run sheet.
    size
        Runs of a part, at most.
    """
    return {
        str(number): runs[start : start + size]
        for number, start in enumerate(range(0, len(runs), size), 1)
    }
