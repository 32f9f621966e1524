# The checked study (STUDY), the package files behind each script (lib), lookups in the run sheet,
# and resources that grow when a job is tried again.
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

# A script finds the package beside it when the workflow is local. When the workflow is imported from a
# hosted repository, only files that are asked for through source_path are fetched: so all are.
LIBRARY = {
    name: workflow.source_path(f"../../scripts/evcargo/{name}")
    for name in Path(workflow.source_path("../library.txt")).read_text().split()
}
sys.path.append(str(Path(LIBRARY["__init__.py"]).parents[1]))

from evcargo.errors import EvcargoError
from evcargo.library import fingerprint
from evcargo.study.load import load_study

# The schemas too must be fetched before the package can read them.
SCHEMAS = [
    workflow.source_path(f"../schemas/{name}.schema.yaml")
    for name in ("config", "samples", "runs")
]

try:
    STUDY = load_study(
        config,
        look_inside=workflow.is_main_process,
        schema_dir=Path(SCHEMAS[0]).parent,
    )
except EvcargoError as error:
    raise WorkflowError(str(error)) from None
config.update(STUDY.config)


def lib(rule):
    """A parameter that changes when a package file changes that the rule's script imports."""
    return fingerprint(workflow.source_path(f"../../scripts/{rule}.py"), LIBRARY)


def resource(name):
    """A file that is shipped with the workflow."""
    return workflow.source_path(f"../../resources/{name}")


def growing(amount):
    """A resource that doubles, then triples, when the job is tried again."""

    def amount_at(wildcards, attempt):
        return amount * attempt

    return amount_at
