"""Dates of ISO 8601 to `datetime64`, all at once; none is rounded or cut off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fastnpjson._reading.errors import NotArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    Array = np.ndarray[Any, Any]

# NumPy takes more, such as "now" and "20200101", and cuts off or wraps around what a unit does not hold.
_FORM: Final = re.compile(
    rb"(?P<year>[+-]?0{4,18})-00-00"
    rb"(?:[T ](?P<minute>00:00)(?:(?P<second>:00)(?:\.(?P<fraction>0{1,18})(?P<more>0*))?)?(?:Z|(?P<offset>\+00:00))?)?"
)
# All dates of a form have the same characters but for the digits, which are 0 in it.
_DIGITS: Final = bytes.maketrans(b"123456789", b"000000000")
_DAYS: Final = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
# How many there are in a day, up to seconds; and of what in a second.
_IN_A_DAY: Final = {"D": 1, "h": 24, "m": 1440, "s": 86400}
_IN_A_SECOND: Final = {"ms": 10**3, "us": 10**6, "ns": 10**9, "ps": 10**12, "fs": 10**15, "as": 10**18}
_NAT: Final = np.iinfo(np.int64).min
# As float64, so that what is below the first is below 2**63 for sure, and what is above the second is not.
_SAFE, _BEYOND = 9.2e18, 9.25e18


def dates(leaves: Sequence[str | None], dtype: np.dtype[Any]) -> Array:
    """Make an array of dates, with NaT for `None`.

    Args:
        leaves: Dates of ISO 8601 in UTC, or `None`. Years may have a sign and up to 18 digits, seconds as many.
        dtype: `datetime64` with a unit.

    Raises:
        NotArray: a string is not a date, or not exact in the dtype.

    >>> dates(["2020-01-02T03:04:05.678Z", None], np.dtype("M8[ms]"))
    array(['2020-01-02T03:04:05.678',                     'NaT'],
          dtype='datetime64[ms]')
    """
    texts = [leaf for leaf in leaves if leaf is not None]
    ticks = np.full(len(leaves), _NAT)
    places = np.flatnonzero([leaf is not None for leaf in leaves])
    if texts:
        parts, valid = _read(texts)
        ticks[places], exact = _ticks_of(parts, *np.datetime_data(dtype))
        bad = int(np.argmin(valid & exact))
        if not valid[bad]:
            raise NotArray(f"{texts[bad]!r} is not a date as ISO 8601 writes it, in UTC", int(places[bad]))
        if not exact[bad]:
            raise NotArray(f"{texts[bad]!r} is not exact in {dtype}", int(places[bad]))
    return ticks.view(dtype.newbyteorder("=")).astype(dtype, copy=False)


def _read(texts: list[str]) -> tuple[tuple[Array, ...], Array]:
    """Return year, month, day, second of the day and fraction in 1e-18 s of each, and which of them are dates."""
    joined = "\n".join(texts)
    if joined.count("\n") >= len(texts):
        joined = "\n".join(text.replace("\n", "?") for text in texts)
    data = joined.encode("ascii", "replace")
    lines = data.translate(_DIGITS).split(b"\n")
    forms = {line: number for number, line in enumerate(set(lines))}
    form = np.fromiter(map(forms.__getitem__, lines), np.intp, len(lines))
    year_length, minute, second, fraction_length, more, offset = np.array(list(map(_form, forms))).T[:, form]
    ends = np.cumsum([*map(len, lines)]) + np.arange(len(lines))
    starts = np.append(0, ends[:-1] + 1)
    # Parts that a date lacks are asked for as well, up to 40 characters.
    digits = (np.frombuffer(data + b"0" * 40, np.uint8) - 48).view(np.int8)

    year = _number(digits, starts, year_length)
    year = np.where(digits[starts] == ord("-") - 48, -year, year)
    at = starts + year_length
    month, day, hours, minutes, seconds = (_pair(digits, at + place) for place in (1, 4, 7, 10, 13))
    hours, minutes, seconds = hours * (minute > 0), minutes * (minute > 0), seconds * (second > 0)
    fraction = _number(digits, at + 16, fraction_length) * 10 ** (18 - fraction_length)
    valid = (year_length > 0) & (hours < 24) & (minutes < 60) & (seconds < 60) & (month > 0) & (month < 13) & (day > 0)
    leap = (month == 2) & (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    valid &= day <= _DAYS[np.where(valid, month, 0)] + leap
    valid &= (offset == 0) | ((_pair(digits, ends - 5) == 0) & (_pair(digits, ends - 2) == 0))
    for index in np.flatnonzero(more).tolist():
        # Digits behind the 18th are zeros.
        start = int(at[index]) + 34
        valid[index] &= not digits[start : start + int(more[index])].any()
    return (year, month, day, 3600 * hours + 60 * minutes + seconds, fraction), valid


def _form(line: bytes) -> tuple[int, ...]:
    """Return how long the parts of a date are, in the order of `_FORM`: 0 for all of them if it is none."""
    match = _FORM.fullmatch(line)
    return (0,) * 6 if match is None else tuple(match.end(name) - match.start(name) for name in match.re.groupindex)


def _pair(digits: Array, starts: Array) -> Array:
    pair: Array = 10 * digits[starts].astype(np.int64) + digits[starts + 1]
    return pair


def _number(digits: Array, starts: Array, lengths: Array) -> Array:
    """Read the integers of some digits, at most 18 of each; signs before them do not count."""
    number: Array = np.zeros(len(starts), np.int64)
    for place in range(int(lengths.max())):
        digit = digits[starts + np.minimum(place, lengths)]
        number = np.where((place < lengths) & (digit >= 0), 10 * number + digit, number)
    return number


def _ticks_of(parts: tuple[Array, ...], unit: str, count: int) -> tuple[Array, Array]:
    """Return dates as integers of a unit, and which of them are exact."""
    ticks, exact, near = _ticks(parts, unit)
    possible = np.abs(near) < _BEYOND * count
    # Where 64 bits may not be enough for what is in between, Python's integers are.
    years = parts[0].astype(np.float64) - 1970
    wide = possible & ((np.abs(near) > _SAFE) | (np.abs(years * 366) > _SAFE))
    exact &= possible & (wide | (ticks % count == 0))
    ticks = ticks // count
    if wide.any():
        large, exact[wide], _ = _ticks(tuple(part[wide].astype(object) for part in parts), unit)
        fits = np.array([tick % count == 0 and abs(tick // count) < 2**63 for tick in large.tolist()])
        ticks[wide] = np.where(fits, large // count, 0).astype(np.int64)
        exact[wide] &= fits
    return ticks, exact


def _ticks(parts: tuple[Array, ...], unit: str) -> tuple[Any, Any, Any]:
    """Return dates as integers of a unit, which of them are exact, and about what they are, as floats."""
    year, month, day, second, fraction = parts
    if unit in {"Y", "M"}:
        exact = (day == 1) & (second == 0) & (fraction == 0) & ((month == 1) | (unit == "M"))
        ticks = year - 1970 if unit == "Y" else 12 * (year - 1970) + month - 1
        return ticks, exact, year.astype(np.float64) * (1 if unit == "Y" else 12)
    # https://howardhinnant.github.io/date_algorithms.html#days_from_civil
    year = year - (month <= 2)
    years = year % 400
    day_of_era = 365 * years + years // 4 - years // 100 + (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days = 146097 * (year // 400) + day_of_era - 719468
    near = (year // 400).astype(np.float64) * 146097 + (day_of_era - 719468).astype(np.float64)
    if unit == "W":
        return days // 7, (days % 7 == 0) & (second == 0) & (fraction == 0), near / 7
    if unit in _IN_A_DAY:
        length = 86400 // _IN_A_DAY[unit]
        exact = (second % length == 0) & (fraction == 0)
        return _IN_A_DAY[unit] * days + second // length, exact, near * _IN_A_DAY[unit]
    rest = 10**18 // _IN_A_SECOND[unit]
    ticks, seconds = fraction // rest, 86400 * near + second.astype(np.float64)
    near = seconds * float(_IN_A_SECOND[unit]) + ticks.astype(np.float64)
    return (86400 * days + second) * _IN_A_SECOND[unit] + ticks, fraction % rest == 0, near
