"""Contents of files that may be larger than memory: decompressed ones, and devices, which have no end."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from fastnpjson._files.encodings import decoded_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# In bytes: the contents that a file may have without a limit of the caller's, and what each byte of a compressed file
# adds. Numbers compress to a half or a fifth, but constant arrays to a thousandth: 32 million zeros are below.
FLOOR: Final = 2**27
WASTE: Final = 64
_PIECE: Final = 2**20
# In bytes: of lines in other encodings than UTF-8, as many as a pipe has.
_AT_ONCE: Final = 2**12


class Counted(io.RawIOBase):
    """A compressed file that counts the bytes that are read."""

    def __init__(self, file: Any) -> None:
        super().__init__()
        self._file = file
        self.count = 0

    def read(self, size: int = -1, /) -> bytes:
        """Read at most as many bytes."""
        data: bytes = self._file.read(size)
        self.count += len(data)
        return data

    def readinto(self, buffer: Any, /) -> int:
        """Read bytes into a buffer, as isal does."""
        size: int = self._file.readinto(buffer)
        self.count += size
        return size

    def most(self) -> int:
        """Return how long the contents may be, for the bytes that were read."""
        return FLOOR + WASTE * self.count


class Limited:
    """The contents of a file, up to a limit.

    Args:
        file: A binary or text file.
        most: Returns the limit, in bytes, or in characters of a text file; `None` for none.
        place: The start of an error message.
        option: What raises the limit.
    """

    def __init__(self, file: Any, most: Callable[[], int | None], place: str, option: str) -> None:
        self.file = file
        self._most = most
        self._place = place
        self._option = option

    def read(self) -> Any:
        """Read the contents.

        Raises:
            ValueError: they are longer than the limit.
        """
        if self._most() is None:
            return self.file.read()
        pieces = [*self.pieces()]
        return pieces[0][:0].join(pieces) if pieces else b""

    def pieces(self) -> Iterator[Any]:
        """Read the contents in pieces.

        Raises:
            ValueError: they are longer than the limit.
        """
        done, most = 0, self._most()
        while piece := self.file.read(_PIECE if most is None else min(_PIECE, most + 1)):
            done, most = done + len(piece), self._most()
            if most is not None and done > most:
                raise self._error(most)
            yield piece

    def lines(self) -> Iterable[Any]:
        """Read the contents line by line.

        Raises:
            ValueError: a line is longer than the limit.
        """
        most = self._most()
        more = iter(partial(self.file.read1, _AT_ONCE), b"") if isinstance(self.file, io.BufferedIOBase) else None
        return decoded_lines(self.file if most is None else self._lines(most), self._check, self._place, more)

    def _lines(self, most: int) -> Iterator[Any]:
        lines: Iterable[Any] = self.file
        if isinstance(lines, io.TextIOBase):
            lines = iter(partial(lines.readline, most + 1), "")
        elif isinstance(lines, io.BufferedIOBase):  # others may read each byte by itself for a line
            lines = iter(partial(lines.readline, most + 1), b"")
        for number, line in enumerate(lines, 1):
            if len(line) > most:
                raise self._error(most, f"line {number}: ")
            yield line

    def _check(self, length: int, number: int) -> None:
        most = self._most()
        if most is not None and length > most:
            raise self._error(most, f"line {number}: ")

    def _error(self, most: int, line: str = "") -> ValueError:
        return ValueError(f"{self._place}{line}longer than the limit of {most} bytes, which {self._option} raises")
