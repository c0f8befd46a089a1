"""What kinds of things are in a document: a table, and the extension module against its twin."""

import collections
import dataclasses
import datetime
import decimal
import enum
import math
import uuid

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastnpjson._documents import kinds
from fastnpjson._documents.kinds import (
    AWARE,
    BIG_INTEGER,
    DATACLASS,
    DATETIME,
    ENUM,
    KEY,
    NONFINITE,
    NUMPY,
    NUMPY_NONFINITE,
    OTHER,
    OTHER_NUMPY,
    SUBCLASS,
    UUID,
)

BOTH = pytest.mark.parametrize("find", [kinds.kinds, kinds.find_kinds], ids=["in-use", "twin"])


@dataclasses.dataclass
class Point:
    x: int = 1


class Slotted(Point):
    __slots__ = ()


Colour = enum.Enum("Colour", {"RED": 1})
Size = enum.IntEnum("Size", {"BIG": 1})
Pair = collections.namedtuple("Pair", "a b")


class Text(str):
    pass


class Moment(datetime.datetime):
    pass


UTC = datetime.timezone.utc
KINDS = {
    "nothing": (None, 0),
    "builtins": ([{"a": [1, 0.5, True, "b", None], "c": ({},)}, []], 0),
    "float64": (np.float64(0.5), NUMPY),
    "scalars": ([np.bool_(True), np.int8(1), np.uint64(1), np.float32(0.5)], NUMPY),
    "array": ({"a": np.zeros((2, 3), "f4")}, NUMPY),
    "array-0-d": ([np.array(1)], OTHER_NUMPY),
    "array-empty": ([np.zeros((0, 3))], OTHER_NUMPY),
    "array-strided": ([np.zeros(4)[::2]], OTHER_NUMPY),
    "array-swapped": ([np.zeros(4, ">f8" if np.little_endian else "<f8")], OTHER_NUMPY),
    "array-unaligned": ([np.zeros(9, "u1")[1:].view("f8")], OTHER_NUMPY),
    "array-of-dates": ([np.zeros(1, "M8[s]")], OTHER_NUMPY),
    "array-of-half": ([np.zeros(1, "f2")], OTHER_NUMPY),
    "array-of-bfloat16": ([np.zeros(1, ml_dtypes.bfloat16)], OTHER_NUMPY),
    "array-subclass": ([np.zeros(1).view(np.matrix)], OTHER_NUMPY),
    "masked": ([np.ma.masked], OTHER_NUMPY),
    "date-scalar": ([np.datetime64("NaT", "s")], OTHER_NUMPY),
    "text-scalar": ([np.str_("a")], OTHER_NUMPY),
    "half-scalar": ([np.float16(1)], OTHER_NUMPY),
    "nan": ([[math.nan]], NONFINITE),
    "infinity": ({"a": -math.inf}, NONFINITE),
    "nan-float32": ([np.float32("nan")], NUMPY | NUMPY_NONFINITE),
    "nan-array": ([np.array([1, math.nan])], NUMPY | NUMPY_NONFINITE),
    "infinity-array": ([np.array([[1], [math.inf]], "f4")], NUMPY | NUMPY_NONFINITE),
    "integer-key": ([{1: 2}], KEY),
    "text-subclass-key": ({Text("a"): 2}, KEY),
    "largest-integers": ([2**64 - 1, -(2**63)], 0),
    "big-integer": ([2**64], BIG_INTEGER),
    "small-integer": ([-(2**63) - 1], BIG_INTEGER),
    "dict-subclass": ([collections.OrderedDict(a=math.nan)], SUBCLASS),
    "named-tuple": ([Pair(1, 2)], SUBCLASS),
    "text-subclass": ([Text("a")], SUBCLASS),
    "date-subclass": ([Moment(2020, 1, 2)], SUBCLASS),
    "dates": ([datetime.datetime(2020, 1, 2), datetime.date(2020, 1, 2), datetime.time(3)], DATETIME),
    "aware": ([datetime.datetime(2020, 1, 2, tzinfo=UTC)], AWARE),
    "aware-time": ([datetime.time(3, tzinfo=UTC)], AWARE),
    "uuid": ([uuid.UUID(int=1)], UUID),
    "enum": ([Colour.RED], ENUM),
    "int-enum": ([Size.BIG], ENUM),
    "dataclass": ([Point()], DATACLASS),
    "dataclass-subclass": ([Slotted()], DATACLASS),
    "decimal": ([decimal.Decimal(1)], OTHER),
    "set": ([{1}], OTHER),
    "type": ([Point], OTHER),
    "several": ([{1: np.int8(1)}, 2**70, [object()]], KEY | NUMPY | BIG_INTEGER | OTHER),
}


@BOTH
@pytest.mark.parametrize(("document", "expected"), KINDS.values(), ids=KINDS)
def test_kinds(find, document, expected):
    assert find(document) == expected


@BOTH
@pytest.mark.parametrize(("depth", "expected"), [(254, 0), (255, OTHER), (100_000, OTHER)])
def test_depth_is_bounded(find, depth, expected):
    document = []
    for _ in range(depth - 1):
        document = [document]
    assert find([document]) == expected


@BOTH
def test_cycle_ends(find):
    cycle = []
    cycle.append(cycle)
    assert find(cycle) == OTHER


@BOTH
def test_numbers_are_looked_for_if_they_are_wanted(find):
    document = [math.nan, 2**70, np.float32("nan")]
    assert find(document, 0) == NUMPY
    assert find(document, NONFINITE) == NUMPY | NONFINITE
    assert find(document, NUMPY_NONFINITE) == NUMPY | NUMPY_NONFINITE
    assert find(document, BIG_INTEGER) == NUMPY | BIG_INTEGER


DOCUMENTS = st.recursive(
    st.sampled_from([value for value, _ in KINDS.values()]) | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text() | st.integers(), children) | st.tuples(children),
)


@given(DOCUMENTS)
def test_the_twins_agree(document):
    assert kinds.kinds(document) == kinds.find_kinds(document)
