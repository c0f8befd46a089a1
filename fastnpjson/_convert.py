"""The hook of a document: what orjson does not know to what it knows."""

from __future__ import annotations

import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson
from orjson import Fragment, JSONEncodeError
from orjson import dumps as orjson_dumps

from fastnpjson._arrays import Style, decode, write
from fastnpjson._datetimes import DATES, plain
from fastnpjson._native import LARGE, NATIVE, NUMPY, make_room
from fastnpjson._ticks import Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable

    Convert = Callable[[Any], Any]

# What `converter` makes of an object that is for the caller's default.
UNKNOWN: Final = object()
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
def converter(style: Style) -> Convert:
    """Make the function that turns an object which orjson does not know into one that it knows, or into `UNKNOWN`."""
    native, scalars = NATIVE, _SCALARS
    if style.option & orjson.OPT_STRICT_INTEGER:
        native = native - set(map(np.dtype, "lLqQ"))
    if style.decimals is None:
        scalars = scalars | _FLOATS
    else:
        native = native - set(map(np.dtype, "fd"))

    def convert(obj: Any) -> Any:
        kind = type(obj)
        scalar = scalars.get(kind)
        if scalar is not None:
            return scalar(obj)
        if kind is np.ndarray and obj.dtype in native and obj.size < LARGE:
            try:
                return Fragment(orjson_dumps(obj, None, NUMPY))
            except JSONEncodeError:  # not contiguous, or without dimensions
                if obj.ndim:
                    return Fragment(orjson_dumps(obj.copy(), None, NUMPY))
        elif not issubclass(kind, (np.ndarray, np.generic)):
            return _subclass(obj, style.option)
        return _written(obj, style)

    return convert


def _written(obj: Any, style: Style) -> Any:
    try:
        text, builtins = write(obj, style)
    except Unsupported:
        return UNKNOWN
    if text is None:
        return builtins
    if len(text) >= LARGE:
        make_room(2 * len(text))  # the document grows by it, and may hold as much already
    return Fragment(text)


def _subclass(obj: Any, option: int) -> Any:
    if issubclass(type(obj), datetime.datetime) and not option & _PASSTHROUGH:
        return plain(obj, option & DATES)
    return UNKNOWN
