"""Arrays from the lists of values in text tags. Nothing is rounded, cut off or converted to another type."""

from __future__ import annotations

import datetime
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fastnpjson._reading.errors import NotArray
from fastnpjson._reading.lists import names_of
from fastnpjson._reading.values import TAGS, check, convert
from fastnpjson.roundtrip.base64 import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.dtypes import Array

    DType = np.dtype[Any]

    from fastnpjson._reading.values import Texts

_NAT: Final = np.iinfo(np.int64).min
_NULL: Final = type(None)


def array(data: Any, shape: tuple[int, ...], dtype: DType, texts: Callable[[], Any]) -> Array:
    """Make an array from nested lists.

    Args:
        data: Nested lists, with as many levels as `shape` has lengths.
        shape: The shape of the lists and of the array.
        dtype: Any dtype but object.
        texts: Returns the same lists with strings for numbers, as they are written.

    Raises:
        ValueError: the lists have another shape, or an element is not a value of the dtype.
    """
    try:
        return _VALUES[dtype.kind](flat(data, shape), dtype, lambda: flat(texts(), shape)).reshape(shape)
    except NotArray as reason:
        raise ValueError(reason.within(shape)) from None


def flat(data: Any, shape: tuple[int, ...]) -> list[Any]:
    """Make one list from nested lists; it raises what `array` raises."""
    leaves = [data]
    for length in shape:
        if not (set(map(type, leaves)) <= {list} and set(map(len, leaves)) <= {length}):
            raise ValueError(f"the lists are not of shape {shape}")
        leaves = list(chain.from_iterable(leaves))
    return leaves


def _check(leaves: list[Any], dtype: DType, kinds: set[type]) -> None:
    if not set(map(type, leaves)) <= kinds:
        index, leaf = next((index, leaf) for index, leaf in enumerate(leaves) if type(leaf) not in kinds)
        raise NotArray(f"{names_of([leaf])} is not of dtype {dtype}", index)


def _numbers(leaves: list[Any], dtype: DType, texts: Texts) -> Array:
    check(leaves, dtype, TAGS)
    return convert(leaves, dtype, texts, TAGS)


def _complexes(leaves: list[Any], dtype: DType, texts: Callable[[], Any]) -> Array:
    _check(leaves, dtype, {dict})

    def parts(leaves: list[Any]) -> list[Any]:
        return flat([leaf["__complex__"] for leaf in leaves], (len(leaves), 2))

    try:
        return _numbers(parts(leaves), np.empty(0, dtype).real.dtype, lambda: parts(texts())).view(dtype)
    except NotArray as reason:
        raise NotArray(str(reason), (reason.index or 0) // 2) from None


def _times(leaves: list[Any], dtype: DType, _texts: Texts) -> Array:
    _check(leaves, dtype, {int, dict, _NULL})
    # json-tricks has what ndarray.tolist() returns: a datetime or timedelta if there is one for the value, else ticks.
    builtins = iter(_ticks([_builtin(leaf) for leaf in leaves if type(leaf) is dict], dtype))
    ticks = [_NAT if leaf is None else next(builtins) if type(leaf) is dict else leaf for leaf in leaves]
    return _numbers(ticks, np.dtype(np.int64), lambda: None).astype(dtype.str[0] + "i8").view(dtype)


def _ticks(builtins: list[Any], dtype: DType) -> list[int]:
    moments = np.array(builtins, f"{dtype.kind}8[us]")
    values = moments.astype(dtype.newbyteorder("="))
    if (values.astype(moments.dtype).view(np.int64) != moments.view(np.int64)).any():
        raise ValueError(f"a time is not exact in {dtype}")
    ticks: list[int] = values.view(np.int64).tolist()
    return ticks


def _builtin(leaf: Any) -> Any:
    """Read the object that json-tricks writes for a datetime or a timedelta."""
    fields = {name: number for name, number in leaf.items() if not name.startswith("__")}
    if "__timedelta__" in leaf:
        return datetime.timedelta(**fields)
    if "__date__" in leaf:
        return datetime.date(**fields)
    if "__datetime__" not in leaf or "tzinfo" in leaf:
        raise ValueError("an element is not a time without time zone")
    return datetime.datetime(**fields)


def _strings(leaves: list[Any], dtype: DType, _texts: Texts) -> Array:
    _check(leaves, dtype, {str})
    return _padded(leaves, dtype, 4)


def _numpy_strings(leaves: list[Any], dtype: Any, _texts: Texts) -> Array:
    _check(leaves, dtype, {str, _NULL} if hasattr(dtype, "na_object") else {str})
    return np.array([dtype.na_object if leaf is None else leaf for leaf in leaves], dtype)


def _bytes(leaves: list[Any], dtype: DType, _texts: Texts) -> Array:
    _check(leaves, dtype, {dict})
    return _padded([_byte_string(leaf) for leaf in leaves], dtype, 1)


def _byte_string(leaf: Any) -> bytes:
    text = leaf.get("__bytes_utf8__")
    if type(text) is str:
        return text.encode()
    text = leaf.get("__bytes_b64__")
    if type(text) is not str:
        raise ValueError("an element is not bytes")
    return decode(text.encode())


def _padded(leaves: list[Any], dtype: DType, width: int) -> Array:
    if leaves and max(map(len, leaves)) * width > dtype.itemsize:
        raise ValueError(f"an element is longer than {dtype}")
    # For a dtype without characters, numpy.array would make elements of one.
    return np.array(leaves, dtype) if dtype.itemsize else np.ndarray(len(leaves), dtype)


def _others(leaves: list[Any], dtype: DType, texts: Callable[[], Any]) -> Array:
    if dtype.names is None:
        return _bytes(leaves, dtype, texts)
    rows = len(leaves)
    flat(leaves, (rows, len(dtype.names)))
    records = np.zeros(rows, dtype)
    for index, name in enumerate(dtype.names):
        base, shape = dtype[name].subdtype or (dtype[name], ())
        column = itemgetter(index)
        records[name] = array([*map(column, leaves)], (rows, *shape), base, partial(_column, texts, column))
    return records


def _column(texts: Callable[[], Any], column: Callable[[Any], Any]) -> list[Any]:
    return [*map(column, texts())]


_VALUES: Final[dict[str, Callable[[list[Any], Any, Callable[[], Any]], Array]]] = {
    "b": _numbers,
    "i": _numbers,
    "u": _numbers,
    "f": _numbers,
    "c": _complexes,
    "M": _times,
    "m": _times,
    "U": _strings,
    "T": _numpy_strings,
    "S": _bytes,
    "V": _others,
}
