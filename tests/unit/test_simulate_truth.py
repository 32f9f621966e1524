"""The judgement of what was found, by hand."""

import pandas as pd
import pytest

from evcargo.proteins.inference import Inference
from evcargo.simulate.truth import judge


def test_proportions_and_recall():
    # Four MS2 of database peptides, one of an unknown one. Accepted: s1 right, s2 its co-isolated
    # peptide (right), s3 wrong, s5 (unknown) wrong; s4 is right but not accepted.
    truth = pd.DataFrame(
        {
            "run": "r",
            "native_id": ["s1", "s2", "s3", "s4", "s5"],
            "kind": ["peptide"] * 4 + ["unknown"],
            "sequence": ["AAIK", "CCK", "DDK", "EEK", "FFK"],
            "coisolated": ["", "M[UNIMOD:35]GK;HHK", "", "", ""],
        }
    )
    psms = pd.DataFrame(
        {
            "run": "r",
            "scan": ["s1", "s2", "s3", "s4", "s5"],
            "peptide": ["AALK", "MGK", "WWK", "EEK", "YYK"],
            "accepted": [True, True, True, False, True],
        }
    )
    peptides = pd.DataFrame(
        {"peptide": ["AALK", "MGK", "WWK", "YYK"], "accepted": [True, True, True, False]}
    )
    groups = pd.DataFrame({"accessions": ["A;X", "Y", "B", "Z"], "accepted": [True] * 3 + [False]})
    judged = judge(Inference(psms, peptides, groups, pd.DataFrame()), truth, {"A", "B"})
    assert judged.psms == pytest.approx(2 / 4)
    assert judged.peptides == pytest.approx(1 / 3)  # WWK
    assert judged.groups == pytest.approx(1 / 3)  # Y
    assert judged.recall == pytest.approx(2 / 4)  # s1 and s2 of s1 to s4
