"""The four readers of lists, side by side: the tables of docs/reading.md."""

import json
import math

import numpy as np
import pytest
from oracle_of_loads import same

import fastnpjson
from fastnpjson import roundtrip
from fastnpjson.__main__ import main

NAN = math.nan
REFUSED = object()
INFERRED = {
    "[1,2.5,null]": [np.array([1, 2.5, NAN])] * 3,
    "[1,null]": [[1, None], np.array([1, NAN]), np.array([1, NAN])],
    "[null]": [[None], np.array([NAN]), np.array([NAN])],
    "[true,null]": [[True, None], REFUSED, REFUSED],
    "[true,1]": [[True, 1], REFUSED, REFUSED],
    "[1,-1,9223372036854775808]": [[1, -1, 2**63], REFUSED, REFUSED],
    "[36893488147419103232]": [[float(2**65)], REFUSED, REFUSED],
    "[0.5,9007199254740993]": [np.array([0.5, 2**53]), REFUSED, REFUSED],
    '["a","b"]': [["a", "b"], np.array(["a", "b"]), np.array(["a", "b"])],
    '["NaN",1]': [["NaN", 1], np.array([NAN, 1]), REFUSED],
    "[]": [[], np.array([]), np.array([])],
    "[[1,2],[3]]": [[np.array([1, 2]), np.array([3])], REFUSED, REFUSED],
}
# A value in a list, and the dtype: what `loads`, the round trip and pydantic make of it.
NAMED = {
    ("null", "f4"): [NAN] * 3,
    ("null", "M8[D]"): [np.datetime64("NaT", "D"), np.datetime64("NaT", "D"), REFUSED],
    ("null", "i4"): [REFUSED] * 3,
    ('"NaN"', "f4"): [NAN] * 3,
    ('"-Infinity"', "f8"): [-math.inf] * 3,
    ('"0.5"', "f8"): [REFUSED, 0.5, REFUSED],
    ("2.0", "i4"): [REFUSED, REFUSED, 2],
    ("2.5", "i4"): [REFUSED] * 3,
    ("true", "f8"): [REFUSED] * 3,
    ("true", "i8"): [REFUSED] * 3,
    ("1", "?"): [REFUSED] * 3,
    ("9007199254740993", "f8"): [2.0**53, 2.0**53, REFUSED],
    ("256", "u1"): [REFUSED] * 3,
    ("65520.0", "f2"): [REFUSED] * 3,
    # The float64 next to it is half-way between this and 1 + 2**-22.
    ("1.00000017881393421514957253748434595763683319091796875001", "f4"): [1 + 2**-23] * 3,
    ("340282356779733661637539395458142568447.0", "f4"): [np.finfo("f4").max] * 3,
}


def read_field(text, dtype):
    pytest.importorskip("pydantic", reason="needs the extra 'pydantic'")
    from typing import Annotated, Any  # noqa: PLC0415

    from numpy.typing import NDArray  # noqa: PLC0415

    from fastnpjson.pydantic import ArrayField, BaseModel  # noqa: PLC0415

    class Model(BaseModel):
        x: Annotated[NDArray[Any], ArrayField(dtype=dtype)]

    return Model.model_validate_json(f'{{"x":{text}}}').x


def read_file(text, tmp_path):
    (tmp_path / "a.json").write_text(text)
    if main([str(tmp_path / "a.json"), str(tmp_path / "a.npy")]):
        raise ValueError
    return np.load(tmp_path / "a.npy")


def outcome(read, *arguments):
    try:
        return read(*arguments)
    except ValueError:
        return REFUSED


@pytest.mark.parametrize("text", INFERRED)
def test_where_nobody_names_a_dtype(text, tmp_path):
    expected = INFERRED[text]
    found = [fastnpjson.loads(text, arrays=True), outcome(read_file, text, tmp_path), outcome(read_field, text, None)]
    assert same(found, [expected[0], expected[2], expected[1]])


@pytest.mark.parametrize(("text", "dtype"), NAMED)
def test_where_a_dtype_is_named(text, dtype):
    tag = f'{{"__ndarray__":[{text}],"dtype":{json.dumps(np.dtype(dtype).str)},"shape":[1]}}'
    found = [outcome(lambda: fastnpjson.loads(f"[{text}]", arrays={"$": dtype})), outcome(roundtrip.loads, tag)]
    found.append(REFUSED if dtype[0] == "M" else outcome(read_field, f"[{text}]", dtype))
    expected = [value if value is REFUSED else np.array([value], dtype) for value in NAMED[text, dtype]]
    assert same(found, expected)
