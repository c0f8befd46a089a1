"""``datetime64`` to ISO 8601 dates, and ``timedelta64`` to ISO 8601 durations.

orjson writes most ``datetime64`` arrays right and fast, some wrongly, and dies on a few. It gets those that it writes
exactly.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import orjson

from fastnpjson import _orjson
from fastnpjson._arrays.dtypes import Unsupported, unit_of
from fastnpjson._orjson import NUMPY

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.dtypes import Array

    Parts = tuple[tuple[int | str, str], ...]


NaT: Final = int(np.iinfo(np.int64).min)
# The months or seconds in a tick, or the ticks in a second.
MONTHS: Final = {"Y": 12, "M": 1}
SECONDS: Final = {"W": 604800, "D": 86400, "h": 3600, "m": 60}
TICKS: Final = {"ms": 10**3, "us": 10**6, "ns": 10**9, "ps": 10**12, "fs": 10**15, "as": 10**18}


def texts_of_ticks(array: Array, texts: Callable[[Array, str], list[str]]) -> Array:
    """Make an object array: `None` for NaT, else what `texts` makes of the ticks, as Python integers, and the unit.

    Raises:
        Unsupported: the dtype has no unit.
    """
    unit, count = unit_of(array.dtype)
    ticks = array.view(np.int64)
    present = ticks != NaT
    written = np.full(array.shape, None, object)
    if present.any():
        if unit == "generic":
            raise Unsupported
        written[present] = texts(ticks[present].astype(object) * count, unit)
    return written


def decimals(ticks: int, unit: str) -> str:
    """Return the digits of a fraction of a second, without the zeros at their end."""
    return f"{ticks:0{len(str(TICKS[unit])) - 1}}".rstrip("0") if ticks else ""


# orjson's flags for dates.
DATES: Final = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
# The Gregorian calendar repeats itself every 400 years.
_CYCLE: Final = 146097 * 86400


# The units of the dates that orjson writes, most of them right.
_UNITS: Final = frozenset({"Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns"})


@cache
def _bounds(unit: str) -> tuple[int, int, int]:
    """Return the first and the last tick that orjson writes right, and how many there are in a second."""
    if unit == "ns":
        return NaT + 1, -(NaT + 1), TICKS[unit]
    # orjson dies on M8[M] in a December before 1970, and refuses the last day of the year 9999.
    first = "1970-01-01" if unit == "M" else "0000-01-01"
    bounds = np.array([first, "9999-12-30"], "M8[D]").astype(f"M8[{unit}]").view(np.int64)
    return int(bounds[0]), int(bounds[1]), TICKS.get(unit, 1)


# The units below a microsecond; 64 bits of them stay within the years that orjson writes.
_FINE: Final = {unit: TICKS[unit] for unit in ("ns", "ps", "fs", "as")}


def dates(array: Array, option: int) -> bytes | Array:
    """Write a ``datetime64`` array.

    Args:
        array: C-contiguous, in native byte order, of at least one dimension.
        option: orjson's flags for dates.

    Returns:
        JSON text, or an object array of the same shape with a string, or `None` for NaT, for each element.

    Raises:
        Unsupported: the dtype has no unit.
    """
    array = _without_multiple(array)
    unit, count = unit_of(array.dtype)
    text = _exact(array, _bounds(unit), option) if array.size and count == 1 and unit in _UNITS else None
    if text is not None:
        return text
    if count == 1 and unit in _FINE:
        flat = array.reshape(-1)
        pieces = (flat[start : start + 16384] for start in range(0, flat.size, 16384))
        text = b"[" + b",".join(_fine(piece, _FINE[unit], option) for piece in pieces) + b"]"
        return text if array.ndim == 1 else np.array(orjson.loads(text), object).reshape(array.shape)
    return texts_of_ticks(array, lambda ticks, unit: _texts(ticks, unit, option))


def _without_multiple(array: Array) -> Array:
    """Count in the unit itself what counts in multiples of it, such as weeks as 7 days, if 64 bits hold that."""
    unit, count = unit_of(array.dtype)
    if count == 1:
        return array
    ticks = array.view(np.int64)
    present = ticks != NaT
    if (np.abs(ticks[present]) > -(NaT + 1) // count).any():
        return array
    return np.where(present, ticks * count, NaT).view(f"M8[{unit}]")


def _exact(array: Array, bounds: tuple[int, int, int], option: int) -> bytes | None:
    """Let orjson write an array that it writes exactly, NaT as a date that does not occur."""
    lowest, highest, per_second = bounds
    ticks = array.view(np.int64)
    first, last, absent = int(ticks.min()), int(ticks.max()), None
    if first == NaT:
        # A whole second after the last, so that OPT_OMIT_MICROSECONDS keeps them apart.
        absent = last = max(last, 0) + per_second
        if last > highest:
            return None
        ticks = np.where(ticks == NaT, absent, ticks)
        first = int(ticks.min())
    if first < lowest or last > highest:
        return None
    if per_second == TICKS["ns"] and not option & orjson.OPT_OMIT_MICROSECONDS and _below_microseconds(ticks):
        return None
    text = _orjson.dumps_array(ticks.view(array.dtype), option)
    if absent is None:
        return text
    return text.replace(_orjson.dumps_array(np.array([absent], array.dtype), option)[1:-1], b"null")


def _below_microseconds(ticks: Array) -> bool:
    # In pieces that stay in the cache: 1.1 ms instead of 4.6 for a million.
    flat = ticks.reshape(-1)
    pieces = (flat[start : start + 16384] for start in range(0, flat.size, 16384))
    return any((piece // 1000 * 1000 != piece).any() for piece in pieces)


def _fine(array: Array, per_second: int, option: int) -> bytes:
    """Write dates with more digits than orjson does: a table of characters, of which each row keeps its own."""
    width = len(str(per_second)) - 1
    nat = np.isnat(array)
    ticks = np.where(nat, 0, array.view(np.int64))
    fractions = ticks % per_second * (not option & orjson.OPT_OMIT_MICROSECONDS)
    seconds = _orjson.dumps_array((ticks // per_second).view("M8[s]"), option)
    rows = np.frombuffer(seconds[1:], np.uint8).reshape(array.size, -1)
    table = np.empty((array.size, rows.shape[1] + 1 + width), np.uint8)
    table[:, :20], table[:, 20], table[:, 21 + width :] = rows[:, :20], ord("."), rows[:, 20:]
    digits = fractions
    for column in range(20 + width, 20, -1):
        digits, table[:, column] = digits // 10, digits % 10 + ord("0")
    keep = np.ones(table.shape, bool)
    for start in range(6, width, 3):
        keep[fractions % 10 ** (width - start) == 0, 21 + start : 24 + start] = False
    keep[fractions == 0, 20 : 21 + width] = False
    table[nat, :4], keep[nat, 4:-1] = np.frombuffer(b"null", np.uint8), False
    keep[-1, -1] = False  # the bracket at the end
    return bytes(table[keep])


def _texts(ticks: Array, unit: str, option: int) -> list[str]:
    """Write any dates, exactly and slowly: Python's integers for the ticks, a date of the same cycle by orjson."""
    seconds, fractions = ticks * SECONDS.get(unit, 1), np.zeros_like(ticks)
    if unit in TICKS:
        seconds, fractions = ticks // TICKS[unit], ticks % TICKS[unit]
    elif unit in MONTHS:
        months = ticks * MONTHS[unit]
        within = (months % 4800).astype(np.int64).view("M8[M]").astype("M8[s]").view(np.int64)
        seconds = months // 4800 * _CYCLE + within
    tail = ""
    if option & orjson.OPT_NAIVE_UTC:
        tail = "Z" if option & orjson.OPT_UTC_Z else "+00:00"
    if option & orjson.OPT_OMIT_MICROSECONDS:
        fractions = np.zeros_like(ticks)
    heads: list[str] = orjson.loads(orjson.dumps((seconds % _CYCLE).astype(np.int64).view("M8[s]"), None, NUMPY))
    return [
        _year(int(head[:4]) + 400 * cycle) + head[4:] + _fraction(fraction, unit) + tail
        for head, cycle, fraction in zip(heads, (seconds // _CYCLE).tolist(), fractions.tolist(), strict=True)
    ]


def _year(year: int) -> str:
    return f"{year:04}" if 0 <= year <= 9999 else f"{year:+05}"


def _fraction(ticks: int, unit: str) -> str:
    digits = decimals(ticks, unit)
    return "." + digits.ljust(max(6, -(-len(digits) // 3) * 3), "0") if digits else ""


def durations(array: Array) -> Array:
    """Write a ``timedelta64`` array, equal durations in the same text whatever their unit.

    Returns:
        An object array of the same shape with a string, or `None` for NaT, for each element.

    Raises:
        Unsupported: the dtype has no unit.
    """
    return texts_of_ticks(array, lambda ticks, unit: [duration_text(tick, unit) for tick in ticks.tolist()])


def duration_text(ticks: int, unit: str) -> str:
    """Write a duration of so many ticks of a unit as ISO 8601 does."""
    sign, ticks = "-" if ticks < 0 else "", abs(ticks)
    if unit in MONTHS:
        years, months = divmod(ticks * MONTHS[unit], 12)
        return _duration(sign, ((years, "Y"), (months, "M")), ())
    whole, fraction = divmod(ticks * SECONDS.get(unit, 1), TICKS.get(unit, 1))
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    exact = f"{seconds}.{decimals(fraction, unit)}" if fraction else seconds
    return _duration(sign, ((days, "D"),), ((hours, "H"), (minutes, "M"), (exact, "S")))


def _duration(sign: str, date: Parts, time: Parts) -> str:
    calendar, clock = ("".join(f"{count}{name}" for count, name in parts if count) for parts in (date, time))
    return f"{sign}P{calendar}{'T' if clock else ''}{clock}" if calendar or clock else "PT0S"
