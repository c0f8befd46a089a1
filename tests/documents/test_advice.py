"""What errors say: the JSON path, short in a document of any depth, and a way out that is there."""

import io
import json

import numpy as np
import pandas as pd
import pytest

import fastnpjson
from fastnpjson import compat
from fastnpjson._jsonpath import json_path


def path_of(*keys):
    path = None
    for key in keys:
        path = (path, key)
    return path


PATHS = {
    "document": ((), "$"),
    "words": (("results", 3, "score"), "$.results[3].score"),
    "no-words": (("a b", "", "é", '"'), '$["a b"][""].é["\\""]'),
    "sixteen-steps": ((0,) * 16, "$" + "[0]" * 16),
    "seventeen-steps": (
        tuple(range(17)),
        "$[0][1][2][3][4][5][6][7]...[9][10][11][12][13][14][15][16] (17 levels deep)",
    ),
}


@pytest.mark.parametrize(("keys", "text"), PATHS.values(), ids=PATHS)
def test_path(keys, text):
    assert json_path(path_of(*keys)) == text


def test_long_keys():
    text = json_path(path_of("k" * 10_000, 5, "v" * 10_000))
    assert text == "$." + "k" * 98 + "..." + "v" * 100


CYCLE = []
CYCLE.append(CYCLE)
RING = {"a": []}
RING["a"].append(RING)


@pytest.mark.parametrize(("document", "step"), [(CYCLE, "[0]"), (RING, ".a[0]")], ids=["list", "dict-and-list"])
def test_cycle_says_how_deep(document, step):
    with pytest.raises(ValueError, match="Circular"):
        json.dumps(document)
    with pytest.raises(fastnpjson.JSONEncodeError) as caught:
        fastnpjson.dumps(document)
    message = str(caught.value)
    assert message.startswith(f"${step}")
    assert " (255 levels deep): " in message
    assert "part of a cycle" in message
    assert message.count("[0]") <= 16


def test_dtype_that_numpy_cannot_print():
    # Up to NumPy 1.26: https://github.com/numpy/numpy/blob/v1.26.4/numpy/core/_dtype.py#L242
    aligned = np.dtype([("empty", np.dtype([], align=True)), ("z", complex)], align=True)
    with pytest.raises(
        fastnpjson.JSONEncodeError, match=r"^\$\[0\]: numpy.ndarray of dtype .*part.* and shape \(1,\): "
    ):
        fastnpjson.dumps([np.zeros(1, [("part", aligned)])])


ADVICE = {
    "text-as-bytes": (
        {"x": b"ab"},
        r"\$\.x: bytes: .*; pass default=fastnpjson.common, write .decode\(\) of it, or use Encoder\(bytes='base64'\)$",
    ),
    "bytes": (
        b"\xff",
        r"\$: bytes: .*; pass default=fastnpjson.common, write base64.b64encode\(it\).decode\(\), "
        r"or use Encoder\(bytes='base64'\)$",
    ),
    "bytes-of-numpy": (np.array([b"\xff"]), r"; write it as hex, or use Encoder\(bytes='base64'\)$"),
    "complex": (
        [1j],
        r"\$\[0\]: complex: .*; pass default=fastnpjson.common, write .real and .imag, "
        r"or use Encoder\(complex='pair'\)$",
    ),
    "tuple-key": (
        {"a": {("b", 1): 2}},
        r"\$\.a: tuple: not a key of JSON: \('b', 1\); make it text, as by str\(key\)$",
    ),
    "bytes-key": ({b"b": 1}, r"\$: bytes: not a key of JSON: b'b'; make it text, as by key.decode\(\)$"),
    "long-key": ({(1,) * 10_000: 1}, r"\$: tuple: not a key of JSON: \(1, 1, 1, 1, 1, 1, ...\); make"),
    "field": (
        np.zeros(1, [("n", "i4"), ("a", [("z", "c8", 2)])]),
        r"for its field 'a.z' is complex64; write .real and .imag, use Encoder\(complex='pair'\), or pass default=$",
    ),
    "field-of-bytes": (
        np.array([(b"\xff",)], [("b", "S1")]),
        r"for its field 'b' is \|S1; write it as hex, or use Enc",
    ),
    "scalar-with-a-field": (np.zeros(1, [("v", "V2")])[0], r"for its field 'v' is \|V2; view it with a dtype"),
    "masked-void": (
        np.ma.array(np.zeros(2, "V4"), mask=[1, 0])[0],
        r"pass default=fastnpjson.common, or view it with a dtype that has fields$",
    ),
}


@pytest.mark.parametrize(("document", "message"), ADVICE.values(), ids=ADVICE)
def test_advice(document, message):
    with pytest.raises(fastnpjson.JSONEncodeError, match=message):
        fastnpjson.dumps(document)


def test_field_that_a_setting_writes_is_not_blamed():
    record = np.zeros(1, [("z", "c8"), ("v", "V2")])
    with pytest.raises(fastnpjson.JSONEncodeError, match="for its field 'v' is"):
        fastnpjson.Encoder(complex="pair").encode(record)
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"declined it, for its field .z. is complex64; "):
        fastnpjson.dumps([np.zeros(1, [("z", "c8")])[0]], lambda obj: (_ for _ in ()).throw(TypeError))


def test_missing_value_of_pandas_is_a_key_as_nat_is():
    assert fastnpjson.dumps({pd.NA: 1, pd.NaT: 2}) == b'{"null":1,"null":2}'


SETTINGS = {
    "indent": (2, "pass option=OPT_INDENT_2"),
    "sort_keys": (True, "pass option=OPT_SORT_KEYS"),
    "separators": ((",", ":"), "fastnpjson.compat takes it"),
    "cls": (json.JSONEncoder, "fastnpjson.compat takes it"),
    "precision": (
        3,
        "its settings are default, option, allow_nan, decimals, nan, complex, bytes, decimals_of, frames, arrays and "
        "threads",
    ),
}


@pytest.mark.parametrize(("name", "value", "way"), [(name, *pair) for name, pair in SETTINGS.items()], ids=SETTINGS)
def test_arguments_of_json(name, value, way):
    for write in (fastnpjson.dump, fastnpjson.dump_lines):
        with pytest.raises(TypeError, match=f"^'{name}' is not a setting of Encoder; {way}$"):
            write([1], io.BytesIO(), **{name: value})


COMPAT = {
    "complex": (
        {"x": [np.zeros(2, "c16")]},
        r"^\$\.x\[0\]: .*complex128.*; pass default=fastnpjson.common, or write .real and .imag$",
    ),
    "void": ({"a b": (1, {"x": np.zeros(2, "V4")})}, r'^\$\["a b"\]\[1\]\.x: .*V4'),
    "bytes": ([[np.array([b"\xff"])]], r"^\$\[0\]\[0\]: .*not UTF-8"),
    "record": ({1: np.zeros(1, [("z", "c8")])}, r"^\$\[1\]: .*field 'z' is complex64"),
    "scalar": ([2**70, np.complex64(1)], r"^\$\[1\]: numpy.complex64"),
    "document": (np.complex64(1), r"^\$: numpy.complex64"),
    "many": ([*map(frozenset, [[1]] * 50), np.complex64(1)], r"^\$\[50\]: numpy.complex64"),
}


@pytest.mark.parametrize(("document", "message"), COMPAT.values(), ids=COMPAT)
@pytest.mark.parametrize("keywords", [{}, {"indent": 4}, {"skipkeys": True}], ids=["orjson", "json", "skipkeys"])
def test_compat_says_where(document, message, keywords):
    class Encoder(compat.JSONEncoder):
        def default(self, o):
            return list(o) if isinstance(o, frozenset) else super().default(o)

    with pytest.raises(TypeError, match=message):
        compat.dumps(document, cls=Encoder, **keywords)


def test_compat_does_not_know_where_a_reply_is():
    class Encoder(compat.JSONEncoder):
        def default(self, o):
            return [np.complex64(1)] if isinstance(o, set) else super().default(o)

    shared = [1]
    with pytest.raises(TypeError, match=r"^\$: numpy.complex64"):
        compat.dumps([shared, shared, {1}], cls=Encoder)
