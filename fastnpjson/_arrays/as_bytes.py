"""Base64 (RFC 4648): of byte strings, and of the bytes of arrays, which is shorter than digits and has every bit."""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from fastnpjson._arrays.dtypes import Array
    from fastnpjson._arrays.style import ArrayForm

# What plotly.js has typed arrays for.
PLOTLY: Final = frozenset({"i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8"})
_WIDEST: Final = 8


def write_as_bytes(array: Array, form: ArrayForm) -> bytes | None:
    """Write an array as base64 of its elements, little-endian and in C order.

    Args:
        array: With a dimension.
        form: ``"base64"`` for a string, ``"plotly"`` for the object that plotly.js takes in the place of a list.

    Returns:
        JSON; `None` for an array that is digits in this form, too: of other dtypes, or for plotly of integers beyond
        32 bits.

    >>> write_as_bytes(np.array([[1, 2]], "i2"), "plotly")
    b'{"dtype":"i2","bdata":"AQACAA==","shape":"1, 2"}'
    """
    dtype = array.dtype
    if form == "plotly":
        array = _narrow(array) if dtype.kind in "iu" and dtype.itemsize == _WIDEST else array
        code = f"{array.dtype.kind}{array.dtype.itemsize}"
        if code not in PLOTLY:
            return None
        shape = b',"shape":"%b"' % ", ".join(map(str, array.shape)).encode() if array.ndim > 1 else b""
        return b'{"dtype":"%b","bdata":"%b"%b}' % (code.encode(), _base64(array), shape)
    # The floats of ml_dtypes are dtypes that somebody has registered.
    is_number = (dtype.kind in "biuf" and dtype.itemsize <= _WIDEST) or (dtype.isbuiltin == 2 and "float" in dtype.name)
    return b'"%b"' % _base64(array) if is_number else None


def base64_strings(array: Array) -> bytes | Array:
    """Return JSON text with base64 of each element; an object array if there is none."""
    if not array.size:
        return array.astype(object)
    texts = [b2a_base64(item, newline=False) for item in array.ravel().tolist()]
    form, comma = b'["%b"]', b'","'
    for length in array.shape[::-1]:
        texts = [form % comma.join(texts[start : start + length]) for start in range(0, len(texts), length)]
        form, comma = b"[%b]", b","
    return texts[0]


def base64_text(encoded: bytes) -> str:
    """Encode bytes in base64."""
    return b2a_base64(encoded, newline=False).decode()


def _narrow(array: Array) -> Array:
    """Return integers of 64 bits in 32, as far as these hold them."""
    for code in ("i4", "u4"):
        bounds = np.iinfo(code)
        if not array.size or bounds.min <= array.min() <= array.max() <= bounds.max:
            return array.astype(code)
    return array


def _base64(array: Array) -> bytes:
    whole: Any = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return b2a_base64(whole.reshape(-1).view(np.uint8), newline=False)
