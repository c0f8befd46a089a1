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
    """Encodes documents as the json of a framework does, with NumPy data, and null for NaN.

    Attributes:
        encoder: Makes fastnpjson's function from an object to its JSON, for a default and flags of orjson.
        default: Called, once for each object, for what json does not know.
        option: orjson's flags for a document.
        known: The types that are for `encoder` where json does not know them, and not for the default.
        declines: True for a default of the framework itself: it declines what is `known`, and may be called again.
        asks_all: True to call the default for UUIDs and enums, too, which orjson encodes without a call.
        ensure_ascii: True to escape what is not ASCII.
        allow_nan: False to raise `ValueError` for NaN and infinities.
        check_circular: False to raise `RecursionError` for a circular document.
    """

    encoder: Callable[[Default, int], Encode]
    default: Default
    option: int = PASSTHROUGH
    known: tuple[type, ...] = (*NUMPY_TYPES, enum.Enum)
    declines: bool = False
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
        text = self._text(obj)
        return text.encode() if isinstance(text, str) else text

    def dumps_str(self, obj: Any) -> str:
        """Encode a document as `dumps` does, in a string."""
        text = self._text(obj)
        return text if isinstance(text, str) else text.decode()

    def by_json(self, obj: Any, *, spread: bool = False, words: bool = False, **kwargs: Any) -> str:
        """Encode a document by json.

        Args:
            obj: The document.
            spread: True to lay out arrays as json lays out lists, and not on one line.
            words: True if NaN or infinities are to be expected, which takes another pass over the text.
            kwargs: Those of `json.dumps`.
        """
        given: Given = []
        try:
            if self.declines and not words:
                return self._stdlib(obj, self.default, allow_nan=False, **kwargs)
            return self._with_fragments(obj, given, spread=spread, allow_nan=words, **kwargs)
        except ValueError:  # for NaN, or a circular document
            if words or not self.allow_nan:
                raise
            return self._replaying(given).by_json(obj, spread=spread, words=True, **kwargs)
        except TypeError:  # for NumPy data, for a key, or for something that has no JSON
            again = self._replaying(given)
            if self.declines:
                return again._replace(declines=False).by_json(obj, spread=spread, words=words, **kwargs)
            if kwargs.get("skipkeys"):
                raise
        keyed = self.with_text_keys(obj)
        if keyed is not obj:
            return again.by_json(keyed, spread=spread, words=words, **kwargs)
        text = again._encode(obj, self.option & ~orjson.OPT_APPEND_NEWLINE, [])
        if spread:
            return self._stdlib(_builtins(text), self.default, allow_nan=False, **kwargs)
        return (escape(text) if self.ensure_ascii else text).decode()

    def with_text_keys(self, obj: Any) -> Any:
        """Return a document with text for the keys that fastnpjson knows and json does not."""
        text, found = look(obj, self.option, text_keys=True)
        return obj if text is not None and not found else with_text_keys(obj, self._fragment)

    def _text(self, obj: Any) -> bytes | str:
        given: Given = []
        text = self._by_orjson(obj, given)
        if text is not None:
            return escape(text) if self.ensure_ascii else text
        layout = {"indent": 2} if self.option & orjson.OPT_INDENT_2 else {"separators": (",", ":")}
        text = self._replaying(given).by_json(obj, **layout)
        return text + "\n" if self.option & orjson.OPT_APPEND_NEWLINE else text

    def _by_orjson(self, obj: Any, given: Given) -> bytes | None:
        """Encode a document by orjson; `None` if it is for json."""
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
        """Encode a document, or a part of it, by fastnpjson."""
        default = self._answer if self.asks_all else self.default

        def ask(item: Any) -> Any:
            reply = default(item)
            given.append((item, reply))
            return reply

        return self.encoder(partial(builtin_or, ask), option)(obj)

    def _fragment(self, obj: Any) -> bytes:
        text = self._encode(obj, self.option & ~_DOCUMENT, [])
        return escape(text) if self.ensure_ascii else text

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

    def _with_fragments(self, obj: Any, given: Given, *, spread: bool, **kwargs: Any) -> str:
        fragments: list[str] = []
        others: set[type] = set()
        default, known = self.default, (*self.known, Fragment)

        def hook(item: Any) -> Any:
            kind = type(item)
            if kind not in others:
                if issubclass(kind, known):
                    if spread:
                        return _builtins(self._fragment(item))
                    fragments.append(self._fragment(item).decode())
                    return _MARK
                others.add(kind)
            reply = default(item)
            given.append((item, reply))
            return reply

        text = self._stdlib(obj, hook, **kwargs)
        if not fragments:
            return text
        texts = text.split(f'"{_MARK}"')
        return "".join(chain.from_iterable(zip(texts, [*fragments, ""], strict=True)))

    def _stdlib(self, obj: Any, default: Default, *, allow_nan: bool, **kwargs: Any) -> str:
        settings = {"ensure_ascii": self.ensure_ascii, "check_circular": self.check_circular}
        sort_keys = bool(self.option & orjson.OPT_SORT_KEYS)
        text = json.dumps(obj, default=default, allow_nan=allow_nan, sort_keys=sort_keys, **settings, **kwargs)
        text = with_null(text) if allow_nan else text
        # How Python replaces a lone surrogate is its escape in JSON, too.
        return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def _builtins(text: bytes) -> Any:
    try:
        return exact_loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"a longdouble beyond the floats of Python is not JSON compliant: {error}") from None
