"""What people receive that JSON does not have, or not as UTF-8: `loads` and `load`, told to take it."""

import io
import json
from functools import partial

import numpy as np

from bench.cases import Case
from bench.checks import Flaw, check_value
from bench.libraries import BASELINE, Library


def with_nan(size):
    """Write numbers as `json` does, a tenth of which are missing."""
    numbers = np.random.default_rng(20240229).random(size)
    numbers[::10] = np.nan
    return json.dumps({"x": numbers.tolist()}).encode()


def ids(size, first):
    """Write records with identifiers, which begin at a number."""
    return json.dumps([{"id": first + index, "name": "sensor", "score": index / 7} for index in range(size)]).encode()


def utf_16(size):
    """Write rows of text as UTF-16, as a program on Windows may."""
    rows = [{"name": "température", "words": "数据", "n": index} for index in range(size)]
    return json.dumps(rows, ensure_ascii=False).encode("utf-16")


CASES = {
    "Beyond JSON": [
        Case("NaN words to an array", "float64 of which a tenth is NaN, as json writes it", with_nan, 5 * 10**4),
        Case("integers beyond 64 bits", "one in each record", lambda n: ids(n, 2**70), 10**4),
        Case("no integers beyond 64 bits", "what it costs to look for them", lambda n: ids(n, 2**30), 10**4),
        Case("file of UTF-16", "text, with a byte order mark", utf_16, 10**4),
    ]
}
OURS = {
    "NaN words to an array": lambda m: partial(m.loads, allow_nan=True, arrays={"$.x": "f8"}),
    "file of UTF-16": lambda m: lambda data: m.load(io.BytesIO(data)),
}


def fastnpjson(module):
    """Say for each case what is taken."""
    functions = {name: function(module) for name, function in OURS.items()}
    integers = partial(module.loads, exact_integers=True)
    return lambda argument: functions.get(argument[0], integers)(argument[1])


def obvious(loads):
    """Read in the obvious way."""

    def read(argument):
        name, data = argument
        if name == "file of UTF-16":
            return loads(data.decode("utf-16"))
        document = loads(data)
        return {"x": np.array(document["x"], "f8")} if name == "NaN words to an array" else document

    return read


LIBRARIES = [
    Library("fastnpjson", "fastnpjson", None, fastnpjson),
    Library("orjson", "orjson", None, lambda m: obvious(m.loads)),
    Library("msgspec", "msgspec", None, lambda m: obvious(m.json.decode)),
    Library("ujson", "ujson", None, lambda m: obvious(m.loads)),
    Library("simplejson", "simplejson", None, lambda m: obvious(m.loads)),
    Library(BASELINE, "json", None, lambda m: obvious(m.loads)),
]


def check(expected, value):
    """Check against what `json` decodes; NaN is equal to none."""
    if not isinstance(expected, dict):
        check_value(expected, value)
    elif not np.array_equal(expected["x"], value["x"], equal_nan=True):
        raise Flaw("wrong", "other numbers")


def test_beyond_json(case, contest, largest):
    argument = case.name, case.make(min(case.size, largest))
    contest.time(contest.function("loads"), argument, partial(check, obvious(json.loads)(argument)))
