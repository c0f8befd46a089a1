"""Tags of json-tricks, json-numpy and Stack Overflow, hostile ones, and broken ones."""

import contextlib
import json
import math
import sys
import tracemalloc
import warnings

import numpy as np
import pytest
from cases import ticks
from hypothesis import given, settings
from hypothesis import strategies as st
from tags import BOTH, CASES, HOSTILE, JSON_NUMPY, b64, check_same

from fastnpjson import roundtrip


@pytest.mark.skipif(np.finfo("g").nmant == 52, reason="longdouble is a float64")
@pytest.mark.parametrize("dtype", ["g", ">g", "G", [("a", "i1"), ("b", [("c", "g", (2,))])]])
def test_compact_longdouble_is_for_machines_of_the_same_kind(dtype, monkeypatch):
    """aarch64 and s390x have other bytes than x86-64 under the name of float128."""
    array = np.ones(2, dtype)
    text, compact = roundtrip.dumps(array), roundtrip.dumps([array, np.ones(2)], compact=True)
    monkeypatch.setattr("fastnpjson.roundtrip.dtypes.NMANT", 112 if np.finfo("g").nmant == 63 else 63)
    check_same(roundtrip.loads(text), array)
    with pytest.raises(ValueError, match=r"^\$\[0\]: not an array: .*longdouble.*text"):
        roundtrip.loads(compact)
    check_same(roundtrip.loads(compact.replace(b',"nmant"', b',"mant"'))[0], array)


TRICKS = {name: value for name, value in BOTH.items() if name not in {"f8-not-finite", "g"}}


TRICKS |= {"f8-big-endian": np.array([1.5, -0.1], ">f8"), "f8-little-endian": np.array([1.5, -0.1], "<f8")}


TRICKS["M8[D]-range"] = ticks([-719162, 0, 2932896], "M8[D]")


for unit in "YMWDhms":
    TRICKS[f"M8[{unit}]"] = np.array(["1969-12-31T23", "2020-02-29", "NaT"], f"M8[{unit}]")


TRICKS["M8[s]-beyond"] = np.array(["2020-02-29", "NaT", "12020-01-01", "-0100-01-01"], "M8[s]")


TRICKS["m8[us]"] = ticks([-1, 90_000_000_001, 0], "m8[us]")


@pytest.mark.parametrize("name", TRICKS)
def test_reads_text_of_json_tricks(name):
    json_tricks = pytest.importorskip("json_tricks", reason="has no release for this Python")
    value = TRICKS[name]
    text = json_tricks.dumps({"a": value})
    check_same(roundtrip.loads(text)["a"], value)


@pytest.mark.parametrize("order", [None, "little", "big", "suppress"])
@pytest.mark.parametrize("name", [name for name in BOTH if name != "f8-fortran"])
def test_reads_compact_json_tricks(name, order):
    json_tricks = pytest.importorskip("json_tricks", reason="has no release for this Python")
    if name == "U" and order == "little" != sys.byteorder:
        pytest.skip("the tag is that of a big-endian array on a little-endian machine")
    for array in (BOTH[name], np.zeros((400, 4), BOTH[name].dtype)):
        # An array of times has no buffer for it.
        value = array.view(array.dtype.str[0] + "i8") if array.dtype.kind in "Mm" else array
        properties = {"ndarray_compact": True, "ndarray_store_byteorder": order}
        text = json_tricks.dumps([value], properties=properties)
        check_same(roundtrip.loads(text)[0], value)


# It gives NumPy's scalars that are float and str to json as these, and finds no buffer in an array of times.
WRITTEN = [
    name for name in JSON_NUMPY if CASES[name].dtype.kind not in "Mm" and not isinstance(CASES[name], (float, str))
]


@pytest.mark.parametrize("name", [name for name in WRITTEN if name != "fields-2d"])
def test_reads_json_numpy(name):
    json_numpy = pytest.importorskip("json_numpy", reason="has no release for this Python")
    value = np.ascontiguousarray(CASES[name]) if CASES[name].ndim else CASES[name]
    expected = value[()] if isinstance(value, np.ndarray) else value
    check_same(roundtrip.loads(json_numpy.dumps([value]))[0], expected)


LITTLE = np.array([1.5, -0.1], "<f8")


BIG_TEXT = np.array(["xy"], ">U2")


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ({"__ndarray__": b64(np.arange(4.0)), "dtype": "float64", "shape": [2, 2]}, np.arange(4.0).reshape(2, 2)),
        ({"__ndarray__": b64(np.float64(5)), "dtype": "float64", "shape": []}, np.float64(5)),
        ({"__ndarray__": "b64:" + b64(np.float64(5)), "dtype": "float64", "shape": []}, np.float64(5)),
        ({"__ndarray__": b64(np.int8([1])), "dtype": "i1", "shape": [1], "Corder": True}, np.int8([1])),
        (
            {"__ndarray__": ["NaN", None, 1, "-Infinity", "1e3"], "dtype": "float32", "shape": [5]},
            np.float32([math.nan, math.nan, 1, -math.inf, 1000]),
        ),
        ({"__ndarray__": [1, None], "dtype": "datetime64[ns]", "shape": [2]}, ticks([1, -(2**63)], "M8[ns]")),
        ({"__numpy__": "", "dtype": "<f8", "shape": [0, 3]}, np.zeros((0, 3), "<f8")),
        ({"__numpy__": "", "dtype": "<U500000000", "shape": [0]}, np.zeros(0, "<U500000000")),
        (
            {"__numpy__": "AQAAAA==", "dtype": [["a", "|i1"], ["", "|V3"]], "shape": []},
            np.zeros((), {"names": ["a"], "formats": ["i1"], "itemsize": 4}),
        ),
        # As json-tricks writes them on a big-endian machine.
        ({"__ndarray__": "b64:" + b64(LITTLE), "dtype": "<f8", "shape": [2], "endian": "big"}, LITTLE),
        ({"__ndarray__": "b64:" + b64(LITTLE.byteswap()), "dtype": "<f8", "shape": [2], "endian": "little"}, LITTLE),
        ({"__ndarray__": "b64:" + b64(BIG_TEXT), "dtype": ">U2", "shape": [1], "endian": "big"}, BIG_TEXT),
        # And on one that is not, of an array that is.
        ({"__ndarray__": "b64:" + b64(BIG_TEXT), "dtype": ">U2", "shape": [1], "endian": "little"}, BIG_TEXT),
    ],
    ids=[
        *("stack-overflow", "0d-base64", "0d-b64", "i1", "nan", "nat", "empty", "empty-huge-items", "padding"),
        *("endian-big", "endian-little", "endian-big-text", "endian-little-text"),
    ],
)
def test_reads(tag, expected):
    value = roundtrip.loads(json.dumps({"a": tag}, indent=1))["a"]
    if expected.dtype.names is None:
        check_same(value, expected if expected.ndim or isinstance(expected, np.generic) else expected[()])
    else:
        assert (value["a"], value.dtype) == (1, expected.dtype)


@pytest.mark.parametrize("tag", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_tags_are_refused(tag):
    text = json.dumps({"a": ["\u00fc__", tag]})
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"^\$\.a\[1\]: not an array: .+"):
            roundtrip.loads(text, untagged=True)
        assert tracemalloc.get_traced_memory()[1] < 2**20 + 20 * len(text)
    finally:
        tracemalloc.stop()


TAGS = st.sampled_from([json.dumps(tag) for tag in HOSTILE.values() if len(str(tag)) < 999]) | st.sampled_from(
    [
        roundtrip.dumps(value, compact=compact).decode()
        for name, value in CASES.items()
        for compact in (False, True)
        if "padded" not in name
    ]
)


@settings(max_examples=500)
@given(
    TAGS,
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 5), st.text('0123456789-."[]{},:aAbOVUSfM8/=', max_size=4))),
    st.booleans(),
)
def test_broken_tags_end_in_a_value_error(text, edits, untagged):
    for place, length, new in edits:
        text = text[:place] + new + text[place + length :]
    with warnings.catch_warnings():
        # numpy.datetime64 without a unit is deprecated, and hostile data may well ask for it.
        warnings.simplefilter("ignore")
        try:
            value = roundtrip.loads(text, untagged=untagged)
        except ValueError:
            return
        # NumPy does not print the times at the end of all, nor those without a unit.
        with contextlib.suppress(OverflowError, ValueError):
            repr(value)
        assert not isinstance(value, np.ndarray) or value.dtype.kind == "T" or not value.dtype.hasobject
