"""A look at a document before anything is asked about it: who is to encode it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from fastnpjson._stdlib.subclasses import builtin_or

if TYPE_CHECKING:
    from collections.abc import Iterable

NUMPY_TYPES: Final = (np.ndarray, np.generic)
_CONTAINERS: Final = {list, tuple, dict}
_BUILTINS: Final = {type(None), bool, int, float, str} | _CONTAINERS
# With less text, in bytes, for each of the objects that are for a default, json is faster. A few do not matter.
_WORTHWHILE: Final = 100
_FEW: Final = 16
_SAMPLES: Final = 4


def look(obj: Any, option: int, *, text_keys: bool = False) -> tuple[bytes | None, list[Any]]:
    """Encode what orjson knows, and collect the rest, for which null is in the text; no text if orjson refuses.

    No Python code runs meanwhile, which could change the document.

    Args:
        obj: The document.
        option: orjson's flags.
        text_keys: True to refuse keys that are not text.
    """
    found: list[Any] = []
    try:
        return orjson.dumps(obj, found.append, option), found
    except orjson.JSONEncodeError as error:
        other_keys = "Dict key must be str" in str(error)
    # With the flag for other keys orjson takes three times as long to sort.
    return look(obj, option | orjson.OPT_NON_STR_KEYS) if other_keys and not text_keys else (None, [])


def is_worthwhile(text: bytes, found: list[Any], option: int) -> bool:
    """Tell whether fastnpjson is faster than json in a document with what orjson does not know."""
    if len(found) < _FEW or any(issubclass(kind, NUMPY_TYPES) for kind in set(map(type, found))):
        return True
    # A subclass of dict or list may hold much.
    samples, _ = look([builtin_or(lambda _: None, item) for item in found[:_SAMPLES]], option)
    return samples is not None and len(text) / len(found) + len(samples) / _SAMPLES > _WORTHWHILE


def has_others(values: Iterable[Any]) -> bool:
    """Tell whether there is more than builtins and NumPy data among values and in them."""
    kinds = set(map(type, values))
    if not all(issubclass(kind, NUMPY_TYPES) for kind in kinds - _BUILTINS):
        return True
    return not kinds.isdisjoint(_CONTAINERS) and any(
        has_others(item.values() if type(item) is dict else item) for item in values if type(item) in _CONTAINERS
    )
