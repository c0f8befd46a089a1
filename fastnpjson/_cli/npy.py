"""``.npy`` and ``.npz`` files, memory-mapped where they can be, and never unpickled."""

from __future__ import annotations

import io
import os
import zipfile
from typing import IO, TYPE_CHECKING, Any, Final, cast

import numpy as np

from fastnpjson._files.compression import codec
from fastnpjson._files.files import reading

if TYPE_CHECKING:
    from fastnpjson._arrays.write import Array
    from fastnpjson._files.files import Write

_HEADERS: Final = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
# The kinds of JSON values in an array, and the dtypes that may hold them all.
_DTYPES: Final[list[tuple[set[type], tuple[str, ...]]]] = [
    ({bool}, ("?",)),
    ({int}, ("i8", "u8")),
    ({int, float, type(None)}, ("f8",)),
    ({str}, ("U",)),
]


def read_npy(file: Any, name: str) -> Array:
    """Read an array; a file that is not compressed is memory-mapped.

    Args:
        file: A path, a URL or a binary file.
        name: Tells the codec by its suffix.

    Raises:
        ValueError: it is no ``.npy``, or holds Python objects.
    """
    if _has_plain_bytes(file, name):
        with open(file, "rb") as plain:
            return _map(plain, file, 0)
    with reading(file, name) as source:
        return _read(source)


def read_npz(file: Any, name: str) -> dict[str, Array]:
    """Read the arrays of an archive; those that are not compressed are memory-mapped.

    Raises:
        ValueError: an array holds Python objects.
        zipfile.BadZipFile: it is no ``.npz``.
    """
    if _has_plain_bytes(file, name):
        with open(file, "rb") as plain, zipfile.ZipFile(plain) as archive:
            return {_stem(info): _map_member(archive, info, plain, file) for info in archive.infolist()}
    with reading(file, name) as source, zipfile.ZipFile(io.BytesIO(source.read())) as archive:
        return {_stem(info): _read_member(archive, info) for info in archive.infolist()}


def write_npy(write: Write, array: Array) -> None:
    """Write an array."""
    np.lib.format.write_array(_Writer(write), array, allow_pickle=False)


def write_npz(write: Write, arrays: dict[str, Array]) -> None:
    """Write an archive that is not compressed, so that it can be memory-mapped."""
    with zipfile.ZipFile(cast("IO[bytes]", _Writer(write)), "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                write_npy(member.write, array)


def array_of(obj: Any) -> Array:
    """Make an array of a JSON document, with NaN for `null` among numbers.

    Raises:
        ValueError: not all its values are of one kind and exact in one dtype, or lists differ in length.

    >>> array_of([[1, 2.5], [None, 4]])
    array([[1. , 2.5],
           [nan, 4. ]])
    """
    values = np.array(obj, object)
    kinds = set(map(type, values.flat))
    if not values.size:
        return np.zeros(values.shape)
    for allowed, dtypes in _DTYPES:
        for dtype in dtypes if kinds <= allowed else ():
            try:
                array = values.astype(dtype)
            except (DeprecationWarning, OverflowError, TypeError):  # NumPy 1.24 to 1.26 warn of what is out of range
                continue
            if ((array.astype(object) == values) | (values == None)).all():  # noqa: E711
                return array
    names = ", ".join(sorted(kind.__name__ for kind in kinds))
    raise ValueError(f"no dtype holds these values as they are: {names} in an array of shape {values.shape}")


class _Reader:
    """A file that has no position, as pipes have none; NumPy gets along with that."""

    def __init__(self, source: IO[bytes]) -> None:
        self.read = source.read


class _Writer:
    """A file that has no position, as pipes have none; NumPy and zipfile get along with that."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def write(self, data: bytes) -> int:
        self._write(data)
        return len(data)

    def flush(self) -> None:
        pass


def _has_plain_bytes(file: Any, name: str) -> bool:
    return isinstance(file, str) and os.path.isfile(file) and codec(name) is None


def _stem(info: zipfile.ZipInfo) -> str:
    return info.filename.removesuffix(".npy")


def _read(source: IO[bytes]) -> Array:
    array: Array = np.lib.format.read_array(_Reader(source), allow_pickle=False)
    return array


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Array:
    with archive.open(info) as member:
        return _read(member)


def _map_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: IO[bytes], path: str) -> Array:
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
        return _read_member(archive, info)
    # The local header has 30 bytes, the last four are the lengths of what comes between it and the data:
    # https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
    source.seek(info.header_offset + 26)
    lengths = np.frombuffer(source.read(4), "<u2")
    return _map(source, path, info.header_offset + 30 + int(lengths.sum()))


def _map(source: IO[bytes], path: str, offset: int) -> Array:
    """Memory-map the array whose header is at an offset of a file."""
    source.seek(offset)
    read_header: Any = _HEADERS.get(np.lib.format.read_magic(source))
    if read_header is not None:
        shape, fortran, dtype = read_header(source)
        if not dtype.hasobject and dtype.itemsize and 0 not in shape:
            return np.memmap(path, dtype, "r", source.tell(), shape, "F" if fortran else "C")
    source.seek(offset)
    return _read(source)
