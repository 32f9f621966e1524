"""Search the spectra of a part of the runs against the database."""

import os
from functools import partial
from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.proteins.database import read_database
from evcargo.proteins.files import write_figures, write_parquet
from evcargo.proteins.reader import RunReader
from evcargo.proteins.search import search_runs
from evcargo.proteins.settings import SearchSettings, settings_text

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

os.environ["RAYON_NUM_THREADS"] = str(snakemake.threads)  # the engine's own pool of threads

with job_log(snakemake.log) as log:
    settings = SearchSettings.from_config(snakemake.params.search)
    log.info(settings_text(settings))
    files = zip(snakemake.params.runs, snakemake.input.spectra, strict=True)
    readers = {run: RunReader(path) for run, path in files}
    psms, figures = search_runs(
        {run: partial(iter, reader) for run, reader in readers.items()},
        read_database(snakemake.input.fasta, snakemake.input.table),
        settings,
        snakemake.threads,
    )
    write_parquet(psms, snakemake.output.psms)
    texts = {run: reader.facts.texts() for run, reader in readers.items()}
    for run, said in texts.items():
        if said["notes"]:
            log.warning("%s: %s", readers[run].path, said["notes"])
    write_figures(
        {run: {**figures[run], **texts[run]} for run in readers}, snakemake.output.figures
    )
