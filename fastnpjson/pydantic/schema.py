"""The JSON Schema of an array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    Shape = tuple[int | str | None, ...] | None

# The kinds of dtypes that a field can have, with their types in JSON Schema.
KINDS: Final = {"b": "boolean", "i": "integer", "u": "integer", "f": "number", "U": "string"}
_TAG: Final = {
    "type": "object",
    "properties": {
        "__numpy__": {"type": "string", "contentEncoding": "base64"},
        "dtype": {"type": "string"},
        "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
    },
    "required": ["__numpy__", "dtype", "shape"],
}


def json_schema(dtype: np.dtype[Any] | None, shape: Shape, *, base64: bool) -> dict[str, Any]:
    """Return the schema of a field; what `ArrayField` has no dtype or no shape for is left open."""
    schema = _element(dtype)
    if shape is None:
        # Swagger UI makes its example of the first, which is valid for the field.
        either = {"anyOf": [{"items": schema}, {"items": {"type": "array", "items": {}}}]}
        schema = {"type": "array", **(either if schema else {"items": {}})}
    for length in reversed(shape or ()):
        schema = {"type": "array", "items": schema}
        if type(length) is int:
            schema |= {"minItems": length, "maxItems": length}
    return {"anyOf": [schema, _TAG]} if base64 else schema


def _element(dtype: np.dtype[Any] | None) -> dict[str, Any]:
    if dtype is None:
        return {}
    schema: dict[str, Any] = {"type": KINDS[dtype.kind]}
    if dtype.kind == "U":
        return schema | ({"maxLength": dtype.itemsize // 4} if dtype.itemsize else {})
    if dtype.kind in "iu":
        bounds = np.iinfo(dtype)
        # JavaScript reads larger bounds as other numbers.
        schema |= {key: value for key, value in _bounds(bounds) if abs(value) < 2**53}
    return schema | ({"format": dtype.name} if dtype.kind != "b" else {})


def _bounds(bounds: np.iinfo[Any]) -> list[tuple[str, int]]:
    return [("minimum", int(bounds.min)), ("maximum", int(bounds.max))]
