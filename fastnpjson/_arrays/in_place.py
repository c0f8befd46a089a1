"""Arrays to JSON by the extension, which takes each element from where it lies, in any layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import orjson

from fastnpjson._accelerator import speedups
from fastnpjson._arrays.plan import SHAPING, make_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.native import Array


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
    plan = make_plan(dtype, mask_dtype, option & SHAPING)
    if plan is None:
        return None
    columns = tuple([_column(array, path, numbers) for path in plan.columns]) if plan.columns else ()
    text: bytes | None = speedups.write(array, dtype, mask, mask_dtype, plan.node, columns, lines)
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
