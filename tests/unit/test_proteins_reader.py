"""What the file of a run says of it, and which runs are refused whatever their format."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hostile_spectra import AXIS, MGF, MS1, RUN, dia
from proteins_helpers import mzml

from evcargo.errors import EvcargoError
from evcargo.proteins.quality import spectra_table
from evcargo.proteins.reader import RunReader
from evcargo.proteins.spectra import is_dia, looks_like_profile
from evcargo.tables import read_table, write_table

MODEL = '<cvParam accession="MS:1001911" name="Q Exactive" value=""/>'
SERIAL = '<cvParam accession="MS:1000529" name="instrument serial number" value="Exactive 2533"/>'
PARTS = (
    '<componentList count="1"><analyzer order="1">'
    '<cvParam accession="MS:1000484" name="orbitrap" value=""/></analyzer></componentList>'
)


def described(before: str, run: str = '<run id="r">') -> str:
    return mzml(RUN).replace('<run id="r">', before + run)


def configuration(inside: str) -> str:
    return f'<instrumentConfiguration id="IC1">{inside}</instrumentConfiguration>'


@pytest.mark.parametrize(
    ("text", "instrument"),
    [
        (mzml(RUN), ""),
        (described(configuration(SERIAL + MODEL + PARTS)), "Q Exactive"),
        (described(configuration(MODEL) + configuration(MODEL.replace("Ex", "X"))), "Q Exactive"),
        (described(configuration(PARTS)), ""),
        (
            described(
                f'<referenceableParamGroup id="g">{SERIAL}{MODEL}</referenceableParamGroup>'
                + configuration('<referenceableParamGroupRef ref="g"/>' + PARTS)
            ),
            "Q Exactive",
        ),
        # The general term has the model as its value, or says nothing.
        (
            described(
                configuration(
                    '<cvParam accession="MS:1000031" name="instrument model" value="TOF X"/>'
                )
            ),
            "TOF X",
        ),
        (
            described(
                configuration('<cvParam accession="MS:1000031" name="instrument model" value=""/>')
            ),
            "",
        ),
    ],
)
def test_instrument(tmp_path: Path, text: str, instrument: str) -> None:
    (tmp_path / "a.mzML").write_text(text)
    reader = RunReader(tmp_path / "a.mzML")
    assert len(list(reader)) == len(RUN)
    assert reader.facts.texts()["instrument"] == instrument


@pytest.mark.parametrize(
    ("stamp", "acquired", "note"),
    [
        ("2010-06-04T10:22:33Z", "2010-06-04T10:22:33+00:00", ""),
        ("2010-06-04T10:22:33", "2010-06-04T10:22:33", ""),
        ("", "", ""),
        ("0000-00-00T00:00:00", "", "'0000-00-00T00:00:00', no date"),
    ],
)
def test_start_of_the_measurement(tmp_path: Path, stamp: str, acquired: str, note: str) -> None:
    (tmp_path / "a.mzML").write_text(described("", f'<run id="r" startTimeStamp="{stamp}">'))
    reader = RunReader(tmp_path / "a.mzML")
    list(reader)
    texts = reader.facts.texts()
    assert (texts["acquired"], texts["format"]) == (acquired, "mzML")
    assert note in texts["notes"] and bool(note) == bool(texts["notes"])


def test_faims_and_ion_mobility_are_told_and_left_out(tmp_path: Path) -> None:
    text = mzml(RUN).replace(
        '<cvParam accession="MS:1000511" value="2"/>',
        '<cvParam accession="MS:1000511" value="2"/><cvParam accession="MS:1001581" value="-45"/>',
    )
    mobility = text[text.index("<binaryDataArray>") : text.index("</binaryDataArray>") + 18]
    mobility = mobility.replace("MS:1000514", "MS:1003006")
    (tmp_path / "a.mzML").write_text(
        text.replace("</binaryDataArrayList>", f"{mobility}</binaryDataArrayList>")
    )
    reader = RunReader(tmp_path / "a.mzML")
    first = next(iter(reader))
    assert first.mz.tolist() == MS1["mz"]
    list(reader)
    assert reader.facts.texts()["notes"] == "FAIMS: compensation voltages -45, taken as one run"


def test_charges_and_precursors(tmp_path: Path) -> None:
    ion = (
        '<selectedIon><cvParam accession="MS:1000744" value="600.5"/>'
        '<cvParam accession="MS:1000041" value="3"/></selectedIon></selectedIonList>'
    )
    (tmp_path / "a.mzML").write_text(mzml(RUN).replace("</selectedIonList>", ion, 1))
    reader = RunReader(tmp_path / "a.mzML")
    found = [(one.precursor_mz, one.charge) for one in reader if one.level == 2]
    assert found == [(500.25, 2)] * 5
    assert "several precursors, the first searched: 1" in reader.facts.texts()["notes"]


def test_mgf_as_pyteomics_reads_it(tmp_path: Path) -> None:
    mgf = pytest.importorskip("pyteomics.mgf")
    path = tmp_path / "a.mgf"
    path.write_text("CHARGE=3+\n# made by hand\n" + MGF.replace("CHARGE=2+\n", "", 1))
    with mgf.read(str(path), use_index=False) as entries:
        expected = [
            (
                one["params"]["title"],
                one["params"]["pepmass"][0],
                int(one["params"]["charge"][0]),
                float(one["params"]["rtinseconds"]) / 60,
                one["m/z array"].tolist(),
                one["intensity array"].tolist(),
            )
            for one in entries
        ]
    found = [
        (s.scan, s.precursor_mz, s.charge, s.rt, s.mz.tolist(), s.intensity.tolist())
        for s in RunReader(path)
    ]
    assert found == expected
    assert [one[2] for one in found] == [3, 2, 2]
    assert list(RunReader(path, levels=(1,))) == []


def windows(centres: np.ndarray, half: float, times: int) -> Counter[tuple[float, float]]:
    return Counter({(centre - half, centre + half): times for centre in centres})


def test_which_windows_are_those_of_dia() -> None:
    assert is_dia(windows(np.arange(412.5, 1000, 25), 12.5, 4))
    assert is_dia(windows(np.arange(412.5, 1000, 12.5), 12.5, 4))  # staggered
    assert is_dia(windows(np.arange(401, 1000, 2), 1, 4))  # narrow
    assert not is_dia(windows(np.arange(412.5, 1000, 25), 12.5, 2))  # not come again often
    rng = np.random.default_rng(1)
    assert not is_dia(windows(rng.uniform(400, 1400, 5000), 1.5, 1))  # data-dependent
    assert not is_dia(windows(np.arange(400, 1000, 20.0), 0.5, 50))  # a list of targets
    assert not is_dia(Counter())


def test_dia_is_refused_before_the_end(tmp_path: Path) -> None:
    (tmp_path / "a.mzML").write_text(dia(cycles=40))
    reader = iter(RunReader(tmp_path / "a.mzML"))
    given = []
    with pytest.raises(EvcargoError, match="Analyse it with DIA-NN"):
        given.extend(one.level for one in reader)
    assert len(given) < 8 * 25 < 40 * 25


def test_which_m_over_z_are_a_profile() -> None:
    rng = np.random.default_rng(1)
    assert looks_like_profile(AXIS)
    # An Orbitrap's distances grow with m/z; empty stretches are left out.
    axis = np.cumsum(0.002 * (np.linspace(400, 1200, 20_000) / 400) ** 1.5) + 400
    kept = (np.arange(20_000) // 15) % 4 == 0
    assert looks_like_profile(axis[kept].astype(np.float32).astype(float))
    for count in (100, 1000, 20_000):
        assert not looks_like_profile(np.sort(rng.uniform(400, 1200, count)))
    assert not looks_like_profile(np.arange(400.0, 800.0))  # whole numbers
    assert not looks_like_profile(AXIS[:50])  # too few to tell


FIGURES = {"ms1_spectra": 1.0, "ms2_spectra": 5.0, "ms1_tic": 30.0, "minutes": 0.1}
TEXTS = {"format": "mzML", "instrument": "Q Exactive", "notes": ""}


@pytest.mark.parametrize(
    ("stamps", "order"),
    [
        # 11:30 of UTC+2 is before 10:00 of UTC.
        (["2026-01-02T10:00:00", "2026-01-02T11:30:00+02:00", "2026-01-01T10:00:00"], [3, 2, 1]),
        (["2026-01-02T10:00:00", "2026-01-02T10:00:00", "2026-01-01T10:00:00"], [2, 2, 1]),
        (["2026-01-02T10:00:00", "", "2026-01-01T10:00:00"], [pd.NA] * 3),
    ],
)
def test_injection_order(tmp_path: Path, stamps: list[str], order: list[object]) -> None:
    runs = pd.DataFrame({"run": ["b", "a", "c"], "sample": ["B", "A", "C"]})
    texts = {run: {**TEXTS, "acquired": stamp} for run, stamp in zip("bac", stamps, strict=True)}
    table = spectra_table(dict.fromkeys("bac", FIGURES), texts, runs)
    write_table(table, tmp_path / "a.tsv", "proteins_spectra")
    found = read_table(tmp_path / "a.tsv", "proteins_spectra")
    assert found["run"].tolist() == ["b", "a", "c"]
    assert found["injection_order"].tolist() == order
    assert found["ms2_spectra"].tolist() == [5, 5, 5]
