"""The memory that all arrays of one call may take, charged before any of them is made."""

from __future__ import annotations

import math
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from fastnpjson._reading.errors import NotArray

if TYPE_CHECKING:
    import numpy as np

    DType = np.dtype[Any]

# In bytes: what the arrays of any document may take.
FLOOR: Final = 2**24
# How many bytes of an array there may be for each byte of its text.
WASTE: Final = 64
# NumPy multiplies the lengths other than 0 with the bytes of an element, which it counts in 31 bits.
_LENGTHS: Final = 2**31


class Budget:
    """A number of bytes. Each element takes one at least, and so does each row without elements.

    Code that loops over elements without bytes takes time for each of them, in fields as in arrays.

    Args:
        limit: The number of bytes.
        way_out: How to get a larger one, for the error.
    """

    def __init__(self, limit: int = FLOOR, way_out: str = "loads(limit=...) raises it") -> None:
        self._limit = self._left = limit
        self._way_out = way_out

    def grow(self, nbytes: int) -> None:
        """Add what the arrays in so many bytes of text may take."""
        self._limit += WASTE * nbytes
        self._left += WASTE * nbytes

    def charge(self, shape: tuple[int, ...], dtype: DType) -> int:
        """Take what an array costs, and return how many bytes it has.

        Raises:
            ValueError: there is not so much left.
        """
        self.take(cost(shape, dtype))
        return math.prod(shape) * dtype.itemsize

    def take(self, nbytes: int) -> None:
        """Take a number of bytes; it raises what `charge` raises."""
        self._left -= nbytes
        if self._left < 0:
            raise ValueError(f"the arrays take more than the limit of {self._limit} bytes; {self._way_out}")


def vet_empty(shape: tuple[int, ...]) -> None:
    """Look at the shape of an array that is not charged: its elements are in the text, if it has any.

    Raises:
        NotArray: it has none, and more rows than the arrays of any document may take, or NumPy has no such array.
    """
    if 0 in shape and (math.prod(takewhile(bool, shape)) > FLOOR or math.prod(filter(None, shape)) > _LENGTHS):
        raise NotArray(f"an array without elements, and of shape {shape}, takes too long to pass over")


def cost(shape: tuple[int, ...], dtype: DType) -> int:
    """Return the bytes of an array, or the number of its elements, what is more.

    >>> import numpy as np
    >>> cost((2,), np.dtype("f8")), cost((2,), np.dtype("U0")), cost((2, 0), np.dtype("f8"))
    (16, 2, 2)
    >>> cost((2,), np.dtype([("x", [], (500,)), ("y", "f8")]))
    1016
    """
    # An empty array has no elements, but loops go over the rows before the length that is 0.
    return math.prod(shape) * _cost_of_element(dtype) or math.prod(takewhile(bool, shape))


def _cost_of_element(dtype: DType) -> int:
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return cost(shape, base)
    fields = 0 if dtype.names is None else sum(_cost_of_element(dtype[name]) for name in dtype.names)
    return max(fields, dtype.itemsize, 1)
