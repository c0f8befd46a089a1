"""A progress bar for long work, on a terminal."""

from __future__ import annotations

import shutil
import sys
from time import monotonic
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# In seconds: shorter work has no bar, and a bar is drawn no more often.
_DELAY: Final = 0.5
_INTERVAL: Final = 0.1


class Progress:
    """A line on standard error, if that is a terminal; it is removed when the work is done."""

    def __init__(self) -> None:
        self._total = 0
        self._done = 0
        self._start = monotonic()
        self._next = self._start + _DELAY if sys.stderr and sys.stderr.isatty() else float("inf")
        self._shown = False

    def start(self, total: int) -> None:
        """Set how many bytes there are; 0 if it is not known."""
        self._total = total

    def watch(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Count the bytes of lines."""
        for line in lines:
            yield line
            self.advance(len(line))

    def advance(self, nbytes: int) -> None:
        """Add to the bytes that are done, and draw the bar if it is due."""
        self._done += nbytes
        now = monotonic()
        if now < self._next:
            return
        self._next = now + _INTERVAL
        self._shown = True
        rate = self._done / (now - self._start)
        figures = f" {_bytes(self._done)}, {_bytes(rate)}/s"
        if self._total:
            fraction = min(self._done / self._total, 1.0)
            width = max(shutil.get_terminal_size().columns - len(figures) - 9, 0)
            figures = f"{fraction:4.0%} [{'#' * int(fraction * width):{width}}]{figures}"
        sys.stderr.write(f"\r{figures}\x1b[K")
        sys.stderr.flush()

    def close(self) -> None:
        """Remove the line."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _bytes(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"
