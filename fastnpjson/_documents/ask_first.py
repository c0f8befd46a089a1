"""Ask first, write after: no Python code runs while orjson is inside a document.

orjson aborts the process when a list or a dict shrinks under it. Python code in its hook can do that, and lets other
threads do it. So orjson goes through a document twice where Python is needed: first it collects what it does not know,
with a hook that is C all through; Python turns each of these objects into something that orjson knows; then orjson
writes the document, with a hook that hands out the replies in order. Each pass takes the time of `orjson.dumps`, and
a document with nothing unknown in it needs one.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import orjson
from orjson import Fragment, JSONEncodeError

from fastnpjson._accelerator import speedups
from fastnpjson._arrays.native import DEEPEST, fragment
from fastnpjson._documents.numpy_objects import UNKNOWN, NoReplyError

if TYPE_CHECKING:
    from fastnpjson._documents.caller_default import CallerDefault
    from fastnpjson._documents.plan import Plan

# Replies that hold nothing unknown.
_LEAVES: Final = frozenset({int, float, bool, type(None)})
_EXHAUSTED: Final = object()
_CHANGED: Final = "the document was changed while it was encoded"


def dumps(
    obj: Any, plan: Plan, default: CallerDefault, found: bytes | list[Any] | None = None, depth: int = 0
) -> bytes:
    """Encode a document.

    Args:
        obj: The document.
        plan: How to write it.
        default: The caller's default.
        found: What `find_or_write` returned, if it was called.
        depth: How many replies this one is in.

    Raises:
        JSONEncodeError: orjson refuses the document.
        NoReplyError: an object in it has no JSON, or none that stands for itself.
        RuntimeError: the default, or another thread, changed the document meanwhile.
    """
    written = find_or_write(obj, plan.option, plan.native) if found is None else found
    if isinstance(written, bytes):
        return written
    replies = [_reply(item, plan, default, depth) for item in written]
    return hand_out(obj, plan.option, plan.native, written, replies)


def _reply(item: Any, plan: Plan, default: CallerDefault, depth: int) -> Any:
    """Return what stands in for an object, settled for good: a default may use what it returned again."""
    try:
        reply = plan.convert(item)
        if asked := reply is UNKNOWN:
            reply = default.ask(item)
    except TypeError:
        raise NoReplyError from None
    kind = type(reply)
    if kind is str or kind is Fragment:
        return reply
    if plan.check is not None:
        plan.check(reply)
    if kind in _LEAVES:
        return reply
    settled = _settle(reply, plan, default, depth)
    if asked:
        default.settle(item, settled)
    return settled


def _settle(reply: Any, plan: Plan, default: CallerDefault, depth: int) -> Fragment:
    # orjson does not indent a fragment.
    if depth > DEEPEST or plan.option & orjson.OPT_INDENT_2:
        raise NoReplyError
    inner = plan.inner or plan
    inner = inner._replace(option=inner.option & ~orjson.OPT_APPEND_NEWLINE)
    return fragment(dumps(reply, inner, default, depth=depth + 1))


def _find_or_write(obj: Any, option: int, _native: tuple[int, int, int]) -> Any:
    """Return JSON, or the list of what Python is to be asked for."""
    found: list[Any] = []
    text = orjson.dumps(obj, found.append, option)
    return found or text


def _hand_out(obj: Any, option: int, _native: tuple[int, int, int], found: list[Any], replies: list[Any]) -> bytes:
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
        if next(left, _EXHAUSTED) is _EXHAUSTED and len(_find_or_write(obj, option, _native)) > len(found):
            raise RuntimeError(_CHANGED) from None
        raise
    if next(left, _EXHAUSTED) is not _EXHAUSTED:
        raise RuntimeError(_CHANGED)
    return text


find_or_write: Final = _find_or_write if speedups is None else speedups.find_or_write
hand_out: Final = _hand_out if speedups is None else speedups.hand_out
