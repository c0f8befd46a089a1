"""Find the kinds of things in a document, without running any Python code of theirs."""

from __future__ import annotations

import datetime
import math
from enum import EnumMeta
from functools import partial
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID as _UUID

import numpy as np
import orjson
from orjson import JSONEncodeError

from fastnpjson._arrays.dtypes import NUMPY_TYPES, has_nan
from fastnpjson._documents.convert import NeedsWalk
from fastnpjson._extension import speedups
from fastnpjson._graph import DICTS, MANY, MOST_FOUND
from fastnpjson._orjson import DEEPEST, NATIVE, NATIVE_SCALARS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastnpjson._arrays.dtypes import Array


class Kind:
    """A bit for each kind of thing in a document."""

    # Scalars and arrays that orjson writes right by itself, and all others.
    NATIVE: Final = 1
    OTHER_NUMPY: Final = 2
    # NaN and infinities among Python's floats.
    NONFINITE: Final = 4
    # A key that is not exactly a str.
    KEY: Final = 8
    # An int that neither int64 nor uint64 holds.
    BIG_INTEGER: Final = 16
    # An instance of a subclass of a builtin, or of a date; what it holds is not looked at.
    SUBCLASS: Final = 32
    # A datetime, date or time without a time zone, and one with it.
    DATETIME: Final = 64
    AWARE: Final = 128
    UUID: Final = 256
    ENUM: Final = 512
    DATACLASS: Final = 1024
    # Anything else, and what is deeper than orjson goes.
    OTHER: Final = 2048
    # NaN and infinities in what is of the kind NATIVE.
    NATIVE_NONFINITE: Final = 4096
    NUMPY: Final = NATIVE | OTHER_NUMPY
    # Looked for only if it is wanted: each takes time.
    NUMBERS: Final = NONFINITE | NATIVE_NONFINITE | BIG_INTEGER
    # Looked into if it is wanted, as orjson looks into it; then it is not among the kinds that are found.
    INSIDE: Final = SUBCLASS | ENUM | DATACLASS


_DATES: Final = (datetime.datetime, datetime.date, datetime.time)
_BUILTINS: Final = (dict, list, tuple, str, int, float, *_DATES)
_CONTAINERS: Final = frozenset({*DICTS, list, tuple})
_NONE: Final = frozenset({str, bool, type(None), *_CONTAINERS})
_PLAIN: Final = frozenset({*_NONE, int, float})


def survey_in_python(obj: Any, wanted: int = Kind.NUMBERS) -> int:
    """Return the kinds of things in a document, a bit for each; they are those of `Kind`.

    Args:
        obj: The document.
        wanted: Which of `Kind.NUMBERS` to look for, and which of `Kind.INSIDE` to look into.
    """
    found = 0
    for depth, layer in enumerate(layers(obj, wanted & Kind.INSIDE)):
        for value in layer:
            found |= 0 if type(value) in _NONE else kind_of(value) & ~(wanted & Kind.INSIDE)
        if depth > DEEPEST and any(type(value) in _CONTAINERS for value in layer):
            found |= Kind.OTHER
            break
        found |= Kind.KEY * any(type(key) is not str for value in layer if type(value) in DICTS for key in value)
    return found & (wanted | ~Kind.NUMBERS)


def layers(obj: Any, inside: int = 0) -> Iterator[list[Any]]:
    """Yield the values of a document, those of equal depth at once; containers once, where there are many.

    Args:
        obj: The document.
        inside: The kinds of values that are looked into as well.
    """
    layer = [obj]
    count, seen, kept = 0, set[int](), list[Any]()
    while layer:
        yield layer
        if inside:
            layer = [_inside(item, inside) for item in layer]
            kept.append(layer)  # or the address of one could be that of another
        containers = [item for item in layer if type(item) in _CONTAINERS]
        count += len(containers)
        if count > MANY:
            new = {id(item): item for item in containers}
            containers = [item for place, item in new.items() if place not in seen]
            seen.update(new)
        layer = [*chain.from_iterable([item.values() if type(item) in DICTS else item for item in containers])]


def _inside(value: Any, inside: int) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    match kind_of(value) & inside:
        case Kind.ENUM:
            return [value._value_]
        case Kind.DATACLASS:
            return [getattr(value, name) for name in kind.__dataclass_fields__ if hasattr(value, name)]
        case Kind.SUBCLASS if issubclass(kind, dict):
            return list(dict.values(value))
        case Kind.SUBCLASS if issubclass(kind, list):
            return list.copy(value)
    return value


def kind_of(value: Any) -> int:
    """Return the kind of a value, which is not a container; 0 for an int or a float that orjson writes right."""
    kind = type(value)
    if kind is int:
        return 0 if -(2**63) <= value < 2**64 else Kind.BIG_INTEGER
    if kind is float:
        return 0 if math.isfinite(value) else Kind.NONFINITE
    if kind is np.ndarray or kind in NATIVE_SCALARS:
        is_native = kind is not np.ndarray or _is_native(value)
        return Kind.NATIVE | Kind.NATIVE_NONFINITE * has_nan(value) if is_native else Kind.OTHER_NUMPY
    if issubclass(kind, (np.ndarray, np.generic)):
        return Kind.OTHER_NUMPY
    if kind in _DATES:
        return Kind.AWARE if getattr(value, "tzinfo", None) is not None else Kind.DATETIME
    return _kind_of_other(kind)


def _is_native(array: Array) -> bool:
    flags = array.flags
    is_native = array.dtype.num in NATIVE and array.dtype.isnative
    return bool(is_native and array.ndim and array.size and flags.c_contiguous and flags.aligned)


def _kind_of_other(kind: type) -> int:
    if kind is _UUID:
        return Kind.UUID
    if isinstance(kind, EnumMeta):
        return Kind.ENUM
    if issubclass(kind, _BUILTINS):
        return Kind.SUBCLASS
    return Kind.DATACLASS if any("__dataclass_fields__" in vars(base) for base in kind.__mro__) else Kind.OTHER


survey: Final[Callable[..., int]] = survey_in_python if speedups is None else speedups.survey
# These hold no NaN, or `survey` has looked into them. Objects of other kinds have been replied to.
_LOOKED_AT: Final = Kind.NUMPY | Kind.DATETIME | Kind.AWARE | Kind.UUID | Kind.OTHER

_REPLACED: Final = Kind.KEY | Kind.DATACLASS


def has_nonfinite(obj: Any, text: bytes, option: int, *, numpy: bool, replaced: bool = False) -> bool:
    """Tell whether there is NaN or an infinity in a document; true, too, if only a walk in Python can tell.

    Args:
        obj: The document.
        text: Its JSON.
        option: orjson's flags. What the default replied has been checked.
        numpy: False to look at the floats of Python only.
        replaced: True if keys and the floats in dataclasses have been looked at.
    """
    # Look for 'n' first: 20 times faster than 'null', which takes as long as the walk in C.
    if ord("n") not in text or (speedups is None and b"null" not in text):
        return False
    return _is_suspicious(obj, option, numpy=numpy, replaced=replaced) and b"null" in text


def check_finite(reply: Any) -> None:
    """Raise `NeedsWalk` for a reply that may hold NaN or an infinity."""
    if _is_suspicious(reply, orjson.OPT_NON_STR_KEYS, numpy=True):
        raise NeedsWalk


def _is_suspicious(obj: Any, option: int, *, numpy: bool, replaced: bool = False) -> bool:
    found = survey(obj, Kind.NONFINITE | Kind.NATIVE_NONFINITE * numpy | Kind.INSIDE)
    if found & ~_LOOKED_AT & ~(_REPLACED * replaced):
        return True
    others: list[Any] = []
    if numpy and found & (Kind.OTHER_NUMPY | Kind.OTHER | Kind.DATACLASS):
        try:
            orjson.dumps(obj, partial(next, repeat(None, MOST_FOUND)), option)  # is there an end?
        except JSONEncodeError:
            return True
        orjson.dumps(obj, others.append, option)
    # The objects in an array have been checked as what stands in for it.
    return any(not _has_objects(item) and has_nan(item) for item in others)


def _has_objects(item: Any) -> bool:
    return issubclass(type(item), NUMPY_TYPES) and bool(item.dtype.hasobject)
