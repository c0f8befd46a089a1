"""The error of all who make arrays of lists."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from fastnpjson._excerpt import excerpt

Fault = Literal["shape", "type", "fraction", "value", "padding"]


class NotArray(ValueError):
    """Says why lists are not an array.

    Args:
        reason: In words.
        index: Of the element that is the reason, if it is one; counted through all lists.
        fault: The kind of reason: the shape of the lists, the type of an element, a fraction among integers, an element
            that would be another one in the dtype, or strings of lengths that differ too much.
        dtype: What does not hold the element, for the fault ``"value"``.
    """

    def __init__(
        self, reason: str, index: int | None = None, fault: Fault = "type", dtype: np.dtype[Any] | None = None
    ) -> None:
        super().__init__(excerpt(reason))
        self.index = index
        self.fault = fault
        self.dtype = dtype

    def steps(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the indices of the element in an array of a shape; none where no element is the reason."""
        return () if self.index is None else tuple(map(int, np.unravel_index(self.index, shape)))

    def within(self, shape: tuple[int, ...]) -> str:
        """Return the reason, with the element in an array of a shape."""
        return "".join(f"[{step}]" for step in self.steps(shape)) + (": " if self.steps(shape) else "") + str(self)
