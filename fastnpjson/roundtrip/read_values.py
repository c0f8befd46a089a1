"""Arrays from the lists of values in text tags. Nothing is rounded, cut off or converted to another type."""

from __future__ import annotations

import datetime
import re
from itertools import chain, compress
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fastnpjson.roundtrip.base64 import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.dtypes import Array

    DType = np.dtype[Any]

_NAT: Final = np.iinfo(np.int64).min
_NULL: Final = type(None)
# A number of JSON (RFC 8259), or one of its words for what has no number.
_FLOAT: Final = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|Infinity)|NaN")


def array(data: Any, shape: tuple[int, ...], dtype: DType) -> Array:
    """Make an array from nested lists.

    Args:
        data: Nested lists, with as many levels as `shape` has lengths.
        shape: The shape of the lists and of the array.
        dtype: Any dtype but object.

    Raises:
        ValueError: the lists have another shape, or an element is not a value of the dtype.
    """
    return _VALUES[dtype.kind](flat(data, shape), dtype).reshape(shape)


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
        raise ValueError(f"element {index} is a {type(leaf).__name__}, and not of dtype {dtype}")


def _booleans(leaves: list[Any], dtype: DType) -> Array:
    _check(leaves, dtype, {bool})
    return np.array(leaves, dtype)


def _integers(leaves: list[Any], dtype: DType) -> Array:
    _check(leaves, dtype, {int})
    bounds = np.iinfo(dtype)
    if leaves and not bounds.min <= min(leaves) <= max(leaves) <= bounds.max:
        raise ValueError(f"an integer is out of the range of {dtype}")
    return np.array(leaves, dtype)


def _floats(leaves: list[Any], dtype: DType) -> Array:
    _check(leaves, dtype, {float, int, str, _NULL})
    for leaf in leaves:
        if type(leaf) is str and _FLOAT.fullmatch(leaf) is None:
            raise ValueError(f"{leaf[:40]!r} is not a number of JSON, NaN, Infinity or -Infinity")
    with np.errstate(over="ignore"):
        values = np.array(leaves, dtype if dtype.itemsize > 8 else np.float64).astype(dtype)
    infinite = np.isinf(values)
    # "Infinity" has an "n", a number in digits does not.
    if infinite.any() and any("n" not in str(leaf) for leaf in compress(leaves, infinite)):
        raise ValueError(f"a number is out of the range of {dtype}")
    return values


def _complexes(leaves: list[Any], dtype: DType) -> Array:
    _check(leaves, dtype, {dict})
    pairs = flat([leaf["__complex__"] for leaf in leaves], (len(leaves), 2))
    return _floats(pairs, np.empty(0, dtype).real.dtype).view(dtype)


def _times(leaves: list[Any], dtype: DType) -> Array:
    _check(leaves, dtype, {int, dict, _NULL})
    # json-tricks has what ndarray.tolist() returns: a datetime or timedelta if there is one for the value, else ticks.
    builtins = iter(_ticks([_builtin(leaf) for leaf in leaves if type(leaf) is dict], dtype))
    ticks = [_NAT if leaf is None else next(builtins) if type(leaf) is dict else leaf for leaf in leaves]
    return _integers(ticks, np.dtype(np.int64)).astype(dtype.str[0] + "i8").view(dtype)


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


def _strings(leaves: list[Any], dtype: DType) -> Array:
    _check(leaves, dtype, {str})
    return _padded(leaves, dtype, 4)


def _numpy_strings(leaves: list[Any], dtype: Any) -> Array:
    _check(leaves, dtype, {str, _NULL} if hasattr(dtype, "na_object") else {str})
    return np.array([dtype.na_object if leaf is None else leaf for leaf in leaves], dtype)


def _bytes(leaves: list[Any], dtype: DType) -> Array:
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


def _others(leaves: list[Any], dtype: DType) -> Array:
    if dtype.names is None:
        return _bytes(leaves, dtype)
    rows = len(leaves)
    flat(leaves, (rows, len(dtype.names)))
    records = np.zeros(rows, dtype)
    for index, name in enumerate(dtype.names):
        base, shape = dtype[name].subdtype or (dtype[name], ())
        records[name] = array([leaf[index] for leaf in leaves], (rows, *shape), base)
    return records


_VALUES: Final[dict[str, Callable[[list[Any], Any], Array]]] = {
    "b": _booleans,
    "i": _integers,
    "u": _integers,
    "f": _floats,
    "c": _complexes,
    "M": _times,
    "m": _times,
    "U": _strings,
    "T": _numpy_strings,
    "S": _bytes,
    "V": _others,
}
