"""Filter the PSMs of all runs and group their proteins."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.proteins.database import read_database
from evcargo.proteins.files import read_psms, write_parquet
from evcargo.proteins.inference import infer_proteins
from evcargo.proteins.settings import SearchSettings
from evcargo.tables import read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log) as log:
    found = infer_proteins(
        read_psms(snakemake.input.psms, read_table(snakemake.input.runs, "runs")),
        read_database(snakemake.input.fasta, snakemake.input.table),
        SearchSettings.from_config(snakemake.params.search).digestion,
        snakemake.params.organism,
        snakemake.params.psm_fdr,
        snakemake.params.protein_fdr,
    )
    log.info("%s", found.rules.to_string(index=False))
    write_parquet(found.psms, snakemake.output.psms)
    write_parquet(found.peptides, snakemake.output.peptides)
    write_parquet(found.groups, snakemake.output.groups)
    write_table(found.rules, snakemake.output.rules, "proteins_rules")
