"""Size tables as instruments, spreadsheets and people write them."""

from pathlib import Path

import pytest

from evcargo.errors import EvcargoError
from evcargo.size_tables import SizeTable, read_sizes

PLAIN = SizeTable((50.0, 100.5, 150.0), (1e8, 2.5e8, 0.0), True)
NANOSIGHT = """NTA 3.4\tSample: EV 1
[Summary]
Mean (nm)\t120.1
Particle size range (nm)\t0-1000
Concentration (particles / ml)\t3.5E8

Bin centre (nm)\tConcentration (particles / ml)\tStandard Error
50\t1e8\t3
100.5\t2.5e8\t4
150\t0\t0

Percentile\tSize
D10\t50
"""
ZETAVIEW = """Sample:\tEV
Size / nm\tNumber\tConcentration / cm-3\tVolume / nm^3\tArea / nm^2
50\t3\t1E+8\t8\t8
100.5\t7\t2.5E+8\t8\t8
150\t0\t0E+0\t0\t0
"""


def _read(tmp_path: Path, data: str | bytes, column: str = "") -> SizeTable:
    path = tmp_path / "sizes.txt"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_sizes(path, column)


@pytest.mark.parametrize(
    "data",
    [
        "Diameter (nm)\tConcentration (particles/ml)\n50\t1e8\n100.5\t2.5e8\n150\t0\n",
        "size_nm,concentration_per_ml\n50,1e8\n100.5,2.5e8\n150,0",
        "Particle Size (nm),Concentration Average (particles / ml),Stdev\n"
        "50,1e8,1\n100.5,2.5e8,9\n150,0,0\n",
        "Size;Conc. / mL\n50;100000000\n100,5;2,5e8\n150;0\n",
        'Size,Concentration\n50,"100,000,000"\n100.5,"250,000,000"\n150,0\n',
        "Size\tConcentration\n50\t100.000.000,0\n100,5\t250.000.000,0\n150\t0,0\n",
        "Size\tConcentration\n50\t100 000 000\n100,5\t250 000 000\n150\t0\n",
        "Diameter (\u00b5m);Conc (E6 particles/ml)\n0,05;100\n0,1005;250\n0,15;0\n",
        "Diameter\tConcentration (10^6/ml)\n50\t100\n100.5\t250\n150\t0\n",
        "Diameter\tParticles/uL\n50\t1e5\n100.5\t2.5e5\n150\t0\n",
        "Diameter\tConcentration (particles/L)\n50\t1e11\n100.5\t2.5e11\n150\t0\n",
        "Diameter (nm)\tConcentration mL-1\n150\t0\n50\t1e8\n\n",
        NANOSIGHT,
        ZETAVIEW,
    ],
)
def test_spellings_of_one_table(tmp_path: Path, data: str) -> None:
    found = _read(tmp_path, data)
    assert found.is_concentration
    if len(found.amount) == 2:  # the one without the middle row
        assert (found.diameter_nm, found.amount) == ((50.0, 150.0), (1e8, 0.0))
    else:
        assert found.diameter_nm == pytest.approx(PLAIN.diameter_nm)
        assert found.amount == pytest.approx(PLAIN.amount)


TABLE = "Diameter (\u00b5m)\tConcentration (E6 particles/ml)\n0.05\t100\n0.1005\t250\n0.15\t0\n"


@pytest.mark.parametrize("ends", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_line_ends(tmp_path: Path, ends: str, encoding: str) -> None:
    found = _read(tmp_path, TABLE.replace("\n", ends).encode(encoding))
    assert found.diameter_nm == pytest.approx(PLAIN.diameter_nm)
    assert found.amount == pytest.approx(PLAIN.amount)


def test_numbers_of_particles_are_no_concentration(tmp_path: Path) -> None:
    found = _read(tmp_path, "Size / nm\tNumber\tVolume / nm^3\n50\t3\t1\n100\t4\t1\n")
    assert found == SizeTable((50.0, 100.0), (3.0, 4.0), False)


def test_rows_in_any_order(tmp_path: Path) -> None:
    found = _read(tmp_path, "Size\tNumber\n100\t4\n50\t3\n")
    assert found == SizeTable((50.0, 100.0), (3.0, 4.0), False)


def test_a_column_is_chosen_by_name(tmp_path: Path) -> None:
    text = "Size (nm)\tConcentration A\tConcentration B\n50\t1\t3\n60\t2\t4\n"
    assert _read(tmp_path, text, "concentration b").amount == (3.0, 4.0)
    with pytest.raises(EvcargoError, match=r"line 1: several amounts .*Concentration A"):
        _read(tmp_path, text)
    with pytest.raises(EvcargoError, match=r"0 columns 'C'.*Concentration B"):
        _read(tmp_path, text, "C")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("Diameter (nm)\tVolume\n50\t1\n", "no size table found. It needs a header such as"),
        ("Concentration\tNumber\n50\t1\n", "no size table found"),
        ("Size\tConcentration\n", "line 1: the header has no numbers below it"),
        ("Size\tNumber\n50\t1\n60\t-2\n", r"line 3: Number is negative \('-2'\)"),
        ("Size\tNumber\n50\t1\n0\t2\n", "line 3: size '0' is not above 0"),
        ("Size\tNumber\n50\t1\n-5\t2\n", "line 3: size '-5' is not above 0"),
        ("Size\tNumber\n50\t1\n50.0\t2\n", "line 3: size '50.0' is there twice"),
        ("Size\tNumber\n50\t1\n60\tn/a\n", r"line 3: Number is no number \('n/a'\)"),
        ("Size\tNumber\n50\t1\n6O\t3\n", r"line 3: Size is no number \('6O'\)"),
        ("Size\tNumber\n50\t1\n60\tinf\n", "line 3: Number is no number"),
        ("Size\tNumber\n50\t1\n60\t\n", "line 3: no size or no amount"),
        ("Size\tNumber\n50\t1\n60\n", "line 3: no size or no amount"),
        ("Size\tNumber\n50\t0\n60\t0\n", "no particles in any bin"),
        ("Size\tConcentration (10e6/ml)\n50\t1\n", "can be read in two ways"),
        (b"PK\x03\x04rest", "is an Excel workbook. Save the size table as CSV"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, data: str | bytes, message: str) -> None:
    with pytest.raises(EvcargoError, match=rf"sizes\.txt.*{message}") as caught:
        _read(tmp_path, data)
    assert "\n" not in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(EvcargoError, match="cannot be read"):
        read_sizes(tmp_path / "absent.csv")
