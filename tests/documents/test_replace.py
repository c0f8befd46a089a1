"""Keys that are no text, integers beyond 64 bits and words for NaN, in copies of only the containers that hold them."""

import dataclasses
import datetime
import enum
import json
import math
import uuid
from collections import Counter, OrderedDict, defaultdict
from types import SimpleNamespace

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fastnpjson
from fastnpjson._documents import replace as module
from fastnpjson._documents.convert import NeedsWalk
from fastnpjson._documents.replace import Key, Members, Replacements
from fastnpjson._documents.survey import Kind
from fastnpjson._extension import speedups

BIG = 2**70
ALL = Kind.BIG_INTEGER | Kind.NONFINITE | Kind.SUBCLASS | Kind.DATACLASS
WORDS = ("nan", "inf", "-inf")


@pytest.fixture(params=["python", "c"])
def replace(request, monkeypatch):
    """Both versions; what they call themselves is the one of this test, too."""
    if request.param == "c" and speedups is None:
        pytest.skip("there is no extension module")
    version = module._replace_in_python if request.param == "python" else speedups.replace
    monkeypatch.setattr(module, "_replace", version)
    return module.replace


def fields(obj):
    return {field.name: getattr(obj, field.name) for field in dataclasses.fields(obj)}


def spelled(key):
    return (
        json.dumps(key)
        if key is None or isinstance(key, bool)
        else str(key.item() if isinstance(key, np.bool_) else key).lower()
    )


def replacements(kinds=ALL, text=spelled, **kwargs):
    return Replacements(kinds, text, fields, WORDS, **kwargs)


@dataclasses.dataclass
class Point:
    x: object = 1


@dataclasses.dataclass(slots=True)
class Slots:
    x: object = 1


class Colour(enum.Enum):
    PLAIN = 1
    HUGE = BIG


class Huge(int):
    pass


def text_of(document):
    return orjson.dumps(document, None, orjson.OPT_NON_STR_KEYS)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({np.int8(1): 2}, '{"1":2}'),
        ({"a": 1, 7: {True: None, None: 0}}, '{"a":1,"7":{"true":null,"null":0}}'),
        ({0.5: 1, np.float64(1.5): 2, np.float32(0.1): 3}, '{"0.5":1,"1.5":2,"0.1":3}'),
        ({np.bool_(False): 0, np.str_("s"): 1, np.uint64(2**64 - 1): 2}, f'{{"false":0,"s":1,"{2**64 - 1}":2}}'),
        ({BIG: 1, -BIG: 2}, f'{{"{BIG}":1,"{-BIG}":2}}'),
        ({Huge(3): 1, Huge(BIG): 2}, f'{{"3":1,"{BIG}":2}}'),
        ([1, BIG, [2**64 - 1, 2**64, -(2**63) - 1]], f"[1,{BIG},[{2**64 - 1},{2**64},{-(2**63) - 1}]]"),
        ((1, (BIG,)), f"[1,[{BIG}]]"),
        ([math.nan, {"a": (math.inf, -math.inf, 1.5)}], '["nan",{"a":["inf","-inf",1.5]}]'),
        (OrderedDict(a=[BIG]), f'{{"a":[{BIG}]}}'),
        (defaultdict(list, {np.int64(1): 2}), '{"1":2}'),
        ([Point(BIG), Slots([BIG])], f'[{{"x":{BIG}}},{{"x":[{BIG}]}}]'),
        ([Colour.HUGE, Huge(BIG), Colour.PLAIN], f"[{BIG},{BIG},1]"),
    ],
    ids=lambda value: None if isinstance(value, str) else type(value).__name__,
)
def test_replacements(replace, document, text):
    replaced, _ = replace(document, replacements())
    assert text_of(replaced).decode() == text


@pytest.mark.parametrize(
    "document",
    [
        {"a": [1, 2.5, "x", None, True, (1,), {}]},
        [Point(1), Slots(2), Colour.PLAIN, OrderedDict(a=1), uuid.UUID(int=1), np.arange(3), np.int64(1)],
        [datetime.date(2020, 1, 1), SimpleNamespace(x=BIG), Huge(3)],
    ],
    ids=["builtins", "others", "unknown"],
)
def test_what_holds_nothing_to_replace_is_not_copied(replace, document):
    replaced, keeps = replace(document, replacements())
    assert replaced is document
    assert not keeps


def test_only_the_way_to_what_is_replaced_is_copied(replace):
    untouched, row = {"a": [1]}, {"b": [BIG]}
    document = [untouched, row]
    replaced, _ = replace(document, replacements())
    assert replaced[0] is untouched
    assert replaced[1] is not row
    assert document == [{"a": [1]}, {"b": [BIG]}]


def test_two_keys_of_one_text_are_two_members(replace):
    replaced, keeps = replace({1: "a", "1": "b", np.int64(2): "c", "2": "d"}, replacements())
    assert keeps
    assert text_of(replaced) == b'{"1":"a","1":"b","2":"c","2":"d"}'
    assert [type(key) for key in replaced] == [str, Key, str, Key]


@pytest.mark.parametrize("shape", [list, tuple, dict], ids=["list", "tuple", "dict"])
def test_a_circle_or_a_deep_document_ends(replace, shape):
    def wrap(inner):
        return {"a": inner, "b": inner} if shape is dict else shape([inner, inner])

    circle: list = []
    circle += [wrap(circle), wrap(circle), BIG]
    with pytest.raises(NeedsWalk):
        replace(circle, replacements())
    deep = BIG
    for _ in range(300):
        deep = {"a": deep}
    with pytest.raises(NeedsWalk):
        replace(deep, replacements())


def test_a_function_that_empties_its_document(replace):
    document = {np.datetime64("2020"): [BIG], "a": [[1, BIG]], np.datetime64("2021"): BIG}

    def text(key):
        document.pop("a", [])[:] = []
        document.clear()
        return "k"

    replaced, _ = replace(document, replacements(text=text))
    assert next(iter(replaced)) == "k"


@pytest.mark.parametrize(
    "text", [lambda key: 1 / 0, lambda key: b"bytes", {}.__getitem__], ids=["raises", "no text", "key error"]
)
def test_functions_that_fail(replace, text):
    with pytest.raises((ZeroDivisionError, KeyError, NeedsWalk)):
        replace({np.datetime64("2020"): 1}, replacements(text=text))


def test_json_sorts_before_keys_are_text(replace):
    like_json = replacements(like_json=True, sorts=True)
    assert list(replace({3: 1, 1: 1, 2: {"z": 0, "a": 0}}, like_json)[0]) == ["1", "2", "3"]
    for unlike in ({10: 1, 9: 1}, {1: 0, "a": 0}):
        with pytest.raises(NeedsWalk):
            replace(unlike, like_json)


def test_keys_for_json(replace):
    """json knows all keys of an object, or it gets text for all of them; what has no text is json's affair."""
    for_json = replacements(
        text=lambda key: key if isinstance(key, tuple) else spelled(key), like_json=True, sorts=True, for_json=True
    )
    known = {2: [], 1.5: 0}
    assert replace(known, for_json)[0] is known
    assert replace({1: 0, "a": 0, None: 0}, for_json)[0] == {"1": 0, "a": 0, "null": 0}
    assert replace({np.int64(2): 0, 1: 0, (3,): 0}, for_json)[0] == {"2": 0, "1": 0, (3,): 0}
    skips = for_json._replace(text_of_key=lambda key: None)
    assert replace([{"a": 0, (3,): BIG, "b": 1}, {1: 0, 2: 0}], skips)[0] == [{"a": 0, "b": 1}, {1: 0, 2: 0}]


def test_a_key_that_is_left_out(replace):
    assert replace({"a": 1, np.datetime64("2020"): BIG, "b": 2}, replacements(text=lambda key: None))[0] == {
        "a": 1,
        "b": 2,
    }


@given(
    st.recursive(
        st.integers() | st.floats() | st.text(max_size=2) | st.none(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text(max_size=1) | st.integers() | st.booleans() | st.none(), inner)
        ),
    )
)
def test_the_versions_agree(document):
    if speedups is None:
        pytest.skip("there is no extension module")
    for like_json, factor in ((False, 0.0), (True, 0.0), (False, 1.0), (False, 100.0), (False, 1e22)):
        text = lambda key: "null" if key is None else json.dumps(key)  # noqa: E731
        to = replacements(text=text, like_json=like_json, factor=factor)
        ours, _ = speedups.replace(document, to)
        theirs, _ = module._replace_in_python(document, to)
        assert text_of(ours) == text_of(theirs)


def test_members_are_a_dataclass_for_orjson():
    assert orjson.dumps(Members({"b": 1, "a": 2}), None, orjson.OPT_SORT_KEYS) == b'{"b":1,"a":2}'


@pytest.mark.parametrize("nan", ["null", "string", "error"])
@pytest.mark.parametrize("option", [0, fastnpjson.OPT_SORT_KEYS, fastnpjson.OPT_NON_STR_KEYS], ids=hex)
def test_odd_values_among_many(nan, option):
    """The oracle is json, with the keys as text."""
    document = [
        {"id": i, np.int32(i): BIG + i, "row": Point(BIG), "count": Counter({np.int64(i): i})} for i in range(50)
    ]
    expected = [{"id": i, str(i): BIG + i, "row": {"x": BIG}, "count": {str(i): i}} for i in range(50)]
    text = fastnpjson.Encoder(nan=nan, option=option).encode(document)
    assert json.loads(text) == expected


def test_errors_say_where():
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$\[1\].a\[0\]: tuple"):
        fastnpjson.dumps([{np.int64(1): BIG}, {"a": [{(1, 2): 3}]}])
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$\[1\]: int: .*4300"):
        fastnpjson.dumps([{np.int64(1): BIG}, 10**5000])
    with pytest.raises(ValueError, match=r"^\$\[1\]\[0\]"):
        fastnpjson.Encoder(nan="error").encode([{np.int64(1): BIG}, [math.nan]])
    with pytest.raises(ValueError, match="NaN"):
        fastnpjson.Encoder(nan="error").encode([{np.int64(1): BIG}, Slots(np.array([math.nan]))])
    with pytest.raises(fastnpjson.JSONEncodeError, match="64-bit"):
        fastnpjson.dumps({np.int64(1): BIG}, None, fastnpjson.OPT_STRICT_INTEGER)


@pytest.mark.parametrize("key", [np.int64(1), np.datetime64("2020"), uuid.UUID(int=1), 0.5, Colour.PLAIN], ids=repr)
def test_many_keys_have_the_text_of_one(key):
    """Where there are many, orjson's flag writes some of them."""
    [text] = json.loads(fastnpjson.dumps({key: 0}))
    rows = json.loads(fastnpjson.dumps([{key: i} for i in range(300)]))
    assert rows == [{text: i} for i in range(300)]


@pytest.mark.skipif(speedups is None, reason="there is no extension module")
@pytest.mark.parametrize(
    "given", [(), ({}, None), ({}, (1, 2)), ({}, (0, str, str, (1,), str, str, 0, 0, 0))], ids=repr
)
def test_arguments_of_the_extension(given):
    with pytest.raises(TypeError):
        speedups.replace(*given)


@pytest.mark.parametrize("odd", [BIG, "plain"], ids=["copied", "as it is"])
def test_shared_parts_are_walked_over_once(replace, odd):
    shared = [odd]
    for _ in range(40):
        shared = [shared, {"a": shared}][:2]
    replaced, _ = replace(shared, replacements())
    assert (replaced is shared) == (odd == "plain")
    for _ in range(39):
        replaced = replaced[1]["a"]
    assert len(replaced) == 2


def test_a_default_that_returns_what_is_replaced():
    def default(obj):
        return {np.int64(1): [BIG, obj.real], "n": math.nan}

    text = fastnpjson.Encoder(default=default, nan="string").encode([1j, 2j])
    assert text == f'[{{"1":[{BIG},0.0],"n":"NaN"}},{{"1":[{BIG},0.0],"n":"NaN"}}]'.encode()
    text = fastnpjson.dumps([1j], default, fastnpjson.OPT_INDENT_2)
    assert json.loads(text) == [{"1": [BIG, 0.0], "n": None}]


@pytest.mark.parametrize("dtype", ["M8[s]", "m8[ms]", "f2", "f4", "f8", "g"])
@pytest.mark.parametrize("settings", [{}, {"nan": "string"}, {"decimals": 1}], ids=str)
def test_many_scalars_have_the_text_of_one(dtype, settings):
    scalars = [*np.arange(1200).astype(dtype), *np.array(["nan" if dtype[0] in "fg" else "NaT"], dtype)]
    encode = fastnpjson.Encoder(**settings).encode
    assert encode(scalars) == b"[" + b",".join(map(encode, scalars)) + b"]"


@pytest.mark.parametrize(
    "option", [0, fastnpjson.OPT_UTC_Z, fastnpjson.OPT_NAIVE_UTC, fastnpjson.OPT_OMIT_MICROSECONDS], ids=hex
)
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin", "Asia/Kolkata", "Africa/Monrovia"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_many_times_of_pandas_have_the_text_of_one(option, zone, unit):
    pandas = pytest.importorskip("pandas")
    moments = pandas.date_range("1971-01-01", periods=300, freq="17h13min", tz=zone, unit=unit)
    rows = [*moments, pandas.NaT, moments[0] + pandas.Timedelta(1, "us"), pandas.Timestamp(1, tz=zone)]
    texts = [fastnpjson.dumps(moment, None, option) for moment in rows]
    assert fastnpjson.dumps(rows, None, option) == b"[" + b",".join(texts) + b"]"
    for moment, text in zip(rows, texts, strict=True):
        if moment is not pandas.NaT and zone != "Africa/Monrovia" and not option & fastnpjson.OPT_OMIT_MICROSECONDS:
            assert pandas.Timestamp(json.loads(text)).tz_localize(None) == moment.tz_localize(None)


def test_times_of_pandas_that_are_for_the_default():
    pandas = pytest.importorskip("pandas")
    rows = [pandas.Timestamp(i) for i in range(20)]
    text = fastnpjson.dumps(rows, lambda moment: moment.value, fastnpjson.OPT_PASSTHROUGH_DATETIME)
    assert json.loads(text) == [*range(20)]
