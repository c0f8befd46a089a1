"""Lists of a decoded document to arrays: which of them are arrays, and of which dtype."""

from __future__ import annotations

import math
import re
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy import ma

from fastnpjson._patch import orjson
from fastnpjson._reading.errors import NotArray

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Array = np.ndarray[Any, Any]
DType = np.dtype[Any]

# The bound of NumPy 1; NumPy 2 has 64.
MAX_DIMS: Final = 32
# The largest integer that is rounded to a float64, and not to infinity.
LARGEST: Final = 2**1024 - 2**970 - 1
_NULL: Final = type(None)
_NAMES: Final = {
    str: "a string",
    dict: "an object",
    _NULL: "null",
    bool: "a boolean",
    int: "an integer",
    float: "a float",
}
# A string without escapes, a number, or a word that json has for one.
_WORD: Final = re.compile(rb'"[^"]*"|-?(?:[0-9][-+.0-9eE]*|Infinity)|NaN')
_INTEGER: Final = re.compile(r"-?[0-9]+")
# The kinds of numbers in a list: what is below 0, what is above int64, an integer of more than 64 bits, and a number
# with a fraction or an exponent.
_BOOLEAN, _EMPTY, _INT, _NEGATIVE, _LARGE, _HUGE, _FRACTION, _OTHER = (1 << bit for bit in range(8))
_OTHERS: Final = ((), _OTHER)
_NUMBERS: Final = {bool, int, float, _NULL}
_KINDS: Final = {bool: _BOOLEAN, _NULL: _EMPTY, int: _INT, float: 0, str: _OTHER, dict: _OTHER, list: _OTHER}


class NeedsDigits(Exception):
    """Raised where it matters how a number is written, and the digits are not there."""


def with_texts(data: bytes | str) -> Any:
    """Decode a document with strings for numbers, as they are written."""
    text = data.encode() if isinstance(data, str) else data
    return orjson.loads(with_words(text, b'"%b"'.__mod__))


def with_words(text: bytes, of: Callable[[bytes], bytes]) -> bytes:
    """Return a document with others in the place of its numbers, and of the words that json has for numbers."""
    # No raw control character is in JSON. A pattern that skips escaped quotes takes 60 bytes for each character.
    text = text.replace(rb"\\", b"\0\0").replace(rb"\"", b"\0\1")
    text = _WORD.sub(lambda word: word[0] if word[0][0] == ord('"') else of(word[0]), text)
    return text.replace(b"\0\1", rb"\"").replace(b"\0\0", rb"\\")


def infer(lists: Any, texts: Any = None, *, masked: bool = False) -> Array:
    """Make an array of lists of numbers or of booleans.

    Args:
        lists: From `orjson.loads`.
        texts: The same from `with_texts`.
        masked: Make a masked array, in which `None` is masked.

    Raises:
        NotArray: they are ragged, or no dtype holds what is in them.
        NeedsDigits: only the digits tell, and `texts` is `None`.
    """
    shape, leaves = flat(lists)
    dtype = dtype_of(_kinds(leaves, texts), masked=masked)
    if dtype is None:
        raise NotArray(f"no dtype holds {names_of(leaves)}")
    if not masked:
        return np.array(leaves, dtype).reshape(shape)
    mask = [leaf is None for leaf in leaves]
    array: Array = ma.MaskedArray([0 if leaf is None else leaf for leaf in leaves], mask, dtype).reshape(shape)
    return array


def dtype_of(kinds: int, *, masked: bool = False) -> type[np.generic] | None:
    """Return the dtype that holds numbers of some kinds, or `None`."""
    if masked and kinds != _EMPTY:
        kinds &= ~_EMPTY
    if kinds & _FRACTION:
        return None if kinds & (_BOOLEAN | _OTHER) else np.float64
    if kinds == _BOOLEAN:
        return np.bool_
    if kinds & (_BOOLEAN | _EMPTY | _HUGE | _OTHER) or (kinds & _NEGATIVE and kinds & _LARGE):
        return None
    return np.uint64 if kinds & _LARGE else np.int64


def flat(lists: Any, *, empty: bool = False) -> tuple[tuple[int, ...], list[Any]]:
    """Return the shape of lists, and what is in them as one list.

    Args:
        lists: From `orjson.loads`.
        empty: Take lists without elements, too.

    Raises:
        NotArray: they are ragged.
    """
    leaves, shape = [lists], list[int]()
    while list in (types := set(map(type, leaves))):
        lengths = set(map(len, leaves)) if types == {list} else set()
        if len(lengths) != 1:
            raise NotArray("the lists in it are not of one length", fault="shape")
        if lengths == {0}:
            if empty:
                return (*shape, 0), []
            raise NotArray("a list is empty, and tells no shape", fault="shape")
        if len(shape) == MAX_DIMS:
            raise NotArray(f"more than {MAX_DIMS} dimensions", fault="shape")
        shape += lengths
        leaves = list(chain.from_iterable(leaves))
    if not shape:
        raise NotArray(f"{names_of(leaves)} is not a list")
    return tuple(shape), leaves


def arrays_within(lists: list[Any], texts: Any = None, *, masked: bool = False) -> tuple[set[int], set[int]]:
    """Find the arrays in lists. Each is looked at once: to try `infer` for each takes as long for each level.

    Returns:
        The ids of the lists that `infer` makes arrays of, and those of others that have arrays or objects in them.

    Raises:
        NeedsDigits: as `infer` does, whose arguments these are.
    """
    levels = _levels(lists)
    all_texts: Any = repeat(repeat(None)) if texts is None else reversed(_levels(texts))
    arrays, others = set[int](), set[int]()
    below: list[Any] = []
    for level, texts_of_level in zip(reversed(levels), all_texts, strict=False):
        if not any(below) and set(map(type, chain.from_iterable(level))) == {list}:
            # Where documents are deeper than wide, most levels are such.
            below = [None] * len(level)
            continue
        found = iter(below)
        below = []
        for row, texts_of_row in zip(level, texts_of_level, strict=False):
            shape_and_kinds = _shape_and_kinds(row, found, texts_of_row)
            below.append(shape_and_kinds)
            if shape_and_kinds is not None:
                (others if dtype_of(shape_and_kinds[1], masked=masked) is None else arrays).add(id(row))
    return arrays, others


def items(container: Any) -> Iterable[tuple[Any, Any]]:
    """Return the keys and values of an object or the elements of a list with their indexes; of others nothing."""
    if type(container) is dict:
        return container.items()
    return enumerate(container) if type(container) is list else ()


def names_of(leaves: list[Any]) -> str:
    """Name the types of values as JSON calls them."""
    return ", ".join(sorted({_NAMES.get(kind, kind.__name__) for kind in set(map(type, leaves))}))


def _levels(lists: list[Any]) -> list[list[list[Any]]]:
    """Return the lists in lists by how deep they are."""
    levels = [[lists]]
    while level := [item for row in levels[-1] for item in row if type(item) is list]:
        levels.append(level)
    return levels


def _shape_and_kinds(row: list[Any], below: Iterator[Any], texts: Any) -> tuple[tuple[int, ...], int] | None:
    """Return the shape of a list and the kinds of numbers in it, if it has one.

    Args:
        row: The list.
        below: What this returned for the lists that are in it, and in those behind it.
        texts: The list from `with_texts`, or `None`.

    Returns:
        `_OTHERS` for a list without a shape that may have arrays or objects in it, and `None` for one that has none.
    """
    types = set(map(type, row))
    if list not in types:
        if types <= _NUMBERS:
            return ((len(row),), _kinds(row, texts)) if row else None
        return _OTHERS if dict in types else None
    inner = [next(below) for item in row if type(item) is list]
    first = inner[0]
    if len(types) > 1 or first is None or len(first[0]) == MAX_DIMS:
        return _OTHERS if dict in types or any(inner) else None
    shape, kinds = first
    for other in inner:
        if other is None or other[0] != shape:
            return _OTHERS
        kinds |= other[1]
    return (len(row), *shape), kinds


def _kinds(leaves: list[Any], texts: Any) -> int:
    types = set(map(type, leaves))
    kinds = 0
    for one in types:
        kinds |= _KINDS[one]
    if int in types:
        integers = leaves if len(types) == 1 else [leaf for leaf in leaves if type(leaf) is int]
        least, most = min(integers), max(integers)
        kinds |= (_NEGATIVE if least < 0 else 0) | (_LARGE if most >= 2**63 else 0)
        kinds |= _HUGE if least < -(2**63) or most >= 2**64 else 0
        kinds |= _OTHER if max(-least, most) > LARGEST else 0
    if float in types:
        kinds |= _FRACTION if kinds & (_BOOLEAN | _OTHER) or _has_fraction(leaves, texts) else _HUGE
    return kinds


def _has_fraction(leaves: list[Any], texts: Any) -> bool:
    # orjson makes floats of integers beyond 64 bits.
    if any(not 2**63 <= abs(leaf) < math.inf for leaf in leaves if type(leaf) is float):
        return True
    if texts is None:
        raise NeedsDigits
    return not all(leaf is None or _INTEGER.fullmatch(leaf) for leaf in flat(texts)[1])
