"""Arrays as base64 and as plotly's typed arrays: NumPy's own bytes, at every door, and back."""

import base64
import io
import json
import shutil
import subprocess

import ml_dtypes
import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy import ma

NUMBERS = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", ">i4", ">f8"]
ARRAYS = npst.arrays(st.sampled_from(NUMBERS), npst.array_shapes(min_side=0, max_dims=3))


def little(array):
    return array.astype(array.dtype.newbyteorder("<")).tobytes()


def ways(package, document, form):
    encoder = package.Encoder(arrays=form)
    yield encoder.encode(document)
    yield b"".join(encoder.iterencode(document))
    package.dump(document, file := io.BytesIO(), arrays=form)
    yield file.getvalue()
    yield package.Encoder(arrays=form, threads=2).encode(document)
    package.dump_lines([document], file := io.BytesIO(), arrays=form)
    yield file.getvalue()


@given(ARRAYS)
def test_base64(package, array):
    for like in (array, array.T, array[::-1]):
        expected = base64.b64encode(little(like)).decode()
        for document, value in (
            (like, expected),
            ({"a": [like, {"b": like}], "c": 1}, {"a": [expected, {"b": expected}], "c": 1}),
        ):
            assert [json.loads(text) for text in ways(package, document, "base64")] == [value] * 5
        if like.size:
            back = package.loads(orjson.dumps({"a": expected}), arrays={"$.a": array.dtype})["a"]
            assert (back.dtype, back.tobytes()) == (array.dtype, like.reshape(-1).tobytes())


@given(ARRAYS)
def test_plotly(package, array):
    text = package.Encoder(arrays="plotly").encode([array])
    assert set(ways(package, [array], "plotly")) == {text, text + b"\n"}
    [value] = json.loads(text)
    if type(value) is list:
        big = array.dtype.kind in "iu" and array.dtype.itemsize == 8
        assert array.dtype.kind == "b" or array.dtype.itemsize == 2 or big
        assert text == package.dumps([array])
        return
    found = np.frombuffer(base64.b64decode(value["bdata"]), "<" + value["dtype"])
    assert found.reshape(array.shape).tolist() == array.tolist() or np.isnan(array).any()
    assert value.get("shape") == (", ".join(map(str, array.shape)) if array.ndim > 1 else None)
    if array.size:
        back = package.loads(text, arrays={"$[0]": array.dtype})[0]
        assert (back.dtype, back.shape, little(back)) == (array.dtype, array.shape, little(array))


def test_large_arrays_and_rows(package):
    array = np.random.default_rng(1).random((300, 300))
    expected = base64.b64encode(array).decode()
    assert {orjson.loads(text)["x"] for text in ways(package, {"x": array}, "base64")} == {expected}
    package.dump_lines(array, file := io.BytesIO(), arrays="base64")
    rows = [orjson.loads(line) for line in file.getvalue().splitlines()]
    assert rows == [base64.b64encode(row).decode() for row in array]


@pytest.mark.parametrize("dtype", ["bfloat16", "float8_e4m3fn"])
def test_floats_of_embeddings(package, dtype):
    array = np.array([0.5, 1.5, -2], dtype)
    assert getattr(ml_dtypes, dtype) is array.dtype.type
    assert package.Encoder(arrays="base64").encode(array) == b'"' + base64.b64encode(array.tobytes()) + b'"'


@pytest.mark.parametrize("form", ["base64", "plotly"])
def test_what_stays_digits(package, form):
    document = [
        ma.array([1, 2], mask=[0, 1]),
        np.array(["a"]),
        np.array(["2026-01-01"], "M8[D]"),
        np.array([(1, [2.5])], [("a", "i4"), ("b", "f4", (1,))]),
        np.array([1, None]),
        np.float32(0.1),
        np.array(0.1),
        [0.1, None],
    ]
    assert package.Encoder(arrays=form).encode(document) == package.dumps(document)
    assert package.Encoder(arrays="plotly").encode(np.array([2**40])) == b"[1099511627776]"


@pytest.mark.parametrize(
    "settings",
    [{"nan": "string"}, {"nan": "error"}, {"allow_nan": False}, {"decimals": 2}, {"frames": "records"}],
    ids=str,
)
def test_settings_that_are_for_digits(package, settings):
    with pytest.raises(ValueError, match="arrays='base64' writes bytes: without"):
        package.Encoder(arrays="base64", **settings)


def test_as_plotly_writes_them(package):
    pytest.importorskip("plotly", reason="a large package")
    from _plotly_utils.utils import to_typed_array_spec  # noqa: PLC0415

    for dtype in ("i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8"):
        array = np.arange(6, dtype=dtype).reshape(2, 3)
        theirs = to_typed_array_spec(array)
        assert json.loads(package.Encoder(arrays="plotly").encode(array)) == theirs
        back = package.loads(orjson.dumps({"x": theirs}), arrays={"$.x": dtype})["x"]
        assert (back.dtype, back.tolist()) == (array.dtype, array.tolist())


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_typed_arrays_of_javascript(package):
    array = np.array([[0.1, -1e-30], [3e38, 7]], "f4")
    script = """
        const value = JSON.parse(require("fs").readFileSync(0));
        const bytes = Buffer.from(value.bdata, "base64");
        const floats = new Float32Array(new Uint8Array(bytes).buffer);
        console.log(JSON.stringify([...floats]));
    """
    text = package.Encoder(arrays="plotly").encode(array)
    found = subprocess.run(["node", "-e", script], input=text, capture_output=True, check=True).stdout
    assert json.loads(found) == array.astype("f8").reshape(-1).tolist()


HOSTILE = {
    "half-a-number": ('"AAA="', "i4", "not base64 of int32"),
    "no-base64": ('"@@@@"', "i8", "not base64 of int64"),
    "nothing": ('""', "i1", "not base64 of int8"),
    "padding": ('"===="', "i1", "not base64 of int8"),
    "endless-padding": (f'"AA{"=" * 10**5}"', "i1", "not base64 of int8"),
    "blanks": ('"AAAA AAAA"', "i1", "not base64 of int8"),
    "for-urls": ('"__-_"', "i1", "not base64 of int8"),
    "not-ascii": ('"AAAé"', "i1", "not base64 of int8"),
    "plotly-nothing": ('{"dtype":"i1","bdata":"","shape":"1"}', "i1", r"0 elements, and the shape \(1,\) has 1"),
    "plotly-half-a-number": ('{"dtype":"i4","bdata":"AAA="}', "i4", "not base64 of int32"),
    "plotly-no-base64": ('{"dtype":"i1","bdata":"@@@@"}', "i1", "not base64 of int8"),
    "bool-of-2": ('"Ag=="', "?", "a byte of a boolean is 0 or 1"),
    "code": ('{"dtype":"i8","bdata":"AAAAAAAAAAA="}', "i8", "an object with bdata has one of the dtypes"),
    "list-of-codes": ('{"dtype":["i4"],"bdata":"AAAAAA=="}', "i8", "an object with bdata"),
    "numbers": ('{"dtype":"i4","bdata":[1]}', "i8", "an object with bdata"),
    "out-of-range": ('{"dtype":"i4","bdata":"/////w=="}', "u8", "an array of int32 may not be exact in uint64"),
    "not-safe": ('{"dtype":"i4","bdata":"AAAAAA=="}', "f4", "an array of int32 may not be exact in float32"),
    "strings": ('{"dtype":"i1","bdata":"AA=="}', "U9", "an object is not a list"),
    "durations": ('{"dtype":"i1","bdata":"AA=="}', "m8[s]", "an object is not a list"),
    # Its cast rounds twice: to float32 on the way.
    "float8": ('{"dtype":"f8","bdata":"AgAAAAAA8j8="}', "float8_e5m2", "may not be exact in float8_e5m2"),
    "floats-for-integers": ('{"dtype":"f4","bdata":"AAAAAA=="}', "i8", "may not be exact"),
    "other-shape": ('{"dtype":"i1","bdata":"AAAA","shape":"2, 2"}', "i1", r"3 elements, and the shape \(2, 2\) has 4"),
    "endless-shape": ('{"dtype":"i1","bdata":"AAAA","shape":"99999999999999999999, 9"}', "i1", "3 elements"),
    "beyond-all-shapes": (
        f'{{"dtype":"i1","bdata":"AAAA","shape":[{10**4000},{10**4000}]}}',
        "i1",
        "its shape is no list",
    ),
    "endless-and-empty": (
        '{"dtype":"i1","bdata":"","shape":"0, 9999999999999999999"}',
        "i1",
        "an array without elements",
    ),
    "negative-shape": ('{"dtype":"i1","bdata":"AAAA","shape":"-1"}', "i1", "its shape is no list of lengths"),
    "word-for-shape": ('{"dtype":"i1","bdata":"AAAA","shape":"two"}', "i1", "its shape is no list of lengths"),
    "more-members": ('{"dtype":"i1","bdata":"AAAA","x":1}', "i1", "an object is not a list"),
    "more-dimensions": (
        json.dumps({"dtype": "i1", "bdata": "AA==", "shape": ",".join("1" * 99)}),
        "i1",
        "its shape is no list of lengths",
    ),
}


@pytest.mark.parametrize("text", ['{"a":"AAAA', '{"a":{"dtype":"i1","bdata":"AAAA', '{"a":"AAAA"'])
def test_without_an_end(package, text):
    with pytest.raises(orjson.JSONDecodeError, match="line 1 column"):
        package.loads(text, arrays={"$.a": "i1"})


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(package, name):
    text, dtype, message = HOSTILE[name]
    with pytest.raises(ValueError, match=rf"^\$\.a: .*{message}"):
        package.loads(f'{{"a":{text}}}', arrays={"$.a": dtype}, exact_integers=True)
