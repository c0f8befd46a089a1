"""Arrays out and back: `fastnpjson.roundtrip` beside `json` with lists, json-numpy and json-tricks, and beside orjson.

Run `python -m pytest bench/test_roundtrip.py`. Each case is checked once before it is timed.
"""

import json

import json_numpy
import json_tricks
import numpy as np
import orjson
import pytest

from fastnpjson import roundtrip

ARRAY = np.random.default_rng(0).standard_normal(10**6)
TEXT = json.dumps(ARRAY.tolist())
LIBRARIES = {
    "json": (lambda array: json.dumps(array.tolist()), lambda text: np.array(json.loads(text))),
    "compact": (lambda array: roundtrip.dumps(array, compact=True), roundtrip.loads),
    "text": (roundtrip.dumps, roundtrip.loads),
    "json-numpy": (json_numpy.dumps, json_numpy.loads),
    "json-tricks": (json_tricks.dumps, json_tricks.loads),
}
PLAIN = orjson.dumps(
    {"users": [{"user_id": i, "name": "x" * 9, "mail": f"u{i}@mail.org", "tags": ["a", "b"]} for i in range(9999)]}
)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.benchmark(group="roundtrip dumps, 1e6 float64")
def test_dumps(benchmark, library):
    """Write an array."""
    dumps, loads = LIBRARIES[library]
    assert (loads(dumps(ARRAY)) == ARRAY).all()
    benchmark.pedantic(dumps, (ARRAY,), rounds=7, warmup_rounds=1)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.benchmark(group="roundtrip loads, 1e6 float64")
def test_loads(benchmark, library):
    """Read an array."""
    dumps, loads = LIBRARIES[library]
    text = dumps(ARRAY)
    assert (loads(text) == ARRAY).all()
    benchmark.pedantic(loads, (text,), rounds=7, warmup_rounds=1)


@pytest.mark.parametrize("loads", [orjson.loads, roundtrip.loads], ids=["orjson", "roundtrip"])
@pytest.mark.benchmark(group="roundtrip loads, 1 MB without tags")
def test_loads_plain(benchmark, loads):
    """Read a document without arrays."""
    assert loads(PLAIN) == json.loads(PLAIN)
    benchmark(loads, PLAIN)
