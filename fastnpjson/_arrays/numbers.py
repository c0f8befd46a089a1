"""Arrays of numbers to JSON text: what orjson writes natively, and what has to be copied or converted before."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from fastnpjson._arrays import native

if TYPE_CHECKING:
    from collections.abc import Callable

    Array = np.ndarray[Any, Any]

# What orjson allows with OPT_STRICT_INTEGER.
_INT53: Final = 2**53 - 1


def contiguous(array: Array) -> Array:
    """Return the array C-contiguous and in native byte order, copied only where it is not."""
    return np.ascontiguousarray(array, array.dtype.newbyteorder("="))


def elementwise(function: Callable[[Any], Any], array: Array) -> Array:
    """Return the object array of what the function makes of each element."""
    return np.asarray(np.frompyfunc(function, 1, 1)(array), object)


def integers(array: Array, *, strict: bool) -> bytes:
    """Write an array of integers or booleans.

    Raises:
        JSONEncodeError: `strict`, and an integer is not exact in a float64.
    """
    if strict and array.size and max(-int(array.min()), int(array.max())) > _INT53:
        raise orjson.JSONEncodeError("Integer exceeds 53-bit range")
    return native.dumps(contiguous(array))


def masked_integers(array: Array, mask: Array) -> bytes | None:
    """Write an array of integers with `null` where `mask` is true; `None` if an int64 cannot hold one digit more."""
    # One digit longer than all others, so that its text is found in no other number.
    absent = 10 ** max(len(str(array.min())), len(str(array.max())))
    if absent > np.iinfo(np.int64).max:
        return None
    data = array.astype(np.int64, "C")
    data[mask] = absent
    text = native.dumps(data)
    return text.replace(b"%d" % absent, b"null")


def floats(array: Array, decimals: int | None) -> bytes | Array:
    """Write an array of floats, rounded to `decimals` if given, NaN and infinities as `null`.

    Returns:
        JSON text, or for longdouble an object array of fragments.
    """
    if array.dtype.itemsize == 2:
        array = _float16_digits()[contiguous(array).view(np.uint16)]
    if decimals is not None:
        array = _round(array, decimals)
    if array.dtype.itemsize > 8:
        return elementwise(_longdouble, array)
    # dtype("g") where a longdouble is a float64, too.
    array = np.ascontiguousarray(array, f"f{array.dtype.itemsize}")
    return native.dumps(array)


@cache
def _float16_digits() -> Array:
    """Return, for the bits of each float16, the float64 that has its shortest digits: 20 ms, once."""
    with np.printoptions(legacy=False):
        return np.arange(2**16, dtype=np.uint16).view(np.float16).astype("S").astype(np.float64)


def _round(array: Array, decimals: int) -> Array:
    # From this bound on the next float is further away than the last decimal: nothing to round, digits to lose.
    bound = 2.0 ** (np.finfo(array.dtype).nmant + 1) / 10.0**decimals
    with np.errstate(all="ignore"):  # large numbers overflow and signaling NaN are invalid, to no effect
        rounded = np.round(array.astype(np.result_type(array, np.float64)), decimals)
        return np.where(np.abs(array) < bound, rounded, array).astype(array.dtype)


def _longdouble(number: Any) -> orjson.Fragment | None:
    if not np.isfinite(number):
        return None
    if number == 0 or 1e-5 <= abs(number) < 1e16:
        return orjson.Fragment(np.format_float_positional(number, trim="0"))
    return orjson.Fragment(np.format_float_scientific(number, trim="-", exp_digits=1))
