"""Lists of numbers, as JSON has them, to arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydantic_core import PydanticCustomError

from fastnpjson._reading.errors import NotArray
from fastnpjson._reading.values import check, convert, dtype_for
from fastnpjson.pydantic.digits import lost_digits
from fastnpjson.pydantic.errors import inexact, refused_at

if TYPE_CHECKING:
    from fastnpjson._arrays.dtypes import Array
    from fastnpjson._reading.values import Policy

_EXPECTED: Final = {
    "b": "bool_type",
    "i": "int_type",
    "u": "int_type",
    "f": "float_type",
    "U": "string_type",
}
_BUILTINS: Final = {int, float, str, bool, type(None)}
_PADDED: Final = "Strings should not be so much shorter than the longest, to which NumPy pads them: {reason}"


def array_of(value: Any, dtype: np.dtype[Any] | None, policy: Policy) -> Array:
    """Make an array of lists or of a scalar.

    Args:
        value: What JSON has, or NumPy scalars in the place of numbers.
        dtype: Of the array; the one that holds the values by default.
        policy: What stands for elements.

    Raises:
        PydanticCustomError: the lists differ in length or in depth.
        ValidationError: an element is of another type, or has no place in the dtype.
    """
    try:
        objects = np.array(value, object)
    except ValueError:
        raise _ragged() from None
    leaves = objects.ravel().tolist()
    types = set(map(type, leaves))
    if types & {list, tuple, np.ndarray}:
        raise _ragged()
    if not types <= _BUILTINS:
        leaves = [leaf.item() if isinstance(leaf, np.generic) else leaf for leaf in leaves]
    # Without a dtype the words are those of floats where there is something else, and strings where there is not.
    dtype = dtype or dtype_for(leaves) or np.dtype(np.float64)
    try:
        check(leaves, dtype, policy)
        return convert(leaves, dtype, lost_digits, policy).reshape(objects.shape)
    except NotArray as error:
        reason = error
    raise _error(reason, leaves, objects.shape, dtype)


def _error(reason: NotArray, leaves: list[Any], shape: tuple[int, ...], dtype: np.dtype[Any]) -> Exception:
    """Return the error of pydantic for a reason."""
    if reason.fault == "padding":
        return PydanticCustomError("array_padding", _PADDED, {"reason": str(reason)})
    error: PydanticCustomError | str = _EXPECTED[dtype.kind]
    if reason.fault == "fraction":
        error = "int_from_float"
    elif reason.dtype is not None:
        error = inexact(reason.dtype)
    return refused_at(reason.steps(shape), leaves[reason.index or 0], error)


def _ragged() -> PydanticCustomError:
    return PydanticCustomError("array_ragged", "Lists of an array should have the same length and depth")
