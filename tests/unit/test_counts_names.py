"""Which RNA a row is, whatever its name is written like; what a table was understood as."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from counts_tables import LONG, as_text, counts_of, examine, identifier, read, runs_for, write

from evcargo.counts.runs import Run, RunsError
from evcargo.errors import EvcargoError

MIRNAS = {
    "hsa-miR-21-5p": ["MIMAT0000076", "miR-21-5p", "HSA-MIR-21-5P", "hsa-miR-21-5p|miRNA|x|0|22"],
    "hsa-miR-451a": ["hsa-miR-451a:MIMAT0001631:Homo:sapiens:miR-451a", "hsa-miR-451", "miR-451a"],
    "hsa-let-7a-5p": ["let-7a-5p", "Hsa-Let-7a-5p", "MIMAT0000062"],
}


MOUSE_SYMBOLS = [
    *("Cd9", "Cd63", "Cd81", "Hsp90aa1", "Tsg101", "Rab5a", "Rab7", "Rab27a", "Anxa2", "Anxa5"),
    *("Eef2", "Eef1a1", "Rps6", "Rpl10", "Rpl13a", "Ppia", "Ppib", "Ywhae", "Ywhaz", "Pgk1"),
    *("Eno1", "Ldha", "Tpi1", "Hspa8", "Hspa5", "Itgb1", "Itga6", "Gnb1", "Gnb2", "Rac1"),
]


@pytest.mark.parametrize(("name", "spelling"), [(n, s) for n, some in MIRNAS.items() for s in some])
def test_mirnas_by_all_their_names(tmp_path: Path, name: str, spelling: str) -> None:
    table = read(write(tmp_path / "t.tsv", as_text([["id", "a"], [spelling, 5]])), "a")
    assert counts_of(table) == {"a": {name: 5}}
    assert table.features["name"].tolist() == [spelling]
    assert table.features["class"].tolist() == ["miRNA"]


def test_names_of_one_mirna_are_added_up_and_told(tmp_path: Path) -> None:
    rows = [
        ["id", "a", "b"],
        ["hsa-miR-451", 5, 6],
        ["hsa-miR-451a", 7, 0],
        ["hsa-let-7a-5p", 1, 1],
    ]
    table = read(write(tmp_path / "t.tsv", as_text(rows)), "a", "b")
    assert counts_of(table)["a"] == {"hsa-miR-451a": 12, "hsa-let-7a-5p": 1}
    assert table.features.loc["hsa-miR-451a", "name"] == "hsa-miR-451;hsa-miR-451a"
    assert "rows of one miRNA are added up: hsa-miR-451 and hsa-miR-451a as hsa-miR-451a" in (
        table.notes
    )


@pytest.mark.parametrize("copies", [(9, 9), (9, 3)])
def test_names_that_r_made_unique(tmp_path: Path, copies: tuple[int, int]) -> None:
    rows = [["id", "a"], ["hsa-miR-92a-3p", copies[0]], ["hsa-miR-92a-3p.1", copies[1]]]
    path = write(tmp_path / "t.tsv", as_text(rows))
    if copies[0] == copies[1]:
        assert counts_of(read(path, "a")) == {"a": {"hsa-miR-92a-3p": 9}}
    else:
        with pytest.raises(EvcargoError, match="'hsa-miR-92a-3p' is on several rows"):
            read(path, "a")


@pytest.mark.parametrize(
    ("loci", "expected"),
    [((30, 30, 30), 30), ((10.0, 10.0, 9.5), 29.5), ((12, 3, 0), 15), ((0, 0, 0), 0)],
)
def test_loci_of_the_gff3_of_mirbase(
    tmp_path: Path, loci: tuple[float, ...], expected: float
) -> None:
    names = ["MIMAT0000062", "MIMAT0000062_1", "MIMAT0000062_2"]
    rows = [["id", "a"], *zip(names, loci, strict=True), ["MIMAT0000076", 5]]
    table = read(write(tmp_path / "t.tsv", as_text(rows)), "a", scale="raw")
    assert counts_of(table) == {"a": {"hsa-let-7a-5p": expected, "hsa-miR-21-5p": 5}}
    assert any("not added" in note for note in table.notes) == (loci == (30, 30, 30))


def test_typed_names_hold_the_class(tmp_path: Path) -> None:
    rows = [["a"], ["hsa-miR-21-5p|miRNA|hsa-miR-21-5p|0|22", 5]]
    rows += [["ENSG00000252534.1|Y_RNA|Y_RNA|peak_1|60|107", 6], ["tRNA-Gly-GCC|tRNA|x|1|30", 7]]
    table = read(write(tmp_path / "t.tsv", as_text(rows)), "a")
    assert table.features["class"].tolist() == ["miRNA", "Y_RNA", "tRNA"]
    assert table.features["known"].all()


def test_small_rnas_of_genes(tmp_path: Path) -> None:
    rows = [["gene_id", "gene_name", "gene_biotype", "a"]]
    rows += [
        ["ENSG00000284190.1", "MIR21", "miRNA", 3],
        ["ENSG00000201098.1", "RNY1", "misc_RNA", 4],
    ]
    rows += [["ENSG00000244734.4", "HBB", "protein_coding", 5]]
    table = read(write(tmp_path / "t.tsv", as_text(rows)), "a")
    assert table.features["class"].tolist() == ["miRNA_precursor", "misc_RNA", "protein_coding"]
    assert table.features["gene"].tolist() == ["MIR21", "RNY1", "HBB"]


@pytest.mark.parametrize("ids", ["ENSG00000244734.4", "ENSG00000244734", "ENSG00000244734_HBB"])
def test_genes_by_ensembl(tmp_path: Path, ids: str) -> None:
    table = read(write(tmp_path / "t.tsv", as_text([["id", "a"], [ids, 5]])), "a", assay=LONG)
    assert table.counts.index.tolist() == ["ENSG00000244734"]
    assert table.features.loc["ENSG00000244734", ["name", "gene"]].tolist() == [ids, "HBB"]


def test_the_two_genes_of_a_pseudoautosomal_id_stay_apart(tmp_path: Path) -> None:
    rows = [["id", "a"], ["ENSG00000182378.15", 5], ["ENSG00000182378.15_PAR_Y", 1]]
    table = read(write(tmp_path / "t.tsv", as_text(rows)), "a", assay=LONG)
    assert table.counts.index.tolist() == ["ENSG00000182378", "ENSG00000182378_PAR_Y"]


def test_tables_with_other_versions_of_the_ids_go_together(tmp_path: Path) -> None:
    runs = []
    for name, version in (("a", 4), ("b", 5)):
        path = write(tmp_path / f"{name}.tsv", f"id\t{name}\nENSG00000244734.{version}\t5\n")
        runs += runs_for(path, name)
    summaries, problems = examine(runs, LONG)
    assert not problems and [summary.recognised for summary in summaries] == [1, 1]
    ids = [read(Path(run.path), run.sample, assay=LONG).counts.index.tolist() for run in runs]
    assert ids[0] == ids[1]


def test_missing_symbols_and_biotypes(tmp_path: Path) -> None:
    rows = [["gene_id", "gene_name", "gene_biotype", "a"]]
    rows += [["ENSG00000244734.4", "NA", "protein_coding", 5], ["ENSG00000999999", "NA", "NA", 6]]
    table = read(write(tmp_path / "t.tsv", as_text(rows)), "a", assay=LONG)
    assert table.features["gene"].tolist() == ["HBB", ""]
    assert table.features["class"].tolist() == ["protein_coding", "transcript"]


def test_old_symbols_get_the_approved_ones(tmp_path: Path) -> None:
    table = read(write(tmp_path / "t.tsv", "id\ta\nH2AFZ\t5\n"), "a", assay=LONG)
    assert table.counts.index.tolist() == ["H2AFZ"]
    assert table.features["gene"].tolist() == ["H2AZ1"]


def test_the_identifiers_are_found_by_content(tmp_path: Path) -> None:
    rows = [
        ["", "locus", "miRNA", "a"],
        [1, "chr1", "hsa-miR-21-5p", 5],
        [2, "chrX", "hsa-miR-451a", 6],
    ]
    table = read(write(tmp_path / "t.csv", as_text(rows, ",")), "a")
    assert (table.identifiers, counts_of(table)["a"]) == (
        "miRNA",
        {"hsa-miR-21-5p": 5, "hsa-miR-451a": 6},
    )


@pytest.mark.parametrize(
    ("names", "assay", "message"),
    [
        (
            ["mmu-miR-21a-5p", "mmu-let-7a-5p", "hsa-miR-21-5p"],
            "rna",
            "2 of 3 names are mouse (mmu-)",
        ),
        (
            ["ENSMUSG00000052305.7", "ENSMUSG00000073940.3"],
            LONG,
            "2 of 2 names are mouse (ENSMUSG)",
        ),
        (["ENSDARG00000052305", "ENSDARG00000073940"], LONG, "2 of 2 names are another (ENSDARG)"),
        (MOUSE_SYMBOLS, LONG, "symbols are written as those of mouse or rat are"),
    ],
)
def test_other_organisms_are_refused(
    tmp_path: Path, names: list[str], assay: str, message: str
) -> None:
    path = write(tmp_path / "t.tsv", as_text([["id", "a"], *([name, 5] for name in names)]))
    with pytest.raises(EvcargoError) as caught:
        read(path, "a", assay=assay)
    assert message in str(caught.value)
    assert "is of another organism than human" in str(caught.value)


def test_random_words_are_not_recognised(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    letters = np.array(list("abcdefghijklmnoprstuvwz"))
    words = ["".join(rng.choice(letters, rng.integers(4, 11))) for _ in range(400)]
    path = write(tmp_path / "t.tsv", as_text([["id", "a"], *([word, 5] for word in set(words))]))
    for assay in ("rna", LONG):
        (summary,), problems = examine(runs_for(path, "a"), assay, markers=["hsa-miR-451a", "HBB"])
        assert not problems
        assert (summary.recognised, summary.markers, summary.identifiers) == (
            0,
            "",
            len(set(words)),
        )


def test_what_was_understood(tmp_path: Path) -> None:
    text = "# made by hand\nmiRNA;C 1.bam;C 2.bam\nhsa-miR-451a;1.024;2.048.576\n"
    text += "hsa-miR-23a-3p;7;12\nxyzzy-12;1;0\nGesamt;1.032;2.048.588\n"
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode("utf-16"))
    runs = [Run(f"c{number}", f"c{number}", str(path), f"C {number}") for number in (1, 2)]
    (summary,), problems = examine(runs, markers=["hsa-miR-451a", "hsa-miR-16-5p"])
    assert not problems
    assert replace(summary, path="", notes="") == replace(
        summary,
        path="",
        assay="rna",
        program="count table",
        recognised_by="a column for each sample",
        rows=4,
        sample_columns=2,
        quantity="counts",
        scale="counts",
        scale_reason="whole numbers, none negative",
        decimal_sign="comma",
        thousands_sign="point",
        encoding="UTF-16",
        identifier_column="miRNA",
        identifiers=3,
        recognised=2,
        markers="hsa-miR-451a",
        dropped_rows="'Gesamt' (total of the rows)",
        imputed="",
        notes="",
    )
    assert summary.notes == "columns are found by file name ('C 1.bam' for c1)"


def test_all_runs_of_a_table_that_are_not_there_are_one_problem(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tsv", "id\tx1\tx2\tx3\tx4\nhsa-miR-21-5p\t1\t2\t3\t4\n")
    _, problems = examine(runs_for(path, "a", "b", "c"))
    assert list(problems) == ["a"]
    assert "has no column for any of its 3 runs (a, b, c)" in problems["a"][0]
    _, problems = examine(runs_for(path, "x1", "x2", "x5"))
    assert list(problems) == ["x5"]
    assert "has no column 'x5' for run x5" in problems["x5"][0]


def test_a_large_table_is_read_in_part(tmp_path: Path) -> None:
    rows = [["id", "a"], *(["hsa-miR-21-5p", 1] for _ in range(1))]
    rows += [[f"hsa-miR-{number}", 3] for number in range(1000, 3000)] + [["hsa-miR-x", "wrong"]]
    path = str(write(tmp_path / "t.tsv", as_text(rows)))
    (summary,), problems = examine(runs_for(Path(path), "a"), large=[path])
    assert not problems and summary.rows is None
    assert "only its first rows were read" in summary.notes
    assert "hsa-miR-x is 'wrong'" in examine(runs_for(Path(path), "a"))[1]["a"][0]
    _, problems = examine(runs_for(Path(path), "b", column="c"), large=[path])
    assert list(problems) == ["b"]


def test_two_runs_of_one_column(tmp_path: Path) -> None:
    path = str(write(tmp_path / "t.tsv", "id\ta.bam\tb\nhsa-miR-21-5p\t1\t2\n"))
    with pytest.raises(RunsError, match="fits the runs"):
        from evcargo.counts.reading import read_counts

        runs = [Run("a", "a", path, "a"), Run("c", "c", path, "a.sam")]
        read_counts(runs, identifier())
