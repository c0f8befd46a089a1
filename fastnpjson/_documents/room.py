"""Room for a text whose parts come in order, and are copied to their places side by side."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from fastnpjson._extension import speedups

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._threads import Workers

# In bytes: threads take longer to begin than to copy as much.
_SHORT: Final = 2**16


class Room:
    """A text that grows, in the memory of the bytes that it becomes. It needs the extension.

    Args:
        workers: Who copy.
        size: How long the text is likely to be: memory that nobody touches costs nothing.
    """

    def __init__(self, workers: Workers, size: int) -> None:
        self._workers = workers
        self._room: Any = speedups.room(size)
        self._size = size
        self._length = 0
        self._copies: deque[Callable[[], object]] = deque()

    def add(self, text: bytes) -> None:
        """Add a part at the end."""
        start, self._length = self._length, self._length + len(text)
        if self._length > self._size:
            self._settle(0)
            self._size = self._length + self._length // 2
            speedups.grow_room(self._room, self._size)
        if len(text) < _SHORT:
            speedups.put(self._room, start, text)
        else:
            # Each keeps its part of the text until somebody asks whether it is done.
            self._settle(self._workers.count)
            self._copies.append(self._workers.start(partial(speedups.put, self._room, start), text))

    def finish(self) -> bytes:
        """Return the text."""
        self._settle(0)
        text: bytes = speedups.finish_room(self._room, self._length)
        return text

    def _settle(self, most: int) -> None:
        while len(self._copies) > most:
            self._copies.popleft()()
