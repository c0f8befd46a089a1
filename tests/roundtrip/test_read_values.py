"""The values of text tags that no dtype holds."""

import json
import warnings
from fractions import Fraction

import numpy as np
import pytest
from tags import nd

from fastnpjson import roundtrip


def test_longdouble_of_a_machine_with_a_wider_range():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy makes an infinity of it, and warns
        with pytest.raises(ValueError, match="out of the range"):
            roundtrip.loads(json.dumps(nd(["Infinity", "-1e99999"], "g")))


@pytest.mark.parametrize("dtype", ["float64", "float32", np.dtype("g").name])
def test_floats_in_text_are_numbers_of_json(dtype):
    """float() and strtold() know more."""
    for text in ("0", "-0.5", "1e5", "1E-5", "12.5e+07", "NaN", "Infinity", "-Infinity"):
        assert str(roundtrip.loads(json.dumps(nd([text], dtype, [1])))[0]) == str(np.dtype(dtype).type(text))
    for text in (
        "1_0",
        " 1",
        "1\n",
        "\u0661",
        "nan",
        "iNf",
        "+5",
        "infinity",
        "0x10",
        "",
        "1.",
        ".5",
        "01",
        "-NaN",
        "1e",
    ):
        for leaves, name, shape in (([text], dtype, [1]), (text, dtype, [])):
            with pytest.raises(ValueError, match="not an array"):
                roundtrip.loads(json.dumps(nd(leaves, name, shape)))
    with pytest.raises(ValueError, match="is not a number of JSON"):
        roundtrip.loads(json.dumps(nd([{"__complex__": ["1_0", 0]}], "complex128", [1])))


# As float64 each is half-way between two float32, or two float16, and its digits are not.
HALVES = {
    "float32": [f"1.00000017881393421514957253748434595763683319091796875{sign}" for sign in ("", "001")]
    + [
        "1.00000017881393421514957253748434595763683319091796874999",
        "-340282356779733661637539395458142568447",
        "9007200328482816.5",
    ],
    "float16": [
        "1.00048828125",
        "1.00048828125000000000000001",
        "1.0014648437499999999999999999",
        "-65519.9999999999999999999",
    ],
}


def nearest(digits, dtype):
    """The float that is nearest in exact arithmetic, of the even bits where two are."""
    with np.errstate(over="ignore"):
        near = dtype.type(float(digits))
    around = [near, np.nextafter(near, dtype.type(np.inf)), np.nextafter(near, dtype.type(-np.inf))]
    around = [number for number in around if np.isfinite(number)]
    bits = dtype.str.replace("f", "u")
    return min(around, key=lambda number: (abs(Fraction(float(number)) - Fraction(digits)), int(number.view(bits)) % 2))


@pytest.mark.parametrize("dtype", HALVES)
def test_floats_are_rounded_once(dtype):
    """In every form that has digits."""
    digits, dtype = HALVES[dtype], np.dtype(dtype)
    numbers, size = ",".join(digits), len(digits)
    expected = np.array([nearest(text, dtype) for text in digits])
    lists = f'{{"__ndarray__":[{numbers}],"dtype":"{dtype}","shape":[{size}]}}'
    strings = f'{{"__ndarray__":{json.dumps(digits)},"dtype":"{dtype}","shape":[{size}]}}'
    rows = ",".join(f'["a",{text},[{text},0]]' for text in digits)
    fields = f'[["x","<U1"],["y","{dtype.str}"],["z","{dtype.str}",[2]]]'
    records = f'{{"__ndarray__":[{rows}],"dtype":{fields},"shape":[{size}]}}'
    masked = f'{{"__maskedarray__":{lists},"mask":false,"fill_value":null}}'
    whole = roundtrip.loads(f'{{"x":[0,{lists},{strings}],"r":{records},"m":{masked},"n":1.5}}')
    for array in (*whole["x"][1:], whole["r"]["y"], whole["r"]["z"][:, 0], whole["m"].data):
        assert array.dtype == dtype
        assert array.tobytes() == expected.tobytes()
    for text, number in zip(digits, expected, strict=True):
        assert roundtrip.loads(f'{{"__ndarray__":{text},"dtype":"{dtype}","shape":[]}}').tobytes() == number.tobytes()
    name = f"FP{8 * dtype.itemsize}"
    assert (
        roundtrip.loads(f'{{"data":[{numbers}],"datatype":"{name}","shape":[{size}]}}', untagged=True)["data"].tobytes()
        == expected.tobytes()
    )
    tag = f'{{"@module":"numpy","@class":"array","dtype":"{dtype}","data":[[{numbers}]]}}'
    assert roundtrip.loads(tag).tobytes() == expected.tobytes()


def test_complex_numbers_are_rounded_once():
    digits = HALVES["float32"]
    pairs = ",".join(f'{{"__complex__":[0.5,{text}]}}' for text in digits)
    array = roundtrip.loads(f'{{"__ndarray__":[[{pairs}]],"dtype":"complex64","shape":[1,{len(digits)}]}}')
    assert array.imag.tolist() == [[float(nearest(text, np.dtype("f4"))) for text in digits]]
    with pytest.raises(ValueError, match=r"not an array: \[0\]\[1\]: a boolean is not of dtype float32"):
        roundtrip.loads(
            '{"__ndarray__":[[{"__complex__":[0,1]},{"__complex__":[0,true]}]],"dtype":"complex64","shape":[1,2]}'
        )
