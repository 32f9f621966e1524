"""E. coli spiked into human at known ratios: true and false hits of our tests of proteins.

`benchmarks/differential_spikein.py` prints them beside those of published methods; the best at
q < 0.05 on this protein table (Perseus) finds 234, 322 and 338.
"""

import importlib.util
import sys
from pathlib import Path

import pytest

PERSEUS = {"b": 234, "c": 322, "d": 338}


@pytest.fixture(scope="module")
def spikein(root: Path):
    """The benchmark as a module."""
    sys.path.append(str(root / "benchmarks"))
    spec = importlib.util.spec_from_file_location(
        "differential_spikein", root / "benchmarks" / "differential_spikein.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.filterwarnings("ignore:Mean of empty slice")
@pytest.mark.parametrize(
    ("level", "pair", "all_levels", "testable"),
    [("b", 290, 305, 377), ("c", 345, 350, 378), ("d", 368, 368, 379)],
)
def test_true_and_false_hits(
    shared_data: Path, spikein, level: str, pair: int, all_levels: int, testable: int
) -> None:
    folder = shared_data / "ecoli_human_spikein"
    for way, least in (
        ("trend, robust (default)", pair),
        ("trend, robust, fit_on: all", all_levels),
    ):
        table = spikein.ours(folder, way, level)
        hits = table[table["significant"]]
        assert PERSEUS[level] < least <= hits["ecoli"].sum() <= testable
        assert (~hits["ecoli"]).mean() <= 0.035  # observed false-discovery proportion
        bacterial = table[table["ecoli"] & table["tested"]]
        assert len(bacterial) == testable
        error = (bacterial["log2_fold_change"] - spikein.TRUTH[level]).abs().median()
        assert error <= 0.09
        # 4 v 4: the detection test has nothing to say below 0.05.
        assert table["detection_p_value"].min() == pytest.approx(2 / 70)
        assert not (table["detection_adjusted_p_value"] < 0.05).any()
