import numpy as np
import pytest
from proteins_helpers import search_options

from evcargo.errors import EvcargoError
from evcargo.proteins.database import Protein
from evcargo.proteins.engine import build_index, masses_of
from evcargo.proteins.modifications import parse_modifications
from evcargo.proteins.mzml import Spectrum
from evcargo.proteins.search import (
    COLUMNS,
    ISOTOPE,
    PROTON,
    SearchSettings,
    modified_sequence,
    search_run,
)

# Monoisotopic residue masses, Da (UniMod/IUPAC).
RESIDUE = {
    "G": 57.02146372,
    "A": 71.03711379,
    "S": 87.03202841,
    "P": 97.05276385,
    "V": 99.06841391,
    "T": 101.04767847,
    "C": 103.00918448,
    "L": 113.08406398,
    "I": 113.08406398,
    "N": 114.04292745,
    "D": 115.02694303,
    "Q": 128.05857751,
    "K": 128.09496302,
    "E": 129.04259309,
    "M": 131.04048491,
    "H": 137.05891186,
    "F": 147.06841391,
    "R": 156.10111103,
    "Y": 163.06332853,
    "W": 186.07931295,
}
WATER = 18.0105646837
UNIMOD = {"Oxidation": "[UNIMOD:35]", "Carbamidomethyl": "[UNIMOD:4]", "Acetyl": "[UNIMOD:1]"}


def fragments(peptide, shifts=None):
    """m/z of the singly charged b and y ions of a peptide, with mass shifts by position."""
    masses = np.array([RESIDUE[aa] + (shifts or {}).get(i, 0.0) for i, aa in enumerate(peptide)])
    b = np.cumsum(masses)[:-1] + PROTON
    y = np.cumsum(masses[::-1])[:-1] + WATER + PROTON
    return np.sort(np.concatenate([b, y])), float(masses.sum() + WATER)


def spectrum(peptide, scan="s", shifts=None, charge=2, isotope=0, told=True):
    mz, mass = fragments(peptide, shifts)
    precursor = (mass + isotope * ISOTOPE) / charge + PROTON
    return Spectrum(scan, 2, 10.0, mz, np.full(len(mz), 100.0), precursor, charge * told)


@pytest.fixture(scope="module")
def proteins():
    return [
        Protein("P1", "MASTIVEAGLNDWKELVISLIVESKCYTNEDAGMFVQHR"),
        Protein("P2", "MGHTEDFVVNAKLLTWPEEQNGDSAKFFYDEGGTHLNQR"),
    ]


def settings(**changes):
    return SearchSettings.from_config(search_options(**changes))


def test_finds_peptides_modified_or_not_and_tells_their_errors(proteins):
    oxidised = {8: 15.994915, 0: 57.021464}
    spectra = [
        spectrum("ELVISLIVESK", "plain"),
        spectrum("CYTNEDAGMFVQHR", "oxidised", oxidised, charge=3),
        spectrum("LLTWPEEQNGDSAK", "isotope", isotope=1),
        spectrum("ASTIVEAGLNDWK", "acetyl", {0: 42.010565}),
        spectrum("FFYDEGGTHLNQR", "charge", told=False),
    ]
    psms, figures = search_run(spectra, proteins, settings())
    psms = psms.set_index("scan")
    assert not psms["is_decoy"].any()
    assert psms["modified"].to_dict() == {
        "plain": "ELVLSLLVESK",
        "oxidised": "C[+57.0215]YTNEDAGM[+15.9949]FVQHR",
        "isotope": "LLTWPEEQNGDSAK",
        "acetyl": "[+42.0106]-ASTLVEAGLNDWK",
        "charge": "FFYDEGGTHLNQR",
    }
    assert psms["isotope_error"].to_dict() == {
        "plain": 0,
        "oxidised": 0,
        "isotope": 1,
        "acetyl": 0,
        "charge": 0,
    }
    assert psms["charge"].to_list() == [2, 3, 2, 2, 2]
    np.testing.assert_allclose(psms["ppm"], 0, atol=0.2)
    _, mass = fragments("CYTNEDAGMFVQHR", oxidised)
    assert psms.loc["oxidised", "mass"] == pytest.approx(mass, abs=1e-3)
    assert list(psms.reset_index().columns) == list(COLUMNS)
    assert figures["ms2_spectra"] == 5


def test_tolerances_and_isotope_errors_are_those_of_the_config(proteins):
    off = spectrum("ELVISLIVESK")
    off.precursor_mz *= 1 + 15e-6
    assert search_run([off], proteins, settings())[0].empty
    assert len(search_run([off], proteins, settings(precursor_tolerance_ppm=20))[0]) == 1
    second = spectrum("ELVISLIVESK", isotope=2)
    assert search_run([second], proteins, settings())[0].empty
    assert len(search_run([second], proteins, settings(isotope_errors=[0, 2]))[0]) == 1
    low = spectrum("ELVISLIVESK")
    low.mz = low.mz + 0.2
    assert search_run([low], proteins, settings())[0].empty
    coarse = settings(fragment_tolerance=0.5, fragment_tolerance_unit="Da")
    assert search_run([low], proteins, coarse)[0]["peptide"].to_list() == ["ELVLSLLVESK"]


def test_a_run_without_ms2_gives_an_empty_table(proteins):
    survey = Spectrum("1", 1, 0.5, np.array([400.0]), np.array([7.0]))
    later = Spectrum("2", 1, 2.0, np.array([400.0]), np.array([5.0]))
    psms, figures = search_run([survey, later], proteins, settings())
    assert psms.empty
    assert list(psms.columns) == list(COLUMNS)
    assert figures == {"ms1_spectra": 2, "ms2_spectra": 0, "ms1_tic": 12.0, "minutes": 1.5}


def test_a_spectrum_without_peaks_is_counted_and_not_searched(proteins):
    empty = Spectrum("1", 2, 0.5, np.empty(0), np.empty(0), 500.0, 2)
    psms, figures = search_run([empty], proteins, settings())
    assert (len(psms), figures["ms2_spectra"]) == (0, 1)


def test_each_modified_form_is_in_the_index_once(proteins):
    index = build_index(proteins, settings(variable_modifications=["Acetyl (Protein N-term)"]))
    forms = [
        modified_sequence(p.sequence, p.modifications, p.n_term, p.c_term)
        for p in (index[i] for i in range(index.num_peptides))
        if not p.decoy and p.sequence == "MASTLVEAGLNDWK"
    ]
    assert sorted(forms) == ["MASTLVEAGLNDWK", "[+42.0106]-MASTLVEAGLNDWK"]


def test_modifications_are_read_as_users_write_them():
    found = parse_modifications(
        ["Carbamidomethyl (C)", "Oxidation (MW)", "Acetyl (Protein N-term)", "Acetyl(N-term)"],
        UNIMOD,
        "option",
    )
    assert found == [
        ("C", "[UNIMOD:4]"),
        ("M", "[UNIMOD:35]"),
        ("W", "[UNIMOD:35]"),
        ("[", "[UNIMOD:1]"),
        ("^", "[UNIMOD:1]"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Oxidaton (M)", "did you mean 'Oxidation'"),
        ("Oxidation", "has no known site|is no modification"),
        ("Oxidation (m)", "has no known site"),
        ("Oxidation (Protein end)", "has no known site"),
    ],
)
def test_unknown_modifications_are_refused(text, words):
    with pytest.raises(EvcargoError, match=f"proteins.search.x: .*({words})"):
        parse_modifications([text], UNIMOD, "proteins.search.x")


def test_masses_of_the_defaults():
    fixed, variable = masses_of(settings())
    assert fixed == {"C": pytest.approx(57.021464, abs=1e-5)}
    assert variable == {
        "M": [pytest.approx(15.994915, abs=1e-5)],
        "[": [pytest.approx(42.010565, abs=1e-5)],
    }


def test_ranges_have_to_be_in_order():
    with pytest.raises(EvcargoError, match=r"proteins\.search\.isotope_errors: 2 is above 0"):
        settings(isotope_errors=[2, 0])
