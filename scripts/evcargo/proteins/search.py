"""Search of one run's spectra against the protein database with the engine sagepy (Sage).

Every parameter of the engine is given here; its own defaults differ from those of Sage (a
precursor window of 5 Da, for one). Four of its traps are gone around:

* spectra are read by `evcargo.proteins.mzml`, as its reader takes cut files for whole ones;
* the database is written with I as L, so that peptides which cannot be told apart are one;
* its wrapper of variable terminal modifications makes each of them twice, so that the parameters
  are handed to the layer below it;
* it does not remove the first methionine, so that the N-terminal parts without it are added.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.database import Protein
from evcargo.proteins.digest import ENZYMES, Digestion, leucine, without_methionine
from evcargo.proteins.modifications import parse_modifications
from evcargo.proteins.mzml import Spectrum

if TYPE_CHECKING:
    from sagepy.core import Feature, IndexedDatabase, Scorer, SpectrumProcessor
    from sagepy.core.peptide import Peptide

PROTON = 1.007276466879
ISOTOPE = 1.0033548378  # 13C - 12C
BATCH = 2000
DECOY_TAG = "rev_"
BUCKET_SIZE = 8192

COLUMNS: Mapping[str, str] = {
    "scan": "string",
    "rt": "float64",
    "precursor_mz": "float64",
    "charge": "int64",
    "peptide": "string",
    "modified": "string",
    "is_decoy": "bool",
    "mass": "float64",
    "ppm": "float64",
    "isotope_error": "int64",
    "hyperscore": "float64",
    "delta_next": "float64",
    "matched_peaks": "int64",
    "longest_b": "int64",
    "longest_y": "int64",
    "longest_y_share": "float64",
    "matched_share": "float64",
    "candidates": "int64",
    "poisson": "float64",
    "fragment_ppm": "float64",
    "missed_cleavages": "int64",
}


@dataclass(frozen=True)
class SearchSettings:
    """The options ``proteins.search`` of the config; see its schema for units and defaults."""

    enzyme: str
    missed_cleavages: int
    peptide_length: tuple[int, int]
    peptide_mass: tuple[float, float]
    fixed_modifications: tuple[str, ...]
    variable_modifications: tuple[str, ...]
    max_variable_modifications: int
    precursor_tolerance_ppm: float
    fragment_tolerance: float
    fragment_tolerance_unit: str
    isotope_errors: tuple[int, int]
    precursor_charge: tuple[int, int]
    max_fragment_charge: int
    min_fragment_index: int
    min_matched_peaks: int
    max_peaks: int
    deisotope: bool

    @classmethod
    def from_config(cls, options: Mapping[str, Any]) -> "SearchSettings":
        """Take the settings from the config, lists as tuples, and hold ranges to their order."""
        given: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in options.items()
        }
        settings = cls(**given)
        for key in ("peptide_length", "peptide_mass", "isotope_errors", "precursor_charge"):
            low, high = given[key]
            if low > high:
                raise EvcargoError(
                    f"config, proteins.search.{key}: {low} is above {high}. Write the lower first"
                )
        return settings

    @property
    def digestion(self) -> Digestion:
        """How proteins are cut."""
        return Digestion(self.enzyme, self.missed_cleavages, *self.peptide_length)


def search_run(
    spectra: Iterable[Spectrum],
    proteins: Iterable[Protein],
    settings: SearchSettings,
    threads: int = 1,
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Best peptide-spectrum match of every MS2 spectrum of a run, targets and decoys alike.

    Parameters
    ----------
    spectra
        Spectra of the run, MS1 and MS2.
    proteins
        The database.
    settings
        Parameters of the search.
    threads
        Processor cores to use.

    Returns
    -------
    psms : pandas.DataFrame
        One row per MS2 spectrum with a match, columns of `COLUMNS`, in file order. `peptide` has
        I as L; `mass` is the calculated neutral mass, Da; `ppm` the precursor error after the
        isotope error is taken off.
    figures : dict
        ``ms1_spectra``, ``ms2_spectra``, ``ms1_tic`` (summed intensity), ``minutes`` (first to
        last spectrum).
    """
    index = build_index(proteins, settings)
    scorer, processor = _scorer(settings), _processor(settings)
    figures = {"ms1_spectra": 0.0, "ms2_spectra": 0.0, "ms1_tic": 0.0, "minutes": 0.0}
    rows: list[dict[str, Any]] = []
    for batch in _batches(_counted(spectra, figures)):
        raw = [_raw(spectrum) for spectrum in batch]
        processed = processor.process_collection(raw, threads)
        matches = scorer.score_collection_top_n(index, processed, threads)
        for spectrum, found in zip(batch, matches, strict=True):
            if found:
                rows.append(_row(spectrum, found[0], index[found[0].peptide_idx]))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict(COLUMNS)), figures


def build_index(proteins: Iterable[Protein], settings: SearchSettings) -> "IndexedDatabase":
    """Build the engine's fragment index, with a reversed decoy for every peptide."""
    from sagepy.core.database import EnzymeBuilder, IndexedDatabase
    from sagepy.core.ion_series import IonType
    from sagepy.core.modification import validate_mods, validate_var_mods
    from sagepy_connector import py_database

    cut_after, unless = ENZYMES[settings.enzyme]
    enzyme = EnzymeBuilder(
        missed_cleavages=settings.missed_cleavages,
        min_len=settings.peptide_length[0],
        max_len=settings.peptide_length[1],
        cleave_at=cut_after,
        restrict=unless or None,
        c_terminal=True,
        semi_enzymatic=False,
    )
    fixed, variable = masses_of(settings)
    parameters = py_database.PyParameters(
        BUCKET_SIZE,
        enzyme.get_py_ptr(),
        settings.peptide_mass[0],
        settings.peptide_mass[1],
        settings.min_fragment_index,
        {key.get_py_ptr(): mass for key, mass in validate_mods(fixed).items()},
        {key.get_py_ptr(): mass for key, mass in validate_var_mods(variable).items()},
        settings.max_variable_modifications,
        DECOY_TAG,
        True,  # make decoys
        search_fasta(proteins, settings.digestion),
        False,  # no prefilter
        None,
        None,
        [IonType("b").get_py_ptr(), IonType("y").get_py_ptr()],
        False,  # decoys are reversed, not shuffled,
        True,  # and keep their ends, as evcargo.proteins.digest.mirror does
        None,  # no limit to the combinations of variable modifications but their number
    )
    return IndexedDatabase.from_py_indexed_database(parameters.build_indexed_database())


def search_fasta(proteins: Iterable[Protein], how: Digestion) -> str:
    """Write the database for the engine: I as L, N-terminal parts without methionine added."""
    lines = []
    for protein in proteins:
        sequence = leucine(protein.sequence)
        lines.append(f">{protein.accession}\n{sequence}\n")
        if sequence.startswith("M"):
            lines.append(f">{protein.accession}\n{without_methionine(sequence, how)}\n")
    return "".join(lines)


def masses_of(settings: SearchSettings) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Mass shift, Da, of the fixed and of the variable modifications, by site."""
    from sagepy.core.unimod import modification_title_to_unimod_id, unimod_to_mass

    names, masses = modification_title_to_unimod_id(), unimod_to_mass()
    option = "proteins.search"
    fixed = parse_modifications(
        settings.fixed_modifications, names, f"{option}.fixed_modifications"
    )
    variable: dict[str, list[float]] = {}
    for site, unimod in parse_modifications(
        settings.variable_modifications, names, f"{option}.variable_modifications"
    ):
        variable.setdefault(site, []).append(masses[unimod])
    return {site: masses[unimod] for site, unimod in fixed}, variable


def _scorer(settings: SearchSettings) -> "Scorer":
    from sagepy.core.mass import Tolerance
    from sagepy.core.scoring import Scorer, ScoreType

    ppm, width = settings.precursor_tolerance_ppm, settings.fragment_tolerance
    unit = settings.fragment_tolerance_unit.lower()
    return Scorer(
        precursor_tolerance=Tolerance(ppm=(-ppm, ppm)),
        fragment_tolerance=Tolerance(**{unit: (-width, width)}),
        min_matched_peaks=settings.min_matched_peaks,
        min_isotope_err=settings.isotope_errors[0],
        max_isotope_err=settings.isotope_errors[1],
        min_precursor_charge=settings.precursor_charge[0],
        max_precursor_charge=settings.precursor_charge[1],
        chimera=False,
        report_psms=1,
        wide_window=False,
        annotate_matches=False,
        override_precursor_charge=False,
        score_type=ScoreType("hyperscore"),
        max_fragment_charge=settings.max_fragment_charge,
        variable_mods={},
        static_mods={},
    )


def _processor(settings: SearchSettings) -> "SpectrumProcessor":
    from sagepy.core.spectrum import SpectrumProcessor

    return SpectrumProcessor(
        take_top_n=settings.max_peaks, min_deisotope_mz=0.0, deisotope=settings.deisotope
    )


def _counted(spectra: Iterable[Spectrum], figures: dict[str, float]) -> Iterator[Spectrum]:
    first = None
    for spectrum in spectra:
        first = spectrum.rt if first is None else first
        figures["minutes"] = max(figures["minutes"], spectrum.rt - first)
        figures[f"ms{spectrum.level}_spectra"] += 1
        if spectrum.level == 1:
            figures["ms1_tic"] += float(spectrum.intensity.sum())
        elif spectrum.precursor_mz > 0 and len(spectrum.mz):
            yield spectrum


def _batches(spectra: Iterator[Spectrum]) -> Iterator[list[Spectrum]]:
    while batch := list(islice(spectra, BATCH)):
        yield batch


def _raw(spectrum: Spectrum):  # type: ignore[no-untyped-def]
    from sagepy.core.spectrum import Precursor, RawSpectrum, Representation

    precursor = Precursor(mz=spectrum.precursor_mz, charge=spectrum.charge or None)
    return RawSpectrum(
        file_id=0,
        spec_id=spectrum.scan,
        total_ion_current=float(spectrum.intensity.sum()),
        precursors=[precursor],
        mz=spectrum.mz.astype(np.float32),
        intensity=spectrum.intensity.astype(np.float32),
        representation=Representation("centroid"),
        scan_start_time=spectrum.rt,
        ion_injection_time=0.0,
        ms_level=2,
    )


def _row(spectrum: Spectrum, match: "Feature", peptide: "Peptide") -> dict[str, Any]:
    observed = (spectrum.precursor_mz - PROTON) * match.charge
    calculated = float(peptide.mono_isotopic)
    isotope_error = round((observed - calculated) / ISOTOPE)
    error = observed - isotope_error * ISOTOPE - calculated
    return {
        "scan": spectrum.scan,
        "rt": spectrum.rt,
        "precursor_mz": spectrum.precursor_mz,
        "charge": match.charge,
        "peptide": peptide.sequence,
        "modified": modified_sequence(
            peptide.sequence, peptide.modifications, peptide.n_term, peptide.c_term
        ),
        "is_decoy": bool(peptide.decoy),
        "mass": calculated,
        "ppm": error / calculated * 1e6,
        "isotope_error": isotope_error,
        "hyperscore": match.hyperscore,
        "delta_next": match.delta_next,
        "matched_peaks": match.matched_peaks,
        "longest_b": match.longest_b,
        "longest_y": match.longest_y,
        "longest_y_share": match.longest_y_pct,
        "matched_share": match.matched_intensity_pct / 100,
        "candidates": match.scored_candidates,
        "poisson": match.poisson,
        "fragment_ppm": match.average_ppm,
        "missed_cleavages": peptide.missed_cleavages,
    }


def modified_sequence(
    sequence: str, shifts: Iterable[float], n_term: float | None, c_term: float | None
) -> str:
    """Peptide with its mass shifts in ProForma notation, e.g. ``[+42.0106]-M[+15.9949]K``."""
    body = "".join(
        residue + (f"[{shift:+.4f}]" if shift else "")
        for residue, shift in zip(sequence, shifts, strict=True)
    )
    start = f"[{n_term:+.4f}]-" if n_term else ""
    return start + body + (f"-[{c_term:+.4f}]" if c_term else "")


def settings_text(settings: SearchSettings) -> str:
    """Write the settings in one line, for the record."""
    return "; ".join(f"{key} {value}" for key, value in asdict(settings).items())
