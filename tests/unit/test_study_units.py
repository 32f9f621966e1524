"""Which samples belong together."""

import pandas as pd

from evcargo.study.units import unit_names

PLATES = {"subject": ["p1", "p1", "p2", "p3", "", ""], "plate": ["1", "2", "2", "3", "3", ""]}


def test_units_are_the_connected_components_of_block_and_subject() -> None:
    units = unit_names(pd.DataFrame(PLATES, list("abcdef")), "plate")
    assert units.nunique() == 3
    assert len({units[one] for one in "abc"}) == 1  # p1 lies on both plates, p2 shares the second
    assert units["d"] == units["e"] != units["a"]
    assert units["f"] == "sample f"


def test_without_a_block_the_subject_counts_and_then_the_sample() -> None:
    rows = pd.DataFrame(PLATES, list("abcdef"))
    said = ["subject p1", "subject p1", "subject p2", "subject p3", "sample e", "sample f"]
    assert unit_names(rows).tolist() == said
    assert unit_names(rows, "subject").tolist() == said
    assert unit_names(rows[["plate"]]).tolist() == [f"sample {name}" for name in "abcdef"]
