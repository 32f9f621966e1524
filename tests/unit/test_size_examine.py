"""What the dry run says of size tables: everything that the job reads, and all that is wrong."""

from pathlib import Path

import pandas as pd
import pytest
from size_files import AMOUNTS, CENTRES, nanosight, table, write, zetaview

from evcargo.errors import EvcargoError
from evcargo.particles.examine import examine_size_tables
from evcargo.particles.measure import measure_particles

PER_ML = "Concentration (particles/ml)"
GOOD = table("Size (nm)", PER_ML)


def _runs(folder: Path, files: dict[str, str], **columns: list[object]) -> pd.DataFrame:
    """One run per file; `columns` by run, others empty."""
    paths = [str(write(folder, text, f"{run}.txt")) for run, text in files.items()]
    names = list(files)
    sheet = pd.DataFrame({"run": names, "sample": names, "assay": "particles", "path": paths})
    return sheet.assign(**{"column": pd.NA, **columns})


def test_a_summary_of_each_file(tmp_path: Path) -> None:
    files = {"a": GOOD, "b": zetaview(), "c": table("Size (nm)", "Number (%)"), "d": nanosight()}
    summaries, problems = examine_size_tables(_runs(tmp_path, files))
    assert problems == {}
    by_name = {Path(summary.path).stem: summary for summary in summaries}
    assert [by_name[name].program for name in "abcd"] == [
        "size table",
        "ZetaView 8.05.16 SP2",
        "size table",
        "NTA 3.4 Build 3.4.003",
    ]
    assert {summary.assay for summary in summaries} == {"particles"}
    first = by_name["b"]
    assert (first.rows, first.quantity, first.scale) == (len(AMOUNTS), "particles/ml", "raw")
    assert first.decimal_sign == "point"
    assert "'Concentration / cm-3' is particles/ml" in first.quantity_reason
    assert "dilution 1000 that the file states" in first.notes
    assert by_name["c"].scale == "relative"
    assert "totals are not known" in by_name["c"].notes
    assert "dilution not stated" in by_name["a"].notes


def test_decimal_signs_encodings_and_dropped_rows(tmp_path: Path) -> None:
    text = "Größe (nm);Konzentration (Partikel/ml)\n50,5;1.000,5\n60,5;2.000,5\nSumme;3.001,0\n"
    runs = _runs(tmp_path, {"a": ""})
    Path(runs["path"][0]).write_bytes(text.encode("cp1252"))
    summary = examine_size_tables(runs)[0][0]
    assert (summary.decimal_sign, summary.thousands_sign) == ("comma", "point")
    assert (summary.encoding, summary.dropped_rows) == ("Windows-1252", "Summe")


def test_every_problem_is_of_a_run(tmp_path: Path) -> None:
    files = {
        "good": GOOD,
        "empty": "",
        "letters": GOOD.replace("12.500000", "12.5O0000"),
        "volume": table("Size (nm)", "Volume (%)"),
        "two": table("Size (nm)", "Concentration (10e6/ml)"),
    }
    summaries, problems = examine_size_tables(_runs(tmp_path, files))
    assert [Path(summary.path).stem for summary in summaries] == ["good"]
    assert sorted(problems) == ["empty", "letters", "two", "volume"]
    message, remedy = problems["letters"]
    assert "letters.txt, line 2: Size (nm) is no number ('12.5O0000')" in message
    assert remedy == "Correct the cell"


def test_runs_of_one_file(tmp_path: Path) -> None:
    text = "Size (nm),EV1 (/ml),EV2 (/ml)\n" + "".join(
        f"{size},{amount},{2 * amount}\n" for size, amount in zip(CENTRES, AMOUNTS, strict=True)
    )
    path = str(write(tmp_path, text))
    runs = pd.DataFrame(
        {
            "run": ["a", "b", "c", "d"],
            "sample": ["a", "b", "c", "d"],
            "assay": "particles",
            "path": path,
            "column": ["EV1 (/ml)", "EV2 (/ml)", "EV2 (/ml)", "EV3 (/ml)"],
        }
    )
    summaries, problems = examine_size_tables(runs)
    assert len(summaries) == 1
    assert summaries[0].sample_columns == 2
    assert problems["c"][0].startswith("is the distribution of run b too: 'EV2 (/ml)'")
    assert "no column 'EV3 (/ml)'" in problems["d"][0]
    assert "EV2 (/ml)" in problems["d"][1]


def test_replicates_that_cannot_be_averaged(tmp_path: Path) -> None:
    runs = _runs(tmp_path, {"s.r1": GOOD, "s.r2": table("Size (nm)", "Number"), "t": GOOD}).assign(
        sample=["s", "s", "t"]
    )
    problems = examine_size_tables(runs)[1]
    assert list(problems) == ["s.r2"]
    assert "its runs hold concentrations and numbers of particles" in problems["s.r2"][0]


def test_files_that_are_read_later_and_other_assays_are_passed_over(tmp_path: Path) -> None:
    runs = _runs(tmp_path, {"a": GOOD, "b": "", "c": ""}).assign(
        assay=["particles", "particles", "rna"]
    )
    summaries, problems = examine_size_tables(runs, {runs["path"][1]})
    assert (len(summaries), problems) == (1, {})


def test_what_the_dry_run_passes_the_job_reads(tmp_path: Path) -> None:
    """The same functions read in both: nothing that is refused in the job was passed before."""
    files = {"good": GOOD, "zeta": zetaview(), "wide": GOOD.replace("\t", ","), "bad": "x\n1\n"}
    runs = _runs(tmp_path, files)
    samples = pd.DataFrame({"sample": list(files), "particle_count": 1.0, "protein_ug": 1.0})
    problems = examine_size_tables(runs)[1]
    particles = measure_particles(samples, runs, (30, 150))[0].set_index("sample")
    assert set(particles.index[particles["status"] == "failed"]) == set(problems) == {"bad"}
    with pytest.raises(EvcargoError, match="no sample has a size table that can be read"):
        measure_particles(samples, runs[runs["run"] == "bad"], (30, 150))
