"""Match between runs, hand-computed and on simulated runs of which half lack a third of a proteome.

What the other half lends them of it is false: the two-proteome design of Lim 2019
(10.1021/acs.jproteome.9b00492).
"""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from proteins_helpers import ROOT, search_options

from evcargo.contracts import CONTRACTS
from evcargo.proteins.alignment import Alignment, align_runs
from evcargo.proteins.database import build_database, read_accessions, read_fasta
from evcargo.proteins.digest import leucine
from evcargo.proteins.extraction import Match, measure_run
from evcargo.proteins.inference import infer_proteins
from evcargo.proteins.isotopes import isotope_shares
from evcargo.proteins.mzml import read_spectra
from evcargo.proteins.search import SearchSettings, search_run
from evcargo.proteins.study import quantify_study
from evcargo.proteins.transfer import sought_ions, transfer_q_values
from evcargo.simulate.ions import peptide_ions
from evcargo.simulate.spectra import RunSettings, simulate_run

FASTA = ROOT / "resources" / "proteins"
RUNS = ["a1", "a2", "b1", "b2"]
SETTINGS = RunSettings(gradient_min=10)
TRANSFER_FDR = 0.01


def written(peptide, charge):
    """An ion of the simulator as the search names it, but for carbamidomethyl."""
    plain = peptide.replace("[UNIMOD:4]", "").replace("[UNIMOD:35]", "[+15.9949]")
    return f"{leucine(plain)}/{charge}"


def named(ions):
    return ions["ion"].str.replace("[+57.0215]", "", regex=False)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Two runs of either group; a third of the proteins is only in b, others change twofold."""
    folder = tmp_path_factory.mktemp("spectra")
    sequences, bovine = (
        {p.accession: p.sequence for p in read_fasta(FASTA / name)}
        for name in ("human_ev.fasta", "contaminants.fasta")
    )
    rng = np.random.default_rng(3)
    names = sorted(sequences)
    amount = pd.Series(np.exp(rng.normal(1, 1.2, len(names))), index=names)
    only_b = rng.choice(names, len(names) // 3, replace=False)
    fold = pd.Series(rng.choice([0.0, 0.0, 0.0, 1.0, -1.0], len(names)), index=names)
    settings = SearchSettings.from_config(search_options())
    proteins = build_database(
        read_fasta(FASTA / "human_ev.fasta"),
        read_fasta(FASTA / "contaminants.fasta", contaminants=True),
        "human",
        read_accessions(FASTA / "contaminants.tsv"),
    )
    psms, figures, truth = [], {}, {}
    for number, run in enumerate(RUNS):
        given = amount * 2.0 ** (fold * run.startswith("b"))
        given = given.drop(only_b) if run.startswith("a") else given
        given = {**given, **dict.fromkeys(sorted(bovine)[::6], 2.0)}
        everything = {**sequences, **bovine}
        path = folder / f"{run}.mzML"
        simulate_run(path, everything, given, SETTINGS, np.random.default_rng(number))
        ions = peptide_ions(everything, given, SETTINGS)
        truth[run] = ions.groupby(
            [written(p, c) for p, c in zip(ions["peptide"], ions["charge"], strict=True)]
        )["area"].sum()
        table, figures[run] = search_run(read_spectra(path), proteins, settings, 2)
        psms.append(table.assign(run=run, sample=run))
    inference = infer_proteins(pd.concat(psms), proteins, settings.digestion, "human", 0.01, 0.01)
    return folder, inference, figures, truth, fold, only_b


@pytest.fixture(scope="module")
def runs():
    columns = {"run": RUNS, "sample": RUNS, "assay": "proteins", "fraction": 1, "replicate": 1}
    return pd.DataFrame(columns)


def extracted(study, runs, fdr=None):
    folder, inference, *_ = study
    good = inference.psms[inference.psms["accepted"]]
    curves, consensus = align_runs(good, runs)
    tables = []
    for run in RUNS:
        ions, _ = measure_run(
            read_spectra(folder / f"{run}.mzML", levels=(1,)),
            good[good["run"] == run],
            10.0,
            None if fdr is None else Match(curves, consensus, run, 1, fdr),
        )
        tables.append(ions.assign(run=run))
    return pd.concat(tables, ignore_index=True)


@pytest.fixture(scope="module")
def plain(study, runs):
    return extracted(study, runs)


@pytest.fixture(scope="module")
def matched(study, runs):
    return extracted(study, runs, TRANSFER_FDR)


def test_q_values_by_hand():
    """Two decoys were looked for per transfer: (D + 1) / 2 T."""
    scores = np.array([9.0, 7.0, 7.0, 3.0, 1.0])
    decoys = np.array([8.0, 2.0, 0.5])
    expected = [1 / 2, 2 / 6, 2 / 6, 2 / 8, 3 / 10]  # before the lowest of those below is taken
    lowest = np.minimum.accumulate(expected[::-1])[::-1]
    np.testing.assert_allclose(transfer_q_values(scores, decoys, 2), lowest)
    np.testing.assert_allclose(transfer_q_values(np.array([5.0]), np.empty(0), 5), [0.2])
    assert transfer_q_values(np.empty(0), decoys, 5).size == 0


def test_off_means_that_nothing_is_transferred(study, plain):
    accepted = study[1].psms[study[1].psms["accepted"]]
    ions = accepted["modified"] + "/" + accepted["charge"].astype(str)
    assert set(plain["run"] + plain["ion"]) == set(accepted["run"] + ions)
    assert not plain["transferred"].any()
    assert plain["q_value"].isna().all()


def test_identified_ions_are_what_they_were(plain, matched):
    own = matched[~matched["transferred"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, plain)


def test_the_true_false_transfer_proportion(study, matched):
    """At most 1 %, though more than half of what is looked for in runs of a is not there."""
    *_, truth, _, only_b = study
    lent = matched[matched["transferred"]]
    present = np.array(
        [ion in truth[run].index for ion, run in zip(named(lent), lent["run"], strict=True)]
    )
    in_a = lent["run"].str.startswith("a").to_numpy()
    assert in_a.sum() > 250
    assert (~present[in_a]).mean() <= TRANSFER_FDR
    assert (lent["q_value"] <= TRANSFER_FDR).all()
    assert (lent["intensity"] > 0).all()


def test_most_of_what_is_there_is_found(study, runs, matched):
    _, inference, _, truth, *_ = study
    good = inference.psms[inference.psms["accepted"]]
    curves, consensus = align_runs(good, runs)
    for run in RUNS:
        sought, _ = sought_ions(
            consensus, good[good["run"] == run], Alignment.of(curves, run), run, 1
        )
        there = sought[named(sought).isin(truth[run].index)]
        absent = 1 - len(there) / len(sought)
        assert absent > 0.4 if run.startswith("a") else absent < 0.05
        lent = matched.loc[(matched["run"] == run) & matched["transferred"], "ion"]
        assert there["ion"].isin(lent).mean() > 0.5


def test_transferred_areas_are_as_good_as_identified_ones(study, matched):
    *_, truth, _, _ = study
    true = [
        truth[run].get(ion, np.nan) for ion, run in zip(named(matched), matched["run"], strict=True)
    ]
    error = np.log2(matched["intensity"] / np.array(true))
    error = (error - error.median()).abs()
    lent = error[matched["transferred"]].median()
    assert lent <= 0.3
    assert lent <= error[~matched["transferred"]].median() * 1.3


def test_no_absent_protein_is_filled_in(study, matched):
    """Of cells that only transferred ions fill, none is of proteins that the run lacks."""
    _, inference, _, truth, *_ = study
    group = inference.peptides.set_index("peptide")["group"]
    seen = matched[matched["intensity"] > 0]
    seen = seen.assign(
        group=seen["peptide"].map(group),
        present=[i in truth[r].index for i, r in zip(named(seen), seen["run"], strict=True)],
    )
    cells = seen.groupby(["group", "run"]).agg(lent=("transferred", "all"), true=("present", "any"))
    only = cells[cells["lent"]]
    in_a = only[only.index.get_level_values("run").str.startswith("a")]
    assert len(only) > 80
    assert len(in_a) > 10
    assert (~only["true"]).mean() <= TRANSFER_FDR
    assert (~in_a["true"]).sum() <= 1


def ratios(study, ions, runs, method="directlfq"):
    _, inference, figures, _, fold, only_b = study
    samples = pd.DataFrame({name: [""] * len(RUNS) for name in CONTRACTS["samples"].names})
    samples["sample"] = RUNS
    matrix, _ = quantify_study(
        ions,
        inference.psms,
        inference.groups,
        inference.rules,
        figures,
        samples,
        runs,
        method,
        1,
        "median",
    )
    layer = matrix.to_df("normalised").T
    ratio = layer[["b1", "b2"]].mean(axis=1) - layer[["a1", "a2"]].mean(axis=1)
    told = (matrix.var["taxon"] == "9606") & (matrix.var["n_peptides"] >= 2)
    ratio = ratio[told & ~matrix.var_names.isin(only_b)].dropna()
    return ratio - fold.reindex(ratio.index), matrix


@pytest.mark.parametrize("method", ["directlfq", "maxlfq"])
def test_ratios_with_and_without_transfers(study, runs, plain, matched, method):
    without, plain_matrix = ratios(study, plain, runs, method)
    within, matrix = ratios(study, matched, runs, method)
    assert without.abs().median() <= 0.15
    assert within.abs().median() <= 0.15
    assert len(within) >= len(without)
    missing = np.isnan(plain_matrix.X).mean(), np.isnan(matrix.X).mean()
    assert missing[1] < missing[0]


def test_transferred_values_are_marked(study, runs, plain, matched):
    _, matrix = ratios(study, matched, runs)
    layer = matrix.layers["transferred"]
    quantified = np.isfinite(matrix.X)
    assert np.isnan(layer[~quantified]).all()
    assert ((layer[quantified] >= 0) & (layer[quantified] <= 1)).all()
    before = np.isfinite(ratios(study, plain, runs)[1].X)
    np.testing.assert_array_equal(layer[quantified & ~before], 1.0)
    assert (layer[before] < 1).all()
    assert (ratios(study, plain, runs)[1].layers["transferred"][before] == 0).all()


def test_fractions_far_apart_do_not_give(study, runs):
    good = study[1].psms[study[1].psms["accepted"]]
    fractions = {"a1": 1, "a2": 2, "b1": 3, "b2": 3}
    curves, consensus = align_runs(good, runs.assign(fraction=runs["run"].map(fractions)))
    ions = good.assign(ion=good["modified"] + "/" + good["charge"].astype(str))
    held = {run: set(own["ion"]) for run, own in ions.groupby("run")}
    sought, _ = sought_ions(
        consensus, good[good["run"] == "a1"], Alignment.of(curves, "a1"), "a1", 1
    )
    assert set(sought["ion"]) == held["a2"] - held["a1"]  # never from fraction 3
    sought, _ = sought_ions(
        consensus, good[good["run"] == "a2"], Alignment.of(curves, "a2"), "a2", 2
    )
    assert set(sought["ion"]) == (held["a1"] | held["b1"] | held["b2"]) - held["a2"]


def test_too_few_examples_or_no_alignment_are_said(study, runs):
    folder, inference, *_ = study
    good = inference.psms[inference.psms["accepted"]]
    curves, consensus = align_runs(good, runs)
    match = Match(curves, consensus, "a1", 1, TRANSFER_FDR)
    own = good[good["run"] == "a1"]

    def tried(match):
        return measure_run(read_spectra(folder / "a1.mzML", levels=(1,)), own, 10.0, match)

    ions, said = tried(replace(match, curves=curves[curves["run"] != "a1"]))
    assert "shares too few ions" in said
    assert not ions["transferred"].any()
    few = consensus[consensus["run"] == "a1"].head(20)
    ions, said = tried(
        replace(match, consensus=pd.concat([consensus[consensus["run"] == ""], few]))
    )
    assert re.search(r"no transfer: \d+ examples and \d+ decoys, 50 of each are needed", said)
    assert not ions["transferred"].any()


def test_isotopes_by_hand():
    """Glycine, C2H5NO2: all lightest, or one heavier isotope among its ten atoms (NIST shares)."""
    c, h, n, o17, o18 = 0.0107, 0.000115, 0.00364, 0.00038, 0.00205
    light = (1 - c) ** 2 * (1 - h) ** 5 * (1 - n) * (1 - o17 - o18) ** 2
    one = light * (2 * c / (1 - c) + 5 * h / (1 - h) + n / (1 - n) + 2 * o17 / (1 - o17 - o18))
    shares = isotope_shares(["G"], 3)[0]
    np.testing.assert_allclose(shares[:2], [light, one], rtol=2e-3)
    assert isotope_shares(["GX"], 2)[0] == pytest.approx(isotope_shares(["G"], 2)[0])
    assert isotope_shares([], 3).shape == (0, 3)
