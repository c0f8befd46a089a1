"""`common`: one default for what people convert most."""

from __future__ import annotations

import io
from base64 import b64encode
from collections import UserList, UserString, deque
from collections.abc import Callable, Iterator, Mapping, MappingView, Set
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from os import PathLike, fsdecode
from typing import Any, Final

import numpy as np
from orjson import Fragment, JSONEncodeError

from fastnpjson._arrays.floats import complex_pairs
from fastnpjson._arrays.times import duration_text
from fastnpjson._documents.array_likes import read
from fastnpjson._documents.frames import is_frame, records

Convert = Callable[[Any], Any]

# Classes that are named, so that nothing is imported. Of pandas, its dtypes too.
_TEXTS: Final = frozenset({"torch.device", "torch.dtype", "pandas.Period", "pandas.Interval"})
# Tried in this order on objects, never on classes. `to_json` returns text in most packages.
_PROTOCOLS: Final = ("__json__", "for_json", "to_dict")
_TICKS: Final = timedelta(microseconds=1)


class Common:
    """A default for what people convert most.

    Args:
        default: Asked for what is not common; `None` to decline it.
    """

    __slots__ = ("_default",)

    def __init__(self, default: Convert | None = None) -> None:
        self._default = default

    def __call__(self, obj: Any, /) -> Any:
        """Turn an object into one that `fastnpjson.dumps` writes.

        Args:
            obj: What neither orjson nor fastnpjson knows.

        Returns:
            Builtins, arrays and fragments.

        Raises:
            JSONEncodeError: it is not common; it is a `TypeError`, by which a default declines.
        """
        convert = converter_of(type(obj))
        if convert is not None:
            return convert(obj)
        if self._default is None:
            return read(obj)
        if self._default is str or self._default is repr:
            # Either has a text for everything, of an array only its first numbers.
            with suppress(JSONEncodeError):
                return read(obj)
        return self._default(obj)

    def using(self, default: Convert, /) -> Common:
        """Return a default that asks another one for what is not common.

        Args:
            default: As for `fastnpjson.dumps`; often `str`.

        >>> import re, fastnpjson
        >>> fastnpjson.dumps([{3}, re.compile("a")], default=fastnpjson.common.using(str))
        b'[[3],"re.compile(\\'a\\')"]'
        """
        return Common(default)

    def __repr__(self) -> str:
        return "fastnpjson.common" + ("" if self._default is None else f".using({self._default!r})")

    def __reduce__(self) -> str | tuple[Any, ...]:
        return "common" if self._default is None else (Common, (self._default,))


common: Final = Common()


@lru_cache(maxsize=1024)
def converter_of(kind: type) -> Convert | None:
    """Return what converts objects of a class; `None` for one that is not common."""
    for types, convert in _BY_TYPE:
        if issubclass(kind, types):
            return convert
    package = kind.__module__.partition(".")[0]
    if f"{package}.{kind.__name__}" in _TEXTS or (package == "pandas" and kind.__name__.endswith("Dtype")):
        return str
    if is_frame(kind):
        return records
    for name, convert in _BY_ATTRIBUTE.items():
        if hasattr(kind, name):
            return convert
    if package == "torch" and hasattr(kind, "detach"):
        return _tensor
    if package == "cupy" and hasattr(kind, "get"):
        return _read_copy
    name = next((name for name in _PROTOCOLS if callable(getattr(kind, name, None))), None)
    if name is None:
        return _from_device if hasattr(kind, "__dlpack__") and not hasattr(kind, "__array__") else None
    return _by_protocol(name)


def _by_protocol(name: str) -> Convert:
    def convert(obj: Any) -> Any:
        # Columns of tables have a dict, too.
        try:
            return read(obj)
        except JSONEncodeError:
            return getattr(obj, name)()

    return convert


def _decline(obj: Any) -> Any:
    raise JSONEncodeError(f"{type(obj).__qualname__} is not JSON serializable")


def _array(array: Any) -> Any:
    """Return pairs for complex numbers; other arrays are not common, such as those with units."""
    return (
        complex_pairs(np.asarray(array)) if array.dtype.kind == "c" and type(array) is np.ndarray else _decline(array)
    )


def _decimal(number: Decimal) -> Any:
    return Fragment(str(number).encode()) if number.is_finite() else float(number)


def _fraction(number: Fraction) -> Any:
    """Return all digits if they end, else the nearest float."""
    factors = number.denominator
    for prime in (2, 5):
        while factors % prime == 0:
            factors //= prime
    if factors != 1:
        return float(number)
    digits = number.denominator.bit_length()  # a half, a fourth, an eighth have so many at most
    scaled = int(number * 10**digits)
    return Fragment(f"{Decimal(scaled).scaleb(-digits):f}".rstrip("0").rstrip(".").encode())


def _duration(duration: timedelta) -> Any:
    # Of pandas, with nanoseconds.
    return duration.to_timedelta64() if hasattr(duration, "to_timedelta64") else duration_text(duration // _TICKS, "us")


def _bytes(encoded: Any) -> str:
    """Return text if the bytes are UTF-8, else base64 (RFC 4648)."""
    try:
        return bytes(encoded).decode()
    except UnicodeDecodeError:
        return b64encode(encoded).decode()


def _buffer(view: memoryview) -> Any:
    try:
        return read(view)
    except JSONEncodeError:
        return _bytes(view)


def _attrs(obj: Any) -> dict[str, Any]:
    return {field.name: getattr(obj, field.name) for field in type(obj).__attrs_attrs__}


def _struct(obj: Any) -> dict[str, Any]:
    """Return the fields of a Struct of msgspec, with its tag, under the names that msgspec gives them."""
    config = obj.__struct_config__
    tag = {} if config.tag is None else {config.tag_field: config.tag}
    members = zip(obj.__struct_encode_fields__, obj.__struct_fields__, strict=True)
    return tag | {name: getattr(obj, field) for name, field in members}


def _tensor(tensor: Any) -> Any:
    """Return the numbers of a tensor of PyTorch, from whatever device."""
    return read(tensor.detach().resolve_conj().resolve_neg().cpu())


def _read_copy(array: Any) -> Any:
    return array.get()


def _from_device(array: Any) -> Any:
    """Copy an array from its device: https://data-apis.org/array-api/latest/purpose_and_scope.html"""
    try:
        return read(array)
    except JSONEncodeError:
        return np.from_dlpack(array, device="cpu", copy=True)


_BY_TYPE: Final[tuple[tuple[tuple[type, ...], Convert], ...]] = (
    ((np.complexfloating, complex), lambda number: [number.real, number.imag]),
    ((np.void,), lambda void: _bytes(void.tobytes()) if void.dtype.names is None else _decline(void)),
    ((np.ndarray,), _array),
    ((np.generic, io.IOBase), _decline),
    ((tuple, Set, deque, range, UserList, MappingView), list),
    ((Mapping,), dict),
    ((PathLike,), fsdecode),
    ((Decimal,), _decimal),
    ((Fraction,), _fraction),
    ((timedelta,), _duration),
    ((bytes, bytearray), _bytes),
    ((memoryview,), _buffer),
    ((np.dtype, UserString), str),
    ((type,), lambda kind: kind.__name__),
    ((Iterator,), list),
)
_BY_ATTRIBUTE: Final[dict[str, Convert]] = {
    "__attrs_attrs__": _attrs,
    "__struct_fields__": _struct,
    "model_dump": lambda model: model.model_dump(),
}
