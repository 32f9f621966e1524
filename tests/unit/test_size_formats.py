"""Size tables as instruments write them, and the files of instruments that are none."""

from pathlib import Path

import numpy as np
import pytest
from size_files import AMOUNTS, figures_of, nanosight, table, truth, write, zetaview

from evcargo.errors import EvcargoError
from evcargo.particles.dilution import NOT_STATED, read_factor
from evcargo.particles.formats import LAYOUTS, recognise
from evcargo.particles.size_tables import SizeReading, open_size_file, read_sizes

PER_ML = "Concentration (particles/ml)"


def _assert_truth(reading: SizeReading, factor: float = 1.0) -> None:
    found = figures_of(reading)
    assert {name: found[name] for name in truth()} == pytest.approx(truth(factor), rel=1e-3)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
@pytest.mark.parametrize("comma", [False, True])
@pytest.mark.parametrize("twice", [False, True])
def test_zetaview(tmp_path: Path, encoding: str, comma: bool, twice: bool) -> None:
    text = zetaview(twice=twice)
    path = write(tmp_path, (text.replace(".", ",") if comma else text).encode(encoding))
    file = open_size_file(path)
    assert file.program.startswith("ZetaView 8")
    reading = read_sizes(path)
    assert reading.rows == len(AMOUNTS)
    _assert_truth(reading, 1000)
    assert "multiplied by the dilution 1000 that the file states" in reading.notes


def test_a_zetaview_file_whose_row_of_minus_1_was_deleted(tmp_path: Path) -> None:
    lines = [line for line in zetaview().split("\n") if not line.startswith("-1")]
    reading = read_sizes(write(tmp_path, "\n".join(lines)))
    _assert_truth(reading, 1000)
    assert "the same distribution stands below in other bins, which are not read" in reading.notes


def test_a_zetaview_file_without_its_settings(tmp_path: Path) -> None:
    text = zetaview()
    reading = read_sizes(write(tmp_path, text[text.index("Size / nm") :]))
    _assert_truth(reading)
    assert NOT_STATED in reading.notes


@pytest.mark.parametrize("data", [zetaview(0 * AMOUNTS), zetaview(AMOUNTS[:0], twice=False)])
def test_an_empty_measurement(tmp_path: Path, data: str) -> None:
    reading = read_sizes(write(tmp_path, data))
    assert reading.table.is_empty
    assert "no particle was measured" in reading.notes


def test_a_zetaview_file_that_is_cut(tmp_path: Path) -> None:
    lines = zetaview(twice=False).split("\n")
    with pytest.raises(EvcargoError, match="without the row of -1 that the program writes below"):
        read_sizes(write(tmp_path, "\n".join(lines[:40])))
    quoted = "\n".join('"' + line.replace("\t", '"\t"') + '"' for line in zetaview().split("\n"))
    _assert_truth(read_sizes(write(tmp_path, quoted)), 1000)


@pytest.mark.parametrize("average", [True, False])
def test_nanosight(tmp_path: Path, average: bool) -> None:
    path = write(tmp_path, nanosight(average=average).encode("cp1252"), "x-ExperimentSummary.csv")
    assert open_size_file(path).program == "NTA 3.4 Build 3.4.003"
    reading = read_sizes(path)
    _assert_truth(reading)
    assert NOT_STATED in reading.notes
    assert any("captures" in note for note in reading.notes)
    first = read_sizes(path, "EV 1 00")
    assert figures_of(first)["particles_per_ml"] == pytest.approx(0.8 * AMOUNTS.sum())
    _assert_truth(read_sizes(path, "EV 1"))


@pytest.mark.parametrize("german", [False, True])
def test_a_nanosight_file_that_was_saved_by_a_spreadsheet(tmp_path: Path, german: bool) -> None:
    text = nanosight(dilution="10000")
    if german:
        text = text.replace(".", "\0").replace(",", ";").replace("\0", ",")
    else:
        text = text.replace(",", "\t")
    reading = read_sizes(write(tmp_path, text.encode("cp1252")))
    _assert_truth(reading)
    assert "the amounts already include the dilution 10000 of the file" in reading.notes


def test_a_dilution_that_nanosight_has_applied_is_not_applied_again(tmp_path: Path) -> None:
    path = write(tmp_path, nanosight(dilution="1.00e+04"))
    for stated in (None, 1.0, 1e4):
        reading = read_sizes(path, dilution=stated)
        _assert_truth(reading)
        assert "the amounts already include the dilution 10000 of the file" in reading.notes
    with pytest.raises(EvcargoError, match="states a dilution of 500, but .* already multiplied"):
        read_sizes(path, dilution=500)
    _assert_truth(read_sizes(write(tmp_path, nanosight()), dilution=500), 500)


def test_experiments_that_nanosight_combined_are_told_apart(tmp_path: Path) -> None:
    names = ("EV 1 00", "EV 1 01", "EV 2 00", "EV 2 01")
    path = write(tmp_path, nanosight(names, (1, 3, 5, 7)))
    with pytest.raises(EvcargoError, match="holds several measurements .*'EV 1', 'EV 2'"):
        read_sizes(path)
    assert figures_of(read_sizes(path, "EV 2"))["particles_per_ml"] == pytest.approx(
        6 * AMOUNTS.sum()
    )
    _assert_truth(read_sizes(path, sample="EV 1"), 2)


def test_a_capture_without_particles_is_told(tmp_path: Path) -> None:
    reading = read_sizes(write(tmp_path, nanosight(factors=(0, 2), average=False)))
    assert "1 of them hold no particles, which lowers the mean" in reading.notes


def test_nanosight_2_3(tmp_path: Path) -> None:
    text = "\n".join(
        ["NANOSIGHT NTA 2.3 Build 0033,,,", "Particle Size / Concentration,,,", "Mean:,112,nm,"]
        + ["Total Concentration:,3.1,E8 particles/ml,", ""]
    )
    body = table("Bin Centre (nm)", "Concentration (E6 particles/ml)", amounts=AMOUNTS / 1e6)
    path = write(tmp_path, text + "\n" + body.replace("\t", ","))
    _assert_truth(read_sizes(path))
    assert open_size_file(path).program == "NTA 2.3 Build 0033"


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("Izon Control Suite 3.4", "Izon"),
        ("Instrument: Exoid", "Izon"),
        ("Spectradyne nCS1", "Spectradyne"),
        ("NanoFCM Professional Suite", "NanoFCM"),
        ("Videodrop, QVIR 2.6", "Videodrop"),
        ("Leprechaun", "Leprechaun"),
        ("ExoView R200", "ExoView"),
        ("my own table", "size table"),
    ],
)
def test_programs_are_recognised_by_their_name(tmp_path: Path, text: str, program: str) -> None:
    path = write(tmp_path, f"{text}\n\n{table('Size (nm)', PER_ML)}")
    assert open_size_file(path).program == program
    _assert_truth(read_sizes(path))


def test_every_layout_can_be_recognised() -> None:
    for layout in LAYOUTS:
        assert layout.marks, layout.program
    assert recognise("nothing known")[1] == "size table"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            "Use\tPosition\tMean Int.\tConc. (p./mL)\tX50 (nm)\n\t0.1\t4\t8E6\t30\n",
            "one row per position of a ZetaView",
        ),
        (
            "Type of Measurement:\tProfile\nZP Profile:\nPosition\tZP\n1\t2\n",
            "measurement of the zeta potential",
        ),
        (
            "Record\tType\tSample Name\tZ-Ave (d.nm)\tPdI\n1\tSize\tEV\t108\t0.1\n",
            "one row per measurement of a Zetasizer",
        ),
        (
            "Particle ID,Size/nm,Diffusion Coefficient/nm^2 s^-1,Included\n1,50,1000,True\n",
            "one row per tracked particle",
        ),
        ("event,diameter (nm)\n1,101\n2,93\n3,93\n", "no column holds amounts of particles"),
    ],
)
def test_files_of_instruments_that_are_no_size_table(
    tmp_path: Path, data: str, message: str
) -> None:
    with pytest.raises(EvcargoError, match=message):
        read_sizes(write(tmp_path, data))


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("1000.000000", 1000),
        ("1000,000000", 1000),
        ("1,00E+04", 1e4),
        ("1:1,000", 1000),
        ("1/500", 500),
        ("1 in 100", 100),
        ("200x", 200),
        ("500-fold", 500),
        ("10.000", 10_000),
        ("Not recorded", None),
        ("", None),
    ],
)
def test_factors(text: str, factor: float | None) -> None:
    assert read_factor(text) == factor


@pytest.mark.parametrize(
    ("above", "header", "stated", "factor", "note"),
    [
        ("", PER_ML, None, 1, NOT_STATED),
        ("", PER_ML, 250.0, 250, "multiplied by the dilution 250 of the run sheet"),
        ("Dilution: 1:100\n", PER_ML, None, 1, "not whether the amounts include it"),
        ("Dilution factor\t100\n", PER_ML, 100.0, 100, "of the run sheet"),
        ("Verdünnung: 100\n", PER_ML, None, 1, "states a dilution of 100, but not whether"),
        ("Diluent,PBS\n", PER_ML, None, 1, NOT_STATED),
        ("", "Original concentration (/ml)", None, 1, "those before the dilution"),
        ("Dilution: 100\n", "Orig. conc. (p./ml)", None, 1, "already include the dilution 100"),
        ("Dilution: 100\n", "Number (%)", 100.0, 1, "totals are not known"),
    ],
)
def test_dilutions_of_other_tables(
    tmp_path: Path, above: str, header: str, stated: float | None, factor: float, note: str
) -> None:
    reading = read_sizes(write(tmp_path, above + table("Size (nm)", header)), dilution=stated)
    assert note in " ".join(reading.notes)
    assert sum(reading.table.amount) == pytest.approx(factor * AMOUNTS.sum(), rel=1e-6)


@pytest.mark.parametrize("dilution", ["1.000000", "0.000000"])
def test_a_dilution_of_1_is_not_stated(tmp_path: Path, dilution: str) -> None:
    reading = read_sizes(write(tmp_path, zetaview(dilution=dilution)))
    assert NOT_STATED in reading.notes
    _assert_truth(reading)
    stated = read_sizes(write(tmp_path, zetaview(dilution="1000.0")), dilution=500)
    assert "of the run sheet; the file states 1000" in " ".join(stated.notes)
    _assert_truth(stated, 500)


def test_the_front_door(shared_data: Path) -> None:
    """ZetaView 8.06 files and 24 tables of one distribution, which are not part of the project."""
    folder = shared_data / "front_door"
    if not folder.is_dir():
        pytest.skip("shared/data has no folder front_door")
    truth_of = np.genfromtxt(
        folder / "zetaview_8_06" / "truth.tsv", names=True, dtype=None, encoding="utf-8"
    )
    for row in truth_of:
        reading = read_sizes(folder / "zetaview_8_06" / "data" / f"{row['sample']}.txt")
        found = figures_of(reading)
        total = row["per_ml_before_dilution_factor"] * row["dilution"]
        assert found["particles_per_ml"] == pytest.approx(total, rel=1e-3)
        assert found["d50_nm"] == pytest.approx(row["D50_nm"], rel=0.01)
        assert found["share_in_window"] == pytest.approx(row["share_30_150"], abs=1e-3)
    assert read_sizes(folder / "zetaview_8_06" / "data" / "EMPTY.txt").table.is_empty
    tables = folder / "size-table-units-and-shapes"
    reference = figures_of(read_sizes(tables / "data" / "ref.csv"))
    # Written with other numbers: bins of 50 and 10 nm, values / 10,000, a blank subtracted, and a
    # column of another sample without a unit.
    totals = {"german_thousands": 1e-4, "prism_wide": np.nan, "blank_subtracted": 0.948}
    rough = {"exoid_start_end": 0.05, "blank_subtracted": 0.02, "zeta10nm_minus1_deleted": 0.05}
    with (tables / "config" / "runs.tsv").open() as sheet:
        next(sheet)
        for line in sheet:
            sample, _, path, _, column = line.rstrip("\n").split("\t")
            found = figures_of(read_sizes(tables / path, column, sample))
            name = Path(path).name.split(".")[0]
            limit = rough.get(name, 0.005)
            assert found["d50_nm"] == pytest.approx(reference["d50_nm"], rel=limit), name
            total = totals.get(name, 1) * reference["particles_per_ml"]
            assert found["particles_per_ml"] == pytest.approx(total, rel=0.005, nan_ok=True), name
