"""What a tag needs of the document around it: base64 that was cut out, and how much memory is left for arrays."""

from __future__ import annotations

import math
from itertools import takewhile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


class Context:
    """One document while its tags are read.

    Args:
        strings: From `find_tags.cut_base64`.
        limit: How many bytes all arrays may take.
    """

    def __init__(self, strings: dict[str, memoryview], limit: int) -> None:
        self._strings = strings
        self._limit = self._left = limit

    def text(self, data: Any) -> memoryview:
        """Return base64 that may have been cut out of the document.

        Raises:
            ValueError: it is not a string.
        """
        if type(data) is not str:
            raise ValueError(f"base64 is a string, not a {type(data).__name__}")
        text = self._strings.get(data)
        return memoryview(data.encode()) if text is None else text

    def charge(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
        """Return how many bytes an array takes.

        Raises:
            ValueError: with the arrays before, it is above the limit.
        """
        nbytes = math.prod(shape) * dtype.itemsize
        # Elements of no bytes count, and rows of no elements do, too: whoever walks through them has a limit.
        count = math.prod(takewhile(bool, shape))
        self._left -= max(nbytes, count)
        if self._left < 0:
            raise ValueError(f"more than the limit of {self._limit} bytes; loads(limit=...) raises it")
        return nbytes
