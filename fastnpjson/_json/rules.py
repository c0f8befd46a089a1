"""Rules for documents that orjson writes as `json` does."""

from __future__ import annotations

import datetime
import math
import sys
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from orjson import Fragment

from fastnpjson._arrays.dtypes import NUMPY_TYPES, has_nan
from fastnpjson._documents.convert import UNKNOWN
from fastnpjson._documents.replace import Replacements, replace
from fastnpjson._documents.replies import Asked, Replies
from fastnpjson._documents.rules import Natively, Rules, make_rules
from fastnpjson._documents.survey import Kind
from fastnpjson._json.keys import NeedsJson, text_by_json
from fastnpjson._json.numpy_values import builtins, has_objects, is_numpy, text
from fastnpjson._json.subclasses import PASSTHROUGH, builtin, is_subclass
from fastnpjson._orjson import fragment
from fastnpjson._patch import orjson
from fastnpjson._reading.exact import may_have_huge_integers

# orjson refuses these, or writes them otherwise: NaN as null, and members of an enum without asking the default.
REPLACED: Final = Kind.KEY | Kind.BIG_INTEGER | Kind.NONFINITE | Kind.ENUM | Kind.UUID
_WORDS: Final = (Fragment(b"NaN"), Fragment(b"Infinity"), Fragment(b"-Infinity"))
# The most common of those that are for the default: two checks for subclasses take as long as most defaults.
_UNKNOWN_TYPES: Final = frozenset({datetime.date, datetime.datetime, datetime.time, Decimal})
# Stands for NaN where it is not allowed: orjson refuses it.
_REFUSED: Final = "\ud800"
_LAYOUTS: Final = {
    (None, ",", ":"): PASSTHROUGH,
    (2, ",", ": "): PASSTHROUGH | orjson.OPT_INDENT_2,
    ("  ", ",", ": "): PASSTHROUGH | orjson.OPT_INDENT_2,
}
_NOTHING: Final = Natively(0, 0, sys.maxsize)


class JSONReplies(Replies):
    """The default of an encoder, which json is to ask where orjson gave up.

    Attributes:
        refused: What has no JSON, once there was an error about NumPy data.
    """

    keeps = True  # json does not take fragments
    refused: Any = None

    def reads(self, obj: Any) -> bool:
        """Tell whether an object is an array of NumPy with a class of another package: json knows no other arrays."""
        return issubclass(type(obj), np.ndarray)


class JSONMeaning(NamedTuple):
    """The attributes of a `json.JSONEncoder` that shape the text of a document, but for its layout.

    Attributes:
        nulls: True to write `null` for NaN and infinities in Python's floats.
        asks_numpy: True to ask the default about NumPy data, too, as json does.
    """

    allow_nan: bool
    sort_keys: bool
    skipkeys: bool
    nulls: bool = False
    asks_numpy: bool = False


@cache
def make_json_rules(option: int, meaning: JSONMeaning) -> Rules:
    """Make the rules for a document that orjson writes as json does, but for NaN in NumPy data, which has words.

    Its `inner` is for documents that have such NaN.
    """

    def convert(obj: Any) -> Any:
        kind = type(obj)
        if kind in _UNKNOWN_TYPES:
            return UNKNOWN
        if kind is np.float64 and math.isfinite(obj):
            return float(obj)
        if kind is np.float64 and meaning.allow_nan and not meaning.nulls:
            return _WORDS[0 if math.isnan(obj) else 1 if obj > 0 else 2]
        if kind is np.str_ or not issubclass(kind, NUMPY_TYPES):
            return builtin(obj) if is_subclass(kind) else UNKNOWN
        if not is_numpy(obj) or (meaning.asks_numpy and not is_subclass(kind)):
            return UNKNOWN
        if has_objects(obj.dtype):
            return builtins(obj)
        if not meaning.allow_nan and has_nan(obj):
            raise NeedsJson
        return fragment(text(obj))

    rules = make_rules(option)._replace(convert=convert)
    replacements = _replacements(meaning)
    # Only json knows whether a reply holds the object that it is for.
    in_replies = rules._replace(natively=_NOTHING, replacements=_replacements(meaning, asks=False))
    natively = _NOTHING if meaning.asks_numpy else rules.natively
    return rules._replace(natively=natively, replacements=replacements, for_replies=in_replies)


def _replacements(meaning: JSONMeaning, *, asks: bool = True) -> Replacements:
    def text_of_key(key: Any) -> str | None:
        return text_by_json(key, allow_nan=meaning.allow_nan, skipkeys=meaning.skipkeys)

    def stand_in(obj: Any) -> Any:
        if is_subclass(type(obj)):
            return replace(builtin(obj), replacements)[0]  # an enum of floats may have NaN
        if not asks:
            raise NeedsJson
        return Asked(obj)

    kinds = REPLACED & ~Kind.NONFINITE if meaning.nulls else REPLACED
    words = _WORDS if meaning.allow_nan else (_REFUSED,) * 3
    replacements = Replacements(kinds, text_of_key, stand_in, words, like_json=True, sorts=meaning.sort_keys)
    return replacements


@cache
def make_layout_rules(
    indent: int | str | None, item_separator: str, key_separator: str, meaning: JSONMeaning
) -> Rules | None:
    """Make the rules for a layout of json; `None` if orjson has no such layout."""
    option = _LAYOUTS.get((indent, item_separator, key_separator))
    if option is None:
        return None
    return make_json_rules(option | (orjson.OPT_SORT_KEYS if meaning.sort_keys else 0), meaning)


def with_text(obj: Any, meaning: JSONMeaning) -> Any:
    """Return a document with text for the keys that json does not know, or for all if it sorts them.

    Raises:
        NeedsJson: or `NeedsWalk`: there is a key that has none, or json sorts the keys in another order than text.
    """
    # Keys that json knows stay, for its notes on an error name them; but it sorts them before they are text.
    return replace(obj, _replacements(meaning)._replace(kinds=0, for_json=not meaning.sort_keys))[0]


def loads(document: str | bytes | bytearray) -> Any:
    """Decode a document by orjson.

    Raises:
        NeedsJson: or `ValueError`: json is needed.
    """
    utf8 = document.encode() if isinstance(document, str) else document
    if not isinstance(utf8, (bytes, bytearray)) or may_have_huge_integers(utf8):
        raise NeedsJson
    return orjson.loads(document)
