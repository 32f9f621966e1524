"""Search the spectra of one run against the database."""

import os
from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.proteins.database import read_database
from evcargo.proteins.files import write_figures, write_parquet
from evcargo.proteins.reader import RunReader
from evcargo.proteins.search import SearchSettings, search_run, settings_text

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

os.environ["RAYON_NUM_THREADS"] = str(snakemake.threads)  # the engine's own pool of threads

with job_log(snakemake.log) as log:
    settings = SearchSettings.from_config(snakemake.params.search)
    log.info(settings_text(settings))
    spectra = RunReader(snakemake.input.spectra)
    psms, figures = search_run(
        spectra,
        read_database(snakemake.input.fasta, snakemake.input.table),
        settings,
        snakemake.threads,
    )
    psms.insert(0, "run", snakemake.wildcards.run)
    log.info("%d MS2 spectra, %d with a match", figures["ms2_spectra"], len(psms))
    write_parquet(psms, snakemake.output.psms)
    texts = spectra.facts.texts()
    if texts["notes"]:
        log.warning("%s: %s", snakemake.input.spectra, texts["notes"])
    write_figures({**figures, **texts}, snakemake.output.figures)
