"""Ask first, write after: no Python code runs while orjson is inside a document.

orjson aborts the process when a list or a dict shrinks under it. Python code in its hook can do that, and lets other
threads do it. So orjson goes through a document twice where Python is needed: first it collects what it does not know,
with a hook that is C all through; Python turns each of these objects into something that orjson knows; then orjson
writes the document, with a hook that hands out the replies in order. Each pass takes the time of `orjson.dumps`, and
a document with nothing unknown in it needs one.
"""

from __future__ import annotations

from functools import partial
from itertools import repeat
from operator import length_hint
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson
from orjson import Fragment, JSONEncodeError

from fastnpjson._documents.convert import UNKNOWN, NeedsWalk
from fastnpjson._documents.fields import may_hide_array, with_fields
from fastnpjson._documents.replies import Asked
from fastnpjson._documents.rules import FLOAT64
from fastnpjson._extension import speedups
from fastnpjson._graph import MOST_FOUND
from fastnpjson._orjson import DEEPEST, fragment

if TYPE_CHECKING:
    from fastnpjson._documents.convert import Convert
    from fastnpjson._documents.replace import Replacements
    from fastnpjson._documents.replies import Replies
    from fastnpjson._documents.rules import Rules


# Fewer objects than this are no batch.
_FEW: Final = 8
# Replies that hold nothing unknown.
_LEAVES: Final = frozenset({int, float, bool, type(None)})
_KNOWN: Final = _LEAVES | {str, Fragment}
_TEXT: Final = frozenset({str})
# A container of so many items is copied in less time than its text is made.
_SHORT: Final = 16
_EXHAUSTED: Final = object()
_CHANGED: Final = "the document was changed while it was encoded"


def dumps(obj: Any, rules: Rules, default: Replies, found: bytes | list[Any] | None = None, depth: int = 0) -> bytes:
    """Encode a document.

    Args:
        obj: The document.
        rules: How to write it.
        default: The caller's default.
        found: What `collect` returned, if it was called.
        depth: How many replies this one is in.

    Raises:
        JSONEncodeError: orjson refuses the document.
        NeedsWalk: an object in it has no JSON, or none that stands for itself.
        RuntimeError: the default, or another thread, changed the document meanwhile.
    """
    if may_hide_array(obj, rules.option, replies=default.default is not None):
        rules, found = with_fields(rules), None
    written = collect(obj, rules.option, rules.natively) if found is None else found
    replies: list[Any] = []
    most = MOST_FOUND
    while isinstance(written, list):
        left = written[len(replies) :] if replies else written
        convert = _with_batches(left, rules, default.default)
        answering = rules if convert is rules.convert else rules._replace(convert=convert)
        replies += answer(left, answering, default, depth)
        if len(written) < most:
            break
        most *= 8
        written = collect(obj, rules.option, rules.natively, most)
    if isinstance(written, bytes):
        return written
    if len(written) < len(replies):
        raise RuntimeError(_CHANGED)
    return substitute(obj, rules.option, rules.natively, written, replies)


def _with_batches(left: list[Any], rules: Rules, default: Any) -> Convert:
    if len(left) < _FEW:
        return rules.convert
    from fastnpjson._documents.batch import with_batches

    inner = rules.for_replies or rules
    by_c = speedups is not None and inner.replacements is not None and inner.natively.dtypes & FLOAT64
    return with_batches(left, rules.convert, default, float64=not by_c)


class _Answering(NamedTuple):
    """How to answer for what orjson does not know; the attributes are arguments of `dumps`."""

    rules: Rules
    default: Replies
    depth: int

    def answer(self, item: Any) -> Any:
        """Return what stands in for an object, settled for good: a default may use what it returned again."""
        try:
            reply = self.rules.convert(item)
            if asked := reply is UNKNOWN:
                reply = self.default.ask(item)
        except TypeError:
            raise NeedsWalk from None
        return self.settle(item, reply, asked)

    def settle(self, item: Any, reply: Any, asked: bool) -> Any:
        """Return what stands in for an object, made of what was replied."""
        kind = type(reply)
        if kind is str or kind is Fragment:
            return reply
        if reply is item:
            raise NeedsWalk
        inner = self.rules.for_replies or self.rules
        if inner.replacements is not None:
            reply, inner = replaced(reply, inner, inner.replacements)
            kind = type(reply)
        if self.rules.refuse is not None:
            self.rules.refuse(reply)
        if kind in _LEAVES or kind is Fragment:
            return reply
        # Text for NaN may be among what is replaced, which orjson refuses.
        settled = _copy_of_short(reply) if self.rules.refuse is None and self.depth <= DEEPEST else None
        if settled is None:
            settled = _text(reply, inner, self.default, self.depth)
        if asked:
            self.default.freeze(item, settled)
        return settled


def _answer_in_python(found: list[Any], rules: Rules, default: Replies, depth: int) -> list[Any]:
    answering = _Answering(rules, default, depth)
    return [answering.answer(item) for item in found]


def _answer_in_c(found: list[Any], rules: Rules, default: Replies, depth: int) -> list[Any]:
    inner = rules.for_replies or rules
    answers: list[Any] = speedups.answer(
        found,
        default,
        rules.convert,
        UNKNOWN,
        Asked,
        _Answering(rules, default, depth).settle,
        NeedsWalk,
        inner.option & ~orjson.OPT_APPEND_NEWLINE,
        inner.natively,
        inner.replacements,
        depth > DEEPEST,
        rules.refuse is not None,
        inner.option & orjson.OPT_INDENT_2,
    )
    return answers


def replaced(document: Any, rules: Rules, replacements: Replacements) -> tuple[Any, Rules]:
    """Return a document with all replaced that is to be, and the rules for it."""
    from fastnpjson._documents.replace import replace

    document, keeps = replace(document, replacements)
    return document, rules._replace(option=rules.option | orjson.OPT_NON_STR_KEYS) if keeps else rules


def _copy_of_short(reply: Any) -> Any:
    """Return a copy of a short container that holds nothing unknown, or `None`."""
    kind = type(reply)
    if kind is list and len(reply) <= _SHORT and _KNOWN.issuperset(map(type, reply)):
        return reply.copy()
    if kind is dict and len(reply) <= _SHORT and _KNOWN.issuperset(map(type, reply.values())):
        return reply.copy() if _TEXT.issuperset(map(type, reply)) else None
    return None


def _text(reply: Any, rules: Rules, default: Replies, depth: int) -> Any:
    if depth > DEEPEST:
        raise NeedsWalk
    if rules.option & orjson.OPT_INDENT_2:  # orjson does not indent a fragment
        return _copy(reply, depth)
    if rules.option & orjson.OPT_APPEND_NEWLINE:
        rules = rules._replace(option=rules.option & ~orjson.OPT_APPEND_NEWLINE)
    return fragment(dumps(reply, rules, default, depth=depth + 1))


def _copy(reply: Any, depth: int) -> Any:
    kind = type(reply)
    if kind is str or kind in _LEAVES or kind is Fragment:
        return reply
    if depth <= DEEPEST and kind is dict:
        return {key: _copy(item, depth + 1) for key, item in [*reply.items()]}
    if depth <= DEEPEST and (kind is list or kind is tuple):
        return [_copy(item, depth + 1) for item in reply]
    raise NeedsWalk


def _collect(obj: Any, option: int, _native: tuple[int, int, int], most: int = MOST_FOUND) -> Any:
    """Return JSON, or the list of what Python is to be asked for: `most` of it, if there is so much.

    Raises:
        JSONEncodeError: orjson refuses the document; or there is more. Only the extension module can stop half-way.
    """
    left = repeat(None, most)
    text = orjson.dumps(obj, partial(next, left), option)
    if length_hint(left) == most:
        return text
    found: list[Any] = []
    orjson.dumps(obj, found.append, option)
    return found


def _substitute(obj: Any, option: int, _native: tuple[int, int, int], found: list[Any], replies: list[Any]) -> bytes:
    """Return JSON, with a reply in the place of each object that was found.

    Raises:
        RuntimeError: the document is not the one in which they were found. Only the extension module can tell that an
            object is another one; here it is their number that counts.
    """
    left = iter(replies)
    try:
        text = orjson.dumps(obj, partial(next, left), option)
    except JSONEncodeError:
        # `next` returns the object itself where no reply is left, and orjson asks about that again.
        if next(left, _EXHAUSTED) is _EXHAUSTED and len(_collect(obj, option, _native)) > len(found):
            raise RuntimeError(_CHANGED) from None
        raise
    if next(left, _EXHAUSTED) is not _EXHAUSTED:
        raise RuntimeError(_CHANGED)
    return text


collect: Final = _collect if speedups is None else speedups.collect
substitute: Final = _substitute if speedups is None else speedups.substitute
answer: Final = _answer_in_python if speedups is None else _answer_in_c
