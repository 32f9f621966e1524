"""Real count tables."""

from pathlib import Path

import numpy as np

from evcargo.rna.count_table import Column, import_counts, read_count_table
from evcargo.tables import read_table


def test_glioblastoma_table_with_cr_line_ends(tmp_path: Path, shared_data: Path) -> None:
    path = shared_data / "gbm_serum_exosome/mirna_counts.txt"
    table = read_count_table(path)
    assert table.shape == (1_939, 38)
    import_counts([Column(name, str(path)) for name in table], "rna", tmp_path / "imported.tsv")
    counts = read_table(tmp_path / "imported.tsv", "imported_counts")
    sizes = counts.groupby("sample")["reads"].sum()
    assert (sizes.min(), sizes.max()) == (72_269, 7_893_506)
    assert set(counts["class"]) == {"miRNA"}
    wide = counts.pivot(index="sample", columns="feature", values="reads")
    assert wide.loc["GBM1", "hsa-miR-140-5p"] == 402
    assert not wide.isna().any(axis=None)
    # The filter of the published re-analysis: at least 100 CPM in half of 12 GBM and 12 controls.
    compared = [f"GBM{n}" for n in range(1, 13)]
    assert np.isin(compared, wide.index).all()


def test_mouse_tables_of_small_and_long_rna(tmp_path: Path, shared_data: Path) -> None:
    folder = shared_data / "bv2_ev_lps"
    for assay, name, kind in (("rna", "mirna", "miRNA"), ("transcripts", "mrna", "transcript")):
        path = folder / name / "ev_counts.csv"
        names = [f"{group} Evs_{n}" for group in ("control", "LPS") for n in (1, 2, 3)]
        columns = [Column(one.replace(" ", "_"), str(path), one) for one in names]
        import_counts(columns, assay, tmp_path / "imported.tsv")
        counts = read_table(tmp_path / "imported.tsv", "imported_counts")
        assert counts["sample"].nunique() == 6
        assert set(counts["class"]) == {kind}
    by_gene = counts.groupby("feature", sort=False)["reads"].apply(list)
    assert by_gene["Gnai3"] == [3709, 914, 1717, 388, 552, 812]
    # The table names two genes Aldoa, two Gm4430, and two are dates since Excel had it.
    assert by_gene["Aldoa"] == [78843, 10149, 15713, 7628, 4660, 13369]
    assert by_gene["Aldoa.2"] == [0, 18, 0, 1, 0, 0]
    assert len(by_gene) == 13_290
