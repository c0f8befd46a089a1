"""The settings of a framework's JSON, and the encoding of a document, or of a part of one, by fastnpjson."""

from __future__ import annotations

import enum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from fastnpjson._documents.caller_default import CallerDefault
from fastnpjson._documents.dumps import encode
from fastnpjson._documents.numpy_objects import NUMPY_TYPES, UNKNOWN
from fastnpjson._documents.plan import make_plan
from fastnpjson._stdlib.escapes import escape
from fastnpjson._stdlib.subclasses import PASSTHROUGH, builtin, is_subclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._documents.plan import Plan

# Flags for a document as a whole.
_DOCUMENT: Final = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


class FrameworkSettings(NamedTuple):
    """How a framework encodes.

    Attributes:
        default: Called, once for each object, for what neither json nor fastnpjson knows.
        option: orjson's flags.
        known: The types for which json leaves an object to fastnpjson, and not to the default.
        declines: True for a default of the framework itself: it declines what is `known`, and may be called twice.
        asks_all: True to call the default for UUIDs and enums, too, which orjson encodes without a call.
        ensure_ascii: True to escape what is not ASCII.
        allow_nan: False to raise `ValueError` for NaN and infinities.
        check_circular: False to raise `RecursionError` for a circular document.
    """

    default: Callable[[Any], Any]
    option: int = PASSTHROUGH
    known: tuple[type, ...] = (*NUMPY_TYPES, enum.Enum)
    declines: bool = False
    asks_all: bool = False
    ensure_ascii: bool = False
    allow_nan: bool = True
    check_circular: bool = True

    def encode(self, obj: Any, option: int, caller: CallerDefault) -> bytes:
        """Encode a document, or a part of one, by fastnpjson."""
        text = encode(obj, make_framework_plan(option, allow_nan=self.allow_nan), caller)
        return escape(text) if self.ensure_ascii else text

    def fragment(self, obj: Any) -> bytes:
        """Encode a part of a document by fastnpjson, in one line."""
        return self.encode(obj, self.option & ~_DOCUMENT, CallerDefault(self.default))


@cache
def make_framework_plan(option: int, *, allow_nan: bool) -> Plan:
    """Make a plan by which a subclass of a builtin is that builtin, as it is to json."""
    plan = make_plan(option, allow_nan=allow_nan)

    def convert(obj: Any) -> Any:
        reply = plan.convert(obj)
        return builtin(obj) if reply is UNKNOWN and is_subclass(type(obj)) else reply

    return plan._replace(convert=convert)
