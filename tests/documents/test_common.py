"""`common`: what most people convert, each kind in each of the doors."""

import collections
import copy
import dataclasses
import datetime
import enum
import functools
import io
import json
import math
import os
import pickle
import re
import time
import types
import uuid
from array import array
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath

import numpy as np
import orjson
import pytest
from timing import check_takes_at_most

import fastnpjson
from fastnpjson import common, compat, roundtrip
from fastnpjson._extension import speedups

NamedPair = collections.namedtuple("NamedPair", "a b")


class Suit(enum.Enum):
    HEARTS = "hearts"


class Celsius(float):
    def __repr__(self):
        return "not JSON"


class Whole(int):
    def __repr__(self):
        return "not JSON"


class Text(str):
    def __str__(self):
        return "not this"


@dataclasses.dataclass
class Point:
    x: int
    seen: object
    _hidden: int = 0


class WithJson:
    def __json__(self):
        return {"by": "__json__"}

    def for_json(self):
        raise AssertionError

    to_dict = to_json = for_json


class ForJson:
    def for_json(self):
        return ["for_json"]

    def to_dict(self):
        raise AssertionError

    to_json = to_dict


class ToDict:
    def to_dict(self):
        return {"x": np.float32(0.1), "seen": {3}}

    def to_json(self):
        raise AssertionError


class ToJson:
    def to_json(self):
        raise AssertionError


# A value, or what makes it anew, and its JSON.
ROWS = {
    "set": ({3}, "[3]"),
    "frozenset": (frozenset({"a"}), '["a"]'),
    "deque": (collections.deque([1, {2}]), "[1,[2]]"),
    "range": (range(0, 6, 2), "[0,2,4]"),
    "dict keys": ({"a": 1}.keys(), '["a"]'),
    "dict values": ({"a": {1}}.values(), "[[1]]"),
    "dict items": ({"a": 1}.items(), '[["a",1]]'),
    "generator": (lambda: (i * i for i in range(3)), "[0,1,4]"),
    "map": (lambda: map(str, [1, 2]), '["1","2"]'),
    "empty iterator": (lambda: iter(()), "[]"),
    "flat": (lambda: np.arange(3).flat, "[0,1,2]"),
    "UserList": (collections.UserList([{1}]), "[[1]]"),
    "UserString": (collections.UserString("a"), '"a"'),
    "mappingproxy": (types.MappingProxyType({"a": {1}}), '{"a":[1]}'),
    "UserDict": (collections.UserDict(a=1), '{"a":1}'),
    "ChainMap": (collections.ChainMap({"a": 1}, {"a": 2}), '{"a":1}'),
    "named tuple": (NamedPair({1}, 2), "[[1],2]"),
    "path": (PurePosixPath("/a/b"), '"/a/b"'),
    "dtype": (np.dtype("f4"), '"float32"'),
    "type": (int, '"int"'),
    "class with to_dict": (ToDict, '"ToDict"'),
    "scalar type": (np.float32, '"float32"'),
    "Decimal": (Decimal("1.10000000000000000000000000000001"), "1.10000000000000000000000000000001"),
    "Decimal without a value": ([Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity")], "[null,null,null]"),
    "Fraction that ends": ([Fraction(1, 8), Fraction(-5, 4), Fraction(3, 10**30)], f"[0.125,-1.25,0.{'0' * 29}3]"),
    "whole Fraction": ([Fraction(0), Fraction(10**40)], f"[0,1{'0' * 40}]"),
    "Fraction with many digits": (Fraction(2) ** -200, f"{Decimal((0, tuple(map(int, str(5**200))), -200)):f}"),
    "Fraction without an end": (Fraction(1, 3), repr(1 / 3)),
    "timedelta": (datetime.timedelta(days=1, seconds=2, microseconds=3), '"P1DT2.000003S"'),
    "negative timedelta": (-datetime.timedelta(seconds=1), '"-PT1S"'),
    "text in bytes": (b"ab\xc3\xa9", '"ab\xe9"'),
    "bytes": (b"\xff\x00", '"/wA="'),
    "bytearray": (bytearray(b"a"), '"a"'),
    "memoryview": (memoryview(b"xaxb")[1::2], '"ab"'),
    "memoryview of numbers": (memoryview(array("d", [1.5])), "[1.5]"),
    "array.array": (array("i", [1, 2]), "[1,2]"),
    "complex": (1 + 2j, "[1.0,2.0]"),
    "complex scalar": (np.complex64(0.1 + 2j), "[0.1,2.0]"),
    "complex array": (np.array([[1 + 2j], [3]], "F"), "[[[1.0,2.0]],[[3.0,0.0]]]"),
    "complex array of no dimension": (np.array(1j), "[0.0,1.0]"),
    "complex longdouble": (np.array([1j], "G"), "[[0.0,1.0]]"),
    "masked complex array": (np.ma.array([1j, 2], mask=[True, False]), "[null,[2.0,0.0]]"),
    "complex array without a mask": (np.ma.array([1j]), "[[0.0,1.0]]"),
    "void": (np.void(b"\xff\x01"), '"/wE="'),
    "array of void": (np.array([b"ab", b"\xff\x01"], "S2").view("V2"), '["ab","/wE="]'),
    "attribute __json__": (WithJson(), '{"by":"__json__"}'),
    "attribute for_json": (ForJson(), '["for_json"]'),
    "attribute to_dict": (ToDict(), '{"x":0.1,"seen":[3]}'),
    "float subclass": (Celsius(0.5), "0.5"),
    "objects in an array": (np.array([{1}, None, Decimal("1.1")], object), "[[1],null,1.1]"),
    # Of these orjson knows the JSON, and json asks the default.
    "Enum": (Suit.HEARTS, '"hearts"'),
    "UUID": (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
    "datetime": (datetime.datetime(2020, 1, 2, 3, 4, 5, 6), '"2020-01-02T03:04:05.000006"'),
    "date": (datetime.date(2020, 1, 2), '"2020-01-02"'),
    "time": (datetime.time(1, 2, 3), '"01:02:03"'),
    "dataclass": (Point(1, {2}), '{"x":1,"seen":[2]}'),
}


def made(value):
    return value() if isinstance(value, types.FunctionType) else value


def exact(text):
    """Read JSON with all digits of its numbers, and the words of json as null."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=lambda word: None)


def flask_provider():
    flask = pytest.importorskip("flask")
    from fastnpjson.flask import JSONProvider

    provider = JSONProvider(flask.Flask("app"))
    provider.default = common
    return provider.dumps


def django_encoder():
    pytest.importorskip("django")
    from fastnpjson.django import JSONEncoder

    class Encoder(JSONEncoder):
        def default(self, o):
            return common(o)

    return lambda document: json.dumps(document, cls=Encoder, separators=(",", ":"))


def starlette_response():
    pytest.importorskip("starlette")
    from fastnpjson.starlette import JSONResponse

    class Response(JSONResponse):
        default = staticmethod(common)

    return lambda document: Response(document).body.decode()


DOORS = {
    "dumps": lambda: lambda document: fastnpjson.dumps_str(document, default=common),
    "Encoder": lambda: lambda document: fastnpjson.Encoder(default=common).encode(document).decode(),
    "iterencode": lambda: lambda document: b"".join(fastnpjson.Encoder(default=common).iterencode(document)).decode(),
    "flask": flask_provider,
    "django": django_encoder,
    "starlette": starlette_response,
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("value", "text"), ROWS.values(), ids=ROWS)
def test_row(value, text, door):
    dumps = DOORS[door]()
    expected = f"[{text}]"
    if door in {"flask", "django"}:  # with keys in order, and ASCII
        assert exact(dumps([made(value)])) == exact(expected)
    else:
        assert dumps([made(value)]) == expected
    expected = {"a": orjson.loads(text), "b": 1}
    # Another layout, and the walk of documents that orjson refuses.
    indented = fastnpjson.dumps({"a": made(value), "b": 1}, common, fastnpjson.OPT_INDENT_2)
    assert orjson.loads(indented) == expected
    assert fastnpjson.dumps([made(value), 2**70], default=common).decode() == f"[{text},{2**70}]"


@pytest.mark.parametrize("layout", [{}, {"indent": 2}, {"indent": 4}, {"separators": (", ", ": ")}], ids=str)
@pytest.mark.parametrize(("value", "text"), ROWS.values(), ids=ROWS)
def test_row_in_compat(value, text, layout):
    written = compat.dumps({"a": made(value), "b": 2**70}, default=common, **layout)
    assert exact(written) == exact(f'{{"a":{text},"b":{2**70}}}')
    assert (
        compat.dumps([made(value)], default=common).replace("NaN", "null").replace("-Infinity", "null") == f"[{text}]"
    )


@pytest.mark.parametrize(("value", "text"), ROWS.values(), ids=ROWS)
def test_row_in_json(value, text):
    written = json.dumps([made(value), np.float32(0.1), np.arange(2)], default=common)
    read = json.loads(written, parse_constant=lambda word: None)
    assert read == json.loads(f"[{text},0.1,[0,1]]")


PLAIN = {name: row for name, row in ROWS.items() if not isinstance(row[0], np.ndarray)}


@pytest.mark.parametrize(("value", "text"), PLAIN.values(), ids=PLAIN)
def test_row_in_a_round_trip(value, text):
    numbers = np.array([0.1, np.nan], "f4")
    first, second = roundtrip.loads(roundtrip.dumps([made(value), numbers], default=common))
    if isinstance(value, np.generic):
        assert (type(first), first) == (type(value), value)
    elif value is not ROWS["memoryview of numbers"][0] and not isinstance(value, array | ToDict):
        assert first == json.loads(text)
    assert second.dtype == numbers.dtype
    assert second.tobytes() == numbers.tobytes()


def test_what_default_returns_in_a_round_trip_has_tags_too():
    asked = []

    def default(obj):
        asked.append(obj)
        return common(obj)

    document = [ToDict(), iter([np.int8(1)])]
    again = roundtrip.loads(roundtrip.dumps(document, default=default))
    assert again == [{"x": np.float32(0.1), "seen": [3]}, [np.int8(1)]]
    assert [type(again[0]["x"]), type(again[1][0])] == [np.float32, np.int8]
    assert asked.count(document[1]) == 1
    with pytest.raises(TypeError, match=r"\$\[0\]\[0\]: dict: would be read back as the tag"):
        roundtrip.dumps([iter([{"__numpy__": "AA==", "dtype": "|u1", "shape": [1]}])], default=common)


@pytest.mark.parametrize(
    "obj",
    [object(), re.compile("a"), len, slice(1), ValueError("a"), io.BytesIO(b"a\n"), ToJson(), Fraction(10**400, 3)],
    ids=lambda obj: type(obj).__name__,
)
def test_declined(obj):
    for dumps in (fastnpjson.dumps, compat.dumps, json.dumps):
        with pytest.raises(TypeError):
            dumps([obj], default=common)


def test_dtypes_without_json_keep_their_reason():
    with pytest.raises(TypeError, match=r"\$\.x.*field 'b' is complex64"):
        fastnpjson.dumps({"x": np.array([(1, 1j)], [("a", "i4"), ("b", "F")])}, default=common)
    with pytest.raises(TypeError, match=r"\$\.x"):
        fastnpjson.dumps({"x": np.array([(1, 1j)], [("a", "i4"), ("b", "F")])[0]}, default=common)


# What a door says first, where `common` takes an object.
WAYS = {
    "dumps": (fastnpjson.dumps, "pass default=fastnpjson.common"),
    "Encoder": (lambda document: fastnpjson.Encoder(decimals=1).encode(document), "pass default=fastnpjson.common"),
    "iterencode": (lambda document: [*fastnpjson.Encoder().iterencode(document)], "pass default=fastnpjson.common"),
    "roundtrip": (roundtrip.dumps, "pass default=fastnpjson.common"),
    "compat": (compat.dumps, "pass default=fastnpjson.common"),
    "default": (lambda document: json.dumps(document, default=fastnpjson.default), "pass default=fastnpjson.common"),
    "declined": (
        lambda document: fastnpjson.dumps(document, default=decline),
        "let default return fastnpjson.common(it)",
    ),
}
# By another way they come back as what they are.
BROUGHT_BACK = {
    **dict.fromkeys(("text in bytes", "bytes", "bytearray", "complex"), "write it as a scalar of NumPy"),
    "objects in an array": "convert it to numbers or strings, or write .tolist()",
}


def decline(obj):
    raise TypeError("mine")


@pytest.mark.parametrize("door", WAYS)
@pytest.mark.parametrize("row", ROWS)
def test_error_names_common_first(row, door):
    write, way = WAYS[door]
    try:
        write([made(ROWS[row][0])])
    except TypeError as error:
        ways = str(error).partition("; ")[2]
        if door == "roundtrip" and row in BROUGHT_BACK:
            assert ways == BROUGHT_BACK[row]
        else:
            assert ways.startswith(way)


RECORD = np.array([(1, 1j)], [("a", "i4"), ("b", "F")])


@pytest.mark.parametrize("door", [door for door in WAYS if door != "roundtrip"])
@pytest.mark.parametrize(
    "obj",
    [object(), re.compile("a"), io.BytesIO(b"a"), ToJson(), RECORD, RECORD[0]],
    ids=lambda obj: type(obj).__name__,
)
def test_error_does_not_name_common_in_vain(obj, door):
    with pytest.raises(TypeError) as caught:
        WAYS[door][0]([obj])
    assert "fastnpjson.common" not in str(caught.value)


def test_common_that_declines_is_not_named():
    with pytest.raises(TypeError, match="Fraction beyond the floats") as caught:
        fastnpjson.dumps([Fraction(10**400, 3)], default=common)
    assert "fastnpjson.common" not in str(caught.value)


class Quantity(np.ndarray):
    """A class of another package than NumPy, about which a default is asked first."""


def test_arrays_of_other_packages_are_as_without_common():
    numbers = np.array([0.126, np.nan], "f4").view(Quantity)
    for settings in ({}, {"nan": "string"}, {"decimals": 1}):
        expected = fastnpjson.Encoder(**settings).encode([numbers])
        assert fastnpjson.Encoder(**settings, default=common).encode([numbers]) == expected
    assert json.dumps(np.array([0.1], "f4").view(Quantity), default=common) == "[0.1]"
    assert fastnpjson.dumps([np.array([1j]).view(Quantity)], default=common) == b"[[[0.0,1.0]]]"


def test_subclasses_of_numpy_are_its_arrays(tmp_path):
    memory = np.memmap(tmp_path / "z", np.complex64, "w+", shape=(1, 2))
    assert fastnpjson.dumps([memory], default=common) == b"[[[[0.0,0.0],[0.0,0.0]]]]"


def test_decimals_beyond_floats():
    large = [Decimal("1E+400"), Decimal("-0"), Decimal("0E-7")]
    assert fastnpjson.dumps(large, default=common) == b"[1E+400,-0,0E-7]"
    assert compat.dumps(large, default=common, indent=1) == "[\n 1E+400,\n -0,\n 0E-7\n]"
    assert json.dumps(large, default=common) == "[Infinity, 0, 0.0]"


def test_settings_are_kept():
    encode = fastnpjson.Encoder(default=common, nan="string", decimals=2).encode
    document = [{np.float64(0.126)}, ToDict(), complex("nan"), np.array([complex("inf")]), Decimal("NaN")]
    expected = b'[[0.13],{"x":0.1,"seen":[3]},["NaN",0.0],[["Infinity",0.0]],"NaN"]'
    assert encode(document) == expected
    with pytest.raises(ValueError, match=r"\$\[0\]\[0\]"):
        fastnpjson.Encoder(default=common, nan="error").encode([{float("nan")}])
    encode = fastnpjson.Encoder(default=common, complex="string", bytes="base64").encode
    assert encode([1j, b"ab"]) == b'["0.0+1.0j","YWI="]'
    option = fastnpjson.OPT_SORT_KEYS | fastnpjson.OPT_PASSTHROUGH_SUBCLASS
    assert fastnpjson.dumps([collections.UserDict(b=1, a={2})], common, option) == b'[{"a":[2],"b":1}]'
    subclasses = [Whole(1), Text("a"), type("Many", (list,), {})([{1}]), collections.OrderedDict(a={1})]
    assert fastnpjson.dumps(subclasses, common, option) == b'[1,"a",[[1]],{"a":[1]}]'


def test_a_time_with_a_zone_in_json():
    time = datetime.time(1, tzinfo=datetime.timezone.utc)
    assert compat.dumps([time], default=common) == json.dumps([time.isoformat()])


def test_another_default():
    both = common.using(str)
    document = [{3}, re.compile("a"), array("d", range(2000)), np.complex64(1j), object]
    numbers = ",".join(f"{number}.0" for number in range(2000))
    expected = f'[[3],"re.compile(\'a\')",[{numbers}],[0.0,1.0],"object"]'
    assert fastnpjson.dumps(document, default=both).decode() == expected

    def first(obj):
        return "mine" if isinstance(obj, set) else common(obj)

    assert fastnpjson.dumps([{3}, (i for i in range(2))], default=first) == b'["mine",[0,1]]'


def test_what_a_package_refuses_is_not_text():
    class Broken:
        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("no memory on the device")

    with pytest.raises(TypeError, match="no memory on the device"):
        fastnpjson.dumps([Broken()], default=common.using(str))


def test_arrays_on_a_device():
    class OnDevice:
        """An array of which only a copy can be had: it has an address that is none of the host's.

        https://data-apis.org/array-api/latest/API_specification/generated/array_api.array.__dlpack__.html
        """

        def __init__(self, array):
            self._array = array

        def __dlpack_device__(self):
            return 2, 1  # the second card of CUDA

        def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
            if dl_device not in {None, (2, 1), (1, 0)}:
                raise BufferError(f"no way to {dl_device}")
            if dl_device != (1, 0):
                raise AssertionError("NumPy cannot read this memory")
            if copy is False:
                raise BufferError("only a copy is on the host")
            return self._array.copy().__dlpack__()

    for numbers, text in (
        (np.array([1.5, 2.5], "f4"), b"[[1.5,2.5]]"),
        (np.arange(4).reshape(2, 2), b"[[[0,1],[2,3]]]"),
        (np.array([0.1], "f2"), b"[[0.1]]"),
        (np.array([1j]), b"[[[0.0,1.0]]]"),
    ):
        with pytest.raises(TypeError, match=r"; pass default=fastnpjson.common$"):
            fastnpjson.dumps([OnDevice(numbers)])
        assert fastnpjson.dumps([OnDevice(numbers)], default=common) == text
        assert json.dumps(OnDevice(numbers), default=common) == json.dumps(json.loads(text)[0])


def test_arrays_on_the_host():
    class OnHost:
        def __dlpack_device__(self):
            return np.arange(2).__dlpack_device__()

        def __dlpack__(self, **kwargs):
            return np.arange(2).__dlpack__()

    assert fastnpjson.dumps([OnHost()], default=common) == b"[[0,1]]"


def test_devices_of_packages_that_are_named():
    """Stand-ins for PyTorch and CuPy, for there is no device here."""
    steps = []

    class Tensor:
        __module__ = "torch"
        dtype = "torch.float32"

        def detach(self):
            return self

        def resolve_conj(self):
            steps.append("resolve_conj")
            return self

        def resolve_neg(self):
            steps.append("resolve_neg")
            return self

        def cpu(self):
            steps.append("cpu")
            return self

        def __array__(self, dtype=None, copy=None):
            assert steps[-1] == "cpu"
            return np.array([1.5])

    ndarray = type("ndarray", (), {"__module__": "cupy", "get": lambda self: np.array([2.5])})
    device = type("device", (), {"__module__": "torch", "__str__": lambda self: "cuda:0"})
    assert fastnpjson.dumps([Tensor(), ndarray(), device()], default=common) == b'[[1.5],[2.5],"cuda:0"]'
    assert steps == ["resolve_conj", "resolve_neg", "cpu"]


class Lengthless(tuple):
    def __len__(self):
        raise ZeroDivisionError


class Twice(tuple):
    def __iter__(self):
        return iter([2 * item for item in tuple.__iter__(self)])


class Registered(enum.EnumMeta):
    """A metaclass that orjson does not take for the one of enums."""


class Range(tuple, enum.Enum, metaclass=Registered):
    def __new__(cls, items):
        member = tuple.__new__(cls, items)
        member._value_ = "from {} to {}".format(*items)
        return member

    SMALL = (1, 2)


CONTAINERS = {
    "nested": (frozenset({frozenset({frozenset({1})})}), "[[[1]]]"),
    "beside an array": ([np.arange(3), {1}, np.float32(0.1)], "[[0,1,2],[1],0.1]"),
    "with what is asked about": (
        collections.deque([PurePosixPath("a"), np.datetime64("NaT", "s"), {Decimal("1.10")}]),
        '["a",null,[1.10]]',
    ),
    "with a big integer": ([{2**70}, range(2**70, 2**70 + 1)], f"[[{2**70}],[{2**70}]]"),
    "with a key": (collections.deque([{np.int8(1): {2}}]), '[{"1":[2]}]'),
    "with a large array": (
        collections.deque([np.zeros(20_000)]),
        f"[[{','.join(['0.0'] * 20_000)}]]",
    ),
    "long tuple": (NamedPair(NamedPair(1, (2,)), {"a": {3}}), '[[1,[2]],{"a":[3]}]'),
    "tuple with items of its own": (Twice((1, 2)), "[2,4]"),
    "tuple that is an enum": ([{1}, Range.SMALL], '[[1],"from 1 to 2"]'),
    "time": (time.gmtime(0), "[1970,1,1,0,0,0,3,1,0]"),
    "views": ([{"a": 1}.items(), {"a": {1}}.values(), {"b": 0}.keys()], '[[["a",1]],[[1]],["b"]]'),
    "many": ([{"seen": {i}} for i in range(3000)], "[" + ",".join(f'{{"seen":[{i}]}}' for i in range(3000)) + "]"),
    "durations": (
        [datetime.timedelta(days=1, seconds=i) for i in range(1, 10)] + [datetime.timedelta.max],
        "[" + ",".join(f'"P1DT{i}S"' for i in range(1, 10)) + ',"P999999999DT23H59M59.999999S"]',
    ),
    "short durations": (
        [datetime.timedelta(seconds=-i) for i in range(1, 10)],
        "[" + ",".join(f'"-PT{i}S"' for i in range(1, 10)) + "]",
    ),
}


@pytest.mark.parametrize("default", [common, common.using(str), common.__call__], ids=["c", "using", "python"])
@pytest.mark.parametrize(("document", "text"), CONTAINERS.values(), ids=CONTAINERS)
def test_containers(document, text, default):
    assert fastnpjson.dumps(document, default).decode() == text
    encoder = fastnpjson.Encoder(default=default, option=fastnpjson.OPT_APPEND_NEWLINE)
    assert encoder.encode(document).decode() == b"".join(encoder.iterencode(document)).decode() == text + "\n"
    indented = fastnpjson.dumps(document, default, fastnpjson.OPT_INDENT_2)
    assert exact(indented) == exact(text)


def test_nan_in_containers_is_found():
    document = [{math.nan}, collections.deque([np.float32("inf")]), NamedPair(-math.inf, np.array([math.nan]))]
    assert fastnpjson.dumps(document, common) == b"[[null],[null],[null,[null]]]"
    expected = b'[["NaN"],["Infinity"],["-Infinity",["NaN"]]]'
    assert fastnpjson.Encoder(nan="string", default=common).encode(document) == expected
    for part, place in zip(document, ("[0][0]", "[1][0]", "[2][0]"), strict=True):
        others = [[], [], []]
        others[document.index(part)] = part
        with pytest.raises(ValueError, match=rf"^\${re.escape(place)}: .*NaN"):
            fastnpjson.Encoder(nan="error", default=common).encode(others)


def circle():
    deque = collections.deque()
    deque.extend([deque, deque])
    return deque


@pytest.mark.parametrize(
    "document",
    [circle(), functools.reduce(lambda inner, _: frozenset({inner}), range(300), 1)],
    ids=["circle", "deep"],
)
def test_containers_without_an_end(document):
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$\[0\]\[0\].*levels"):
        fastnpjson.dumps([document], common)


@pytest.mark.parametrize("make", [collections.deque, list])
def test_containers_that_change_meanwhile(make):
    class Clears:
        def to_dict(self):
            for container in shrinking:
                container.clear()
            return {}

    shrinking = [make([Clears(), *range(1000), Clears(), Clears()]) for _ in range(3)]
    if make is list or speedups is not None:
        with pytest.raises(RuntimeError, match="changed"):
            fastnpjson.dumps(shrinking, common)
    else:  # Python makes a list of each when it comes to it
        assert fastnpjson.loads(fastnpjson.dumps(shrinking, common))[1:] == [[], []]


def test_a_function_of_python_is_asked_while_orjson_is_in_no_document():
    with pytest.raises(ZeroDivisionError):
        fastnpjson.dumps([{1}, Lengthless((1, 2))], common)


def test_many_containers_take_the_time_of_lists():
    sets = [{"id": i, "seen": {i, i + 1}} for i in range(10_000)]
    lists = [{"id": i, "seen": [i, i + 1]} for i in range(10_000)]
    if speedups is None:
        pytest.skip("Python takes a microsecond for each")
    check_takes_at_most(4, lambda: fastnpjson.dumps(sets, common), lambda: orjson.dumps(lists))


def test_pickles_and_copies():
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(common, protocol)) is common
        again = pickle.loads(pickle.dumps(common.using(str), protocol))
        assert again(re.compile("a")) == "re.compile('a')"
    assert copy.deepcopy(common) is common
    assert b"_documents" not in pickle.dumps(fastnpjson.Encoder(default=common), 0)
    assert repr(common) == "fastnpjson.common"
    assert repr(common.using(str)) == "fastnpjson.common.using(<class 'str'>)"


def test_fragments_of_a_default_in_every_layout():
    def default(obj):
        return fastnpjson.Fragment('["\xe9",1.10]'.encode())

    document = {"a": object(), "b": [object(), 2**70], np.int8(3): float("nan")}
    for ensure_ascii in (False, True):
        text = "\\u00e9" if ensure_ascii else "\xe9"
        written = compat.dumps(document, default=default, ensure_ascii=ensure_ascii, separators=(", ", ": "))
        assert written == f'{{"a": ["{text}",1.10], "b": [["{text}",1.10], {2**70}], "3": NaN}}'


def test_directory_entries_are_paths(tmp_path):
    (tmp_path / "a").touch()
    assert fastnpjson.dumps([Path("a"), *os.scandir(tmp_path)], common) == (f'["a","{tmp_path / "a"}"]'.encode())
