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
from fastnpjson._ticks import Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable

    Convert = Callable[[Any], Any]

NUMPY: Final = orjson.OPT_SERIALIZE_NUMPY
# What `converter` makes of an object that is for the caller's default.
UNKNOWN: Final = object()
# The dtypes that orjson writes right whatever the values, and their scalars. Of the two types of C of the same size it
# knows that which NumPy names: int64 is a long on most 64-bit machines, and a longlong on Windows and 32-bit machines.
NATIVE: Final = frozenset(map(np.dtype, "?bBhHiIlLqQfd"))
NATIVE_SCALARS: Final = frozenset(
    np.dtype(name).type for name in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8")
)
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
        if kind is np.ndarray and obj.dtype in native:
            try:
                return Fragment(orjson_dumps(obj, None, NUMPY))
            except JSONEncodeError:  # not contiguous, or without dimensions
                pass
        elif not issubclass(kind, (np.ndarray, np.generic)):
            return _subclass(obj, style.option)
        try:
            text, builtins = write(obj, style)
        except Unsupported:
            return UNKNOWN
        return builtins if text is None else Fragment(text)

    return convert


def _subclass(obj: Any, option: int) -> Any:
    if issubclass(type(obj), datetime.datetime) and not option & _PASSTHROUGH:
        return plain(obj, option & DATES)
    return UNKNOWN
