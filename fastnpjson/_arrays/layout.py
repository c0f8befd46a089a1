"""Arrays to JSON by the extension, which takes each element from where it lies.

A layout says how each element of a dtype is written: a tree of nodes that the extension follows.
"""

from __future__ import annotations

from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import orjson

from fastnpjson._arrays.dtypes import Unsupported
from fastnpjson._arrays.times import MONTHS, SECONDS, TICKS
from fastnpjson._extension import speedups

if TYPE_CHECKING:
    DType = np.dtype[Any]
    Node = tuple[Any, ...]
    Path = tuple[str, ...]
    from collections.abc import Callable

    from fastnpjson._arrays.dtypes import Array


# orjson's flags for dates and integers, and their bits in the extension.
_FLAGS: Final = {
    orjson.OPT_OMIT_MICROSECONDS: 1,
    orjson.OPT_NAIVE_UTC: 2,
    orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z: 4,
    orjson.OPT_STRICT_INTEGER: 8,
}
# All flags that a layout depends on.
SHAPING: Final = reduce(or_, _FLAGS, orjson.OPT_SORT_KEYS)
# Of records in records, fewer than Python's stack holds.
_NESTED_FIELDS: Final = 200


class Layout(NamedTuple):
    """How to write an element: a node, and the paths to the fields that orjson writes, in the order of the nodes.

    A node starts with its kind, which is that of the dtype, or ``"["``, ``"{"``, or ``"#"`` for what orjson writes.
    """

    node: Node
    columns: tuple[Path, ...]


@lru_cache(256)
def make_layout(dtype: DType, mask: DType | None, option: int) -> Layout | None:
    """Layout how to write the elements of a dtype.

    Args:
        dtype: Of the array, without Python objects; but that of strings may have one for what is missing.
        mask: The dtype of its mask.
        option: Of orjson's flags, those in `SHAPING`.

    Returns:
        `None` if the extension cannot write all of it.
    """
    columns: list[Path] = []
    try:
        node = _node(dtype, mask, option, (), columns)
    except (Unsupported, orjson.JSONEncodeError):
        return None
    return Layout(node, tuple(columns))


def _node(dtype: DType, mask: DType | None, option: int, path: Path, columns: list[Path]) -> Node:
    if dtype.subdtype is not None:
        return _subarray(dtype, mask, option, path, columns)
    if dtype.names is not None:
        return "{", tuple(_fields(dtype, mask, option, path, columns))
    if dtype.kind == "T" and not path:
        return ("T",)
    if dtype.kind == "f" or dtype.isbuiltin == 2:
        columns.append(path)
        return ("#",)
    scale, decimals = _ticks(dtype) if dtype.kind in "Mm" else (1, 0)
    if dtype.kind not in "biuMmUS":
        raise Unsupported
    bits = sum(bit for flag, bit in _FLAGS.items() if option & flag == flag)
    return dtype.kind, dtype.itemsize, not dtype.isnative, scale, decimals, bits


def _subarray(dtype: DType, mask: DType | None, option: int, path: Path, columns: list[Path]) -> Node:
    base, mask_base = dtype.base, None if mask is None else mask.base
    node = _node(base, mask_base, option, path, columns)
    stride, mask_stride = base.itemsize, 0 if mask_base is None else mask_base.itemsize
    for length in dtype.shape[::-1]:
        node = "[", length, stride, mask_stride, node
        stride, mask_stride = stride * length, mask_stride * length
    return node


def _fields(dtype: DType, mask: DType | None, option: int, path: Path, columns: list[Path]) -> list[Node]:
    if len(path) > _NESTED_FIELDS:
        raise Unsupported
    fields: list[Node] = []
    names = dtype.names or ()
    for name in sorted(names, key=str.encode) if option & orjson.OPT_SORT_KEYS else names:
        key = (b"," if fields else b"") + orjson.dumps(name) + b":"
        field, offset = _field(dtype, name)
        field_mask, mask_offset = (None, 0) if mask is None else _field(mask, name)
        node = _node(field, field_mask, option, (*path, name), columns)
        fields.append((key, offset, mask_offset, node))
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


# The kinds of dtypes that it writes beside records. Numbers are orjson's: plain C is no faster. Of those with a mask it
# writes integers, and floats are NaN in a copy, which is faster than to take them one by one from orjson's text.
_KINDS: Final = frozenset("MmUST")
_MASKED: Final = frozenset("biuV")


def write_in_place(
    array: Array, mask: Array | None, option: int, numbers: Callable[[Array], bytes], *, lines: bool = False
) -> bytes | None:
    """Write an array with a dimension, if the extension is there and is faster.

    Args:
        array: Any.
        mask: Of the same shape, or `None`.
        option: orjson's flags.
        numbers: Writes an array, with one dimension, of the numbers that a field has.
        lines: Write each row in a line of its own.

    Returns:
        JSON text; `None` for what Python has to write, or to refuse with an error that says why.
    """
    dtype = array.dtype
    if speedups is None or (dtype.hasobject and dtype.kind != "T"):
        return None
    if dtype.names is None and dtype.kind not in _KINDS and not _is_masked(dtype.kind, mask):
        return None
    mask_dtype = None if mask is None else mask.dtype
    layout = make_layout(dtype, mask_dtype, option & SHAPING)
    if layout is None:
        return None
    columns = tuple([_column(array, path, numbers) for path in layout.columns]) if layout.columns else ()
    text: bytes | None = speedups.write(array, dtype, mask, mask_dtype, layout.node, columns, lines)
    return text


def _is_masked(kind: str, mask: Array | None) -> bool:
    return mask is not None and kind in _MASKED and bool(mask.any())


def _column(array: Array, path: tuple[str, ...], numbers: Callable[[Array], bytes]) -> bytes:
    """Write the numbers of a field as they are in a record, where a float32 becomes a float before it is written."""
    for name in path:
        array = array[name]
    text = numbers(array.reshape(-1))
    if array.dtype.isbuiltin == 2 or (array.dtype.itemsize == 4 and _exponents_differ(np.abs(array))):
        return orjson.dumps(orjson.loads(text))
    return text


def _exponents_differ(sizes: Array) -> bool:
    # Measured: below 1e-5 and from 1e13 to 1e16 orjson writes an exponent for one of the types, zeros for the other.
    return bool(((sizes < 1e-4) & (sizes > 0) | (sizes > 1e12)).any())
