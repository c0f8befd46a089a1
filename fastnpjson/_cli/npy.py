"""``.npy`` files, memory-mapped if possible and never unpickled, and arrays of the values of a JSON document."""

from __future__ import annotations

import io
import math
import os
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np

from fastnpjson._files.compression import codec
from fastnpjson._files.opening import reading
from fastnpjson._reading.budget import cost
from fastnpjson._reading.errors import NotArray
from fastnpjson._reading.lists import flat, names_of
from fastnpjson._reading.values import FILES, check, convert, dtype_for

if TYPE_CHECKING:
    from fastnpjson._arrays.dtypes import Array
    from fastnpjson._files.opening import Write
    from fastnpjson._reading.budget import Budget

_HEADERS: Final = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
# No header is longer: NumPy refuses more than 10,000 characters.
_HEAD: Final = 2**16
# Where NumPy adds up to 84 blanks.
_LONGEST_HEADER: Final = 9_900
# In bytes: what an element without bytes may cost, as a Python object and as text.
_OBJECT: Final = 256


def read_npy(file: Any, name: str, budget: Budget) -> Array:
    """Read an array; a file that is not compressed is memory-mapped.

    Args:
        file: A path, a URL or a binary file.
        name: Its suffix decides on compression.
        budget: What elements without bytes may take.

    Raises:
        ValueError: the file is not a ``.npy``, is damaged, or holds Python objects.
    """
    if is_plain(file, name):
        with open(file, "rb") as plain:
            mapped = map_array(plain, 0, os.fstat(plain.fileno()).st_size)
        if mapped is not None:
            charge_empty(mapped, budget)
            return mapped
    with reading(file, name) as source:
        array = read_array(source)
    charge_empty(array, budget)
    return array


def charge_empty(array: Array, budget: Budget) -> None:
    """Charge a Python object for each element without bytes, of which a small file may have any number.

    Raises:
        ValueError: there are too many.
    """
    budget.grow(array.nbytes)
    budget.take(_OBJECT * (cost(array.shape, array.dtype) - array.nbytes))


def write_npy(write: Write, array: Array) -> None:
    """Write an array.

    Raises:
        ValueError: it has so many fields that NumPy would not read it.
    """
    if len(str(np.lib.format.header_data_from_array_1_0(array))) > _LONGEST_HEADER:
        fields = len(array.dtype.names or ())
        raise ValueError(f"{fields} fields are more than numpy.load reads: names and dtypes of 10,000 characters")
    np.lib.format.write_array(Writer(write), array, allow_pickle=False)


def array_of(obj: Any, budget: Budget) -> Array:
    """Make an array of a JSON document, with NaN for `null` among numbers.

    Raises:
        ValueError: no dtype holds all values exactly, lists of one level differ in length, or strings would take much
            more memory with the padding of NumPy.

    >>> from fastnpjson._reading.budget import Budget
    >>> array_of([[1, 2.5], [None, 4]], Budget())
    array([[1. , 2.5],
           [nan, 4. ]])
    """
    shape, leaves = flat(obj, empty=True) if type(obj) is list else ((), [obj])
    dtype = dtype_for(leaves)
    if dtype is None:
        raise ValueError(f"no dtype holds these values as they are: {names_of(leaves)} in an array of shape {shape}")
    if dtype.kind == "U":
        dtype = np.dtype(f"U{max(map(len, leaves)) or 1}")
        budget.take(dtype.itemsize * len(leaves))
    try:
        check(leaves, dtype, FILES)
        return convert(leaves, dtype, lambda: None, FILES).reshape(shape)
    except NotArray as reason:
        raise ValueError(f"no dtype holds these values as they are: {reason.within(shape)}") from None


def is_plain(file: Any, name: str) -> bool:
    """Tell whether a file is on a disk, and not compressed."""
    return isinstance(file, str) and os.path.isfile(file) and codec(name) is None


def read_array(source: IO[bytes], what: str = "the .npy file") -> Array:
    """Read an array from an open file, which may be a pipe.

    Args:
        source: The file.
        what: Names it in errors.

    Raises:
        ValueError: the file is damaged, or holds Python objects.
    """
    reader = _Reader(source)
    try:
        array: Array = np.lib.format.read_array(reader, allow_pickle=False)
    except (MemoryError, OSError):
        raise
    except Exception as error:  # from NumPy, ast or tokenize for the header, from a codec for the data
        raise _explained(error, reader, what) from None
    return array


def map_array(source: Any, offset: int, size: int, what: str = "the .npy file") -> Array | None:
    """Memory-map the array at an offset of a file; `None` if it has to be read.

    Args:
        source: The file.
        offset: Where the header begins.
        size: How many bytes header and values have.
        what: Names it in errors.

    Raises:
        ValueError: the header asks for more bytes.
    """
    source.seek(offset)
    try:
        header = _read_header(source)
    except Exception:  # `read_array` says what is wrong
        return None
    if header is None:
        return None
    shape, fortran, dtype = header
    if dtype.hasobject or not dtype.itemsize or min(shape, default=1) < 1:
        return None
    start = source.tell()
    expected = start - offset + math.prod(shape) * dtype.itemsize
    if expected > size:
        raise _cut_off(what, size, f" of {expected}")
    return np.memmap(source.name, dtype, "r", start, shape, "F" if fortran else "C")


class _Reader:
    """A file that keeps its first bytes, and counts all. Pipes have no position; NumPy does not need one."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.head = b""
        self.size = 0
        self.ended = False

    def read(self, size: int = -1, /) -> bytes:
        data = self._source.read(size)
        self.size += len(data)
        self.ended = self.ended or (not data and size > 0)
        if len(self.head) < _HEAD:
            self.head += data
        return data


class Writer:
    """A file without a position, such as a pipe. NumPy and zipfile do not need one."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def write(self, data: bytes) -> int:
        self._write(data)
        return len(data)

    def flush(self) -> None:
        pass


def _read_header(source: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]] | None:
    read_header: Any = _HEADERS.get(np.lib.format.read_magic(source))
    return None if read_header is None else read_header(source)


def _explained(error: Exception, reader: _Reader, what: str) -> Exception:
    """Return an error with the number of bytes there are, and should be, instead of NumPy's."""
    head, header = io.BytesIO(reader.head), None
    with suppress(Exception):
        header = _read_header(head)
    if header is not None and header[2].hasobject:
        return ValueError(f"{what}: {error}")
    if not reader.ended:
        return ValueError(f"{what} is damaged: {error}")
    expected = "" if header is None else f" of {head.tell() + math.prod(header[0]) * header[2].itemsize}"
    return _cut_off(what, reader.size, expected)


def _cut_off(what: str, size: int, expected: str) -> ValueError:
    return ValueError(f"{what} is cut off or damaged: it ends after {size}{expected} bytes")
