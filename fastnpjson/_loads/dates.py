"""Dates of ISO 8601 to `datetime64`: none is cut off, and none wraps around."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    Array = np.ndarray[Any, Any]

# NumPy takes more, such as "now" and "20200101", and cuts off or wraps around what a unit does not hold.
_DATE: Final = re.compile(
    r"(?P<year>[+-]?[0-9]{4,18})(?P<day>-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<minute>[0-9]{2}:[0-9]{2})(?:(?P<second>:[0-9]{2})(?:\.(?P<fraction>[0-9]{1,18})0*)?)?Z?)?"
)
_WRITTEN: Final = re.compile(r"(-?[0-9]+)(.*)")
_FULL: Final = "-01-01T00:00:00.000000000000000000"


class NotArray(ValueError):
    """Says why lists are no array.

    Args:
        reason: In words.
        index: Of the element that is the reason, if it is one.
    """

    def __init__(self, reason: str, index: int | None = None) -> None:
        super().__init__(reason)
        self.index = index


def dates(leaves: Sequence[str | None], dtype: np.dtype[Any]) -> Array:
    """Make an array of dates, with NaT for `None`.

    Raises:
        NotArray: a string is no date, or not exact in the dtype.

    >>> dates(["2020-01-02T03:04:05.678Z", None], np.dtype("M8[ms]"))
    array(['2020-01-02T03:04:05.678',                     'NaT'],
          dtype='datetime64[ms]')
    """
    native = dtype.newbyteorder("=")
    array = np.empty(len(leaves), native)
    for index, leaf in enumerate(leaves):
        array[index] = None if leaf is None else _date(leaf, native, index)
    return array.astype(dtype, copy=False)


def _date(text: str, dtype: np.dtype[Any], index: int) -> Any:
    match = _DATE.fullmatch(text)
    if match is None:
        raise NotArray(f"{text!r} is no date as ISO 8601 writes it, in UTC", index)
    year, day, minute, second, fraction = match.groups("")
    rest = f"{day}T{minute or '00:00'}{second or ':00'}.{fraction or '0':0<18}"
    try:
        date = np.array([year + rest], dtype)
    except (OverflowError, ValueError) as error:  # such as a month of 13
        raise NotArray(str(error), index) from None
    written = _WRITTEN.fullmatch(np.datetime_as_string(date)[0])
    if written is None or (int(written[1]), written[2] + _FULL[len(written[2]) :]) != (int(year), rest):
        raise NotArray(f"{text!r} is not exact in {dtype}", index)
    return date[0]
