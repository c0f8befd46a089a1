"""One object that orjson does not know, to one that it knows."""

from __future__ import annotations

import datetime
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson
from orjson import Fragment, JSONEncodeError

from fastnpjson._arrays.datetimes import DATES, plain
from fastnpjson._arrays.native import LARGE, NATIVE, NUMPY, fragment
from fastnpjson._arrays.strings import decode, encode
from fastnpjson._arrays.time_units import Unsupported
from fastnpjson._arrays.write import write

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.style import Style

    Convert = Callable[[Any], Any]

# What `converter` makes of an object that is for the caller's default.
UNKNOWN: Final = object()
NUMPY_TYPES: Final = (np.ndarray, np.generic)
_PASSTHROUGH: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
# An array of one element for each of these would take 2 microseconds.
_SCALARS: Final[dict[type, Convert]] = {
    np.bool_: bool,
    np.str_: str,
    np.bytes_: decode,
    **{np.dtype(code).type: int for code in "bBhHiIlLqQ"},
}


def _natively(obj: Any) -> Fragment:
    return Fragment(orjson.dumps(obj, None, NUMPY))


_FLOATS: Final[dict[type, Convert]] = {np.float64: float, np.float32: _natively}


class NoReplyError(TypeError):
    """Raised where a walk has to go on: it writes what orjson refuses, or says where it is."""


@cache
def converter(style: Style) -> Convert:
    """Make the function that turns an object which orjson does not know into one that it knows, or into `UNKNOWN`."""
    scalars, dtypes = _SCALARS | _FLOATS, NATIVE
    if style.option & orjson.OPT_STRICT_INTEGER:  # orjson forgets it for integers of NumPy
        dtypes = dtypes - set(map(np.dtype, "lLqQ"))
    if style.decimals is not None or style.nan == "string":
        scalars, dtypes = _SCALARS, dtypes - set(map(np.dtype, "fd"))
    if style.complex != "error":
        scalars = scalars | {complex: lambda number: _written(np.complex128(number), style)}
    if style.bytes == "base64":
        scalars = scalars | dict.fromkeys((bytes, bytearray, np.bytes_), encode)

    def convert(obj: Any) -> Any:
        kind = type(obj)
        scalar = scalars.get(kind)
        if scalar is not None:
            return scalar(obj)
        if kind is np.ndarray and obj.dtype in dtypes and 0 < obj.size < LARGE:
            with suppress(JSONEncodeError):  # not contiguous, or without dimensions
                return _natively(obj)
        if issubclass(kind, NUMPY_TYPES):
            return _written(obj, style)
        if issubclass(kind, datetime.datetime) and not style.option & _PASSTHROUGH:
            return plain(obj, style.option & DATES)
        return UNKNOWN

    return convert


def _written(obj: Any, style: Style) -> Any:
    try:
        text, builtins = write(obj, style)
    except Unsupported:
        return UNKNOWN
    if text is None and not np.asarray(obj).dtype.hasobject:
        with suppress(JSONEncodeError):  # a walk finds the string that is not UTF-8
            text = orjson.dumps(builtins, None, style.option & orjson.OPT_SORT_KEYS)
    return builtins if text is None else fragment(text)
