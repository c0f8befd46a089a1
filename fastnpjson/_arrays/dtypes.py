"""Questions about arrays and dtypes, and arrays in the form that writers take."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy import ma

if TYPE_CHECKING:
    from collections.abc import Callable

Array: TypeAlias = "np.ndarray[Any, Any]"
Key: TypeAlias = "tuple[Any, ...]"


NUMPY_TYPES: Final = (np.ndarray, np.generic)


class Unsupported(TypeError):
    """Raised for a dtype that has no JSON."""


def unit_of(dtype: np.dtype[Any]) -> tuple[str, int]:
    """Return the unit of a dtype of dates or durations, and how many of them a tick is.

    Raises:
        Unsupported: none, as in the ``M8[0s]`` that NumPy makes, and whose first division ends the process.
    """
    unit, count = np.datetime_data(dtype)
    if count < 1:
        raise Unsupported
    return unit, count


def key_of(dtype: np.dtype[Any]) -> Key:
    """Return a dtype as a key. Equal keys are equal dtypes, but for metadata, alignment and StringDType.

    A dtype itself is not a good key. To NumPy ``M8[1000ns]`` equals ``M8[us]``, but not the other way round, and
    ``M8[2001ns]`` equals ``M8[2us]``. And a StringDType holds the text of its arrays.

    Raises:
        Unsupported: as `unit_of`.

    >>> key_of(np.dtype([("when", "M8[7D]"), ("x", "f4", (3,))]))
    ('{', 20, (('when', 0, ('M', 8, True, 'D', 7)), ('x', 8, ('[', (3,), 4, ('f', 4, True)))))
    """
    if dtype.subdtype is not None:
        return "[", dtype.shape, dtype.base.itemsize, key_of(dtype.base)
    if dtype.names is not None:
        # Behind the offset there may be a title.
        fields: Any = dtype.fields
        places = [(name, *fields[name]) for name in dtype.names]
        return "{", dtype.itemsize, tuple([(name, offset, key_of(of), *title) for name, of, offset, *title in places])
    kind = dtype.kind
    if dtype.isbuiltin == 2:
        return "#", dtype.type, dtype.isnative
    return (
        (kind, dtype.itemsize, dtype.isnative, *unit_of(dtype))
        if kind in "Mm"
        else (kind, dtype.itemsize, dtype.isnative)
    )


def is_mask_of(mask: Array, array: Array) -> bool:
    """Tell whether a mask has the shape and the fields of an array, which NumPy does not see to in each case."""
    return mask.shape == array.shape and _has_fields_of(mask.dtype, array.dtype)


def _has_fields_of(mask: np.dtype[Any], dtype: np.dtype[Any]) -> bool:
    if mask.names != dtype.names or mask.shape != dtype.shape:
        return False
    if dtype.names is None:
        return mask.base.kind == "b" if dtype.subdtype is None else _has_fields_of(mask.base, dtype.base)
    return all(_has_fields_of(mask[name], dtype[name]) for name in dtype.names)


def is_numpy_array(kind: type) -> bool:
    """Tell whether a class of arrays is one of NumPy's own; arrays of others may mean more than their numbers."""
    return issubclass(kind, np.ndarray) and (kind is np.ndarray or str(kind.__module__).partition(".")[0] == "numpy")


def is_numpy_type(kind: type) -> bool:
    """Tell whether the objects of a class are scalars or arrays of NumPy, as for `is_numpy_array`."""
    return issubclass(kind, np.generic) or is_numpy_array(kind)


def has_nan(obj: Any) -> bool:
    """Tell whether a NumPy object, or a complex, has a NaN or an infinity that is not masked; not for object dtypes."""
    kind = type(obj)
    if not issubclass(kind, (np.ndarray, np.generic)):
        return kind is complex and not (math.isfinite(obj.real) and math.isfinite(obj.imag))
    if not issubclass(kind, ma.MaskedArray):
        return _has_nan(np.asarray(obj), None)
    mask: Any = ma.getmask(obj)
    data = ma.getdata(obj, subok=False)
    if mask is ma.nomask:
        return _has_nan(data, None)
    return is_mask_of(mask, data) and _has_nan(data, mask)  # of another mask `write` says what is wrong


def _has_nan(array: Array, mask: Array | None) -> bool:
    if array.dtype.names is not None:
        return any(_has_nan(array[name], None if mask is None else mask[name]) for name in array.dtype.names)
    if array.dtype.kind not in "fcV" or (array.dtype.kind == "V" and array.dtype.isbuiltin != 2):
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
