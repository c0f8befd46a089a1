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

from fastnpjson._documents.survey import Kind, survey, survey_in_python

BOTH = pytest.mark.parametrize("find", [survey, survey_in_python], ids=["in-use", "twin"])


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
    "float64": (np.float64(0.5), Kind.NATIVE),
    "scalars": ([np.bool_(True), np.int8(1), np.uint64(1), np.float32(0.5)], Kind.NATIVE),
    "array": ({"a": np.zeros((2, 3), "f4")}, Kind.NATIVE),
    "array-0-d": ([np.array(1)], Kind.OTHER_NUMPY),
    "array-empty": ([np.zeros((0, 3))], Kind.OTHER_NUMPY),
    "array-strided": ([np.zeros(4)[::2]], Kind.OTHER_NUMPY),
    "array-swapped": ([np.zeros(4, ">f8" if np.little_endian else "<f8")], Kind.OTHER_NUMPY),
    "array-unaligned": ([np.zeros(9, "u1")[1:].view("f8")], Kind.OTHER_NUMPY),
    "array-of-dates": ([np.zeros(1, "M8[s]")], Kind.OTHER_NUMPY),
    "array-of-half": ([np.zeros(1, "f2")], Kind.OTHER_NUMPY),
    "array-of-bfloat16": ([np.zeros(1, ml_dtypes.bfloat16)], Kind.OTHER_NUMPY),
    "array-subclass": ([np.zeros(1).view(np.matrix)], Kind.OTHER_NUMPY),
    "masked": ([np.ma.masked], Kind.OTHER_NUMPY),
    "date-scalar": ([np.datetime64("NaT", "s")], Kind.OTHER_NUMPY),
    "text-scalar": ([np.str_("a")], Kind.OTHER_NUMPY),
    "half-scalar": ([np.float16(1)], Kind.OTHER_NUMPY),
    "nan": ([[math.nan]], Kind.NONFINITE),
    "infinity": ({"a": -math.inf}, Kind.NONFINITE),
    "nan-float32": ([np.float32("nan")], Kind.NATIVE | Kind.NATIVE_NONFINITE),
    "nan-array": ([np.array([1, math.nan])], Kind.NATIVE | Kind.NATIVE_NONFINITE),
    "infinity-array": ([np.array([[1], [math.inf]], "f4")], Kind.NATIVE | Kind.NATIVE_NONFINITE),
    "integer-key": ([{1: 2}], Kind.KEY),
    "text-subclass-key": ({Text("a"): 2}, Kind.KEY),
    "largest-integers": ([2**64 - 1, -(2**63)], 0),
    "big-integer": ([2**64], Kind.BIG_INTEGER),
    "small-integer": ([-(2**63) - 1], Kind.BIG_INTEGER),
    "dict-subclass": ([collections.OrderedDict(a=math.nan)], Kind.SUBCLASS),
    "named-tuple": ([Pair(1, 2)], Kind.SUBCLASS),
    "text-subclass": ([Text("a")], Kind.SUBCLASS),
    "date-subclass": ([Moment(2020, 1, 2)], Kind.SUBCLASS),
    "dates": ([datetime.datetime(2020, 1, 2), datetime.date(2020, 1, 2), datetime.time(3)], Kind.DATETIME),
    "aware": ([datetime.datetime(2020, 1, 2, tzinfo=UTC)], Kind.AWARE),
    "aware-time": ([datetime.time(3, tzinfo=UTC)], Kind.AWARE),
    "uuid": ([uuid.UUID(int=1)], Kind.UUID),
    "enum": ([Colour.RED], Kind.ENUM),
    "int-enum": ([Size.BIG], Kind.ENUM),
    "dataclass": ([Point()], Kind.DATACLASS),
    "dataclass-subclass": ([Slotted()], Kind.DATACLASS),
    "decimal": ([decimal.Decimal(1)], Kind.OTHER),
    "set": ([{1}], Kind.OTHER),
    "type": ([Point], Kind.OTHER),
    "several": ([{1: np.int8(1)}, 2**70, [object()]], Kind.KEY | Kind.NATIVE | Kind.BIG_INTEGER | Kind.OTHER),
}


@BOTH
@pytest.mark.parametrize(("document", "expected"), KINDS.values(), ids=KINDS)
def test_kinds(find, document, expected):
    assert find(document) == expected


@BOTH
@pytest.mark.parametrize(("depth", "expected"), [(254, 0), (255, Kind.OTHER), (100_000, Kind.OTHER)])
def test_depth_is_bounded(find, depth, expected):
    document = []
    for _ in range(depth - 1):
        document = [document]
    assert find([document]) == expected


@BOTH
def test_cycle_ends(find):
    cycle = []
    cycle.append(cycle)
    assert find(cycle) == Kind.OTHER


@BOTH
def test_numbers_are_looked_for_if_they_are_wanted(find):
    document = [math.nan, 2**70, np.float32("nan")]
    assert find(document, 0) == Kind.NATIVE
    assert find(document, Kind.NONFINITE) == Kind.NATIVE | Kind.NONFINITE
    assert find(document, Kind.NATIVE_NONFINITE) == Kind.NATIVE | Kind.NATIVE_NONFINITE
    assert find(document, Kind.BIG_INTEGER) == Kind.NATIVE | Kind.BIG_INTEGER


DOCUMENTS = st.recursive(
    st.sampled_from([value for value, _ in KINDS.values()]) | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text() | st.integers(), children) | st.tuples(children),
)


@given(DOCUMENTS)
def test_the_twins_agree(document):
    assert survey(document) == survey_in_python(document)
