"""Arrays from the base64 of their bytes, gzipped or not."""

from __future__ import annotations

import zlib
from binascii import a2b_base64
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from fastnpjson._arrays.dtypes import Array
    from fastnpjson.roundtrip.context import Context


def read(
    context: Context, text: memoryview, shape: tuple[int, ...], dtype: np.dtype[Any], *, gzipped: bool = False
) -> Array:
    """Make an array from the base64 of its bytes.

    Raises:
        ValueError: there are more or fewer bytes than dtype and shape need, or they are not values of the dtype.
    """
    if dtype.kind == "T":
        raise ValueError("StringDType has no bytes of its own")
    raw = _decode(text, context.charge(shape, dtype), gzipped=gzipped)
    array: Array = np.ndarray(shape, dtype, raw)
    _check_values(array)
    return array.copy()


def _decode(text: memoryview, nbytes: int, *, gzipped: bool) -> bytes:
    if not gzipped and len(text) != (nbytes + 2) // 3 * 4:
        raise ValueError(f"{len(text)} characters of base64 are not the {nbytes} bytes that dtype and shape need")
    raw = a2b_base64(text)
    if gzipped:
        raw = _gunzip(raw, nbytes)
    if len(raw) != nbytes:
        raise ValueError(f"base64 of {len(raw)} bytes, but dtype and shape need {nbytes}")
    return raw


def _gunzip(raw: bytes, nbytes: int) -> bytes:
    unzip = zlib.decompressobj(wbits=31)
    try:
        # One byte more than needed shows that there are too many. A gzip bomb takes no more memory than that.
        data = unzip.decompress(raw, nbytes + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not unzip.eof:
        raise ValueError(f"the gzip data are cut off, or have more than the {nbytes} bytes that dtype and shape need")
    return data


def _check_values(array: Array) -> None:
    """Raise `ValueError` for booleans and characters with bytes on which NumPy fails later, or contradicts itself."""
    if array.dtype.names is not None:
        for name in array.dtype.names:
            _check_values(array[name])
    elif array.dtype.kind == "b" and (array.view(np.uint8) > 1).any():
        raise ValueError("bytes that are not booleans")
    elif array.dtype.kind == "U" and array.size and array.itemsize:
        points = np.ascontiguousarray(array, array.dtype.newbyteorder("=")).view(np.uint32)
        if (points > 0x10FFFF).any():
            raise ValueError("bytes that are not characters")
