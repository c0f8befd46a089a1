"""Questions about arrays and dtypes, and arrays in the form that writers take."""

from __future__ import annotations

import cmath
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy import ma

if TYPE_CHECKING:
    from collections.abc import Callable

Array: TypeAlias = "np.ndarray[Any, Any]"


class Unsupported(TypeError):
    """Raised for a dtype that has no JSON."""


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
