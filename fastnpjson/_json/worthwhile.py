"""An estimate: does json take less time for a document than orjson, asked about each object that it does not know?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fastnpjson._documents.survey import Kind, survey
from fastnpjson._graph import MOST_FOUND
from fastnpjson._json.subclasses import PASSTHROUGH, builtin_or
from fastnpjson._json.text import is_dense
from fastnpjson._patch import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

# With less text, in bytes, for each of the objects, json is faster. A few objects do not matter.
_TEXT: Final = 100
_FEW: Final = 16
_SAMPLES: Final = 4
_NUMPY: Final = Kind.NATIVE | Kind.OTHER_NUMPY


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


def json_is_faster(obj: Any, collected: bytes | list[Any], *, ensure_ascii: bool | None) -> bool:
    """Tell whether json takes less time for the rest of the work, which it does not for NumPy data.

    Args:
        obj: The document.
        collected: Its text, or what orjson does not know in it.
        ensure_ascii: True if all that is not ASCII is to be escaped.
    """
    slow = not is_worthwhile(obj, collected) if isinstance(collected, list) else ensure_ascii and is_dense(collected)
    return bool(slow) and not survey(obj, 0) & _NUMPY


def _length(obj: Any, keys: int = 0) -> int:
    ignore: Callable[[Any], Any] = [].append
    try:
        return len(orjson.dumps(obj, ignore, PASSTHROUGH | keys))
    except orjson.JSONEncodeError:
        return 0 if keys else _length(obj, orjson.OPT_NON_STR_KEYS)


def _null(_obj: Any) -> None:
    return None
