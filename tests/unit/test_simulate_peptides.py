"""What the simulator knows of peptides, against pyteomics, scipy and examples done by hand."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from pyteomics import achrom, mass, parser
from scipy import stats

from evcargo.errors import EvcargoError
from evcargo.simulate.ions import peptide_ions
from evcargo.simulate.peptides import (
    MISSED_EASY,
    MISSED_HARD,
    digest,
    draw_keys,
    hydrophobicity,
    isotope_pattern,
    normal,
    peptide_masses,
    uniform,
)
from evcargo.simulate.product_ions import product_ions
from evcargo.simulate.settings import RunSettings

PEPTIDES = ["SAMPLER", "LVNELTEFAK", "CCTESLVNR", "MMPEPTIDEK", "HLVDEPQNLIK" * 3]
ALBUMIN = (  # residues 25-142 of bovine serum albumin, P02769
    "DTHKSEIAHRFKDLGEEHFKGLVLIAFSQYLQQCPFDEHVKLVNELTEFAKTCVADESHAGCEKSLHTLFGDELCK"
    "VASLRETYGDMADCCEKQEPERNECFLSHKDDSPDLPKLKPD"
)


def test_digestion_by_hand() -> None:
    # Sites: after K9 (neighbours A, G, G: easy) and R17 (T, L, L: easy); not after K24 before P.
    found = digest({"X": "AAAAAAAAKGGGGGGTRLLLLLLKPLLL"})
    easy = MISSED_EASY
    expected = {
        "AAAAAAAAK": 1 - easy,
        "AAAAAAAAKGGGGGGTR": easy * (1 - easy),
        "GGGGGGTR": (1 - easy) ** 2,
        "GGGGGGTRLLLLLLKPLLL": (1 - easy) * easy,
        "LLLLLLKPLLL": 1 - easy,
    }  # both sites missed: 0.0009, too few to matter
    assert dict(zip(found["sequence"], found["yield"], strict=True)) == pytest.approx(expected)
    assert set(found["accession"]) == {"X"}


def test_charged_neighbours_hinder_trypsin() -> None:
    found = digest({"X": "AAAAAAAKEAAAAAAR"}).set_index("sequence")["yield"]
    assert found["AAAAAAAK"] == pytest.approx(1 - MISSED_HARD)
    assert found["AAAAAAAKEAAAAAAR"] == pytest.approx(MISSED_HARD)


def test_digestion_gives_what_pyteomics_gives() -> None:
    expected = {p for p in parser.cleave(ALBUMIN, "trypsin", 2) if 7 <= len(p) <= 40}
    full = {p for p in parser.cleave(ALBUMIN, "trypsin", 0) if 7 <= len(p) <= 40}
    found = set(digest({"X": ALBUMIN})["sequence"])
    assert full <= found <= expected
    assert len(found) > len(full)


def test_copies_and_shared_peptides_add_up() -> None:
    one, two = "AAAAAAAAK", "GGGGGGGGK"
    table = digest({"A": one + one + two, "B": one, "C": "XAAAAAAAK" + two})
    copies = table.set_index(["sequence", "accession"])["yield"]
    assert copies[one, "B"] == 1
    assert copies[one, "A"] == pytest.approx((1 - MISSED_EASY) + (1 - MISSED_EASY) ** 2)
    assert not table["sequence"].str.contains("X").any()


def test_masses() -> None:
    expected = [mass.fast_mass(p) + 57.021463735 * p.count("C") for p in PEPTIDES]
    assert peptide_masses(PEPTIDES) == pytest.approx(expected, abs=1e-6)


def test_hydrophobicity() -> None:
    expected = [achrom.calculate_RT(p, achrom.RCs_krokhin_100A_fa) for p in PEPTIDES]
    assert hydrophobicity(PEPTIDES) == pytest.approx(expected)


def test_isotope_pattern_is_the_convolution_of_the_elements() -> None:
    abundances = {
        "C": [0.9893, 0.0107],
        "H": [0.999885, 0.000115],
        "N": [0.99632, 0.00368],
        "O": [0.99757, 0.00038, 0.00205],
        "S": [0.9493, 0.0076, 0.0429, 0.0, 0.0002],
    }
    for peptide, row in zip(PEPTIDES, isotope_pattern(PEPTIDES), strict=True):
        composition = mass.Composition(peptide) + mass.Composition(
            {
                element: n * peptide.count("C")
                for element, n in zip("CHNO", (2, 3, 1, 1), strict=True)
            }
        )
        exact = np.ones(1)
        for element, count in composition.items():
            for _ in range(count):
                exact = np.convolve(exact, abundances[element])[:6]
        assert row == pytest.approx(exact, abs=0.004), peptide


def test_draws_depend_on_key_and_stream_only() -> None:
    keys = draw_keys([f"P{number}" for number in range(20_000)], 1)
    first = uniform(keys, 3)
    assert (first == uniform(keys[::-1], 3)[::-1]).all()
    assert stats.kstest(first, "uniform").pvalue > 0.001
    assert stats.kstest(normal(keys, 4), "norm").pvalue > 0.001
    assert abs(np.corrcoef(first, uniform(keys, 4))[0, 1]) < 0.03
    assert (draw_keys(["P1"], 1) != draw_keys(["P1"], 2)).all()


def test_product_ions_are_those_of_pyteomics() -> None:
    ions = pd.DataFrame(
        {
            "sequence": ["LVMELCEPK", "AMPLMHTIDEK"],
            "peptide": ["LVMELC[UNIMOD:4]EPK", "AMPLM[UNIMOD:35]HTIDEK"],
            "oxidised": [0, 5],
            "charge": [2, 3],
        }
    )
    ions["mass"] = peptide_masses(ions["sequence"].tolist()) + [0, 15.994914620]
    ion, mz, share = product_ions(ions, study=0)
    assert np.bincount(ion, weights=share) == pytest.approx([1, 1])
    shifts = {"C": 57.021463735}
    for number, row in ions.iterrows():
        expected = set()
        charges = (1, 2) if row["charge"] > 2 else (1,)
        for cut, charge in itertools.product(range(1, len(row["sequence"])), charges):
            for kind, part in (("b", row["sequence"][:cut]), ("y", row["sequence"][cut:])):
                neutral = mass.fast_mass(part, ion_type=kind)
                neutral += sum(shifts.get(residue, 0) for residue in part)
                oxidised = (cut >= row["oxidised"]) == (kind == "b")
                neutral += 15.994914620 * (oxidised and row["oxidised"] > 0)
                expected.add(round(neutral / charge + 1.007276467, 4))
        found = {round(value, 4) for value in mz[ion == number]}
        assert found <= expected
        singly = [value for value in expected if value > 300]
        assert len(found & set(singly)) > len(singly) / 2


def test_proline_effect() -> None:
    sequences = ["".join(order) for order in itertools.permutations("AGSPTVL")]
    ions = pd.DataFrame(
        {"sequence": [f"{text}K" for text in sequences], "oxidised": 0, "charge": 2}
    )
    ions["peptide"] = ions["sequence"]
    ions["mass"] = peptide_masses(ions["sequence"].tolist())
    ion, mz, share = product_ions(ions, study=0)
    place = np.array([text.index("P") for text in sequences])
    tails = {text: mass.fast_mass(text, ion_type="y", charge=1) for text in set(_tails(ions))}
    before = np.array([tails[text[at:]] for text, at in zip(ions["sequence"], place, strict=True)])
    after = np.array(
        [tails[text[at + 1 :]] for text, at in zip(ions["sequence"], place, strict=True)]
    )
    strong = np.log(share[np.abs(mz - before[ion]) < 0.001])
    weak = np.log(share[np.abs(mz - after[ion]) < 0.001])
    assert strong.mean() - weak.mean() == pytest.approx(np.log(3 / 0.3), abs=0.15)


def _tails(ions: pd.DataFrame) -> list[str]:
    return [text[at:] for text in ions["sequence"] for at in range(len(text))]


def test_ions_of_a_protein() -> None:
    settings = RunSettings(unknown=0, oxidised=0.2)
    ions = peptide_ions({"X": ALBUMIN, "Y": "AAAAAAAAK"}, {"X": 2.0}, settings)
    assert set(ions["accessions"]) == {"X"}
    assert (ions["mz"] - (ions["mass"] / ions["charge"] + 1.007276467)).abs().max() < 1e-9
    oxidised = ions[ions["oxidised"] > 0]
    assert len(oxidised)
    for row in oxidised.itertuples():
        assert row.sequence[row.oxidised - 1] == "M"
        assert (
            f"M[UNIMOD:35]{row.sequence[row.oxidised :]}".replace("C", "C[UNIMOD:4]") in row.peptide
        )
    plain = re.sub(r"\[UNIMOD:\d+\]", "", "".join(ions["peptide"]))
    assert plain == "".join(ions["sequence"])
    double = peptide_ions({"X": ALBUMIN, "Y": "AAAAAAAAK"}, {"X": 4.0, "Y": 1.0}, settings)
    both = ions.merge(double, on=["peptide", "charge"])
    assert len(both) == len(ions)
    assert both["area_y"].to_numpy() == pytest.approx(2 * both["area_x"].to_numpy())
    assert (both["rt_s_x"] == both["rt_s_y"]).all()


def test_unknown_peptides_are_in_no_protein() -> None:
    ions = peptide_ions({"X": ALBUMIN}, {"X": 1.0}, RunSettings(unknown=1.0))
    unknown = ions[ions["accessions"] == ""]
    assert unknown["sequence"].nunique() > 10
    for sequence in unknown["sequence"]:
        assert sequence not in ALBUMIN
        assert sequence[-2::-1] not in ALBUMIN  # a decoy would match


@pytest.mark.parametrize(
    ("abundance", "message"),
    [
        ({"Z": 1.0}, "abundance of Z: no such protein"),
        ({"X": -1.0}, "abundance of X: -1.0 fmol"),
        ({"X": float("nan")}, "abundance of X: nan fmol"),
    ],
)
def test_wrong_abundances_are_told(abundance: dict[str, float], message: str) -> None:
    with pytest.raises(EvcargoError, match=message):
        peptide_ions({"X": ALBUMIN}, abundance, RunSettings())
