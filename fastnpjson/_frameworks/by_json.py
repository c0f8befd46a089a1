"""Documents by json: those that orjson refuses, those full of what it does not know, and other layouts."""

from __future__ import annotations

import json
import os
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import orjson
from orjson import Fragment

from fastnpjson._stdlib.escapes import with_null
from fastnpjson._stdlib.integers import exact_loads
from fastnpjson._stdlib.keys import with_text_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._documents.caller_default import CallerDefault
    from fastnpjson._frameworks.settings import FrameworkSettings

# Stands in the text of json for what fastnpjson encodes.
_MARK: Final = os.urandom(16).hex()


def dumps(
    obj: Any,
    encoder: FrameworkSettings,
    caller: CallerDefault,
    *,
    spread: bool = False,
    words: bool = False,
    **kwargs: Any,
) -> str:
    """Encode a document.

    1. json encodes it with the framework's own default, which takes no time of ours.
    2. A hook lets fastnpjson encode NumPy data.
    3. NaN and infinities are replaced in the text.
    4. Keys that json does not know become text.
    5. fastnpjson says where an error is.

    Args:
        obj: The document.
        encoder: Its settings.
        caller: The default of the caller, who may have been asked already.
        spread: True to lay out arrays as json lays out lists, and not on one line.
        words: True to begin with the third attempt.
        kwargs: Those of `json.dumps`.

    Raises:
        TypeError: there is something in the document that has no JSON.
        ValueError: the document is circular, or NaN is not allowed.
    """
    caller.rewind()
    try:
        if encoder.declines:
            return _stdlib(obj, encoder, encoder.default, allow_nan=words, **kwargs)
        return _with_fragments(obj, encoder, caller, spread=spread, allow_nan=words, **kwargs)
    except ValueError:
        if words or not encoder.allow_nan:
            raise
        return dumps(obj, encoder, caller, spread=spread, words=True, **kwargs)
    except TypeError:
        if kwargs.get("skipkeys") and not encoder.declines:
            raise
    if encoder.declines:
        return dumps(obj, encoder._replace(declines=False), caller, spread=spread, words=words, **kwargs)
    keyed = with_text_keys(obj, encoder.fragment)
    if keyed is not obj:
        return dumps(keyed, encoder, caller, spread=spread, words=words, **kwargs)
    caller.rewind()
    text = encoder.encode(obj, encoder.option & ~orjson.OPT_APPEND_NEWLINE, caller)
    return _stdlib(_builtins(text), encoder, None, allow_nan=False, **kwargs) if spread else text.decode()


def _with_fragments(
    obj: Any, encoder: FrameworkSettings, caller: CallerDefault, *, spread: bool, allow_nan: bool, **kwargs: Any
) -> str:
    fragments: list[str] = []
    others: set[type] = set()
    known = (*encoder.known, Fragment)
    # To ask through the caller takes as long as some defaults do.
    ask, given = (caller.ask, []) if caller.given else (caller.default, caller.given)

    def hook(item: Any) -> Any:
        kind = type(item)
        if kind not in others:
            if issubclass(kind, known):
                text = encoder.fragment(item)
                if spread:
                    return _builtins(text)
                fragments.append(text.decode())
                return _MARK
            others.add(kind)
        reply = ask(item)
        given.append((item, reply))
        return reply

    text = _stdlib(obj, encoder, hook, allow_nan=allow_nan, **kwargs)
    texts = text.split(f'"{_MARK}"') if fragments else [text]
    return "".join(chain.from_iterable(zip(texts, [*fragments, ""], strict=True)))


def _stdlib(
    obj: Any, encoder: FrameworkSettings, default: Callable[[Any], Any] | None, *, allow_nan: bool, **kwargs: Any
) -> str:
    settings: dict[str, Any] = {"ensure_ascii": encoder.ensure_ascii, "check_circular": encoder.check_circular}
    sort_keys = bool(encoder.option & orjson.OPT_SORT_KEYS)
    text = json.dumps(obj, default=default, allow_nan=allow_nan, sort_keys=sort_keys, **settings, **kwargs)
    text = with_null(text) if allow_nan else text
    # How Python replaces a lone surrogate is its escape in JSON, too.
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def _builtins(text: bytes) -> Any:
    try:
        return exact_loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"a longdouble beyond the floats of Python is not JSON compliant: {error}") from None
