"""The paths of `loads`: those that are none, and those that get into each other's way."""

import io
import re
from functools import partial

import numpy as np
import pytest

from fastnpjson import load_columns, loads

WRONG = {
    "no-root": "a",
    "empty": "",
    "root-name": "$a",
    "dot": "$.",
    "two-dots": "$..a",
    "star-name": "$.*",
    "digit-name": "$.1",
    "hyphen": "$.a-b",
    "negative": "$[-1]",
    "leading-zero": "$[01]",
    "slice": "$[1:2]",
    "union": "$[1,2]",
    "filter": "$[?@.a]",
    "open": "$[1",
    "no-quotes": "$[a]",
    "open-quotes": "$['a]",
    "escape": "$['\\x']",
    "single-quote-in-double": '$["\\\'"]',
    "control": "$['\n']",
    "blank": "$ .a",
    "after": "$.a]",
    "other-digits": "$[\u0661]",
}


@pytest.mark.parametrize("path", WRONG.values(), ids=WRONG)
def test_wrong_path(path):
    with pytest.raises(ValueError, match="is not a path: ") as error:
        loads("[]", arrays={path: "f4"})
    assert str(error.value).startswith(repr(path))


@pytest.mark.parametrize(
    "arrays",
    [
        {"$": "f4", "$.a": "f4"},
        {"$.a": "f4", "$": "f4"},
        {"$.a": "f4", "$.a[0]": "f4"},
        {"$.a": "f4", "$['a']": "f8"},
        {"$[*]": "f4", "$.a": "f8"},
        {"$[*]": "f4", "$.a.b": "f4"},
        {"$[0].x": "f4", "$[*]": "f4"},
    ],
    ids=str,
)
def test_two_dtypes_at_one_place(arrays):
    with pytest.raises(ValueError, match=r"^\$.*: another path names the same or a part of it$"):
        loads("[]", arrays=arrays)


@pytest.mark.parametrize(
    "dtype", [None, "S3", "O", "V4", "g", "G", "m8", "M8", "m8[0s]", "f4,f4", [("a", "f4")]], ids=str
)
def test_dtypes_without_json(dtype):
    if dtype in ("g", "G") and np.dtype("g").itemsize == 8:
        pytest.skip("longdouble is float64 here")
    with pytest.raises(ValueError, match=r"^\$\.a: .*: the dtype must be bool, of integers, floats or complex"):
        loads("[]", arrays={"$.a": dtype})


NO_DTYPES = {
    "name": ("float33", TypeError),
    "number": (3, TypeError),
    "parenthesis": ("2,3)f4", ValueError),
    "strings-of-any-length": (("U", (2, 2)), ValueError),
    "negative-length": (("f4", (-1,)), ValueError),
    "surrogate": ("\ud800", ValueError),
}


@pytest.mark.parametrize(("dtype", "error"), NO_DTYPES.values(), ids=NO_DTYPES)
def test_no_dtype(dtype, error):
    for read in (partial(loads, "[]", arrays={"a": dtype}), partial(load_columns, io.StringIO("{}"), {"a": dtype})):
        with pytest.raises(error, match=f"^a: {re.escape(repr(dtype))}: ") as caught:
            read()
        assert type(caught.value) is error
