"""The search of the proteins stage beside Comet: the same simulated runs, the same search.

Needs Comet (Debian package comet-ms). `--proteins 20400` is the size of the human proteome.

    PYTHONPATH=scripts python benchmarks/proteins_speed.py [--proteins 20400] [--runs 3] [--cores 2]
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from measure import Cost, as_markdown, cost

HERE = Path(__file__).parent
COLUMNS = ("way", "wall (s)", "CPU (s)", "peak (MB)", "MS2 per CPU second")
# The defaults of evcargo in Comet's words; its bins of 0.02 Da are what its manual advises.
COMET = {
    "decoy_search": "1",
    "peptide_mass_tolerance": "10.0",
    "peptide_mass_units": "2",
    "isotope_error": "1",
    "search_enzyme_number": "1",
    "num_enzyme_termini": "2",
    "allowed_missed_cleavage": "2",
    "variable_mod01": "15.9949 M 0 2 -1 0 0 0.0",
    "variable_mod02": "42.010565 n 0 1 0 0 0 0.0",
    "max_variable_mods_in_peptide": "2",
    "fragment_bin_tol": "0.02",
    "fragment_bin_offset": "0.0",
    "theoretical_fragment_ions": "0",
    "digest_mass_range": "500.0 5000.0",
    "peptide_length_range": "7 50",
    "clip_nterm_methionine": "1",
    "num_output_lines": "1",
    "output_txtfile": "1",
    "output_pepxmlfile": "0",
    "output_sqtfile": "0",
}


def main() -> None:
    """Simulate the runs, search them both ways, print the table."""
    asked = options()
    asked.folder.mkdir(parents=True, exist_ok=True)
    log = asked.folder / "speed.log"
    stage = [sys.executable, HERE / "proteins_stage.py"]
    made = [asked.folder, asked.proteins, asked.runs, asked.minutes]
    cost([*stage, "simulate", *made], log)
    ours = {
        task: cost([*stage, task, asked.folder, asked.cores], log)
        for task in ("read", "index", "search")
    }
    told = json.loads((asked.folder / "search.json").read_text())
    comet = comet_cost(asked.folder, asked.cores, log)
    spectra = told["spectra"]
    print(f"{asked.proteins:,} proteins, {asked.runs} runs, {spectra:,.0f} MS2\n")
    rows = {
        "evcargo: search, one index for all runs": (ours["search"], spectra),
        "evcargo: of this, only the index": (ours["index"], 0),
        "evcargo: of this, only reading the runs": (ours["read"], 0),
        f"Comet, {asked.cores} threads": (comet, spectra),
    }
    print(as_markdown(COLUMNS, [row_of(way, *one) for way, one in rows.items()]))
    print(f"\nOutside the engine: {100 * (1 - told['engine'] / ours['search'].cpu):.0f} % of CPU")


def options() -> argparse.Namespace:
    """Read what the user asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--proteins", type=int, default=20_400)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path("results/benchmarks/proteins"))
    asked = parser.parse_args()
    if not shutil.which("comet-ms"):
        raise SystemExit("Install comet-ms (Debian package)")
    return asked


def comet_cost(folder: Path, cores: int, log: Path) -> Cost:
    """Measure Comet on all runs, one after the other, as one command."""
    asked = {**COMET, "num_threads": str(cores), "database_name": str(folder / "database.fasta")}
    # Written into the folder in which it is run; the program returns 1 after that.
    subprocess.run(["comet-ms", "-p"], cwd=folder, check=False, capture_output=True)
    text = (folder / "comet.params.new").read_text()
    for name, value in asked.items():
        text = re.sub(rf"^{name} =.*$", f"{name} = {value}", text, flags=re.MULTILINE)
    (folder / "comet.params").write_text(text)
    runs = sorted(map(str, folder.glob("*.mzML")))
    return cost(["comet-ms", f"-P{folder / 'comet.params'}", *runs], log)


def row_of(way: str, used: Cost, spectra: float) -> tuple[str, ...]:
    """One row, see `COLUMNS`."""
    speed = f"{spectra / used.cpu:,.0f}" if spectra else ""
    return (way, f"{used.wall:.1f}", f"{used.cpu:.1f}", f"{used.peak:,.0f}", speed)


if __name__ == "__main__":
    main()
