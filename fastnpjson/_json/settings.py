"""The settings of a framework, made before any document."""

from __future__ import annotations

import enum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fastnpjson._arrays.dtypes import NUMPY_TYPES
from fastnpjson._arrays.style import Style
from fastnpjson._documents.advice import FLASK, Door
from fastnpjson._documents.convert import UNKNOWN
from fastnpjson._documents.dumps import encode
from fastnpjson._documents.rules import make_rules
from fastnpjson._json.subclasses import PASSTHROUGH, builtin, is_subclass
from fastnpjson._json.text import escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._documents.replies import Replies
    from fastnpjson._documents.rules import Rules

NUMPY: Final = NUMPY_TYPES
NUMPY_AND_ENUMS: Final = (*NUMPY_TYPES, enum.Enum)


class Settings(NamedTuple):
    """How a framework encodes documents.

    Attributes:
        default: Called, once for each object, for what neither json nor fastnpjson knows.
        option: orjson's flags.
        known: The types for which json leaves an object to fastnpjson, and not to the default.
        declines: True for a default of the framework itself: it declines what is `known`, and may be called twice.
        asks_all: True to call the default for UUIDs and enums, too, which orjson encodes without a call.
        ensure_ascii: True to escape what is not ASCII.
        allow_nan: False to raise `ValueError` for NaN and infinities.
        check_circular: False to raise `RecursionError` for a circular document.
        door: The ways out that errors name.
    """

    default: Callable[[Any], Any]
    option: int = PASSTHROUGH
    known: tuple[type, ...] = NUMPY_AND_ENUMS
    declines: bool = False
    asks_all: bool = False
    ensure_ascii: bool = False
    allow_nan: bool = True
    check_circular: bool = True
    door: Door = FLASK

    def rules(self, without: int = 0) -> Rules:
        """Return the rules for fastnpjson, without some of the flags."""
        return _rules(self.option & ~without, self.door, allow_nan=self.allow_nan)

    def encode(self, obj: Any, caller: Replies, without: int) -> bytes:
        """Encode a document, or a part of one, by fastnpjson."""
        text = encode(obj, self.rules(without), caller)
        return escape(text) if self.ensure_ascii else text


@cache
def _rules(option: int, door: Door, *, allow_nan: bool) -> Rules:
    """Make rules by which a subclass of a builtin is that builtin, as it is to json."""
    rules = make_rules(option, Style(nan="null" if allow_nan else "error"))

    def convert(obj: Any) -> Any:
        reply = rules.convert(obj)
        return builtin(obj) if reply is UNKNOWN and is_subclass(type(obj)) else reply

    return rules._replace(convert=convert, door=door)
