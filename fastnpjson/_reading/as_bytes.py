"""Arrays of base64: of a string, or of the object that plotly.js takes in the place of a list."""

from __future__ import annotations

import math
from base64 import b64decode
from typing import Any, Final

import numpy as np

from fastnpjson._reading.budget import vet_empty
from fastnpjson._reading.errors import NotArray
from fastnpjson._reading.paths import is_foreign_float

Array = np.ndarray[Any, Any]
DType = np.dtype[Any]

_WIDEST: Final = 8
# Dimensions of NumPy 1.
_MOST: Final = 32
# Beyond all lengths. Python writes no product of integers of thousands of digits in an error.
_LENGTHS: Final = 10**20
# https://github.com/plotly/plotly.js/blob/master/src/lib/array.js has these names, and others for NumPy's other dtypes.
_CODES: Final = frozenset({"i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8"})
_DATATYPES: Final = {"b": "BOOL", "u": "UINT{}", "i": "INT{}", "f": "FP{}"}
_MEMBERS: Final = [{"dtype", "bdata"}, {"dtype", "bdata", "shape"}]


def array_of_bytes(value: Any, dtype: DType) -> Array | None:
    """Return the array of a value that is base64, or has it; `None` for any other.

    Raises:
        NotArray: it is not one of the dtype.

    >>> array_of_bytes({"dtype": "i2", "bdata": "AQACAA==", "shape": "2, 1"}, np.dtype("i4")).tolist()
    [[1], [2]]
    """
    if not takes_base64(dtype):
        return None
    if type(value) is dict and value.keys() in _MEMBERS:
        return _from_object(value, dtype)
    return _from_base64(value, dtype) if type(value) is str else None


def takes_base64(dtype: DType) -> bool:
    """Tell whether base64 is read as arrays of a dtype."""
    return is_foreign_float(dtype) or (dtype.kind in "biuf" and dtype.itemsize <= _WIDEST)


def datatype_of(dtype: DType) -> str | None:
    """Return the name of a dtype in the protocol of inference servers, https://github.com/kserve/open-inference-protocol.

    >>> datatype_of(np.dtype(">f4")), datatype_of(np.dtype(bool)), datatype_of(np.dtype("m8[s]"))
    ('FP32', 'BOOL', None)
    """
    if dtype.name == "bfloat16":
        return "BF16"
    if is_foreign_float(dtype) or not takes_base64(dtype):
        return None
    return _DATATYPES[dtype.kind].format(8 * dtype.itemsize)


def _from_base64(text: str, dtype: DType) -> Array:
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        data = b""
    if not data or len(data) % dtype.itemsize:
        raise NotArray(f"a string is not a list, and this one not base64 of {dtype}")
    if dtype.kind == "b" and max(data) > 1:
        raise NotArray("a byte of a boolean is 0 or 1, and here is another")
    return np.frombuffer(data, dtype.newbyteorder("<")).astype(dtype)


def _from_object(value: dict[str, Any], dtype: DType) -> Array:
    code, text = value["dtype"], value["bdata"]
    if type(code) is not str or code not in _CODES or type(text) is not str:
        raise NotArray(f"an object with bdata has one of the dtypes {', '.join(sorted(_CODES))}, and base64")
    array = _from_base64(text, np.dtype(code)) if text else np.empty(0, code)
    if not _is_exact(array, dtype):
        raise NotArray(f"an array of {array.dtype} may not be exact in {dtype}")
    shape = shape_of(value.get("shape", [array.size]))
    if math.prod(shape) != array.size:
        raise NotArray(f"{array.size} elements, and the shape {shape} has {math.prod(shape)}")
    with np.errstate(over="ignore"):
        return array.reshape(shape).astype(dtype)


def _is_exact(array: Array, dtype: DType) -> bool:
    """Tell whether a dtype holds the elements of an array; floats are rounded once."""
    kind = array.dtype.kind
    if not array.size:
        return True
    if kind in "iu" and dtype.kind in "iu":
        bounds = np.iinfo(dtype)
        return bool(bounds.min <= array.min() <= array.max() <= bounds.max)
    # The cast to a float of ml_dtypes rounds to float32 before.
    is_rounded_once = kind == dtype.kind == "f" and not is_foreign_float(dtype)
    return np.can_cast(array.dtype, dtype, "same_kind" if is_rounded_once else "safe")


def shape_of(lengths: Any) -> tuple[int, ...]:
    """Return a shape of a list of lengths, as tensors of inference servers have, or of what plotly.js takes for one.

    Raises:
        NotArray: it is neither.

    >>> shape_of([2, 3]), shape_of("2, 3"), shape_of(6)
    ((2, 3), (2, 3), (6,))
    """
    shape = lengths
    if type(lengths) is str:
        texts = [text.strip() for text in lengths.split(",", _MOST)]
        shape = [int(text) if text.isascii() and text.isdecimal() and len(text) <= 20 else -1 for text in texts]
    elif type(lengths) is int:
        shape = [lengths]
    is_list = type(shape) is list and len(shape) <= _MOST
    if not is_list or not all(type(size) is int and 0 <= size < _LENGTHS for size in shape):
        raise NotArray("its shape is no list of lengths, nor a string of them, such as '2, 3'")
    vet_empty(tuple(shape))
    return tuple(shape)
