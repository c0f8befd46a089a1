"""Lists of numbers, as JSON has them, to arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydantic_core import PydanticCustomError

from fastnpjson.pydantic.errors import inexact, refused
from fastnpjson.pydantic.exact import cast, floats_of_integers

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.dtypes import Array

# What pydantic writes of floats that JSON has no number for.
WORDS: Final[dict[Any, float]] = {None: np.nan, "NaN": np.nan, "Infinity": np.inf, "-Infinity": -np.inf}
# How many bytes an array of strings may have for each character of a list, where the field has no length for them.
_PADDING: Final = 256
_LARGEST: Final = int(np.finfo(np.float64).max)
_NUMBERS: Final = {int, float}
_TYPES: Final[dict[str, set[type]]] = {"b": {bool}, "i": _NUMBERS, "u": _NUMBERS, "f": _NUMBERS, "U": {str}}
_EXPECTED: Final = {
    "b": "bool_type",
    "i": "int_type",
    "u": "int_type",
    "f": "float_type",
    "U": "string_type",
}


def array_of(value: Any, dtype: np.dtype[Any] | None, words: dict[Any, float]) -> Array:
    """Make an array of lists or of a scalar.

    Args:
        value: What JSON has, or NumPy scalars in the place of numbers.
        dtype: Of the array; the one that holds the values by default.
        words: What stands for a float, with the float.

    Raises:
        PydanticCustomError: the lists differ in length or in depth.
        ValidationError: an element is of another type, or has no place in the dtype.
    """
    try:
        objects = np.array(value, object)
    except ValueError:
        raise _ragged() from None
    types = _types(objects)
    if types & {list, tuple, np.ndarray}:
        raise _ragged()
    if not types <= {int, float, str, bool, type(None)}:
        objects = _each(objects, lambda item: item.item() if isinstance(item, np.generic) else item)
        types = _types(objects)
    if words and types & {str, type(None)} and (types != {str} if dtype is None else dtype.kind == "f"):
        objects = _each(objects, lambda item: words.get(item, item) if item is None or type(item) is str else item)
        types = _types(objects)
    dtype = dtype or _dtype_for(types, objects)
    allowed = _TYPES[dtype.kind]
    if not types <= allowed:
        raise refused(_each(objects, lambda item: type(item) in allowed), objects, _EXPECTED[dtype.kind])
    return _ARRAYS[dtype.kind](objects, types, dtype)


def _dtype_for(types: set[type], objects: Array) -> np.dtype[Any]:
    """Return the first dtype whose values are of these types."""
    if types == {int} and objects.max() > np.iinfo(np.int64).max:
        return np.dtype("u8")
    for kind, allowed in (("?", {bool}), ("i8", {int}), ("f8", _NUMBERS), ("U", {str})):
        if types and types <= allowed:
            return np.dtype(kind)
    return np.dtype("f8")


def _integers(objects: Array, types: set[type], dtype: np.dtype[Any]) -> Array:
    if float in types:
        whole = _each(objects, lambda item: type(item) is int or item.is_integer())
        if not whole.all():
            raise refused(whole, objects, "int_from_float")
        objects = _each(objects, int)
    try:
        return cast(objects.astype(np.int64), dtype)
    except OverflowError:
        pass
    bounds = np.iinfo(dtype)
    fits = (objects >= int(bounds.min)) & (objects <= int(bounds.max))
    if not fits.all():
        raise refused(fits.astype(bool), objects, inexact(dtype))
    return objects.astype(dtype)


def _floats(objects: Array, types: set[type], dtype: np.dtype[Any]) -> Array:
    try:
        floats = objects.astype(np.float64)
    except OverflowError:  # 10**400
        exact = _each(objects, lambda item: type(item) is float or abs(item) <= _LARGEST)
        raise refused(exact, objects, inexact(np.dtype(np.float64))) from None
    if int in types and not (exact := floats_of_integers(objects, floats)).all():
        raise refused(exact, objects, inexact(np.dtype(np.float64)))
    return rounded(floats, dtype, objects)


def rounded(floats: Array, dtype: np.dtype[Any], objects: Array) -> Array:
    """Return floats of another dtype, each rounded.

    Raises:
        ValidationError: one is beyond the largest; the error shows that of `objects`.
    """
    if dtype.itemsize == 8:
        return floats.astype(dtype, copy=False)
    with np.errstate(over="ignore"):
        array = floats.astype(dtype)
    finite = np.isfinite(array) | ~np.isfinite(floats)
    if not finite.all():
        raise refused(finite, objects, inexact(dtype))
    return array


def _strings(objects: Array, _types: set[type], dtype: np.dtype[Any]) -> Array:
    lengths = list(map(len, objects.ravel().tolist()))
    if not dtype.itemsize and 4 * max(lengths, default=0) * len(lengths) > _PADDING * (sum(lengths) + len(lengths)):
        raise _padded(max(lengths))
    array = np.array(objects.tolist(), dtype)
    same = np.equal(array.astype(object), objects).astype(bool)
    if not same.all():  # longer ones are cut, and NULs at the end
        raise refused(same, objects, inexact(array.dtype))
    return array


def _booleans(objects: Array, _types: set[type], dtype: np.dtype[Any]) -> Array:
    return objects.astype(dtype)


_ARRAYS: Final[dict[str, Callable[[Array, set[type], np.dtype[Any]], Array]]] = {
    "b": _booleans,
    "i": _integers,
    "u": _integers,
    "f": _floats,
    "U": _strings,
}


def _types(objects: Array) -> set[type]:
    return set(map(type, objects.ravel().tolist()))


def _each(objects: Array, function: Callable[[Any], Any]) -> Array:
    """Call a function with each element; what it returns are the elements."""
    made = np.empty(objects.size, object)
    made[:] = [function(item) for item in objects.ravel().tolist()]
    return made.reshape(objects.shape)


def _padded(length: int) -> PydanticCustomError:
    message = "Strings should not be so much shorter than the longest, of {length} characters, to which NumPy pads them"
    return PydanticCustomError("array_padding", message, {"length": length})


def _ragged() -> PydanticCustomError:
    return PydanticCustomError("array_ragged", "Lists of an array should have the same length and depth")
