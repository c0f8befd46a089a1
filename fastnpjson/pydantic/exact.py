"""Arrays of one dtype to arrays of another, where all values stay the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydantic_core import PydanticCustomError

from fastnpjson.pydantic.errors import inexact, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.dtypes import Array


def cast(array: Array, dtype: np.dtype[Any] | None) -> Array:
    """Return an array of a dtype: the same array where it fits.

    Raises:
        PydanticCustomError: no value of the one dtype is one of the other.
        ValidationError: a value would change.
    """
    if dtype is None or array.dtype == dtype or (array.dtype.kind == dtype.kind == "U" and not dtype.itemsize):
        return array
    exact = _EXACT.get((_kind(array.dtype), _kind(dtype)))
    if exact is None:
        context = {"expected": dtype.name, "actual": array.dtype.name}
        raise PydanticCustomError("array_dtype", "Array should have dtype {expected}, not {actual}", context)
    kept = exact(array, dtype)
    if not kept.all():
        raise refused(kept, array, inexact(dtype))
    return array.astype(dtype)


def floats_of_integers(integers: Array, floats: Array) -> Array:
    """Tell which integers are still the same as floats, as Python compares them: exactly."""
    limit = 2 ** (np.finfo(floats.dtype).nmant + 1)
    small = np.asarray(np.abs(floats) < limit)
    if small.all():
        return small
    # NumPy would make a float of the integer first; Python compares the two as they are.
    pairs = zip(integers.ravel().tolist(), floats.ravel().tolist(), strict=True)
    same = [type(number) is float or number == other for number, other in pairs]
    return np.array(same).reshape(small.shape)


def _kind(dtype: np.dtype[Any]) -> str:
    return "i" if dtype.kind == "u" else dtype.kind


def _integers_to_integers(array: Array, dtype: np.dtype[Any]) -> Array:
    bounds = np.iinfo(dtype)
    return np.asarray((array >= int(bounds.min)) & (array <= int(bounds.max)))


def _integers_to_floats(array: Array, dtype: np.dtype[Any]) -> Array:
    with np.errstate(over="ignore"):
        return floats_of_integers(array, array.astype(dtype))


def _floats_to_integers(array: Array, dtype: np.dtype[Any]) -> Array:
    bounds = np.iinfo(dtype)
    floats = array.astype(np.float64)
    # 2**63 is a float, and 2**63 - 1 is none.
    fits = (floats >= float(bounds.min)) & (floats < float(int(bounds.max) + 1))
    return np.asarray(fits & (np.trunc(floats) == floats))


def _floats_to_floats(array: Array, dtype: np.dtype[Any]) -> Array:
    with np.errstate(over="ignore"):
        return np.asarray((array.astype(dtype) == array) | np.isnan(array))


def _strings_to_strings(array: Array, dtype: np.dtype[Any]) -> Array:
    return np.asarray(array.astype(dtype) == array)


_EXACT: Final[dict[tuple[str, str], Callable[[Array, np.dtype[Any]], Array]]] = {
    ("i", "i"): _integers_to_integers,
    ("i", "f"): _integers_to_floats,
    ("f", "i"): _floats_to_integers,
    ("f", "f"): _floats_to_floats,
    ("U", "U"): _strings_to_strings,
}
