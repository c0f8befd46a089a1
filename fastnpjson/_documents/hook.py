"""The hook of a document: what orjson does not know to what it knows."""

from __future__ import annotations

import datetime
from functools import cache
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson
from orjson import Fragment, JSONEncodeError
from orjson import dumps as orjson_dumps

from fastnpjson._arrays.datetimes import DATES, plain
from fastnpjson._arrays.native import LARGE, NATIVE, NUMPY, fragment
from fastnpjson._arrays.time_units import Unsupported
from fastnpjson._arrays.write import Style, decode, write
from fastnpjson._documents.crowd import CROWD, DENSE, SMALL, Crowded

if TYPE_CHECKING:
    from collections.abc import Callable

    Convert = Callable[[Any], Any]

# What `converter` makes of an object that is for the caller's default.
UNKNOWN: Final = object()
# How many small objects are left until the next look at the clock, and when the last one was, if there was one in
# this document. Threads that race for these lose some time, and not a byte.
LEFT: Final = [0]
LAST_LOOK: Final = [0]
_PASSTHROUGH: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS


def _float32(scalar: Any) -> Fragment:
    return Fragment(orjson_dumps(scalar, None, NUMPY))


_SCALARS: dict[type, Convert] = {
    np.bool_: bool,
    np.str_: str,
    np.bytes_: decode,
    **{np.dtype(code).type: int for code in "bBhHiIlLqQ"},
}
_FLOATS: dict[type, Convert] = {np.float64: float, np.float32: _float32}


@cache
def converter(style: Style, *, counting: bool = False) -> Convert:
    """Make the function that turns an object which orjson does not know into one that it knows, or into `UNKNOWN`.

    Args:
        style: What shapes the text of an array.
        counting: Raise `Crowded` in a document that is crowded with small NumPy objects.
    """
    native, scalars = _tables(style)
    left = LEFT

    def convert(obj: Any) -> Any:
        kind = type(obj)
        scalar = scalars.get(kind)
        if scalar is not None:
            left[0] -= 1
            if left[0] <= 0 and counting:
                _look_at_clock()
            return scalar(obj)
        if kind is not np.ndarray:
            return _other(obj, style)
        size = obj.size
        left[0] += -2 if size < SMALL else size >> 3
        if left[0] <= 0 and counting:
            _look_at_clock()
        if size >= LARGE or obj.dtype not in native or (not size and obj.ndim > 1):
            return _other(obj, style)
        try:
            return Fragment(orjson_dumps(obj, None, NUMPY))
        except JSONEncodeError:  # not contiguous, or without dimensions
            return Fragment(orjson_dumps(obj.copy(), None, NUMPY)) if obj.ndim else _other(obj, style)

    return convert


def _tables(style: Style) -> tuple[frozenset[np.dtype[Any]], dict[type, Convert]]:
    native = NATIVE
    if style.option & orjson.OPT_STRICT_INTEGER:
        native = native - set(map(np.dtype, "lLqQ"))
    if style.decimals is None:
        return native, _SCALARS | _FLOATS
    return native - set(map(np.dtype, "fd")), _SCALARS


def _look_at_clock() -> None:
    earlier, LAST_LOOK[0] = LAST_LOOK[0], perf_counter_ns()
    if LAST_LOOK[0] - earlier < DENSE:
        raise Crowded
    LEFT[0] = CROWD


def _other(obj: Any, style: Style) -> Any:
    if issubclass(type(obj), (np.ndarray, np.generic)):
        return _written(obj, style)
    if obj is UNKNOWN:  # orjson asks once more, for what it was answered
        raise TypeError
    return _subclass(obj, style.option)


def _written(obj: Any, style: Style) -> Any:
    try:
        text, builtins = write(obj, style)
    except Unsupported:
        return UNKNOWN
    return builtins if text is None else fragment(text)


def _subclass(obj: Any, option: int) -> Any:
    if issubclass(type(obj), datetime.datetime) and not option & _PASSTHROUGH:
        return plain(obj, option & DATES)
    return UNKNOWN
