"""Whether a document holds NaN, told without a slow walk where that can be."""

import collections
import datetime
import enum
import uuid

import ml_dtypes
import numpy as np
import pytest

from fastnpjson import Encoder

NAN, INF = float("nan"), float("inf")
STRICT = Encoder(allow_nan=False)
FINITE = {
    "nothing": None,
    "builtins": [{"a": [1, 0.5, True, "null", None], "b": (None, {})}, [[], [[]]]],
    "huge-integer": [10**400, None],
    "scalars": [np.float32(0.5), np.int64(1), np.bool_(True), np.float64(1), None],
    "dates": [datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2), datetime.time(3), uuid.UUID(int=1), None],
    "arrays": {"a": np.zeros(3), "b": np.arange(3)[::2], "c": np.array(["NaT"], "M8[s]")},
    "masked": [np.ma.array([1, NAN], mask=[False, True])],
    "records": [np.array([(1, 0.5)], [("n", "i4"), ("x", "f4")]), None],
    "float16": [np.array([1, 2], "f2"), None],
}
NOT_FINITE = {
    "float": [None, [{"a": NAN}]],
    "infinity": [[-INF]],
    "scalar": [np.float32(NAN)],
    "float64-scalar": {"a": [np.float64(INF)]},
    "float16-scalar": [np.float16(NAN)],
    "array": {"a": np.array([0, NAN])},
    "strided": [np.array([NAN, 0, 0])[::2]],
    "masked-infinity": [np.ma.array([INF, 2.0], mask=[False, True])],
    "record": [np.array([(1, NAN)], [("n", "i4"), ("x", "f4")])],
    "bfloat16": [np.array([NAN], ml_dtypes.bfloat16)],
    "key": {NAN: None},
    "scalar-key": [{np.float32(INF): None}],
}


class Rows(list):
    pass


# Fine, each of them, but only the slow walk sees it.
SLOW = {
    "subclass": [collections.OrderedDict(a=1), Rows([None])],
    "integer-key": {1: None},
    "objects": [np.array([None, 0.5], object)],
    "enumeration": [enum.Enum("Animal", {"CAT": 1}).CAT, None],
}


@pytest.mark.parametrize("document", FINITE.values(), ids=FINITE)
def test_finite(document):
    assert STRICT.encode(document) == Encoder().encode(document)


@pytest.mark.parametrize("document", NOT_FINITE.values(), ids=NOT_FINITE)
def test_not_finite(document):
    with pytest.raises(ValueError, match=r"^\$"):
        STRICT.encode(document)


@pytest.mark.parametrize("document", SLOW.values(), ids=SLOW)
def test_left_to_the_walk(document):
    assert STRICT.encode([document, None]) == Encoder().encode([document, None])


def test_reply_of_default_is_seen():
    with pytest.raises(ValueError, match=r"^\$\[1\]"):
        Encoder(allow_nan=False, default=lambda obj: NAN).encode([None, {1, 2}])
