"""The whole stage on simulated runs, against their truth."""

import re

import numpy as np
import pandas as pd
import pytest
from proteins_helpers import ROOT, search_options

from evcargo.contracts import CONTRACTS
from evcargo.proteins.database import build_database, read_accessions, read_fasta
from evcargo.proteins.digest import leucine
from evcargo.proteins.inference import infer_proteins
from evcargo.proteins.ions import SurveyScans, extract_ions
from evcargo.proteins.mzml import read_spectra
from evcargo.proteins.search import SearchSettings, search_run
from evcargo.proteins.study import quantify_study
from evcargo.simulate.spectra import RunSettings, simulate_run

FASTA = ROOT / "resources" / "proteins"
RUNS = ["a1", "a2", "b1", "b2"]


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """Two runs of either group; a fifth of the proteins is twice as high in b, a fifth half."""
    folder = tmp_path_factory.mktemp("spectra")
    sequences, bovine = (
        {p.accession: p.sequence for p in read_fasta(FASTA / name)}
        for name in ("human_ev.fasta", "contaminants.fasta")
    )
    rng = np.random.default_rng(3)
    names = sorted(sequences)
    amount = pd.Series(np.exp(rng.normal(1, 1.2, len(names))), index=names)
    amount[rng.choice(names, 250, replace=False)] = 0.0
    fold = pd.Series(rng.choice([0.0, 0.0, 0.0, 1.0, -1.0], len(names)), index=names)
    foreign = dict.fromkeys(sorted(bovine)[::6], 2.0)
    settings = RunSettings(gradient_min=10)
    truth = []
    for number, run in enumerate(RUNS):
        given = amount * 2.0 ** (fold * run.startswith("b"))
        truth.append(
            simulate_run(
                folder / f"{run}.mzML",
                {**sequences, **bovine},
                {**given[given > 0], **foreign},
                settings,
                np.random.default_rng(number),
            ).assign(run=run)
        )
    return folder, pd.concat(truth), amount, fold


@pytest.fixture(scope="module")
def found(simulated):
    folder, *_ = simulated
    settings = SearchSettings.from_config(search_options())
    proteins = build_database(
        read_fasta(FASTA / "human_ev.fasta"),
        read_fasta(FASTA / "contaminants.fasta", contaminants=True),
        "human",
        read_accessions(FASTA / "contaminants.tsv"),
    )
    psms, figures = [], {}
    for run in RUNS:
        table, figures[run] = search_run(
            read_spectra(folder / f"{run}.mzML"), proteins, settings, 2
        )
        psms.append(table.assign(run=run, sample=run))
    inference = infer_proteins(pd.concat(psms), proteins, settings.digestion, "human", 0.01, 0.01)
    good = inference.psms[inference.psms["accepted"]]
    ions = pd.concat(
        extract_ions(
            SurveyScans.of(read_spectra(folder / f"{run}.mzML", levels=(1,))),
            good[good["run"] == run],
            settings.precursor_tolerance_ppm,
        ).assign(run=run)
        for run in RUNS
    )
    return inference, ions, figures


def peptides_in(text):
    """Sequences of a list of modified peptides."""
    return {leucine(re.sub(r"\[.*?\]", "", part)) for part in text.split(";")}


def test_the_true_false_discovery_proportion(simulated, found):
    _, truth, amount, _ = simulated
    inference, *_ = found
    matched = inference.psms.merge(
        truth,
        left_on=["run", "scan"],
        right_on=["run", "native_id"],
        suffixes=("", "_true"),
        validate="one_to_one",
    )
    assert len(matched) == len(inference.psms)
    right = np.array(
        [
            peptide == leucine(true) or peptide in peptides_in(others or "")
            for peptide, true, others in zip(
                matched["peptide"], matched["sequence"], matched["coisolated"], strict=True
            )
        ]
    )
    accepted = matched["accepted"].to_numpy(bool)
    assert (~right[accepted]).mean() <= 0.015
    known = matched["kind"] == "peptide"
    assert accepted.sum() > 0.9 * (truth["kind"] == "peptide").sum()
    assert right[accepted & known].mean() > 0.98

    eluting = {leucine(s) for s in truth["sequence"] if s}
    eluting |= {p for others in truth["coisolated"].dropna() for p in peptides_in(others)}
    peptides = inference.peptides[inference.peptides["accepted"]]
    assert (~peptides["peptide"].isin(eluting)).mean() <= 0.02

    groups = inference.groups[inference.groups["accepted"] & (inference.groups["taxon"] == "9606")]
    present = set(amount.index[amount > 0])
    false = [not present & set(names.split(";")) for names in groups["accessions"]]
    assert np.mean(false) <= 0.02
    assert len(groups) > 150


def test_protein_ratios(simulated, found):
    *_, fold = simulated
    inference, ions, figures = found
    samples = pd.DataFrame({name: [""] * len(RUNS) for name in CONTRACTS["samples"].names})
    samples["sample"] = RUNS
    runs = pd.DataFrame({"run": RUNS, "sample": RUNS, "assay": "proteins", "replicate": 1})
    matrix, quality = quantify_study(
        ions,
        inference.psms,
        inference.groups,
        inference.rules,
        figures,
        samples,
        runs,
        "directlfq",
        1,
        "median",
    )
    layer = matrix.to_df("normalised").T
    ratio = (layer[["b1", "b2"]].mean(axis=1) - layer[["a1", "a2"]].mean(axis=1))[
        (matrix.var["taxon"] == "9606") & (matrix.var["n_peptides"] >= 2)
    ].dropna()
    error = ratio - fold.reindex(ratio.index)
    true = fold.reindex(ratio.index)
    assert len(ratio) > 90
    assert np.median(error.abs()) <= 0.15
    for level in (-1.0, 0.0, 1.0):
        assert abs(np.median(error[true == level])) <= 0.15, level
    assert (matrix.obs["status"] == "ok").all()
    assert matrix.var["is_contaminant"].sum() >= 5
    table = quality.pivot_table(index="run", columns="metric", values="value")
    assert (table.loc[RUNS, "identification_rate"] > 0.7).all()
