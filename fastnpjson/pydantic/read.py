"""JSON whose lists are cut out before pydantic reads it, and the arrays that fields take in their place.

A list is cut out only if nothing sees it before its field does. If a document turns out not to be for this, or not to
be valid, pydantic reads it as a whole: its way is the oracle of this one.
"""

from __future__ import annotations

import os
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from fastnpjson._extension import speedups
from fastnpjson.pydantic.digits import with_digits
from fastnpjson.pydantic.exact import cast
from fastnpjson.pydantic.shape import share_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fastnpjson._arrays.dtypes import Array

    Result = TypeVar("Result")

# Below it the call costs more than the lists.
_FEW: Final = 256
# By their marks, the arrays that no field has taken yet.
_left: Final[ContextVar[dict[str, Array] | None]] = ContextVar("fastnpjson.pydantic.left", default=None)
# The attribute of a model with its schema and its paths.
_PATHS: Final = "__fastnpjson_paths__"
# These have the schema of the same value in them.
_INNER: Final = {"default", "function-after", "function-wrap", "model", "nullable"}
_ELEMENTS: Final = {"dict": "values_schema", "list": "items_schema"}


def cut_lists(data: Any, paths: Any) -> tuple[bytes, dict[str, Array]] | None:
    """Cut the arrays that paths lead to out of a document, bytes or str; `None` where there is nothing to cut."""
    if speedups is None or paths is None or type(data) not in {bytes, str} or len(data) < _FEW:
        return None
    # No string of the document can be guessed to be such a mark.
    mark = f"fastnpjson-{os.urandom(16).hex()}-"
    cut = speedups.cut_lists(data, paths, mark)
    # There may have been integers that are no float: only the lists tell.
    if cut is None or any(map(_has_large, cut[1])):
        return None
    return cut[0], {f"{mark}{place}": array for place, array in enumerate(cut[1])}


def _has_large(array: Array) -> bool:
    # No float16 is so large.
    return array.dtype.kind == "f" and array.dtype.itemsize > 2 and bool((np.abs(array) >= 2**53).any())


def with_arrays(arrays: dict[str, Array], validate: Callable[[], Result]) -> Result:
    """Return what `validate` returns while fields take arrays for their marks.

    Raises:
        LookupError: one was not taken.
    """
    token = _left.set(arrays)
    try:
        result = validate()
    finally:
        _left.reset(token)
    if arrays:  # of a name that comes twice, or of no field
        raise LookupError
    return result


def reading_arrays(paths: Any, validate: Callable[..., Result], data: Any, **settings: Any) -> Result:
    """Return what `validate` of pydantic makes of JSON."""
    cut = cut_lists(data, paths)
    if cut is not None:
        with suppress(Exception):
            return with_arrays(cut[1], lambda: validate(cut[0], **settings))
    return with_digits(paths, partial(validate, **settings), data)  # type: ignore[no-any-return]


def take(value: Any) -> Array | None:
    """Return the array that was cut out where a field has this value."""
    left = _left.get()
    if left is None:
        return None
    mark = value[0] if type(value) is list and value else None
    return left.pop(mark, None) if type(mark) is str else None


def as_of_lists(array: Array, dtype: np.dtype[Any] | None) -> Array:
    """Return what `array_of` makes of the lists that an array was read from.

    Raises:
        PydanticCustomError: no value of the array is one of the dtype.
        ValidationError: a value has no place in the dtype.
    """
    if dtype is not None and array.dtype.kind == dtype.kind == "f":
        return array.astype(dtype, copy=False)
    return cast(array, dtype)


def paths_of_model(model: Any) -> Any:
    """Return the paths of the arrays of a model, as `cut_lists` takes them, or `None` where there are none."""
    schema = model.__pydantic_core_schema__
    known = vars(model).get(_PATHS)
    if known is None or known[0] is not schema:  # which a rebuilt model has anew
        definitions = {inner["ref"]: inner for inner in schema.get("definitions", ())}
        known = schema, _paths(schema["schema"] if definitions else schema, definitions)
        setattr(model, _PATHS, known)
    return known[1]


def _paths(schema: Mapping[str, Any], definitions: dict[str, Any]) -> Any:
    kind = schema["type"]
    if "fastnpjson" in schema.get("metadata", {}):
        return schema["metadata"]["fastnpjson_code"]
    if kind == "definition-ref":  # without itself: a model in itself is cut no deeper
        others = {ref: inner for ref, inner in definitions.items() if ref != schema["schema_ref"]}
        inner = definitions.get(schema["schema_ref"])
        return inner and _paths(inner, others)
    if kind == "model-fields":
        return _paths_of_fields(schema["fields"], definitions)
    if kind in _ELEMENTS:
        paths = _paths(schema.get(_ELEMENTS[kind], {"type": "any"}), definitions)
        return None if paths is None else {None: paths}
    sees_lists = schema.get("custom_init") or schema.get("root_model") or schema.get("on_error", "raise") != "raise"
    if kind == "function-wrap":
        sees_lists = getattr(schema["function"]["function"], "__func__", None) is not share_names
    return None if sees_lists or kind not in _INNER else _paths(schema["schema"], definitions)


def _paths_of_fields(fields: Mapping[str, Any], definitions: dict[str, Any]) -> Any:
    aliases = {name: field.get("validation_alias", name) for name, field in fields.items()}
    if any(type(alias) is not str for alias in aliases.values()):  # a field may take an element of another one's list
        return None
    keys = [key for name, alias in aliases.items() for key in {name, alias}]
    found = {
        key: _paths(fields[name]["schema"], definitions)
        for name, alias in aliases.items()
        for key in {name, alias}
        if keys.count(key) == 1
    }
    return {key: paths for key, paths in found.items() if paths is not None} or None
