"""The memory estimate against the engine's own index, and slices against the whole."""

import random

import numpy as np
import pandas as pd
import pytest
from proteins_helpers import search_options
from test_proteins_search import RESIDUE, spectrum

from evcargo.errors import EvcargoError
from evcargo.proteins.database import Protein
from evcargo.proteins.digest import digest, leucine
from evcargo.proteins.engine import build_index
from evcargo.proteins.search import search_run
from evcargo.proteins.settings import SearchSettings
from evcargo.proteins.slices import Load, index_load, plan_slices


def settings(**changes):
    return SearchSettings.from_config(search_options(**changes))


def random_proteins(count, seed=3):
    rng = random.Random(seed)
    return [
        Protein(f"P{i}", "M" + "".join(rng.choices("ACDEFGHIKLMNPQRSTVWY", k=300)))
        for i in range(count)
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"variable_modifications": []},
        {"variable_modifications": ["Phospho (STY)", "Oxidation (M)"]},
        {"enzyme": "lys-c", "missed_cleavages": 1},
        {"specificity": "semi", "missed_cleavages": 1, "peptide_length": [7, 20]},
        {"specificity": "none", "peptide_length": [8, 12], "variable_modifications": []},
    ],
)
def test_the_load_is_that_of_the_index(changes):
    """It is above where modified forms are beyond the heaviest mass, or decoys are targets."""
    proteins = random_proteins(20)
    proteins.append(Protein("twin", proteins[0].sequence))  # counted once
    load = index_load(proteins, settings(**changes))
    index = build_index(proteins, settings(**changes))
    assert 0.99 <= load.peptides.sum() / index.num_peptides <= 1.1
    assert 0.99 <= load.fragments.sum() / index.num_fragments <= 1.1


def test_the_load_lies_at_the_masses_of_the_peptides():
    # AAAAAAK: 6 x 71.03711 + 128.09496 + 18.01056 = 572.32819; one target and one decoy, each with
    # b3..b6 and y3..y6.
    load = index_load([Protein("P", "AAAAAAK")], settings(variable_modifications=[]))
    assert 6 * RESIDUE["A"] + RESIDUE["K"] + 18.01056 == pytest.approx(572.32819, abs=1e-4)
    assert np.flatnonzero(load.peptides).tolist() == [572]
    assert load.peptides[572] == 2
    assert load.fragments[572] == 2 * 8
    assert load.sequences == 1


def test_the_estimate_is_the_measured_memory():
    # Peak memory of the build for 20,400 random proteins of human composition (11.4 M residues),
    # oxidation and acetylation: 8,547,612 entries, 323,297,698 fragments, 2.65 M sequences, 4,428
    # MB. The estimate counts what a search needs beside the index, too.
    load = Load(np.array([8_547_612.0]), np.array([323_297_698.0]), 2_650_000)
    assert 4428 < load.memory_mb() < 6000
    # The same 10,000 proteins with phosphorylation: 18,235 MB.
    load = Load(np.array([32_930_265.0]), np.array([1_583_468_232.0]), 1_300_000)
    assert load.memory_mb() == pytest.approx(18_235, rel=0.05)


def flat_load():
    """As many entries at every mass."""
    return Load(np.full(5001, 1e4), np.full(5001, 1e5), 0)


def test_slices_follow_one_another_and_overlap_by_the_precursor_window():
    load = flat_load()
    whole = load.memory_mb()
    asked = settings(memory_mb=int(500 + (whole - 500) / 3))
    slices = plan_slices(load, asked)
    assert len(slices) == 3
    assert (slices[0].low, slices[-1].high) == (-np.inf, np.inf)
    assert (slices[0].masses[0], slices[-1].masses[1]) == (500, 5000)
    for one, two in zip(slices, slices[1:], strict=False):
        assert one.high == two.low
        # Isotope errors 0 to 1 and 10 ppm: a spectrum of the lower end matches 1.00335 Da below.
        assert two.masses[0] <= two.low * (1 - 1e-5) - 1.00335
        assert one.masses[1] >= one.high * (1 + 1e-5)
    assert all(load.memory_mb(*part.masses) <= asked.memory_mb for part in slices)


def test_an_open_window_is_covered_by_every_slice():
    asked = settings(memory_mb=5000, open_window_da=[-150, 500])
    slices = plan_slices(flat_load(), asked)
    assert len(slices) > 2
    for part in slices[1:-1]:
        assert part.masses[0] <= max(500, part.low - 500)
        assert part.masses[1] >= min(5000, part.high + 150)


def test_a_database_that_fits_no_slice_is_an_error():
    load = Load(np.full(5001, 1e5), np.full(5001, 1e6), 40_000_000)
    with pytest.raises(EvcargoError, match=r"memory_mb: 6000 MB are too few.* 9,\d\d\d MB"):
        plan_slices(load, settings())


def test_a_sliced_search_gives_the_same_matches(monkeypatch):
    proteins = random_proteins(40)
    rng = np.random.default_rng(1)
    asked = settings(fragment_tolerance=0.5, fragment_tolerance_unit="Da")
    spectra = []
    for number, protein in enumerate(proteins):
        for peptide in list(digest(protein.sequence, asked.digestion))[:6]:
            one = spectrum(peptide, f"{number}.{peptide}", told=bool(rng.random() < 0.5))
            one.mz = np.sort(np.concatenate([one.mz[::2], rng.uniform(150, 1500, 20)]))
            one.intensity = rng.uniform(1, 10, len(one.mz))
            one.precursor_mz += rng.choice([0.0, 1.00335 / 2])
            spectra.append(one)
    whole, figures = search_run(spectra, proteins, asked)
    load = index_load(proteins, asked)
    part = load.floor_mb + (load.memory_mb() - load.floor_mb) / 4
    monkeypatch.setattr("evcargo.proteins.slices.PROCESS_MB", 500.0 + asked.memory_mb - part)
    plan = plan_slices(load, asked)
    assert len(plan) >= 4
    sliced, again = search_run(spectra, proteins, asked)
    assert len(whole) > 100
    assert figures == again
    pd.testing.assert_frame_equal(sliced, whole)
    right = whole["peptide"] == whole["scan"].str.split(".").str[1].map(leucine)
    assert right.mean() > 0.8
