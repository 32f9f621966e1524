"""MS-Numpress as its authors encode it, and data that are damaged."""

import numpy as np
import pytest

from evcargo.proteins.numpress import decode_numpress

SCALE = "40f86a0000000000"  # 100,000 as a big-endian double


@pytest.mark.parametrize(
    ("data", "method", "expected"),
    [
        # 100, 200, 300.00005, 400.0001 x 100,000: the first two as they are, then 5 and 0 off the
        # line. 5 is a head 7 (7 half bytes of zero) and 5; 0 a head 8. As MSNumpressTest has it.
        (f"{SCALE}80969800002d31017580", "linear", [100.0, 200.0, 300.00005, 400.0001]),
        (f"{SCALE}80969800002d3101", "linear", [100.0, 200.0]),
        (f"{SCALE}80969800", "linear", [100.0]),
        (SCALE, "linear", []),
        ("", "linear", []),
        # 2 off the line downwards: -2 is FFFFFFFE, so head F (8 + 7) and E.
        (f"{SCALE}80969800002d3101fe", "linear", [100.0, 200.0, 299.99998]),
        ("8717f6016ff50014ffff30424f", "pic", [0, 1, 15, 16, 255, 256, 65535, 1_000_000]),
        # Head 0: all eight half bytes follow, lowest first; the last half byte fills the byte up.
        ("07654321e0", "pic", [0xE1234567 - (1 << 32)]),
        (f"{SCALE}00000100", "slof", [0.0, np.expm1(1e-5)]),
    ],
)
def test_vectors(data, method, expected):
    np.testing.assert_allclose(decode_numpress(bytes.fromhex(data), method), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("data", "method"),
    [
        ("00", "linear"),
        (f"{SCALE}8096", "linear"),
        (f"{SCALE}80969800002d", "linear"),
        (f"{SCALE}80969800002d310110", "linear"),
        ("0000000000000000" + "00" * 8, "linear"),
        ("7ff8000000000000" + "00" * 8, "slof"),
        (f"{SCALE}01", "slof"),
        ("1234", "pic"),
    ],
)
def test_damaged_data_are_refused(data, method):
    with pytest.raises(ValueError, match="its numpress data"):
        decode_numpress(bytes.fromhex(data), method)


def test_nothing_else_can_happen():
    rng = np.random.default_rng(1)
    for length in rng.integers(0, 60, 500):
        data = rng.integers(0, 256, length, dtype=np.uint8).tobytes()
        for method in ("linear", "pic", "slof"):
            try:
                assert decode_numpress(data, method).dtype == np.float64
            except ValueError as error:
                assert "numpress" in str(error)


@pytest.mark.parametrize("count", [2, 3, 50, 3000])
def test_agrees_with_the_library_of_the_authors(count):
    pynumpress = pytest.importorskip("pynumpress", reason="pynumpress is not installed")
    rng = np.random.default_rng(count)
    mz = np.sort(rng.uniform(100, 2000, count))
    counts = rng.exponential(1e5, count).round() * (rng.random(count) > 0.2)
    fixed = pynumpress.optimal_linear_fixed_point(mz) if count > 2 else 1e5
    for encoded, method in (
        (pynumpress.encode_linear(mz, fixed), "linear"),
        (pynumpress.encode_pic(counts), "pic"),
        (pynumpress.encode_slof(counts, pynumpress.optimal_slof_fixed_point(counts)), "slof"),
    ):
        data = np.frombuffer(bytes(encoded), np.uint8)
        expected = getattr(pynumpress, f"decode_{method}")(data)
        found = decode_numpress(data.tobytes(), method)
        np.testing.assert_allclose(found, expected, rtol=1e-10)
