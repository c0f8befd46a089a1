"""Objects of other packages that are arrays: tensors, columns of tables, buffers of numbers.

They are known by protocol, and by the module of their class. Nothing is imported.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from orjson import JSONEncodeError

from fastnpjson._documents.advice import package_of, way_out
from fastnpjson._documents.convert import NUMPY_TYPES
from fastnpjson._excerpt import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable

# struct's codes for numbers, without those that also stand for bytes.
_NUMBERS: Final = frozenset("bhHiIlLqQnNefd?")
# The modules whose buffers of this code are numbers all the same.
_WITHOUT_BYTES: Final = frozenset({"array", "_ctypes"})
# DLPack's numbers of the devices whose memory is the host's: kDLCPU, and pinned by CUDA and ROCm.
_HOSTS: Final = frozenset({1, 3, 11})


def read(obj: Any) -> Any:
    """Return the array that an object stands for; a list where NumPy would change the values, `None` for `pandas.NA`.

    Raises:
        JSONEncodeError: it stands for none, or its package does not give it away.
    """
    try:
        array = _READERS.get(package_of(obj), _by_protocol)(obj)
    except MemoryError:
        raise
    except Exception as error:  # of other packages
        raise JSONEncodeError(f"{type(error).__name__}: {excerpt(error)}; {way_out(obj)}") from error
    if array is NotImplemented:
        raise JSONEncodeError(f"Type is not JSON serializable; {way_out(obj)}")
    return array


def _by_protocol(obj: Any) -> Any:
    kind = type(obj)
    if issubclass(kind, NUMPY_TYPES) or package_of(obj) or hasattr(kind, "__dataframe__"):
        return NotImplemented
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


def _pandas(obj: Any) -> Any:
    kind = type(obj)
    if kind.__name__ == "NAType":
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
    array: Any = np.array(obj)
    if array.dtype == object:
        array[missing] = None
    return array


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
    # NumPy has no bfloat16; float32 has all its values.
    return np.asarray(obj.float() if str(obj.dtype) == "torch.bfloat16" else obj)


_READERS: Final[dict[str | None, Callable[[Any], Any]]] = {
    "pandas": _pandas,
    "polars": _polars,
    "pyarrow": _pyarrow,
    "torch": _torch,
}
