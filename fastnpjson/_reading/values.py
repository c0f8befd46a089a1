"""Values of lists to arrays of a dtype that is asked for: each is exact or, if it is a float, rounded once."""

from __future__ import annotations

from base64 import b64decode
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fastnpjson._reading.dates import dates
from fastnpjson._reading.errors import NotArray
from fastnpjson._reading.lists import flat, names_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._reading.lists import Array, DType

    Texts = Callable[[], list[str]]

# What is written of floats that JSON has no number for.
WORDS: Final[dict[Any, float]] = {None: np.nan, "NaN": np.nan, "Infinity": np.inf, "-Infinity": -np.inf}
_NULL: Final = type(None)


def array(lists: Any, dtype: DType, texts: Texts) -> Array:
    """Make an array of a dtype, of lists or for float32 of base64 of little-endian bytes.

    Args:
        lists: From `orjson.loads`.
        dtype: Of the array.
        texts: Returns the digits of each number in the document.

    Raises:
        NotArray: they are ragged, or not all of the dtype.
    """
    if is_base64(lists, dtype):
        return from_base64(lists, dtype)
    shape, leaves = leaves_of(lists, dtype)
    return convert(leaves, dtype, texts).reshape(shape)


def leaves_of(lists: Any, dtype: DType) -> tuple[tuple[int, ...], list[Any]]:
    """Return the shape of lists, and what is in them as one list.

    Raises:
        NotArray: they are ragged, or have something of another type than the dtype takes.
    """
    shape, leaves = flat(lists)
    types = _TYPES[dtype.kind]
    if not set(map(type, leaves)) <= types:
        for index, leaf in enumerate(leaves):
            if type(leaf) not in types and not (dtype.kind == "f" and type(leaf) is str and leaf in WORDS):
                null = "; only floats and dates have a null" if leaf is None else ""
                raise NotArray(f"{names_of([leaf])} is not of dtype {dtype}{null}", index)
    return shape, leaves


def convert(leaves: list[Any], dtype: DType, texts: Texts) -> Array:
    """Make an array of `leaves_of` lists of a dtype.

    Raises:
        NotArray: one is out of range, or not exact.
    """
    return _CONVERSIONS[dtype.kind](leaves, dtype, texts)


def is_base64(value: Any, dtype: DType) -> bool:
    """Tell whether a value is to be base64 of a dtype."""
    return type(value) is str and dtype.kind == "f" and dtype.itemsize == 4


def from_base64(text: str, dtype: DType) -> Array:
    """Make an array of base64 of little-endian bytes.

    Raises:
        NotArray: it is not base64, or of no whole number of elements.
    """
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        data = b""
    if not data or len(data) % dtype.itemsize:
        raise NotArray(f"a string is not a list, and this one not base64 of {dtype}")
    return np.frombuffer(data, dtype.newbyteorder("<")).astype(dtype)


def _booleans(leaves: list[Any], dtype: DType, _texts: Texts) -> Array:
    return np.array(leaves, dtype)


def _integers(leaves: list[Any], dtype: DType, _texts: Texts) -> Array:
    bounds = np.iinfo(dtype)
    if not bounds.min <= min(leaves) <= max(leaves) <= bounds.max:
        index = next(index for index, leaf in enumerate(leaves) if not bounds.min <= leaf <= bounds.max)
        raise NotArray(f"{leaves[index]} is out of the range of {dtype}", index)
    return np.array(leaves, dtype)


def _floats(leaves: list[Any], dtype: DType, texts: Texts) -> Array:
    has_words = str in set(map(type, leaves))
    wide = np.array([WORDS.get(leaf, leaf) for leaf in leaves] if has_words else leaves, np.float64)
    if dtype.itemsize == 8:
        return wide.astype(dtype, copy=False)
    with np.errstate(over="ignore"):
        narrow = wide.astype(dtype.newbyteorder("="))
        _round_once(narrow, wide, texts)
    for index in np.flatnonzero(np.isinf(narrow) & ~np.isinf(wide)).tolist():
        raise NotArray(f"{leaves[index]} is out of the range of {dtype}", index)
    return narrow.astype(dtype, copy=False)


def _round_once(narrow: Array, wide: Array, texts: Texts) -> None:
    """Correct what was rounded to a float64 half-way between two of `narrow`, and then the wrong way."""
    # The float next to the largest, if there were one.
    limit = np.copysign(2.0 ** np.finfo(narrow.dtype).maxexp, wide)
    near = np.where(np.isinf(narrow), limit, narrow.astype(np.float64))
    others = np.nextafter(narrow, np.where(wide > near, np.inf, -np.inf).astype(narrow.dtype))
    far = np.where(np.isinf(others), limit, others.astype(np.float64))
    halves = np.flatnonzero((wide != near) & (wide - near == far - wide) & np.isfinite(wide)).tolist()
    words = texts() if halves else []
    for index in halves:
        number, half = Decimal(words[index]), Decimal(float(wide[index]))
        if number != half and (number > half) != (near[index] > wide[index]):
            narrow[index] = others[index]


def _dates(leaves: list[Any], dtype: DType, _texts: Texts) -> Array:
    return dates(leaves, dtype)


_TYPES: Final[dict[str, set[type]]] = {
    "b": {bool},
    "i": {int},
    "u": {int},
    "f": {float, int, _NULL},
    "M": {str, _NULL},
}
_CONVERSIONS: Final[dict[str, Callable[[list[Any], DType, Texts], Array]]] = {
    "b": _booleans,
    "i": _integers,
    "u": _integers,
    "f": _floats,
    "M": _dates,
}
