"""Columns of JSON Lines: what `loads` makes of a list of all their members, and errors that name a line."""

import io
import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy import ma
from timing import check_takes_at_most

import fastnpjson
from fastnpjson._files import columns as module
from fastnpjson._files.columns import read_columns

VALUES = st.one_of(
    st.lists(st.booleans(), min_size=1),
    st.lists(st.integers(-5, 5), min_size=1),
    st.lists(st.one_of(st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False)), min_size=1),
    st.lists(st.one_of(st.integers(0, 2**64 - 1), st.integers(2**63, 2**64 - 1)), min_size=1),
    st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=2), min_size=1),
    st.lists(st.one_of(st.text(), st.integers(), st.none(), st.lists(st.integers())), min_size=1),
)


@pytest.fixture(params=[1, 2, 3, 4096], autouse=True)
def batch(request, monkeypatch):
    monkeypatch.setattr(module, "_BATCH", request.param)


def column(values, dtype=None):
    lines = [json.dumps({"x": value}).encode() for value in values]
    return read_columns(lines, "", None if dtype is None else {"x": np.dtype(dtype)})["x"]


@given(VALUES)
def test_a_column_is_what_loads_makes_of_its_list(values):
    expected = fastnpjson.loads(json.dumps({"x": values}), arrays=True)["x"]
    found = column(values)
    assert len(found) == len(values)
    if isinstance(expected, np.ndarray) and None not in values:
        assert found.dtype == expected.dtype
        assert found.tolist() == expected.tolist()
    elif not any(value is None for value in values):
        assert [*map(repr, found.tolist())] == [*map(repr, json.loads(json.dumps(values), parse_int=_as_orjson))]


def _as_orjson(digits):
    number = int(digits)
    return number if -(2**63) <= number < 2**64 else float(digits)


def test_missing_members():
    found = read_columns(['{"i":1,"f":0.5,"s":"a"}', '{"f":null}', '{"i":null,"b":true,"x":[1,2]}'], "")
    assert [*found] == ["i", "f", "s", "b", "x"]
    assert found["i"].tolist() == [1, None, None]
    assert found["i"].dtype == np.int64
    assert np.isnan(found["f"][1:]).all()
    assert type(found["f"]) is np.ndarray
    assert found["s"].tolist() == ["a", None, None]
    assert (found["b"].tolist(), found["b"].dtype) == ([None, None, True], np.bool_)
    assert found["x"].tolist() == [[None, None], [None, None], [1, 2]]
    assert read_columns(['{"a":null}', "{}"], "")["a"].tolist() == [None, None]
    assert read_columns([], "") == {}
    # dumps writes what was missing as null.
    assert fastnpjson.dumps(found["i"]) == b"[1,null,null]"


def test_integers_and_numbers_that_no_dtype_holds():
    assert column([2**63, 1]).dtype == np.uint64
    assert column([2**63, -1]).tolist() == [2**63, -1]
    assert column([1, True]).tolist() == [1, True]
    assert column([1, 0.5]).tolist() == [1.0, 0.5]
    assert column([[1], [1, 2]]).tolist() == [[1], [1, 2]]
    assert column([{"a": 1}, 2]).tolist() == [{"a": 1}, 2]


def test_dtypes():
    assert column([1, None, 2.5], "f4").tolist()[::2] == [1, 2.5]
    assert column(["2026-01-02", None], "M8[D]").tolist()[1] is None
    assert column([[1, 2], [3, 4]], "u1").shape == (2, 2)
    assert column(["a", 1, None], object).tolist() == ["a", 1, None]
    assert [*read_columns(['{"x":1,"y":2}'], "", {"y": np.dtype("i1")})] == ["y"]
    assert read_columns([], "", {"y": np.dtype("f4")})["y"].dtype == np.float32
    digits = ['{"x":1}', '{"x":1.000000178813934326171875001}']
    assert read_columns(digits, "", {"x": np.dtype("f4")})["x"][1] == np.nextafter(np.float32(1.0000001), np.float32(2))


@pytest.mark.parametrize(
    ("lines", "dtype", "message"),
    [
        (
            ['{"x":1}', "", '{"x":300}'],
            "u1",
            "^f: line 3: x: 300 is out of the range of uint8; columns= asks for uint8",
        ),
        (['{"x":[1,2]}', '{"x":[1,-2]}'], "u1", "^f: line 2: x: -2 is out of the range"),
        (['{"x":[1,2]}', '{"x":[1]}'], "u1", "^f: lines? [12].*: x: "),
        (['{"x":1}', "{}"], "i8", "^f: line 2: x: null is not of dtype int64"),
        (['{"x":1}', "[]"], None, "^f: line 2: not an object"),
        (['{"x":1}', "", '{"x":1'], None, "^f: .*: line 3 column 7"),
        (['{"x":1}', '{"x":"AQ=="}'], "u1", "^f: line 2: x: a string is not of dtype uint8"),
        (['{"x":' + "[" * 99 + "1" + "]" * 99 + "}"], "u1", "^f: lines 1 to 1: x: more than 3. dimensions"),
        # Together, these lines would be JSON.
        (['{"x":1},{"x":2', '"y":1}'], None, "^f: .*: line 1 column"),
    ],
)
def test_errors_name_the_line(lines, dtype, message):
    with pytest.raises(ValueError, match=message):
        read_columns(lines, "f: ", None if dtype is None else {"x": np.dtype(dtype)})


@pytest.mark.parametrize("dtype", ["V", "S", "g", "M8", [("a", "i4")], "G", None], ids=str)
def test_dtypes_that_no_list_is_of(dtype):
    with pytest.raises(ValueError, match=r"^x: .*: the dtype must be bool, of integers"):
        fastnpjson.load_columns(io.BytesIO(b'{"x":1}'), {"x": dtype})


def test_error_about_null_names_what_works_here():
    with pytest.raises(ValueError, match=r"line 2: x: null is not of dtype int32; .* and object takes any value; col"):
        fastnpjson.load_columns(io.BytesIO(b'{"x":1}\n{}'), {"x": "i4"})
    assert fastnpjson.load_columns(io.BytesIO(b'{"x":1}\n{}'), {"x": object})["x"].tolist() == [1, None]


def check_is_refused_in_little_memory(lines):
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"limit of \d+ bytes; columns=\{name: dtype\} reads the members"):
            read_columns(lines, "")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**26


def test_names_that_differ_from_line_to_line_take_no_memory():
    lines = [json.dumps({f"{number}": 1}).encode() for number in range(5000)]
    check_is_refused_in_little_memory(lines)
    assert ma.count(read_columns(lines, "", {"7": np.dtype("f8")})["7"]) == len(lines)


@pytest.mark.parametrize("first", [b'{"x":[' + b"1.5," * 20_000 + b"2]}", b'{"x":[' + b"1," * 20_000 + b"2]}"])
def test_long_lists_that_are_missing_take_no_memory(first):
    for lines in ([first, *[b"{}"] * 5000], [*[b"{}"] * 5000, first]):
        check_is_refused_in_little_memory(lines)
    assert len(read_columns([first, first, b"{}"], "")["x"]) == 3


def test_time_of_many_columns_that_only_digits_tell():
    line = json.dumps({f"{number}": 1e300 for number in range(2000)})
    check_takes_at_most(10, lambda: read_columns([line], ""), lambda: read_columns([line.replace("e+300", ".5")], ""))


def test_files(tmp_path):
    path = tmp_path / "x.jsonl.gz"
    fastnpjson.dump_lines([{"x": 1, "y": "a"}, {"x": 2}], path)
    assert fastnpjson.load_columns(path)["x"].tolist() == [1, 2]
    assert fastnpjson.load_columns(path, {"y": object})["y"].tolist() == ["a", None]
    with pytest.raises(ValueError, match=r"x\.jsonl\.gz: line 1: y: a string is not of dtype float32"):
        fastnpjson.load_columns(path, {"y": "f4"})
    with pytest.raises(ValueError, match="limit"):
        fastnpjson.load_columns(path, limit=3)
