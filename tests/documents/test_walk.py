"""Errors that say where, and documents that end in one instead of worse."""

import dataclasses
import datetime
import enum
import itertools
import operator
import re
from typing import ClassVar

import numpy as np
import orjson
import pytest
from cases import ANIMAL, UNKNOWN

import fastnpjson
from fastnpjson._documents.replace import Key
from fastnpjson._documents.replies import Replies
from fastnpjson._documents.rules import make_rules
from fastnpjson._documents.walk import Walk


def nested(depth):
    document = []
    for _ in range(depth):
        document = [document]
    return document


@pytest.mark.parametrize(("value", "message"), [pytest.param(*pair, id=word) for word, pair in UNKNOWN.items()])
def test_unknown(value, message):
    with pytest.raises(fastnpjson.JSONEncodeError, match=rf"^\$[^:]*: .*{message}"):
        fastnpjson.dumps(value)
    with pytest.raises(fastnpjson.JSONEncodeError, match=rf"^\$\.a\[1\][^:]*: .*{message}"):
        fastnpjson.dumps({"a": [np.arange(2), value], 1: 2})


@dataclasses.dataclass
class Holder:
    inside: object


LOOP = []
LOOP.append({"a": LOOP})
ITSELF = np.array([None], object)
ITSELF[0] = ITSELF
PATHS = {
    "key-with-blank": ({"a b": {"é": 1j}}, '$["a b"].é: complex'),
    "dataclass": ([Holder([1j])], "$[0].inside[0]: complex"),
    "object-array": ({"a": np.array([[1, 2j]], object)}, "$.a[0][1]: complex"),
    "record": ({"a": np.array([(1, {2j})], [("n", "i4"), ("o", object)])}, "$.a[0].o: set"),
    "key": ({"a": {(1, 2): 3}}, "$.a: tuple: not a key"),
    "key-array": ({"a": {np.complex64(1): 3}}, "$.a: numpy.complex64 of dtype complex64 and shape (): not a key"),
    "key-surrogate": ([{"\ud800": 1}], "$[0]: str: not a key"),
    "surrogate": (["a", {"b": "\ud800"}], "$[1].b: str: str is not valid UTF-8"),
    "surrogate-in-array": ([np.array(["a", "\ud800"])], "$[0][1]: str: str is not valid UTF-8"),
    "bytes-not-utf8": (
        [np.array([b"\xff"])],
        "$[0]: numpy.ndarray of dtype |S1 and shape (1,): bytes that are not UTF-8",
    ),
    "no-characters": (
        [np.array([0x110000], "u4").view("U1")],
        "$[0]: numpy.ndarray of dtype <U1 and shape (1,): characters that Unicode does not have",
    ),
    "bytes-scalar-not-utf8": ([np.bytes_(b"\xff")], "$[0]: numpy.bytes_ of dtype |S1 and shape (): bytes that are not"),
    "deep": (nested(300), "nested deeper than 254"),
    "cycle": (LOOP, "part of a cycle"),
    "array-in-itself": (ITSELF, "part of a cycle"),
    "fragment": ([fastnpjson.Fragment(1)], "$[0]: orjson.Fragment: "),
    "fragment-surrogate": ([fastnpjson.Fragment("\ud800")], "$[0]: orjson.Fragment: "),
    "class": ([Holder], "$[0]: type: "),
    "int-too-long": ([10**5000], "$[0]: int: "),
}


@pytest.mark.parametrize(("document", "message"), [pytest.param(*pair, id=word) for word, pair in PATHS.items()])
def test_path(document, message):
    with pytest.raises(fastnpjson.JSONEncodeError, match=re.escape(message)):
        fastnpjson.dumps(document)


def test_default_that_returns_its_argument():
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$\.a: object: default returned the object"):
        fastnpjson.dumps({"a": object()}, default=lambda obj: obj)


def test_deepest_document_with_something_to_recover():
    assert fastnpjson.dumps([2**64, nested(250)]).endswith(b"]" * 252)


def test_long_path_is_shortened():
    with pytest.raises(fastnpjson.JSONEncodeError) as caught:
        fastnpjson.dumps(nested(300))
    assert len(str(caught.value)) < 300


@dataclasses.dataclass(slots=True)
class Slots:
    inside: object
    _hidden: int = 0


def test_dataclass_with_slots():
    assert fastnpjson.dumps(Slots({1: 2**64})) == b'{"inside":{"1":18446744073709551616}}'


def test_keys_never_meet():
    assert operator.eq(Key("a"), Key("a")) is False
    assert orjson.dumps({Key("a"): 1, Key("a"): 2}, option=orjson.OPT_NON_STR_KEYS) == b'{"a":1,"a":2}'


class Misbehaving:
    def __init__(self, error):
        self.error = error

    def __getattribute__(self, name):
        raise object.__getattribute__(self, "error")


class Liar:
    __class__ = np.ndarray
    dtype = np.dtype("M8[10s]")


class Finalizing(np.ndarray):
    armed = False

    def __array_finalize__(self, obj):
        if self.armed:
            raise ValueError("finalize")


class Odd(np.ndarray):
    dtype = None
    shape = property(lambda self: 1 / 0)
    size = -1


class OddScalar(np.float64):
    dtype = None

    def __float__(self):
        raise ValueError


def test_objects_that_misbehave():
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"\$\[0\]: "):
        fastnpjson.dumps([Misbehaving(RuntimeError("boom"))])
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"\$\[0\]: .*Liar"):
        fastnpjson.dumps([Liar()])
    assert fastnpjson.dumps([np.arange(3.0).view(Odd), OddScalar(1.5)]) == b"[[0.0,1.0,2.0],1.5]"


def test_array_that_cannot_be_finalized():
    array = np.arange(2.0).view(Finalizing)
    Finalizing.armed = True
    assert fastnpjson.dumps([array]) == b"[[0.0,1.0]]"


def test_enum_of_something_unknown():
    assert fastnpjson.dumps([ANIMAL.HUGE, ANIMAL.SCALAR]) == b"[1180591620717411303424,0.1]"


class Id(int):
    pass


class Base:
    pass


@dataclasses.dataclass(slots=True)
class SlotsBelowDict(Base):
    x: object
    constant: ClassVar[int] = 5
    given: dataclasses.InitVar[int] = 7


class Rows(list):
    def __iter__(self):
        return iter(())


@dataclasses.dataclass
class Unordered:
    b: object
    a: object


BIG = 2**64
PARTS = {
    "slots-below-dict": SlotsBelowDict([1]),
    "list-with-iter": Rows([1, 2]),
    "dataclass": Unordered(1, [2]),
    "enum": enum.Enum("Options", {"A": {"k": [1]}}).A,
    "dict": {"b": 1, "a": {"d": [1], "c": 2}},
    "int-subclass": Id(5),
    "date": datetime.date(2020, 1, 2),
}


@pytest.mark.parametrize("part", [pytest.param(part, id=word) for word, part in PARTS.items()])
@pytest.mark.parametrize("flags", [(), ("OPT_INDENT_2",), ("OPT_SORT_KEYS",), ("OPT_INDENT_2", "OPT_SORT_KEYS")])
def test_walk_writes_what_orjson_writes(part, flags):
    option = sum(getattr(orjson, flag) for flag in flags)
    assert fastnpjson.dumps([BIG, part], None, option) == orjson.dumps([orjson.Fragment(str(BIG)), part], None, option)


def test_keys_that_are_subclasses_of_int():
    assert fastnpjson.dumps({Id(5): BIG, Id(BIG): 1}) == b'{"5":18446744073709551616,"18446744073709551616":1}'


@pytest.mark.parametrize("holder", [SlotsBelowDict, lambda item: Rows([item]), Holder])
def test_nothing_is_lost_on_the_way_to_an_error(holder):
    with pytest.raises(fastnpjson.JSONEncodeError, match="complex"):
        fastnpjson.dumps([holder(1j)])


def test_field_that_is_not_set():
    unset = SlotsBelowDict(1)
    del unset.x
    walk = Walk(make_rules(), Replies(None))
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"\$: .*SlotsBelowDict: .*x"):
        walk._dataclass(unset, None, 0)


def test_default_is_asked_in_the_order_of_the_text():
    count = itertools.count()
    one = object()
    document = {"b": one, "a": one, "c": BIG}
    text = fastnpjson.dumps(document, lambda _: next(count), orjson.OPT_SORT_KEYS)
    assert text == b'{"a":0,"b":1,"c":18446744073709551616}'


def test_little_stack():
    def deep(levels, call):
        return deep(levels - 1, call) if levels else call()

    with pytest.raises(fastnpjson.JSONEncodeError, match="recursion limit"):
        deep(800, lambda: fastnpjson.dumps(LOOP))


def test_array_is_no_key():
    class Hashable(np.ndarray):
        __hash__ = object.__hash__

    with pytest.raises(fastnpjson.JSONEncodeError, match="not a key"):
        fastnpjson.dumps({np.arange(2).view(Hashable): 1})
