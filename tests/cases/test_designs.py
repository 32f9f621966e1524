"""Every kind of question through the whole workflow: a time course of proteins and RNA."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evcargo.tables import read_table

pytestmark = pytest.mark.slow

HOURS = [0, 0, 0, 6, 6, 6, 24, 24, 24]
SUBJECTS = ["d1", "d2", "d3"] * 3
SAMPLES = [f"h{hour}_{subject}" for hour, subject in zip(HOURS, SUBJECTS, strict=True)]


MOST_HITS = 14  # 8 are true; 40 draws of these counts: 9.3 hits on average, 14 at most


def contrast(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "column": "hours", "covariates": ["subject"], **more}


CONTRASTS = [
    contrast("h24_v_h0", test=24, reference=0),
    contrast("h24_v_h0_all", test=24, reference=0, fit_on="all"),
    contrast("any_time", kind="any"),
    contrast("per_hour", kind="slope"),
    contrast("h6_v_h0_block", test=6, reference=0, covariates=[], block="subject"),
]


def test_a_time_course(tmp_path: Path, write_study, snakemake) -> None:
    rng = np.random.default_rng(6)
    rising = np.arange(80)[:, None] < 8
    change = np.where(rising, np.array(HOURS) / 8, 0.0)  # log2, 3 in 24 hours
    donor = np.tile(rng.normal(0, 0.4, (80, 3)), 3)
    protein = 2 ** (rng.normal(24, 2, (80, 1)) + change + donor + rng.normal(0, 0.2, (80, 9)))
    mean = np.exp2(rng.normal(8, 1.5, (80, 1)) + change + donor)
    counts = rng.negative_binomial(20, 20 / (20 + mean))
    for name, kind, values in (
        ("proteins", "protein", protein),
        ("rna", "mirna", counts),
    ):
        ids = [f"P{n:05d}" if name == "proteins" else f"hsa-miR-{n + 1}-5p" for n in range(80)]
        table = pd.DataFrame(values, columns=SAMPLES)
        table.insert(0, kind, ids)
        table.to_csv(tmp_path / f"{name}.tsv", sep="\t", index=False)
    samples = [
        {"sample": sample, "hours": hour, "subject": subject, "biofluid": "cell_culture"}
        for sample, hour, subject in zip(SAMPLES, HOURS, SUBJECTS, strict=True)
    ]
    runs = [
        {"sample": sample, "assay": assay, "path": f"{assay}.tsv", "column": sample}
        for assay in ("proteins", "rna")
        for sample in SAMPLES
    ]
    config = {"study": "course", "contrasts": CONTRASTS, "identifiers": {"min_recognised": 0}}
    study = write_study(config, samples, runs)
    snakemake(study, "results/report/index.html")

    lines = read_table(study / "results/differential/contrasts.tsv", "contrasts")
    sizes = lines.set_index(["contrast", "assay"])[["n_test", "n_reference"]]
    assert sizes.loc[("h24_v_h0_all", "rna")].tolist() == [3, 3]
    assert sizes.loc[("any_time", "proteins"), "n_test"] == 9
    assert pd.isna(sizes.loc[("per_hour", "rna"), "n_reference"])
    for name in ("h24_v_h0_all", "any_time", "per_hour"):
        for assay in ("proteins", "rna"):
            path = study / f"results/differential/{name}.{assay}.tsv"
            table = read_table(path, "differential")
            hits = table[table["significant"].fillna(False)]
            number = hits["feature"].str.extract(r"(\d+)")[0].astype(int)
            true = number <= 8 if assay == "rna" else number < 8
            assert true.sum() == 8
            assert len(hits) <= MOST_HITS
            if name == "any_time":
                assert (hits["largest_between"][true] == "24 v 0").all()
                assert hits["largest_difference"][true].median() == pytest.approx(3, abs=0.4)
            else:
                expected = 3 if name == "h24_v_h0_all" else 1 / 8
                found = hits["log2_fold_change"][true].median()
                assert found == pytest.approx(expected, rel=0.15)
    page = (study / "results/report/index.html").read_text()
    for words in ("any two levels of hours", "hours, per unit", "8 rise and 0 fall with hours"):
        assert words in page
    assert "correlation of 0." in lines.set_index("contrast")["method"]["h6_v_h0_block"].iloc[0]
