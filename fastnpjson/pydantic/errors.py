"""Errors of pydantic with the place of an element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

if TYPE_CHECKING:
    from fastnpjson._arrays.dtypes import Array


def refused(good: Array, elements: Array, error: PydanticCustomError | str) -> ValidationError:
    """Return an error for the first element that is not good, with its indices as the location."""
    where = np.unravel_index(int(np.argmin(good)), good.shape)
    item: Any = elements[where]
    return refused_at(tuple(map(int, where)), item.item() if isinstance(item, np.generic) else item, error)


def refused_at(steps: tuple[int, ...], item: Any, error: PydanticCustomError | str) -> ValidationError:
    """Return an error for an element, with its indices as the location."""
    details = InitErrorDetails(type=error, loc=steps, input=item)
    return ValidationError.from_exception_data("array", [details])


def inexact(dtype: np.dtype[Any]) -> PydanticCustomError:
    """Return an error for a value that would become another one."""
    return PydanticCustomError("array_value", "Input should be exact in {dtype}", {"dtype": dtype.name})
