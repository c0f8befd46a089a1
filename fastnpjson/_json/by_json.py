"""Documents by json: those that orjson refuses, those full of what it does not know, and other layouts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from orjson import Fragment

from fastnpjson._documents.convert import NeedsWalk
from fastnpjson._documents.replace import Replacements, replace
from fastnpjson._documents.replies import Replies, arrays_first
from fastnpjson._documents.survey import Kind, survey
from fastnpjson._json.keys import text_by, with_text_keys
from fastnpjson._json.text import escape_surrogates, with_fragments, with_null
from fastnpjson._patch import json, orjson
from fastnpjson._reading.exact import exact_loads

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._json.settings import Settings

# Flags for a document as a whole.
_DOCUMENT: Final = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
_NUMPY: Final = Kind.NATIVE | Kind.OTHER_NUMPY
# orjson encodes these without asking a default, or they may hold such objects.
ASKED: Final = Kind.UUID | Kind.ENUM | Kind.SUBCLASS


def dumps(
    obj: Any,
    settings: Settings,
    caller: Replies,
    *,
    spread: bool = False,
    **kwargs: Any,
) -> str:
    """Encode a document.

    1. Keys that json does not know become text, and NaN and infinities `None`.
    2. json encodes it with the framework's own default, which takes no time of ours.
    3. A hook lets fastnpjson encode NumPy data, from the beginning if there is some.
    4. If it refuses, NaN and infinities of replies are replaced in the text.
    5. If it refuses still, keys become text in subclasses of containers, too.
    6. fastnpjson says where an error is.

    Args:
        obj: The document.
        settings: Those of the framework.
        caller: The default of the caller, who may have been asked already.
        spread: True to lay out arrays as json lays out lists, and not on one line.
        kwargs: Those of `json.dumps`.

    Raises:
        TypeError: there is something in the document that has no JSON.
        ValueError: the document is circular, or NaN is not allowed.
    """
    found, nans = survey(obj), Kind.NONFINITE * settings.allow_nan
    if found & (Kind.KEY | Kind.NONFINITE):
        obj = with_text(obj, settings, nans)
    declines, words = settings.declines and not found & _NUMPY, False
    while True:
        caller.rewind()
        try:
            if declines:
                return _stdlib(obj, settings, settings.default, allow_nan=words, **kwargs)
            return _with_fragments(obj, settings, caller, spread=spread, allow_nan=words, **kwargs)
        except (TypeError, ValueError) as error:
            refusal = error
        try:
            if isinstance(refusal, ValueError) and settings.allow_nan and not words:
                words = True
            elif declines:
                declines = False
            elif (keyed := with_text_keys(obj, partial(text_by, partial(fragment, settings)))) is not obj:
                obj = keyed if words else with_text(keyed, settings, nans)
            elif isinstance(refusal, ValueError) or kwargs.get("skipkeys"):
                raise refusal
            else:
                caller.rewind()
                text = settings.encode(obj, caller, orjson.OPT_APPEND_NEWLINE)
                return _stdlib(_builtins(text), settings, None, allow_nan=False, **kwargs) if spread else text.decode()
        finally:
            del refusal  # or it would refer to itself, by its traceback


def with_text(obj: Any, settings: Settings, kinds: int = 0) -> Any:
    """Return a document with text for the keys that json does not know, and `None` for NaN if that is among the kinds.

    The document itself is returned if there is nothing to replace; subclasses of containers are not looked into.
    """
    sorts = bool(settings.option & orjson.OPT_SORT_KEYS)
    text = partial(text_by, partial(fragment, settings))
    try:
        return replace(obj, Replacements(kinds, text, _unchanged, like_json=True, sorts=sorts, for_json=True))[0]
    except NeedsWalk:
        return obj


def _unchanged(obj: Any) -> Any:
    return obj


def make_caller(settings: Settings) -> Replies:
    """Make the caller's default for fastnpjson."""
    if not settings.asks_all:
        return Replies(settings.default)

    default = arrays_first(settings.default)

    def answer(obj: Any) -> Any:
        reply = default(obj)
        if type(reply) is str or not survey(reply) & ASKED:
            return reply
        # json asks for all of a reply, too.
        with Replies(settings.default) as caller:
            return Fragment(dumps(reply, settings, caller, separators=(",", ":")).encode())

    return Replies(answer)


def fragment(settings: Settings, obj: Any) -> bytes:
    """Encode a part of a document by fastnpjson, in one line."""
    with make_caller(settings) as caller:
        return settings.encode(obj, caller, _DOCUMENT)


def _with_fragments(
    obj: Any, settings: Settings, caller: Replies, *, spread: bool, allow_nan: bool, **kwargs: Any
) -> str:
    others: set[type] = set()
    known = (*settings.known, Fragment)
    # To ask through the caller takes as long as some defaults do.
    ask, given = (caller.ask, []) if caller.log else (caller.default, caller.log)

    def hook(item: Any) -> Any:
        kind = type(item)
        if kind not in others:
            if issubclass(kind, known):
                text = fragment(settings, item)
                return _builtins(text) if spread else Fragment(text)
            others.add(kind)
        try:
            reply = ask(item)
        except TypeError as error:
            reply = caller.declined(item, error)
        given.append((item, reply))
        return reply

    def encode(default: Callable[[Any], Any]) -> str:
        return _stdlib(obj, settings, default, allow_nan=allow_nan, **kwargs)

    return encode(hook) if spread else with_fragments(encode, hook, ensure_ascii=settings.ensure_ascii)


def _stdlib(
    obj: Any, settings: Settings, default: Callable[[Any], Any] | None, *, allow_nan: bool, **kwargs: Any
) -> str:
    kwargs |= {"ensure_ascii": settings.ensure_ascii, "check_circular": settings.check_circular}
    sort_keys = bool(settings.option & orjson.OPT_SORT_KEYS)
    text = json.dumps(obj, default=default, allow_nan=allow_nan, sort_keys=sort_keys, **kwargs)
    return escape_surrogates(with_null(text) if allow_nan else text)


def _builtins(text: bytes) -> Any:
    try:
        return exact_loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"a longdouble beyond the floats of Python is not JSON compliant: {error}") from None
