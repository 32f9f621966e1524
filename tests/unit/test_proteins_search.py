import numpy as np
import pandas as pd
import pytest
from proteins_helpers import search_options

from evcargo.errors import EvcargoError
from evcargo.proteins.database import Protein
from evcargo.proteins.digest import proteins_of
from evcargo.proteins.engine import build_index, masses_of
from evcargo.proteins.search import (
    COLUMNS,
    ISOTOPE,
    PROTON,
    best_matches,
    modified_sequence,
    search_run,
    search_runs,
)
from evcargo.proteins.settings import SearchSettings, parts_of
from evcargo.proteins.spectra import Spectrum

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


def test_masses_of_the_defaults():
    fixed, variable = masses_of(settings())
    assert fixed == {"C": pytest.approx(57.021464, abs=1e-5)}
    assert variable == {
        "M": [pytest.approx(15.994915, abs=1e-5)],
        "[": [pytest.approx(42.010565, abs=1e-5)],
    }


def test_labelled_peptides_are_found(proteins):
    """TMT is on the lysine and on the end, but for the end that is acetylated."""
    how = settings(
        fixed_modifications=["TMT6plex (K, N-term)", "Carbamidomethyl (C)"],
        variable_modifications=["Acetyl (Protein N-term)"],
    )
    tag, acetyl = 229.162932, 42.010565
    spectra = [
        spectrum("ELVISLIVESK", "labelled", {0: tag, 10: tag}),
        spectrum("MASTIVEAGLNDWK", "acetylated", {0: acetyl, 13: tag}),
        spectrum("FFYDEGGTHLNQR", "plain"),
    ]
    psms, _ = search_run(spectra, proteins, how)
    targets = psms[~psms["is_decoy"]].set_index("scan")["modified"].to_dict()
    assert targets.pop("labelled") == "[+229.1629]-ELVLSLLVESK[+229.1629]"
    assert targets.pop("acetylated") == "[+42.0106]-MASTLVEAGLNDWK[+229.1629]"
    assert targets == {}


def test_two_fixed_modifications_of_one_place_are_refused():
    """The engine would take either of them by chance."""
    how = settings(fixed_modifications=["TMT6plex (N-term)", "Acetyl (Protein N-term)"])
    with pytest.raises(EvcargoError, match=r"TMT6plex \(N-term\) and Acetyl \(Protein N-term\)"):
        masses_of(how)


def test_ranges_have_to_be_in_order():
    with pytest.raises(EvcargoError, match=r"proteins\.search\.isotope_errors: 2 is above 0"):
        settings(isotope_errors=[2, 0])


def shifted(scan, mass):
    """A spectrum of ELVISLIVESK whose precursor is heavier, its fragments are not."""
    one = spectrum("ELVISLIVESK", scan)
    one.precursor_mz += mass / 2
    return one


def test_an_open_search_tells_mass_shifts_from_errors(proteins):
    spectra = [shifted("none", 0), shifted("isotope", ISOTOPE), shifted("label", 79.9663)]
    spectra += [shifted("lost", -18.0106), shifted("far", 600.0)]
    closed, _ = search_run(spectra, proteins, settings())
    assert closed["scan"].to_list() == ["none", "isotope"]
    assert (closed["mass_shift"] == 0).all()
    found, _ = search_run(spectra, proteins, settings(open_window_da=[-150, 500]))
    found = found.set_index("scan")
    assert list(found.index) == ["none", "isotope", "label", "lost"]
    assert found["isotope_error"].to_list() == [0, 1, 0, 0]
    np.testing.assert_allclose(found["mass_shift"], [0, 0, 79.9663, -18.0106], atol=2e-3)
    assert found["ppm"].isna().to_list() == [False, False, True, True]
    assert found["modified"].to_list() == [
        "ELVLSLLVESK",
        "ELVLSLLVESK",
        "[+79.97]?ELVLSLLVESK",
        "[-18.01]?ELVLSLLVESK",
    ]
    _, mass = fragments("ELVISLIVESK")
    assert found.loc["label", "mass"] == pytest.approx(mass + 79.9663, abs=2e-3)


def test_peptides_with_one_end_or_none_that_the_enzyme_cut(proteins):
    semi, wild = spectrum("ISLIVESK", "semi"), spectrum("ISLIVES", "wild")
    asked = {"full": [], "semi": ["semi"], "none": ["semi", "wild"]}
    for specificity, expected in asked.items():
        psms, _ = search_run([semi, wild], proteins, settings(specificity=specificity))
        assert psms["scan"].to_list() == expected, specificity
        how = settings(specificity=specificity).digestion
        held = proteins_of(psms["peptide"], ((p.accession, p.sequence) for p in proteins), how)
        assert held == dict(
            zip(psms["peptide"], [{"P1": "ISLIVESK"}, {"P1": "ISLIVES"}], strict=False)
        )


def test_the_best_of_charges_and_slices_keeps_the_true_second():
    # Spectrum 1: 30 (next 5 below, 25) at charge 2 and 28 (next 27) at charge 3: second is 28.
    # Spectrum 2: 30 (next 29.5) and 12 (next 11): second is 29.5. Spectrum 3: a tie, decoy kept.
    rows = [
        (1, 2, 30.0, 5.0, 10, False),
        (1, 3, 28.0, 1.0, 7, True),
        (2, 2, 30.0, 0.5, 4, False),
        (2, 3, 12.0, 1.0, 5, False),
        (3, 2, 20.0, 20.0, 1, False),
        (3, 3, 20.0, 20.0, 1, True),
    ]
    names = ["number", "charge", "hyperscore", "delta_next", "candidates", "is_decoy"]
    table = pd.DataFrame(rows, columns=names)
    for name, kind in COLUMNS.items():
        if name not in table:
            table[name] = "" if kind == "string" else 0
    best = best_matches(table)
    assert best["charge"].to_list() == [2, 2, 3]
    np.testing.assert_allclose(best["delta_next"], [2.0, 0.5, 0.0])
    assert best["candidates"].to_list() == [17, 9, 2]
    assert best["is_decoy"].to_list() == [False, False, True]


def test_runs_share_one_index_and_keep_their_own_spectra(proteins):
    one, two = [spectrum("ELVISLIVESK", "s1")], [spectrum("FFYDEGGTHLNQR", "s1")]
    psms, figures = search_runs({"b": lambda: one, "a": lambda: two}, proteins, settings())
    assert psms[["run", "peptide"]].to_numpy().tolist() == [
        ["b", "ELVLSLLVESK"],
        ["a", "FFYDEGGTHLNQR"],
    ]
    assert figures["a"]["ms2_spectra"] == figures["b"]["ms2_spectra"] == 1


def test_parts_are_the_runs_in_their_order():
    runs = list("abcde")
    assert parts_of(runs, 2) == {"1": ["a", "b"], "2": ["c", "d"], "3": ["e"]}
    assert parts_of([], 2) == {}
