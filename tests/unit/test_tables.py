from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from evcargo.contracts import CONTRACTS
from evcargo.errors import EvcargoError
from evcargo.tables import read_matrix, read_table, write_matrix, write_table


def quality_row() -> pd.DataFrame:
    return pd.DataFrame(
        [["T1", pd.NA, "rna", "raw_reads", 1000.5, "reads"]], columns=CONTRACTS["quality"].names
    )


def test_a_table_survives_the_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "quality.tsv"
    write_table(quality_row(), path, "quality")
    read = read_table(path, "quality")
    assert read["value"].tolist() == [1000.5]
    assert read["run"].isna().all()
    assert path.read_bytes().endswith(b"\n") and b"\r" not in path.read_bytes()


def test_column_order_is_the_contracts(tmp_path: Path) -> None:
    frame = quality_row()[CONTRACTS["quality"].names[::-1]]
    write_table(frame, tmp_path / "quality.tsv", "quality")
    header = (tmp_path / "quality.tsv").read_text().splitlines()[0]
    assert header.split("\t") == CONTRACTS["quality"].names


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (quality_row().drop(columns="unit"), "missing columns ['unit']"),
        (quality_row().assign(extra=1), "unknown ['extra']"),
        (quality_row().assign(value="many"), "column value must hold number"),
    ],
)
def test_a_table_that_breaks_its_contract_is_refused(
    tmp_path: Path, frame: pd.DataFrame, said: str
) -> None:
    with pytest.raises(EvcargoError) as error:
        write_table(frame, tmp_path / "quality.tsv", "quality")
    assert said in str(error.value)
    assert not list(tmp_path.iterdir()), "nothing half written stays behind"


def test_an_open_contract_keeps_further_columns(tmp_path: Path) -> None:
    row = dict.fromkeys(CONTRACTS["samples"].names, pd.NA) | {"sample": "T1", "age": "54"}
    write_table(pd.DataFrame([row]), tmp_path / "samples.tsv", "samples")
    assert read_table(tmp_path / "samples.tsv", "samples")["age"].tolist() == ["54"]


def test_flags_are_true_or_false(tmp_path: Path) -> None:
    names = CONTRACTS["associations"].names
    row = dict.fromkeys(names, pd.NA) | {"contrast": "a", "associated": True}
    path = tmp_path / "associations.tsv"
    write_table(pd.DataFrame([row]), path, "associations")
    assert read_table(path, "associations")["associated"].tolist() == [True]
    path.write_text(path.read_text().replace("True", "perhaps"))
    with pytest.raises(EvcargoError, match="neither True nor False"):
        read_table(path, "associations")


def test_text_that_repeats_takes_new_values_before_and_after_a_round_trip(tmp_path: Path) -> None:
    var = pd.DataFrame({"gene": ["CD9", "CD9", "ALB"], "n": [1.0, 2.0, 3.0]}, ["P1", "P2", "P3"])
    obs = pd.DataFrame({"condition": ["a", "a"], "batch": ["x", None]}, ["s1", "s2"])
    matrix = AnnData(np.ones((2, 3)), obs=obs, var=var)
    write_matrix(matrix, tmp_path / "m.h5ad")
    for one in (matrix, read_matrix(tmp_path / "m.h5ad")):
        texts = [one.var["gene"], one.obs["condition"], one.obs["batch"]]
        assert [text.dtype for text in texts] == [object] * 3
        one.var.loc["P1", "gene"] = "TSG101"
        assert one.var["gene"].where(one.var["n"] < 3, "none").tolist() == ["TSG101", "CD9", "none"]
        assert one.var["n"].dtype == float
        assert one.obs["batch"].isna().tolist() == [False, True]
