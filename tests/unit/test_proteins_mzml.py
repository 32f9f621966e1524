"""What an mzML file says is read as it is, and a file that is not whole or not safe is refused."""

import gzip

import numpy as np
import pytest
from proteins_helpers import mzml

from evcargo.errors import EvcargoError
from evcargo.proteins.mzml import INTENSITY, MZ, read_spectra

MS1 = {"level": 1, "rt": 1.5, "mz": [400.0, 500.25], "intensity": [10.0, 20.0]}
MS2 = {
    "level": 2,
    "rt": 96.0,
    "unit": "UO:0000010",
    "mz": [200.5, 100.5, 150.0],
    "intensity": [1.0, 2.0, 0.0],
    "precursor": 500.25,
    "charge": 2,
}


@pytest.fixture
def written(tmp_path):
    def write(text, name="run.mzML"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize("packing", ["MS:1000574", "MS:1000576"])
@pytest.mark.parametrize("dtype", ["<f8", "<f4"])
@pytest.mark.parametrize("packed", [False, True])
def test_reads_every_encoding(written, packing, dtype, packed):
    text = mzml([{**s, "packing": packing, "dtype": dtype} for s in (MS1, MS2)]).encode()
    path = written(gzip.compress(text) if packed else text, "run.mzML.gz" if packed else "run.mzML")
    survey, fragment = read_spectra(path)
    assert (survey.scan, survey.level, survey.rt) == ("scan=1", 1, 1.5)
    np.testing.assert_allclose(survey.mz, [400.0, 500.25])
    np.testing.assert_allclose(survey.intensity, [10.0, 20.0])
    assert (fragment.precursor_mz, fragment.charge) == (500.25, 2)
    assert fragment.rt == pytest.approx(1.6)  # 96 s
    np.testing.assert_allclose(fragment.mz, [100.5, 200.5])  # sorted, without the empty peak
    np.testing.assert_allclose(fragment.intensity, [2.0, 1.0])


def test_gives_only_the_levels_asked_for(written):
    assert [s.level for s in read_spectra(written(mzml([MS1, MS2])), levels=(1,))] == [1]


def test_a_missing_charge_is_zero_and_a_missing_selected_ion_the_window(written):
    spectrum = {key: value for key, value in MS2.items() if key != "charge"}
    text = mzml([spectrum]).replace('accession="MS:1000744"', 'accession="MS:0"')
    (found,) = read_spectra(written(text))
    assert (found.charge, found.precursor_mz) == (0, 400.1)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95, 0.999])
def test_refuses_a_file_cut_in_the_middle(written, share):
    text = mzml([MS1, MS2] * 20)
    with pytest.raises(EvcargoError, match=r"run\.mzML: not a complete mzML file .* again"):
        list(read_spectra(written(text[: int(len(text) * share)])))


@pytest.mark.parametrize("share", [0.3, 0.95])
def test_refuses_a_truncated_gzip(written, share):
    data = gzip.compress(mzml([MS1, MS2] * 20).encode())
    with pytest.raises(EvcargoError, match=r"gzip file is damaged or was cut off"):
        list(read_spectra(written(data[: int(len(data) * share)], "run.mzML.gz")))


def test_refuses_entity_attacks_at_once(written):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    outside = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    for head in (bomb, outside):
        with pytest.raises(EvcargoError, match="document type declaration"):
            list(read_spectra(written(mzml([MS1], head=head))))


def test_refuses_profile_data(written):
    with pytest.raises(EvcargoError, match=r"'scan=1' is profile data.*peakPicking"):
        list(read_spectra(written(mzml([{**MS1, "form": "MS:1000128"}]))))


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("counts", ["pic", "slof"])
def test_reads_numpress(written, zipped, counts):
    """Encoded by the authors' library (pynumpress 0.1.5), m/z as linear, intensities as told."""
    accessions = {
        "linear": (1002312, 1002746),
        "pic": (1002313, 1002747),
        "slof": (1002314, 1002748),
    }
    spectrum = {
        **MS1,
        "mz": [100.00001, 250.5, 251.5003, 900.25, 1999.9999],
        "intensity": [1.0, 15.0, 16.0, 65535.0, 1e6],
        "encoded": {
            MZ: bytes.fromhex("41493eb7800000007dffb8131ebd67310ea3c382e0cd9d0cf7022df2f850"),
            INTENSITY: bytes.fromhex(
                {"pic": "717f6014ffff30424f", "slof": "40b2870000000000d80c5e337e347acdf7ff"}[
                    counts
                ]
            ),
        },
        "packing": {
            MZ: f"MS:{accessions['linear'][zipped]}",
            INTENSITY: f"MS:{accessions[counts][zipped]}",
        },
    }
    (found,) = read_spectra(written(mzml([spectrum])))
    np.testing.assert_allclose(found.mz, spectrum["mz"], rtol=0, atol=2e-7)
    tolerance = {"pic": 0, "slof": 2e-3}[counts]
    np.testing.assert_allclose(found.intensity, spectrum["intensity"], rtol=tolerance)


def test_refuses_an_array_of_another_length(written):
    with pytest.raises(EvcargoError, match=r"'scan=1' is damaged \(it holds 2 values of 3\)"):
        list(read_spectra(written(mzml([{**MS1, "length": 3}]))))


@pytest.mark.parametrize("text", ["", "<html><body>404</body></html>", "BEGIN IONS\nEND IONS\n"])
def test_refuses_other_files(written, text):
    with pytest.raises(EvcargoError, match=r"run\.mzML: (holds no|not a complete) mzML"):
        list(read_spectra(written(text)))


def test_names_a_file_that_is_not_there(tmp_path):
    with pytest.raises(EvcargoError, match=r"none\.mzML: cannot be read"):
        list(read_spectra(tmp_path / "none.mzML"))


def test_parameters_of_a_group_count_for_the_spectra_that_refer_to_it(written):
    group = (
        '<referenceableParamGroupList><referenceableParamGroup id="g">'
        '<cvParam accession="MS:1000128" value=""/></referenceableParamGroup>'
        "</referenceableParamGroupList>"
    )
    text = mzml([MS1]).replace('<run id="r">', group + '<run id="r">')
    assert len(list(read_spectra(written(text)))) == 1
    text = text.replace("<scanList", '<referenceableParamGroupRef ref="g"/><scanList')
    with pytest.raises(EvcargoError, match="profile data"):
        list(read_spectra(written(text)))
