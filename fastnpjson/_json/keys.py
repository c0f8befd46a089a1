"""Keys of objects that json does not have, as text."""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING, Any, Final

from fastnpjson._documents.replace import Key
from fastnpjson._graph import Copies
from fastnpjson._json.numpy_values import builtins, is_numpy
from fastnpjson._json.subclasses import CONTAINERS, MAPPINGS, PASSTHROUGH, members_of
from fastnpjson._patch import json, orjson

if TYPE_CHECKING:
    from collections.abc import Callable


_LEAVES: Final = frozenset({str, int, float, bool, type(None)})
_KEYS_OF_JSON: Final = (str, int, float, type(None))


class NeedsJson(Exception):
    """Raised where orjson does not write the same as json."""


def with_text_keys(obj: Any, text_of: Callable[[Any], Any], *, sorts: bool = False) -> Any:
    """Return a document with text for the keys that json does not know, in subclasses of containers, too.

    What has no such keys is not copied: json sees the objects that it was given.

    Args:
        obj: The document.
        text_of: Returns the text of a key, or `None` to leave the member out.
        sorts: True to sort the members of objects, as json sorts them: before the keys are text.
    """
    try:
        orjson.dumps(obj, None, PASSTHROUGH)
    except orjson.JSONEncodeError:
        pass
    else:  # all keys are text
        if not sorts:
            return obj
    try:
        return _with_text_keys(obj, text_of, Copies(), sorts=sorts)
    except RecursionError:  # json tells whether it is circular
        return obj


def _with_text_keys(obj: Any, text_of: Callable[[Any], Any], copies: Copies, *, sorts: bool) -> Any:
    if not issubclass(type(obj), CONTAINERS):
        return obj
    copy = copies.of(obj)
    if copy is not None:
        return copy
    # Only one frame for each level: a comprehension has one of its own before Python 3.12.
    members = members_of(obj) if issubclass(type(obj), MAPPINGS) else dict(enumerate(obj))
    walked = {}
    for key in sorted(members) if sorts else members:
        value = members[key]
        # Most values are leaves, for which a call takes longer than to look.
        walked[key] = value if type(value) in _LEAVES else _with_text_keys(value, text_of, copies, sorts=sorts)
    return copies.keep(obj, _keyed(obj, members, walked, text_of))


def _keyed(obj: Any, members: dict[Any, Any], walked: dict[Any, Any], text_of: Callable[[Any], Any]) -> Any:
    """Return a container, or another one if one of its values or keys is another."""
    same = all(map(is_, walked.values(), members.values())) and all(map(is_, walked, members))
    if not issubclass(type(obj), MAPPINGS):
        return obj if same else [*walked.values()]
    # All keys of an object become text, or json could not sort them.
    if all(issubclass(kind, _KEYS_OF_JSON) for kind in {*map(type, members)}):
        return obj if same else walked
    texts = {key: key if type(key) is str else text_of(key) for key in walked}
    keyed = {_unique(key, texts[key]): value for key, value in walked.items() if texts[key] is not None or key is None}
    return obj if same and len(keyed) == len(members) and all(map(is_, keyed, members)) else keyed


def _unique(key: Any, text: Any) -> Any:
    return text if text is key or not isinstance(text, str) else Key(text)


def text_by_json(key: Any, *, allow_nan: bool, skipkeys: bool) -> str | None:
    """Return the text of a key as json writes it; `None` if it is to be skipped.

    Raises:
        NeedsJson: it cannot be a key.
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
