import numpy as np
import pandas as pd
import pytest

from evcargo.proteins.ions import (
    SurveyScans,
    extract_ions,
    isotopes_of,
    mass_shift,
    peak_at,
    windows_of,
)
from evcargo.proteins.isotopes import isotope_shares
from evcargo.proteins.search import ISOTOPE, PROTON
from evcargo.proteins.spectra import Spectrum

RT = np.arange(0, 10, 1 / 30)  # a scan every 2 s


def gaussian(centre, area, sd=0.1):
    """Elution peak of that area, intensity x s, over RT, min."""
    return area / 60 / (sd * np.sqrt(2 * np.pi)) * np.exp(-((RT - centre) ** 2) / 2 / sd**2)


def survey(peaks):
    """MS1 scans of (m/z, trace) pairs."""
    return [
        Spectrum(
            str(i),
            1,
            rt,
            np.array([mz for mz, trace in peaks if trace[i] > 1]),
            np.array([trace[i] for _, trace in peaks if trace[i] > 1]),
        )
        for i, rt in enumerate(RT)
    ]


def psm(mass=1000.0, charge=2, rt=5.0, **more):
    row = {
        "modified": "PEPTLDEK",
        "peptide": "PEPTLDEK",
        "charge": charge,
        "mass": mass,
        "rt": rt,
        "score": 1.0,
        "scan": "1",
        "ppm": 0.0,
    }
    return {**row, **more}


def test_a_mass_shift_is_an_ion_of_its_own():
    """An open search: 79.97 Da more, no precursor error known; either peak is one ion's alone."""
    plain, heavy = psm(ppm=np.nan), psm(1079.97, rt=6.0, modified="[+79.97]?PEPTLDEK", ppm=np.nan)
    peaks = []
    for given, area in ((plain, 1e6), (heavy, 5e6)):
        mz = isotopes_of(np.array([given["mass"]]), np.array([2]), 1.0, 3)[0]
        shares = isotope_shares(["PEPTLDEK"], 3)[0]
        peaks += [(m, gaussian(given["rt"], area * s)) for m, s in zip(mz, shares, strict=True)]
    psms = pd.DataFrame([plain, heavy])
    assert mass_shift(psms) == 1
    assert mass_shift(pd.concat([psms, pd.DataFrame([psm(ppm=4.0)])])) == 1 + 4e-6
    ions = extract_ions(SurveyScans.of(survey(sorted(peaks, key=lambda peak: peak[0]))), psms, 5.0)
    found = ions.set_index("ion")
    assert found.loc["PEPTLDEK/2", "intensity"] == pytest.approx(1e6, rel=0.03)
    assert found.loc["[+79.97]?PEPTLDEK/2", "intensity"] == pytest.approx(5e6, rel=0.03)
    assert found.loc["[+79.97]?PEPTLDEK/2", "mz"] == pytest.approx(1079.97 / 2 + PROTON)


def test_the_area_of_a_peak_is_found_from_its_flank():
    for seed in (4.8, 5.0, 5.25):
        apex, start, end, area = peak_at(RT, gaussian(5, 1e6), seed)
        assert apex == pytest.approx(5, abs=0.04)
        assert start < 4.8 < 5.2 < end
        assert area == pytest.approx(1e6, rel=0.03)


def test_a_neighbour_beyond_a_valley_is_not_counted():
    trace = gaussian(5, 1e6) + gaussian(5.6, 3e6)
    assert peak_at(RT, trace, 5.0)[3] == pytest.approx(1e6, rel=0.05)


def test_a_scan_that_missed_the_ion_does_not_end_the_peak():
    trace = gaussian(5, 1e6)
    trace[np.argmin(np.abs(RT - 5.1))] = 0
    assert peak_at(RT, trace, 5.0)[3] == pytest.approx(1e6, rel=0.2)


def test_no_signal_is_missing_and_never_zero():
    assert np.isnan(peak_at(RT, np.zeros(len(RT)), 5.0)).all()
    single = np.zeros(len(RT))
    single[150] = 1e5
    assert np.isnan(peak_at(RT, single, 5.0)).all()
    away = np.where(np.abs(RT - 4.3) < 0.3, gaussian(4.3, 1e6), 0)
    assert np.isnan(peak_at(RT, away, 5.0)).all()


def test_isotopes_are_summed_and_the_mass_error_of_the_run_is_taken_off():
    mz = 1000.0 / 2 + PROTON
    shift = 1 + 8e-6
    peaks = [
        ((mz + k * ISOTOPE / 2) * shift, gaussian(5, area))
        for k, area in enumerate((6e5, 3e5, 1e5))
    ]
    rows = [psm(ppm=8.0), psm(ppm=8.0, score=0.5, rt=5.2), psm(mass=1200.0, modified="X", ppm=8.0)]
    found = extract_ions(SurveyScans.of(survey(peaks)), pd.DataFrame(rows), 5.0).set_index("ion")
    assert list(found.index) == ["PEPTLDEK/2", "X/2"]
    assert found.loc["PEPTLDEK/2", "intensity"] == pytest.approx(1e6, rel=0.03)
    assert np.isnan(found.loc["X/2", "intensity"])


def test_an_ion_identified_again_on_its_tail_is_its_main_peak():
    """The best PSM lies on a late, small peak, as strong peptides tail on real columns."""
    mz = 1000.0 / 2 + PROTON
    trace = gaussian(4, 1e6) + gaussian(6, 1e4)
    rows = [psm(rt=6.0, score=5.0, scan="2"), psm(rt=4.1, score=1.0, scan="1")]
    peaks = [(mz + k * ISOTOPE / 2, trace * share) for k, share in enumerate((0.6, 0.29, 0.09))]
    found = extract_ions(SurveyScans.of(survey(peaks)), pd.DataFrame(rows), 5.0).iloc[0]
    assert found["apex_rt"] == pytest.approx(4, abs=0.04)
    assert found["rt"] == 6.0
    assert found["intensity"] == pytest.approx(1e6, rel=0.05)


def test_another_ion_under_one_isotope_does_not_count():
    mz = 1000.0 / 2 + PROTON
    own = [0.6, 0.29, 0.09]
    peaks = [(mz + k * ISOTOPE / 2, gaussian(5, 1e6) * share) for k, share in enumerate(own)]
    alone = extract_ions(SurveyScans.of(survey(peaks)), pd.DataFrame([psm()]), 5.0)
    peaks[1] = (peaks[1][0], gaussian(5, 3e6))
    mixed = extract_ions(SurveyScans.of(survey(peaks)), pd.DataFrame([psm()]), 5.0)
    assert mixed["intensity"][0] == pytest.approx(alone["intensity"][0], rel=0.1)


def test_only_the_peaks_near_the_ions_are_kept():
    rng = np.random.default_rng(0)
    mz = 1000.0 / 2 + PROTON
    peaks = [(mz + k * ISOTOPE / 2, gaussian(5, 1e6) * 0.5**k) for k in range(3)]
    peaks += [(place, gaussian(5, 1e6)) for place in np.sort(rng.uniform(600, 900, 40))]
    spectra = survey(peaks)
    targets = isotopes_of(np.array([1000.0]), np.array([2]), 1.0, 3)
    near = SurveyScans.of(spectra, windows_of(targets, 5.0))
    whole = SurveyScans.of(spectra)
    assert len(near.mz) < len(whole.mz) / 5
    rows = pd.DataFrame([psm()])
    pd.testing.assert_frame_equal(extract_ions(near, rows, 5.0), extract_ions(whole, rows, 5.0))
    assert not len(SurveyScans.of(spectra, windows_of(np.empty(0), 5.0)).mz)


def test_windows_that_overlap_are_one():
    joined = windows_of(np.array([[500.0, 500.004], [600.0, 700.0]]), 10.0)
    expected = [[499.995, 500.00900004], [599.994, 600.006], [699.993, 700.007]]
    np.testing.assert_allclose(joined, expected, rtol=1e-12)


def test_without_the_monoisotopic_peak_there_is_no_ion():
    mz = 1000.0 / 2 + PROTON
    peaks = [(mz + ISOTOPE / 2, gaussian(5, 1e6))]
    found = extract_ions(SurveyScans.of(survey(peaks)), pd.DataFrame([psm()]), 5.0)
    assert found["intensity"].isna().all()


def test_runs_without_ms1_or_without_psms():
    none = extract_ions(SurveyScans.of([]), pd.DataFrame([psm()]), 5.0)
    assert none["intensity"].isna().all()
    empty = pd.DataFrame([psm()]).iloc[:0]
    assert extract_ions(SurveyScans.of(survey([(501.0, gaussian(5, 1e6))])), empty, 5.0).empty
