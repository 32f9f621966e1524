"""The dry run reads protein tables as the import does, and tells what it understood."""

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from protein_matrices import amounts, written
from proteins_tables_helpers import CONTAMINANTS, all_imported, genes_of, one_each, write

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.check import examine_protein_tables
from evcargo.purity.markers import read_panels
from evcargo.purity.meaning import RELATIVE
from evcargo.purity.score import score
from evcargo.study.notes import Notes
from evcargo.study.schema import check_config, read_schema

PANELS = Path(__file__).resolve().parents[2] / "resources" / "markers" / "panels.tsv"


def examined(runs: pd.DataFrame, **options):
    panels = read_panels(PANELS, "human")
    return examine_protein_tables(runs, genes_of(), panels, CONTAMINANTS, **options)


def purity_of(matrix) -> dict[str, pd.DataFrame]:
    names = matrix.obs_names.tolist()
    columns = ["material", "condition", "subject", "batch", "biofluid", "isolation"]
    samples = pd.DataFrame({"sample": names} | dict.fromkeys(columns, "") | {"material": "ev"})
    samples[["particle_count", "protein_ug"]] = np.nan
    options, _ = check_config({}, read_schema("config"), Notes("config.yaml"))
    panels = read_panels(PANELS, "human")
    return score(samples, panels, options["purity"], [], proteins=matrix, genes=genes_of())


def test_what_was_understood(tmp_path: Path) -> None:
    table = amounts()
    (summary,), problems = examined(written(table, tmp_path / "m.tsv"))
    assert problems == {}
    assert (summary.program, summary.scale, summary.decimal_sign) == (
        "protein matrix",
        "raw",
        "point",
    )
    assert (summary.rows, summary.sample_columns) == (300, 6)
    assert (summary.identifier_column, summary.identifier_type) == ("Gene", "gene symbol")
    assert summary.identifiers == summary.recognised > 250
    assert {"CD9", "CD63", "CD81", "TSG101", "ALB"} <= set(summary.markers.split(", "))


def faults(tmp_path: Path) -> dict[str, pd.DataFrame]:
    table = amounts(60)
    word = table.astype(object)
    word.iloc[3, 2] = "n/a?"
    doubled = tmp_path / "doubled.tsv"
    table.rename_axis("Gene").to_csv(doubled, sep="\t")
    text = doubled.read_text()
    doubled.write_text(text.replace("T1\tT2", "T1\tT1", 1))
    empty = table * np.nan
    return {
        "is no number": written(word, tmp_path / "word.tsv"),
        "is there 2 times": one_each(doubled, "T1", "H1"),
        "is in no column": written(table, tmp_path / "m.tsv").assign(column="T9"),
        "none of the chosen columns": written(empty, tmp_path / "empty.tsv"),
        "can be 1234 or 1.234": one_each(
            write(tmp_path / "c.tsv", "Gene\tT1\nCD9\t1,234\nCD63\t2,345\n"), "T1"
        ),
        "cannot both be read": one_each(
            write(tmp_path / "d.tsv", "Gene\tT1\nCD9\t1.5\nCD63\t2,55\n"), "T1"
        ),
        "is no table": one_each(write(tmp_path / "words.txt", "nothing\nuseful\n"), "T1"),
        "different quantities": written(
            table, tmp_path / "twice.tsv", ["P02768", "P02768", *[f"P1{n:04}" for n in range(58)]]
        ),
    }


def test_the_dry_run_finds_what_the_import_stops_at(tmp_path: Path) -> None:
    for message, runs in faults(tmp_path).items():
        with pytest.raises(EvcargoError):
            all_imported(runs)
        _, problems = examined(runs)
        assert problems, message
        assert any(message in told for told, _ in problems.values()), (message, problems)


def test_every_missing_run_is_told_in_the_same_words(tmp_path: Path) -> None:
    runs = written(amounts(60), tmp_path / "m.tsv")
    runs["column"] = ["T1", *(f"absent{n}" for n in range(5))]
    _, problems = examined(runs)
    assert len(problems) == 5
    assert len(set(problems.values())) == 1


def test_a_large_table_is_held_to_its_header_only(tmp_path: Path) -> None:
    runs = faults(tmp_path)["is no number"]
    path = str(runs["path"].iloc[0])
    (summary,), problems = examined(runs, header_only=[path])
    assert problems == {} and summary.identifiers is None
    assert examined(runs.assign(column="T9"), header_only=[path])[1]


def test_relative_quantities_have_contrasts_but_no_purity(tmp_path: Path) -> None:
    log2 = np.log2(amounts())
    ratios = log2.sub(log2.median(axis=1), axis=0) + 0.01
    matrix = all_imported(written(ratios, tmp_path / "r.tsv")).matrix
    assert matrix.uns["scale"] == RELATIVE
    assert np.isfinite(matrix.layers["normalised"]).any()
    tables = purity_of(matrix)
    assert set(tables["verdicts"]["verdict"]) == {"not assessed"}
    assert tables["verdicts"]["reason"].str.contains("relative quantities say nothing").all()
    proteins = tables["criteria"][tables["criteria"]["assay"] == "proteins"]
    assert set(proteins["verdict"]) == {"not assessed"}
    assert tables["shares"]["share"].isna().all() and tables["index"]["index"].isna().all()
    assert set(tables["markers"]["evidence"]) <= {"not assessed", "ambiguous", "transferred"}


def test_detection_is_not_claimed_from_imputed_values(tmp_path: Path) -> None:
    table = amounts()
    filled = table.apply(lambda column: column.fillna(column.min() / 2))
    runs = written(filled.dropna(), tmp_path / "i.tsv")
    (summary,), _ = examined(runs)
    assert "seems to stand for missing values" in summary.imputed
    matrix = all_imported(runs).matrix
    assert matrix.uns["imputed"]
    criteria = purity_of(matrix)["criteria"].set_index(["sample", "criterion"])
    rule = criteria.loc[("T1", "MISEV2018 protein rule")]
    assert rule["verdict"] == "not assessed" and "filled in" in rule["rule"]
    seen = purity_of(all_imported(written(table, tmp_path / "r.tsv")).matrix)["criteria"]
    seen = seen.set_index(["sample", "criterion"])
    assert "filled in" not in seen.loc[("T1", "MISEV2018 protein rule"), "rule"]


def test_nothing_passes_where_identifiers_are_random_words(tmp_path: Path) -> None:
    words = [f"quux{number:03} blip" for number in range(300)]
    runs = written(amounts(), tmp_path / "m.tsv", words)
    (summary,), _ = examined(runs)
    assert summary.recognised == 0 and summary.markers == ""
    tables = purity_of(all_imported(runs).matrix)
    assert "pass" not in set(tables["criteria"]["verdict"])
    assert set(tables["verdicts"]["verdict"]) == {"not assessed"}


def test_a_matrix_of_a_hundred_samples_is_examined_in_seconds(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    many = pd.DataFrame(
        2.0 ** (rng.normal(22, 3, 5000)[:, None] + rng.normal(0, 0.3, (5000, 100))),
        [f"P{number:05}" for number in range(10000, 15000)],
        [f"S{number}" for number in range(100)],
    )
    runs = written(many, tmp_path / "many.tsv")
    start = time.process_time()
    examined(runs)
    assert time.process_time() - start < 15  # 2 s where nothing else runs


@pytest.mark.parametrize("style", ["{gene}_{host}", "sp|P{n}|{gene}_{host}", "P{n}|{gene}_{host}"])
def test_a_table_of_another_host_is_refused(tmp_path: Path, style: str) -> None:
    table = amounts(60)
    genes = table.index.astype(str).str.upper()

    def runs(mouse: int) -> pd.DataFrame:
        hosts = ["MOUSE"] * mouse + ["HUMAN"] * (60 - mouse)
        names = [
            style.format(gene=gene[:5], host=host, n=10000 + n)
            for n, (gene, host) in enumerate(zip(genes, hosts, strict=True))
        ]
        return written(table, tmp_path / f"of_{mouse}.tsv", names)

    _, problems = examined(runs(60))
    ((message, remedy),) = set(problems.values())
    assert "60 of 60 proteins are of mouse" in message
    assert "organism: mouse" in remedy
    assert examined(runs(20))[1] == {}


def test_proteins_of_other_organisms_are_counted_as_such(tmp_path: Path) -> None:
    """A spike-in of yeast whose symbols are those of human genes too."""
    table = amounts(60)
    genes = table.index.astype(str)
    names = [
        f"P{10000 + n}|{gene}_{'YEAST' if n < 20 else 'HUMAN'}" for n, gene in enumerate(genes)
    ]
    (summary,), problems = examined(written(table, tmp_path / "m.tsv", names))
    assert problems == {}
    assert summary.recognised is not None and summary.recognised <= 40
    assert "20 of 60 proteins are of other organisms (NCBI taxon 559292: 20)" in summary.notes
