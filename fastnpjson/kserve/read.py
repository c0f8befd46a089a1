"""Tensors of the JSON of the protocol, and of bytes behind it."""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fastnpjson._excerpt import excerpt
from fastnpjson._reading.budget import vet_empty
from fastnpjson._reading.errors import NotArray
from fastnpjson._reading.lists import flat, names_of
from fastnpjson._reading.loads import loads
from fastnpjson.kserve.datatypes import CODES, SIZE, parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Array = np.ndarray[Any, Any]
    Tensor = dict[str, Any]

HEADER: Final = "Inference-Header-Content-Length"
_MOST_DIMS: Final = 64  # of NumPy 2


def length_of(headers: Mapping[str, str] | None, size: int) -> int:
    """Return how long the JSON in a body of some size is."""
    for name, value in (headers or {}).items():
        if name.lower() == HEADER.lower():
            if not (value.isascii() and value.isdecimal() and len(value) < 20 and int(value) <= size):
                raise ValueError(f"{HEADER} is {excerpt(value)}, and the body has {size} bytes")
            return int(value)
    return size


def tensors_in(document: Any) -> Iterator[tuple[str, Tensor]]:
    """Yield the paths of tensors, and the tensors; what asks for an output has no data."""
    if not isinstance(document, dict):
        raise ValueError("$: not a request or a response, which are objects")
    for key in ("inputs", "outputs"):
        tensors = [] if document.get(key) is None else document[key]
        if not isinstance(tensors, list):
            raise ValueError(f"$.{key}: not a list")
        for index, tensor in enumerate(tensors):
            if not isinstance(tensor, dict) or not isinstance(parameters_of(tensor), dict):
                raise ValueError(f"$.{key}[{index}]: not a tensor of the protocol")
            if "data" in tensor or "binary_data_size" in parameters_of(tensor):
                yield f"$.{key}[{index}]", tensor


def numbers_in(document: Any) -> Iterator[tuple[str, str]]:
    """Yield paths and datatypes of the tensors whose numbers are in the JSON."""
    for path, tensor in tensors_in(document):
        data, datatype = tensor.get("data"), tensor.get("datatype")
        # Not the strings and objects with base64 that `loads` takes, too.
        is_list = type(data) in {list, np.ndarray} and not _is_empty(data)
        if is_list and isinstance(datatype, str) and datatype in CODES:
            yield path, datatype


def refuse_null(document: Any, text: bytes, allow_nan: bool) -> None:
    """Raise `ValueError` for what is no number of the protocol: ``null`` and ``"NaN"``, of which `loads` makes NaN."""
    arrays = {path: tensor["data"] for path, tensor in tensors_in(document) if "data" in tensor}
    suspects = [path for path, data in arrays.items() if type(data) is np.ndarray and not np.isfinite(data).all()]
    tensors = dict(tensors_in(loads(text, allow_nan=allow_nan))) if suspects else {}
    for path in suspects:
        shape, leaves = flat(tensors[path]["data"])
        index = next((index for index, leaf in enumerate(leaves) if type(leaf) not in {int, float}), None)
        if index is not None:
            reason = NotArray(f"{names_of([leaves[index]])} is not a number", index)
            raise ValueError(f"{path}.data{reason.within(shape)}")


def _is_empty(data: Any) -> bool:
    return type(data) is list and not data


def filled(tensor: Tensor, path: str, view: memoryview, at: int) -> int:
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
    parameters = parameters_of(tensor)
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
    if array.ndim > 1 and array.shape != tuple(shape):
        raise ValueError(f"lists of shape {array.shape}, and the shape is {excerpt(shape)}")
    vet_empty(tuple(shape))
    tensor["data"] = array.reshape(shape)
    return at


def _from_json(data: Any, datatype: Any) -> Array:
    if isinstance(data, np.ndarray):
        return data
    if _is_empty(data) and isinstance(datatype, str) and datatype in CODES:
        return np.empty(0, CODES[datatype])
    if isinstance(datatype, str) and datatype in CODES:
        raise ValueError(f"data is {names_of([data])}, not a list of numbers")
    if datatype != "BYTES":
        raise ValueError(f"datatype is {excerpt(datatype)}, which has no numbers in JSON")
    array = np.array(data, object)
    texts = array.reshape(-1).tolist()
    if not isinstance(data, list) or any(type(text) is not str for text in texts):
        raise ValueError("data is not a list of strings, or of lists of one length of them")
    return np.fromiter([text.encode() for text in texts], object, len(texts)).reshape(array.shape)


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
    if not isinstance(datatype, str) or datatype not in CODES:
        raise ValueError(f"datatype is {excerpt(datatype)}, not one of the protocol")
    return np.dtype(CODES[datatype])


def _split(view: memoryview) -> Iterator[bytes]:
    """Yield byte strings, before each of which stands its length."""
    at = 0
    while at < len(view):
        start = at + SIZE.size
        if start > len(view) or (at := start + SIZE.unpack_from(view, at)[0]) > len(view):
            raise ValueError("a string of BYTES is longer than its tensor")
        yield bytes(view[start:at])
