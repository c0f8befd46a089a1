"""The conversions of `common`, by class, by attribute and by protocol."""

from __future__ import annotations

import io
import sys
from base64 import b64encode
from collections import UserList, UserString, deque
from collections.abc import Callable, Iterator, Mapping, MappingView, Set
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from os import PathLike, fsdecode
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy import ma
from orjson import Fragment, JSONEncodeError

from fastnpjson._arrays.dtypes import is_numpy_array
from fastnpjson._arrays.floats import complex_pairs
from fastnpjson._arrays.style import Style
from fastnpjson._arrays.times import duration_text
from fastnpjson._arrays.write import write
from fastnpjson._documents.advice import message
from fastnpjson._documents.array_likes import is_arrow, read
from fastnpjson._documents.convert import UNKNOWN, converter
from fastnpjson._documents.frames import arrow_records, is_frame, records
from fastnpjson._patch import json, orjson
from fastnpjson._reading.exact import exact_loads

Convert = Callable[[Any], Any]

# Classes that are named, so that nothing is imported.
_TEXTS: Final = frozenset({"torch.device", "torch.dtype", "pandas.Period", "pandas.Interval"})
# The packages whose dtypes are text; of polars most are classes.
_TABLES: Final = frozenset({"pandas", "polars", "pyarrow"})
# Tried in this order on objects, never on classes. `to_json` returns text in most packages.
_PROTOCOLS: Final = ("__json__", "for_json", "to_dict")
_TICKS: Final = timedelta(microseconds=1)
# DLPack's number of the device, and which of them.
_CPU: Final = (1, 0)


def find_converter(kind: type) -> Convert | None:
    """Return what converts objects of a class; `None` for one that is not common."""
    package = str(kind.__module__).partition(".")[0]
    if package == "xarray" and hasattr(kind, "to_dict"):  # a Dataset is a Mapping, too
        return lambda obj: obj.to_dict(data="array")
    for types, convert in _BY_TYPE:
        if issubclass(kind, types):
            return convert
    if f"{package}.{kind.__name__}" in _TEXTS or (package in _TABLES and _is_dtype(kind)):
        return str
    if is_frame(kind):
        return records
    if is_arrow(kind):
        return arrow_records
    for name, convert in _BY_ATTRIBUTE.items():
        if hasattr(kind, name):
            return convert
    if package == "torch" and hasattr(kind, "detach"):
        return _tensor
    if package == "cupy" and hasattr(kind, "get"):
        return lambda array: array.get()
    protocol = next((name for name in _PROTOCOLS if callable(getattr(kind, name, None))), None)
    if protocol is not None:
        return _by_protocol(protocol)
    return _from_device if hasattr(kind, "__dlpack__") and not hasattr(kind, "__array__") else None


def _is_dtype(kind: type) -> bool:
    return any(base.__name__.endswith(("Dtype", "DataType")) for base in kind.__mro__)


def _by_protocol(name: str) -> Convert:
    def convert(obj: Any) -> Any:
        # Columns of tables have a dict, too.
        try:
            return read(obj)
        except JSONEncodeError:
            return getattr(obj, name)()

    return convert


def is_declined(convert: Convert) -> bool:
    """Tell whether a conversion is none."""
    return convert is _decline


def _decline(obj: Any) -> Any:
    raise JSONEncodeError(f"{type(obj).__qualname__} is not JSON serializable")


def _numpy(obj: Any) -> Any:
    """Return what `dumps` has no JSON for as pairs or text; builtins for `json`, which asks about all of NumPy."""
    if isinstance(obj, np.ndarray) and not is_numpy_array(type(obj)):
        return read(obj)  # asked about first, for it may mean more than its numbers
    array = np.asanyarray(obj)
    if array.dtype.names is not None or array.dtype.kind not in "cV":
        return _builtins(obj)
    if array.dtype.kind == "V":
        return array.tolist()
    pairs = complex_pairs(np.asarray(array)).reshape(*array.shape, 2)
    mask = ma.getmask(array)
    if mask is ma.nomask:
        return pairs
    values: list[Any] = list(pairs.reshape(-1, 2))
    for index in np.flatnonzero(mask).tolist():
        values[index] = None
    elements = np.empty(len(values), object)
    elements[:] = values
    return elements.reshape(array.shape)


def _builtins(obj: Any) -> Any:
    """Return what `json` takes for NumPy data."""
    try:
        text, builtins = write(obj, Style())
        return builtins if text is None else exact_loads(text)
    except (TypeError, ValueError) as error:
        reason = str(error) or "Type is not JSON serializable"
        raise JSONEncodeError(message(None, obj, reason)) from None


def _decimal(number: Decimal) -> Any:
    if number.is_finite():
        return Fragment(str(number).encode())
    return float("nan") if number.is_nan() else float(number)


def _fraction(number: Fraction) -> Any:
    """Return all digits if they end, else the nearest float."""
    places, power = 0, 1
    while power % number.denominator and places < number.denominator.bit_length():
        places, power = places + 1, power * 10
    if power % number.denominator:
        try:
            return float(number)
        except OverflowError as error:
            raise JSONEncodeError(f"Fraction beyond the floats: {error}") from None
    sign, digits, _ = Decimal(number.numerator * (power // number.denominator)).as_tuple()
    return Fragment(f"{Decimal((sign, digits, -places)):f}".encode())


def _duration(duration: timedelta) -> Any:
    # A pandas.Timedelta has nanoseconds.
    return duration.to_timedelta64() if hasattr(duration, "to_timedelta64") else duration_text(duration // _TICKS, "us")


def _bytes(encoded: bytes | bytearray) -> str:
    """Return text if the bytes are UTF-8, else base64 (RFC 4648)."""
    try:
        return encoded.decode()
    except UnicodeDecodeError:
        return b64encode(encoded).decode()


def _buffer(view: memoryview) -> Any:
    try:
        return read(view)
    except JSONEncodeError:
        return _bytes(bytes(view))


def _moment(moment: datetime) -> Any:
    """Return the text that `dumps` writes: `json` asks its default about dates."""
    known = converter(Style())(moment)
    return _decline(moment) if known is UNKNOWN else orjson.loads(orjson.dumps(known))


def _dataclass(obj: Any) -> dict[str, Any]:
    """Return the fields that orjson writes."""
    return {field.name: getattr(obj, field.name) for field in fields(obj) if not field.name.startswith("_")}


def _attrs(obj: Any) -> dict[str, Any]:
    return {field.name: getattr(obj, field.name) for field in type(obj).__attrs_attrs__}


def _struct(obj: Any) -> dict[str, Any]:
    """Return the fields of a Struct of msgspec, with its tag, under the names that msgspec gives them."""
    config = obj.__struct_config__
    tag = {} if config.tag is None else {config.tag_field: config.tag}
    members = zip(obj.__struct_encode_fields__, obj.__struct_fields__, strict=True)
    values = tag | {name: getattr(obj, field) for name, field in members}
    unset = sys.modules["msgspec"].UNSET
    return {name: value for name, value in values.items() if value is not unset}


def _tensor(tensor: Any) -> Any:
    """Return the numbers of a tensor of PyTorch, from whatever device."""
    return read(tensor.detach().resolve_conj().resolve_neg().cpu())


class _Copied:
    """An array that comes to the host when NumPy asks for it; from NumPy 2.1 on it could say so by itself."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __dlpack_device__(self) -> tuple[int, int]:
        return _CPU

    def __dlpack__(self, **_wishes: Any) -> Any:
        return self._array.__dlpack__(dl_device=_CPU, copy=True)


def _from_device(array: Any) -> Any:
    """Copy an array from its device, which DLPack does by https://data-apis.org/array-api/latest/API_specification/."""
    try:
        return read(array)
    except JSONEncodeError:
        return np.from_dlpack(_Copied(array))


_BY_TYPE: Final[tuple[tuple[tuple[type, ...], Convert], ...]] = (
    ((np.complexfloating, complex), lambda number: [number.real, number.imag]),
    ((np.void,), lambda void: _bytes(void.tobytes()) if void.dtype.names is None else _builtins(void)),
    ((np.ndarray, np.generic), _numpy),
    ((io.IOBase,), _decline),
    ((Fragment,), lambda fragment: json.loads(orjson.dumps(fragment))),  # for json
    ((Enum,), lambda member: member.value),
    ((str,), str.__str__),
    ((int,), int.__int__),
    ((float,), float.__float__),
    ((list, tuple, Set, deque, range, UserList, MappingView), list),
    ((Mapping,), dict),
    ((PurePath,), str),
    ((PathLike,), fsdecode),
    ((Decimal,), _decimal),
    ((Fraction,), _fraction),
    ((timedelta,), _duration),
    ((datetime,), _moment),
    ((date,), date.isoformat),
    ((time,), time.isoformat),
    ((UUID, np.dtype, UserString), str),
    ((bytes, bytearray), _bytes),
    ((memoryview,), _buffer),
    ((type,), lambda kind: kind.__name__),
    ((Iterator,), list),
)
_BY_ATTRIBUTE: Final[dict[str, Convert]] = {
    "__attrs_attrs__": _attrs,
    "__struct_fields__": _struct,
    "model_dump": lambda model: model.model_dump(),
    "__dataclass_fields__": _dataclass,
}
