"""The search engine sagepy (Sage): its index of the database and its scores of spectra.

Every parameter of the engine is given here; its own defaults differ from those of Sage (a
precursor window of 5 Da, for one). Three of its traps are gone around:

* the database is written with I as L, so that peptides which cannot be told apart are one;
* its wrapper of variable terminal modifications makes each of them twice, so that the parameters
  are handed to the layer below it;
* it does not remove the first methionine, so that the N-terminal parts without it are added.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from evcargo.errors import EvcargoError
from evcargo.proteins.database import Protein
from evcargo.proteins.digest import ENZYMES, Digestion, leucine, without_methionine
from evcargo.proteins.modifications import fixed_clash, parse_modifications, site_name
from evcargo.proteins.settings import SearchSettings
from evcargo.proteins.spectra import Spectrum

if TYPE_CHECKING:
    from sagepy.core import Feature, IndexedDatabase, Scorer, SpectrumProcessor
    from sagepy.core.peptide import Peptide

DECOY_TAG = "rev_"
BUCKET_SIZE = 8192


def build_index(
    proteins: Iterable[Protein],
    settings: SearchSettings,
    masses: tuple[float, float] | None = None,
) -> "IndexedDatabase":
    """Build the engine's fragment index, with a reversed decoy for every peptide.

    Parameters
    ----------
    proteins
        The database.
    settings
        Parameters of the search.
    masses
        Lightest and heaviest peptide, Da, modifications counted; those of the settings if None.
    """
    from sagepy.core.database import EnzymeBuilder, IndexedDatabase
    from sagepy.core.ion_series import IonType
    from sagepy.core.modification import validate_mods, validate_var_mods
    from sagepy_connector import py_database

    cut_after, unless = ENZYMES[settings.enzyme]
    nowhere = settings.specificity == "none"
    enzyme = EnzymeBuilder(
        missed_cleavages=settings.missed_cleavages,
        min_len=settings.peptide_length[0],
        max_len=settings.peptide_length[1],
        cleave_at="" if nowhere else cut_after,  # nothing: every part of a protein is a peptide
        restrict=None if nowhere else unless or None,
        c_terminal=True,
        semi_enzymatic=settings.specificity == "semi",
    )
    fixed, variable = masses_of(settings)
    low, high = masses or settings.peptide_mass
    parameters = py_database.PyParameters(
        BUCKET_SIZE,
        enzyme.get_py_ptr(),
        low,
        high,
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
    """Mass shift, Da, of the fixed and of the variable modifications, by site.

    The engine puts a variable modification into the place of the fixed one of its site.

    Raises
    ------
    EvcargoError
        If one is not known, or two are fixed on one place: the engine would take either by chance.
    """
    option = "proteins.search"
    fixed = parse_modifications(settings.fixed_modifications, f"{option}.fixed_modifications")
    clash = fixed_clash(fixed)
    if clash:
        names = " and ".join(f"{one.name} ({site_name(one.site)})" for one in clash)
        raise EvcargoError(
            f"config, {option}.fixed_modifications: {names} are fixed on one place. Keep one of"
            " them fixed, and make the other variable"
        )
    variable: dict[str, list[float]] = {}
    for one in parse_modifications(
        settings.variable_modifications, f"{option}.variable_modifications"
    ):
        variable.setdefault(one.site, []).append(one.mass)
    return {one.site: one.mass for one in fixed}, variable


class Engine:
    """Scores spectra against one index.

    Parameters
    ----------
    index
        Of `build_index`.
    settings
        Parameters of the search.
    threads
        Processor cores to use.
    """

    def __init__(self, index: "IndexedDatabase", settings: SearchSettings, threads: int = 1):
        self.index, self.threads = index, threads
        self.scorer, self.processor = _scorer(settings), _processor(settings)

    def score(
        self, spectra: Sequence[tuple[Spectrum, int]]
    ) -> list[tuple["Feature", "Peptide"] | None]:
        """Best match of every spectrum, with the charge that its precursor is taken to have."""
        raw = [_raw(spectrum, charge) for spectrum, charge in spectra]
        processed = self.processor.process_collection(raw, self.threads)
        matches = self.scorer.score_collection_top_n(self.index, processed, self.threads)
        return [
            (found[0], self.index[found[0].peptide_idx]) if found else None for found in matches
        ]


def _scorer(settings: SearchSettings) -> "Scorer":
    from sagepy.core.mass import Tolerance
    from sagepy.core.scoring import Scorer, ScoreType

    ppm, width = settings.precursor_tolerance_ppm, settings.fragment_tolerance
    unit = settings.fragment_tolerance_unit.lower()
    precursor = Tolerance(ppm=(-ppm, ppm))
    isotopes = settings.isotope_errors
    if settings.open_window_da:
        lowest, highest = settings.open_window_da
        precursor, isotopes = Tolerance(da=(-highest, -lowest)), (0, 0)  # they are in the window
    return Scorer(
        precursor_tolerance=precursor,
        fragment_tolerance=Tolerance(**{unit: (-width, width)}),
        min_matched_peaks=settings.min_matched_peaks,
        min_isotope_err=isotopes[0],
        max_isotope_err=isotopes[1],
        min_precursor_charge=settings.precursor_charge[0],
        max_precursor_charge=settings.precursor_charge[1],
        chimera=False,
        report_psms=1,
        wide_window=False,  # that of data-independent runs, which is no open search
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


def _raw(spectrum: Spectrum, charge: int) -> Any:
    from sagepy.core.spectrum import Precursor, RawSpectrum, Representation

    return RawSpectrum(
        file_id=0,
        spec_id=spectrum.scan,
        total_ion_current=float(spectrum.intensity.sum()),
        precursors=[Precursor(mz=spectrum.precursor_mz, charge=charge)],
        mz=spectrum.mz.astype(np.float32),
        intensity=spectrum.intensity.astype(np.float32),
        representation=Representation("centroid"),
        scan_start_time=spectrum.rt,
        ion_injection_time=0.0,
        ms_level=2,
    )
