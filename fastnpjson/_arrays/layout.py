"""Arrays to JSON by the extension, which takes each element from where it lies.

A layout says how each element of a dtype is written: a tree of nodes that the extension follows.
"""

from __future__ import annotations

from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import orjson

from fastnpjson._arrays.dtypes import Unsupported, known_dtype
from fastnpjson._arrays.floats import digits_of_bits
from fastnpjson._arrays.times import MONTHS, SECONDS, TICKS
from fastnpjson._extension import speedups

if TYPE_CHECKING:
    DType = np.dtype[Any]
    Node = tuple[Any, ...]

    from fastnpjson._arrays.dtypes import Array
    from fastnpjson._arrays.style import Style


# orjson's flags for dates and integers, and their bits in the extension.
_FLAGS: Final = {
    orjson.OPT_OMIT_MICROSECONDS: 1,
    orjson.OPT_NAIVE_UTC: 2,
    orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z: 4,
    orjson.OPT_STRICT_INTEGER: 8,
}
# All flags that a layout depends on.
SHAPING: Final = reduce(or_, _FLAGS, orjson.OPT_SORT_KEYS)
# Bits for floats: words for NaN and infinities; and the exponents of a float64, as in records, for Python reads their
# numbers back before it writes them.
_WORDS: Final = 16
_AS_FLOAT64: Final = 32
# Of records in records, fewer than Python's stack holds.
_NESTED_FIELDS: Final = 200


class _Shape(NamedTuple):
    """What of a style shapes the text of an element."""

    option: int
    decimals: int | None
    words: bool


@lru_cache(256)
def make_layout(dtype: DType, mask: DType | None, shape: _Shape) -> Node | None:
    """Layout how to write the elements of a dtype.

    Args:
        dtype: Of the array, without Python objects; but that of strings may have one for what is missing.
        mask: The dtype of its mask.
        shape: What shapes their text.

    Returns:
        A node, which starts with its kind: that of the dtype, or ``"["``, or ``"{"``. `None` if the extension cannot
        write all of it.
    """
    try:
        return _node(dtype, mask, shape, 0)
    except (Unsupported, orjson.JSONEncodeError):
        return None


def _node(dtype: DType, mask: DType | None, shape: _Shape, depth: int) -> Node:
    if dtype.subdtype is not None:
        return _subarray(dtype, mask, shape, depth)
    if dtype.names is not None:
        return "{", tuple(_fields(dtype, mask, shape, depth))
    if dtype.kind == "T" and not depth:
        return ("T",)
    bits = sum(bit for flag, bit in _FLAGS.items() if shape.option & flag == flag)
    if dtype.kind == "f" or dtype.isbuiltin == 2:
        return _float(dtype, shape, bits | (_AS_FLOAT64 if depth else 0))
    scale, decimals = _ticks(dtype) if dtype.kind in "Mm" else (1, -1)
    if dtype.kind not in "biuMmUS":
        raise Unsupported
    return dtype.kind, dtype.itemsize, not dtype.isnative, scale, decimals, bits


def _float(dtype: DType, shape: _Shape, bits: int) -> Node:
    size = dtype.itemsize
    if size > 8 or (dtype.isbuiltin == 2 and (size > 2 or known_dtype(dtype) is not np.float32)):
        raise Unsupported
    bits |= _WORDS if shape.words else 0
    if size > 2:
        return "f", size, not dtype.isnative, 1, -1 if shape.decimals is None else shape.decimals, bits
    bits |= _AS_FLOAT64 if dtype.isbuiltin != 2 else 0  # float16
    native = dtype.newbyteorder("=")
    return "f", size, not dtype.isnative, 1, -1, bits, digits_of_bits(native, shape.decimals)


def _subarray(dtype: DType, mask: DType | None, shape: _Shape, depth: int) -> Node:
    base, mask_base = dtype.base, None if mask is None else mask.base
    node = _node(base, mask_base, shape, depth)
    stride, mask_stride = base.itemsize, 0 if mask_base is None else mask_base.itemsize
    for length in dtype.shape[::-1]:
        node = "[", length, stride, mask_stride, node
        stride, mask_stride = stride * length, mask_stride * length
    return node


def _fields(dtype: DType, mask: DType | None, shape: _Shape, depth: int) -> list[Node]:
    if depth > _NESTED_FIELDS:
        raise Unsupported
    fields: list[Node] = []
    names = dtype.names or ()
    for name in sorted(names, key=str.encode) if shape.option & orjson.OPT_SORT_KEYS else names:
        key = (b"," if fields else b"") + orjson.dumps(name) + b":"
        field, offset = _field(dtype, name)
        field_mask, mask_offset = (None, 0) if mask is None else _field(mask, name)
        fields.append((key, offset, mask_offset, _node(field, field_mask, shape, depth + 1)))
    return fields


def _field(dtype: DType, name: str) -> tuple[DType, int]:
    # Behind these there may be a title.
    fields: Any = dtype.fields
    return fields[name][:2]  # type: ignore[no-any-return]


def _ticks(dtype: DType) -> tuple[int, int]:
    """Return the months, seconds or fractions of a second in a tick, and the decimals of these; -1 for months."""
    unit, count = np.datetime_data(dtype)
    if unit == "generic":
        raise Unsupported
    if unit in MONTHS:
        return MONTHS[unit] * count, -1
    return SECONDS.get(unit, 1) * count, len(str(TICKS.get(unit, 1))) - 1


def write_in_place(array: Array, mask: Array | None, style: Style, *, lines: bool = False) -> bytes | None:
    """Write an array with a dimension, if the extension is there.

    Args:
        array: Any.
        mask: Of the same shape, or `None`.
        style: What shapes its text.
        lines: Write each row in a line of its own.

    Returns:
        JSON text; `None` for what Python has to write, or to refuse with an error that says why.
    """
    dtype = array.dtype
    if speedups is None or (dtype.hasobject and dtype.kind != "T"):
        return None
    if style.bytes == "base64" and dtype.kind in "SV":
        return None
    mask_dtype = None if mask is None else mask.dtype
    node = make_layout(dtype, mask_dtype, _Shape(style.option & SHAPING, style.decimals, style.nan == "string"))
    if node is None:
        return None
    text: bytes | None = speedups.write(array, dtype, mask, mask_dtype, node, lines)
    return text
