"""The settings of `Encoder`: NaN as strings, complex numbers and bytes, beside the hooks that are written for them."""

import base64
import json
from functools import partial

import numpy as np
import orjson

from bench.cases import Case
from bench.checks import Flaw
from bench.libraries import BASELINE, Library


def _numbers(size):
    return np.random.default_rng(20240229).standard_normal(size)


def _with_nan(size):
    numbers = _numbers(size)
    numbers[::10] = np.nan
    return {"nan": "string"}, numbers


def _complex(size):
    return {"complex": "pair"}, _numbers(size).view("c16")


def _bytes(size):
    return {"bytes": "base64"}, np.frombuffer(_numbers(size).tobytes(), "S8")


CASES = {
    "Settings of Encoder": [
        Case("NaN as strings", "a tenth of the numbers is missing", _with_nan, 10**5),
        Case("complex pairs", "a spectrum", _complex, 10**5),
        Case("bytes as base64", "an array of hashes", _bytes, 10**5),
    ]
}


def builtins(array):
    """Make what the settings mean, in the obvious way."""
    if array.dtype.kind == "c":
        return [[number.real, number.imag] for number in array.tolist()]
    if array.dtype.kind == "S":
        return [base64.b64encode(item).decode() for item in array.tolist()]
    return [number if np.isfinite(number) else "NaN" for number in array.tolist()]


LIBRARIES = [
    Library("fastnpjson", "fastnpjson", lambda m: lambda settings: m.Encoder(**settings).encode),
    Library("orjson + hook", "orjson", lambda m: lambda _settings: partial(m.dumps, default=builtins)),
    Library(BASELINE, "json", lambda m: lambda _settings: partial(m.dumps, default=builtins)),
]


def check(array, text):
    """Check a text against the obvious way."""
    if orjson.loads(text) != json.loads(json.dumps({"x": builtins(array)})):
        raise Flaw("wrong", "other values")


def test_encoder(case, contest, largest):
    settings, array = case.make(min(case.size, largest))
    contest.time(contest.function()(settings), {"x": array}, partial(check, array))
