"""`Encoder`: what becomes of NaN, of complex numbers and of bytes, and decimals."""

import base64
import copy
import dataclasses
import datetime
import decimal
import enum
import gc
import json
import math
import pickle
import re
import weakref

import ml_dtypes
import numpy as np
import orjson
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from oracle import Oracle, read
from strategies import documents
from versions import part_of

import fastnpjson

NAN = float("nan")


@dataclasses.dataclass
class Parts:
    b: object
    a: object


NOT_FINITE = {
    "python": ({"a": [1, NAN]}, "$.a[1]: float"),
    "infinity": ([1, -math.inf], "$[1]: float"),
    "array": (np.array([1, np.nan]), "$: numpy.ndarray of dtype float64"),
    "strided": ({"a": np.array([1, np.inf, 2])[::-1]}, "$.a: numpy.ndarray of dtype float64"),
    "scalar": ([np.float32("nan")], "$[0]: numpy.float32"),
    "float16": (np.float16("inf"), "$: numpy.float16"),
    "masked": (np.ma.array([1, np.nan, 2], mask=[0, 0, 1]), "$: numpy.ma."),
    "record": (np.array([(np.nan,)], [("a", "f4")]), "$: numpy.ndarray of dtype"),
    "object": (np.array([1, NAN], object), "$[1]: float"),
    "crowd": ([np.float64(0.5)] * 100 + [np.float64("nan")], "$[100]: numpy.float64"),
    "dataclass": (Parts(NAN, 1), "$.b: float"),
    "enum": ([enum.Enum("Numbers", {"N": NAN}).N], "$[0]: float"),
    "key": ({NAN: 1}, "$: float"),
    "key-int-subclass": ({True: [None, NAN]}, "$.true[1]: float"),
    "default": ([object()], "$[0]: float"),
}
FINITE = {
    "none": [None, 0.5, {"a": None}],
    "string": "null",
    "masked": np.ma.array([1, np.nan], mask=[0, 1]),
    "nat": np.array(["NaT"], "M8[s]"),
    "array": np.arange(3.0),
}


@pytest.mark.parametrize(("document", "message"), [pytest.param(*pair, id=word) for word, pair in NOT_FINITE.items()])
def test_nan_is_not_allowed(document, message):
    encoder = fastnpjson.Encoder(allow_nan=False, default=lambda _: NAN)
    with pytest.raises(ValueError, match="NaN") as caught:
        encoder.encode(document)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("document", [pytest.param(document, id=word) for word, document in FINITE.items()])
def test_null_that_is_not_nan(document):
    assert fastnpjson.Encoder(allow_nan=False).encode(document) == fastnpjson.dumps(document)


@pytest.mark.parametrize("nan", [0x7FC0, 0x7F81], ids=["quiet", "signaling"])
def test_bfloat16_nan_is_not_allowed(nan):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    with pytest.raises(ValueError, match="bfloat16"):
        fastnpjson.Encoder(allow_nan=False).encode(np.array([nan], "u2").view(ml_dtypes.bfloat16))


def test_nan_not_allowed_asks_default_once():
    asked = []
    encoder = fastnpjson.Encoder(allow_nan=False, default=lambda obj: asked.append(obj) or list(obj))
    assert encoder.encode([iter([None])]) == b"[[null]]"
    assert len(asked) == 1


def test_decimals():
    document = [
        np.array([1.235, -0.004, 2e15, np.nan]),
        np.float32(2.34567),
        np.float16(0.12345),
        1.23456,
        np.int64(7),
    ]
    encoder = fastnpjson.Encoder(decimals=2)
    assert encoder.encode(document) == b"[[1.24,-0.0,2000000000000000.0,null],2.35,0.12,1.23456,7]"
    assert encoder.encode([np.float64(0.125)] * 100) == orjson.dumps([0.12] * 100)
    assert fastnpjson.Encoder(decimals=0).encode(np.array([[0.5, 1.5]])[:, ::-1]) == b"[[2.0,0.0]]"
    # Two keys that were rounded might be one.
    assert encoder.encode({np.float64(0.125): 1, np.float64(0.124): 2}) == b'{"0.125":1,"0.124":2}'


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "g"])
@pytest.mark.parametrize("decimals", [0, 1, 3, 7, 15, 22])
def test_decimals_lose_nothing_else(dtype, decimals):
    rng = np.random.default_rng(3)
    exponents = rng.integers(-8, 5 if dtype == "f2" else 30, 500)
    numbers = (rng.standard_normal(500) * 10.0**exponents).astype(dtype)
    rounded = fastnpjson.loads(fastnpjson.Encoder(decimals=decimals).encode(numbers))
    for number, text in zip(numbers, rounded, strict=True):
        # The obvious way: the shortest decimal digits of the number, rounded as decimals.
        digits = decimal.Decimal(np.format_float_positional(number, unique=True))
        step = decimal.Decimal(1).scaleb(-decimals)
        with decimal.localcontext(decimal.Context(prec=80)):
            assert abs(decimal.Decimal(repr(text)) - digits) <= step / 2 + abs(digits) * decimal.Decimal("3e-16")
            assert -decimal.Decimal(repr(text)).normalize().as_tuple().exponent <= decimals


def rounded(obj, decimals):
    """Return a document with the floats that NumPy rounds them to, but those beyond which floats have no decimals."""
    if isinstance(obj, dict):
        return {key: rounded(item, decimals) for key, item in obj.items()}
    if isinstance(obj, list):
        return [rounded(item, decimals) for item in obj]
    return float(np.round(obj, decimals)) if isinstance(obj, float) and abs(obj) < 2**53 / 10**decimals else obj


JSON_DOCUMENTS = st.recursive(
    st.floats()
    | st.decimals(-1000, 1000, places=3).map(float)
    | st.integers(-(2**70), 2**70)
    | st.text("a")
    | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab"), inner),
)


@given(JSON_DOCUMENTS, st.sampled_from([0, 1, 2, 7, 22]), st.sampled_from([0, fastnpjson.OPT_INDENT_2]))
def test_decimals_of_all(package, document, decimals, option):
    encoder = package.Encoder(decimals=decimals, decimals_of="all", option=option)
    text = encoder.encode(document)
    pieces = b"".join(encoder.iterencode(document))
    assert text == pieces == fastnpjson.dumps(rounded(document, decimals), None, option)


class Reading(float, enum.Enum):
    HIGH = 0.125


@dataclasses.dataclass
class Sample:
    x: object
    y: float = 0.375


def test_decimals_of_all_reach_every_float(package):
    class Rows(dict):
        pass

    shared = [0.125]
    document = {
        "tuple": (0.125, [np.float64(0.125), np.float32(0.125)]),
        0.125: 0.126,
        "subclass": Rows(a=0.125),
        "dataclass": Sample(Sample(0.125)),
        "enum": Reading.HIGH,
        "objects": np.array([0.125, "a", {0.125: 0.125}], object),
        "record": np.array([(0.125, 0.375)], [("a", "f8"), ("b", object)]),
        "reply": {0.125},
        "reply of a reply": {frozenset({0.125})},
        "complex": 0.125 + 0.375j,
        "columns": pd.Series([0.125, "a"]),
        "shared": [shared, shared],
        "nan": [math.nan, -math.inf],
        "whole": [3.0, -0.0, -0.004, 2.0**53, 7, True],
    }
    expected = (
        b'{"tuple":[0.12,[0.12,0.12]],"0.125":0.13,"subclass":{"a":0.12},"dataclass":{"x":{"x":0.12,"y":0.38},"y":0.38},'
        b'"enum":0.12,"objects":[0.12,"a",{"0.125":0.12}],"record":[{"a":0.12,"b":0.38}],"reply":[0.12],'
        b'"reply of a reply":[[0.12]],"complex":[0.12,0.38],"columns":[0.12,"a"],"shared":[[0.12],[0.12]],'
        b'"nan":["NaN","-Infinity"],"whole":[3.0,-0.0,-0.0,9007199254740992.0,7,true]}'
    )
    settings = {"decimals": 2, "decimals_of": "all", "nan": "string", "complex": "pair", "default": list}
    walk, replies = part_of(package, "_documents.walk"), part_of(package, "_documents.replies")
    encoder = package.Encoder(**settings)
    assert encoder.encode(document) == expected
    # The walk, for what is nested deeper than a copy may be, has the same text.
    assert walk.Walk(encoder._settings.rules, replies.Replies(list)).dumps(document) == expected
    assert copy.deepcopy(encoder).encode([0.125]) == b"[0.12]"
    assert package.Encoder(**settings).encode(0.125) == b"0.12"
    with pytest.raises(package.JSONEncodeError, match=r"^\$\.a\[1\]: object"):
        package.Encoder(decimals=2, decimals_of="all").encode({"a": [0.125, object()]})
    with pytest.raises(ValueError, match=r"^\$\[1\]: float: NaN"):
        package.Encoder(decimals=2, decimals_of="all", nan="error").encode([0.125, math.nan])
    assert document["tuple"][0] == 0.125
    assert shared == [0.125]
    assert fastnpjson.Encoder(decimals_of="all").encode([0.125]) == b"[0.125]"
    with pytest.raises(ValueError, match="decimals_of must be one of"):
        fastnpjson.Encoder(decimals=2, decimals_of="python")


@pytest.mark.parametrize("decimals", [-1, 23])
def test_decimals_out_of_range(decimals):
    with pytest.raises(ValueError, match="0 to 22"):
        fastnpjson.Encoder(decimals=decimals)


def test_decimals_that_are_no_integer():
    with pytest.raises(TypeError):
        fastnpjson.Encoder(decimals=1.5)


def test_option_and_default():
    encoder = fastnpjson.Encoder(option=fastnpjson.OPT_APPEND_NEWLINE, default=str)
    assert encoder.encode([decimal.Decimal(1)]) == b'["1"]\n'
    assert encoder.encode(np.arange(2)) == b"[0,1]\n"
    with pytest.raises(TypeError, match="Invalid opts"):
        fastnpjson.Encoder(option=1 << 20)


# As in the JSON of Protocol Buffers.
WORDS = {
    "array": (np.array([[0.5, np.nan], [np.inf, -np.inf]]), b'[[0.5,"NaN"],["Infinity","-Infinity"]]'),
    "array-inside": ({"x": np.array([0.1, np.nan], "f4"), "n": 1}, b'{"x":[0.1,"NaN"],"n":1}'),
    "strided": ([np.array([np.nan, 1.5, 2.5])[::-1]], b'[[2.5,1.5,"NaN"]]'),
    "float16": (np.array([0.1, np.inf], "f2"), b'[0.1,"Infinity"]'),
    "bfloat16": (np.array([0.1, np.inf], "f4").astype(getattr(ml_dtypes, "bfloat16", "f2")), b'[0.1,"Infinity"]'),
    "longdouble": (np.array([0.5, -np.inf], "g"), b'[0.5,"-Infinity"]'),
    "scalars": ([np.float32("nan"), np.float64("-inf"), np.float16(2)], b'["NaN","-Infinity",2.0]'),
    "python": ([NAN, {"a": math.inf, "b": (1, -math.inf)}, None], b'["NaN",{"a":"Infinity","b":[1,"-Infinity"]},null]'),
    "masked": (np.ma.array([1, np.nan, np.nan], mask=[0, 0, 1]), b'[1.0,"NaN",null]'),
    "masked-longdouble": (np.ma.array(np.array([1, np.nan, np.nan], "g"), mask=[0, 0, 1]), b'[1.0,"NaN",null]'),
    "records": (np.array([(np.nan, 1)], [("a", "f4"), ("b", "i4")]), b'[{"a":"NaN","b":1}]'),
    "objects": (np.array([NAN, None, np.float32("inf")], object), b'["NaN",null,"Infinity"]'),
    "nat": ([np.array(["NaT"], "M8[s]"), NAN], b'[[null],"NaN"]'),
    "keys": ({NAN: 1, np.float32("inf"): NAN, "a": 2}, b'{"NaN":1,"Infinity":"NaN","a":2}'),
    "enum": ([enum.Enum("Numbers", {"N": NAN}).N], b'["NaN"]'),
    "dataclass": (Parts(NAN, np.array([NAN])), b'{"b":"NaN","a":["NaN"]}'),
    "default": ([object(), NAN], b'[{"x":["NaN",[1.0,"NaN"]]},"NaN"]'),
    "strings": (["null", "NaN", np.array(["null"]), np.nan], b'["null","NaN",["null"],"NaN"]'),
    "finite": ({"x": np.array([0.5]), "y": None}, b'{"x":[0.5],"y":null}'),
    "empty": ([np.zeros((2, 0)), np.array([], "g")], b"[[[],[]],[]]"),
}


@pytest.mark.parametrize(("document", "expected"), [pytest.param(*pair, id=word) for word, pair in WORDS.items()])
def test_nan_in_words(document, expected):
    encoder = fastnpjson.Encoder(nan="string", default=lambda _: {"x": [NAN, np.array([1, np.nan])]})
    assert encoder.encode(document) == expected
    assert b"".join(encoder.iterencode(document)) == expected


def test_nan_in_words_of_large_arrays(tmp_path):
    numbers = np.random.default_rng(4).standard_normal((30, 10_000))
    numbers[::7, ::1001] = np.nan
    expected = [["NaN" if math.isnan(number) else number for number in row] for row in numbers.tolist()]
    fastnpjson.dump({"x": numbers}, tmp_path / "x.json", nan="string")
    assert json.loads((tmp_path / "x.json").read_bytes()) == {"x": expected}
    fastnpjson.dump_lines(numbers, tmp_path / "x.jsonl", nan="string")
    assert list(fastnpjson.load_lines(tmp_path / "x.jsonl")) == expected


@pytest.mark.parametrize("option", [0, fastnpjson.OPT_INDENT_2, fastnpjson.OPT_SORT_KEYS])
@settings(max_examples=60)
@given(documents())
def test_any_document_in_words(option, document):
    text = fastnpjson.Encoder(nan="string", option=option).encode(document)
    Oracle(option, nan="string").check(read(text), document)


NUMBERS = np.array([[1 + 2j, complex(0.1, -0.0)], [complex(-1e-7, 2.5), 3]])
PAIRS = b"[[[1.0,2.0],[0.1,-0.0]],[[-1e-7,2.5],[3.0,0.0]]]"


@pytest.mark.parametrize("array", [NUMBERS, NUMBERS.astype(">c16"), np.asfortranarray(NUMBERS), NUMBERS[::-1][::-1]])
def test_complex_pairs(array):
    encode = fastnpjson.Encoder(complex="pair").encode
    assert encode(array) == PAIRS
    assert encode({"z": array, "one": 1 - 2j, "scalar": np.complex64(0.1)}) == (
        b'{"z":%b,"one":[1.0,-2.0],"scalar":[0.1,0.0]}' % PAIRS
    )


@pytest.mark.parametrize("dtype", ["c8", "c16", ">c16", "G"])
@pytest.mark.parametrize("nan", ["null", "string"])
@pytest.mark.parametrize("form", ["pair", "string"])
@settings(max_examples=30)
@given(data=st.data())
def test_any_complex_array(dtype, nan, form, data):
    parts = data.draw(hnp.arrays("f8" if dtype == "G" else f"f{np.dtype(dtype).itemsize // 2}", 8))
    native = np.dtype(dtype).newbyteorder("=")
    numbers = parts.astype(np.zeros(0, native).real.dtype).view(native).astype(dtype)
    array = np.ma.array(numbers, mask=data.draw(hnp.arrays(bool, 4)))
    for document in (array, array.data, [array[1:][::-1], complex(array.data[0])], array.data.reshape(2, 2).T):
        text = fastnpjson.Encoder(nan=nan, complex=form).encode(document)
        Oracle(nan=nan, complex=form).check(read(text), document)


def test_complex_keys():
    assert fastnpjson.Encoder(complex="string").encode({1j: 0, np.complex64(0.1): 1}) == b'{"0.0+1.0j":0,"0.1+0.0j":1}'
    for key in (1j, np.complex64(1j)):
        with pytest.raises(fastnpjson.JSONEncodeError, match="not a key"):
            fastnpjson.Encoder(complex="pair").encode({key: 0})


def test_complex_strings_are_read_by_complex():
    strings = json.loads(
        fastnpjson.Encoder(complex="string", nan="string").encode([*NUMBERS.flat, complex(NAN, -math.inf)])
    )
    assert [complex(string) for string in strings[:-1]] == NUMBERS.ravel().tolist()
    assert strings[-1] == "NaN-Infinityj"
    assert math.isnan(complex(strings[-1]).real)
    np.testing.assert_array_equal(np.array(strings[:-1]).astype(complex), NUMBERS.ravel())


@pytest.mark.parametrize("form", ["pair", "string"])
def test_complex_elsewhere(form):
    encode = fastnpjson.Encoder(complex=form, decimals=1).encode
    one = {"pair": [0.1, 2.0], "string": "0.1+2.0j"}[form]
    record = np.array([(0.125 + 2j, 1)], [("z", "c8"), ("n", "i4")])
    assert json.loads(encode(record)) == [{"z": one, "n": 1}]
    assert json.loads(encode(np.array([0.125 + 2j, None], object)))[1] is None
    assert json.loads(encode(np.ma.array([0.125 + 2j, 1], mask=[0, 1]))) == [one, None]
    assert encode(np.zeros((2, 0), complex)) == b"[[],[]]"
    with pytest.raises(ValueError, match=r"^\$\[0\]: complex: NaN"):
        fastnpjson.Encoder(complex=form, allow_nan=False).encode([complex(NAN, 1)])
    with pytest.raises(ValueError, match=r"^\$: numpy.ndarray of dtype complex128"):
        fastnpjson.Encoder(complex=form, nan="error").encode(np.array([complex(1, NAN)]))


def test_base64():
    encoder = fastnpjson.Encoder(bytes="base64")
    raw = [b"\xff\xfe", b"", b"a\x00b"]
    array = np.array(raw)
    decoded = [base64.b64decode(text, validate=True) for text in json.loads(encoder.encode(array))]
    assert decoded == raw
    assert (
        encoder.encode([array[:1], b"ab", bytearray(b"\xff"), np.bytes_(b"\xff")]) == b'[["//4="],"YWI=","/w==","/w=="]'
    )
    assert encoder.encode({b"\xff": 1, np.bytes_(b"ab"): 2}) == b'{"/w==":1,"YWI=":2}'
    record = np.array([(b"\xff", 1)], [("s", "S2"), ("n", "i4")])
    assert encoder.encode(record) == b'[{"s":"/w==","n":1}]'
    assert encoder.encode(np.ma.array([b"\xff", b"a"], mask=[0, 1])) == b'["/w==",null]'
    assert encoder.encode("text") == b'"text"'


def test_bytes_are_for_the_default_without_base64():
    assert fastnpjson.dumps([b"ab"], default=bytes.hex) == b'["6162"]'
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$\[0\]: bytes: .*Encoder\(bytes='base64'\)"):
        fastnpjson.dumps([b"ab"])
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"not UTF-8 .*Encoder\(bytes='base64'\)"):
        fastnpjson.dumps(np.array([b"\xff"]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"nan": "NaN"}, "nan must be one of ('null', 'error', 'string'), not 'NaN'"),
        ({"complex": "str"}, "complex must be one of ('error', 'pair', 'string'), not 'str'"),
        ({"bytes": None}, "bytes must be one of ('utf-8', 'base64'), not None"),
        ({"nan": "string", "allow_nan": False}, "nan='string' contradicts allow_nan=False"),
    ],
    ids=["nan", "complex", "bytes", "contradiction"],
)
def test_settings_that_do_not_exist(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        fastnpjson.Encoder(**arguments)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda encoder: pickle.loads(pickle.dumps(encoder))])
def test_copies(again):
    document = {"b": np.array([1.25]), "a": {1}}
    encoder = fastnpjson.Encoder(default=sorted, option=fastnpjson.OPT_SORT_KEYS, decimals=1)
    assert again(encoder).encode(document) == encoder.encode(document) == b'{"a":[1],"b":[1.2]}'
    with pytest.raises(ValueError, match="NaN"):
        again(fastnpjson.Encoder(allow_nan=False)).encode([NAN])
    encoder = again(fastnpjson.Encoder(nan="string", complex="string", bytes="base64"))
    assert encoder.encode([NAN, 1j, b"a"]) == b'["NaN","0.0+1.0j","YQ=="]'


class Interrupted(datetime.datetime):
    def date(self):
        raise KeyboardInterrupt


@pytest.mark.parametrize("document", [[Interrupted(2020, 1, 2)], [*[np.int8(1)] * 100, Interrupted(2020, 1, 2)]])
def test_interrupt_surfaces(document):
    with pytest.raises(KeyboardInterrupt):
        fastnpjson.Encoder().encode(document)


def test_document_is_let_go():
    class Text(str):
        pass

    gc.disable()
    try:
        text = Text("x")
        gone = weakref.ref(text)
        fastnpjson.dumps([*[np.float64(1)] * 500, text])
        del text
        assert gone() is None
    finally:
        gc.enable()
