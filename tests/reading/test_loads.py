"""`loads`: arrays in the place of lists. The oracle is json, `float` and NumPy, in oracle_of_loads.py."""

import array as buffers
import base64
import inspect
import json
import mmap
import pickle
import re
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle_of_loads import expected, same
from versions import in_python

import fastnpjson
from fastnpjson._reading import loads as module

WAYS = {"loads": fastnpjson.loads, "python": in_python().loads}


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def loads(request):
    return request.param


def outcome(function, *arguments, **settings):
    try:
        return function(*arguments, **settings)
    except Exception as error:
        return type(error), str(error), getattr(error, "pos", None)


DOCUMENTS = {
    "integers": "[1,-2,3]",
    "largest-int64": "[9223372036854775807,-9223372036854775808]",
    "uint64": "[18446744073709551615,0]",
    "uint64-at-the-end": "[0,1,9223372036854775808]",
    "neither-int64-nor-uint64": "[-1,9223372036854775808]",
    "neither-uint64-nor-int64": "[9223372036854775808,-1]",
    "beyond-64-bits": "[18446744073709551616,1]",
    "beyond-64-bits-negative": "[-9223372036854775809]",
    "beyond-64-bits-among-floats": "[-1,9223372036854775808,18446744073709551616,0.5]",
    "integers-and-a-fraction": "[1,2,9007199254740993,0.5]",
    "integers-and-an-exponent": "[1,1e0]",
    "minus-zero": "[-0,1]",
    "minus-zero-among-floats": "[-0,0.5,-0]",
    "minus-zero-float": "[-0.0,-0e0,0E-5]",
    "large-floats": "[1e19,18446744073709551616.0]",
    "booleans": "[true,false]",
    "boolean-2-d": "[[true],[false]]",
    "null-and-float": "[null,0.5,null]",
    "null-and-integers": "[1,null]",
    "null-and-huge-integer": "[null,18446744073709551616]",
    "nulls": "[null,null]",
    "null-and-booleans": "[null,true]",
    "boolean-and-number": "[true,1]",
    "number-and-boolean": "[[1.5],[true]]",
    "boolean-and-null": "[true,null]",
    "string-at-the-end": '[1,2,"3"]',
    "object-at-the-end": "[1,2,{}]",
    "strings": '["a","b"]',
    "empty": "[]",
    "empty-2-d": "[[],[]]",
    "empty-in-2-d": "[[1],[]]",
    "2-d": "[[1,2],[3,4.5]]",
    "3-d": "[[[1],[2]],[[3],[4]],[[5],[6]]]",
    "ragged": "[[1,2],[3]]",
    "ragged-3-d": "[[[1,2],[3,4]],[[5,6]]]",
    "depths": "[1,[2]]",
    "depths-the-other-way-round": "[[1],2]",
    "kinds-in-rows": "[[1,2],[true,false]]",
    "ranges-in-rows": "[[-1],[9223372036854775808]]",
    "null-in-rows": "[[null],[1.5]]",
    "null-in-rows-of-integers": "[[null],[1]]",
    "objects": '{"a":{"b":[1.5],"c":"[1,2]"},"d":[{"e":[true]},[],"x"]}',
    "scalars": '{"a":1,"b":1.5,"c":true,"d":null}',
    "number": "1.5",
    "string": '"[1,2]"',
    "brackets-in-strings": '["[1,2]","\\"[3","\\\\",[4]]',
    "backslashes-in-strings": r'["\\\\\"[1]",[2],"\\",[3],"\"\\\\\"",[4]]',
    "keys-like-lists": '{"[1]":[2],"\\"":[3]}',
    "same-key-twice": '{"a":[1],"a":[2.5],"b":[3],"b":"x"}',
    "blanks": " [ 1 ,\t2\r\n, 3 ] ",
    "no-ascii": '{"\u00e9\u4e2d":["\U0001f600",[1]]}',
    "integer-lists-like-places": "[[0],[[1]],[2,3],[0]]",
    "32-dimensions": "[" * 32 + "1" + "]" * 32,
    "33-dimensions": "[" * 33 + "1" + "]" * 33,
    "many-dimensions-of-more": "[" * 33 + "1,2" + "]" * 33,
    "deepest": "[" * 1024 + "1" + "]" * 1024,
    "deepest-2-d": '{"a":' * 1000 + "[[1],[2]]" + "}" * 1000,
    "many": str(list(range(1000))),
    "many-floats-late": str([*range(1000), 0.5]),
    "many-null-late": str([*range(1000), 0.5]).replace("999", "null"),
    "many-uint64-late": str([*range(1000), 2**63]),
    "many-and-a-string": str([*range(1000)])[:-1] + ',""]',
    "many-rows": str([[i, i / 2] for i in range(500)]),
    "many-booleans": str([True, False] * 400).lower(),
}
NUMBERS = """
    1. .5 +1 01 -01 - 1e 1e+ 1.e5 0x10 NaN Infinity -Infinity nul tru fals truee nulll 1_0 1e400 -1e400 1,, ,1 1] [1 '1'
    0.1.2 1-2 --1 1e5.5 1e--5
""".split()  # noqa: SIM905 # a table is easier to read
NUMBERS += ["1\x0c", "1\x00", "\ufeff1", "1\xa0", "\u0661"]
WRONG = {
    "empty": "",
    "blank": " ",
    "open": "[1,2",
    "closed": "1]",
    "after": "[1,2]3",
    "between": '{"a":[1][2]}',
    "before": "5[1,2]",
    "list-as-key": "{[1]:2}",
    "no-comma": "[[1][2]]",
    "no-colon": '{"a"[1]}',
    "string": '[[1,2],"a]',
    "escape": '["\\x",[1]]',
    "control": '["\n",[1]]',
    "too-deep": "[" * 1025 + "1" + "]" * 1025,
    "too-deep-2-d": '{"a":' * 1023 + "[[1],[2]]" + "}" * 1023,
    "too-deep-unused": '{"a":' * 1023 + '{"b":[[1],[2]],"b":1}' + "}" * 1023,
    "deep": "[" * 100_000,
    **{f"{number!r}": f'{{"a":[1,2],"b":[0.5,{number}]}}' for number in NUMBERS},
}


@pytest.fixture
def deep_recursion():
    """For json, which the oracle asks."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(9000)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.usefixtures("deep_recursion")
@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_all_lists_as_json_and_numpy(loads, text):
    assert same(loads(text, arrays=True), expected(text))
    assert same(loads(text.encode(), arrays=True), expected(text))


@pytest.mark.parametrize("settings", [{"arrays": True}, {"arrays": {"$.b": "f4"}}, {"arrays": {"$": "M8[s]"}}], ids=str)
@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_orjson_refuses(loads, text, settings):
    for data in (text, text.encode()):
        with pytest.raises(fastnpjson.JSONDecodeError) as refusal:
            loads(data, **settings)
        with pytest.raises(orjson.JSONDecodeError) as right:
            orjson.loads(data)
        word = re.search("NaN|Infinity", text)
        way_out = "allow_nan=True of fastnpjson.loads, load, load_lines and kserve.loads reads it"
        reason = f"{word[0]} is not JSON (RFC 8259), but {way_out}" if word else ""
        assert refusal.value.msg == (reason or right.value.msg)
        assert refusal.value.pos == right.value.pos
        assert refusal.value.doc == right.value.doc


@pytest.mark.parametrize(
    "data",
    {
        "byte": b"\xff",
        "byte-in-string": b'["\xff",[1]]',
        "byte-in-key": b'{"\xff":[1]}',
        "byte-in-list": b"[1,\xff]",
        "overlong": b"\xc0\x80[1]",
        "surrogate": '["\ud800",[1]]',
        "escaped-surrogate": '["\\ud800",[1]]',
        "none": None,
        "number": 1,
        "memoryview-with-gaps": memoryview(b"[_1_]_")[::2],
        "numbers": np.arange(3),
        "dates": np.zeros(3, "M8[s]"),
    }.items(),
    ids=lambda item: item[0],
)
@pytest.mark.parametrize("settings", [{}, {"arrays": True}, {"arrays": {"$.a": "f4", "$[1]": "i8"}}], ids=str)
def test_what_orjson_does_not_take(loads, data, settings):
    assert outcome(loads, data[1], **settings) == outcome(orjson.loads, data[1])


def as_mmap(data):
    mapped = mmap.mmap(-1, len(data))
    mapped[:] = data
    return mapped


KINDS = {
    "bytearray": bytearray,
    "memoryview": memoryview,
    "writable": lambda data: memoryview(bytearray(data)),
    "mmap": as_mmap,
    "np.bytes_": np.bytes_,
    "np.uint8": lambda data: np.frombuffer(data, np.uint8),
    "array": lambda data: buffers.array("B", data),
    "np.str_": lambda data: np.str_(data.decode()),
    "subclass-of-bytes": type("Bytes", (bytes,), {"__bytes__": lambda self: b"7"}),
    "subclass-of-str": lambda data: type("Str", (str,), {"__str__": lambda self: "7"})(data.decode()),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize(
    "settings",
    [{}, {"arrays": True}, {"arrays": {"$.a": "i8"}}, {"allow_nan": True}, {"exact_integers": True}],
    ids=str,
)
def test_bytes_and_text_of_any_type(loads, kind, settings):
    for text in ('{"a":[1,2],"b":"\u00e9"}', '{"a":[1,2],"b":[1.5,18446744073709551616]}'):
        assert same(loads(kind(text.encode()), **settings), loads(text, **settings))
        with pytest.raises(fastnpjson.JSONDecodeError, match="column"):
            loads(kind(text[:-1].encode()), **settings)


@pytest.mark.usefixtures("deep_recursion")
@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_without_arrays_as_orjson(text):
    for settings in ({}, {"arrays": None}, {"arrays": False}, {"arrays": {}}):
        assert same(fastnpjson.loads(text, **settings), orjson.loads(text))
    for wrong in (text[:-1], text + ","):
        assert outcome(fastnpjson.loads, wrong) == outcome(orjson.loads, wrong)


@pytest.mark.parametrize("kind", [str, bytes, bytearray, memoryview, "array"], ids=str)
@pytest.mark.parametrize("arrays", [True, {"$.a": "float32"}], ids=["all", "paths"])
def test_types_of_data(loads, kind, arrays):
    data = b'{"a":[1.5,2],"\xc3\xa9":[[0]]}'
    data = memoryview(buffers.array("B", data)) if kind == "array" else data.decode() if kind is str else kind(data)
    assert same(loads(data, arrays=arrays)["a"], np.array([1.5, 2], "f4" if arrays is not True else "f8"))


@pytest.mark.parametrize("size", range(len('{"a":[[1.5,-2],[3e1,null]],"b":[true]} ')))
def test_truncated_at_every_byte(loads, size):
    text = '{"a":[[1.5,-2],[3e1,null]],"b":[true]} '[:size]
    for arrays in (True, {"$.a": "f4"}, {"$.b[0]": "?"}):
        got, right = outcome(loads, text, arrays=arrays), outcome(orjson.loads, text)
        assert got == right if isinstance(right, tuple) else isinstance(got, (dict, tuple))


# The hard cases of strtod: halfway cases, subnormals, hundreds of digits, and the ends of all ranges.
TEXTS = """
    0.0 -0.0 1.0 0.1 0.3 1e-400 -1e-400 5e-324 2.5e-324 2.4703282292062327e-324 2.4703282292062328e-324 4.9e-324
    2.2250738585072011e-308 2.2250738585072012e-308 2.2250738585072014e-308 1.7976931348623157e308
    1.7976931348623158e308 9007199254740993.0 9007199254740992.5 9007199254740993e0 9007199254740991.4999999999
    9007199254740992.999999999999999999999999999999999999 1.00000000000000011102230246251565404236316680908203125
    1.00000000000000011102230246251565404236316680908203124 1.00000000000000011102230246251565404236316680908203126
    7.2057594037927933e16 8.988465674311580e307 1e22 1e23 1e-22 1e-23 123456789012345678901234567890.0 1.7e-311
    9.5367431640625e-7 6.0221407e+23 1.448997445238699 0.000000000000000000000000000000000000001 1e00 1E+0 1e-0
    3.518437208883201171875e13 62.5364939768271845828 8.10109172351e-10 1e0000000022
    1.50000000000000011102230246251565
    5708990770823839207320493820740630171355185152001e-3 0.00000000000000000000000000000000000000000000000000000000001
    1e-99999999999999999999 0e99999999999999999999 0.0e99999999999999999999
    18446744073709551615.0 18446744073709551616.5
    10000000000000000000.0 99999999999999999999e0 9999999999999999999e1 4503599627370497.5 4503599627370496.5
    2.0e-45 7.006492321624085e-46 7.006492321624086e-46 1.401298464324817e-45 1.1754943508222875e-38
    7.038531e-26 1.000000059604644775390625 1.0000000596046447753906251 1.00000005960464477539062499999
    16777217.0 16777217.00000000000000000001 16777216.99999999999999999999 3.4028235677973366e38 3.4028235e38
    3.40282356779733661637539395458142568447e38 8388608.5 8388609.5 1.17549435e-38 1.17549421069244107548702944485e-38
""".split()  # noqa: SIM905 # a table is easier to read
TEXTS += [
    "0." + "0" * 400 + "1e400",
    "1" + "0" * 800 + "e-800",
    "0." + "1" * 800,
    "1." + "0" * 800 + "1",
    "9" * 300 + ".5",
]
TEXTS += [f"{Decimal(2) ** -1074 / 2:.770e}", f"{Decimal(2) ** -1075:.750e}1"]


@pytest.mark.parametrize("text", TEXTS)
def test_float64_as_float(loads, text):
    for sign in ("", "-"):
        number = sign + text.removeprefix("-")
        right = np.array([float(number)])
        for arrays in (True, {"$": "f8"}):
            assert same(loads(f"[{number}]", arrays=arrays), right)
            assert same(loads(f"[{number},[{number}]]", arrays={"$[1]": "f8"})[1], right)


def nearest_float32(text):
    """By fractions: no float64 is in between."""
    number = Fraction(text) if len(text) < 1500 and "9999999999e" not in text else Fraction(0)
    guess = np.float32(float(text))
    with np.errstate(over="ignore"):
        near = [np.nextafter(guess, np.float32(-np.inf)), guess, np.nextafter(guess, np.float32(np.inf))]
    near = [one for one in near if np.isfinite(one)]
    distances = [abs(Fraction(float(one)) - number) for one in near]
    best = [one for one, distance in zip(near, distances, strict=True) if distance == min(distances)]
    return next(one for one in best if len(best) == 1 or not one.view(np.int32) & 1)


@pytest.mark.parametrize(
    "text", [text for text in TEXTS if abs(float(text)) < 3.4028235677973366e38 and "99e" not in text]
)
def test_float32_rounded_once(loads, text):
    right = nearest_float32(text) if float(text) else np.float32(float(text))
    assert same(loads(f"[{text}]", arrays={"$": "f4"}), np.array([right]))
    assert same(loads(f"[[1,{text}],[2,{text}]]", arrays={"$[*]": np.float32})[1], np.array([2, right], "f4"))


def test_every_float16_and_its_neighbours_half_way(loads):
    every = np.arange(0x7C00, dtype=np.uint16).view(np.float16)
    assert same(loads(str(every.tolist()), arrays={"$": "f2"}), every)
    assert same(loads(str((-every).tolist()), arrays={"$": "f2"}), -every)
    halves = (every[:-1].astype(float) + every[1:].astype(float)) / 2
    even = np.where(every[:-1].view(np.uint16) & 1, every[1:], every[:-1])
    texts = [f"{half:.60f}" for half in halves]
    assert same(loads(f"[{','.join(texts)}]", arrays={"$": "f2"}), even)
    assert same(loads(f"[{','.join(text + '1' for text in texts)}]", arrays={"$": "f2"}), every[1:])


FINITE = st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-(2**65), 2**65), FINITE, st.sampled_from(["", "[1", "]"]))
NESTED = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner))


@given(NESTED)
def test_any_document(document):
    text = json.dumps(document)
    for loads in WAYS.values():
        assert same(loads(text, arrays=True), expected(text))


@given(st.lists(st.tuples(st.integers(0, 10**30), st.integers(0, 10**25), st.integers(-400, 270)), min_size=1))
def test_any_digits(numbers):
    texts = ["{}.{}e{}".format(*number) for number in numbers]
    right = np.array([float(text) for text in texts])
    for loads in WAYS.values():
        assert same(loads(f"[{','.join(texts)}]", arrays=True), right)


PATHS = {
    "float32": ('{"a":[1,2.5,null]}', {"$.a": "float32"}, [1, 2.5, np.nan], "f4"),
    "float64-of-integers": ('{"a":[1,9007199254740993]}', {"$.a": "f8"}, [1, 9007199254740992], "f8"),
    "float64-of-large-integers": ('{"a":[18446744073709551616]}', {"$.a": "f8"}, [2.0**64], "f8"),
    "float32-of-integers": ('{"a":[16777217,16777219]}', {"$.a": "f4"}, [16777216, 16777220], "f4"),
    "float16": ('{"a":[0.1]}', {"$.a": "float16"}, [0.1], "f2"),
    "nulls": ('{"a":[null]}', {"$.a": "f4"}, [np.nan], "f4"),
    "big-endian": ('{"a":[1.5]}', {"$.a": ">f4"}, [1.5], ">f4"),
    "int8": ('{"a":[[-128],[127]]}', {"$.a": "i1"}, [[-128], [127]], "i1"),
    "uint8": ('{"a":[0,255]}', {"$.a": np.uint8}, [0, 255], "u1"),
    "int64-of-small": ('{"a":[0]}', {"$.a": int}, [0], "i8"),
    "uint64": ('{"a":[18446744073709551615]}', {"$.a": "u8"}, [2**64 - 1], "u8"),
    "big-endian-integers": ('{"a":[1]}', {"$.a": ">i2"}, [1], ">i2"),
    "bool": ('{"a":[[true,false]]}', {"$.a": bool}, [[True, False]], "?"),
    "dates": ('{"a":["2020-01-02","1969-12-31T23:59:59.5",null]}', {"$.a": "M8[ns]"},
              ["2020-01-02", "1969-12-31T23:59:59.5", "NaT"], "M8[ns]"),
    "dates-2-d": ('{"a":[["2020-01-02T03:04Z"]]}', {"$.a": "M8[m]"}, [["2020-01-02T03:04"]], "M8[m]"),
    "dates-of-a-week": ('{"a":["2020-01-02"]}', {"$.a": "M8[7D]"}, ["2020-01-02"], "M8[7D]"),
    "dates-with-an-offset": ('{"a":["2020-01-02T03:04:05+00:00","2020-01-02T03:04+00:00","2020-01-02 03:04:05.25Z"]}',
                             {"$.a": "M8[ms]"}, ["2020-01-02T03:04:05", "2020-01-02T03:04", "2020-01-02T03:04:05.25"],
                             "M8[ms]"),
    "dates-of-any-year": ('{"a":["+123456789-01-01","-0001-01-01","-123456789012345678-01-01","0000-01-01"]}',
                          {"$.a": "M8[Y]"}, ["123456789", "-0001", "-123456789012345678", "0000"], "M8[Y]"),
    "words": ('{"a":["NaN","Infinity","-Infinity",null,1]}', {"$.a": "f8"}, [np.nan, np.inf, -np.inf, np.nan, 1], "f8"),
    "words-float32": ('{"a":["NaN","Infinity","-Infinity",null,1]}', {"$.a": "f4"},
                      [np.nan, np.inf, -np.inf, np.nan, 1], "f4"),
    "words-float16": ('{"a":[["NaN","Infinity"],["-Infinity",null]]}', {"$.a": "f2"},
                      [[np.nan, np.inf], [-np.inf, np.nan]], "f2"),
    "words-in-escapes": ('{"a":["\\u004eaN",1]}', {"$.a": "f4"}, [np.nan, 1], "f4"),
    "dates-big-endian": ('{"a":["2020-01-02"]}', {"$.a": ">M8[D]"}, ["2020-01-02"], ">M8[D]"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "arrays", "values", "dtype"), PATHS.values(), ids=PATHS)
def test_dtype(loads, text, arrays, values, dtype):
    assert same(loads(text, arrays=arrays), {"a": np.array(values, dtype)})


def f4(*values):
    return np.array(values, "f4")


PLACES = {
    "whole": ("[1,2]", {"$": "f4"}, f4(1, 2)),
    "name": ('{"a":[1],"b":[2]}', {"$.b": "f4"}, {"a": [1], "b": f4(2)}),
    "names": ('{"a":[1],"b":[2]}', {"$.b": "f4", "$.a": "f4"}, {"a": f4(1), "b": f4(2)}),
    "single-quotes": ('{"a b":[1],"it\'s":[2]}', {"$['a b']": "f4", "$['it\\'s']": "f4"},
                      {"a b": f4(1), "it's": f4(2)}),
    "double-quotes": ('{"\\"":[3],"\'":[4]}', {'$["\\""]': "f4", '$["\'"]': "f4"}, {'"': f4(3), "'": f4(4)}),
    "double-in-single": ('{"\\"":[3]}', {"$['\"']": "f4"}, {'"': f4(3)}),
    "no-ascii": ('{"\u00e9":[1],"\U0001f600":[2]}', {"$.\u00e9": "f4", "$['\\ud83d\\ude00']": "f4"},
                 {"\u00e9": f4(1), "\U0001f600": f4(2)}),
    "escaped-in-the-document": ('{"\\u0061":[1]}', {"$.a": "f4"}, {"a": f4(1)}),
    "empty-name": ('{"":[1]}', {"$['']": "f4"}, {"": f4(1)}),
    "index": ("[[1],[2],[3]]", {"$[1]": "f4"}, [[1], f4(2), [3]]),
    "index-is-no-name": ('{"0":[1]}', {"$[0]": "f4"}, {"0": [1]}),
    "name-is-no-index": ("[[1]]", {"$['0']": "f4"}, [[1]]),
    "all-of-a-list": ('{"data":[{"x":[1]},{"x":[2.5]},{"y":[3]},4]}', {"$.data[*].x": "f4"},
                      {"data": [{"x": f4(1)}, {"x": f4(2.5)}, {"y": [3]}, 4]}),
    "all-of-an-object": ('{"a":{"x":[1]},"b":{"x":[2]},"c":[[3]]}', {"$[*].x": "f4"},
                         {"a": {"x": f4(1)}, "b": {"x": f4(2)}, "c": [[3]]}),
    "all-in-all": ("[[[1],[2]],[[3],[4,5]]]", {"$[*][*]": "f4"}, [[f4(1), f4(2)], [f4(3), f4(4, 5)]]),
    "all-and-one": ('[{"x":[1],"y":[2]},{"x":[3],"y":[4]}]', {"$[*].x": "f4", "$[0].y": "f4"},
                    [{"x": f4(1), "y": f4(2)}, {"x": f4(3), "y": [4]}]),
    "one-and-all": ('[{"x":[1],"y":[2]},{"x":[3],"y":[4]}]', {"$[0].y": "f4", "$[*].x": "f4"},
                    [{"x": f4(1), "y": f4(2)}, {"x": f4(3), "y": [4]}]),
    "dates-at-one-floats-at-all": ('[{"x":[1],"y":["2020-01-01"]},{"x":[3]}]', {"$[0].y": "M8[D]", "$[*].x": "f4"},
                                   [{"x": f4(1), "y": np.array(["2020-01-01"], "M8[D]")}, {"x": f4(3)}]),
    "nowhere": ('{"a":[1]}', {"$.b": "f4", "$.a.b": "f4", "$.c[0]": "f4", "$.a[9]": "f4", "$.a[0].b": "f4"},
                {"a": [1]}),
    "same-twice": ('{"a":[1]}', {"$.a": "f4", "$['a']": "float32"}, {"a": f4(1)}),
    "key-twice": ('{"a":"x","a":[1]}', {"$.a": "f4"}, {"a": f4(1)}),
    "key-twice-in-all": ('{"a":[0.5],"b":[1],"a":[2]}', {"$[*]": "f4"}, {"a": f4(2), "b": f4(1)}),
    "blanks": (' { "a" : [ { "b" : [ 1 , 2 ] } , { } ] } ', {"$.a[*].b": "f4"}, {"a": [{"b": f4(1, 2)}, {}]}),
    "past-other-values": ('{"x":{"a":[9,"]"],"b":"}"},"y":"\\"]","z":-1e5,"a":[1]}', {"$.a": "f4"},
                          {"x": {"a": [9, "]"], "b": "}"}, "y": '"]', "z": -1e5, "a": f4(1)}),
    # Half-way between two floats as a float64, and a list of one integer as those that mark a place.
    "one-large-integer": ('{"a":[9223372586610589697]}', {"$.a": "f4"},
                          {"a": f4(np.nextafter(f4(2**63), f4(np.inf))[0])}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "arrays", "right"), PLACES.values(), ids=PLACES)
def test_places(loads, text, arrays, right):
    assert same(loads(text, arrays=arrays), right)
    assert same(loads(text.encode(), arrays=arrays), right)


def base64_of(values):
    return base64.b64encode(np.array(values, "<f4").tobytes()).decode()


@pytest.mark.parametrize("dtype", ["<f4", ">f4"])
def test_float32_in_base64(loads, dtype):
    values = np.array([0.1, -0.0, np.nan, np.inf, 1e-45], dtype)
    text = f'{{"data":[{{"embedding":"{base64_of(values)}"}},{{"embedding":[1,2]}}]}}'
    document = loads(text, arrays={"$.data[*].embedding": dtype})
    assert same(document["data"], [{"embedding": values}, {"embedding": np.array([1, 2], dtype)}])


@pytest.mark.parametrize(
    "text", ["", "AAA=", base64_of([1])[:-1], base64_of([1]) + "\n", "-_-_AA==", "\u00e9", "0.5"], ids=repr
)
def test_string_that_is_no_base64(loads, text):
    with pytest.raises(ValueError, match=r"^\$\.a: a string is not a list, and this one not base64 of float32; "):
        loads(json.dumps({"a": text}), arrays={"$.a": "f4"})


REFUSED = {
    "300-for-uint8": ('{"a":[1,300]}', "u1", r"\$\.a\[1\]: 300 is out of the range of uint8; \$\.a asks for uint8"),
    "negative-for-uint64": ('{"a":[-1]}', "u8", r"\$\.a\[0\]: -1 is out of the range of uint64"),
    "uint64-for-int64": ('{"a":[[0],[9223372036854775808]]}', "i8", r"\$\.a\[1\]\[0\]: 9223372036854775808 is out of"),
    "beyond-64-bits": ('{"a":[18446744073709551616]}', "u8", r"\$\.a\[0\]: a float is not of dtype uint64"),
    "float-for-int": ('{"a":[1,1.0]}', "i8", r"\$\.a\[1\]: a float is not of dtype int64"),
    "null-for-int": (
        '{"a":[1,null]}',
        "i8",
        r"\$\.a\[1\]: null is not of dtype int64; only floats and times have a null",
    ),
    "null-for-bool": ('{"a":[null]}', "?", r"\$\.a\[0\]: null is not of dtype bool"),
    "bool-for-int": ('{"a":[true]}', "i8", r"\$\.a\[0\]: a boolean is not of dtype int64"),
    "bool-for-float": ('{"a":[0.5,true]}', "f4", r"\$\.a\[1\]: a boolean is not of dtype float32"),
    "int-for-bool": ('{"a":[1]}', "?", r"\$\.a\[0\]: an integer is not of dtype bool"),
    "word-for-int": ('{"a":[1,"NaN"]}', "i4", r"\$\.a\[1\]: a string is not of dtype int32"),
    "word-in-other-letters": ('{"a":["inf"]}', "f4", r"\$\.a\[0\]: a string is not of dtype float32"),
    "offset-of-other-digits": ('{"a":["2020-01-01T00:00:00+00:01"]}', "M8[s]", r"is not a date as ISO 8601 writes it"),
    "line-in-a-date": ('{"a":["2020-01-01\\n","2020-01-01"]}', "M8[s]", r"\$\.a\[0\]: .* is not a date"),
    "19th-digit": ('{"a":["1970-01-01T00:00:00.0000000000000000001"]}', "M8[as]", r"is not a date as ISO 8601 writes"),
    "string-for-float": ('{"a":["1"]}', "f8", r"\$\.a\[0\]: a string is not of dtype float64"),
    "object-for-float": ('{"a":[1,{}]}', "f8", r"\$\.a\[1\]: an object is not of dtype float64"),
    "float32-too-large": ('{"a":[[1],[-1e39]]}', "f4", r"\$\.a\[1\]\[0\]: -1e\+39 is out of the range of float32"),
    "float32-rounded-up": ('{"a":[3.4028235677973366e38]}', "f4", None),
    "float32-half-way-up": ('{"a":[340282356779733661637539395458142568448]}', "f4", r"is out of the range of float32"),
    "float16-too-large": ('{"a":[65520]}', "f2", r"\$\.a\[0\]: 65520 is out of the range of float16"),
    "ragged": ('{"a":[[1,2],[3]]}', "f4", r"\$\.a: the lists in it are not of one length; \$\.a asks for float32"),
    "depths": ('{"a":[1,[2]]}', "f4", r"\$\.a: the lists in it are not of one length"),
    "empty": ('{"a":[]}', "f4", r"\$\.a: a list is empty, and tells no shape"),
    "empty-2-d": ('{"a":[[],[]]}', "i1", r"\$\.a: a list is empty, and tells no shape"),
    "number": ('{"a":1}', "f4", r"\$\.a: an integer is not a list"),
    "string": ('{"a":"2020-01-01"}', "M8[s]", r"\$\.a: a string is not a list"),
    "base64-for-dates": ('{"a":"AAAAAAAAAAA="}', "M8[s]", r"\$\.a: a string is not a list"),
    "object": ('{"a":{"b":[1]}}', "f4", r"\$\.a: an object is not a list"),
    "null": ('{"a":null}', "f4", r"\$\.a: null is not a list"),
    "dimensions": ('{"a":' + "[" * 33 + "1" + "]" * 33 + "}", "f4", r"\$\.a: more than 32 dimensions"),
    "no-date": ('{"a":["now"]}', "M8[s]", r"\$\.a\[0\]: 'now' is not a date as ISO 8601 writes it"),
    "offset": ('{"a":["2020-01-01T00:00:00+01:00"]}', "M8[s]", r"\$\.a\[0\]: .* is not a date .* in UTC"),
    "month-13": ('{"a":[null,"2020-13-01"]}', "M8[s]", r"\$\.a\[1\]: '2020-13-01' is not a date"),
    "date-cut-off": ('{"a":["2020-01-02T03:04:05.5"]}', "M8[s]", r"\$\.a\[0\]: '.*' is not exact in datetime64\[s\]"),
    "time-cut-off": ('{"a":["2020-01-02T03:04"]}', "M8[D]", r"is not exact in datetime64\[D\]"),
    "date-wraps-around": ('{"a":["2500-01-01"]}', "M8[ns]", r"'2500-01-01' is not exact in datetime64\[ns\]"),
    "date-becomes-NaT": ('{"a":["2262-04-11T23:47:16.854775808"]}', "M8[ns]", r"is not exact in datetime64\[ns\]"),
    "year-beyond-all": ('{"a":["+999999999999999999-01-01"]}', "M8[D]", r"is not exact in datetime64\[D\]"),
    "date-of-10s": ('{"a":["2020-01-01T00:00:05"]}', "M8[10s]", r"is not exact in datetime64\[10s\]"),
    "number-for-date": ('{"a":[0]}', "M8[s]", r"\$\.a\[0\]: an integer is not of dtype datetime64\[s\]"),
}


@pytest.mark.parametrize(("text", "dtype", "message"), REFUSED.values(), ids=REFUSED)
def test_refused_with_the_path(loads, text, dtype, message):
    if message is None:
        assert loads(text, arrays={"$.a": dtype})["a"] == np.finfo(dtype).max
        return
    with pytest.raises(ValueError, match=message) as error:
        loads(text, arrays={"$.a": dtype})
    assert type(error.value) is ValueError
    deep = f'[[],{{"x y":{text}}}]'
    with pytest.raises(ValueError, match=r'^\$\[1\]\["x y"\]\.a'):
        loads(deep, arrays={"$[*]['x y'][*]": dtype})


def test_arrays_are_own_and_writable(loads):
    for text in ("[1,2]", str(list(range(1000)))):
        array = loads(text, arrays=True)
        array[0] = 7
        assert array.flags.c_contiguous
        assert array.flags.aligned
        assert array.flags.writeable
        assert loads(text, arrays=True)[0] != 7


@pytest.mark.parametrize("arrays", ["$.a", ["$.a"], 1, 0.5], ids=str)
def test_arrays_that_are_no_paths(loads, arrays):
    with pytest.raises(TypeError, match=r"arrays="):
        loads("[1]", arrays=arrays)


def test_parameters():
    for arguments, settings in [((), {}), (("[]", True), {}), (("[]",), {"array": True}), ((), {"data": "[]"})]:
        with pytest.raises(TypeError):
            fastnpjson.loads(*arguments, **settings)


def test_name_and_signature():
    assert pickle.loads(pickle.dumps(fastnpjson.loads)) is fastnpjson.loads
    assert fastnpjson.loads.__module__ == "fastnpjson"
    assert fastnpjson.loads.__doc__ == module.__dict__["loads"].__doc__
    assert list(inspect.signature(fastnpjson.loads).parameters) == [
        "data",
        "arrays",
        "masked",
        "allow_nan",
        "exact_integers",
        "threads",
    ]
    assert "JSONPath" in fastnpjson.loads.__doc__


def test_half_way_numbers_in_many_lists_are_read_once(loads):
    text = f"[{','.join(['[1.000000059604644775390625000001]'] * 3000)}]"
    rows = loads(text, arrays={"$[*]": "f4"})
    assert {row[0] for row in rows} == {np.nextafter(np.float32(1), np.float32(2))}


SETTINGS = {
    "naive-utc": (np.array(["2020-01-02T03:04:05", "NaT"], "M8[ms]"), {"option": orjson.OPT_NAIVE_UTC}),
    "z": (np.array(["2020-01-02T03:04:05", "NaT"], "M8[ns]"), {"option": orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z}),
    "no-microseconds": (np.array(["1969-01-02T03:04:05"], "M8[us]"), {"option": orjson.OPT_OMIT_MICROSECONDS}),
    "years": (np.array(["-12020", "12020", "0001"], "M8[Y]"), {}),
    "attoseconds": (np.array([1, -1, 2**62, -(2**63) + 1], "M8[as]"), {}),
    "words": (np.array([[1.5, np.nan], [np.inf, -np.inf]]), {"nan": "string"}),
    "words-float32": (np.array([0.1, np.nan, np.inf, -np.inf], "f4"), {"nan": "string"}),
    "words-float16": (np.array([0.1, np.nan, np.inf, -np.inf], "f2"), {"nan": "string"}),
    "null": (np.array([0.1, np.nan], "f4"), {"nan": "null"}),
}


@pytest.mark.parametrize(("array", "settings"), SETTINGS.values(), ids=SETTINGS)
def test_what_the_settings_of_dumps_write(loads, array, settings):
    text = fastnpjson.Encoder(**settings).encode({"a": [array]})
    assert same(loads(text, arrays={"$.a[0]": array.dtype})["a"][0], array)


def test_the_first_error_of_a_document(loads):
    texts = ['{"t":["2020-01-01","x"],"n":[1,300]}', '{"n":[1,300],"t":["2020-01-01","x"]}']
    for text, message in zip(texts, [r"^\$\.t\[1\]", r"^\$\.n\[1\]"], strict=True):
        with pytest.raises(ValueError, match=message):
            loads(text, arrays={"$.t": "M8[D]", "$.n": "u1"})
    with pytest.raises(ValueError, match=r"^\$\[1\]\[1\]: 300 is out"):
        loads("[[1],[1,300],[1,[2]],[301]]", arrays={"$[*]": "u1"})


def test_times_of_units_that_numpy_takes_for_equal(loads):
    for unit in ("M8[2001ns]", "M8[2us]", "M8[1000ns]", "M8[us]", "M8[2001ns]"):
        array = np.array([2_001_000_000], "M8[ns]").astype(unit)
        assert same(loads('["1970-01-01T00:00:00"]', arrays={"$": unit}).astype("i8"), np.array([0]))
        assert str(loads('["1970-01-01T00:00:00"]', arrays={"$": unit}).dtype) == str(array.dtype)
