"""The search of the proteins stage without Snakemake, and its input, for `proteins_speed.py`.

python benchmarks/proteins_stage.py simulate FOLDER PROTEINS RUNS MINUTES
python benchmarks/proteins_stage.py read|index|search FOLDER CORES
"""

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any

import numpy as np
import yaml

SCHEMA = Path(__file__).parents[1] / "workflow/schemas/config.schema.yaml"
PRESENT = 3000
spent = {"engine": 0.0}


def main() -> None:
    """Do what the first argument says."""
    task, folder = sys.argv[1], Path(sys.argv[2])
    if task == "simulate":
        simulate(folder, int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
        return
    os.environ["RAYON_NUM_THREADS"] = sys.argv[3]
    {"read": read, "index": index, "search": search}[task](folder, int(sys.argv[3]))


def simulate(folder: Path, proteins: int, runs: int, minutes: float) -> None:
    """Write a FASTA of random proteins, and runs with the first of them."""
    from evcargo.simulate.proteome import random_proteome
    from evcargo.simulate.spectra import RunSettings, simulate_run

    everything = random_proteome(proteins, 1)
    text = "".join(f">{name}\n{sequence}\n" for name, sequence in everything.items())
    (folder / "database.fasta").write_text(text)
    present = dict(list(everything.items())[:PRESENT])
    amounts = np.exp(np.random.default_rng(1).normal(0.5, 1.5, len(present)))
    settings = RunSettings(gradient_min=minutes, top_n=10)
    for number in range(1, runs + 1):
        abundance = dict(zip(present, amounts.tolist(), strict=True))
        rng = np.random.default_rng(number)
        simulate_run(folder / f"run{number}.mzML", present, abundance, settings, rng)


def read(folder: Path, cores: int) -> None:
    """Only read the spectra."""
    from evcargo.proteins.mzml import read_spectra

    for path in sorted(folder.glob("*.mzML")):
        for _ in read_spectra(path):
            pass


def index(folder: Path, cores: int) -> None:
    """Only build the index."""
    from evcargo.proteins.engine import build_index

    build_index(database(folder), settings())


def search(folder: Path, cores: int) -> None:
    """Search all runs, and tell how many spectra, matches, and seconds of the engine there were."""
    from evcargo.proteins import search as stage
    from evcargo.proteins.mzml import read_spectra

    stage.build_index = timed(stage.build_index)
    stage.Engine.score = timed(stage.Engine.score)  # type: ignore[method-assign]
    files = sorted(folder.glob("*.mzML"))
    runs = {path.stem: partial(read_spectra, path) for path in files}
    psms, figures = stage.search_runs(runs, database(folder), settings(), cores)
    psms.to_parquet(folder / "psms.parquet")
    spectra = sum(one["ms2_spectra"] for one in figures.values())
    told = {"spectra": spectra, "matches": len(psms), **spent}
    (folder / "search.json").write_text(json.dumps(told))


def timed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the processor seconds of a function, its threads included, to those of the engine."""

    @wraps(function)
    def wrapped(*given: Any, **named: Any) -> Any:
        begun = time.process_time()
        try:
            return function(*given, **named)
        finally:
            spent["engine"] += time.process_time() - begun

    return wrapped


def database(folder: Path) -> list[Any]:
    """Read the FASTA."""
    from evcargo.proteins.database import Protein

    entries = (folder / "database.fasta").read_text().split(">")[1:]
    return [Protein(*entry.split("\n")[:2]) for entry in entries]


def settings() -> Any:
    """Give the defaults of the config."""
    from evcargo.proteins.settings import SearchSettings

    schema = yaml.safe_load(SCHEMA.read_text())
    given = schema["properties"]["proteins"]["properties"]["search"]["properties"]
    return SearchSettings.from_config({name: one["default"] for name, one in given.items()})


if __name__ == "__main__":
    main()
