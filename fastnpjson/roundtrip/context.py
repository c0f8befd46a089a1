"""What the readers of tags share in one document: base64 that was cut out of it, and the memory left for arrays."""

from __future__ import annotations

import math
from itertools import takewhile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


class Context:
    """The state of one document while its tags are read.

    Args:
        strings: From `find_tags.cut_base64`.
        limit: How many bytes all arrays together may take.
    """

    def __init__(self, strings: dict[str, memoryview], limit: int) -> None:
        self._strings = strings
        self._limit = self._left = limit

    def text(self, data: Any) -> memoryview:
        """Return the base64 of a tag: its string, or what was cut out in its place.

        Raises:
            ValueError: it is not a string.
        """
        if type(data) is not str:
            raise ValueError(f"base64 is a string, not a {type(data).__name__}")
        text = self._strings.get(data)
        return memoryview(data.encode()) if text is None else text

    def charge(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
        """Count an array against the limit, and return how many bytes it takes.

        Raises:
            ValueError: all arrays together take more than the limit.
        """
        nbytes = math.prod(shape) * dtype.itemsize
        # An element without bytes counts as one, and so does a row without elements: code that loops over them takes
        # time for each.
        count = math.prod(takewhile(bool, shape))
        self._left -= max(nbytes, count)
        if self._left < 0:
            raise ValueError(f"more than the limit of {self._limit} bytes; loads(limit=...) raises it")
        return nbytes
