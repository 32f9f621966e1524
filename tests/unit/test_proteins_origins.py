"""Host, shared, bovine and foreign peptides: by hand, and on a titration of bovine albumin."""

import numpy as np
import pandas as pd
import pytest
from proteins_helpers import ROOT, search_options

from evcargo.contracts import CONTRACTS
from evcargo.proteins.database import Protein, build_database, read_accessions, read_fasta
from evcargo.proteins.extraction import measure_run
from evcargo.proteins.inference import infer_proteins
from evcargo.proteins.mzml import read_spectra
from evcargo.proteins.origins import ORIGINS, origin_of, origins_table
from evcargo.proteins.search import SearchSettings, search_run
from evcargo.proteins.study import quantify_study
from evcargo.simulate.ions import peptide_ions
from evcargo.simulate.spectra import RunSettings, simulate_run
from evcargo.tables import write_table

FASTA = ROOT / "resources" / "proteins"
HUMAN, COW = "P02768", "P02769"
ALBUMIN = 400.0  # fmol, of both organisms together
BOVINE_PART = {"s0": 0.0, "s10": 0.1, "s30": 0.3, "s60": 0.6, "s90": 0.9}


def taxa(proteins):
    return {protein.accession: protein.taxon for protein in proteins}


def test_origins_by_hand(tmp_path):
    """The peptide of cow and pig is foreign: it is no evidence of bovine serum."""
    proteins = [Protein("H", "", taxon="9606"), Protein("B", "", taxon="9913")]
    proteins += [Protein("P", "", taxon="9823"), Protein("B2", "", taxon="9913")]
    peptides = pd.DataFrame(
        {
            "peptide": ["h", "s", "b", "f", "bad"],
            "proteins": ["H", "B;H", "B;B2", "B;P", "H"],
            "origin": ["host", "shared", "foreign", "foreign", "host"],
            "accepted": [True] * 4 + [False],
        }
    )
    expected = dict(zip("hsbf", ("host", "shared", "bovine", "foreign"), strict=True))
    origins = origin_of(peptides[peptides["accepted"]], taxa(proteins))
    assert origins.to_dict() == expected
    ions = pd.DataFrame(
        [
            ("r", "h/2", "h", 50.0),
            ("r", "h/3", "h", 10.0),
            ("r", "s/2", "s", 30.0),
            ("r", "b/2", "b", 10.0),
            ("r", "f/2", "f", np.nan),
            ("r", "bad/2", "bad", 99.0),
        ],
        columns=["run", "ion", "peptide", "intensity"],
    )
    runs = pd.DataFrame(
        {"run": ["r", "e"], "sample": ["a", "empty"], "assay": "proteins", "replicate": 1}
    )
    samples = pd.DataFrame({"sample": ["a", "empty", "no run"]})
    table = origins_table(ions, origins, samples, runs)
    write_table(table, tmp_path / "origins.tsv", "proteins_origins")
    a = table[table["sample"] == "a"].set_index("origin")
    assert a["peptides"].to_dict() == {"host": 1, "shared": 1, "bovine": 1, "foreign": 0}
    assert a["intensity"].to_dict() == {"host": 60, "shared": 30, "bovine": 10, "foreign": 0}
    np.testing.assert_allclose(a["share"], [0.6, 0.3, 0.1, 0.0])
    empty, none = (table[table["sample"] == name] for name in ("empty", "no run"))
    assert empty["peptides"].tolist() == [0] * 4
    assert empty["share"].isna().all()
    assert none["peptides"].isna().all()
    assert table["origin"].tolist() == [*ORIGINS] * 3


@pytest.fixture(scope="module")
def titrated(tmp_path_factory):
    """Albumin of which more and more is bovine, beside 12 human proteins of like amounts."""
    folder = tmp_path_factory.mktemp("spectra")
    human, foreign = (
        {p.accession: p.sequence for p in read_fasta(FASTA / name)}
        for name in ("human_ev.fasta", "contaminants.fasta")
    )
    others = dict.fromkeys([name for name in sorted(human) if name != HUMAN][::50][:12], 200.0)
    settings = SearchSettings.from_config(search_options())
    proteins = build_database(
        read_fasta(FASTA / "human_ev.fasta"),
        read_fasta(FASTA / "contaminants.fasta", contaminants=True),
        "human",
        read_accessions(FASTA / "contaminants.tsv"),
    )
    measured = RunSettings(gradient_min=12)
    psms, figures, truth = [], {}, {}
    for number, (run, part) in enumerate(BOVINE_PART.items()):
        given = {**others, HUMAN: ALBUMIN * (1 - part), COW: ALBUMIN * part}
        path = folder / f"{run}.mzML"
        simulate_run(path, {**human, **foreign}, given, measured, np.random.default_rng(number))
        ions = peptide_ions({**human, **foreign}, given, measured)
        ions = ions[ions["accessions"] != ""]
        held = ions["accessions"].str.split(";")
        host = held.map(lambda names: any(name in human for name in names))
        truth[run] = ions.loc[~host, "area"].sum() / ions["area"].sum()
        table, figures[run] = search_run(read_spectra(path), proteins, settings, 2)
        psms.append(table.assign(run=run, sample=run))
    found = infer_proteins(pd.concat(psms), proteins, settings.digestion, "human", 0.01, 0.01)
    good = found.psms[found.psms["accepted"]]
    ions = pd.concat(
        measure_run(
            read_spectra(folder / f"{run}.mzML", levels=(1,)), good[good["run"] == run], 10.0
        )[0].assign(run=run)
        for run in BOVINE_PART
    )
    return found, figures, ions, proteins, truth


@pytest.fixture(scope="module")
def sheets():
    names = list(BOVINE_PART)
    samples = pd.DataFrame({name: [""] * len(names) for name in CONTRACTS["samples"].names})
    samples["sample"] = names
    return samples, pd.DataFrame(
        {"run": names, "sample": names, "assay": "proteins", "replicate": 1}
    )


def test_the_bovine_share_is_right_within_two_points(titrated, sheets):
    found, _, ions, proteins, truth = titrated
    origins = origin_of(found.peptides[found.peptides["accepted"]], taxa(proteins))
    table = origins_table(ions, origins, *sheets)
    bovine = table[table["origin"] == "bovine"].set_index("sample")["share"]
    true = pd.Series(truth)
    assert true["s0"] == 0
    assert true["s90"] > 0.1
    assert (bovine - true).abs().max() <= 0.02
    assert bovine["s0"] <= 0.001


def test_bovine_groups_count_only_peptides_that_the_host_lacks(titrated, sheets):
    found, figures, ions, proteins, _ = titrated
    peptides = found.peptides[found.peptides["accepted"]].set_index("peptide")
    assert (peptides.loc[peptides["group"] == COW, "origin"] == "foreign").all()
    shared = peptides["origin"] == "shared"
    assert shared.any()
    assert COW not in set(peptides.loc[shared, "group"])
    matrix, _ = quantify_study(
        ions,
        found.psms,
        found.groups,
        found.rules,
        figures,
        *sheets,
        "directlfq",
        1,
        "none",
    )
    cow, human = (matrix[:, name].to_df()[name] for name in (COW, HUMAN))
    assert np.isnan(cow["s0"])
    np.testing.assert_allclose(np.log2(cow["s60"] / cow["s30"]), 1, atol=0.2)
    np.testing.assert_allclose(np.log2(cow["s90"] / cow["s30"]), np.log2(3), atol=0.25)
    # Peptides that both hold count for the human protein, which then falls less than it does.
    assert 0.1 < human["s90"] / human["s0"] < 0.4
