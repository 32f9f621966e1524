"""Search, infer and quantify real runs in-process, as the workflow does by default."""

from functools import partial
from pathlib import Path

import pandas as pd
import yaml

from evcargo.contracts import CONTRACTS
from evcargo.proteins.alignment import align_runs
from evcargo.proteins.database import build_database, read_accessions, read_fasta
from evcargo.proteins.extraction import Match, measure_run
from evcargo.proteins.inference import infer_proteins
from evcargo.proteins.mzml import read_spectra
from evcargo.proteins.search import search_runs
from evcargo.proteins.settings import SearchSettings
from evcargo.proteins.study import quantify_study
from evcargo.simulate.entrapment import PREFIX

ROOT = Path(__file__).resolve().parents[2]
TRANSFER_FDR = 0.01


def search_options(**changes):
    """The defaults of ``proteins.search`` in the schema, with changes."""
    schema = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())
    options = schema["properties"]["proteins"]["properties"]["search"]["properties"]
    return {**{name: option["default"] for name, option in options.items()}, **changes}


def entrapped(fasta, shared_data, folder):
    """A FASTA with the proteome of E. coli added as entrapment; its path."""
    foreign = shared_data / "ecoli_human_spikein" / "ecoli_up000000625_7_06_2018.fasta"
    text = foreign.read_text().replace(">sp|", f">sp|{PREFIX}").replace(">tr|", f">tr|{PREFIX}")
    made = folder / "entrapped.fasta"
    made.write_text(Path(fasta).read_text().rstrip() + "\n" + text)
    return made


def run_study(spectra, fasta, options, contaminants=True):
    """Inference, matrix and quality of runs (name -> mzML), each a sample of its own."""
    shipped = ROOT / "resources" / "proteins"
    settings = SearchSettings.from_config(options)
    proteins = build_database(
        read_fasta(fasta),
        read_fasta(shipped / "contaminants.fasta", contaminants=True) if contaminants else [],
        "human",
        read_accessions(shipped / "contaminants.tsv") if contaminants else (),
    )
    read = {run: partial(read_spectra, path) for run, path in spectra.items()}
    psms, figures = search_runs(read, proteins, settings, 2)
    psms["sample"] = psms["run"]
    inference = infer_proteins(psms, proteins, settings.digestion, "human", 0.01, 0.01)
    good = inference.psms[inference.psms["accepted"]]
    names = list(spectra)
    samples = pd.DataFrame({name: [""] * len(names) for name in CONTRACTS["samples"].names})
    samples["sample"] = names
    runs = pd.DataFrame({"run": names, "sample": names, "assay": "proteins"})
    runs = runs.assign(fraction=1, replicate=1)
    curves, consensus = align_runs(good, runs)
    ions = pd.concat(
        measure_run(
            read_spectra(path, levels=(1,)),
            good[good["run"] == run],
            settings.precursor_tolerance_ppm,
            Match(curves, consensus, run, 1, TRANSFER_FDR),
        )[0].assign(run=run)
        for run, path in spectra.items()
    )
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
    return inference, matrix, quality
