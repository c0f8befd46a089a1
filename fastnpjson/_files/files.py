"""`dump` and `load`: a document in a file."""

from __future__ import annotations

import codecs
import errno
import io
import os
import stat
from contextlib import contextmanager, nullcontext
from typing import IO, TYPE_CHECKING, Any, Literal, TypedDict, cast

from orjson import JSONDecodeError

from fastnpjson._documents.encoder import make_settings
from fastnpjson._excerpt import excerpt
from fastnpjson._files.atomic import replacing
from fastnpjson._files.compression import codec
from fastnpjson._files.encodings import decoded
from fastnpjson._files.limit import FLOOR, Counted, Limited
from fastnpjson._files.urls import is_url, open_url, uploading
from fastnpjson._reading.loads import loads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from typing_extensions import Unpack

    from fastnpjson._arrays.style import ArrayForm, Bytes, Complex, DecimalsOf, Frames, Nan
    from fastnpjson._reading.loads import Arrays
    from fastnpjson._threads import Threads

    File = str | bytes | os.PathLike[str] | os.PathLike[bytes] | IO[bytes] | IO[str]
    Write = Callable[[bytes], object]
    Durability = Literal["rename", "fsync"]


class Settings(TypedDict, total=False):
    """The arguments of `Encoder`."""

    default: Callable[[Any], Any] | None
    option: int | None
    allow_nan: bool
    decimals: int | None
    decimals_of: DecimalsOf
    nan: Nan
    complex: Complex
    bytes: Bytes
    frames: Frames
    arrays: ArrayForm
    threads: Threads


def dump(obj: Any, file: File, *, durability: Durability = "rename", **settings: Unpack[Settings]) -> None:
    """Write an object to a file as JSON. The text is that of `dumps`, but large arrays are written in slices.

    A file is written under a temporary name in the same directory, then renamed. After an exception, a crash or with a
    full disk, the old file is still there, complete. Permissions and symbolic links stay, hard links do not.

    What cannot be renamed is written directly: a device, a pipe, or ``/dev/stdout``, from its current position.

    Args:
        obj: As for `dumps`.
        file: A path, a URL, or an open binary or text file, which stays open. A path or URL that ends in ``.gz``,
            ``.zst``, ``.bz2`` or ``.xz`` is compressed. A string that begins with a protocol, such as ``s3://``, is a
            URL. It needs fsspec, and is uploaded when the document is complete.
        durability: After ``"rename"`` a power failure in the next seconds may lose the data. ``"fsync"``, for a path,
            returns when the system says that the file and the change of its directory are on the disk.
        settings: As for `Encoder`.

    Raises:
        JSONEncodeError: as for `dumps`. An open file may then hold a part of the document.
        ValueError: as for `Encoder`; or ``durability="fsync"`` is given for an open file or a URL.
        OSError: the file cannot be written.
        ModuleNotFoundError: a codec or fsspec is not installed: ``pip install fastnpjson[io]``.

    >>> import io
    >>> import numpy as np
    >>> dump({"x": np.arange(3)}, file := io.StringIO())
    >>> file.getvalue()
    '{"x":[0,1,2]}'
    """
    stream = make_settings(**settings).stream()
    with writing(file, durable=is_durable(durability, file)) as write:
        for piece in stream.pieces(obj):
            write(piece)


def load(  # noqa: PLR0913 # those of loads, and its own
    file: File,
    *,
    arrays: Arrays = None,
    masked: bool = False,
    allow_nan: bool = False,
    exact_integers: bool = False,
    limit: int | None = None,
    threads: Threads = 1,
) -> Any:
    """Read a JSON document from a file, which may be UTF-8 with a byte order mark, UTF-16 or UTF-32.

    Args:
        file: As for `dump`.
        arrays: As for `loads`.
        masked: As for `loads`.
        allow_nan: As for `loads`.
        exact_integers: As for `loads`.
        limit: The most bytes that the document may have, after decompression, or characters in a text file. The default
            is 128 MiB and 64 times the size of a compressed file, 128 MiB for a device, and none for other files.
        threads: As for `loads`.

    Returns:
        What `loads` returns.

    Raises:
        JSONDecodeError: the file is not JSON. The error names its path.
        ValueError: as for `loads`; or the document is longer than the limit.
        OSError: the file cannot be read.
        ModuleNotFoundError: a codec or fsspec is not installed: ``pip install fastnpjson[io]``.

    >>> import io
    >>> load(io.BytesIO(b'{"x":[0,1,2]}'))
    {'x': [0, 1, 2]}
    >>> load(io.BytesIO(b'{"x":[0,1,2]}'), arrays=True)
    {'x': array([0, 1, 2])}
    """
    with limited(file, limit) as source:
        data = source.read()
    try:
        return loads(
            decoded(data),
            arrays=arrays,
            masked=masked,
            allow_nan=allow_nan,
            exact_integers=exact_integers,
            threads=threads,
        )
    except JSONDecodeError as error:
        raise JSONDecodeError(error_prefix(file) + error.msg, error.doc, error.pos) from None


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
        decoder = codecs.getincrementaldecoder("utf-8")()
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
