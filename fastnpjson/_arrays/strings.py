"""Arrays of strings and byte strings to JSON: to Python strings, which orjson writes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import numpy as np
import orjson

from fastnpjson._arrays.dtypes import map_elements

if TYPE_CHECKING:
    from fastnpjson._arrays.dtypes import Array

_NOT_MISSING: Final = object()


def strings(array: Array) -> Array:
    """Return an object array of strings, `None` for those that are missing.

    Raises:
        JSONEncodeError: there are characters that Unicode does not have.
    """
    if array.dtype.kind == "U" and not is_unicode(array):
        raise orjson.JSONEncodeError("characters that Unicode does not have")
    objects = array.astype(object)
    missing = getattr(array.dtype, "na_object", _NOT_MISSING)
    if missing is not _NOT_MISSING:
        objects[map_elements(lambda string: string is missing, objects).astype(bool)] = None
    return objects


def is_unicode(array: Array) -> bool:
    """Tell whether all characters of a ``U`` array are code points; of others Python makes strings that are none."""
    if not array.size or not array.itemsize:
        return True
    points = np.ascontiguousarray(array, array.dtype.newbyteorder("=")).view(np.uint32)
    return int(points.max()) <= sys.maxunicode


def byte_strings(array: Array) -> Array:
    """Return an object array of strings.

    Raises:
        JSONEncodeError: as `utf8_text`.
    """
    return map_elements(utf8_text, array.astype(object))


def utf8_text(encoded: bytes) -> str:
    """Decode the bytes of a NumPy scalar.

    Raises:
        JSONEncodeError: they are not UTF-8.
    """
    try:
        return encoded.decode()
    except UnicodeDecodeError as error:
        raise orjson.JSONEncodeError(f"bytes that are not UTF-8 ({error})") from None
