"""Files that are written under a temporary name, then renamed."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

# In bytes. JSON Lines are short, and a system call takes longer than a line.
_BUFFER: Final = 2**20
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def replacing(path: str, *, durable: bool = False) -> AbstractContextManager[IO[bytes]]:
    """Open a temporary file, which replaces the file at a path at the end, but not after an exception.

    What cannot be renamed is opened itself: a device, a pipe, a file without a name, or an open file such as
    ``/dev/stdout``, which is written from its current position.

    Args:
        path: Of the file.
        durable: True to have the file and its name on the disk at the end.
    """
    try:
        old = os.stat(path)
    except FileNotFoundError:
        old = None
    target = os.path.realpath(path)
    if not os.path.basename(path):
        return open(path, "wb")  # raises that it is a directory
    if old is not None:
        if not stat.S_ISREG(old.st_mode) or not _is_still_at(target, old):
            return _synced(open(path, "wb"), durable=durable)
        descriptor = _descriptor(path)
        if descriptor is not None:
            return _synced(open(os.dup(descriptor), "wb", _BUFFER), durable=durable)
        if not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            os.close(os.open(path, os.O_WRONLY))  # raises an error with the reason: EACCES, EROFS
    return _temporary(path, target, old, durable=durable)


@contextmanager
def _temporary(path: str, target: str, old: os.stat_result | None, *, durable: bool) -> Iterator[IO[bytes]]:
    temporary = os.path.join(os.path.dirname(target), f".fastnpjson-{os.urandom(8).hex()}.tmp")
    try:
        descriptor = os.open(temporary, _CREATE, 0o666 if old is None else 0o600)
    except OSError as error:
        error.filename = path
        raise
    try:
        with _synced(open(descriptor, "wb", _BUFFER), durable=durable) as file:
            yield file
            if old is not None:
                _copy_permissions(target, old, temporary)
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    if durable and os.name != "nt":  # Windows opens no directories, and writes their changes to a journal
        _sync_directory(os.path.dirname(target))


@contextmanager
def _synced(file: IO[bytes], *, durable: bool) -> Iterator[IO[bytes]]:
    """Close a file at the end; if `durable`, it is on the disk by then."""
    with file:
        yield file
        if durable and stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # nothing of a pipe is kept
            file.flush()
            os.fsync(file.fileno())


def _sync_directory(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_still_at(target: str, old: os.stat_result) -> bool:
    """Tell whether a file has this name. A link in ``/proc`` also names files that were removed while they are open."""
    try:
        return os.path.samestat(old, os.stat(target))
    except OSError:
        return False


def _descriptor(path: str) -> int | None:
    """Return the file descriptor that a path such as ``/dev/stdout`` links to; `None` for other paths."""
    while True:
        directory, name = os.path.split(path)
        if name.isdigit() and os.path.realpath(directory) in {"/dev/fd", os.path.realpath("/proc/self/fd")}:
            return int(name)
        if not os.path.islink(path):
            return None
        path = os.path.join(directory, os.readlink(path))


def _copy_permissions(target: str, old: os.stat_result, temporary: str) -> None:
    """Copy owner, attributes and permissions from the file that is replaced, as far as the system allows."""
    for owner in (-1, old.st_uid):  # only root may change the owner; others may change to a group of their own
        with suppress(OSError, AttributeError):  # Windows has no owners
            os.chown(temporary, owner, old.st_gid)
    with suppress(OSError, AttributeError):  # nor extended attributes, to which access control lists belong
        for name in os.listxattr(target):
            with suppress(OSError):
                os.setxattr(temporary, name, os.getxattr(target, name))
    os.chmod(temporary, stat.S_IMODE(old.st_mode))


@contextmanager
def uploading(url: str) -> Iterator[IO[bytes]]:
    """Open a temporary file, which is uploaded to a URL at the end, but not after an exception."""
    system, path = fsspec_for(url).core.url_to_fs(url)
    if system.protocol == "file" or "file" in tuple(system.protocol):
        with replacing(path) as file:
            yield file
        return
    # To close a remote file publishes it, even half-written: https://github.com/dask/dask/issues/5361
    with import_module("tempfile").TemporaryDirectory() as directory:
        whole = os.path.join(directory, "whole")
        with open(whole, "wb", _BUFFER) as file:
            yield file
        system.put_file(whole, path)


def fsspec_for(url: str) -> Any:
    """Import fsspec, or raise an error that names the URL."""
    try:
        return import_module("fsspec")
    except ModuleNotFoundError:
        raise ModuleNotFoundError(f"{url}: URLs need fsspec: pip install fastnpjson[io]") from None
