"""The section on where the cargo comes from: sorting, signatures and mixtures."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from lxml import html

from evcargo.contracts import CONTRACTS
from evcargo.report.mixtures import mixtures_part
from evcargo.report.origins import origins_part
from evcargo.report.page import render
from evcargo.report.results import Results
from evcargo.report.sorting import change_figure, change_words, enrichment_words, sorting_part
from evcargo.tables import _hold

HOSTILE = "<script>alert(1)</script>"


def table(contract: str, rows: list[dict]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).reindex(columns=CONTRACTS[contract].names)
    return _hold(frame, CONTRACTS[contract], "made")


def changes(contrast: str) -> pd.DataFrame:
    """Four proteins, one for each of four verdicts, and one without."""
    told = [
        ("A", 2.0, 0.1, 1.9, 0.001, "sorted"),
        ("B", 2.0, 1.9, 0.1, 0.8, "follows the source"),
        ("C", 0.1, 2.0, -1.9, 0.001, "kept back"),
        ("D", 1.0, 0.6, 0.4, 0.4, "open"),
        (HOSTILE, 0.0, 0.1, -0.1, 0.9, None),
    ]
    rows = [
        {
            "assay": "proteins",
            "contrast": contrast,
            "feature": name,
            "name": name,
            "class": "protein",
            "log2_fold_change_ev": ev,
            "log2_fold_change_source": source,
            "difference": difference,
            "p_value": p,
            "adjusted_p_value": p,
            "significant": p < 0.05,
            "sorting": verdict,
        }
        for name, ev, source, difference, p, verdict in told
    ]
    return table("sorting_changes", rows)


def summary(contrast: str) -> pd.DataFrame:
    enrichment = {
        "assay": "proteins",
        "question": "enrichment",
        "about": "healthy",
        "n_ev": 4,
        "n_source": 4,
        "paired": "by subject",
        "tested": 300,
        "significant": 30,
        "up": 20,
        "down": 10,
        "flagged": 3,
        "only_ev": 5,
        "only_source": 900,
        "method": "moderated t",
        "warning": "An EV sample shows 305 proteins, a source sample 1,200.",
    }
    change = enrichment | {
        "question": "change",
        "about": contrast,
        "significant": 2,
        "sorted": 1,
        "follows": 1,
        "dampened": 0,
        "kept_back": 1,
        "only_ev": 0,
        "open": 1,
    }
    none = {"assay": "rna", "question": "change", "about": contrast, "tested": 0}
    none["warning"] = "Not assessed: no source material."
    return table("sorting_summary", [enrichment, change, none])


@pytest.fixture
def told(results: Results) -> Results:
    """The made study with tables of where its cargo comes from."""
    contrast = str(results.config["contrasts"][0]["name"])
    samples = list(results.samples["sample"])
    rng = np.random.default_rng(1)
    enriched = [
        {
            "assay": "proteins",
            "condition": "healthy",
            "feature": f"P{n}",
            "name": f"GENE{n}",
            "class": "protein",
            "log2_enrichment": 4.0 - n / 5,
            "adjusted_p_value": 0.01,
            "significant": True,
            "flag": "bovine" if n == 0 else None,
        }
        for n in range(40)
    ]
    origins = [
        {
            "sample": sample,
            "assay": "proteins",
            "signature": signature,
            "named": 11,
            "in_study": in_study,
            "seen": in_study,
            "score": 0.9 if in_study else np.nan,
            "adjusted_p_value": 0.001,
            "stands_out": bool(in_study) and number == 0,
            "genes": "PF4;PPBP",
            "note": "co-isolated platelets look the same",
        }
        for number, sample in enumerate(samples)
        for signature, in_study in (("platelet", 9), ("T cell", 0))
    ]
    shares = rng.dirichlet([2, 3], len(samples))
    mixtures = [
        {
            "sample": sample,
            "assay": "proteins",
            "source": source,
            "share": np.nan if number == 1 else share,
            "ci_low": share * 0.9,
            "ci_high": min(1, share * 1.1),
        }
        for number, (sample, both) in enumerate(zip(samples, shares, strict=True))
        for source, share in zip(("tumour", "liver"), both, strict=True)
    ]
    fits = [
        {
            "sample": sample,
            "assay": "proteins",
            "features": 400,
            "correlation": 0.9,
            "warning": "Features stand out above the fit.",
            "reason": "12 features of the profiles are seen; 20 are needed"
            if number == 1
            else None,
        }
        for number, sample in enumerate(samples)
    ]
    associations = [
        {"contrast": contrast, "assay": "proteins", "metric": metric, "p_value": 0.03}
        for metric in ("score of platelet", "share of tumour")
    ]
    return replace(
        results,
        sorting=table("sorting", enriched),
        sorting_changes=changes(contrast),
        sorting_summary=summary(contrast),
        origins=table("origins", origins),
        mixtures=table("mixtures", mixtures),
        mixture_fits=table("mixture_fits", fits),
        origin_associations=table("origin_associations", associations),
    )


def section(results: Results) -> html.HtmlElement:
    (found,) = html.document_fromstring(render(results)).xpath("//section[@id='sources']")
    return found


def test_the_page_shows_where_the_cargo_comes_from(told: Results) -> None:
    found = section(told)
    text = " ".join(found.text_content().split())
    assert "of 300 proteins in both, 20 are enriched in EVs and 10 depleted" in text
    assert "3 of these are contaminants" in text
    assert "5 more are seen only in EVs, 900 only in source" in text
    assert "An EV sample shows 305 proteins" in text
    assert "small RNA, " in text and "Not assessed: no source material." in text
    assert f"platelet in 1 of {len(told.samples)} samples" in text
    assert "platelet: co-isolated platelets look the same" in text
    assert "not a share" not in text and "share of signal, not of vesicles" in text
    assert f"1 of {len(told.samples)} samples" in text
    assert "12 features of the profiles are seen" in text
    assert not found.xpath(".//script[not(@type)]")
    figures = [one.get("id") for one in found.xpath(".//figure")]
    assert figures == ["sorting-change-1", "origins-proteins", "mixtures-proteins"]
    assert all(one.xpath(".//table") for one in found.xpath(".//figure"))  # each with its data


def test_ids_are_unique_in_the_page(told: Results) -> None:
    ids = html.document_fromstring(render(told)).xpath("//@id")
    assert len(ids) == len(set(ids))


def test_contaminants_are_not_shown_as_sorted(told: Results) -> None:
    (assay,) = sorting_part(told)["enrichment"]
    names = [row[0] for row in assay["table"].rows]
    assert "GENE0" not in names
    assert names[0] == "GENE1"
    assert "40 are significant, of which 1 are contaminants" in assay["table"].note
    assert len(names) == 19 + 19  # up and down, GENE20 does not change


def test_the_words_count_the_verdicts(told: Results) -> None:
    row = told.sorting_summary.iloc[1]
    said = change_words(next(told.sorting_summary.iloc[[1]].itertuples(index=False)))
    assert row["question"] == "change"
    assert said.startswith("The sorting of 2 of 300 proteins differs significantly.")
    assert "1 follows its source, 1 is sorted and 1 may follow its source or not" in said
    assert "1 changes in the source but is kept back" in said
    first = next(told.sorting_summary.iloc[[0]].itertuples(index=False))
    assert "healthy (4 EV and 4 source samples, by subject)" in enrichment_words(first)


def test_the_figure_of_a_change_has_its_data(told: Results) -> None:
    figure = change_figure(told.sorting_changes, "change", "tumour v healthy")
    assert figure is not None and figure.table is not None
    assert [row[0] for row in figure.table.rows] == ["A", "B", "C", "D"]
    assert "sorted (1)" in figure.svg and "no change (1)" in figure.svg
    none = told.sorting_changes.assign(log2_fold_change_source=np.nan)
    assert change_figure(none, "change", "none") is None


def test_what_was_not_assessed_is_said(results: Results, told: Results) -> None:
    assert 'id="sources"' not in render(results)  # a study of particles only
    lines = told.sorting_summary[told.sorting_summary["tested"] == 0]
    part = sorting_part(replace(told, sorting_summary=lines))
    assert part["obstacle"] == "Not assessed: no source material."
    assert "no reference profiles" in mixtures_part(results)["obstacle"]
    assert "no gene of any signature" in origins_part(results)["obstacle"]


def test_shares_of_a_poor_fit_are_no_finding(told: Results) -> None:
    fits = told.mixture_fits.assign(correlation=[-0.07, *[0.9] * (len(told.samples) - 1)])
    (assay,) = mixtures_part(replace(told, mixture_fits=fits))["assays"]
    figure = assay["figure"]
    assert figure.svg.count("poor fit") == 2  # of two sources
    assert "Hollow and grey: poor fit, not to be read" in figure.caption
    column = [row[-1] for row in figure.table.rows]
    assert column.count("poor fit, not to be read") == 2
    (sound,) = mixtures_part(told)["assays"]
    assert "poor fit" not in sound["figure"].svg + sound["figure"].caption


def test_signatures_of_one_gene_are_grey_and_the_scores_have_a_scale(told: Results) -> None:
    def shades(seen: int) -> tuple[int, int]:
        rows = told.origins[told.origins["signature"] == "platelet"].assign(seen=seen)
        svg = origins_part(replace(told, origins=rows))["assays"][0]["figure"].svg
        assert "0.5 or less" in svg
        return svg.count("opacity: 0.8"), svg.count("opacity: 0.15")

    coloured, grey = shades(9)
    assert shades(2) == (coloured - len(told.samples), grey + len(told.samples))


def test_each_condition_has_its_method(told: Results) -> None:
    lines = told.sorting_summary
    more = lines.iloc[[0]].assign(about="tumour", method="moderated t, by subject")
    (assay,) = sorting_part(replace(told, sorting_summary=pd.concat([lines, more])))["enrichment"]
    assert assay["methods"] == ["healthy: moderated t", "tumour: moderated t, by subject"]
    assert sorting_part(told)["enrichment"][0]["methods"] == ["moderated t"]


def test_an_assay_without_source_takes_one_sentence(told: Results) -> None:
    lines = told.sorting_summary
    more = lines.iloc[[2, 2]].assign(about=["a", "b"])
    part = sorting_part(replace(told, sorting_summary=pd.concat([lines, more])))
    assert part["left"] == ["small RNA: Not assessed: no source material."]


def test_warnings_of_a_change_are_shown(told: Results) -> None:
    warned = told.sorting_summary.assign(warning="Source: Not tested: too few samples.")
    text = section(replace(told, sorting_summary=warned)).text_content()
    assert text.count("Source: Not tested: too few samples.") >= 2
