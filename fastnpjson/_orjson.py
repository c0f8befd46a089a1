"""The dtypes that orjson writes correctly, and a check for memory, because orjson aborts when it runs out."""

from __future__ import annotations

import math
import sys
from mmap import mmap
from typing import Any, Final

import numpy as np
import orjson

NUMPY: Final = orjson.OPT_SERIALIZE_NUMPY
# How many levels of containers orjson writes.
DEEPEST: Final = 254
# The dtypes that orjson writes right whatever the values, by their numbers, and their scalars. Of the two types of C of
# the same size it knows that which NumPy names: int64 is a long on most 64-bit machines, and a longlong on Windows and
# 32-bit machines.
NATIVE: Final = frozenset(np.dtype(code).num for code in "?bBhHiIlLqQfd")
NATIVE_SCALARS: Final = frozenset(
    np.dtype(name).type for name in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8")
)
# In elements. The text of smaller arrays takes less than a megabyte.
LARGE: Final = 2**14
# In bytes of text: to ask for memory takes 3 microseconds, a hundredth of the time for so many digits.
_LONG: Final = 2**20
# orjson shrinks each text from a kilobyte. Thousands of these in use leave as many gaps, and malloc takes 7 us to find
# another kilobyte: a copy of so many bytes lies in a pool of Python's.
_SHORT: Final = 400


def dumps_array(array: np.ndarray[Any, Any], option: int = 0) -> bytes:
    """Let orjson write an array, in parts where memory may not suffice for a text that grows by doubling.

    Raises:
        JSONEncodeError: it is not C-contiguous, or has no dimension.
        MemoryError: there is not even room for the parts.
    """
    # Measured in orjson's peak: 16 bytes and its own for a number, 57 for a date, up to 150 for a list. The text of an
    # element is shorter than that. There are at most as many lists of a depth as there are of the deepest.
    nbytes = (4 * array.itemsize + 28) * array.size
    nbytes += 160 * (array.ndim - 1) * math.prod(array.shape[:-1])
    try:
        make_room(nbytes)
    except MemoryError:
        if nbytes < 2 * _LONG:
            raise
        return _in_parts(array, option)
    return orjson.dumps(array, None, option | NUMPY)


def make_room(nbytes: int) -> None:
    """Raise `MemoryError` unless a long text of so many bytes can grow to its end."""
    if nbytes < _LONG:
        return
    # Memory that nobody touches takes no time, and none of malloc's, which would manage the next text in another way.
    try:
        mmap(-1, min(1 << nbytes.bit_length(), sys.maxsize)).close()
    except OSError:
        raise MemoryError from None


def fragment(text: bytes) -> orjson.Fragment:
    """Make a part of a document, which grows by its text, and may hold as much already.

    Raises:
        MemoryError: memory does not suffice for both.
    """
    if len(text) <= _SHORT:
        return orjson.Fragment(memoryview(text).tobytes())
    make_room(2 * len(text))
    return orjson.Fragment(text)


def _in_parts(array: np.ndarray[Any, Any], option: int) -> bytes:
    half = len(array) // 2
    if not half:
        return b"[" + dumps_array(array[0], option) + b"]"
    first, second = memoryview(dumps_array(array[:half], option)), memoryview(dumps_array(array[half:], option))
    return b",".join((first[:-1], second[1:]))
