"""Whether it takes less time to ask about each object that orjson does not know, or to leave a document to json."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fastnpjson._graph import MOST_FOUND
from fastnpjson._patch import orjson
from fastnpjson._stdlib.subclasses import PASSTHROUGH, builtin_or

if TYPE_CHECKING:
    from collections.abc import Callable

# With less text, in bytes, for each of the objects, json is faster. A few objects do not matter.
_TEXT: Final = 100
_FEW: Final = 16
_SAMPLES: Final = 4


def is_worthwhile(obj: Any, found: list[Any]) -> bool:
    """Tell whether to ask about what orjson does not know; always with NumPy data, for which json is slow.

    Args:
        obj: The document.
        found: What orjson does not know in it, or the first `MOST_FOUND` of that.
    """
    if len(found) < _FEW or any(issubclass(kind, (np.ndarray, np.generic)) for kind in set(map(type, found))):
        return True
    if len(found) >= MOST_FOUND:
        return False
    # A subclass of dict or list may hold much.
    samples = [builtin_or(_null, item) for item in found[:_SAMPLES]]
    return _length(obj) / len(found) + _length(samples) / _SAMPLES > _TEXT


def _length(obj: Any, keys: int = 0) -> int:
    ignore: Callable[[Any], Any] = [].append
    try:
        return len(orjson.dumps(obj, ignore, PASSTHROUGH | keys))
    except orjson.JSONEncodeError:
        return 0 if keys else _length(obj, orjson.OPT_NON_STR_KEYS)


def _null(_obj: Any) -> None:
    return None
