"""Tensors to the JSON of the protocol, and to bytes behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy import ma
from orjson import JSONEncodeError

from fastnpjson._documents.array_likes import read
from fastnpjson._excerpt import excerpt
from fastnpjson._reading.as_bytes import datatype_of
from fastnpjson.kserve.datatypes import SIZE, parameters_of

Array = np.ndarray[Any, Any]

_TEXT: Final = "SUTO"  # of dtype.kind: bytes, str, StringDType, and objects of either
# There are no numbers for them in JSON by the protocol.
_ONLY_BINARY: Final = frozenset({"FP16", "BF16"})


def written(tensor: Any, path: str, parts: list[Any] | None) -> Any:
    """Return a tensor without its array, whose bytes are added to `parts`, or with its numbers if that is `None`."""
    if not isinstance(tensor, Mapping):
        raise ValueError(f"{path}: not a tensor of the protocol")
    data = tensor.get("data")
    if data is None or isinstance(data, (list, tuple)):
        return tensor
    try:
        array = np.asarray(_array(data))
        shape, datatype = list(array.shape), _datatype(array)
        told = tensor.get("shape", shape), tensor.get("datatype", datatype)
        told = [*told[0]] if hasattr(told[0], "__iter__") else told[0], told[1]
        if told != (shape, datatype):
            raise ValueError(f"the array has {shape, datatype}, and the document {excerpt(told)}")
        text = _values(array, datatype) if parts is None else _bytes(array, datatype)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    except JSONEncodeError as error:
        raise JSONEncodeError(f"{path}: data is a {type(data).__qualname__}, not an array: {error}") from None
    head = {name: value for name, value in tensor.items() if name not in {"data", "parameters"}}
    head |= {"shape": shape, "datatype": datatype}
    parameters = {name: value for name, value in parameters_of(tensor).items() if name != "binary_data_size"}
    if parts is not None:
        parts.append(text)
        parameters["binary_data_size"] = len(text)
    head |= {"parameters": parameters} if parameters else {}
    return head if parts is not None else {**head, "data": text}


def _array(data: Any) -> Any:
    array = data if isinstance(data, np.ndarray) else read(data)
    if array.dtype.names is None and ma.is_masked(array):
        raise ValueError("a masked array, and the protocol has no word for what is missing; fill it with filled()")
    return array


def _datatype(array: Array) -> str:
    name = "BYTES" if array.dtype.kind in _TEXT else datatype_of(array.dtype)
    if name is None:
        raise ValueError(f"the protocol has no {array.dtype}")
    return name


def _values(array: Array, datatype: str) -> Any:
    if datatype in _ONLY_BINARY:
        raise ValueError(f"{datatype} is sent as bytes only; pass binary=True")
    if datatype != "BYTES":
        if not np.isfinite(array).all():
            raise ValueError("NaN and infinities are not JSON; pass binary=True to send them")
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
        return b"".join(SIZE.pack(len(text)) + text for text in _texts(array))
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(-1).view(np.uint8)
