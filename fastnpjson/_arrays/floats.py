"""Arrays of numbers to JSON text: what orjson writes natively, and what has to be copied or converted before."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from fastnpjson import _orjson
from fastnpjson._arrays.dtypes import contiguous, known, map_elements

if TYPE_CHECKING:
    from fastnpjson._arrays.dtypes import Array

# The integers that orjson allows with OPT_STRICT_INTEGER.
_INT53: Final = 2**53 - 1
_BITS: Final[dict[int, np.dtype[Any]]] = {1: np.dtype(np.uint8), 2: np.dtype(np.uint16)}
# As in the JSON of Protocol Buffers.
_WORDS: Final = (b'"NaN"', b'"Infinity"', b'"-Infinity"', b"null")


def integers(array: Array, *, strict: bool) -> bytes:
    """Write an array of integers or booleans.

    Raises:
        JSONEncodeError: `strict`, and an integer is not exact in a float64.
    """
    if strict and array.size:
        array = array.copy()  # another thread may change it after the check
        if max(-int(array.min()), int(array.max())) > _INT53:
            raise orjson.JSONEncodeError("Integer exceeds 53-bit range")
    return _orjson.dumps_array(contiguous(array))


def masked_integers(array: Array, mask: Array) -> bytes | None:
    """Write an array of integers with `null` where `mask` is true; `None` if an int64 cannot hold one digit more."""
    # One digit longer than all others, so that its text is found in no other number.
    absent = 10 ** max(len(str(array.min())), len(str(array.max())))
    if absent > np.iinfo(np.int64).max:
        return None
    data = array.astype(np.int64, "C")
    data[mask] = absent
    text = _orjson.dumps_array(data)
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
        array = _digits(array.dtype.type).take(array.view(_BITS[array.dtype.itemsize]))
    if array.dtype.itemsize > 8:
        return map_elements(_longdouble, array)
    # dtype("g") where a longdouble is a float64, too.
    array = np.ascontiguousarray(array, f"f{array.dtype.itemsize}")
    return _orjson.dumps_array(array)


@cache
def _digits(scalar: type) -> Array:
    """Return, for the bits of each float of one or two bytes, the float that has its shortest digits.

    It takes 20 ms for float16, 80 ms for bfloat16, and is kept.
    """
    dtype: np.dtype[Any] = np.dtype(scalar)
    numbers: Array = np.arange(2 ** (8 * dtype.itemsize)).astype(_BITS[dtype.itemsize]).view(dtype)
    if scalar is np.float16:
        with np.printoptions(legacy=False):
            return numbers.astype("S").astype(np.float64)
    with np.errstate(all="ignore"):
        exact = numbers.astype(np.float64)
        sizes = np.unique(np.abs(exact[np.isfinite(exact)]))
        shortest = _shortest(sizes, dtype).take(np.searchsorted(sizes, np.abs(exact)), mode="clip")
        digits = np.where(np.isfinite(exact), np.copysign(shortest, exact), exact)
    # A float32 keeps decimals of 6 digits, and two bytes need no more.
    return digits.astype(np.float32)


@cache
def digits_of_bits(scalar: type, decimals: int | None) -> bytes:
    """Return, for the bits of each float of one or two bytes, the float32 that has the digits of its text."""
    dtype: np.dtype[Any] = np.dtype(scalar)
    bits = _BITS[dtype.itemsize]
    numbers: Array = np.arange(2 ** (8 * dtype.itemsize)).astype(bits).view(dtype)
    if decimals is not None:
        numbers = rounded(numbers, decimals)
    return _digits(scalar).take(numbers.view(bits)).astype(np.float32).tobytes()


def _shortest(numbers: Array, dtype: np.dtype[Any]) -> Array:
    """Return the floats with the fewest digits that become the same numbers, none of them negative, in a dtype."""
    from decimal import Context, Decimal

    shortest, left = numbers.copy(), np.flatnonzero(numbers)
    for precision in range(9):
        exact = numbers[left]
        texts = [f"{number:.{precision}e}" for number in exact.tolist()]
        nearest = np.array(list(map(float, texts)))
        # The gap below a power of two is half the one above: there the next decimal may do where the nearest does not.
        failed = (nearest.astype(dtype) != exact.astype(dtype)) & (np.frexp(exact)[0] == 0.5)
        above = Context(precision + 1).next_plus
        nearest[failed] = [float(above(Decimal(texts[index]))) for index in np.flatnonzero(failed).tolist()]
        same = nearest.astype(dtype) == exact.astype(dtype)
        shortest[left[same]], left = nearest[same], left[~same]
    return shortest


def rounded(array: Array, decimals: int) -> Array:
    """Round an array of floats to at most 22 decimals.

    float64 and longdouble are rounded as by `numpy.round`. A float64 holds smaller floats exactly, and most of their
    products with a power of ten: they are rounded once.
    """
    with np.errstate(all="ignore"):  # a signaling NaN is invalid, to no effect
        wide = array.astype(np.result_type(array, np.float64))
    # From this bound on the next float is further away than the last decimal: nothing to round, digits to lose.
    bound = 2.0 ** (np.finfo(wide.dtype).nmant + 1) / 10.0**decimals
    with np.errstate(all="ignore"):  # large numbers overflow and signaling NaN are invalid, to no effect
        return np.where(np.abs(wide) < bound, np.round(wide, decimals), wide).astype(array.dtype)


def rounded_float(number: float, factor: float) -> float:
    """Round a finite float of Python as `rounded` does a float64; the factor is a power of ten."""
    if abs(number) >= 2.0**53 / factor:
        return number
    return math.copysign(round(number * factor) / factor, number)


def _longdouble(number: Any) -> orjson.Fragment | None:
    if not np.isfinite(number):
        return None
    if number == 0 or 1e-5 <= abs(number) < 1e16:
        return orjson.Fragment(np.format_float_positional(number, trim="0"))
    return orjson.Fragment(np.format_float_scientific(number, trim="-", exp_digits=1))


def put_words(written: bytes | Array, array: Array, mask: Array | None) -> bytes | Array:
    """Put words in the place of NaN and infinities that are not masked.

    Args:
        written: What `floats` made of the array, with NaN where it is masked.
        array: The floats.
        mask: Of the same shape, or `None`.
    """
    floats = known(array)
    nonfinite = ~np.isfinite(floats)
    if not nonfinite.any():
        return written
    odd = floats[nonfinite]
    numbers = np.where(np.isnan(odd), 0, np.where(odd > 0, 1, 2))
    if mask is not None:
        numbers[mask[nonfinite]] = 3
    words = list(map(_WORDS.__getitem__, numbers.tolist()))
    if not isinstance(written, bytes):
        written[nonfinite] = list(map(orjson.Fragment, words))
        return written
    # In the same order as the elements, and no number has these letters.
    numbers_and_words = [b""] * (2 * len(words) + 1)
    numbers_and_words[::2], numbers_and_words[1::2] = written.split(b"null"), words
    return b"".join(numbers_and_words)


def complex_pairs(array: Array) -> Array:
    """Return the real and the imaginary parts, in one dimension more."""
    array = contiguous(array)
    return array.view(array.real.dtype).reshape(*array.shape, 2)


def complex_strings(text: bytes, array: Array, *, nonfinite: bool) -> Array:
    """Return an object array of strings that `complex` reads, such as ``"0.5-2.0j"``.

    Args:
        text: The parts of all elements as JSON, with words for NaN and infinities.
        array: The elements.
        nonfinite: False to return `None` for those with a NaN or an infinity.
    """
    parts = text[1:-1].replace(b'"', b"").decode().split(",")
    signs = ["" if imaginary.startswith("-") else "+" for imaginary in parts[1::2]]
    texts = [f"{real}{sign}{imaginary}j" for real, sign, imaginary in zip(parts[::2], signs, parts[1::2], strict=False)]
    elements = np.fromiter(texts, object, array.size).reshape(array.shape)
    if not nonfinite:
        elements[~np.isfinite(array)] = None
    return elements
