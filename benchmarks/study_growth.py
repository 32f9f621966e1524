"""How the cost of a whole study of tables grows with its samples: from the sheets to the report.

Simulates protein and miRNA tables in which contamination goes with the condition, runs the
workflow on them, and prints time, peak memory and the size of the report.

PYTHONPATH=scripts python benchmarks/study_growth.py [--folder FOLDER] [--samples 10 100 1000]
"""

import argparse
import subprocess
import sys
from pathlib import Path

from measure import as_markdown, cost

ROOT = Path(__file__).parents[1]
COLUMNS = ("samples", "wall (s)", "CPU (s)", "CPU per sample (s)", "peak (MB)", "report (MB)")


def main() -> None:
    """Run every size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("results/benchmarks/study"))
    parser.add_argument("--samples", type=int, nargs="+", default=[10, 100, 1_000])
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--make", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.make:
        make(given.folder, given.make)
        return
    rows = [of_size(given.folder / str(n), n, given.cores) for n in given.samples]
    print(as_markdown(COLUMNS, rows))


def of_size(folder: Path, n: int, cores: int) -> tuple[str, ...]:
    """Cost of a study of `n` samples."""
    # In a process of its own: what this one has in memory would count as the workflow's.
    making = [sys.executable, __file__, "--folder", folder, "--make", n]
    subprocess.run([str(word) for word in making], check=True)
    words = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile"]
    used = cost([*words, "--directory", folder, "--cores", str(cores)], folder / "growth.log")
    report = (folder / "results/report/index.html").stat().st_size / 1e6
    figures = (used.wall, used.cpu, used.cpu / n, used.peak, report)
    return f"{n:,}", *(f"{figure:,.1f}" for figure in figures)


def make(folder: Path, n: int) -> None:
    """Write config, sheets and tables of a study of `n` samples, 3,100 proteins, 600 miRNAs."""
    import pandas as pd
    import yaml

    from evcargo.purity.markers import read_panels
    from evcargo.simulate.confounded import Confounding, confounded_mirnas, confounded_proteins

    panels = read_panels(ROOT / "resources" / "markers" / "panels.tsv")
    proteins = confounded_proteins(Confounding(n // 2, cargo=2_900), panels, 1)
    rna = confounded_mirnas(Confounding(n // 2, cargo=450), panels, 1)
    samples = proteins.samples[["sample", "condition", "material", "biofluid"]]
    for name in ("config", "data"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    runs = []
    for assay, made in (("proteins", proteins), ("rna", rna)):
        var, path = made.matrix.var, folder / "data" / f"{assay}.tsv"
        ids, label = (var["gene"], "gene") if assay == "proteins" else (var["name"], "mirna")
        table = pd.DataFrame(made.matrix.X.T, ids.rename(label), samples["sample"])
        table.astype(float if assay == "proteins" else int).to_csv(path, sep="\t")
        runs += [
            {"sample": one, "assay": assay, "path": path.resolve()} for one in samples["sample"]
        ]
    contrast = {"name": "test_v_reference", "column": "condition"}
    config = {
        "study": "growth",
        "samples": "config/samples.tsv",
        "runs": "config/runs.tsv",
        "contrasts": [contrast | {"test": "test", "reference": "reference"}],
    }
    (folder / "config" / "config.yaml").write_text(yaml.safe_dump(config))
    samples.to_csv(folder / "config" / "samples.tsv", sep="\t", index=False)
    pd.DataFrame(runs).to_csv(folder / "config" / "runs.tsv", sep="\t", index=False)


if __name__ == "__main__":
    main()
