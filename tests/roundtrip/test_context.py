"""The limit for all arrays of a document."""

import base64
import json
import time
import tracemalloc

import numpy as np
import pytest
from numpy import ma
from tags import check_same, gz, nd, packed

from fastnpjson import roundtrip


def test_the_limit_is_for_the_document():
    zeros = nd(gz(bytes(2**23)), "|u1", [2**23])
    assert roundtrip.loads(json.dumps([zeros]))[0].size == 2**23
    with pytest.raises(ValueError, match=r"^\$\[[0-3]\].*limit"):
        roundtrip.loads(json.dumps([zeros] * 4))
    assert len(roundtrip.loads(json.dumps([zeros] * 4), limit=2**25)) == 4
    with pytest.raises(ValueError, match="limit of 0 bytes"):
        roundtrip.loads(roundtrip.dumps(np.zeros(1)), limit=0)


@pytest.mark.slow
@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("shape", [(1,), (7,), (300,), (20_000,), ()])
@pytest.mark.parametrize("dtype", ["U1", "U40", "U700", "S900", "V77", [("a", "U90"), ("b", "S90", (9,))], "G", "?"])
def test_what_dumps_writes_is_within_the_limit(dtype, shape, compact):
    array = np.zeros(shape, dtype)
    text = roundtrip.dumps([array] * 3, compact=compact)
    back = roundtrip.loads(text, limit=64 * len(text))
    assert len(back) == 3
    for value in back:
        check_same(value, array)


def masked(dtype, shape=(0,)):
    return {"__maskedarray__": packed("", dtype, list(shape)), "mask": False, "fill_value": None}


# Documents of a hundred bytes that took gigabytes, or minutes.
GREEDY = {
    "padding": packed("AAAAAAAAAAA=", [["a", [], [2**31 - 1]], ["", "|V1"]], [8]),
    "padding-text": nd("AAAAAAAAAAA=", [["a", [], [2**31 - 1]], ["", "|V1"]], [8]),
    "no-bytes": packed("", [["a", [], [2**25]]], [1]),
    "no-rows": packed("", [["a", "<f8", [2**25, 0]]], [1]),
    "no-rows-nested": packed("", [["a", [["b", "<f8", [10**6, 0]]], [100]]], [1]),
    "no-rows-scalar": packed("", [["a", [], [2**31 - 1]]], []),
    "fill-value": masked([["a", "<f8", [2**27]]]),
    "fill-value-of-ints": masked([["a", "|i1", [2**24]]]),
    "fill-value-without-bytes": masked([["a", [], [2**31 - 1]]]),
    "fill-value-of-strings": masked("<U50000000") | {"fill_value": packed("AAAAAA==", "<U1", [])},
    "mask": {
        "__maskedarray__": packed(
            base64.b64encode(bytes(999)).decode(), [["a", "|i1", [3]], ["b", [], [50_000]]], [333]
        ),
        "mask": False,
        "fill_value": None,
    },
    "padded": nd([""], "<U5000000", [1]),
    "many-lengths": packed("", shape=[9] * 200_000),
    "many-lengths-of-a-field": packed("", [["a", "u1", [1] * 200_000]], [1]),
}


@pytest.mark.parametrize("limit", [None, 1, 2**20])
@pytest.mark.parametrize("name", GREEDY)
def test_what_is_greedy_is_refused_before_it_is_made(name, limit):
    text = json.dumps([GREEDY[name]] * 3)
    tracemalloc.start()
    start = time.thread_time()
    with pytest.raises(ValueError, match=r"^\$\[0\].*(limit of \d+ bytes|at most 64)"):
        roundtrip.loads(text, limit=limit)
    seconds, (_, peak) = time.thread_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20 + 20 * len(text)
    assert seconds < 2  # and not minutes


def test_masks_and_fill_values_are_counted():
    array = ma.array(np.zeros(1000, [("a", "f8"), ("b", "i1")]))
    text = roundtrip.dumps(array, compact=True)
    data, fill, mask = 9000, 9 + 2 * 8 + 9, 2000
    check_same(roundtrip.loads(text, limit=data + fill + mask), array)
    with pytest.raises(ValueError, match="limit"):
        roundtrip.loads(text, limit=data + fill + mask - 1)
