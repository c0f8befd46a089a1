"""Encoders that others wrote for `json`: at orjson's speed where they do no more than to override `default`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastnpjson._json.json_encoder import JSONReplies, encode
from fastnpjson._json.meaning import OTHERS
from fastnpjson._json.numpy_values import builtins, is_numpy
from fastnpjson._patch import json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# With one of its own of these a class takes more into its hands than single objects.
_METHODS: Final = ("__init__", "__new__", "__getattribute__", "encode", "iterencode")


class _Replies(JSONReplies):
    """The default of the class; NumPy data that it declines is written as by `fastnpjson.dumps`."""

    def __init__(self, default: Callable[[Any], Any]) -> None:
        super().__init__(default)
        if default is str or default is repr:  # which have words for NumPy data, too
            words = self.default
            self.default = self.direct = lambda obj: builtins(obj) if is_numpy(obj) else words(obj)

    def declined(self, obj: Any, error: TypeError) -> Any:
        try:
            return builtins(obj) if is_numpy(obj) else super().declined(obj, error)
        finally:
            del error  # or it would refer to itself, by its traceback


class ForeignEncoder:
    """Stands for a `json.JSONEncoder` that somebody else wrote.

    Its `default` is asked for NumPy data, too, because what it makes of an array may be anything: a rounded list, or
    an object with dtype and shape.

    Args:
        encoder: The encoder.
        has_separators: True if the caller gave some. If neither does the class, they are those of `compat`.
    """

    def __init__(self, encoder: json.JSONEncoder, *, has_separators: bool) -> None:
        self._encoder = encoder
        kind = type(encoder)
        self._overrides = any(getattr(kind, name) is not getattr(json.JSONEncoder, name) for name in _METHODS)
        stock = (", ", ": ") if encoder.indent is None else (",", ": ")
        if not (self._overrides or has_separators) and (encoder.item_separator, encoder.key_separator) == stock:
            encoder.item_separator, encoder.key_separator = ",", ":" if encoder.indent is None else ": "

    def encode(self, o: Any) -> str:
        """Encode an object as a document."""
        with _Replies(self._encoder.default) as replies:
            return self._encode(o, replies)

    def _encode(self, o: Any, replies: JSONReplies) -> str:
        encoder = self._encoder
        if self._overrides:
            encoder.default = replies.ask  # type: ignore[assignment, method-assign]
            return encoder.encode(o)
        return encode(o, encoder, OTHERS, replies)

    def iterencode(self, o: Any) -> Iterator[str]:
        """Encode an object as a document, in one piece, or in those of a class that overrides `iterencode`."""
        if not self._overrides:
            yield self.encode(o)
            return
        with _Replies(self._encoder.default) as replies:
            self._encoder.default = replies.ask  # type: ignore[assignment, method-assign]
            yield from self._encoder.iterencode(o)
