"""Documents by orjson, where it writes the same as json, and is not slower."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from orjson import JSONEncodeError

from fastnpjson._documents import two_pass
from fastnpjson._documents.dumps import encode
from fastnpjson._documents.survey import Kind, survey
from fastnpjson._json.keys import NeedsJson
from fastnpjson._json.text import is_dense

if TYPE_CHECKING:
    from fastnpjson._documents.replies import Replies
    from fastnpjson._documents.rules import Rules
    from fastnpjson._json.meaning import JSONRules

_REPLACED: Final = Kind.KEY | Kind.BIG_INTEGER | Kind.NONFINITE | Kind.ENUM | Kind.UUID
_NUMBERS: Final = Kind.NUMBERS
# Where NaN may be that has a word: orjson would write null.
_HAS_WORDS: Final = Kind.NATIVE_NONFINITE | Kind.OTHER_NUMPY


def dumps(obj: Any, json_rules: JSONRules, replies: Replies, *, ensure_ascii: bool | None) -> bytes:
    """Encode a document.

    1. A survey looks for what orjson writes in another way than json. It is replaced.
    2. orjson collects what it does not know. What it refuses is replaced, too.
    3. What is to be escaped is for json, if there is much of it and nothing of NumPy.
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
    if collected is None or (ensure_ascii and _escapes_slowly(obj, collected)):
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


def _escapes_slowly(obj: Any, collected: bytes | list[Any]) -> bool:
    """Tell whether json, which escapes as it goes, takes less time."""
    return isinstance(collected, bytes) and is_dense(collected) and not survey(obj, 0) & Kind.NUMPY
