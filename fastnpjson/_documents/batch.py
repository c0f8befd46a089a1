"""Many scalars of one dtype, or times of pandas or Python, as one array: it takes a hundredth of the time for each."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from orjson import Fragment

from fastnpjson._documents.common import Common
from fastnpjson._patch import orjson

if TYPE_CHECKING:
    from fastnpjson._documents.convert import Convert

# No comma is in their text. orjson or C writes the others one by one.
_TYPES: Final = frozenset({np.float16, np.float32, np.float64, np.longdouble, np.datetime64, np.timedelta64})
_FEW: Final = 8
# For scalars: a stream puts larger arrays off.
_LONG: Final = 1000
# NumPy counts microseconds in 64 bits, which are a few more days, and does not say where there are too many.
_MOST_DAYS: Final = 10**8


def with_batches(found: list[Any], convert: Convert, default: Any = None, *, float64: bool = True) -> Convert:
    """Return a function that converts as `convert` does, and knows the text of many scalars among what was found.

    Args:
        found: What orjson does not know in a document.
        convert: Turns one of them into what it knows.
        default: The caller's default. If it is `common`, the function knows the text of many durations, too.
        float64: False to leave `numpy.float64` to the extension module.
    """
    known: dict[int, Any] = {}
    for kind in set(map(type, found)) - (set() if float64 else {np.float64}):
        if kind in _TYPES or (issubclass(kind, datetime.datetime) and hasattr(kind, "to_datetime64")):
            items = [item for item in found if type(item) is kind]
            add = _add if kind in _TYPES else _add_moments
            for start in range(0, len(items) if len(items) >= _FEW else 0, _LONG):
                add(known, items[start : start + _LONG], convert)
    if type(default) is Common:
        _add_durations(known, [item for item in found if type(item) is datetime.timedelta])
    # The list of what was found keeps each of them alive.
    return (lambda obj: known.get(id(obj)) or convert(obj)) if known else convert


def _texts(array: np.ndarray[Any, Any], convert: Convert) -> list[bytes]:
    """Return the text of each element of an array; none at all if it takes another way to write them."""
    reply = convert(array)
    return orjson.dumps(reply)[1:-1].split(b",") if type(reply) is Fragment else []


def _add(known: dict[int, Any], items: list[Any], convert: Convert) -> None:
    if len({item.dtype.str for item in items}) == 1 and (texts := _texts(np.array(items, items[0].dtype), convert)):
        known.update(zip(map(id, items), map(Fragment, texts), strict=True))


def _add_moments(known: dict[int, Any], items: list[Any], convert: Convert) -> None:
    """Add instances of `pandas.Timestamp`: what clocks show, and the zone as `convert` writes that of the first."""
    items = [item for item in items if datetime.MINYEAR <= item.year <= datetime.MAXYEAR]
    if len({getattr(item, "unit", None) for item in items}) != 1 or type(convert(items[0])) is not Fragment:
        return
    moments = np.array([item.to_datetime64() for item in items])
    are_naive = [item.tzinfo is None for item in items]
    # The offset is what clocks show beside UTC; to ask for it takes 7 us.
    offsets = np.zeros(len(items), "m8[s]") if all(are_naive) else _clocks(items) - moments.astype("M8[s]")
    keys = zip(offsets.tolist(), are_naive, strict=True)
    zones: dict[Any, bytes] = {}
    for item, key, text in zip(items, keys, _texts(moments + offsets, convert), strict=False):
        if key not in zones:
            whole = orjson.dumps(convert(item))
            zones[key] = whole[len(text) - 1 :] if whole.startswith(text[:-1]) else b""
        if zone := zones[key]:
            known[id(item)] = Fragment(text[:-1] + zone)


def _add_durations(known: dict[int, Any], items: list[datetime.timedelta]) -> None:
    if len(items) >= _FEW and all(abs(item.days) < _MOST_DAYS for item in items):
        from fastnpjson._documents.frames import texts

        known.update(zip(map(id, items), texts(np.array(items, "m8[us]")), strict=True))


def _clocks(items: list[Any]) -> np.ndarray[Any, Any]:
    dates = [(i.year, i.month, i.day, (i.hour * 60 + i.minute) * 60 + i.second) for i in items]
    years, months, days, seconds = np.array(dates).T
    beginnings = (years - 1970).astype("M8[Y]").astype("M8[M]") + (months - 1).astype("m8[M]")
    clocks: np.ndarray[Any, Any] = beginnings.astype("M8[D]") + (days - 1).astype("m8[D]") + seconds.astype("m8[s]")
    return clocks
