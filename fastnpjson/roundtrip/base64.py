"""Arrays from the base64 of their bytes, gzipped or not, which must be as many as dtype and shape say."""

from __future__ import annotations

import zlib
from binascii import a2b_base64
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from fastnpjson._arrays.native import Array
    from fastnpjson.roundtrip.context import Context


def read(
    context: Context, text: memoryview, shape: tuple[int, ...], dtype: np.dtype[Any], *, gzipped: bool = False
) -> Array:
    """Make an array of the base64 of its bytes.

    Raises:
        ValueError: it is not the base64 of so many bytes, or of values of that dtype.
    """
    if dtype.kind == "T":
        raise ValueError("StringDType has no bytes of its own")
    raw = _decode(text, context.charge(shape, dtype), gzipped=gzipped)
    array: Array = np.ndarray(shape, dtype, raw)
    _check_values(array)
    return array.copy()


def _decode(text: memoryview, nbytes: int, *, gzipped: bool) -> bytes:
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


def _check_values(array: Array) -> None:
    """Raise for bytes that are no value of their dtype, on which NumPy fails later, or does not agree with itself."""
    if array.dtype.names is not None:
        for name in array.dtype.names:
            _check_values(array[name])
    elif array.dtype.kind == "b" and (array.view(np.uint8) > 1).any():
        raise ValueError("bytes that are no booleans")
    elif array.dtype.kind == "U" and array.size and array.itemsize:
        points = np.ascontiguousarray(array, array.dtype.newbyteorder("=")).view(np.uint32)
        if (points > 0x10FFFF).any():
            raise ValueError("bytes that are no characters")
