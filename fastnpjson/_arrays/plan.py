"""Plans for the extension, which writes arrays in place: what becomes of each element of a dtype."""

from __future__ import annotations

from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import orjson

from fastnpjson._arrays.time_units import MONTHS, SECONDS, TICKS, Unsupported

if TYPE_CHECKING:
    DType = np.dtype[Any]
    Node = tuple[Any, ...]
    Path = tuple[str, ...]

# orjson's flags for dates and integers, and their bits in the extension.
_FLAGS: Final = {
    orjson.OPT_OMIT_MICROSECONDS: 1,
    orjson.OPT_NAIVE_UTC: 2,
    orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z: 4,
    orjson.OPT_STRICT_INTEGER: 8,
}
# All flags that a plan depends on.
SHAPING: Final = reduce(or_, _FLAGS, orjson.OPT_SORT_KEYS)
# Of records in records, fewer than Python's stack holds.
_NESTED_FIELDS: Final = 200


class Plan(NamedTuple):
    """How to write an element: a node, and the paths to the fields that orjson writes, in the order of the nodes.

    A node starts with its kind, which is that of the dtype, or ``"["``, ``"{"``, or ``"#"`` for what orjson writes.
    """

    node: Node
    columns: tuple[Path, ...]


@lru_cache(256)
def make_plan(dtype: DType, mask: DType | None, option: int) -> Plan | None:
    """Plan how to write the elements of a dtype.

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
    return Plan(node, tuple(columns))


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
