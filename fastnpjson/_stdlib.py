"""What frameworks that take the place of `json` share: its view of subclasses, and of integers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

# All that orjson knows and json does not, as far as orjson lets it be turned off.
PASSTHROUGH: Final = (
    orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
)
# Every digit to "0", and all but a minus or a dot to a blank: plain searches find the integers beyond 64 bits.
_DIGITS: Final = bytes(48 if 48 <= byte <= 57 else byte if byte in b"-." else 32 for byte in range(256))


def members_of(obj: dict[Any, Any]) -> dict[Any, Any]:
    """Return the members that json writes: it asks a subclass for its items, unless there are none in the dict."""
    return dict(obj.items()) if dict.__len__(obj) else {}


_BUILTINS: Final[dict[type, Callable[[Any], Any]]] = {
    str: str.__str__,
    int: int.__pos__,
    float: float.__pos__,
    dict: members_of,
    list: list,
    tuple: list,
}
_BASES: Final = tuple(_BUILTINS)


def is_subclass(kind: type) -> bool:
    """Tell whether json takes the instances of a class for a builtin."""
    return issubclass(kind, _BASES)


def builtin(obj: Any) -> Any:
    """Return the builtin that an instance of a subclass is to json."""
    return next(convert(obj) for base, convert in _BUILTINS.items() if issubclass(type(obj), base))


def builtin_or(default: Callable[[Any], Any], obj: Any) -> Any:
    """Return the builtin that an instance of a subclass is to json, or what a default makes of another object."""
    return builtin(obj) if issubclass(type(obj), _BASES) else default(obj)


def exact_loads(document: str | bytes) -> Any:
    """Decode JSON (RFC 8259), which json does not keep to, and integers of any length as they are.

    Raises:
        ValueError: it is not JSON.
    """
    obj = orjson.loads(document)
    utf8 = document.encode() if isinstance(document, str) else bytes(document)
    return json.loads(document) if may_have_huge_integers(utf8) else obj


def may_have_huge_integers(utf8: bytes | bytearray) -> bool:
    """Tell whether there may be integers of which orjson makes floats: of 20 digits, or of 19 and a sign."""
    digits = utf8.translate(_DIGITS)
    return b" " + b"0" * 20 in digits or b"-" + b"0" * 19 in digits or digits.startswith(b"0" * 20)
