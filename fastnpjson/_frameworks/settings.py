"""What a framework settles before any document."""

from __future__ import annotations

import enum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fastnpjson._arrays.style import Style
from fastnpjson._documents.dumps import encode
from fastnpjson._documents.numpy_objects import NUMPY_TYPES, UNKNOWN
from fastnpjson._documents.plan import make_plan
from fastnpjson._stdlib.escapes import escape
from fastnpjson._stdlib.subclasses import PASSTHROUGH, builtin, is_subclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._documents.caller_default import CallerDefault
    from fastnpjson._documents.plan import Plan

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
    """

    default: Callable[[Any], Any]
    option: int = PASSTHROUGH
    known: tuple[type, ...] = NUMPY_AND_ENUMS
    declines: bool = False
    asks_all: bool = False
    ensure_ascii: bool = False
    allow_nan: bool = True
    check_circular: bool = True

    def plan(self, without: int = 0) -> Plan:
        """Return the plan for fastnpjson, without some of the flags."""
        return _plan(self.option & ~without, allow_nan=self.allow_nan)

    def encode(self, obj: Any, caller: CallerDefault, without: int) -> bytes:
        """Encode a document, or a part of one, by fastnpjson."""
        text = encode(obj, self.plan(without), caller)
        return escape(text) if self.ensure_ascii else text


@cache
def _plan(option: int, *, allow_nan: bool) -> Plan:
    """Make a plan by which a subclass of a builtin is that builtin, as it is to json."""
    plan = make_plan(option, Style(nan="null" if allow_nan else "error"))

    def convert(obj: Any) -> Any:
        reply = plan.convert(obj)
        return builtin(obj) if reply is UNKNOWN and is_subclass(type(obj)) else reply

    return plan._replace(convert=convert)
