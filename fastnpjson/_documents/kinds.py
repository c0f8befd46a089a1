"""What kinds of things are in a document, without running any Python code of theirs."""

from __future__ import annotations

import datetime
import math
from enum import EnumMeta
from itertools import chain
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID as _UUID

import numpy as np

from fastnpjson._accelerator import speedups
from fastnpjson._arrays.native import DEEPEST, NATIVE, NATIVE_SCALARS
from fastnpjson._arrays.numbers import has_nan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastnpjson._arrays.native import Array

# Scalars and arrays that orjson writes right by itself, and all others.
NUMPY: Final = 1
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
# NaN and infinities in what is of the kind NUMPY.
NUMPY_NONFINITE: Final = 4096
# What is looked for only if it is wanted: each takes time.
NUMBERS: Final = NONFINITE | NUMPY_NONFINITE | BIG_INTEGER

_DATES: Final = (datetime.datetime, datetime.date, datetime.time)
_BUILTINS: Final = (dict, list, tuple, str, int, float, *_DATES)
_NONE: Final = frozenset({str, bool, type(None), dict, list, tuple})


def find_kinds(obj: Any, wanted: int = NUMBERS) -> int:
    """Return the kinds of things in a document, a bit for each; they are the constants of this module.

    Args:
        obj: The document.
        wanted: Which of `NUMBERS` to look for.
    """
    found = 0
    for depth, layer in enumerate(layers(obj)):
        if depth > DEEPEST + 1:
            found |= OTHER
            break
        for value in layer:
            found |= 0 if type(value) in _NONE else _kind(value)
        if depth > DEEPEST and any(type(value) in {dict, list, tuple} for value in layer):
            found |= OTHER
        found |= KEY * any(type(key) is not str for value in layer if type(value) is dict for key in value)
    return found & (wanted | ~NUMBERS)


def layers(obj: Any) -> Iterator[list[Any]]:
    """Yield the values of a document, those of equal depth at once."""
    layer = [obj]
    while layer:
        yield layer
        layer = [
            *chain.from_iterable([item.values() for item in layer if type(item) is dict]),
            *chain.from_iterable([item for item in layer if type(item) is list or type(item) is tuple]),
        ]


def _kind(value: Any) -> int:
    kind = type(value)
    if kind is int:
        return 0 if -(2**63) <= value < 2**64 else BIG_INTEGER
    if kind is float:
        return 0 if math.isfinite(value) else NONFINITE
    if kind is np.ndarray or kind in NATIVE_SCALARS:
        return NUMPY | NUMPY_NONFINITE * has_nan(value) if kind is not np.ndarray or _is_native(value) else OTHER_NUMPY
    if issubclass(kind, (np.ndarray, np.generic)):
        return OTHER_NUMPY
    if kind in _DATES:
        return AWARE if getattr(value, "tzinfo", None) is not None else DATETIME
    return _kind_of_other(kind)


def _is_native(array: Array) -> bool:
    flags = array.flags
    return bool(array.dtype in NATIVE and array.ndim and array.size and flags.c_contiguous and flags.aligned)


def _kind_of_other(kind: type) -> int:
    if kind is _UUID:
        return UUID
    if isinstance(kind, EnumMeta):
        return ENUM
    if issubclass(kind, _BUILTINS):
        return SUBCLASS
    return DATACLASS if any("__dataclass_fields__" in vars(base) for base in kind.__mro__) else OTHER


kinds: Final[Callable[..., int]] = find_kinds if speedups is None else speedups.kinds
