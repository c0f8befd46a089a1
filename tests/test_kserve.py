"""Tensors of inference servers, against the functions of Triton's own client."""

import json
import sys

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy import ma

from fastnpjson import kserve

ARRAYS = {
    "BOOL": np.array([[True, False], [False, True]]),
    "UINT8": np.arange(6, dtype="u1").reshape(2, 3),
    "UINT16": np.array([0, 2**16 - 1], "u2"),
    "UINT32": np.array([0, 2**32 - 1], "u4"),
    "UINT64": np.array([0, 2**64 - 1], "u8"),
    "INT8": np.array([-128, 127], "i1"),
    "INT16": np.array([-(2**15), 2**15 - 1], "i2"),
    "INT32": np.array([[[-(2**31)]], [[2**31 - 1]]], "i4"),
    "INT64": np.array([-(2**63), 2**63 - 1], "i8"),
    "FP16": np.array([0.1, -65504, 6e-8], "f2"),
    "FP32": np.array([0.1, 1.00000017881393432617187499, -3e38], "f4"),
    "FP64": np.array([0.1, 5e-324, -1.7e308], "f8"),
    "BF16": np.array([0.1, -1.5, 3e38], ml_dtypes.bfloat16),
    "BYTES": np.array([[b"a", b""], ['é\n"'.encode(), b"\0b\0"]], object),
}
IN_JSON = [name for name in ARRAYS if name not in {"FP16", "BF16"}]


def same(array, other):
    return array.dtype == other.dtype and array.shape == other.shape and array.tolist() == other.tolist()


def tensor_of(document):
    body, headers = kserve.dumps({"outputs": [document]})
    return kserve.loads(body, headers)["outputs"][0]


@pytest.mark.parametrize("name", ARRAYS)
def test_triton_client_reads_what_is_written(name):
    http = pytest.importorskip("tritonclient.http", reason="a package for the client of Triton")
    for array in (ARRAYS[name], ARRAYS[name].T, ARRAYS[name][:0], ARRAYS[name].reshape(-1)[0:1].reshape(())):
        body, headers = kserve.dumps(
            {"outputs": [{"name": "other", "data": np.arange(3)}, {"name": "y", "data": array}]}
        )
        assert headers["Content-Type"] == "application/octet-stream"
        length = int(headers["Inference-Header-Content-Length"])
        read = http.InferenceServerClient.parse_response_body(body, header_length=length).as_numpy("y")
        assert same(read, array)


@pytest.mark.parametrize("name", ARRAYS)
def test_requests_of_triton_client_are_read(name):
    http = pytest.importorskip("tritonclient.http", reason="a package for the client of Triton")
    array = ARRAYS[name]
    inputs = [http.InferInput("x", array.shape, name), http.InferInput("in-json", [2], "INT32")]
    inputs[0].set_data_from_numpy(array)
    inputs[1].set_data_from_numpy(np.array([1, 2], "i4"), binary_data=False)
    outputs = [http.InferRequestedOutput("y", binary_data=True)]
    body, length = http.InferenceServerClient.generate_request_body(inputs, request_id="7", outputs=outputs)
    document = kserve.loads(body, {"inference-header-content-length": str(length)})
    assert document["id"] == "7"
    assert document["outputs"] == [{"name": "y", "parameters": {"binary_data": True}}]
    assert {key: document["inputs"][0][key] for key in ("name", "shape", "datatype")} == {
        "name": "x",
        "shape": [*array.shape],
        "datatype": name,
    }
    assert same(document["inputs"][0]["data"], array)
    assert same(document["inputs"][1]["data"], np.array([1, 2], "i4"))
    # The same bytes, but for the client's blanks.
    ours, headers = kserve.dumps(document)
    start = int(headers["Inference-Header-Content-Length"])
    expected = json.loads(body[:length])
    del expected["inputs"][1]["data"]
    expected["inputs"][1]["parameters"] = {"binary_data_size": 8}
    assert json.loads(ours[:start]) == expected
    assert ours[start:] == body[length:] + b"\x01\0\0\0\x02\0\0\0"


@pytest.mark.parametrize("name", IN_JSON)
def test_numbers_in_json(name):
    array = ARRAYS[name] if name != "BYTES" else np.array([[b"a"], ["é".encode()]], object)
    body, headers = kserve.dumps({"outputs": [{"name": "y", "data": array}]}, binary=False)
    assert headers == {"Content-Type": "application/json"}
    tensor = json.loads(body)["outputs"][0]
    assert (tensor["shape"], tensor["datatype"]) == ([*array.shape], name)
    read = np.array(tensor["data"], None if name == "BYTES" else array.dtype).reshape(array.shape)
    assert read.tolist() == ([["a"], ["é"]] if name == "BYTES" else array.tolist())
    for data in (tensor["data"], read.tolist()):  # flat, or in rows
        text = json.dumps({"outputs": [tensor | {"data": data}]}).encode()
        assert same(kserve.loads(text)["outputs"][0]["data"], array)


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("array", [np.empty((0, 3), "f4"), np.empty(0, "?"), np.empty((2, 0), object)])
def test_empty_arrays_come_back(array, binary):
    written = kserve.dumps({"outputs": [{"name": "y", "data": array}]}, binary=binary)
    assert same(kserve.loads(*written)["outputs"][0]["data"], array)


def test_float32_in_json_is_rounded_once():
    body = b'{"outputs":[{"name":"y","shape":[1],"datatype":"FP32","data":[1.000000178813934326171875001]}]}'
    assert kserve.loads(body)["outputs"][0]["data"][0] == np.nextafter(np.float32(1.0000001), np.float32(2))


@pytest.mark.parametrize("name", ["FP16", "BF16"])
def test_datatypes_without_json(name):
    with pytest.raises(ValueError, match=rf"^\$\.inputs\[0\]: {name} is sent as bytes only; pass binary=True"):
        kserve.dumps({"inputs": [{"name": "x", "data": ARRAYS[name]}]}, binary=False)


@pytest.mark.parametrize("text", ["<U2", "S2", object])
def test_text_of_any_dtype(text):
    assert tensor_of({"name": "y", "data": np.array(["ab", "c"], text)})["data"].tolist() == [b"ab", b"c"]


@given(npst.arrays(st.sampled_from(["?", ">i4", "u8", ">f8", "f4"]), npst.array_shapes(min_dims=0, min_side=0)))
def test_any_layout_comes_back(array):
    for like in (array, array.T, array[::-1] if array.ndim else array, np.asfortranarray(array)):
        found = tensor_of({"name": "y", "data": like, "parameters": {"a": 1}})
        assert found["data"].tobytes() == np.ascontiguousarray(like, like.dtype.newbyteorder("<")).tobytes()
        assert found["data"].shape == like.shape
        assert found["parameters"] == {"a": 1}


def test_arrays_of_other_packages():
    torch = pytest.importorskip("torch", reason="a large package")
    assert same(tensor_of({"name": "y", "data": torch.ones(2)})["data"], np.ones(2, "f4"))


def test_no_array_is_copied():
    body, headers = kserve.dumps({"outputs": [{"name": "y", "data": np.zeros(10**6)}]})
    array = kserve.loads(body, headers)["outputs"][0]["data"]
    assert np.shares_memory(array, np.frombuffer(body, "u1"))
    assert not array.flags.writeable


@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        (
            {"data": np.zeros(2), "datatype": "FP32"},
            r"the array has \(\[2\], 'FP64'\), and the document \(\[2\], 'FP32'\)",
        ),
        (
            {"data": np.zeros(2), "shape": [1, 2]},
            r"the array has \(\[2\], 'FP64'\), and the document \(\[1, 2\], 'FP64'\)",
        ),
        ({"data": np.zeros(2), "shape": None}, r"the array has \(\[2\], 'FP64'\), and the document \(None, 'FP64'\)"),
        ({"data": np.zeros(2), "shape": 2}, r"the array has \(\[2\], 'FP64'\), and the document \(2, 'FP64'\)"),
        ({"data": np.zeros(2, "M8[s]")}, r"the protocol has no datetime64\[s\]"),
        ({"data": np.zeros(2, "c16")}, "the protocol has no complex128"),
        ({"data": np.zeros(2, [("a", "i4")])}, "the protocol has no"),
        ({"data": ma.array([(1,)], mask=[(1,)], dtype=[("a", "i4")])}, "the protocol has no"),
        ({"data": np.array([1, None])}, "objects other than bytes and str"),
        ({"data": np.array([np.int64(1), "a"], object)}, "objects other than bytes and str"),
        ({"data": ma.array([1, 2], mask=[0, 1])}, r"a masked array.*filled\(\)"),
    ],
)
def test_not_written(tensor, message):
    with pytest.raises(ValueError, match=rf"^\$\.outputs\[1\]: {message}"):
        kserve.dumps({"outputs": [{"name": "x", "shape": [1], "datatype": "INT8", "data": [1]}, tensor]})


@pytest.mark.parametrize("data", [np.float32(1), {1}])
def test_data_that_is_no_array(data):
    with pytest.raises(TypeError, match=rf"^\$\.outputs\[0\]: data is a {type(data).__name__}, not an array"):
        kserve.dumps({"outputs": [{"name": "y", "data": data}]})


@pytest.mark.parametrize("array", [np.array([np.nan]), np.array([b"\xff"])])
def test_not_written_as_json(array):
    with pytest.raises((ValueError, TypeError), match=r"^\$\.outputs\[0\]"):
        kserve.dumps({"outputs": [{"name": "y", "data": array}]}, binary=False)


def binary(size, shape, datatype, tail=b""):
    tensor = {"name": "y", "shape": shape, "datatype": datatype, "parameters": {"binary_data_size": size}}
    text = json.dumps({"outputs": [tensor]}).encode()
    return text + tail, {"Inference-Header-Content-Length": str(len(text))}


def plain(**tensor):
    return json.dumps({"outputs": [{"name": "y"} | tensor]}).encode(), None


HOSTILE = {
    "too-short": (*binary(8, [2], "FP32", b"1234"), "binary_data_size is 8, and 4 bytes are left"),
    "too-long": (*binary(4, [1], "FP32", b"12345678"), None),
    "negative": (*binary(-4, [1], "FP32", b"1234"), "binary_data_size is -4"),
    "of-a-bool": (*binary(True, [1], "UINT8", b"1"), "binary_data_size is True"),
    "other-shape": (*binary(8, [3], "FP32", b"12345678"), r"2 elements, and the shape \[3\] has 3"),
    "endless-shape": (*binary(8, [2**40, 2**40], "FP32", b"12345678"), "2 elements"),
    "empty-and-endless": (*binary(0, [0, 2**63, 2**63], "FP32"), ""),
    "empty-and-many-rows": (
        *plain(shape=[2**25, 0], datatype="INT8", data=[]),
        "an array without elements, and of shape",
    ),
    "negative-lengths": (*binary(4, [-1, -1], "FP32", b"1234"), "shape is"),
    "65-lengths": (*binary(4, [1] * 65, "FP32", b"1234"), "65 dimensions"),
    # The product of these has 600,000 digits, and takes quadratic time.
    "many-lengths": (*binary(4, [2**63 - 1] * 30_000, "FP32", b"1234"), "30000 dimensions"),
    "empty-json-of-more": (*plain(shape=[1], datatype="INT8", data=[]), "0 elements"),
    "no-shape": (*binary(4, None, "FP32", b"1234"), "shape is None, not a list of lengths"),
    "half-a-number": (*binary(3, [1], "FP16", b"123"), "3 bytes, which are no whole number of FP16"),
    "no-datatype": (*binary(4, [1], "FP80", b"1234"), "datatype is FP80, not one of the protocol"),
    "list-of-datatypes": (*binary(4, [1], ["FP32"], b"1234"), r"datatype is \['FP32'\]"),
    "bool-of-2": (*binary(2, [2], "BOOL", b"\1\2"), "a BOOL is a byte of 0 or 1"),
    "long-string": (*binary(5, [1], "BYTES", b"\2\0\0\0a"), "a string of BYTES is longer than its tensor"),
    "endless-string": (*binary(5, [1], "BYTES", b"\xff\xff\xff\xffa"), "a string of BYTES is longer"),
    "half-a-length": (*binary(3, [1], "BYTES", b"\0\0\0"), "a string of BYTES is longer"),
    "more-strings": (*binary(8, [1], "BYTES", b"\0" * 8), r"2 elements, and the shape \[1\] has 1"),
    "behind-nothing": (binary(4, [1], "FP32", b"")[0], None, "binary_data_size is 4, and 0 bytes are left"),
    "json-of-another": (*plain(shape=[2], datatype="INT8", data=[1, 300]), r""),
    "json-of-floats": (*plain(shape=[1], datatype="INT8", data=[0.5]), ""),
    "json-of-bf16": (
        *plain(shape=[1], datatype="BF16", data=[0.5]),
        "datatype is BF16, which has no numbers in JSON",
    ),
    "json-of-none": (*plain(shape=[1], data=[0.5]), "datatype is None"),
    "json-of-text": (*plain(shape=[1], datatype="BYTES", data=[1]), "data is not a list of strings"),
    "json-of-ragged": (*plain(shape=[2], datatype="BYTES", data=[["a"], "b"]), ""),
    "json-of-a-string": (*plain(shape=[], datatype="BYTES", data="a"), "data is not a list of strings"),
    "json-of-base64": (*plain(shape=[1], datatype="FP32", data="AACAPw=="), "data is a string, not a list of numbers"),
    "json-of-plotly": (
        *plain(shape=[1], datatype="FP32", data={"dtype": "f4", "bdata": "AACAPw=="}),
        "data is an object, not a list of numbers",
    ),
    "json-of-null": (*plain(shape=[2], datatype="FP32", data=[1.5, None]), r"\.data\[1\]: null is not a number"),
    "json-of-words": (
        *plain(shape=[2], datatype="FP64", data=["Infinity", 1]),
        r"\.data\[0\]: a string is not a number",
    ),
    "json-of-null-in-rows": (
        *plain(shape=[2, 2], datatype="FP64", data=[[1, 2], [None, 3]]),
        r"\.data\[1\]\[0\]: null is not a number",
    ),
    "json-of-one-number": (*plain(shape=[], datatype="FP64", data=1.5), "data is a float, not a list of numbers"),
    "endless-lists": (
        b'{"outputs":[{"shape":[1],"datatype":"FP32","data":' + b"[" * 500 + b"1" + b"]" * 500 + b"}]}",
        None,
        "more than 32 dimensions",
    ),
    "json-of-columns": (
        *plain(shape=[3, 2], datatype="FP32", data=[[1, 2, 3], [4, 5, 6]]),
        r"lists of shape \(2, 3\), and the shape is \[3, 2\]",
    ),
    "json-of-text-in-columns": (
        *plain(shape=[1, 2], datatype="BYTES", data=[["a"], ["b"]]),
        r"lists of shape \(2, 1\)",
    ),
    "json-of-more": (*plain(shape=[3], datatype="INT8", data=[1, 2]), "2 elements"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name):
    body, headers, message = HOSTILE[name]
    expected = "bytes are behind the last tensor" if message is None and headers else rf"^\$\.outputs\[0\].*{message}"
    with pytest.raises(ValueError, match=expected):
        kserve.loads(body, headers)


def test_words_that_triton_and_its_client_write():
    http = pytest.importorskip("tritonclient.http", reason="a package for the client of Triton")
    array = np.array([[1.5, np.nan], [np.inf, -np.inf]], "f4")
    tensor = http.InferInput("x", array.shape, "FP32")
    tensor.set_data_from_numpy(array, binary_data=False)
    body, _ = http.InferenceServerClient.generate_request_body([tensor])
    assert np.array_equal(kserve.loads(body, allow_nan=True)["inputs"][0]["data"], array, equal_nan=True)
    with pytest.raises(ValueError, match=r"^NaN is not JSON .*allow_nan=True of"):
        kserve.loads(body)
    body = body.replace(b"NaN", b"null")
    with pytest.raises(ValueError, match=r"^\$\.inputs\[0\]\.data\[1\]: null is not a number"):
        kserve.loads(body, allow_nan=True)


def test_null_for_what_is_not_there():
    """As the types of MLServer have it: https://docs.seldon.ai/mlserver/api-reference/pythonapi/types."""
    body = (
        b'{"id":null,"parameters":null,"outputs":null,"inputs":'
        b'[{"name":"x","shape":[1],"datatype":"INT64","parameters":null,"data":[8]}]}'
    )
    document = kserve.loads(body)
    for binary in (True, False):
        again = kserve.loads(*kserve.dumps(document, binary=binary))
        assert same(again["inputs"][0]["data"], np.array([8]))
        assert again["outputs"] is None


def test_nan_is_for_bytes():
    with pytest.raises(ValueError, match=r"^\$\.inputs\[0\]: NaN and infinities are not JSON; pass binary=True"):
        kserve.dumps({"inputs": [{"name": "x", "data": np.array([1, np.inf])}]}, binary=False)


def test_many_tensors():
    body, headers = kserve.dumps({"outputs": [{"name": "y", "data": np.zeros(1)}] * 1000})
    assert len(kserve.loads(body, headers)["outputs"]) == 1000
    with pytest.raises(ValueError, match="1000 tensors with numbers in the JSON, of which at most 256 are read"):
        kserve.loads(kserve.dumps({"outputs": [{"name": "y", "data": np.zeros(1)}] * 1000}, binary=False)[0])


@pytest.mark.parametrize("length", ["-1", "1e1", "99", "٣", "9" * 30, ""])
def test_hostile_headers(length):
    with pytest.raises(ValueError, match="Inference-Header-Content-Length is"):
        kserve.loads(b'{"outputs":[]}', {"Inference-Header-Content-Length": length})


@pytest.mark.parametrize("text", ["[]", '{"outputs":1}', '{"outputs":[1]}', '{"inputs":[{"parameters":[]}]}', "{"])
def test_other_json(text):
    with pytest.raises(ValueError, match=r"^\$|unexpected end|EOF"):
        kserve.loads(text.encode())


def test_without_ml_dtypes(monkeypatch):
    body, headers = kserve.dumps({"outputs": [{"name": "y", "data": ARRAYS["BF16"]}]})
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    with pytest.raises(ValueError, match=r"^\$\.outputs\[0\]: BF16 needs .* pip install ml_dtypes"):
        kserve.loads(body, headers)


@pytest.mark.parametrize(
    ("inputs", "reason"), [([3], r"\$.inputs\[0\]: not a tensor"), (3, r"\$.inputs: not a list of tensors")]
)
def test_what_is_no_tensor_is_not_written(inputs, reason):
    with pytest.raises(ValueError, match=rf"^{reason}"):
        kserve.dumps({"inputs": inputs})


def test_the_size_of_bytes_that_are_numbers_now_is_left_out():
    tensor = {"name": "x", "data": np.arange(2), "parameters": {"binary_data_size": 16, "id": 1}}
    body, _ = kserve.dumps({"inputs": [tensor]}, binary=False)
    assert json.loads(body)["inputs"][0]["parameters"] == {"id": 1}
    assert kserve.loads(body)["inputs"][0]["data"].tolist() == [0, 1]
