"""Decoding: the same documents, for those who do both. `fastnpjson.loads` calls `orjson.loads`."""

import json
from functools import lru_cache, partial

from bench import libraries
from bench.cases import DOCUMENTS, DTYPES, REAL, document
from bench.checks import check_value

CASES = {"Decoding": [case for case in DTYPES if case.name in {"bool", "int64", "float64"}] + DOCUMENTS[1:] + REAL}
LIBRARIES = [library for library in libraries.LIBRARIES if library.loads]


@lru_cache(maxsize=1)
def text(case, largest):
    obj = document(case, largest)
    return json.dumps(obj, cls=libraries.NumpyEncoder, separators=(",", ":")).encode()


def test_loads(case, contest, largest):
    encoded = text(case, largest)
    contest.time(contest.function("loads"), encoded, partial(check_value, json.loads(encoded)))
