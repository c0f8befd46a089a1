"""Tags as json-tricks and json-numpy read them, with nothing in them that is no value."""

import base64
import json

import numpy as np
import pytest
from tags import ALIGNED, BOTH, CASES, JSON_NUMPY, bits

from fastnpjson import roundtrip


def test_nothing_of_a_base_is_dragged_along():
    assert len(roundtrip.dumps(np.arange(10**6)[:10], compact=True)) < 200


def test_padding_between_fields_is_zero():
    array = np.frombuffer(b"\xff" * ALIGNED.itemsize, ALIGNED)
    raw = base64.b64decode(json.loads(roundtrip.dumps(array, compact=True))["__numpy__"])
    expected = np.zeros(ALIGNED.itemsize, "u1")
    for field, offset in ALIGNED.fields.values():
        expected[offset : offset + field.itemsize] = 255
    assert 0 in expected
    assert raw == expected.tobytes()
    scalar = roundtrip.dumps(array[0], compact=True)
    assert roundtrip.loads(scalar)["a"] == -1


@pytest.mark.skipif(np.finfo("g").nmant != 63, reason="longdouble has padding in the format of x87 only")
@pytest.mark.parametrize("dtype", ["g", ">G", [("a", "G", (2,))]])
def test_padding_of_longdouble_is_zero(dtype):
    dtype, size = np.dtype(dtype), np.dtype("g").itemsize
    zero = bytes(10) + b"\xff" * (size - 10)
    array = np.frombuffer((zero[::-1] if dtype.str == f">c{2 * size}" else zero) * (dtype.itemsize // size), dtype)
    raw = base64.b64decode(json.loads(roundtrip.dumps(array, compact=True))["__numpy__"])
    assert raw == bytes(dtype.itemsize)


def test_text_is_that_of_json_tricks():
    array = np.arange(4.0).reshape(2, 2)
    text = b'{"__ndarray__":[[0.0,1.0],[2.0,3.0]],"dtype":"float64","shape":[2,2],"Corder":true}'
    assert roundtrip.dumps(array) == text


@pytest.mark.parametrize("name", BOTH)
def test_json_tricks_reads_ours(name):
    json_tricks = pytest.importorskip("json_tricks", reason="has no release for this Python")
    value = BOTH[name]
    theirs = json_tricks.loads(roundtrip.dumps({"a": value}).decode())["a"]
    assert theirs.dtype == value.dtype
    assert theirs.shape == value.shape
    assert bits(theirs) == bits(value)


@pytest.mark.parametrize("name", JSON_NUMPY)
def test_json_numpy_reads_ours(name):
    json_numpy = pytest.importorskip("json_numpy", reason="has no release for this Python")
    value = CASES[name]
    theirs = json_numpy.loads(roundtrip.dumps([value], compact=True))[0]
    assert theirs.dtype == value.dtype
    assert theirs.shape == value.shape
    assert bits(theirs) == bits(value)


def test_compact_is_json_numpy_s():
    json_numpy = pytest.importorskip("json_numpy", reason="has no release for this Python")
    value = [np.arange(6.0).reshape(2, 3), np.float32(1), np.array([(1, 2)], [("a", "i4"), ("b", "i2")])]
    assert json.loads(roundtrip.dumps(value, compact=True)) == json.loads(json_numpy.dumps(value))
