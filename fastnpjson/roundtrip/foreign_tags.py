"""Arrays of monty, which have a tag, and of plotly and KServe, which have none."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fastnpjson.roundtrip import base64, dtypes, read_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson.roundtrip.context import Context

    Tag = dict[str, Any]
    Texts = Callable[[], Any]

_KSERVE: Final = {
    "BOOL": "bool",
    **{f"{sign}INT{bits}": f"{sign}int{bits}".lower() for sign in ("", "U") for bits in (8, 16, 32, 64)},
    **{f"FP{bits}": f"float{bits}" for bits in (16, 32, 64)},
}
# JavaScript's Uint8ClampedArray.
_CLAMPED: Final = {"u1c": "u1", "uint8c": "u1"}


def monty(context: Context, tag: Tag, texts: Texts) -> Any:
    """Read monty's tag: lists of values, or for a complex dtype a list of the real and one of the imaginary parts."""
    data, dtype = tag["data"], dtypes.read(tag["dtype"], digits=True)
    shape = _shape(data)
    context.budget.charge(shape, dtype)
    if dtype.kind != "c":
        return read_values.array(data, shape, dtype, lambda: texts()["data"])
    if shape[:1] != (2,):
        raise ValueError("data: must be the real and the imaginary parts")
    array = np.empty(shape[1:], dtype)
    array.real, array.imag = read_values.array(data, shape, array.real.dtype, lambda: texts()["data"])
    return array


def plotly(context: Context, tag: Tag, _texts: Texts) -> Any:
    """Read plotly's typed array."""
    name, text = tag["dtype"], context.text(tag["bdata"])
    dtype = dtypes.read(_CLAMPED.get(name, name) if type(name) is str else name).newbyteorder("<")
    shape = tag.get("shape")
    if shape is None:
        size = len(text) // 4 * 3 - bytes(text[-2:]).count(b"=")
        shape = [size // max(dtype.itemsize, 1)]
    elif type(shape) is str:
        shape = [int(length) for length in shape.split(",")] if re.fullmatch(r"[\d ,]{1,999}", shape) else None
    elif type(shape) is int:
        shape = [shape]
    return base64.read(context, text, dtypes.vet_shape(shape), dtype)


def kserve(context: Context, tag: Tag, texts: Texts) -> Tag:
    """Replace the data of a tensor in KServe's V2 protocol, a flat or nested list, by an array."""
    data, shape = tag["data"], dtypes.vet_shape(tag["shape"])
    dtype = np.dtype(_KSERVE[tag["datatype"]]) if tag["datatype"] != "BYTES" else np.dtype(f"U{_longest(data)}")
    context.budget.charge(shape, dtype)
    nested = type(data) is list and data and type(data[0]) is list
    lengths = shape if nested else (math.prod(shape),)
    tag["data"] = read_values.array(data, lengths, dtype, lambda: texts()["data"]).reshape(shape)
    return tag


def _shape(data: Any) -> tuple[int, ...]:
    shape = []
    while type(data) is list:
        shape.append(len(data))
        data = data[0] if data else None
    return dtypes.vet_shape(shape)


def _longest(data: Any) -> int:
    if type(data) is not list or not set(map(type, data)) <= {str}:
        raise ValueError("data: must be a list of strings")
    return max(map(len, data), default=1) or 1
