"""Whether orjson means by a document what `json` means."""

from __future__ import annotations

import marshal
import math
import re
from enum import EnumMeta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import orjson
from orjson import JSONEncodeError

from fastnpjson._arrays.native import NATIVE_SCALARS
from fastnpjson._arrays.write import has_nan
from fastnpjson._documents.layers import NUMPY_TYPES, layers
from fastnpjson._stdlib import PASSTHROUGH, may_have_huge_integers
from fastnpjson.compat.numpy_values import builtins, has_objects, is_numpy

if TYPE_CHECKING:
    from collections.abc import Callable

# The format of Python 3.4 and later: 5, the default of 3.14, is free to write floats in another way.
_MARSHAL_VERSION: Final = 4
# A float in that format whose exponent is all ones, without and with the flag of a reference. Two patterns: to search
# for a letter is 7 times faster than to search for a set.
_nonfinite: Final = re.compile(rb"g.{6}[\xf0-\xff][\x7f\xff]", re.DOTALL).search
_shared_nonfinite: Final = re.compile(rb"\xe7.{6}[\xf0-\xff][\x7f\xff]", re.DOTALL).search
# How many replies of a default, each with an object in it that needs the default again, before json looks for a cycle.
_NESTED_REPLIES: Final = 60
# With less text, in bytes, per object that orjson does not know, json is faster.
_WORTHWHILE: Final = 500


class DifferenceError(Exception):
    """Raised where orjson does not mean what json means."""


def loads(document: str | bytes | bytearray) -> Any:
    """Decode a document by orjson.

    Raises:
        DifferenceError: or `ValueError`: json is needed.
    """
    utf8 = document.encode() if isinstance(document, str) else document
    if may_have_huge_integers(utf8):
        raise DifferenceError
    return orjson.loads(utf8)


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
    if depth > _NESTED_REPLIES or (len(written) < _WORTHWHILE * len(found) and not _has_numpy(found)):
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
        exact = marshal.dumps(obj, _MARSHAL_VERSION)
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
