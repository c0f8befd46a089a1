"""Durations of ISO 8601 to `timedelta64`; none is rounded or cut off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fastnpjson._reading.errors import NotArray

if TYPE_CHECKING:
    from collections.abc import Sequence

# An int64 of weeks has 20 digits in days.
_FORM: Final = re.compile(
    r"(?P<sign>[-+]?)P(?=[0-9T])(?:(?P<Y>[0-9]{1,20})Y)?(?:(?P<M>[0-9]{1,20})M)?(?:(?P<W>[0-9]{1,20})W)?"
    r"(?:(?P<D>[0-9]{1,20})D)?(?:T(?=[0-9])(?:(?P<h>[0-9]{1,20})H)?(?:(?P<m>[0-9]{1,20})M)?"
    r"(?:(?P<s>[0-9]{1,20})(?:\.(?P<fraction>[0-9]{1,18}))?S)?)?"
)
_MONTHS: Final = {"M": 1, "Y": 12}
# In 1e-18 s.
_TICKS: Final = {
    **{unit: 10**18 * seconds for unit, seconds in {"W": 604800, "D": 86400, "h": 3600, "m": 60, "s": 1}.items()},
    **{unit: 10 ** (18 - 3 * place) for place, unit in enumerate(("ms", "us", "ns", "ps", "fs", "as"), 1)},
}
_NAT: Final = np.iinfo(np.int64).min


def durations(leaves: Sequence[str | None], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """Make an array of durations, with NaT for `None`.

    Args:
        leaves: Durations of ISO 8601, or `None`. They may have a sign before them, weeks beside other parts, and up to
            18 digits behind the dot of seconds.
        dtype: `timedelta64` with a unit. Years and months have no length in other units.

    Raises:
        NotArray: a string is not a duration, or not exact in the dtype.

    >>> durations(["PT1M30.5S", "-P1D", None], np.dtype("m8[ms]"))
    array([    90500, -86400000,     'NaT'], dtype='timedelta64[ms]')
    """
    unit, count = np.datetime_data(dtype)
    ticks = np.full(len(leaves), _NAT)
    for index, leaf in enumerate(leaves):
        if leaf is None:
            continue
        parts = _FORM.fullmatch(leaf)
        if parts is None:
            raise NotArray(f"{leaf[:40]!r} is not a duration as ISO 8601 writes it", index)
        number = _ticks(parts, unit, count)
        if number is None:
            raise NotArray(f"{leaf!r} is not exact in {dtype}", index, "value", dtype)
        ticks[index] = number
    return ticks.view(dtype.newbyteorder("=")).astype(dtype, copy=False)


def _ticks(parts: re.Match[str], unit: str, count: int) -> int | None:
    """Return a duration as an integer of so many units; `None` if it is none."""

    def of(name: str) -> int:
        return int(parts[name] or 0)

    months = 12 * of("Y") + of("M")
    seconds = 604800 * of("W") + 86400 * of("D") + 3600 * of("h") + 60 * of("m") + of("s")
    fine = 10**18 * seconds + int((parts["fraction"] or "").ljust(18, "0"))
    whole, other, length = (months, fine, _MONTHS[unit]) if unit in _MONTHS else (fine, months, _TICKS[unit])
    ticks, rest = divmod(-whole if parts["sign"] == "-" else whole, length * count)
    return None if other or rest or abs(ticks) >= 2**63 else ticks
