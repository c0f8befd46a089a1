"""`Encoder`: NaN that is not allowed, and decimals."""

import copy
import dataclasses
import datetime
import decimal
import enum
import gc
import math
import pickle
import weakref

import numpy as np
import orjson
import pytest

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


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda encoder: pickle.loads(pickle.dumps(encoder))])
def test_copies(again):
    document = {"b": np.array([1.25]), "a": {1}}
    encoder = fastnpjson.Encoder(default=sorted, option=fastnpjson.OPT_SORT_KEYS, decimals=1)
    assert again(encoder).encode(document) == encoder.encode(document) == b'{"a":[1],"b":[1.2]}'
    with pytest.raises(ValueError, match="NaN"):
        again(fastnpjson.Encoder(allow_nan=False)).encode([NAN])


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
