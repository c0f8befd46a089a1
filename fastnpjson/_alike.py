"""Whether orjson means by a document what `json` means."""

from __future__ import annotations

import json
import marshal
import math
import re
from enum import EnumMeta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import orjson
from orjson import JSONEncodeError

from fastnpjson._arrays import has_nan
from fastnpjson._layers import NUMPY_TYPES, layers
from fastnpjson._native import NATIVE_SCALARS
from fastnpjson._words import builtins, has_objects, is_numpy

if TYPE_CHECKING:
    from collections.abc import Callable

# All that orjson knows and json does not, as far as orjson lets it be turned off.
PASSTHROUGH: Final = (
    orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
)
# A float as marshal writes it whose exponent is all ones, without and with the flag of a reference. Two patterns,
# for the search for a letter is 7 times faster than that for a set.
_nonfinite: Final = re.compile(rb"g.{6}[\xf0-\xff][\x7f\xff]", re.DOTALL).search
_shared_nonfinite: Final = re.compile(rb"\xe7.{6}[\xf0-\xff][\x7f\xff]", re.DOTALL).search
# Defaults that answer with what needs the default again, in each other, before json is to find the cycle.
_DEEPEST: Final = 60
# With less text, in bytes, per object that orjson does not know, json is faster.
_WORTHWHILE: Final = 500
# Every digit to "0", and all but a minus or a dot to a blank: plain searches find the integers beyond 64 bits.
_DIGITS: Final = bytes(48 if 48 <= byte <= 57 else byte if byte in b"-." else 32 for byte in range(256))


class DifferenceError(Exception):
    """Raised where orjson does not mean what json means."""


def loads(document: str | bytes | bytearray) -> Any:
    """Decode a document by orjson.

    Raises:
        DifferenceError: or `ValueError`: json is needed.
    """
    utf8 = document.encode() if isinstance(document, str) else document
    if _may_have_huge_integers(utf8):
        raise DifferenceError
    return orjson.loads(utf8)


def exact_loads(document: str | bytes) -> Any:
    """Decode JSON (RFC 8259), which json does not keep to, and integers of any length as they are.

    Raises:
        ValueError: it is not JSON.
    """
    obj = orjson.loads(document)
    utf8 = document.encode() if isinstance(document, str) else bytes(document)
    return json.loads(document) if _may_have_huge_integers(utf8) else obj


def _may_have_huge_integers(utf8: bytes | bytearray) -> bool:
    """Tell whether there may be integers of which orjson makes floats: of 20 digits, or of 19 and a sign."""
    digits = utf8.translate(_DIGITS)
    return b" " + b"0" * 20 in digits or b"-" + b"0" * 19 in digits or digits.startswith(b"0" * 20)


def survey(obj: Any, option: int, ask: Callable[[Any], Any], depth: int = 0) -> tuple[bytes, int, bool]:
    """Ask for all that orjson does not know, at a time when no encoder is inside the document.

    orjson does not outlive a default that shortens the list which it walks.

    Returns:
        orjson's text, how many objects it does not know, and whether a NumPy object has NaN or an infinity.

    Raises:
        DifferenceError: or `JSONEncodeError`: json is needed.
    """
    found: list[Any] = []
    written = orjson.dumps(obj, found.append, option)
    if depth > _DEEPEST or (len(written) < _WORTHWHILE * len(found) and not _has_numpy(found)):
        raise DifferenceError
    _check(obj, written, len(found))
    if set(map(type, found)) <= NATIVE_SCALARS:
        return written, len(found), not all(map(math.isfinite, found))
    nan = False
    for item in found:
        if not is_numpy(item):
            reply = ask(item)
        elif has_objects(item.dtype):
            reply = builtins(item)
        else:
            nan = nan or has_nan(item)
            continue
        nan = survey(reply, option, ask, depth + 1)[2] or nan
    return written, len(found), nan


def needs_json(obj: Any) -> bool:
    """Tell whether json is the faster one for a document with keys that are no strings: one without NumPy data."""
    found: list[Any] = []
    try:
        orjson.dumps(obj, found.append, PASSTHROUGH | orjson.OPT_NON_STR_KEYS)
    except JSONEncodeError:
        return False
    return not _has_numpy(found)


def _has_numpy(found: list[Any]) -> bool:
    return any(issubclass(kind, NUMPY_TYPES) for kind in set(map(type, found)))


def _check(obj: Any, written: bytes, unknown: int) -> None:
    """Make sure that orjson meant what json means, but for so many `null` in the place of what it does not know.

    Raises:
        DifferenceError: NaN or an infinity among the floats, which orjson writes as null; or a member of an
            enumeration or a UUID, which orjson writes without asking the default.
    """
    try:
        # The fastest walk over builtins that there is: it refuses what is none. Some types lend it their memory.
        exact = marshal.dumps(obj)
    except ValueError:
        pass
    else:
        nulls = written.count(b"null") if unknown else b"null" in written
        if nulls == unknown or not (_nonfinite(exact) or _shared_nonfinite(exact)):
            return
    for layer in layers(obj):
        kinds = set(map(type, layer))
        if UUID in kinds or EnumMeta in map(type, kinds):
            raise DifferenceError
        if not all(map(math.isfinite, [item for item in layer if type(item) is float])):
            raise DifferenceError
