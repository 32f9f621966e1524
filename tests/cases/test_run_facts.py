"""Real runs, spectrum by spectrum, as pyteomics reads them; and how fast either reader is."""

import time

import numpy as np
import pytest
from debian import debian_package

from evcargo.proteins.reader import RunReader

RUNS = ("a549", "BSA1", "BSA2", "BSA3")


@pytest.fixture(scope="module", params=RUNS)
def path(request):
    if request.param == "a549":
        folder = request.getfixturevalue("shared_data") / "a549_dda"
        return folder / "TaGe_SA_A549_3_snip.mzML"
    examples = debian_package("openms-doc") / "usr/share/doc/openms/examples"
    return examples / f"BSA/{request.param}.mzML"


@pytest.fixture(scope="module")
def expected(path):
    """Spectra, instrument and start of the measurement, as pyteomics gives them."""
    mzml = pytest.importorskip("pyteomics.mzml")
    with mzml.MzML(str(path), use_index=False) as reader:
        spectra = list(reader)
        reader.reset()
        run = next(iter(reader.iterfind("run", recursive=False)), {})
        reader.reset()
        model = next(iter(reader.iterfind("instrumentConfiguration")), {})
    return spectra, model, run


def test_spectra_as_pyteomics_reads_them(path, expected):
    spectra, *_ = expected
    found = list(RunReader(path))
    assert [one.scan for one in found] == [one["id"] for one in spectra]
    for mine, theirs in zip(found, spectra, strict=True):
        assert mine.level == theirs["ms level"]
        scan = theirs["scanList"]["scan"][0]
        start = scan["scan start time"]
        assert mine.rt == pytest.approx(start / (60 if start.unit_info == "second" else 1))
        kept = theirs["intensity array"] > 0
        np.testing.assert_array_equal(mine.mz, theirs["m/z array"][kept])
        np.testing.assert_array_equal(mine.intensity, theirs["intensity array"][kept])
        if mine.level == 2:
            ion = theirs["precursorList"]["precursor"][0]["selectedIonList"]["selectedIon"][0]
            assert mine.precursor_mz == pytest.approx(ion["selected ion m/z"])
            assert mine.charge == int(ion.get("charge state", 0))


def test_what_the_file_says_of_its_run(path, expected):
    _, model, run = expected
    reader = RunReader(path)
    list(reader)
    texts = reader.facts.texts()
    assert texts["acquired"] == str(run.get("startTimeStamp", ""))
    known = {"BSA": "LTQ Orbitrap XL", "TaGe": ""}
    assert texts["instrument"] == next(v for k, v in known.items() if path.name.startswith(k))
    assert not texts["instrument"] or texts["instrument"] in model
    assert (texts["format"], texts["notes"]) == ("mzML", "")


def test_takes_less_time_than_pyteomics(path, expected):
    mzml = pytest.importorskip("pyteomics.mzml")

    def seconds(read):
        started = time.process_time()
        assert sum(1 for _ in read()) == len(expected[0])
        return time.process_time() - started

    mine = min(seconds(lambda: RunReader(path)) for _ in range(3))
    theirs = min(seconds(lambda: mzml.MzML(str(path), use_index=False)) for _ in range(3))
    assert mine < theirs
