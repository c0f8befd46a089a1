"""The error of all who make arrays of lists."""

from __future__ import annotations

from fastnpjson._excerpt import excerpt


class NotArray(ValueError):
    """Says why lists are not an array.

    Args:
        reason: In words.
        index: Of the element that is the reason, if it is one; counted through all lists.
    """

    def __init__(self, reason: str, index: int | None = None) -> None:
        super().__init__(excerpt(reason))
        self.index = index
