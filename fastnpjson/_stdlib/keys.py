"""Keys of objects that json does not have, as text."""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from fastnpjson._graph import Copies
from fastnpjson._stdlib.subclasses import CONTAINERS, MAPPINGS, PASSTHROUGH, members_of

if TYPE_CHECKING:
    from collections.abc import Callable


_LEAVES: Final = frozenset({str, int, float, bool, type(None)})


class Key(str):
    """A key that equals no other: two keys with the same text are two members, as in json and orjson."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


def with_text_keys(obj: Any, encode: Callable[[Any], bytes]) -> Any:
    """Return a document with text for the keys that `encode` knows and json does not.

    What has no such keys is not copied: json sees the objects that it was given.
    """
    try:
        orjson.dumps(obj, None, PASSTHROUGH)
    except orjson.JSONEncodeError:
        pass
    else:  # all keys are text
        return obj
    try:
        return _with_text_keys(obj, encode, Copies())
    except RecursionError:  # json tells whether it is circular
        return obj


def _with_text_keys(obj: Any, encode: Callable[[Any], bytes], copies: Copies) -> Any:
    if type(obj) in _LEAVES or not issubclass(type(obj), CONTAINERS):
        return obj
    copy = copies.of(obj)
    if copy is not None:
        return copy
    # Only one frame for each level: a comprehension has one of its own before Python 3.12.
    members = members_of(obj) if issubclass(type(obj), MAPPINGS) else dict(enumerate(obj))
    walked = {}
    for key, item in members.items():
        walked[key] = _with_text_keys(item, encode, copies)
    return copies.keep(obj, _keyed(obj, members, walked, encode))


def _keyed(obj: Any, members: dict[Any, Any], walked: dict[Any, Any], encode: Callable[[Any], bytes]) -> Any:
    """Return a container, or another one if one of its values or keys is another."""
    same = all(map(is_, walked.values(), members.values()))
    if not issubclass(type(obj), MAPPINGS):
        return obj if same else [*walked.values()]
    # All keys of an object become text, or json could not sort them.
    if all(key is None or isinstance(key, (str, int, float)) for key in members):
        return obj if same else walked
    keyed = dict(zip([text_of(key, encode) for key in members], walked.values(), strict=True))
    return obj if same and all(map(is_, keyed, members)) else keyed


def text_of(key: Any, encode: Callable[[Any], bytes]) -> Any:
    """Return text for a key that `encode` knows, and the key itself, if it does not."""
    if isinstance(key, str):
        return key
    if isinstance(key, np.integer):
        return Key(int(key))
    try:
        [text] = orjson.loads(encode({key: 0}))
    except orjson.JSONEncodeError:
        return key
    return Key(text)
