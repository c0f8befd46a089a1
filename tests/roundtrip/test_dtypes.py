"""dtypes in tags: the longdouble of another machine is read from its digits, and never from its bits."""

import json

import numpy as np
import pytest
from tags import nd

from fastnpjson import roundtrip

longdouble = pytest.mark.skipif(np.finfo("g").nmant == 52, reason="longdouble is a float64, and holds no other")
SIZE = np.dtype("g").itemsize
OTHER = 28 - SIZE  # 12 bytes on 32-bit x86, 16 elsewhere
# More digits than a float64 has.
DIGITS = ["0.1", "-1.00000000000000000011", "1e4000", "NaN"]
THIRD = "0.33333333333333333334"


@longdouble
@pytest.mark.parametrize("dtype", [f"float{8 * OTHER}", f"<f{OTHER}", f">f{OTHER}", f"f{OTHER}"])
def test_digits_of_another_longdouble(dtype):
    array = roundtrip.loads(json.dumps(nd(DIGITS, dtype, [4])))
    assert array.dtype == np.dtype("g").newbyteorder(dtype[0] if dtype[0] in "<>" else "=")
    expected = np.array([np.longdouble(digits) for digits in DIGITS])
    np.testing.assert_array_equal(array, expected)
    assert array[1] != np.float64(array[1])


@longdouble
@pytest.mark.parametrize("dtype", [f"complex{16 * OTHER}", f"<c{2 * OTHER}"])
def test_digits_of_another_complex(dtype):
    array = roundtrip.loads(json.dumps(nd([{"__complex__": [THIRD, "-2.5"]}], dtype, [1])))
    assert array.dtype == np.clongdouble
    assert (array[0].real, array[0].imag) == (np.longdouble(THIRD), -2.5)


@longdouble
def test_digits_in_fields():
    spec = [["a", f"<f{OTHER}"], ["b", "<i4"], ["c", [["d", f">c{2 * OTHER}", [1]]]]]
    array = roundtrip.loads(json.dumps(nd([[THIRD, 5, [[{"__complex__": ["1.5", "0.0"]}]]]], spec, [1])))
    assert array.dtype == [("a", "g"), ("b", "i4"), ("c", [("d", np.dtype("G").newbyteorder(">"), (1,))])]
    assert array["a"][0] == np.longdouble(THIRD)
    assert array["c"]["d"][0, 0] == 1.5


@longdouble
def test_scalar_of_another_longdouble():
    text = json.dumps({"__ndarray__": THIRD, "dtype": f"float{8 * OTHER}", "shape": []})
    assert roundtrip.loads(text) == np.longdouble(THIRD)


@longdouble
@pytest.mark.parametrize("spec", [f"<f{OTHER}", f"float{8 * OTHER}", [["a", f">c{2 * OTHER}"]]], ids=str)
def test_bits_of_another_longdouble(spec):
    for size in (SIZE, OTHER):
        packed = {"__numpy__": "A" * (size // 3 * 4 + 4), "dtype": spec, "shape": [1]}
        with pytest.raises(ValueError, match=r"^\$: not an array: .*another kind of machine.*as text"):
            roundtrip.loads(json.dumps(packed))
    compact = {"__ndarray__": "b64:" + "AAAA" * (OTHER // 3), "dtype": spec, "shape": [1]}
    with pytest.raises(ValueError, match=r"^\$: not an array: "):
        roundtrip.loads(json.dumps(compact))


def test_own_longdouble_has_its_own_name():
    for dtype in ("g", "G", [("a", "g")]):
        array = np.ones(2, dtype)
        assert roundtrip.loads(roundtrip.dumps(array)).dtype == array.dtype
        assert roundtrip.loads(roundtrip.dumps(array, compact=True)).dtype == array.dtype


def test_strings_need_numpy_2(monkeypatch):
    monkeypatch.setattr("fastnpjson.roundtrip.dtypes._NUMPY_STRINGS", None)
    with pytest.raises(ValueError, match="NumPy 2"):
        roundtrip.loads(json.dumps(nd(["a", "b"], {"StringDType": {}})))
