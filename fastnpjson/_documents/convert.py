"""One object that orjson does not know, to one that it knows."""

from __future__ import annotations

import datetime
import math
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson
from orjson import Fragment, JSONEncodeError

from fastnpjson._arrays.dtypes import Unsupported, is_numpy_type
from fastnpjson._arrays.layout import write_in_place
from fastnpjson._arrays.strings import utf8_text
from fastnpjson._arrays.times import DATES
from fastnpjson._arrays.write import write
from fastnpjson._orjson import LARGE, NATIVE, NUMPY, fragment

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.style import Style

    Convert = Callable[[Any], Any]

# Stands for an object that `converter` leaves to the caller's default.
UNKNOWN: Final = object()
_PASSTHROUGH: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
# An array of one element for each of these would take 2 microseconds.
_SCALARS: Final[dict[type, Convert]] = {
    np.bool_: bool,
    np.str_: str,
    np.bytes_: utf8_text,
    **{np.dtype(code).type: int for code in "bBhHiIlLqQ"},
}


def _natively(obj: Any) -> Fragment:
    return fragment(orjson.dumps(obj, None, NUMPY))


_FLOATS: Final[dict[type, Convert]] = {np.float64: float, np.float32: _natively}


class NeedsWalk(TypeError):
    """Raised to fall back to the walk, which writes the object or locates the error."""


@cache
def converter(style: Style) -> Convert:
    """Make the function that turns an object which orjson does not know into one that it knows, or into `UNKNOWN`."""
    scalars, numbers, is_plain = _scalars(style), _numbers(style), style.arrays == "digits"
    form: Convert | None = None
    if style.frames != "error":
        from fastnpjson._documents.frames import form_of

        form = form_of(style.frames, one_line=not style.option & orjson.OPT_INDENT_2)

    def convert(obj: Any) -> Any:
        kind = type(obj)
        scalar = scalars.get(kind)
        if scalar is not None:
            return scalar(obj)
        if kind is np.ndarray and obj.dtype.num in numbers and 0 < obj.size < LARGE:
            with suppress(JSONEncodeError):  # not contiguous, of other bytes, or without dimensions
                return _natively(obj)
        # As `write` does, without its questions: they take as long as a short text.
        if kind is np.ndarray and is_plain and obj.ndim and (text := write_in_place(obj, None, style)) is not None:
            return fragment(text)
        if is_numpy_type(kind):
            return _written(obj, style)
        if form is not None and (rows := form(obj)) is not NotImplemented:
            return rows
        if issubclass(kind, datetime.datetime) and not style.option & _PASSTHROUGH:
            return _timestamp(obj, style.option & DATES)
        return UNKNOWN

    return convert


def _scalars(style: Style) -> dict[type, Convert]:
    """Return how scalars are converted, by type."""
    scalars = _SCALARS if _shapes_floats(style) else _SCALARS | _FLOATS
    if style.complex != "error":
        scalars = scalars | {complex: lambda number: _written(np.complex128(number), style)}
    if style.bytes == "base64":
        from fastnpjson._arrays.as_bytes import base64_text

        scalars = scalars | dict.fromkeys((bytes, bytearray, np.bytes_), base64_text)
    return scalars


def _numbers(style: Style) -> frozenset[int]:
    """Return the numbers of the dtypes whose arrays are orjson's."""
    if style.arrays != "digits":
        return frozenset()
    # orjson forgets the flag for integers of NumPy.
    codes = "lLqQ" * bool(style.option & orjson.OPT_STRICT_INTEGER) + "fd" * _shapes_floats(style)
    return NATIVE - {np.dtype(code).num for code in codes}


def _shapes_floats(style: Style) -> bool:
    return style.decimals is not None or style.nan == "string"


def _written(obj: Any, style: Style) -> Any:
    try:
        text, builtins = write(obj, style)
    except Unsupported:
        return UNKNOWN
    if text is None and not np.asarray(obj).dtype.hasobject:
        with suppress(JSONEncodeError):  # a walk finds the string that is not UTF-8
            text = orjson.dumps(builtins, None, style.option & orjson.OPT_SORT_KEYS)
    return builtins if text is None else fragment(text)


def _timestamp(moment: datetime.datetime, option: int) -> Any:
    """Write an instance of a subclass of `datetime.datetime`.

    The nanoseconds of a ``pandas.Timestamp`` are kept, ``pandas.NaT`` becomes `None`.
    """
    if math.isnan(moment.year):
        return None
    if not datetime.MINYEAR <= moment.year <= datetime.MAXYEAR:  # which pandas has, and no date of Python
        return UNKNOWN
    builtin = datetime.datetime.combine(moment.date(), moment.timetz())  # with its fold
    nanosecond = getattr(moment, "nanosecond", 0)
    if not nanosecond or option & orjson.OPT_OMIT_MICROSECONDS:
        return fragment(orjson.dumps(builtin, None, option))
    seconds = orjson.dumps(builtin.replace(microsecond=0), None, option)
    # A quotation mark and 19 characters come before the fraction.
    return Fragment(seconds[:20] + b".%06d%03d" % (builtin.microsecond, nanosecond) + seconds[20:])
