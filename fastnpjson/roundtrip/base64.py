"""Base64 of the bytes of arrays, gzipped or not, to bytes that are as many as they have to be."""

from __future__ import annotations

import zlib
from binascii import a2b_base64
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    Array = np.ndarray[Any, Any]


def decode(text: memoryview, nbytes: int, *, gzipped: bool) -> bytes:
    """Decode base64.

    Raises:
        ValueError: it is not the base64 of so many bytes.
    """
    if not gzipped and len(text) != (nbytes + 2) // 3 * 4:
        raise ValueError(f"{len(text)} characters of base64 are not {nbytes} bytes, as dtype and shape say")
    raw = a2b_base64(text)
    if gzipped:
        raw = _gunzip(raw, nbytes)
    if len(raw) != nbytes:
        raise ValueError(f"the base64 of {len(raw)} bytes is not that of {nbytes}, as dtype and shape say")
    return raw


def _gunzip(raw: bytes, nbytes: int) -> bytes:
    unzip = zlib.decompressobj(wbits=31)
    try:
        # A byte more, so that too much is seen, and a bomb stays small.
        data = unzip.decompress(raw, nbytes + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not unzip.eof:
        raise ValueError(f"the gzip data are cut off, or hold more than {nbytes} bytes, as dtype and shape say")
    return data


def check_values(array: Array) -> None:
    """Raise for bytes that are no value of their dtype, on which NumPy fails later, or does not agree with itself."""
    if array.dtype.names is not None:
        for name in array.dtype.names:
            check_values(array[name])
    elif array.dtype.kind == "b" and (array.view(np.uint8) > 1).any():
        raise ValueError("bytes that are no booleans")
    elif array.dtype.kind == "U" and array.size and array.itemsize:
        points = np.ascontiguousarray(array, array.dtype.newbyteorder("=")).view(np.uint32)
        if (points > 0x10FFFF).any():
            raise ValueError("bytes that are no characters")
