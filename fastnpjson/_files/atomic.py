"""Files that are written under a temporary name, then renamed."""

from __future__ import annotations

import os
import re
import stat
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

# In bytes. JSON Lines are short, and a system call takes longer than a line.
BUFFER: Final = 2**20
_BINARY: Final = getattr(os, "O_BINARY", 0)  # on Windows alone
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
# Linux follows as many.
_MOST_LINKS: Final = 40
_OPEN_FILES: Final = re.compile(r"/dev/fd|/proc/\d+(/task/\d+)?/fd")
# Attributes that are true of the old contents alone: rights of a program, and checksums.
_OF_CONTENTS: Final = frozenset({"security.capability", "security.evm", "security.ima"})


def replacing(path: str, *, durable: bool = False) -> AbstractContextManager[IO[bytes]]:
    """Open a temporary file, which replaces the file at a path at the end, but not after an exception.

    A file that has a name is never written itself, whoever else writes it, so that readers see a whole one. What cannot
    be renamed is opened: a device, a pipe, or an open file such as ``/dev/stdout``, from its current position.

    Args:
        path: Of the file.
        durable: True to have the file and its name on the disk at the end.
    """
    try:
        old = os.stat(path)
    except FileNotFoundError:
        old = None
    target = _target(path)
    if not os.path.basename(target):
        return open(path, "wb")  # raises that it is a directory
    if old is None or (stat.S_ISREG(old.st_mode) and not _open_files(target)):
        return _temporary(path, target, old, durable=durable)
    if stat.S_ISREG(old.st_mode) and old.st_nlink and _open_files(target) in _own_files():
        return _synced(open(os.dup(int(os.path.basename(target))), "wb", BUFFER), durable=durable)
    descriptor = os.open(path, os.O_WRONLY | _BINARY)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        if not _open_files(target):  # it has taken the place of a device meanwhile
            os.close(descriptor)
            return replacing(path, durable=durable)
        os.ftruncate(descriptor, 0)
    return _synced(open(descriptor, "wb"), durable=durable)


def _target(path: str) -> str:
    """Return the path of the file, or of the open file such as ``/proc/self/fd/1``, that links lead to."""
    for _ in range(_MOST_LINKS):
        if _open_files(path):
            break
        try:
            path = os.path.join(os.path.dirname(path), os.readlink(path))
        except OSError:  # not a link
            break
    return path


def _open_files(path: str) -> str:
    """Return the directory of the open files of a process, if a path leads there, and nothing for other paths.

    The links in it lead to files that have lost their names, too.
    """
    directory, name = os.path.split(path)
    directory = os.path.realpath(directory) if name.isdigit() else ""
    return directory if _OPEN_FILES.fullmatch(directory) else ""


def _own_files() -> set[str]:
    return {"/dev/fd", os.path.realpath("/proc/self/fd")}


@contextmanager
def _temporary(path: str, target: str, old: os.stat_result | None, *, durable: bool) -> Iterator[IO[bytes]]:
    if old is not None and not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        with suppress(FileNotFoundError):  # somebody has removed it meanwhile
            os.close(os.open(path, os.O_WRONLY))  # raises an error with the reason: EACCES, EROFS
    temporary = os.path.join(os.path.dirname(target), f".fastnpjson-{os.urandom(8).hex()}.tmp")
    try:
        descriptor = os.open(temporary, _CREATE, 0o666 if old is None else 0o600)
    except OSError as error:
        error.filename = path
        if target != path:
            error.filename2 = target
        raise
    try:
        with _synced(open(descriptor, "wb", BUFFER), durable=durable) as file:
            yield file
            if old is not None and os.name != "nt":  # Windows has neither owners nor modes
                _copy_permissions(target, old, descriptor)
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
    descriptor = os.open(path or os.curdir, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy_permissions(target: str, old: os.stat_result, descriptor: int) -> None:
    """Copy owner, attributes and permissions from the file that is replaced, as far as the system allows.

    They go to a descriptor: whoever may write to the directory can put a link to a file of ours in the place of the
    temporary file.
    """
    for owner in (-1, old.st_uid):  # only root may change the owner; others may change to a group of their own
        with suppress(OSError):
            os.fchown(descriptor, owner, old.st_gid)
    with suppress(OSError, AttributeError):  # not every system has attributes, to which access control lists belong
        for name in os.listxattr(target, follow_symlinks=False):
            with suppress(OSError):
                if name not in _OF_CONTENTS:
                    os.setxattr(descriptor, name, os.getxattr(target, name, follow_symlinks=False))
    # A change of the contents takes setuid and setgid away, which would run them as somebody else.
    mode = old.st_mode & 0o777
    if os.fstat(descriptor).st_gid != old.st_gid:  # another group may do what all others may
        mode = mode & 0o707 | (mode & 0o007) << 3
    os.fchmod(descriptor, mode)
