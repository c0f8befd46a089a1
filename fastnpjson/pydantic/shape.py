"""The shape of an array, with dimensions that have names."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.dtypes import Array
    from fastnpjson.pydantic.schema import Shape

# The lengths of the names in the model that is validated.
_lengths: Final[ContextVar[dict[str, int] | None]] = ContextVar("fastnpjson.pydantic.lengths", default=None)


def share_names(_model: Any, value: Any, handler: Callable[[Any], Any]) -> Any:
    """Validate a model whose names have lengths of their own."""
    token = _lengths.set({})
    try:
        return handler(value)
    finally:
        _lengths.reset(token)


def with_shape(array: Array, shape: Shape, field_name: str | None) -> Array:
    """Return an array that has a shape; of empty ones JSON does not show all dimensions.

    Raises:
        PydanticCustomError: it has another shape.
        TypeError: a field of a model has a name in its shape, and no model shares it.
    """
    if shape is None:
        return array
    shared = _lengths.get()
    names = {length for length in shape if type(length) is str}
    if shared is None and names and field_name is not None:
        raise TypeError(
            f"{field_name}: the names in shape={shape!r} need a model that is a fastnpjson.pydantic.BaseModel; "
            "None is a length without a name"
        )
    known = dict(shared or {})
    if not array.size and array.ndim < len(shape):
        hidden = [known.get(length, 0) if type(length) is str else length or 0 for length in shape[array.ndim :]]
        array = array.reshape(array.shape + tuple(hidden))
    if array.ndim != len(shape) or not _match(array.shape, shape, known):
        lengths = ", ".join(f"{name}={length}" for name, length in (shared or {}).items() if name in names)
        raise PydanticCustomError(
            "array_shape",
            "Array should have shape {expected}, not {actual}",
            {"expected": _text(shape) + (f" with {lengths}" if lengths else ""), "actual": _text(array.shape)},
        )
    if shared is not None:
        shared |= known
    return array


def _match(actual: tuple[int, ...], shape: tuple[int | str | None, ...], known: dict[str, int]) -> bool:
    for found, length in zip(actual, shape, strict=True):
        if length is not None and found != (known.setdefault(length, found) if type(length) is str else length):
            return False
    return True


def _text(shape: tuple[int | str | None, ...]) -> str:
    lengths = ["any" if length is None else str(length) for length in shape]
    return f"({lengths[0]},)" if len(lengths) == 1 else f"({', '.join(lengths)})"
