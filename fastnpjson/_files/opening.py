"""Open what is read and written: files, URLs and what is open already, compressed or not."""

from __future__ import annotations

import errno
import io
import os
import stat
from codecs import getincrementaldecoder
from contextlib import contextmanager, nullcontext
from typing import IO, TYPE_CHECKING, Any, Literal, cast

from fastnpjson._excerpt import excerpt
from fastnpjson._files.atomic import replacing
from fastnpjson._files.compression import codec
from fastnpjson._files.limit import FLOOR, Counted, Limited
from fastnpjson._files.urls import is_url, open_url, uploading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    File = str | bytes | os.PathLike[str] | os.PathLike[bytes] | IO[bytes] | IO[str]
    Write = Callable[[bytes], object]
    Durability = Literal["rename", "fsync"]


def error_prefix(file: Any) -> str:
    """Return the start of an error message: the path, or nothing for an open file."""
    return "" if hasattr(file, "read") else f"{excerpt(os.fsdecode(file), 1000)}: "


def is_durable(durability: Durability, file: Any) -> bool:
    """Tell whether a file has to be on the disk when it is written.

    Raises:
        ValueError: `durability` is not one of these, or this file cannot have it.
    """
    if durability not in {"rename", "fsync"}:
        raise ValueError(f"durability must be 'rename' or 'fsync', not {durability!r}")
    if durability == "fsync" and (hasattr(file, "write") or is_url(file)):
        raise ValueError("durability='fsync' needs the path of a file; flush an open file, and call os.fsync")
    return durability == "fsync"


@contextmanager
def writing(file: Any, name: str = "", *, durable: bool = False) -> Iterator[Write]:
    """Open a file, unless it is open, and return a function that writes all bytes it is given.

    Args:
        file: As for `dump`.
        name: Its suffix decides on compression; the path by default.
        durable: As for `replacing`.
    """
    if hasattr(file, "encoding"):
        decoder = getincrementaldecoder("utf-8")()
        yield lambda data: file.write(decoder.decode(data))
        file.write(decoder.decode(b"", final=True))
        return
    path = "" if hasattr(file, "write") else os.fsdecode(file)
    opener = codec(name or path)
    with _open_target(file, path, durable=durable) as target:
        if opener is not None:
            with opener(target, "wb") as compressed:
                yield compressed.write
        elif target is file:
            yield lambda data: _write_all(file, data)
        else:
            yield target.write


@contextmanager
def reading(file: Any, name: str = "") -> Iterator[IO[Any]]:
    """Open a file for reading, unless it is open; the arguments are those of `writing`."""
    with limited(file, None, name) as source:
        yield source.file


@contextmanager
def limited(file: Any, limit: int | None, name: str = "", option: str = "limit=") -> Iterator[Limited]:
    """Open a file for reading, as `reading` does, to read no more than there should be.

    Args:
        file: As for `load`.
        limit: As for `load`.
        name: As for `writing`.
        option: What an error says to raise.
    """
    path = "" if hasattr(file, "read") else os.fsdecode(file)
    opener, place = codec(name or path), error_prefix(file)
    with _open_source(file, path) as source:
        if opener is None:
            most = FLOOR if limit is None and path and _is_device(source) else limit
            yield Limited(source, lambda: most, place, option)
            return
        counted = Counted(source)
        with opener(cast("IO[bytes]", counted), "rb") as decompressed:
            yield Limited(decompressed, counted.most if limit is None else lambda: limit, place, option)


def _is_device(source: IO[Any]) -> bool:
    """Tell whether a file may have no end, as ``/dev/zero``; of a pipe somebody sends all that there is to read."""
    try:
        return stat.S_ISCHR(os.fstat(source.fileno()).st_mode)
    except OSError:  # the file of a URL has no descriptor
        return False


def _open_target(file: Any, path: str, *, durable: bool) -> AbstractContextManager[IO[bytes]]:
    if hasattr(file, "write"):
        return nullcontext(file)
    return uploading(path) if is_url(file) else replacing(path, durable=durable)


def _open_source(file: Any, path: str) -> AbstractContextManager[IO[Any]]:
    if hasattr(file, "read"):
        return nullcontext(file)
    return open_url(path) if is_url(file) else open(path, "rb")


def _write_all(file: Any, data: bytes) -> None:
    # A raw file may write less than it was given: https://docs.python.org/3/library/io.html#io.RawIOBase.write
    written = file.write(data)
    while isinstance(written, int) and written < len(data):
        if written <= 0:
            raise OSError(errno.EIO, "the file accepts no more data")
        data = data[written:]
        written = file.write(data)
    if written is None and isinstance(file, io.RawIOBase):
        raise BlockingIOError(errno.EAGAIN, "the file is non-blocking, and not ready", 0)
