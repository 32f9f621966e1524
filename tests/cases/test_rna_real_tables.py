"""Real count tables."""

from pathlib import Path

import numpy as np
import pandas as pd

from evcargo.counts.features import Identifier
from evcargo.counts.importing import import_counts
from evcargo.counts.runs import Run
from evcargo.identifiers.genes import read_genes
from evcargo.identifiers.mirnas import read_mirnas
from evcargo.study.count_tables import GENES, MIRNAS
from evcargo.study.panels import shipped
from evcargo.tables import read_table


def imported(
    folder: Path, path: Path, columns: dict[str, str], assay: str, organism: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts and features of the runs of a table."""
    products = {name: folder / f"{name}.tsv" for name in ("counts", "features", "funnel")}
    genes = read_genes(shipped(GENES.format(organism)), organism)
    mirnas = read_mirnas(shipped(MIRNAS), organism)
    runs = [Run(name, name, str(path), column) for name, column in columns.items()]
    import_counts(runs, Identifier(assay, organism, genes, mirnas), products)
    return (
        read_table(products["counts"], "imported_counts"),
        read_table(products["features"], "imported_features"),
    )


def test_glioblastoma_table_with_cr_line_ends(tmp_path: Path, shared_data: Path) -> None:
    path = shared_data / "gbm_serum_exosome/mirna_counts.txt"
    header = path.read_bytes().split(b"\r")[0].decode().split("\t")
    names = {name: name for name in (cell.strip('"') for cell in header) if name}
    names = {name: name for name in list(names)[-38:]}
    counts, features = imported(tmp_path, path, names, "rna", "human")
    sizes = counts.groupby("sample")["reads"].sum()
    assert (len(sizes), sizes.min(), sizes.max()) == (38, 72_269, 7_893_506)
    assert set(counts["class"]) == {"miRNA"}
    wide = counts.pivot(index="sample", columns="feature", values="reads")
    assert wide.loc["GBM1", "hsa-miR-140-5p"] == 402
    assert not wide.isna().any(axis=None)
    assert features["known"].all()
    # The filter of the published re-analysis: at least 100 CPM in half of 12 GBM and 12 controls.
    compared = [f"GBM{n}" for n in range(1, 13)]
    assert np.isin(compared, wide.index).all()


def test_mouse_tables_of_small_and_long_rna(tmp_path: Path, shared_data: Path) -> None:
    folder = shared_data / "bv2_ev_lps"
    names = {
        f"{group}_Evs_{n}": f"{group} Evs_{n}" for group in ("control", "LPS") for n in (1, 2, 3)
    }
    for assay, name, kind in (  # its miRNAs were counted by hairpin
        ("rna", "mirna", "miRNA_precursor"),
        ("transcripts", "mrna", "transcript"),
    ):
        path = folder / name / "ev_counts.csv"
        counts, features = imported(tmp_path, path, names, assay, "mouse")
        assert counts["sample"].nunique() == 6
        assert set(counts["class"]) == {kind}
        assert features["known"].mean() > 0.9
    by_gene = counts.groupby("feature", sort=False)["reads"].apply(list)
    assert by_gene["Gnai3"] == [3709, 914, 1717, 388, 552, 812]
    # The table names two genes Aldoa, two Gm4430, and two are dates since Excel had it.
    assert by_gene["Aldoa"] == [78843, 10149, 15713, 7628, 4660, 13369]
    assert by_gene["Aldoa.2"] == [0, 18, 0, 1, 0, 0]
    assert len(by_gene) == 13_290
