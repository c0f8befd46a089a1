"""The validation of a field: an array of lists, of a tag or of an array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydantic_core import PydanticCustomError

from fastnpjson import roundtrip
from fastnpjson._arrays.dtypes import NUMPY_TYPES, is_numpy_type
from fastnpjson._documents.array_likes import read
from fastnpjson._patch import orjson
from fastnpjson._reading.budget import WASTE, Budget
from fastnpjson._reading.values import FIELDS, FINITE_FIELDS
from fastnpjson.pydantic.elements import array_of
from fastnpjson.pydantic.errors import refused
from fastnpjson.pydantic.exact import cast
from fastnpjson.pydantic.read import as_of_lists, take
from fastnpjson.pydantic.schema import KINDS
from fastnpjson.pydantic.shape import with_shape

if TYPE_CHECKING:
    from pydantic import ValidationInfo

    from fastnpjson._arrays.dtypes import Array
    from fastnpjson.pydantic.schema import Shape


# In bytes: what the array of a tag may take, beside a multiple of the tag. There may be many fields in a body.
_FLOOR: Final = 2**12
_WAY_OUT: Final = f"a field may take {_FLOOR} and {WASTE} for each byte of its tag"


def validate(dtype: np.dtype[Any] | None, shape: Shape, base64: bool, value: Any, info: ValidationInfo) -> Array:
    """Return the array of a field.

    Raises:
        PydanticCustomError: it is not an array, or has another dtype or shape.
        ValidationError: an element of it has no place in the dtype; has the indices of the element.
    """
    allow_nan = (info.config or {}).get("allow_inf_nan", True)
    policy = FIELDS if allow_nan else FINITE_FIELDS
    if base64 and isinstance(value, dict):
        value = _read_tag(value, dtype)
    if (cut := take(value)) is not None:
        array = as_of_lists(cut, dtype)
    elif isinstance(value, NUMPY_TYPES) and type(value := _numbers(value)) is not list:
        array = _plain(value)
        array = array_of(array.tolist(), dtype, policy) if array.dtype.hasobject else cast(array, dtype)
    elif isinstance(value, (list, tuple, int, float, str)) or (value is None and shape == ()):
        array = array_of(value, dtype, policy)
    else:
        forms = "a list, an array or a tag" if base64 else "a list or an array"
        raise PydanticCustomError("array_type", "Input should be {forms}", {"forms": forms})
    array = with_shape(array, shape, info.field_name)
    if not allow_nan and array.dtype.kind == "f" and not (finite := np.isfinite(array)).all():
        raise refused(finite, array, "finite_number")
    return array


def _read_tag(tag: dict[str, Any], dtype: np.dtype[Any] | None) -> Any:
    """Read a tag, as long as neither it nor the array of the field takes much more memory than its text."""
    try:
        text = orjson.dumps(tag)
        limit = _FLOOR + WASTE * len(text)
        value = roundtrip.read(text, Budget(limit, _WAY_OUT))
        if dtype is not None:
            Budget(limit, _WAY_OUT).charge(np.shape(value), dtype)
    except (TypeError, ValueError) as error:
        raise PydanticCustomError("array_tag", "{reason}", {"reason": str(error)}) from None
    return value


def _numbers(value: Any) -> Any:
    """Return the array, or the list, that an array stands for if its class is of another package."""
    if is_numpy_type(type(value)):
        return value
    try:
        return read(value)
    except TypeError as error:
        reason = f"{type(value).__name__} has more than numbers: {error}"
        raise PydanticCustomError("array_type", "{reason}", {"reason": reason}) from None


def _plain(value: Any) -> Array:
    array = np.asarray(value)
    if array.dtype.kind not in {*KINDS, "O"} or (array.dtype.kind == "f" and array.dtype.itemsize > 8):
        message = "Array should have booleans, integers, floats up to float64 or strings, not {dtype}"
        raise PydanticCustomError("array_dtype", message, {"dtype": array.dtype.name})
    if np.ma.is_masked(value):  # which cannot be told of fields
        raise PydanticCustomError("array_masked", "Array should have no masked values: fill them, as by filled(0)")
    return array
