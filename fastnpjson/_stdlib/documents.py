"""Documents of frameworks: by orjson, or by json where orjson refuses a document or is no faster."""

from __future__ import annotations

import enum
import json
import os
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson
from orjson import Fragment, JSONEncodeError

from fastnpjson._stdlib.escapes import escape, is_dense, with_null
from fastnpjson._stdlib.integers import exact_loads
from fastnpjson._stdlib.keys import with_text_keys
from fastnpjson._stdlib.look import NUMPY_TYPES, has_others, is_worthwhile, look
from fastnpjson._stdlib.subclasses import PASSTHROUGH, builtin_or

if TYPE_CHECKING:
    from collections.abc import Callable

    Default = Callable[[Any], Any]
    Encode = Callable[[Any], bytes]
    Given = list[tuple[Any, Any]]

# Flags for a document as a whole.
_DOCUMENT: Final = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
# Stands in the text of json for what fastnpjson encodes.
_MARK: Final = os.urandom(16).hex()


class FrameworkEncoder(NamedTuple):
    """How a framework encodes a document: as its own json does, with NumPy data, and null for NaN.

    Attributes:
        encoder: Makes fastnpjson's function from an object to its JSON, for a default and flags of orjson.
        default: Called, once for each object, for what json does not know.
        option: The flags for a document.
        known: What json leaves to `encoder`, and not to the default.
        asks_all: True to call the default for UUIDs and enums, too, which orjson writes without a call.
        ensure_ascii: True to escape what is not ASCII.
        allow_nan: False to raise `ValueError` for NaN and infinities.
        check_circular: False to raise `RecursionError` for a circular document.
    """

    encoder: Callable[[Default, int], Encode]
    default: Default
    option: int = PASSTHROUGH
    known: tuple[type, ...] = (*NUMPY_TYPES, enum.Enum)
    asks_all: bool = False
    ensure_ascii: bool = False
    allow_nan: bool = True
    check_circular: bool = True

    def dumps(self, obj: Any) -> bytes:
        """Encode a document, compact, or indented by two with `OPT_INDENT_2`.

        Raises:
            TypeError: names the JSON path of what has no JSON.
            ValueError: the document is circular, or NaN is not allowed.
        """
        given: Given = []
        text = self._by_orjson(obj, given)
        if text is not None:
            return escape(text) if self.ensure_ascii else text
        layout = {"indent": 2} if self.option & orjson.OPT_INDENT_2 else {"separators": (",", ":")}
        text = self._replaying(given).by_json(obj, **layout).encode()
        return text + b"\n" if self.option & orjson.OPT_APPEND_NEWLINE else text

    def by_json(self, obj: Any, *, spread: bool = False, words: bool = False, **kwargs: Any) -> str:
        """Encode a document by json.

        Args:
            obj: The document.
            spread: True to lay out arrays as json lays out lists, and not on one line.
            words: True if NaN or infinities may be there, which takes another pass over the text.
            kwargs: Those of `json.dumps`.
        """
        given: Given = []
        try:
            return self._json(obj, given, spread=spread, allow_nan=words, **kwargs)
        except ValueError:  # for NaN, or a circular document
            if words or not self.allow_nan:
                raise
            return self._replaying(given).by_json(obj, spread=spread, words=True, **kwargs)
        except TypeError:  # for a key, or for something that has no JSON
            if kwargs.get("skipkeys"):
                raise
        again, keyed = self._replaying(given), self.with_text_keys(obj)
        if keyed is not obj:
            return again.by_json(keyed, spread=spread, words=words, **kwargs)
        text = again._encode(obj, self.option & ~orjson.OPT_APPEND_NEWLINE, [])
        if spread:
            return self._json(_builtins(text), [], spread=True, **kwargs)
        return (escape(text) if self.ensure_ascii else text).decode()

    def with_text_keys(self, obj: Any) -> Any:
        """Return a document with text for the keys that fastnpjson knows and json does not."""
        text, found = look(obj, self.option, text_keys=True)
        return obj if text is not None and not found else with_text_keys(obj, self.fragment)

    def fragment(self, obj: Any) -> bytes:
        """Encode a part of a document by fastnpjson."""
        text = self._encode(obj, self.option & ~_DOCUMENT, [])
        return escape(text) if self.ensure_ascii else text

    def _by_orjson(self, obj: Any, given: Given) -> bytes | None:
        text, found = look(obj, self.option)
        if text is None:
            return self._encode(obj, self.option, given) if self.option & orjson.OPT_STRICT_INTEGER else None
        if self.asks_all and has_others([obj]):
            return None
        if not found and (self.allow_nan or b"null" not in text):
            return None if self.ensure_ascii and is_dense(text) else text
        if not is_worthwhile(text, found, self.option):
            return None
        try:
            return self._encode(obj, self.option, given)
        except JSONEncodeError:
            return None

    def _encode(self, obj: Any, option: int, given: Given) -> bytes:
        default = self._answer if self.asks_all else self.default

        def ask(item: Any) -> Any:
            reply = default(item)
            given.append((item, reply))
            return reply

        return self.encoder(partial(builtin_or, ask), option)(obj)

    def _answer(self, obj: Any) -> Fragment:
        """Encode the reply of a default that is to be asked for all in it."""
        return Fragment(self.by_json(self.default(obj), separators=(",", ":")).encode())

    def _replaying(self, given: Given) -> FrameworkEncoder:
        """Make an encoder whose default replies as before: it may have used up an iterator."""
        if not given:
            return self
        replies = {id(item): (item, reply) for item, reply in given}

        def default(item: Any) -> Any:
            return replies[id(item)][1] if id(item) in replies else self.default(item)

        return self._replace(default=default)

    def _json(self, obj: Any, given: Given, *, spread: bool, allow_nan: bool = False, **kwargs: Any) -> str:
        fragments: list[str] = []
        others: set[type] = set()
        default, known = self.default, (*self.known, Fragment)

        def hook(item: Any) -> Any:
            kind = type(item)
            if kind not in others:
                if issubclass(kind, known):
                    if spread:
                        return _builtins(self.fragment(item))
                    fragments.append(self.fragment(item).decode())
                    return _MARK
                others.add(kind)
            reply = default(item)
            given.append((item, reply))
            return reply

        settings = {"ensure_ascii": self.ensure_ascii, "check_circular": self.check_circular}
        sort_keys = bool(self.option & orjson.OPT_SORT_KEYS)
        text = json.dumps(obj, default=hook, allow_nan=allow_nan, sort_keys=sort_keys, **settings, **kwargs)
        text = with_null(text) if allow_nan else text
        if fragments:
            texts = text.split(f'"{_MARK}"')
            text = "".join(chain.from_iterable(zip(texts, [*fragments, ""], strict=True)))
        # How Python replaces a lone surrogate is its escape in JSON, too.
        return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def _builtins(text: bytes) -> Any:
    try:
        return exact_loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"a longdouble beyond the floats of Python is not JSON compliant: {error}") from None
