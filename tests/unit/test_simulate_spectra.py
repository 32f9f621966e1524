"""A simulated run: readable by others, true to its truth, found by a search engine."""

import hashlib
import itertools
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyteomics import mzml
from scipy import stats

from evcargo.errors import EvcargoError
from evcargo.proteins.database import read_fasta
from evcargo.simulate.spectra import RunSettings, peptide_ions, simulate_run
from evcargo.simulate.survey import TAIL, elution_profile, merge_peaks, warp

SETTINGS = RunSettings(gradient_min=4.0)
SEED = 7


@pytest.fixture(scope="module")
def proteins(root: Path) -> dict[str, str]:
    entries = read_fasta(root / "resources" / "proteins" / "human_ev.fasta")
    return {entry.accession: entry.sequence for entry in entries}


@pytest.fixture(scope="module")
def abundance(proteins: dict[str, str]) -> dict[str, float]:
    """Give 150 proteins amounts over two to three orders of magnitude, fmol."""
    amounts = np.exp(np.random.default_rng(1).normal(2, 1.2, 150))
    return dict(zip(sorted(proteins)[::4], amounts.tolist(), strict=False))


@pytest.fixture(scope="module")
def run(
    proteins: dict[str, str], abundance: dict[str, float], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, pd.DataFrame]:
    path = tmp_path_factory.mktemp("spectra") / "run.mzML"
    return path, simulate_run(path, proteins, abundance, SETTINGS, np.random.default_rng(SEED))


@pytest.fixture(scope="module")
def spectra(run: tuple[Path, pd.DataFrame]) -> list[dict]:
    with mzml.MzML(str(run[0])) as reader:
        return list(reader)


def test_elution_profile_is_an_exponentially_modified_gaussian() -> None:
    time = np.arange(0, 200, 0.5)
    found = elution_profile(time, np.full(400, 80.0), np.full(400, 6.0))
    assert found == pytest.approx(stats.exponnorm(TAIL, loc=80, scale=6).pdf(time), abs=1e-9)
    assert found.sum() * 0.5 == pytest.approx(1)


def test_merging_by_hand() -> None:
    # At m/z 200 and resolution 200: width 1. At 800: 800 / 200 * 2 = 8.
    merged = merge_peaks(
        np.array([1, 0, 0, 0, 0]),
        np.array([200.2, 200.0, 200.5, 800.0, 809.0]),
        np.array([5.0, 1.0, 3.0, 2.0, 4.0]),
        200,
    )
    assert merged.spectrum.tolist() == [0, 0, 0, 1]
    assert merged.mz == pytest.approx([(200 + 3 * 200.5) / 4, 800, 809, 200.2])
    assert merged.intensity.tolist() == [4, 2, 4, 5]


def test_warp_is_smooth_and_keeps_the_order() -> None:
    time = np.linspace(0, 1200, 500)
    for seed in range(20):
        warped = warp(time, RunSettings(), np.random.default_rng(seed))
        assert (np.diff(warped) > 0).all()
        assert np.abs(warped - time).max() < 60


def test_file_is_indexed_and_its_checksum_holds(run: tuple[Path, pd.DataFrame]) -> None:
    data = run[0].read_bytes()
    end = data.index(b"<fileChecksum>") + len(b"<fileChecksum>")
    assert data[end : end + 40].decode() == hashlib.sha1(data[:end]).hexdigest()
    start = int(re.findall(rb"<indexListOffset>(\d+)<", data)[0])
    assert data[start:].startswith(b"<indexList ")
    offsets = re.findall(rb'<offset idRef="([^"]+)">(\d+)<', data)
    assert len(offsets) == data.count(b"<spectrum ")
    for name, offset in offsets:
        assert re.match(rb'<spectrum index="\d+" id="%s" ' % name, data[int(offset) :][:100])


def test_truth_and_file_agree(run: tuple[Path, pd.DataFrame], spectra: list[dict]) -> None:
    truth = run[1]
    assert [spectrum["id"] for spectrum in spectra] == [
        f"scan={n + 1}" for n in range(len(spectra))
    ]
    times = [spectrum["scanList"]["scan"][0]["scan start time"] for spectrum in spectra]
    assert times == sorted(times)
    ms2 = {s["id"]: s for s in spectra if s["ms level"] == 2}
    assert sum(s["ms level"] == 1 for s in spectra) == SETTINGS.n_cycles == 120
    assert truth["native_id"].tolist() == list(ms2)
    for row in truth.itertuples():
        precursor = ms2[row.native_id]["precursorList"]["precursor"][0]
        selected = precursor["selectedIonList"]["selectedIon"][0]
        assert selected["selected ion m/z"] == pytest.approx(row.precursor_mz, abs=1e-6)
        assert selected["charge state"] == row.charge
        assert ms2[row.native_id]["index"] == row.scan - 1
        assert "beam-type collision-induced dissociation" in precursor["activation"]
    for spectrum in spectra:
        assert (np.diff(spectrum["m/z array"]) > 0).all()
        assert (spectrum["intensity array"] > 0).all()
        assert "centroid spectrum" in spectrum


def test_truth_is_what_was_asked_for(
    run: tuple[Path, pd.DataFrame], proteins: dict[str, str], abundance: dict[str, float]
) -> None:
    truth = run[1]
    kinds = truth["kind"].value_counts(normalize=True)
    assert kinds["peptide"] > 0.7
    assert kinds["unknown"] > 0.05
    assert kinds["noise"] > 0
    for row in truth[truth["kind"] == "peptide"].itertuples():
        accessions = row.accessions.split(";")
        assert set(accessions) & set(abundance)
        assert all(row.sequence in proteins[accession] for accession in accessions)
    assert (truth.loc[truth["kind"] != "peptide", "accessions"] == "").all()
    assert truth["is_chimeric"].mean() > 0.1
    assert (truth.loc[truth["is_chimeric"] & (truth["purity"] > 0), "coisolated"] != "").all()


def test_precursor_error_is_a_shift_and_a_spread(
    run: tuple[Path, pd.DataFrame], proteins: dict[str, str], abundance: dict[str, float]
) -> None:
    ions = peptide_ions(proteins, abundance, SETTINGS)
    known = run[1].merge(ions[["peptide", "charge", "mz"]], on=["peptide", "charge"])
    ppm = (known["precursor_mz"] / known["mz"] - 1) * 1e6
    wrong = ppm.abs() > 100
    assert 0 < wrong.mean() < 0.08
    assert ppm[~wrong].std() == pytest.approx(SETTINGS.precursor_ppm, rel=0.15)
    assert abs(ppm[~wrong].mean()) < 4 * SETTINGS.shift_ppm


def test_an_ion_is_left_alone_after_its_ms2(run: tuple[Path, pd.DataFrame]) -> None:
    truth = run[1][run[1]["kind"] != "noise"].sort_values("rt_s")
    gaps = truth.groupby(["peptide", "charge"])["rt_s"].diff().dropna()
    assert len(gaps)
    assert gaps.min() >= SETTINGS.dynamic_exclusion_s - SETTINGS.cycle_s


def test_ms1_areas_are_the_true_areas(proteins: dict[str, str], tmp_path: Path) -> None:
    """Summed peaks of well separated ions give the area, within the technical noise."""
    few = dict.fromkeys(sorted(proteins)[::120], 20.0)
    settings = RunSettings(
        gradient_min=6.0, unknown=0.0, drift_s=0.0, shift_ppm=0.0, noise_floor=1e3
    )
    simulate_run(tmp_path / "run.mzML", proteins, few, settings, np.random.default_rng(3))
    ions = peptide_ions(proteins, few, settings)
    ions = ions[ions["rt_s"].between(20, 200) & (ions["area"] > 1e7)]
    with mzml.MzML(str(tmp_path / "run.mzML")) as reader:
        survey = [
            (s["scanList"]["scan"][0]["scan start time"] * 60, s["m/z array"], s["intensity array"])
            for s in reader
            if s["ms level"] == 1
        ]
    logs = []
    for ion in ions.itertuples():
        targets = ion.mz + 1.002857 * np.arange(6) / ion.charge
        found = sum(
            intensity[np.abs(mz[:, None] / targets - 1).min(axis=1) < 8e-6].sum()
            for time, mz, intensity in survey
            if abs(time - ion.rt_s) < 40
        )
        logs.append(np.log(found * settings.cycle_s / ion.area))
    assert len(logs) > 80
    assert np.median(logs) == pytest.approx(0, abs=0.05)
    spread = np.subtract(*np.percentile(logs, [75, 25])) / 1.349
    assert spread == pytest.approx(settings.technical_sd, rel=0.35)


def test_a_peptide_is_the_same_in_all_runs(
    proteins: dict[str, str],
    abundance: dict[str, float],
    run: tuple[Path, pd.DataFrame],
    tmp_path: Path,
) -> None:
    other = simulate_run(
        tmp_path / "other.mzML", proteins, abundance, SETTINGS, np.random.default_rng(SEED + 1)
    )
    both = run[1].merge(other, on=["peptide", "charge"], suffixes=("", "_other"))
    both = both[(both["purity"] > 0.95) & (both["purity_other"] > 0.95)]
    both = both.drop_duplicates(["peptide", "charge"])
    assert len(both) > 50
    assert np.median(np.abs(both["rt_s"] - both["rt_s_other"])) < 3 * SETTINGS.drift_s
    with mzml.MzML(str(run[0])) as one, mzml.MzML(str(tmp_path / "other.mzML")) as two:
        first = [_binned(one[name]) for name in both["native_id"]]
        second = [_binned(two[name]) for name in both["native_id_other"]]
    alike = np.median([a @ b for a, b in zip(first, second, strict=True)])
    unlike = np.median([a @ b for a, b in itertools.pairwise(first)])
    assert alike > 0.9
    assert unlike < 0.3


def _binned(spectrum: dict) -> np.ndarray:
    """Intensities on bins of 1 Th, of unit length, without what is left of the precursor."""
    bins = np.round(spectrum["m/z array"] / 1.0005).astype(int)
    row = np.bincount(bins, spectrum["intensity array"], minlength=2100)
    return row / np.linalg.norm(row)


def test_same_seed_same_bytes(
    proteins: dict[str, str],
    abundance: dict[str, float],
    run: tuple[Path, pd.DataFrame],
    tmp_path: Path,
) -> None:
    truth = simulate_run(
        tmp_path / "again.mzML", proteins, abundance, SETTINGS, np.random.default_rng(SEED)
    )
    assert (tmp_path / "again.mzML").read_bytes() == run[0].read_bytes()
    pd.testing.assert_frame_equal(truth, run[1])


def test_nothing_to_see_is_told(proteins: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(EvcargoError, match="no peptide is above the noise floor"):
        simulate_run(tmp_path / "x.mzML", proteins, {}, SETTINGS, np.random.default_rng(1))
    assert not list(tmp_path.iterdir())


def test_a_search_engine_finds_the_peptides(
    run: tuple[Path, pd.DataFrame], proteins: dict[str, str]
) -> None:
    """At 1 % FDR sagepy finds 85 % of the MS2 of peptides in the FASTA, and hardly a wrong one."""
    found = _search(run[0], proteins)
    truth = run[1].merge(found, on="native_id", how="left")
    accepted = truth[truth["q_value"] <= 0.01]
    sequence = accepted["sequence"].str.replace("I", "L")
    others = accepted["coisolated"].str.replace(r"\[UNIMOD:\d+\]", "", regex=True)
    own = (sequence == accepted["found"]).to_numpy()
    others = others.str.replace("I", "L")
    pairs = zip(accepted["found"], others, strict=True)
    neighbour = np.array([f";{one};" in f";{many};" for one, many in pairs])
    of_peptides = (truth["kind"] == "peptide").sum()
    assert (own & (accepted["kind"] == "peptide")).sum() / of_peptides >= 0.85
    assert (~own & ~neighbour).mean() < 0.02


def _search(path: Path, proteins: dict[str, str]) -> pd.DataFrame:
    """Best target of every MS2 with its q-value, from sagepy alone with its own reader."""
    from sagepy.core import Scorer, SpectrumProcessor
    from sagepy.core.database import EnzymeBuilder, SageSearchConfiguration
    from sagepy.core.mass import Tolerance
    from sagepy.core.scoring import ScoreType
    from sagepy.core.spectrum import read_spectra

    database = SageSearchConfiguration(
        fasta="".join(f">sp|{name}|X\n{text}\n" for name, text in proteins.items()),
        static_mods={"C": "[UNIMOD:4]"},
        variable_mods={"M": ["[UNIMOD:35]"]},
        enzyme_builder=EnzymeBuilder(missed_cleavages=2, min_len=7, max_len=40),
        generate_decoys=True,
    ).generate_indexed_database()
    scorer = Scorer(
        precursor_tolerance=Tolerance(ppm=(-10, 10)),
        fragment_tolerance=Tolerance(ppm=(-20, 20)),
        min_matched_peaks=4,
        min_isotope_err=0,
        max_isotope_err=1,
        report_psms=1,
        annotate_matches=False,
        score_type=ScoreType("hyperscore"),
        max_fragment_charge=2,
        variable_mods={},
        static_mods={},
    )
    spectra = [one for one in read_spectra(str(path)) if one.ms_level == 2]
    processed = SpectrumProcessor(take_top_n=150).process_collection(spectra, 1)
    matches = scorer.score_collection_top_n(database, processed, 1)
    rows = []
    for spectrum, match in zip(processed, matches, strict=True):
        for one in match[:1]:
            peptide = database[one.peptide_idx]
            rows.append((spectrum.id, peptide.sequence, bool(peptide.decoy), one.hyperscore))
    table = pd.DataFrame(rows, columns=["native_id", "found", "decoy", "score"])
    table = table.sort_values("score", ascending=False, ignore_index=True)
    fdr = table["decoy"].cumsum() / np.maximum((~table["decoy"]).cumsum(), 1)
    table["q_value"] = fdr[::-1].cummin()[::-1]
    table["found"] = table["found"].str.replace("I", "L")
    return table[~table["decoy"]]
