"""Write the config with every default filled in."""

from typing import TYPE_CHECKING

import yaml

from evcargo.job import job_log, whole_file

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log), whole_file(snakemake.output.config) as part:
    part.write_text(
        yaml.safe_dump(dict(snakemake.config), sort_keys=False, allow_unicode=True),
        encoding="utf-8",
    )
