"""Objects of other packages that are arrays: tensors, columns of tables, buffers of numbers, subclasses of ndarray.

They are known by protocol, and by the module of their class. Nothing is imported but pyarrow, for what is Arrow alone.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy import ma
from orjson import JSONEncodeError

from fastnpjson._arrays.dtypes import is_numpy_array, is_numpy_type
from fastnpjson._documents.advice import may_lose_units, package_of
from fastnpjson._excerpt import excerpt
from fastnpjson._patch import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

# struct's codes for numbers, without those that also stand for bytes.
_NUMBERS: Final = frozenset("bhHiIlLqQnNefd?")
# The modules whose buffers of this code are numbers all the same.
_WITHOUT_BYTES: Final = frozenset({"array", "_ctypes"})
# DLPack's numbers of the devices whose memory is the host's: kDLCPU, and pinned by CUDA and ROCm.
_HOSTS: Final = frozenset({1, 3, 11})
# https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html
_ARROW: Final = ("__arrow_c_array__", "__arrow_c_stream__")
_PROTOCOLS: Final = ("__array__", "__array_interface__", "__dlpack__", "__dataframe__", *_ARROW)
# The packages with readers of their own.
_TABLES: Final = frozenset({"pandas", "polars", "pyarrow"})


def read(obj: Any) -> Any:
    """Return the array that an object stands for; a list where NumPy would change the values, `None` for `pandas.NA`.

    Raises:
        JSONEncodeError: it stands for none, or its package does not give it away.
    """
    reader = _subclass if issubclass(type(obj), np.ndarray) else _READERS.get(package_of(obj), _by_protocol)
    array = ask_package(reader, obj)
    if array is NotImplemented:
        raise JSONEncodeError("Type is not JSON serializable")
    return array


def ask_package(reader: Callable[[Any], Any], obj: Any) -> Any:
    """Return what a reader makes of an object of another package.

    Raises:
        JSONEncodeError: the package raised an exception, which is the cause, or is missing.
    """
    try:
        return reader(obj)
    except MemoryError:
        raise
    except Exception as error:  # of other packages
        raise JSONEncodeError(f"{type(error).__name__}: {excerpt(error)}") from error


def may_be_array(obj: Any) -> bool:
    """Tell whether `read` has something to say about an object, be it an array or an error."""
    if any(hasattr(type(obj), name) for name in _PROTOCOLS) or package_of(obj) not in {None, "pydantic"}:
        return True
    try:
        memoryview(obj)
    except (TypeError, ValueError):
        return False
    return not isinstance(obj, bytes)


def _subclass(array: Any) -> Any:
    """Return what an array of a class that is not NumPy's stands for: if it has a `tolist` of its own, that says it."""
    kind = type(array)
    if is_numpy_array(kind):
        return NotImplemented
    plain: Any = np.asarray(array)
    if issubclass(kind, ma.MaskedArray):
        plain = ma.array(plain, mask=ma.getmask(array))
    if is_numpy_array(next(base for base in kind.__mro__ if "tolist" in vars(base))):
        return NotImplemented if may_lose_units(array) else plain
    values = array.tolist()
    if issubclass(type(values), np.ndarray):  # itself, or another one without end
        return NotImplemented
    return plain if _are_same(values, plain.tolist()) else values


def _are_same(values: Any, others: Any) -> bool:
    """Tell whether two lists have the same elements; the array itself has the digits and the units of its dtype."""
    with suppress(TypeError):
        text = orjson.dumps(values)
        return text == orjson.dumps(others) and (b"null" not in text or repr(values) == repr(others))
    return False


def _by_protocol(obj: Any) -> Any:
    kind = type(obj)
    if is_numpy_type(kind) or package_of(obj) or hasattr(kind, "__dataframe__"):
        return NotImplemented
    if is_arrow(kind) and not hasattr(kind, "columns"):
        try:
            column = arrow_column(obj)
            # A table could be columns or rows.
            return NotImplemented if sys.modules["pyarrow"].types.is_struct(column.type) else _pyarrow(column)
        except ImportError:
            if not hasattr(kind, "__array__"):
                raise
    if hasattr(kind, "__array__") or hasattr(kind, "__array_interface__"):
        array = np.asanyarray(obj)  # with its mask
        return NotImplemented if array.dtype.hasobject else array
    if hasattr(kind, "__dlpack__") and hasattr(kind, "__dlpack_device__"):
        return np.from_dlpack(obj) if obj.__dlpack_device__()[0] in _HOSTS else NotImplemented
    try:
        view = memoryview(obj)
    except TypeError:
        return NotImplemented
    code = view.format.lstrip("@=<>!")
    is_number = code in _NUMBERS or (code == "B" and any(base.__module__ in _WITHOUT_BYTES for base in kind.__mro__))
    return np.asarray(view) if is_number else NotImplemented


def is_arrow(kind: type) -> bool:
    """Tell whether objects of a class are columns or tables by Arrow alone, as those of DuckDB and nanoarrow are."""
    packages = {str(base.__module__).partition(".")[0] for base in kind.__mro__}
    return not packages & _TABLES and any(hasattr(kind, name) for name in _ARROW)


def arrow_column(obj: Any) -> Any:
    """Return a column of pyarrow, of structs for a table. It is imported, for nobody else reads each type of Arrow.

    Raises:
        ImportError: pyarrow is missing.
    """
    pyarrow = importlib.import_module("pyarrow")
    return pyarrow.array(obj) if hasattr(type(obj), _ARROW[0]) else pyarrow.chunked_array(obj)


def is_missing(obj: Any) -> bool:
    """Tell whether an object is ``pandas.NA``."""
    return type(obj).__name__ == "NAType" and package_of(obj) == "pandas"


def _pandas(obj: Any) -> Any:
    kind = type(obj)
    if is_missing(obj):
        return None
    if not (hasattr(kind, "to_numpy") and hasattr(kind, "isna")) or hasattr(kind, "columns"):
        return NotImplemented
    dtype = obj.dtype
    if isinstance(dtype, np.dtype):
        return obj.to_numpy()
    if hasattr(dtype, "pyarrow_dtype"):
        return _pyarrow(sys.modules["pyarrow"].array(obj))
    missing = np.asarray(obj.isna())
    if dtype.name == "category":
        if missing.all():
            return np.ma.masked_all(len(obj))
        categories: Any = _pandas(dtype.categories)
        return np.ma.array(categories.take(getattr(obj, "cat", obj).codes, mode="clip"), mask=missing)
    if dtype.kind in "iufb" and type(dtype.na_value).__name__ == "NAType":
        return np.ma.array(obj.to_numpy(dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0)), mask=missing)
    if getattr(dtype, "tz", None) is not None and (moments := _moments(getattr(obj, "dt", obj))) is not None:
        return moments
    sparse = hasattr(dtype, "fill_value")  # of which NumPy would make the default dtype of their numbers
    array: Any = np.array(obj, dtype.subtype if sparse else None)
    if array.dtype == object:
        array[missing] = None
    return array


def _moments(column: Any) -> list[Any] | None:
    """Return times of a time zone as builtins, in a sixth of the time; `None` if some have no builtin of their own."""
    clocks = column.tz_localize(None).to_numpy()
    try:
        rounded = clocks.astype("M8[us]")
    except OverflowError:  # of NumPy 2.4; others wrap around, and would compare two that did
        return None
    moments: list[Any] = rounded.tolist()
    kept = rounded.astype(clocks.dtype) == clocks
    if not set(map(type, moments)) <= {datetime, type(None)} or not (kept | np.isnat(clocks)).all():
        return None
    offsets = (clocks - column.tz_convert(None).to_numpy()).astype("m8[s]").tolist()
    zones = {offset: timezone(offset) for offset in set(offsets) if offset is not None}
    return [moment and moment.replace(tzinfo=zones[offset]) for moment, offset in zip(moments, offsets, strict=True)]


def _polars(obj: Any) -> Any:
    if not (hasattr(type(obj), "to_numpy") and hasattr(type(obj), "null_count")) or hasattr(type(obj), "columns"):
        return NotImplemented
    dtype = obj.dtype
    is_number = (dtype.is_integer() or dtype.is_float()) and not str(dtype).endswith("128")
    if is_number and obj.null_count():
        return np.ma.array(obj.fill_null(0).to_numpy(), mask=obj.is_null().to_numpy())
    is_date = str(dtype).startswith(("Datetime", "Duration")) and getattr(dtype, "time_zone", None) is None
    if is_number or is_date:
        return obj.to_numpy()
    values = obj.to_list()
    return _checked(values, not _may_be_cut(dtype) or type(obj)(values, dtype=dtype).equals(obj))


def _pyarrow(obj: Any) -> Any:
    if not hasattr(type(obj), "null_count") or hasattr(type(obj), "columns"):
        return NotImplemented
    types, dtype = sys.modules["pyarrow"].types, obj.type
    is_number = types.is_integer(dtype) or types.is_floating(dtype)
    if is_number and obj.null_count:
        return np.ma.array(np.asarray(obj.fill_null(0)), mask=np.asarray(obj.is_null()))
    is_date = types.is_duration(dtype) or (types.is_timestamp(dtype) and dtype.tz is None)
    if is_number or is_date:
        return np.asarray(obj)
    values, chunked = obj.to_pylist(), sys.modules["pyarrow"].chunked_array
    same = not _may_be_cut(dtype) or chunked([values], dtype).equals(chunked(getattr(obj, "chunks", [obj]), dtype))
    return _checked(values, same)


def _may_be_cut(dtype: Any) -> bool:
    """Tell whether there may be nanoseconds in a column, which the times of Python do not have."""
    return "ns" in str(dtype) or "Time" in str(dtype)


def _checked(values: list[Any], same: bool) -> list[Any]:
    if not same:
        raise ValueError("nanoseconds, which the times of Python do not have")
    return values


def _torch(obj: Any) -> Any:
    if not hasattr(type(obj), "__array__"):
        return NotImplemented
    # NumPy has neither; float32 has all their values.
    is_foreign = str(obj.dtype).startswith(("torch.bfloat16", "torch.float8"))
    return np.asarray(obj.float() if is_foreign else obj)


_READERS: Final[dict[str | None, Callable[[Any], Any]]] = {
    "pandas": _pandas,
    "polars": _polars,
    "pyarrow": _pyarrow,
    "torch": _torch,
}
