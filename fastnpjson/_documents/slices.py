"""Slices of large arrays, which are rows that are written together, and the lists that are written in batches."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from fastnpjson._arrays.layout import FOLLOWS, GOES_ON
from fastnpjson._documents.convert import UNKNOWN
from fastnpjson._threads import batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastnpjson._arrays.dtypes import Array
    from fastnpjson._documents.convert import Convert
    from fastnpjson._documents.replies import Replies

# In elements: 65,536 numbers are about a megabyte of text, and stay in the cache on the way.
_SLICE: Final = 2**16
# In bytes, more than the text of a slice.
_KEPT: Final = 2**23
# In numbers: to write so many takes a thread a millisecond, and 50 us to be handed them.
_JOB: Final = 2**17
# Lists of so many elements are long: a batch costs ten microseconds more than to write it with the rest.
_LONG: Final = 256
# How deep long lists are looked for, and in how large dicts: as records have them, but no graphs.
_DEEPEST: Final = 4
_MOST_KEYS: Final = 64


class Slice(NamedTuple):
    """Rows of a large array.

    Attributes:
        rows: Those.
        part: What of the text of the array theirs is, as `write_part` has it.
        array: The array.
        default: The caller's default, as it was asked about what is beside the array.
        locate: Raises an error that says where the array is.
    """

    rows: Array
    part: int
    array: Array
    default: Replies
    locate: Callable[[], object]


def slices(array: Array) -> Iterator[bytes | tuple[Array, int]]:
    """Yield rows of an array, with what of it they are, as `write_part` has it; and brackets around parts of rows."""
    count = rows_of_slice(array)
    if not count:
        for index, row in enumerate(array):
            yield b"," if index else b"["
            yield from slices(row)
        yield b"]"
        return
    for start in range(0, len(array), count):
        part = (FOLLOWS if start else 0) | (GOES_ON if start + count < len(array) else 0)
        yield array[start : start + count], part


def reply_to(dtype: np.dtype[Any], convert: Convert) -> Any:
    """Convert an array of a dtype; `UNKNOWN` if not each of its arrays is converted element by element."""
    return UNKNOWN if dtype.hasobject else convert(np.zeros(1, dtype))


def rows_of_slice(array: Array) -> int:
    """Return how many rows make a slice; 0 if one row is too much for it."""
    _keep_memory()
    size = array[:1].size
    # Strings and records take more room in memory, or in text, than numbers.
    return 0 if size > _SLICE else max(1, _SLICE // max(size, size * array.itemsize // 16))


def jobs(parts: Iterator[bytes | Slice]) -> Iterator[list[bytes | Slice]]:
    """Yield parts together, as many as make work for a millisecond."""
    return batches(parts, _work_of, _JOB)


def _work_of(part: bytes | Slice) -> int:
    # A part of the skeleton has been written, and is to be kept until it is its turn.
    return len(part) // 32 if isinstance(part, bytes) else part.rows.size


@cache
def _keep_memory() -> None:
    """Have malloc keep the memory of a slice for the next one: to get it from the system takes as long as to write it.

    What is freed shows malloc what to keep, but a text has given back by then what it did not need:
    https://man7.org/linux/man-pages/man3/mallopt.3.html, on M_MMAP_THRESHOLD.
    """
    np.empty(_KEPT, np.uint8)


def has_long_list(obj: Any, depth: int) -> bool:
    """Tell whether a value is a long list, or is a dict with one that can be written key by key."""
    if type(obj) is list:
        return len(obj) >= _LONG
    if type(obj) is not dict or depth == _DEEPEST or len(obj) > _MOST_KEYS:
        return False
    return all(type(key) is str for key in obj) and any(has_long_list(value, depth + 1) for value in obj.values())
