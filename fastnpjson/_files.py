"""`dump` and `load`: documents in files, which are replaced as a whole or not at all."""

from __future__ import annotations

import codecs
import errno
import io
import os
import stat
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, Final, TypedDict

from orjson import JSONDecodeError, loads

from fastnpjson._compression import codec
from fastnpjson._encoder import Encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Unpack

    File = str | bytes | os.PathLike[str] | os.PathLike[bytes] | IO[bytes] | IO[str]
    Write = Callable[[bytes], object]

# Lines are short, and a system call takes longer than a line.
_BUFFER: Final = 2**20
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class Settings(TypedDict, total=False):
    """What `Encoder` takes."""

    default: Callable[[Any], Any] | None
    option: int | None
    allow_nan: bool
    decimals: int | None
    unchecked: bool


def dump(obj: Any, file: File, **settings: Unpack[Settings]) -> None:
    """Write an object to a file as JSON: the bytes of `dumps`, with arrays on the way in slices.

    A path is written to a temporary file in the same directory, which replaces the old file when it is complete:
    after a full disk, an exception or a crash the old file is whole. Permissions stay, a symbolic link stays a
    link, hard links part. Nothing is flushed to the medium (fsync), so power must not fail in the next seconds.

    Args:
        obj: As for `dumps`.
        file: A path, compressed if it ends in ``.gz``, ``.zst``, ``.bz2`` or ``.xz``; a URL (``s3://...``, by
            fsspec), uploaded when complete; or a binary or text file, which stays open.
        settings: As for `Encoder`.

    Raises:
        JSONEncodeError: as for `dumps`. An open file may hold a part of the document then.
        OSError: the file cannot be written.
        ModuleNotFoundError: a codec or fsspec is not installed: ``pip install fastnpjson[io]``.

    >>> import io
    >>> import numpy as np
    >>> dump({"x": np.arange(3)}, file := io.StringIO())
    >>> file.getvalue()
    '{"x":[0,1,2]}'
    """
    encoder = Encoder(**settings)
    with writing(file) as write:
        for piece in encoder.iterencode(obj):
            write(piece)


def load(file: File) -> Any:
    """Read a JSON document from a file.

    Args:
        file: As for `dump`.

    Returns:
        What `loads` returns.

    Raises:
        JSONDecodeError: it is not JSON; names the file if it is a path.
        OSError: the file cannot be read.
        ModuleNotFoundError: a codec or fsspec is not installed: ``pip install fastnpjson[io]``.

    >>> import io
    >>> load(io.BytesIO(b'{"x":[0,1,2]}'))
    {'x': [0, 1, 2]}
    """
    with reading(file) as source:
        data = source.read()
    try:
        return loads(data)
    except JSONDecodeError as error:
        raise JSONDecodeError(place(file) + error.msg, error.doc, error.pos) from None


def place(file: Any) -> str:
    """Return the start of an error message: the path, if it is one."""
    return "" if hasattr(file, "read") else f"{os.fsdecode(file)}: "


@contextmanager
def writing(file: Any) -> Iterator[Write]:
    """Open a file, if it is not open yet, for a function that writes all of what it is given."""
    if hasattr(file, "encoding"):
        decoder = codecs.getincrementaldecoder("utf-8")()
        yield lambda data: file.write(decoder.decode(data))
        file.write(decoder.decode(b"", final=True))
    elif hasattr(file, "write"):
        yield lambda data: _write_all(file, data)
    else:
        name = os.fsdecode(file)
        opener = codec(name)
        with (_uploading if "://" in name else _replacing)(name) as target:
            if opener is None:
                yield target.write
                return
            with opener(target, "wb") as compressed:
                yield compressed.write


@contextmanager
def reading(file: Any) -> Iterator[IO[Any]]:
    """Open a file, if it is not open yet."""
    if hasattr(file, "read"):
        yield file
        return
    name = os.fsdecode(file)
    opener = codec(name)
    with _fsspec(name).open(name, "rb") if "://" in name else open(name, "rb") as source:
        if opener is None:
            yield source
            return
        with opener(source, "rb") as decompressed:
            yield decompressed


def _write_all(file: Any, data: bytes) -> None:
    # A raw file may write less than it was given, and says so: https://docs.python.org/3/library/io.html
    written = file.write(data)
    while isinstance(written, int) and written < len(data):
        if written <= 0:
            raise OSError(errno.EIO, "the file accepts no more data")
        data = data[written:]
        written = file.write(data)
    if written is None and isinstance(file, io.RawIOBase):
        raise BlockingIOError(errno.EAGAIN, "the file is non-blocking, and not ready", 0)


@contextmanager
def _replacing(path: str) -> Iterator[IO[bytes]]:
    try:
        old = os.stat(path)
    except FileNotFoundError:
        old = None
    if not os.path.basename(path) or (old is not None and not stat.S_ISREG(old.st_mode)):
        with open(path, "wb") as file:  # a device or a pipe; raises for a directory
            yield file
        return
    target = os.path.realpath(path)
    if old is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    temporary = os.path.join(os.path.dirname(target), f".fastnpjson-{os.urandom(8).hex()}.tmp")
    try:
        descriptor = os.open(temporary, _CREATE, 0o666 if old is None else 0o600)
    except OSError as error:
        error.filename = path
        raise
    try:
        with open(descriptor, "wb", _BUFFER) as file:
            yield file
        if old is not None:
            with suppress(OSError, AttributeError):  # only root gives files away, and Windows has no owners
                os.chown(temporary, old.st_uid, old.st_gid)
            os.chmod(temporary, stat.S_IMODE(old.st_mode))
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


@contextmanager
def _uploading(url: str) -> Iterator[IO[bytes]]:
    system, path = _fsspec(url).core.url_to_fs(url)
    if "file" in system.protocol:
        with _replacing(path) as file:
            yield file
        return
    # Closing a remote file that is half written would publish it: https://github.com/dask/dask/issues/5361
    with import_module("tempfile").TemporaryDirectory() as directory:
        whole = os.path.join(directory, "whole")
        with open(whole, "wb", _BUFFER) as file:
            yield file
        system.put_file(whole, path)


def _fsspec(url: str) -> Any:
    try:
        return import_module("fsspec")
    except ModuleNotFoundError:
        raise ModuleNotFoundError(f"{url}: URLs need fsspec: pip install fastnpjson[io]") from None
