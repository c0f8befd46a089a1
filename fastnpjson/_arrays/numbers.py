"""Arrays of numbers to JSON text: what orjson writes natively, and what has to be copied or converted before."""

from __future__ import annotations

import cmath
import decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson
from numpy import ma

from fastnpjson._arrays import native
from fastnpjson._arrays.time_units import Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.native import Array

# What orjson allows with OPT_STRICT_INTEGER.
_INT53: Final = 2**53 - 1
_BITS: Final[dict[int, np.dtype[Any]]] = {1: np.dtype(np.uint8), 2: np.dtype(np.uint16)}


def has_nan(obj: Any) -> bool:
    """Tell whether a NumPy object, or a complex, has a NaN or an infinity that is not masked; not for object dtypes."""
    kind = type(obj)
    if not issubclass(kind, (np.ndarray, np.generic)):
        return kind is complex and not cmath.isfinite(obj)
    if not issubclass(kind, ma.MaskedArray):
        return _has_nan(np.asarray(obj), None)
    mask: Any = ma.getmask(obj)
    return _has_nan(ma.getdata(obj, subok=False), None if mask is ma.nomask else mask)


def _has_nan(array: Array, mask: Array | None) -> bool:
    if array.dtype.names is not None:
        return any(_has_nan(array[name], None if mask is None else mask[name]) for name in array.dtype.names)
    if array.dtype.kind not in "fcV":
        return False
    finite = np.isfinite(known(array))
    return not (finite if mask is None else finite | mask).all()


def known(array: Array) -> Array:
    """Return numbers of a dtype that NumPy does not know, such as those of ml_dtypes, in one that holds them all.

    Raises:
        Unsupported: there is none.
    """
    if array.dtype.isbuiltin != 2:
        return array
    with np.errstate(all="ignore"):  # a signaling NaN is invalid, to no effect
        return array.astype(known_dtype(array.dtype))


def known_dtype(dtype: np.dtype[Any]) -> type:
    """Return the dtype of NumPy that holds the numbers of another; what it raises is as for `known`."""
    for number in (np.int64, np.float32, np.float64):
        if np.can_cast(dtype, number, "safe"):
            return number
    raise Unsupported


def contiguous(array: Array) -> Array:
    """Return the array C-contiguous and in native byte order, copied only where it is not."""
    return np.ascontiguousarray(array, array.dtype.newbyteorder("="))


def map_elements(function: Callable[[Any], Any], array: Array) -> Array:
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

    Args:
        array: Of a dtype of NumPy, or of one or two bytes.
        decimals: At most 22.

    Returns:
        JSON text, or for longdouble an object array of fragments.
    """
    if decimals is not None:
        array = rounded(array, decimals)
    if array.dtype.itemsize <= 2:
        array = contiguous(array)
        array = _digits(array.dtype).take(array.view(_BITS[array.dtype.itemsize]))
    if array.dtype.itemsize > 8:
        return map_elements(_longdouble, array)
    # dtype("g") where a longdouble is a float64, too.
    array = np.ascontiguousarray(array, f"f{array.dtype.itemsize}")
    return native.dumps(array)


@cache
def _digits(dtype: np.dtype[Any]) -> Array:
    """Return, for the bits of each float of one or two bytes, the float that has its shortest digits.

    It takes 20 ms for float16, 80 ms for bfloat16, and is kept.
    """
    numbers: Array = np.arange(2 ** (8 * dtype.itemsize)).astype(_BITS[dtype.itemsize]).view(dtype)
    if dtype == np.float16:
        with np.printoptions(legacy=False):
            return numbers.astype("S").astype(np.float64)
    with np.errstate(all="ignore"):
        exact = numbers.astype(np.float64)
        sizes = np.unique(np.abs(exact[np.isfinite(exact)]))
        shortest = _shortest(sizes, dtype).take(np.searchsorted(sizes, np.abs(exact)), mode="clip")
        digits = np.where(np.isfinite(exact), np.copysign(shortest, exact), exact)
    # A float32 keeps decimals of 6 digits, and two bytes need no more.
    return digits.astype(np.float32)


def _shortest(numbers: Array, dtype: np.dtype[Any]) -> Array:
    """Return the floats with the fewest digits that become the same numbers, none of them negative, in a dtype."""
    shortest, left = numbers.copy(), np.flatnonzero(numbers)
    for precision in range(9):
        exact = numbers[left]
        texts = [f"{number:.{precision}e}" for number in exact.tolist()]
        nearest = np.array(list(map(float, texts)))
        # The gap below a power of two is half the one above: there the next decimal may do where the nearest does not.
        failed = (nearest.astype(dtype) != exact.astype(dtype)) & (np.frexp(exact)[0] == 0.5)
        above = decimal.Context(precision + 1).next_plus
        nearest[failed] = [float(above(decimal.Decimal(texts[index]))) for index in np.flatnonzero(failed).tolist()]
        same = nearest.astype(dtype) == exact.astype(dtype)
        shortest[left[same]], left = nearest[same], left[~same]
    return shortest


def rounded(array: Array, decimals: int) -> Array:
    """Round an array of floats to at most 22 decimals.

    float64 and longdouble are rounded as by `numpy.round`. A float64 holds smaller floats exactly, and most of their
    products with a power of ten: they are rounded once.
    """
    wide = array.astype(np.result_type(array, np.float64))
    # From this bound on the next float is further away than the last decimal: nothing to round, digits to lose.
    bound = 2.0 ** (np.finfo(wide.dtype).nmant + 1) / 10.0**decimals
    with np.errstate(all="ignore"):  # large numbers overflow and signaling NaN are invalid, to no effect
        return np.where(np.abs(wide) < bound, np.round(wide, decimals), wide).astype(array.dtype)


def _longdouble(number: Any) -> orjson.Fragment | None:
    if not np.isfinite(number):
        return None
    if number == 0 or 1e-5 <= abs(number) < 1e16:
        return orjson.Fragment(np.format_float_positional(number, trim="0"))
    return orjson.Fragment(np.format_float_scientific(number, trim="-", exp_digits=1))
