"""The slurm profile on a real SLURM of one host, which the test starts and stops."""

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "slurm"
PROFILE = "workflow/profiles/slurm"
# Asks 4 s after something has finished, then 14 s, then 24 s later: most jobs take less than 18 s.
TESTING = ("--slurm-init-seconds-before-status-checks", "4", "--slurm-keep-successful-logs")
SUBMITTED = re.compile(r"submitted with SLURM jobid (\d+) \(log: (.+)\)")
PLANNED = re.compile(r"^([a-z_]+) +(\d+)$", re.MULTILINE)
# Steps too small to be a SLURM job. The sums of the plan are in its last row.
LOCAL = {"default", "write_study", "write_config", "total"}
CANNOT = 77

pytestmark = pytest.mark.slow

RETRY = """
rule all:
    localrule: True
    input: "fine.txt", "shaky.txt"

rule make:
    output: "{name}.txt"
    log: "logs/make/{name}.log"
    resources:
        mem_mb=lambda wildcards, attempt: 300 * attempt,
        runtime=lambda wildcards, attempt: 2 * attempt,
    shell:
        '''
        exec 2> {log}
        if [ {wildcards.name} = shaky ] && [ ! -e tried ]; then
            touch tried; echo "too little memory" >&2; exit 3
        fi
        echo {resources.mem_mb} > {output}
        '''
"""


# Of the session like the study, or the study would be made before it is known that it cannot run.
@pytest.fixture(scope="session")
def slurm() -> Iterator[None]:
    """A running cluster."""
    with tempfile.TemporaryDirectory(prefix="evcargo-slurm-") as folder:
        try:
            started = subprocess.run(
                [HERE / "start.sh", folder], stderr=subprocess.PIPE, text=True, timeout=300
            )
            if started.returncode == CANNOT:
                pytest.skip(started.stderr.strip().splitlines()[-1])
            assert started.returncode == 0, started.stderr
            yield
        finally:
            subprocess.run([HERE / "stop.sh", folder], check=True, timeout=60)


def slurm_jobs() -> dict[str, tuple[str, str, str, str]]:
    """State, memory, time limit and comment of every job that SLURM knows, by its number."""
    command = ["squeue", "--states=all", "--noheader", "--format=%i|%T|%m|%l|%k"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    rows = [line.split("|") for line in lines]
    return {number: (state, memory, limit, rule) for number, state, memory, limit, rule in rows}


def submitted(output: str) -> dict[str, Path]:
    """SLURM's log of each job that Snakemake says it has submitted, by the job's number."""
    return {number: Path(log) for number, log in SUBMITTED.findall(output)}


def test_a_failed_job_is_tried_again_with_more_memory_and_time(slurm, snakemake, tmp_path):
    snakefile = tmp_path / "Snakefile"
    snakefile.write_text(RETRY)
    options = ["--workflow-profile", PROFILE, *TESTING, "--snakefile", str(snakefile)]
    done = snakemake(tmp_path / "study", *options)
    jobs = slurm_jobs()
    shaky = [jobs[number] for number in submitted(done.stdout) if "shaky" in jobs[number][-1]]
    assert shaky == [
        ("FAILED", "300M", "2:00", "rule_make_wildcards_shaky"),
        ("COMPLETED", "600M", "4:00", "rule_make_wildcards_shaky"),
    ]
    fine = [jobs[number][:3] for number in submitted(done.stdout) if "fine" in jobs[number][-1]]
    assert fine == [("COMPLETED", "300M", "2:00")]
    assert (tmp_path / "study" / "shaky.txt").read_text() == "600\n"
    assert "too little memory" in done.stdout  # show-failed-logs


def test_a_study_runs_on_slurm_as_it_does_locally(
    slurm, snakemake, tiny_study, local_run, tables_of, tmp_path
):
    study = tmp_path / "study"
    shutil.copytree(tiny_study, study)
    done = snakemake(study, "--workflow-profile", PROFILE, *TESTING)

    assert (study / "results/report/index.html").is_file()
    assert tables_of(study) == tables_of(local_run)

    logs, jobs = submitted(done.stdout), slurm_jobs()
    assert {jobs[number][0] for number in logs} == {"COMPLETED"}
    folder = study / ".snakemake" / "slurm_logs"
    on_slurm = Counter(log.relative_to(folder).parts[0] for log in logs.values())
    planned = {name: int(count) for name, count in PLANNED.findall(done.stdout)}
    assert on_slurm == {f"rule_{name}": planned[name] for name in planned.keys() - LOCAL}
