"""A document layer by layer: the fastest look at all of its values that there is from Python."""

from __future__ import annotations

import datetime
import math
from itertools import chain
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import numpy as np

from fastnpjson._arrays.native import NATIVE_SCALARS
from fastnpjson._arrays.write import has_nan

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMPY_TYPES: Final = (np.ndarray, np.generic)
_NUMBERS: Final = NATIVE_SCALARS | {float}
# What holds no number that may be NaN, but for the containers.
_OTHERS: Final = {type(None), bool, int, str, datetime.date, datetime.datetime, datetime.time, UUID, dict, list, tuple}


def layers(obj: Any) -> Iterator[list[Any]]:
    """Yield the values of a document, those of equal depth at once; subclasses of containers are not looked into."""
    layer = [obj]
    while layer:
        yield layer
        layer = [
            *chain.from_iterable([item.values() for item in layer if type(item) is dict]),
            *chain.from_iterable([item for item in layer if type(item) is list or type(item) is tuple]),
        ]


def is_finite(obj: Any) -> bool:
    """Tell whether there is no NaN and no infinity in a document; false, too, if it takes a slower look to tell."""
    for layer in layers(obj):
        kinds = set(map(type, layer))
        if not all(map(math.isfinite, [item for item in layer if type(item) in _NUMBERS])):
            return False
        arrays = [item for item in layer if type(item) not in _OTHERS] if kinds - _OTHERS - _NUMBERS else []
        if any(not issubclass(type(item), NUMPY_TYPES) or item.dtype.hasobject or has_nan(item) for item in arrays):
            return False
        keys = chain.from_iterable([item for item in layer if type(item) is dict])
        if set(map(type, keys)) - {str}:
            return False
    return True
