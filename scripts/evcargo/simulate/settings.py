"""The settings of a simulated LC-MS/MS run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RunSettings:
    """How a run is measured; the defaults are a short gradient on an Orbitrap, data-dependent.

    Parameters
    ----------
    gradient_min
        Length of the run, min.
    cycle_s
        Time from one MS1 to the next, s.
    top_n
        MS2 after each MS1, at most.
    dynamic_exclusion_s
        Time for which an ion is not fragmented again, s.
    isolation_mz
        Half width of the isolation window, Th.
    low_mz, high_mz
        Range of the MS1, Th.
    counts_per_fmol
        Peak area (counts x s, all isotopes) of 1 fmol of a peptide of average response.
    response_sd
        Spread of the response between peptides, ln units.
    technical_sd
        Spread of the area of an ion between runs, ln units (0.12 is a CV of 12 %).
    noise_floor
        Smallest MS1 peak that is recorded, counts.
    dynamic_range
        Within one MS1, peaks this much smaller than the base peak are lost.
    noise_peaks
        Random peaks per MS1 and, a quarter as many, per MS2; mean.
    resolution
        Of MS1 at m/z 200; peaks nearer than the width at half height become one.
    peak_sd_s
        Standard deviation of an elution peak, s.
    drift_s
        Size of the smooth warp of retention times between runs, s.
    jitter_s
        Retention time error of a single ion in a run, s.
    shift_ppm
        Standard deviation over runs of the systematic mass error, ppm.
    precursor_ppm, fragment_ppm
        Random mass error of a peak in MS1 and MS2, ppm.
    oxidised
        Mean share of the molecules with a methionine in which one is oxidised.
    unknown
        Peptides that no FASTA has, as a share of those that it has.
    noise_ms2
        Share of the MS2 that are spent on noise.
    wrong_monoisotope
        Share of the MS2 that are taken from the second isotope peak.
    collision_energy
        Written into the file, eV.
    study
        Number of the study. Runs of one study share each peptide's response, retention and
        fragmentation.
    """

    gradient_min: float = 20.0
    cycle_s: float = 2.0
    top_n: int = 6
    dynamic_exclusion_s: float = 20.0
    isolation_mz: float = 0.8
    low_mz: float = 350.0
    high_mz: float = 1400.0
    counts_per_fmol: float = 1e7
    response_sd: float = 1.0
    technical_sd: float = 0.12
    noise_floor: float = 5e4
    dynamic_range: float = 4e3
    noise_peaks: float = 60.0
    resolution: float = 60_000.0
    peak_sd_s: float = 4.0
    drift_s: float = 10.0
    jitter_s: float = 1.0
    shift_ppm: float = 1.5
    precursor_ppm: float = 1.2
    fragment_ppm: float = 4.0
    oxidised: float = 0.1
    unknown: float = 0.2
    noise_ms2: float = 0.03
    wrong_monoisotope: float = 0.03
    collision_energy: float = 28.0
    study: int = 0

    @property
    def n_cycles(self) -> int:
        """Number of MS1."""
        return int(self.gradient_min * 60 // self.cycle_s)
