"""The keys of documents in the words of `json`."""

from __future__ import annotations

from typing import Any, Final

from fastnpjson._graph import Copies
from fastnpjson._orjson import DEEPEST
from fastnpjson._patch import json
from fastnpjson._stdlib.subclasses import CONTAINERS, MAPPINGS, members_of
from fastnpjson.compat.numpy_values import builtins, is_numpy

_LEAVES: Final = frozenset({str, int, float, bool, type(None)})


class NeedsJson(Exception):
    """Raised where orjson does not write the same as json."""


def with_text_keys(encoder: json.JSONEncoder, obj: Any) -> Any:
    """Copy the containers of a document, with keys as an encoder writes them, sorted as json sorts them.

    Raises:
        NeedsJson: two keys have the same text, one has none, or it is a cycle.
    """
    return _with_text_keys(encoder, obj, 0, Copies())


def _with_text_keys(encoder: json.JSONEncoder, obj: Any, depth: int, copies: Copies) -> Any:
    if not issubclass(type(obj), CONTAINERS):
        return obj
    if depth > DEEPEST:
        raise NeedsJson
    copy = copies.of(obj)
    if copy is not None:
        return copy
    if not issubclass(type(obj), MAPPINGS):
        copy = [item if type(item) in _LEAVES else _with_text_keys(encoder, item, depth + 1, copies) for item in obj]
        return copies.keep(obj, copy)
    members: dict[str, Any] = {}
    items = members_of(obj).items()
    for key, item in sorted(items) if encoder.sort_keys else items:
        text = key if type(key) is str else text_of(key, allow_nan=encoder.allow_nan, skipkeys=encoder.skipkeys)
        if text in members:
            raise NeedsJson
        if text is not None:
            members[text] = item if type(item) in _LEAVES else _with_text_keys(encoder, item, depth + 1, copies)
    return copies.keep(obj, members)


def text_of(key: Any, *, allow_nan: bool, skipkeys: bool) -> str | None:
    """Return the text of a key as json writes it; `None` if it is to be skipped.

    Raises:
        NeedsJson: it is no key.
        ValueError: it is NaN or an infinity, which is not allowed.
    """
    if type(key) is int:
        return int.__repr__(key)
    if is_numpy(key):
        key = builtins(key)
    if isinstance(key, str):
        return str.__str__(key)
    if key is None or isinstance(key, (int, float)):
        return json.dumps(key, allow_nan=allow_nan)
    if not skipkeys:
        raise NeedsJson
    return None
