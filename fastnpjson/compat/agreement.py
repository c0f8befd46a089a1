"""Whether orjson writes the same as `json`, and the rules to let it write where it does."""

from __future__ import annotations

import datetime
import sys
from decimal import Decimal
from functools import cache
from typing import Any, Final

import orjson

from fastnpjson._arrays.dtypes import has_nan
from fastnpjson._documents.convert import NUMPY_TYPES, UNKNOWN
from fastnpjson._documents.rules import Natively, Rules, make_rules
from fastnpjson._documents.survey import Kind, survey
from fastnpjson._documents.two_pass import Replies
from fastnpjson._orjson import fragment
from fastnpjson._stdlib.integers import may_have_huge_integers
from fastnpjson._stdlib.subclasses import PASSTHROUGH, builtin, is_subclass
from fastnpjson.compat.numpy_values import builtins, has_objects, is_numpy, text

# What orjson writes otherwise: integers as floats, NaN as null, and members of an enum without asking the default.
JSONS: Final = Kind.BIG_INTEGER | Kind.NONFINITE | Kind.ENUM | Kind.UUID
# The most common of those that are for the default: two checks for subclasses take as long as most defaults.
_UNKNOWN_TYPES: Final = frozenset({datetime.date, datetime.datetime, datetime.time, Decimal})
_LAYOUTS: Final = {
    (None, ",", ":"): PASSTHROUGH,
    (2, ",", ": "): PASSTHROUGH | orjson.OPT_INDENT_2,
    ("  ", ",", ": "): PASSTHROUGH | orjson.OPT_INDENT_2,
}
_NOTHING: Final = Natively(0, 0, sys.maxsize)


class NeedsJson(Exception):
    """Raised where orjson does not write the same as json."""


class JSONReplies(Replies):
    """The default of an encoder, which json is to ask where orjson gave up."""

    reads_arrays = False

    def freeze(self, obj: Any, reply: Any) -> None:
        """Keep what the default said: json does not take fragments."""


@cache
def make_json_rules(option: int, *, allow_nan: bool) -> Rules:
    """Make the rules for a document that orjson writes as json does, but for NaN in NumPy data, which has words.

    Its `inner` is for documents that have such NaN.
    """

    def convert(obj: Any) -> Any:
        kind = type(obj)
        if kind in _UNKNOWN_TYPES:
            return UNKNOWN
        if not issubclass(kind, NUMPY_TYPES):
            return builtin(obj) if is_subclass(kind) else UNKNOWN
        if not is_numpy(obj):
            return UNKNOWN
        if has_objects(obj.dtype):
            return builtins(obj)
        if not allow_nan and has_nan(obj):
            raise NeedsJson
        return fragment(text(obj))

    rules = make_rules(option)._replace(convert=convert, refuse=check)
    return rules._replace(for_replies=rules._replace(natively=_NOTHING))


@cache
def make_layout_rules(
    indent: int | str | None, item_separator: str, key_separator: str, sort_keys: bool, allow_nan: bool
) -> Rules | None:
    """Make the rules for a layout of json; `None` if orjson has no such layout."""
    option = _LAYOUTS.get((indent, item_separator, key_separator))
    if option is None:
        return None
    return make_json_rules(option | (orjson.OPT_SORT_KEYS if sort_keys else 0), allow_nan=allow_nan)


def check(reply: Any) -> None:
    """Raise `NeedsJson` for a reply that orjson would not write as json does."""
    if survey(reply) & (JSONS | Kind.KEY):
        raise NeedsJson


def loads(document: str | bytes | bytearray) -> Any:
    """Decode a document by orjson.

    Raises:
        NeedsJson: or `ValueError`: json is needed.
    """
    utf8 = document.encode() if isinstance(document, str) else document
    if not isinstance(utf8, (bytes, bytearray)) or may_have_huge_integers(utf8):
        raise NeedsJson
    return orjson.loads(document)
