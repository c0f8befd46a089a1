"""json gets the documents that are full of what orjson does not know, and nothing else."""

import collections
import datetime
import decimal

import numpy as np
import orjson
import pytest

from fastnpjson._json.by_orjson import is_worthwhile
from fastnpjson._json.subclasses import PASSTHROUGH

Point = collections.namedtuple("Point", "x y")
DATE = datetime.date(2021, 2, 1)
FULL = {
    "dates": [DATE] * 100,
    "rows": [{"at": DATE, "price": decimal.Decimal(1), "id": i} for i in range(100)],
    "rows-with-keys-of-integers": [{1: DATE, 2: decimal.Decimal(1)}] * 100,
    "named-tuples": [Point(1, 2)] * 100,
    "subclasses-that-orjson-refuses": [collections.OrderedDict(a=2**70)] * 100,
}
WORTHWHILE = {
    "few": [DATE] * 15,
    "much-text": [DATE, "text" * 50] * 100,
    "large-subclasses": [collections.OrderedDict(x=[0.5] * 100)] * 100,
    "numpy": [DATE, np.float32(0.1)] * 100,
    "arrays": [Point(np.arange(2), 1)] * 100 + [np.zeros(2)],
}


def found_in(obj):
    found = []
    orjson.dumps(obj, found.append, PASSTHROUGH | orjson.OPT_NON_STR_KEYS)
    return found


@pytest.mark.parametrize("obj", FULL.values(), ids=FULL)
def test_full(obj):
    assert not is_worthwhile(obj, found_in(obj))


@pytest.mark.parametrize("obj", WORTHWHILE.values(), ids=WORTHWHILE)
def test_worthwhile(obj):
    assert is_worthwhile(obj, found_in(obj))
