"""Arrays out and back: `fastnpjson.roundtrip` beside lists, json-numpy and json-tricks."""

import json
from functools import partial

import numpy as np

from bench.cases import DOCUMENTS, DTYPES, document
from bench.checks import Flaw, check_value
from bench.libraries import BASELINE, Library, tolist

CASES = {
    "Round trip": [
        case._replace(size=2 * 10**5)
        for case in DTYPES + DOCUMENTS
        if case.name in {"bool", "int64", "float32", "float64", "no NumPy at all"}
    ]
}


def loads_lists(loads):
    """Return a decoder that makes an array of what it reads, if it is numbers."""

    def decode(text):
        value = loads(text)
        return value if isinstance(value[0], dict) else np.array(value)

    return decode


LIBRARIES = [
    Library("fastnpjson", "fastnpjson.roundtrip", lambda m: m.dumps, lambda m: m.loads),
    Library("compact", "fastnpjson.roundtrip", lambda m: partial(m.dumps, compact=True), lambda m: m.loads),
    Library("json-numpy", "json_numpy", lambda m: m.dumps, lambda m: m.loads, "json-numpy"),
    Library("json-tricks", "json_tricks", lambda m: m.dumps, lambda m: m.loads, "json-tricks"),
    Library(
        "orjson",
        "orjson",
        lambda m: partial(m.dumps, option=m.OPT_SERIALIZE_NUMPY),
        lambda m: loads_lists(m.loads),
    ),
    Library(BASELINE, "json", lambda m: partial(m.dumps, default=tolist), lambda m: loads_lists(m.loads)),
]


def check_array(expected, value):
    """Check that an array has come back as it was."""
    if not isinstance(expected, np.ndarray):
        check_value(expected, json.loads(json.dumps(value)))
    elif value.dtype != expected.dtype:
        raise Flaw("wrong", f"{expected.dtype} came back as {value.dtype}")
    elif not np.array_equal(value, expected):
        raise Flaw("wrong", "other values came back")


def test_dumps(case, library, contest, largest):
    obj = document(case, largest)
    dumps, loads = contest.function(), library.function("loads")
    contest.time(dumps, obj, lambda text: check_array(obj, loads(text)))


def test_loads(case, library, contest, largest):
    obj = document(case, largest)
    text = contest.function()(obj)
    contest.time(library.function("loads"), text, partial(check_array, obj))
