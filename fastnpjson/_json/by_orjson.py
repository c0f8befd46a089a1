"""Documents by orjson, where it writes the same as json, and is not slower."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from orjson import JSONEncodeError

from fastnpjson._documents import two_pass
from fastnpjson._documents.dumps import encode
from fastnpjson._documents.survey import Kind, survey
from fastnpjson._graph import MOST_FOUND
from fastnpjson._json.keys import NeedsJson
from fastnpjson._json.subclasses import PASSTHROUGH, builtin, is_subclass
from fastnpjson._json.text import is_dense
from fastnpjson._patch import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._documents.replies import Replies
    from fastnpjson._documents.rules import Rules
    from fastnpjson._json.meaning import JSONRules

_REPLACED: Final = Kind.KEY | Kind.BIG_INTEGER | Kind.NONFINITE | Kind.ENUM | Kind.UUID
_NUMBERS: Final = Kind.NUMBERS
# Where NaN may be that has a word: orjson would write null.
_HAS_WORDS: Final = Kind.NATIVE_NONFINITE | Kind.OTHER_NUMPY
# With less text, in bytes, for each of the objects, json is faster. A few objects do not matter.
_TEXT: Final = 100
_FEW: Final = 16
_SAMPLES: Final = 4


def dumps(obj: Any, json_rules: JSONRules, replies: Replies, *, ensure_ascii: bool | None) -> bytes:
    """Encode a document.

    1. A survey looks for what orjson writes in another way than json. It is replaced.
    2. orjson collects what it does not know. What it refuses is replaced, too.
    3. The rest is for json, if that takes less time for it.
    4. The default is asked about what was collected, and orjson writes the document.

    Args:
        obj: The document.
        json_rules: How to write it.
        replies: Of the default.
        ensure_ascii: True if all that is not ASCII is to be escaped.

    Raises:
        NeedsJson: json is to encode it, as it is after `JSONEncodeError`, `NeedsWalk` and `RecursionError`.
    """
    rules, replacements, looks, walks = json_rules
    found = survey(obj, looks & _NUMBERS) & looks if looks else 0
    if found & _HAS_WORDS:
        rules = rules.for_replies or rules
    if found & _REPLACED:
        obj, rules = two_pass.replaced(obj, rules, replacements)
    collected = _collect(obj, rules)
    if collected is None:
        given = obj
        obj, rules = two_pass.replaced(obj, rules, replacements)
        collected = None if obj is given else _collect(obj, rules)
        is_slow = collected is None
    else:
        is_slow = json_is_faster(obj, collected, ensure_ascii=ensure_ascii)
    if is_slow:
        raise NeedsJson
    if walks:
        return encode(obj, rules, replies, collected)
    text = two_pass.dumps(obj, rules, replies, collected)
    replies.check()
    return text


def _collect(obj: Any, rules: Rules) -> bytes | list[Any] | None:
    """Return JSON, or what orjson does not know; `None` if it refuses the document."""
    try:
        collected: bytes | list[Any] = two_pass.collect(obj, rules.option, rules.natively)
    except JSONEncodeError:
        return None
    return collected


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
    samples = [builtin(item) if is_subclass(type(item)) else None for item in found[:_SAMPLES]]
    return _length(obj) / len(found) + _length(samples) / _SAMPLES > _TEXT


def json_is_faster(obj: Any, collected: bytes | list[Any], *, ensure_ascii: bool | None) -> bool:
    """Tell whether json takes less time for the rest of the work, which it does not for NumPy data.

    Args:
        obj: The document.
        collected: Its text, or what orjson does not know in it.
        ensure_ascii: True if all that is not ASCII is to be escaped.
    """
    slow = not is_worthwhile(obj, collected) if isinstance(collected, list) else ensure_ascii and is_dense(collected)
    return bool(slow) and not survey(obj, 0) & Kind.NUMPY


def _length(obj: Any, keys: int = 0) -> int:
    ignore: Callable[[Any], Any] = [].append
    try:
        return len(orjson.dumps(obj, ignore, PASSTHROUGH | keys))
    except orjson.JSONEncodeError:
        return 0 if keys else _length(obj, orjson.OPT_NON_STR_KEYS)
