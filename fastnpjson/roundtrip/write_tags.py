"""Tags for NumPy arrays and scalars: JSON objects with the values, the dtype and the shape."""

from __future__ import annotations

from binascii import b2a_base64
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy import ma

from fastnpjson._arrays.dtypes import is_numpy_type
from fastnpjson._arrays.style import Style
from fastnpjson._documents.convert import converter
from fastnpjson._orjson import fragment
from fastnpjson._patch import orjson
from fastnpjson._reading.budget import WASTE
from fastnpjson.roundtrip import dtypes, write_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.dtypes import Array

_PLAIN: Final = converter(Style())
_BUILTINS: Final = (dict, list, str, int)


def builtin(obj: Any) -> Any:
    """Turn an instance of a subclass of a builtin into the builtin; for other objects return `UNKNOWN`."""
    kind = type(obj)
    for base in _BUILTINS:
        if issubclass(kind, base) and kind is not base:
            return base(obj)
    return _PLAIN(obj)


@cache
def tagger(*, compact: bool) -> Callable[[Any], Any]:
    """Make the function that turns NumPy objects into tags, as fragments, and other objects as `builtin` does.

    Args:
        compact: Write base64, except for a dtype whose elements are pointers or have no bytes.
    """

    def convert(obj: Any) -> Any:
        """Raise `JSONEncodeError` for an array that would not come back."""
        if is_numpy_type(type(obj)):
            return fragment(tag(obj, compact=compact))
        return builtin(obj)

    return convert


def tag(obj: Any, *, compact: bool) -> bytes:
    """Write the tag of a NumPy array or scalar.

    Raises:
        JSONEncodeError: it would not come back.
    """
    if issubclass(type(obj), ma.MaskedArray):
        return _masked(obj, compact=compact)
    array = np.asarray(obj)
    suffix = b',"shape":' + orjson.dumps(array.shape) + _order(array, type(obj), compact=compact)
    if array.dtype.kind == "T" or not array.itemsize:
        return _text(array, suffix)
    if compact:
        return _compact(array, suffix)
    text = _text(array, suffix)
    # Padded strings have more, and become base64.
    return text if array.nbytes <= WASTE * len(text) else _compact(array, suffix)


def _masked(array: Any, *, compact: bool) -> bytes:
    if array is ma.masked:
        return b'{"__maskedarray__":null}'
    dtypes.write(array.dtype, descr=compact)  # an error here names the path of the array, not of a part of its tag
    data, mask = ma.getdata(array, subok=False), ma.getmask(array)
    # A record of a masked array is a scalar, although its type is a subclass of numpy.ndarray.
    data = data[()] if type(array) is ma.core.mvoid else data
    parts = {
        "__maskedarray__": data,
        "mask": False if mask is ma.nomask else mask,
        "fill_value": _fill_value(array),
    }
    if array.hardmask:
        parts["hardmask"] = True
    return orjson.dumps(parts, tagger(compact=compact), orjson.OPT_PASSTHROUGH_SUBCLASS)


def _fill_value(array: Any) -> Any:
    padded = array.dtype.kind in "SUTV" and array.dtype.names is None
    if not padded and not isinstance(array.fill_value, str):
        return np.asarray(array.fill_value, array.dtype)[()]
    # The default does not fit into short strings and would be cut off. With a multiple of a unit it is not even a date.
    value, default = np.asarray(array.fill_value), np.asarray(ma.default_fill_value(array))
    return None if value.tobytes() == default.tobytes() else value[()]


def _order(array: Array, kind: type, *, compact: bool) -> bytes:
    if not array.ndim:
        # Readers of these formats make a scalar of a tag with shape [], unless it has an order.
        return b',"Corder":true' if issubclass(kind, np.ndarray) else b""
    if array.flags.f_contiguous and not array.flags.c_contiguous:
        return b',"Corder":false'
    return b',"Corder":true' if array.ndim > 1 and not compact else b""


def _compact(array: Array, suffix: bytes) -> bytes:
    dtype = dtypes.write(array.dtype, descr=True)
    array = _without_padding(array)
    # datetime64 and timedelta64 arrays do not support the buffer protocol.
    raw = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data if array.size else b""
    suffix += dtypes.nmant(dtype)
    return b"".join((b'{"__numpy__":"', b2a_base64(raw, newline=False), b'","dtype":', dtype, suffix, b"}"))


def _without_padding(array: Array) -> Array:
    """Write zeros to the padding, which may hold anything that was in memory before."""
    if array.dtype.names is not None:
        clean = np.zeros(array.shape, array.dtype)
        for name in array.dtype.names:
            clean[name] = _without_padding(array[name])
        return clean
    if array.dtype.char not in "gG" or dtypes.NMANT != 63:
        return array
    clean = np.array(array, array.dtype.newbyteorder("="), order="C")
    clean.reshape(-1).view(np.uint8).reshape(-1, np.longdouble().itemsize)[:, 10:] = 0
    return clean.astype(array.dtype, copy=False)


def _text(array: Array, suffix: bytes) -> bytes:
    dtype = dtypes.write(array.dtype, descr=False)
    written = write_values.write(array if array.ndim else array.reshape(1))
    text = written if type(written) is bytes else orjson.dumps(written)
    if not array.ndim:
        text = text[1:-1]
    return b"".join((b'{"__ndarray__":', text, b',"dtype":', dtype, suffix, b"}"))
