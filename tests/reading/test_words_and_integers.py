"""NaN, infinities and integers beyond 64 bits on request; the oracle is json."""

import io
import json
import math
import sys

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle_of_loads import same
from timing import check_takes_at_most
from versions import in_python

import fastnpjson
from fastnpjson._extension import speedups

WAYS = {"loads": fastnpjson.loads, "python": in_python().loads}
HUGE = st.integers(-(2**70), 2**70) | st.sampled_from([2**64, 2**64 - 1, -(2**63), -(2**63) - 1, 10**400])
LEAVES = (
    HUGE
    | st.floats()
    | st.booleans()
    | st.none()
    | st.sampled_from(["NaN", '"-Infinity', "\\", "18446744073709551616"])
)
DOCUMENTS = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30)
SETTINGS = {
    "nan": {"allow_nan": True},
    "integers": {"exact_integers": True},
    "both": {"allow_nan": True, "exact_integers": True},
}


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def loads(request):
    return request.param


def has_words(obj):
    return (
        any(map(has_words, obj.values() if isinstance(obj, dict) else obj))
        if isinstance(obj, (dict, list))
        else isinstance(obj, float) and not math.isfinite(obj)
    )


def as_orjson(obj):
    """A document with floats for integers beyond 64 bits; orjson refuses those that no float is."""
    if isinstance(obj, dict):
        return {key: as_orjson(value) for key, value in obj.items()}
    if isinstance(obj, list):
        return list(map(as_orjson, obj))
    return obj if type(obj) is not int or -(2**63) <= obj < 2**64 else float(obj)


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@given(obj=DOCUMENTS, indent=st.sampled_from([None, 1]))
def test_documents_of_json(settings, obj, indent):
    text = json.dumps(obj, indent=indent)
    refused = has_words(obj) and "allow_nan" not in settings
    try:
        expected = obj if "exact_integers" in settings else as_orjson(obj)
    except OverflowError:
        refused = True
    for data in (text, text.encode(), bytearray(text.encode())):
        if refused:
            with pytest.raises(fastnpjson.JSONDecodeError):
                fastnpjson.loads(data, **settings)
        else:
            assert repr(fastnpjson.loads(data, **settings)) == repr(expected)


WRONG = [
    "1NaN",
    "NaN1",
    "-NaN",
    "+Infinity",
    "nan",
    "{NaN:1}",
    "[NaN,]",
    "Infinityy",
    "- Infinity",
    "1eNaN",
    "NaNNaN",
    '"\ud800"NaN',
]
WRONG += ["1e400", '["\\ud800",NaN]', '[NaN,"\x01"]', "[NaN,01]", '{"a":NaN', "[18446744073709551616,NaN,1.]", '["NaN"']


@pytest.mark.parametrize("settings", [{}, {"arrays": True}, {"arrays": {"$": "f8"}}, {"exact_integers": True}], ids=str)
@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_stays_wrong(loads, text, settings):
    """Also what json takes, such as lone surrogates."""
    with pytest.raises(fastnpjson.JSONDecodeError) as caught:
        loads(text, allow_nan=True, **settings)
    assert caught.value.doc == text
    with pytest.raises(fastnpjson.JSONDecodeError):
        loads(f'{{"a":[1.5],"b":{text}}}'.encode(errors="surrogatepass"), allow_nan=True, **settings)


BEYOND = ["1" + "0" * 400 + ".0", "1" + "0" * 24 + "e300", "1e" + "0" * 20 + "400", "-1" + "0" * 24 + "E+300"]


@pytest.mark.parametrize("text", BEYOND)
def test_floats_beyond_the_range_are_no_infinities(loads, text):
    for settings in SETTINGS.values():
        with pytest.raises(fastnpjson.JSONDecodeError, match="infinity when parsed"):
            loads(f"[36893488147419103232,{text}]", **settings)


@pytest.mark.parametrize("text", ["0." + "0" * 30 + "1e30", "1e-" + "0" * 20 + "4", "1" + "0" * 24 + "e-300", "1" * 25])
def test_long_numbers_beside_large_integers(loads, text):
    document = f"[{10**400},{text}]"
    assert loads(document, exact_integers=True) == json.loads(document)


@pytest.mark.parametrize("blank", ["", " ", "\n", "\r\n" * 3000])
@pytest.mark.parametrize("digits", ["18446744073709551616", "-9223372036854775809", "9" * 100])
def test_documents_that_are_an_integer(loads, digits, blank):
    for text in (digits + blank, blank + digits, blank + digits + blank):
        assert loads(text, exact_integers=True) == int(digits)
        assert loads(text.encode(), exact_integers=True) == int(digits)


@pytest.mark.parametrize("end", ["", "\\"])
def test_time_of_a_string_without_an_end(loads, end):
    string = '[NaN,"' + '\\"' * 20_000
    text = string + end

    def read():
        with pytest.raises(fastnpjson.JSONDecodeError):
            loads(text, allow_nan=True)

    check_takes_at_most(10, read, lambda: json.loads(string + '"]'))


def test_place_in_the_whole_text():
    text = '[-Infinity, 18446744073709551616, "NaN é",\n  1.5.]'
    for settings in ({"allow_nan": True}, {"allow_nan": True, "exact_integers": True}):
        with pytest.raises(fastnpjson.JSONDecodeError) as caught:
            fastnpjson.loads(text, **settings)
        assert (caught.value.lineno, caught.value.colno) == (2, 6)
    with pytest.raises(fastnpjson.JSONDecodeError, match=r"^NaN is not JSON .*allow_nan=True"):
        fastnpjson.loads("[18446744073709551616,NaN]", exact_integers=True)


@pytest.mark.parametrize("settings", [{}, {"arrays": True}, {"exact_integers": True}], ids=str)
@pytest.mark.parametrize("word", ["NaN", "-Infinity"])
def test_errors_of_lines_name_the_setting(word, settings):
    lines = io.StringIO(f'{{"x":1}}\n{{"x":{word}}}')
    with pytest.raises(
        fastnpjson.JSONDecodeError, match=r"^(NaN|Infinity) is not JSON .*allow_nan=True of .*: line 2 column"
    ):
        [*fastnpjson.load_lines(lines, **settings)]


def test_deeper_than_json_goes():
    text = "[" * 1000 + "NaN" + "]" * 1000
    limit = sys.getrecursionlimit()
    for recursion in (limit, 9000):
        sys.setrecursionlimit(recursion)
        try:
            whole = fastnpjson.loads(text, allow_nan=True)
        except ValueError as error:
            whole = str(error)
        finally:
            sys.setrecursionlimit(limit)
        depth = 0
        while isinstance(whole, list):
            [whole], depth = whole, depth + 1
        assert "nested too deep" in str(whole) or (repr(whole), depth) == ("nan", 1000)
    assert depth == 1000


ARRAYS = {
    "[NaN]": np.array([np.nan]),
    "[1,NaN]": np.array([1, np.nan]),
    "[[0.5,-Infinity],[Infinity,null]]": np.array([[0.5, -np.inf], [np.inf, np.nan]]),
    "[Infinity,36893488147419103232]": np.array([np.inf, 2.0**65]),
    "[true,NaN]": [True, math.nan],
    '["NaN",NaN]': ["NaN", math.nan],
    "[[1,2],[3],NaN]": [np.array([1, 2]), np.array([3]), math.nan],
    '{"a":NaN,"b":[1,2],"c":["NaN",{"d":[NaN,1.5]}]}': {
        "a": math.nan,
        "b": np.array([1, 2]),
        "c": ["NaN", {"d": np.array([np.nan, 1.5])}],
    },
}


@pytest.mark.parametrize("text", ARRAYS)
def test_words_in_all_arrays(loads, text):
    assert same(loads(text, arrays=True, allow_nan=True), ARRAYS[text])
    for settings in ({}, {"allow_nan": False, "exact_integers": True}):
        with pytest.raises(
            fastnpjson.JSONDecodeError, match=r"^(NaN|Infinity) is not JSON \(RFC 8259\), but .*allow_nan"
        ):
            loads(text, arrays=True, **settings)


NUMBERS = st.integers(-(2**70), 2**70) | st.floats() | st.sampled_from([math.nan, math.inf, -math.inf])
LISTS = st.lists(NUMBERS | st.none() | st.booleans(), min_size=1, max_size=4)
TABLES = st.lists(st.lists(NUMBERS, min_size=2, max_size=2), min_size=1, max_size=3)


@given(
    st.lists(LISTS | TABLES | NUMBERS, max_size=4),
    st.sampled_from([True, {"$[*]": "f4"}, {"$[0]": "f8", "$[1]": "i2"}]),
)
def test_lists_with_words_are_those_of_python(document, arrays):
    text = json.dumps({"x": document})
    if arrays is not True:
        arrays = {path.replace("$", "$.x"): dtype for path, dtype in arrays.items()}

    def outcome(loads):
        try:
            return loads(text, arrays=arrays, allow_nan=True)
        except ValueError as error:
            return str(error)

    assert same(outcome(fastnpjson.loads), outcome(WAYS["python"]))


@pytest.mark.parametrize(
    "word", ["NaNs", "-NaN", "nan", "+Infinity", "Infinit", "-Inf", "--Infinity", "NaN1", "- Infinity"]
)
@pytest.mark.parametrize("arrays", [True, {"$": "f4"}], ids=str)
def test_words_that_json_does_not_have(loads, word, arrays):
    with pytest.raises(fastnpjson.JSONDecodeError, match="line 1 column"):
        loads(f"[1.5,{word},2]", arrays=arrays, allow_nan=True)


def test_words_in_a_list_cost_little():
    numbers = np.random.default_rng(0).random(20_000)
    plain = json.dumps(numbers.tolist()).encode()
    numbers[::10] = np.nan
    words = json.dumps(numbers.tolist()).encode()
    for arrays in (True, {"$": "f4"}):
        check_takes_at_most(
            3 if speedups else 10,
            lambda arrays=arrays: fastnpjson.loads(words, arrays=arrays, allow_nan=True),
            lambda arrays=arrays: fastnpjson.loads(plain, arrays=arrays),
        )


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f8"])
def test_words_at_a_path(loads, dtype):
    text = '{"x":[NaN,1.5,"NaN",null,-Infinity,"Infinity"],"y":NaN,"z":[NaN]}'
    reply = loads(text, arrays={"$.x": dtype}, allow_nan=True)
    assert reply["x"].dtype == dtype
    np.testing.assert_array_equal(reply["x"], np.array([np.nan, 1.5, np.nan, np.nan, -np.inf, np.inf]))
    assert repr((reply["y"], reply["z"])) == "(nan, [nan])"
    with pytest.raises(ValueError, match=r"\$\.x\[0\]: a float is not of dtype int8"):
        loads(text, arrays={"$.x": "i1"}, allow_nan=True)
    # The digits of numbers behind a word decide, too.
    halves = loads(
        "[NaN,1.00000017881393421514957253748434595763683319091796875001]", arrays={"$": "f4"}, allow_nan=True
    )
    assert halves.view("u4")[1] == 0x3F800001


INTEGERS = {
    "[36893488147419103232]": [2**65],
    "[1,-9223372036854775809]": [1, -(2**63) - 1],
    "[-1,9223372036854775808]": [-1, 2**63],
    "[[1,2],[36893488147419103232]]": [np.array([1, 2]), [2**65]],
    "[0.5,36893488147419103232]": np.array([0.5, 2.0**65]),
    "[1e19,36893488147419103232,null]": np.array([1e19, 2.0**65, np.nan]),
    '{"a":18446744073709551616,"b":[18446744073709551615]}': {"a": 2**64, "b": np.array([2**64 - 1], "u8")},
    "[null,36893488147419103232]": [None, 2**65],
    f"[0.5,{10**400}]": [0.5, 10**400],
    f"[[0.5,1],[-{10**400},2]]": [np.array([0.5, 1]), [-(10**400), 2]],
    # The largest that is rounded to a float, and the next.
    f"[0.5,{2**1024 - 2**970 - 1}]": np.array([0.5, sys.float_info.max]),
    f"[0.5,{2**1024 - 2**970}]": [0.5, 2**1024 - 2**970],
}


@pytest.mark.parametrize("allow_nan", [False, True])
@pytest.mark.parametrize("text", INTEGERS)
def test_integers_beside_all_arrays(loads, text, allow_nan):
    assert same(loads(text, arrays=True, exact_integers=True, allow_nan=allow_nan), INTEGERS[text])


def test_integers_beside_a_path(loads):
    text = '{"x":[1,2],"y":[36893488147419103232],"z":36893488147419103232,"f":[0.5,36893488147419103232]}'
    reply = loads(text, arrays={"$.x": "u1", "$.f": "f4"}, exact_integers=True)
    assert same(reply, {"x": np.array([1, 2], "u1"), "y": [2**65], "z": 2**65, "f": np.array([0.5, 2**65], "f4")})
    assert loads(text)["z"] == float(2**65)
    with pytest.raises(ValueError, match=r"\$\.y\[0\]: 36893488147419103232 is out of the range of uint64"):
        loads(text, arrays={"$.y": "u8"}, exact_integers=True)
    with pytest.raises(ValueError, match=r"\$\[1\]: 1000.* is out of the range of float64"):
        loads(f"[0.5,{10**400}]", arrays={"$": "f4"}, exact_integers=True)
    with pytest.raises(ValueError, match=r"\$\[1\]: 1000.* is out of the range of float64"):
        loads(f"[{2**1024 - 2**970 - 1},{10**400}]", arrays={"$": "f8"}, exact_integers=True)
    assert loads(f"[0.5,{10**400}]", arrays=True, masked=True, exact_integers=True) == [0.5, 10**400]


@pytest.mark.parametrize("settings", [{"allow_nan": True}, {"exact_integers": True}], ids=str)
def test_other_documents_are_those_of_orjson(settings, monkeypatch):
    """json is asked only where it has to be."""
    monkeypatch.setattr(json, "loads", lambda *_, **__: pytest.fail("json was asked"))
    text = '{"a":[1,9223372036854775807,"18446744073709551616",0.1234567890123456789012],"b":"NaN"}'
    assert fastnpjson.loads(text, **settings) == orjson.loads(text)
