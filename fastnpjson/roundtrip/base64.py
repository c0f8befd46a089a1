"""Arrays from the base64 of their bytes, gzipped or not."""

from __future__ import annotations

import zlib
from binascii import a2b_base64, b2a_base64
from typing import TYPE_CHECKING, Any

import numpy as np

from fastnpjson._arrays.strings import is_unicode

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
    raw = _decode(text, context.budget.charge(shape, dtype), gzipped=gzipped)
    array: Array = np.ndarray(shape, dtype, raw)
    _check_values(array)
    # NumPy would make one byte of elements without any.
    return array.copy() if dtype.itemsize else np.ndarray(shape, dtype)


def decode(text: bytes) -> bytes:
    """Decode base64 (RFC 4648).

    Raises:
        ValueError: it is not; `binascii` would skip other characters, and ignore what comes after the padding.
    """
    raw = a2b_base64(text)
    if b2a_base64(raw, newline=False) != text:
        raise ValueError("not base64 (RFC 4648)")
    return raw


def _decode(text: memoryview, nbytes: int, *, gzipped: bool) -> bytes:
    if gzipped:
        raw = _gunzip(decode(bytes(text)), nbytes)
    elif len(text) != (nbytes + 2) // 3 * 4:
        raise ValueError(f"{len(text)} characters of base64 are not the {nbytes} bytes that dtype and shape need")
    else:
        # With other characters among them, so many would give fewer bytes.
        raw = a2b_base64(text)
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
    if unzip.unused_data:
        raise ValueError(f"{len(unzip.unused_data)} bytes come after the gzip data")
    return data


def _check_values(array: Array) -> None:
    """Raise `ValueError` for booleans and characters with bytes on which NumPy fails later, or contradicts itself."""
    if array.dtype.names is not None:
        for name in array.dtype.names:
            _check_values(array[name])
    elif array.dtype.kind == "b" and (array.view(np.uint8) > 1).any():
        raise ValueError("bytes that are not booleans")
    elif array.dtype.kind == "U" and not is_unicode(array):
        raise ValueError("bytes that are not characters")
