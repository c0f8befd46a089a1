"""Arrays to JSON by the extension, which takes each element from where it lies.

A layout says how each element of a dtype is written: a tree of nodes that the extension follows.
"""

from __future__ import annotations

from functools import lru_cache, reduce
from itertools import repeat
from operator import or_
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import orjson

from fastnpjson._arrays.dtypes import Unsupported, known_dtype
from fastnpjson._arrays.floats import digits_of_bits
from fastnpjson._arrays.times import MONTHS, SECONDS, TICKS
from fastnpjson._extension import speedups

if TYPE_CHECKING:
    Node = tuple[Any, ...]

    from fastnpjson._arrays.dtypes import Array, Key
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
# What of a larger text an array is: a comma stands for its first bracket; it has no last one; and other threads write
# the rest, so that the GIL is released for less.
FOLLOWS: Final = 1
GOES_ON: Final = 2
SIDE_BY_SIDE: Final = 4
# In levels of records in records: fewer than Python's stack holds.
_NESTED_FIELDS: Final = 200


class _Shape(NamedTuple):
    """The part of a style that shapes the text of an element."""

    option: int
    decimals: int | None
    words: bool


@lru_cache(256)
def make_layout(element: Key, mask: Key | None, shape: _Shape) -> Node | None:
    """Layout how to write elements.

    Args:
        element: The key of the dtype of an array, without Python objects; but that of strings may have one for what is
            missing.
        mask: That of the dtype of its mask.
        shape: What shapes their text.

    Returns:
        A node, which starts with its kind: that of the dtype, or ``"["``, or ``"{"``. `None` if the extension cannot
        write all of it.
    """
    try:
        return _node(element, mask, shape, 0)
    except (Unsupported, orjson.JSONEncodeError):
        return None


def _node(element: Key, mask: Key | None, shape: _Shape, depth: int) -> Node:
    kind = element[0]
    if kind == "[":
        return _subarray(element, mask, shape, depth)
    if kind == "{":
        return "{", tuple(_fields(element, mask, shape, depth))
    if kind == "T" and not depth:
        return ("T",)
    bits = sum(bit for flag, bit in _FLAGS.items() if shape.option & flag == flag)
    if kind in "f#":
        return _float(element, shape, bits | (_AS_FLOAT64 if depth else 0))
    scale, decimals = _ticks(*element[3:]) if kind in "Mm" else (1, -1)
    if kind not in "biuMmUS":
        raise Unsupported
    return kind, element[1], not element[2], scale, decimals, bits


def _float(element: Key, shape: _Shape, bits: int) -> Node:
    kind, size_or_scalar, is_native = element
    foreign: type | None = size_or_scalar if kind == "#" else None
    size = size_or_scalar if foreign is None else np.dtype(foreign).itemsize
    if size > 8 or (foreign is not None and (size > 2 or known_dtype(np.dtype(foreign)) is not np.float32)):
        raise Unsupported
    bits |= _WORDS if shape.words else 0
    if size > 2:
        return "f", size, not is_native, 1, -1 if shape.decimals is None else shape.decimals, bits
    bits |= _AS_FLOAT64 if foreign is None else 0
    return "f", size, not is_native, 1, -1, bits, digits_of_bits(foreign or np.float16, shape.decimals)


def _subarray(element: Key, mask: Key | None, shape: _Shape, depth: int) -> Node:
    _, lengths, stride, base = element
    _, _, mask_stride, mask_base = ("[", lengths, 0, None) if mask is None else mask
    node = _node(base, mask_base, shape, depth)
    for length in lengths[::-1]:
        node = "[", length, stride, mask_stride, node
        stride, mask_stride = stride * length, mask_stride * length
    return node


def _fields(element: Key, mask: Key | None, shape: _Shape, depth: int) -> list[Node]:
    if depth > _NESTED_FIELDS:
        raise Unsupported
    masks = repeat((None, 0, None)) if mask is None else mask[2]
    pairs = list(zip(element[2], masks, strict=False))
    if shape.option & orjson.OPT_SORT_KEYS:
        pairs.sort(key=lambda pair: pair[0][0].encode())
    fields: list[Node] = []
    for (name, offset, field, *_), (_, mask_offset, field_mask, *_) in pairs:
        key = (b"," if fields else b"") + orjson.dumps(name) + b":"
        fields.append((key, offset, mask_offset, _node(field, field_mask, shape, depth + 1)))
    return fields


def _ticks(unit: str, count: int) -> tuple[int, int]:
    """Return the months, seconds or fractions of a second in a tick, and the decimals of these; -1 for months."""
    if unit == "generic":
        raise Unsupported
    if unit in MONTHS:
        return MONTHS[unit] * count, -1
    return SECONDS.get(unit, 1) * count, len(str(TICKS.get(unit, 1))) - 1


def write_in_place(
    array: Array, mask: Array | None, style: Style, *, lines: bool = False, part: int = 0
) -> bytes | None:
    """Write an array with a dimension, if the extension is there.

    Args:
        array: Any.
        mask: Of the same shape, or `None`.
        style: What shapes its text.
        lines: Write each row in a line of its own.
        part: What of a larger array it is: some of `FOLLOWS`, `GOES_ON` and `SIDE_BY_SIDE`.

    Returns:
        JSON text; `None` for what Python has to write, or to refuse with an error that says why.
    """
    dtype = array.dtype
    if speedups is None or (dtype.hasobject and dtype.kind != "T"):
        return None
    if style.bytes == "base64" and dtype.kind in "SV":
        return None
    mask_dtype = None if mask is None else mask.dtype
    shape = _Shape(style.option & SHAPING, style.decimals, style.nan == "string")
    try:
        key, mask_key = speedups.key_of(dtype), None if mask is None else speedups.key_of(mask_dtype)
        node = None if key is None else make_layout(key, mask_key, shape)
    except RecursionError:
        return None
    if node is None:
        return None
    text: bytes | None = speedups.write(array, dtype, mask, mask_dtype, node, lines, part)
    return text
