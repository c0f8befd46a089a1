"""Lists of a decoded document to arrays: numbers by NumPy, and dates of ISO 8601, of which none is cut off.

It is the oracle of the scan in C, and has all of its errors.
"""

from __future__ import annotations

import re
from base64 import b64decode
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from fastnpjson._excerpt import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Array = np.ndarray[Any, Any]
    DType = np.dtype[Any]
    Texts = Callable[[], list[str]]


# NumPy takes more, such as "now" and "20200101", and cuts off or wraps around what a unit does not hold.
_DATE: Final = re.compile(
    r"(?P<year>[+-]?[0-9]{4,18})(?P<day>-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<minute>[0-9]{2}:[0-9]{2})(?:(?P<second>:[0-9]{2})(?:\.(?P<fraction>[0-9]{1,18})0*)?)?Z?)?"
)
_WRITTEN: Final = re.compile(r"(-?[0-9]+)(.*)")
_FULL: Final = "-01-01T00:00:00.000000000000000000"


class NotArray(ValueError):
    """Says why lists are no array.

    Args:
        reason: In words.
        index: Of the element that is the reason, if it is one.
    """

    def __init__(self, reason: str, index: int | None = None) -> None:
        super().__init__(excerpt(reason))
        self.index = index


def dates(leaves: Sequence[str | None], dtype: np.dtype[Any]) -> Array:
    """Make an array of dates, with NaT for `None`.

    Raises:
        NotArray: a string is no date, or not exact in the dtype.

    >>> dates(["2020-01-02T03:04:05.678Z", None], np.dtype("M8[ms]"))
    array(['2020-01-02T03:04:05.678',                     'NaT'],
          dtype='datetime64[ms]')
    """
    native = dtype.newbyteorder("=")
    array = np.empty(len(leaves), native)
    for index, leaf in enumerate(leaves):
        array[index] = None if leaf is None else _date(leaf, native, index)
    return array.astype(dtype, copy=False)


def _date(text: str, dtype: np.dtype[Any], index: int) -> Any:
    match = _DATE.fullmatch(text)
    if match is None:
        raise NotArray(f"{text!r} is no date as ISO 8601 writes it, in UTC", index)
    year, day, minute, second, fraction = match.groups("")
    rest = f"{day}T{minute or '00:00'}{second or ':00'}.{fraction or '0':0<18}"
    try:
        date = np.array([year + rest], dtype)
    except (OverflowError, ValueError) as error:  # such as a month of 13
        raise NotArray(str(error), index) from None
    written = _WRITTEN.fullmatch(np.datetime_as_string(date)[0])
    if written is None or (int(written[1]), written[2] + _FULL[len(written[2]) :]) != (int(year), rest):
        raise NotArray(f"{text!r} is not exact in {dtype}", index)
    return date[0]


# The bound of NumPy 1; NumPy 2 has 64.
MAX_DIMS: Final = 32
_NULL: Final = type(None)
_WORD: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|-?[0-9][-+.0-9eE]*')
_INTEGER: Final = re.compile(r"-?[0-9]+")


def infer(lists: Any, texts: Texts) -> Array:
    """Make an array of lists of numbers or of booleans.

    Args:
        lists: From `orjson.loads`.
        texts: Returns the digits of each number in the document.

    Raises:
        NotArray: they are ragged, or no dtype holds what is in them.
    """
    shape, leaves = flat(lists)
    kinds = set(map(type, leaves))
    if kinds == {bool}:
        return np.array(leaves, np.bool_).reshape(shape)
    if kinds == {int} and min(leaves) >= (0 if max(leaves) >= 2**63 else -(2**63)):
        return np.array(leaves, np.uint64 if max(leaves) >= 2**63 else np.int64).reshape(shape)
    if float in kinds and kinds <= {int, float, _NULL} and _has_fraction(leaves, texts):
        return np.array(leaves, np.float64).reshape(shape)
    raise NotArray(f"no dtype holds {_names(kinds)}")


def array(lists: Any, dtype: DType, texts: Texts) -> Array:
    """Make an array of a dtype; the arguments are those of `infer`, or for float32 base64 of little-endian bytes.

    Raises:
        NotArray: they are ragged, or not all of the dtype.
    """
    if type(lists) is str and dtype.kind == "f" and dtype.itemsize == 4:
        return _from_base64(lists, dtype)
    shape, leaves = flat(lists)
    convert, kinds = _CONVERSIONS[dtype.kind]
    for index, leaf in enumerate(leaves) if not set(map(type, leaves)) <= kinds else ():
        if type(leaf) not in kinds:
            null = "; only floats and dates have a null" if leaf is None else ""
            raise NotArray(f"{_names({type(leaf)})} is not of dtype {dtype}{null}", index)
    return convert(leaves, dtype, texts).reshape(shape)


def flat(lists: Any) -> tuple[tuple[int, ...], list[Any]]:
    """Return the shape of lists, and what is in them as one list.

    Raises:
        NotArray: they are ragged.
    """
    leaves, shape = [lists], list[int]()
    while list in (kinds := set(map(type, leaves))):
        lengths = set(map(len, leaves)) if kinds == {list} else set()
        if len(lengths) != 1:
            raise NotArray("the lists in it are not of one length")
        if lengths == {0}:
            raise NotArray("a list is empty, and tells no shape")
        if len(shape) == MAX_DIMS:
            raise NotArray(f"more than {MAX_DIMS} dimensions")
        shape += lengths
        leaves = list(chain.from_iterable(leaves))
    if not shape:
        raise NotArray(f"{_names(kinds)} is no list")
    return tuple(shape), leaves


class Digits:
    """The numbers of a document as they are written, for the few that a float64 does not tell apart."""

    def __init__(self, data: bytes | str) -> None:
        self._data = data

    @cached_property
    def _document(self) -> Any:
        text = self._data.encode() if isinstance(self._data, str) else self._data
        return orjson.loads(_WORD.sub(lambda word: word[0] if word[0][0] == 34 else b'"%b"' % word[0], text))

    def at(self, path: list[str | int]) -> list[str]:
        """Return those in the lists at a path."""
        lists = self._document
        for step in path:
            lists = lists[step]
        return flat(lists)[1]


def cast(array: Array, dtype: DType) -> Array:
    """Return an array that the scan in C has made as one of a dtype.

    Raises:
        NotArray: it has other kinds of numbers, or some that are out of range.
    """
    if array.dtype.kind in "iu" and dtype.kind in "iu":
        bounds = np.iinfo(dtype)
        if bounds.min <= int(array.min()) and int(array.max()) <= bounds.max:
            return array.astype(dtype, copy=False)
    elif array.dtype.kind == dtype.kind:
        return array.astype(dtype, copy=False)
    raise NotArray(f"not of {dtype}")


def _has_fraction(leaves: list[Any], texts: Texts) -> bool:
    # orjson makes floats of integers beyond 64 bits.
    if min(abs(leaf) for leaf in leaves if type(leaf) is float) < 2**63:
        return True
    return not all(leaf is None or _INTEGER.fullmatch(leaf) for leaf in texts())


def _booleans(leaves: list[Any], dtype: DType, _texts: Texts) -> Array:
    return np.array(leaves, dtype)


def _integers(leaves: list[Any], dtype: DType, _texts: Texts) -> Array:
    bounds = np.iinfo(dtype)
    if not bounds.min <= min(leaves) <= max(leaves) <= bounds.max:
        index = next(index for index, leaf in enumerate(leaves) if not bounds.min <= leaf <= bounds.max)
        raise NotArray(f"{leaves[index]} is out of the range of {dtype}", index)
    return np.array(leaves, dtype)


def _floats(leaves: list[Any], dtype: DType, texts: Texts) -> Array:
    wide = np.array(leaves, np.float64)
    if dtype.itemsize == 8:
        return wide.astype(dtype, copy=False)
    with np.errstate(over="ignore"):
        narrow = wide.astype(dtype.newbyteorder("="))
        _round_once(narrow, wide, texts)
    for index in np.flatnonzero(np.isinf(narrow)).tolist():
        raise NotArray(f"{leaves[index]} is out of the range of {dtype}", index)
    return narrow.astype(dtype, copy=False)


def _round_once(narrow: Array, wide: Array, texts: Texts) -> None:
    """Correct what was rounded to a float64 half-way between two of `narrow`, and then the wrong way."""
    # The float next to the largest, if there were one.
    limit = np.copysign(2.0 ** np.finfo(narrow.dtype).maxexp, wide)
    near = np.where(np.isinf(narrow), limit, narrow.astype(np.float64))
    others = np.nextafter(narrow, np.where(wide > near, np.inf, -np.inf).astype(narrow.dtype))
    far = np.where(np.isinf(others), limit, others.astype(np.float64))
    halves = np.flatnonzero((wide != near) & (wide - near == far - wide)).tolist()
    words = texts() if halves else []
    for index in halves:
        number, half = Decimal(words[index]), Decimal(float(wide[index]))
        if number != half and (number > half) != (near[index] > wide[index]):
            narrow[index] = others[index]


def _dates(leaves: list[Any], dtype: DType, _texts: Texts) -> Array:
    return dates(leaves, dtype)


def _from_base64(text: str, dtype: DType) -> Array:
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        data = b""
    if not data or len(data) % dtype.itemsize:
        raise NotArray(f"a string is no list, and this one no base64 of {dtype}")
    return np.frombuffer(data, dtype.newbyteorder("<")).astype(dtype)


def _names(kinds: set[type]) -> str:
    names = {str: "a string", dict: "an object", _NULL: "null", bool: "a boolean", int: "an integer", float: "a float"}
    return ", ".join(sorted(names[kind] for kind in kinds))


_CONVERSIONS: Final[dict[str, tuple[Callable[[list[Any], DType, Texts], Array], set[type]]]] = {
    "b": (_booleans, {bool}),
    "i": (_integers, {int}),
    "u": (_integers, {int}),
    "f": (_floats, {float, int, _NULL}),
    "M": (_dates, {str, _NULL}),
}
