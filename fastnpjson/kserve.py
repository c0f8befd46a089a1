"""Tensors of inference servers, in the protocol of KServe, Triton and MLServer, version 2.

A request or a response is the JSON of the protocol, in which ``data`` is a NumPy array. Arrays go as bytes behind the
JSON, so that no digit is made or read.

The protocol is at https://github.com/kserve/open-inference-protocol, the bytes behind the JSON at
https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_binary_data.html.
"""

from __future__ import annotations

import math
import struct
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy import ma
from orjson import JSONEncodeError

from fastnpjson._documents.array_likes import read
from fastnpjson._documents.encoder import Encoder
from fastnpjson._excerpt import excerpt
from fastnpjson._reading.loads import loads as _loads

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Array = np.ndarray[Any, Any]
    Tensor = dict[str, Any]

__all__ = ["dumps", "loads"]

_HEADER: Final = "Inference-Header-Content-Length"
_CODES: Final = {
    "BOOL": "?",
    **{f"UINT{8 * size}": f"<u{size}" for size in (1, 2, 4, 8)},
    **{f"INT{8 * size}": f"<i{size}" for size in (1, 2, 4, 8)},
    **{f"FP{8 * size}": f"<f{size}" for size in (2, 4, 8)},
}
_DATATYPES: Final = {(np.dtype(code).kind, np.dtype(code).itemsize): name for name, code in _CODES.items()}
_TEXT: Final = "SUTO"  # of dtype.kind: bytes, str, StringDType, and objects of either
# There are no numbers for them in JSON by the protocol.
_ONLY_BINARY: Final = frozenset({"FP16", "BF16"})
# Each takes a path of its own, which the reader looks at for each other one.
_MOST: Final = 256
_MOST_DIMS: Final = 64  # of NumPy 2
_JSON: Final = Encoder(nan="error")
_SIZE: Final = struct.Struct("<I")


def dumps(document: Mapping[str, Any], /, *, binary: bool = True) -> tuple[bytes, dict[str, str]]:
    r"""Encode a request or a response.

    Args:
        document: The JSON of the protocol. In the dicts of ``"inputs"`` and ``"outputs"`` ``"data"`` may be an array
            of NumPy or of another package: of booleans, integers, float16, float32, float64, the bfloat16 of
            ml_dtypes, or of `bytes` and `str`. ``"shape"`` and ``"datatype"`` are those of the array.
        binary: False to write the numbers into the JSON, for servers without the extension for binary data.

    Returns:
        The body, and the headers to send with it.

    Raises:
        ValueError: names the JSON path of an array that has no datatype, or not the one or the shape that the document
            says, that has masked elements, or cannot be written as JSON.
        JSONEncodeError: `data` is no array, or the rest of the document not JSON serializable; it is a `TypeError`.

    >>> body, headers = dumps({"inputs": [{"name": "x", "data": np.array([[1, 2]], "i2")}]})
    >>> body
    b'{"inputs":[{"name":"x","shape":[1,2],"datatype":"INT16","parameters":{"binary_data_size":4}}]}\x01\x00\x02\x00'
    >>> headers["Inference-Header-Content-Length"]
    '94'
    """
    parts: list[Any] = []
    copy = dict(document)
    for key in ("inputs", "outputs"):
        if key in copy:
            places = enumerate(copy[key])
            copy[key] = [_written(tensor, f"$.{key}[{index}]", parts if binary else None) for index, tensor in places]
    text = _JSON.encode(copy)
    if not parts:
        return text, {"Content-Type": "application/json"}
    headers = {"Content-Type": "application/octet-stream", _HEADER: str(len(text))}
    return b"".join([text, *parts]), headers


def loads(body: bytes | bytearray | memoryview, /, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Decode a request or a response.

    Args:
        body: The body, decompressed.
        headers: Its headers, in which ``Inference-Header-Content-Length`` says where the JSON ends.

    Returns:
        The JSON of the protocol, in which ``"data"`` of each tensor is an array of its shape. Arrays that were sent as
        bytes are read-only and keep the body alive: they are not copied. BYTES gives an array of `bytes` objects. BF16
        needs the package ml_dtypes.

    Raises:
        ValueError: names the JSON path of a tensor whose bytes or numbers are not those of its shape and datatype; or
            the JSON is not of the protocol, or has numbers of more than 256 tensors.
        fastnpjson.JSONDecodeError: it is not JSON; it is a `ValueError`.

    >>> body, headers = dumps({"outputs": [{"name": "y", "data": np.arange(3.0)}]})
    >>> loads(body, headers)["outputs"]
    [{'name': 'y', 'shape': [3], 'datatype': 'FP64', 'data': array([0., 1., 2.])}]
    """
    view = memoryview(body).cast("B")
    length = _length(headers, len(view))
    text = bytes(view[:length])
    dtypes = {f"{path}.data": _CODES[name] for path, name in _numbers_in(_loads(text, arrays=True))}
    if len(dtypes) > _MOST:
        raise ValueError(f"{len(dtypes)} tensors with numbers in the JSON, of which at most {_MOST} are read")
    document: dict[str, Any] = _loads(text, arrays=dtypes or None)
    for path, tensor in _tensors(document):
        length = _filled(tensor, path, view, length)
    if length != len(view):
        raise ValueError(f"{len(view) - length} bytes are behind the last tensor")
    return document


def _written(tensor: Any, path: str, parts: list[Any] | None) -> Any:
    """Return a tensor without its array, whose bytes are added to `parts`, or with its numbers if that is `None`."""
    data = tensor.get("data")
    if data is None or isinstance(data, (list, tuple)):
        return tensor
    try:
        array = np.asarray(_array(data))
        shape, datatype = list(array.shape), _datatype(array)
        told = [*tensor.get("shape", shape)], tensor.get("datatype", datatype)
        if told != (shape, datatype):
            raise ValueError(f"the array has {shape, datatype}, and the document {excerpt(told)}")
        written = _values(array, datatype) if parts is None else _bytes(array, datatype)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    except JSONEncodeError as error:
        raise JSONEncodeError(f"{path}: data is a {type(data).__qualname__}, not an array: {error}") from None
    head = {name: value for name, value in tensor.items() if name != "data"} | {"shape": shape, "datatype": datatype}
    if parts is None:
        return {**head, "data": written}
    parts.append(written)
    return {**head, "parameters": {**tensor.get("parameters", {}), "binary_data_size": len(written)}}


def _array(data: Any) -> Any:
    array = data if isinstance(data, np.ndarray) else read(data)
    if ma.is_masked(array):
        raise ValueError("a masked array, and the protocol has no word for what is missing; fill it with filled()")
    return array


def _datatype(array: Array) -> str:
    dtype = array.dtype
    if dtype.kind in _TEXT:
        return "BYTES"
    if dtype.name == "bfloat16":
        return "BF16"
    if (dtype.kind, dtype.itemsize) not in _DATATYPES:
        raise ValueError(f"the protocol has no {dtype}")
    return _DATATYPES[dtype.kind, dtype.itemsize]


def _values(array: Array, datatype: str) -> Any:
    if datatype in _ONLY_BINARY:
        raise ValueError(f"{datatype} is sent as bytes only; pass binary=True")
    if datatype != "BYTES":
        return array.reshape(-1)
    try:
        return [text.decode() for text in _texts(array)]
    except UnicodeDecodeError as error:
        raise ValueError(f"{error}; pass binary=True to send any bytes") from None


def _texts(array: Array) -> list[bytes]:
    if not all(isinstance(text, (str, bytes)) for text in array.flat):
        raise ValueError("objects other than bytes and str; the protocol has no other objects")
    return [text.encode() if isinstance(text, str) else bytes(text) for text in array.flat]


def _bytes(array: Array, datatype: str) -> Any:
    if datatype == "BYTES":
        return b"".join(_SIZE.pack(len(text)) + text for text in _texts(array))
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(-1).view(np.uint8)


def _length(headers: Mapping[str, str] | None, size: int) -> int:
    """Return how long the JSON in a body of some size is."""
    for name, value in (headers or {}).items():
        if name.lower() == _HEADER.lower():
            if not (value.isascii() and value.isdecimal() and len(value) < 20 and int(value) <= size):
                raise ValueError(f"{_HEADER} is {excerpt(value)}, and the body has {size} bytes")
            return int(value)
    return size


def _tensors(document: Any) -> Iterator[tuple[str, Tensor]]:
    """Yield the paths of tensors, and the tensors; what asks for an output has no data."""
    if not isinstance(document, dict):
        raise ValueError("$: not a request or a response, which are objects")
    for key in ("inputs", "outputs"):
        tensors = document.get(key, [])
        if not isinstance(tensors, list):
            raise ValueError(f"$.{key}: not a list")
        for index, tensor in enumerate(tensors):
            if not isinstance(tensor, dict) or not isinstance(tensor.get("parameters", {}), dict):
                raise ValueError(f"$.{key}[{index}]: not a tensor of the protocol")
            if "data" in tensor or "binary_data_size" in tensor.get("parameters", {}):
                yield f"$.{key}[{index}]", tensor


def _numbers_in(document: Any) -> Iterator[tuple[str, str]]:
    """Yield paths and datatypes of the tensors whose numbers are in the JSON."""
    for path, tensor in _tensors(document):
        datatype = tensor.get("datatype")
        if "data" in tensor and not _is_empty(tensor["data"]) and isinstance(datatype, str) and datatype in _CODES:
            yield path, datatype


def _is_empty(data: Any) -> bool:
    return type(data) is list and not data


def _filled(tensor: Tensor, path: str, view: memoryview, at: int) -> int:
    """Put an array into the tensor at a path, and return where the bytes of the next one begin."""
    try:
        return _fill(tensor, view, at)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{path}: {error}") from None


def _fill(tensor: Tensor, view: memoryview, at: int) -> int:
    shape, datatype = tensor.get("shape"), tensor.get("datatype")
    if not isinstance(shape, list) or any(type(length) is not int or length < 0 for length in shape[: _MOST_DIMS + 1]):
        raise ValueError(f"shape is {excerpt(shape)}, not a list of lengths")
    if len(shape) > _MOST_DIMS:
        raise ValueError(f"{len(shape)} dimensions, of which arrays have {_MOST_DIMS} at most")
    parameters = tensor.get("parameters", {})
    if "binary_data_size" not in parameters:
        array = _from_json(tensor["data"], datatype)
    else:
        size = parameters.pop("binary_data_size")
        if type(size) is not int or not 0 <= size <= len(view) - at:
            raise ValueError(f"binary_data_size is {excerpt(size)}, and {len(view) - at} bytes are left")
        array = _from_bytes(view[at : at + size], datatype)
        at += size
        if not parameters:
            del tensor["parameters"]
    if array.size != math.prod(shape):
        raise ValueError(f"{array.size} elements, and the shape {excerpt(shape)} has {math.prod(shape)}")
    tensor["data"] = array.reshape(shape)
    return at


def _from_json(data: Any, datatype: Any) -> Array:
    if isinstance(data, np.ndarray):
        return data
    if _is_empty(data) and isinstance(datatype, str) and datatype in _CODES:
        return np.empty(0, _CODES[datatype])
    if datatype != "BYTES":
        raise ValueError(f"datatype is {excerpt(datatype)}, which has no numbers in JSON")
    array = np.array(data, object)
    texts = array.reshape(-1).tolist()
    if not isinstance(data, list) or any(type(text) is not str for text in texts):
        raise ValueError("data is not a list of strings, or of lists of one length of them")
    return np.fromiter([text.encode() for text in texts], object, len(texts))


def _from_bytes(view: memoryview, datatype: Any) -> Array:
    if datatype == "BYTES":
        texts = [*_split(view)]
        return np.fromiter(texts, object, len(texts))
    dtype = _dtype(datatype)
    if len(view) % dtype.itemsize:
        raise ValueError(f"{len(view)} bytes, which are no whole number of {datatype}")
    array = np.frombuffer(view, np.uint8)
    if datatype == "BOOL" and array.size and array.max() > 1:
        raise ValueError("a BOOL is a byte of 0 or 1, and here is another")
    return array.view(dtype)


def _dtype(datatype: Any) -> np.dtype[Any]:
    if datatype == "BF16":
        try:
            import_module("ml_dtypes")
        except ImportError:
            raise ValueError("BF16 needs a dtype that NumPy has not: pip install ml_dtypes") from None
        return np.dtype("bfloat16")
    if not isinstance(datatype, str) or datatype not in _CODES:
        raise ValueError(f"datatype is {excerpt(datatype)}, not one of the protocol")
    return np.dtype(_CODES[datatype])


def _split(view: memoryview) -> Iterator[bytes]:
    """Yield byte strings, before each of which stands its length."""
    at = 0
    while at < len(view):
        start = at + _SIZE.size
        if start > len(view) or (at := start + _SIZE.unpack_from(view, at)[0]) > len(view):
            raise ValueError("a string of BYTES is longer than its tensor")
        yield bytes(view[start:at])
