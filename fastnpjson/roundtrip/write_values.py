"""The values in text tags: numbers, strings, and small objects for complex numbers and bytes."""

from __future__ import annotations

import math
import re
from binascii import b2a_base64
from itertools import chain, repeat, zip_longest
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fastnpjson._arrays import floats
from fastnpjson._arrays.style import Style
from fastnpjson._arrays.write import write as write_array
from fastnpjson._patch import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.dtypes import Array

# The only float32 whose shortest digits become another float32 if they are read as a float64 and rounded.
_TWICE_ROUNDED: Final = (b"7.038531e-26", b"7.038530691851209e-26")
_PAIR: Final = re.compile(rb"\[[^][]+\]")


def write(array: Array) -> bytes | list[Any]:
    """Write the values of an array with at least one dimension, as JSON or as nested lists of Python objects."""
    if not array.size:
        empty: list[Any] = np.empty(array.shape, np.bool_).tolist()
        return empty
    return _VALUES[array.dtype.kind](array)


def _integers(array: Array) -> bytes:
    return floats.integers(array, strict=False)


def _floats(array: Array) -> bytes | list[Any]:
    if array.dtype.itemsize > 8:
        return _nest([_longdouble(number) for number in array.reshape(-1)], array.shape)
    text: Any = floats.floats(array, None)
    if array.dtype.itemsize == 4:
        text = text.replace(*_TWICE_ROUNDED)
    if b"null" not in text:
        return text  # type: ignore[no-any-return]
    values = array.reshape(-1)
    names = [_name(value) for value in values[~np.isfinite(values)].tolist()]
    return b"".join(chain.from_iterable(zip_longest(text.split(b"null"), names, fillvalue=b"")))


def _name(value: float) -> bytes:
    return b'"NaN"' if math.isnan(value) else b'"Infinity"' if value > 0 else b'"-Infinity"'


def _longdouble(number: Any) -> str:
    if np.isfinite(number):
        return np.format_float_scientific(number, trim="0")
    return orjson.loads(_name(number))  # type: ignore[no-any-return]


def _complexes(array: Array) -> bytes | list[Any]:
    native = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
    parts = _floats(native.view(native.real.dtype).reshape(*array.shape, 2))
    if type(parts) is bytes:
        return _PAIR.sub(rb'{"__complex__":\g<0>}', parts)
    pairs = [_longdouble(number) for number in native.view(native.real.dtype).reshape(-1)]
    return _nest(
        [{"__complex__": pair} for pair in zip(pairs[::2], pairs[1::2], strict=True)],
        array.shape,
    )


def _times(array: Array) -> bytes:
    return _integers(np.ascontiguousarray(array, array.dtype.newbyteorder("=")).view(np.int64))


def _strings(array: Array) -> bytes | list[Any]:
    text, builtins = write_array(array, Style())
    if text is not None:
        return text
    strings: list[Any] = builtins
    return strings


def _bytes(array: Array) -> list[Any]:
    return _nest([_byte_string(raw) for raw in array.reshape(-1).tolist()], array.shape)


def _byte_string(raw: bytes) -> dict[str, str]:
    try:
        return {"__bytes_utf8__": raw.decode()}
    except UnicodeDecodeError:
        return {"__bytes_b64__": b2a_base64(raw, newline=False).decode()}


def _others(array: Array) -> list[Any]:
    if array.dtype.names is None:
        return _bytes(array)
    flat = array.reshape(-1)
    columns = [write(flat[name]) for name in array.dtype.names]
    lists = [orjson.loads(column) if type(column) is bytes else column for column in columns]
    rows = zip(*lists, strict=True) if lists else repeat((), flat.size)
    return _nest(list(rows), array.shape)


def _nest(values: list[Any], shape: tuple[int, ...]) -> list[Any]:
    for length in shape[:0:-1]:
        values = [values[start : start + length] for start in range(0, len(values), length)]
    return values


_VALUES: Final[dict[str, Callable[[Array], bytes | list[Any]]]] = {
    "b": _integers,
    "i": _integers,
    "u": _integers,
    "f": _floats,
    "c": _complexes,
    "M": _times,
    "m": _times,
    "U": _strings,
    "T": _strings,
    "S": _bytes,
    "V": _others,
}
