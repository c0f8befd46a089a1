"""The ticks that ``datetime64`` and ``timedelta64`` count, in units from years to attoseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.native import Array

NaT: Final = int(np.iinfo(np.int64).min)
# The months or seconds in a tick, or the ticks in a second.
MONTHS: Final = {"Y": 12, "M": 1}
SECONDS: Final = {"W": 604800, "D": 86400, "h": 3600, "m": 60}
TICKS: Final = {"ms": 10**3, "us": 10**6, "ns": 10**9, "ps": 10**12, "fs": 10**15, "as": 10**18}


class Unsupported(TypeError):
    """Raised for a dtype that has no JSON."""


def texts_of_ticks(array: Array, texts: Callable[[Array, str], list[str]]) -> Array:
    """Make an object array: `None` for NaT, else what `texts` makes of the ticks, as Python integers, and the unit.

    Raises:
        Unsupported: the dtype has no unit.
    """
    unit, count = np.datetime_data(array.dtype)
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
