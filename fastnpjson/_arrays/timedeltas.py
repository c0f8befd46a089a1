"""``timedelta64`` arrays to JSON: ISO 8601 durations such as ``"-P1DT2H"``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastnpjson._arrays.time_units import MONTHS, SECONDS, TICKS, decimals, texts_of_ticks

if TYPE_CHECKING:
    from fastnpjson._arrays.native import Array

    Parts = tuple[tuple[int | str, str], ...]


def durations(array: Array) -> Array:
    """Write a ``timedelta64`` array, equal durations in the same text whatever their unit.

    Returns:
        An object array of the same shape with a string, or `None` for NaT, for each element.

    Raises:
        Unsupported: the dtype has no unit.
    """
    return texts_of_ticks(array, lambda ticks, unit: [_text(tick, unit) for tick in ticks.tolist()])


def _text(ticks: int, unit: str) -> str:
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
