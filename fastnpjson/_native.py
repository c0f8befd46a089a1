"""What orjson writes right by itself, and room for it: orjson ends the process where memory does not suffice."""

from __future__ import annotations

import sys
from typing import Any, Final

import numpy as np
import orjson

NUMPY: Final = orjson.OPT_SERIALIZE_NUMPY
# The dtypes that orjson writes right whatever the values, and their scalars. Of the two types of C of the same size it
# knows that which NumPy names: int64 is a long on most 64-bit machines, and a longlong on Windows and 32-bit machines.
NATIVE: Final = frozenset(map(np.dtype, "?bBhHiIlLqQfd"))
NATIVE_SCALARS: Final = frozenset(
    np.dtype(name).type for name in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8")
)
# Of elements: from here on a look at the memory, half a microsecond, is a hundredth of the work.
LARGE: Final = 2**15


def dumps(array: np.ndarray[Any, Any], option: int = 0) -> bytes:
    """Let orjson write an array, in parts where memory may not suffice for a text that grows by doubling.

    Raises:
        JSONEncodeError: it is not C-contiguous, or has no dimension.
        MemoryError: there is not even room for the parts.
    """
    if array.size >= LARGE:
        # What a number or a date takes at most, with a comma, and brackets where each is in a list of its own.
        try:
            make_room((4 * array.itemsize + 4 + 3 * array.ndim) * array.size)
        except MemoryError:
            if array.size < 2 * LARGE:
                raise
            return _in_parts(array, option)
    return orjson.dumps(array, None, option | NUMPY)


def make_room(nbytes: int) -> None:
    """Raise `MemoryError` unless a text of so many bytes can grow to its end; untouched memory costs nothing."""
    np.empty(min(1 << nbytes.bit_length(), sys.maxsize), np.uint8)


def _in_parts(array: np.ndarray[Any, Any], option: int) -> bytes:
    half = len(array) // 2
    if not half:
        return b"[" + dumps(array[0], option) + b"]"
    first, second = memoryview(dumps(array[:half], option)), memoryview(dumps(array[half:], option))
    return b",".join((first[:-1], second[1:]))
