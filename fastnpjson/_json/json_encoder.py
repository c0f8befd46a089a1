"""The encoder of `fastnpjson.compat`: orjson where it means what `json` means, else `json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from fastnpjson._arrays.dtypes import NUMPY_TYPES
from fastnpjson._documents.common import is_common
from fastnpjson._documents.replies import Replies
from fastnpjson._json import by_orjson
from fastnpjson._json.by_json import ByJson
from fastnpjson._json.meaning import COMPAT, Meaning, rules_of_layout
from fastnpjson._json.numpy_values import builtins
from fastnpjson._json.places import Refused, with_path
from fastnpjson._json.subclasses import PASSTHROUGH
from fastnpjson._json.text import escape
from fastnpjson._patch import json, orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class JSONReplies(Replies):
    """The default of an encoder, which json is to ask where orjson gave up."""

    keeps = True  # json does not take fragments

    def reads(self, obj: Any) -> bool:
        """Tell whether an object is an array of NumPy with a class of another package: json knows no other arrays."""
        return issubclass(type(obj), np.ndarray)


def encode(obj: Any, encoder: json.JSONEncoder, meaning: Meaning, replies: JSONReplies) -> str:
    """Encode a document as an encoder of json does.

    Args:
        obj: The document.
        encoder: Whose attributes shape the text.
        meaning: How json is meant, where NaN is allowed and keys are not skipped.
        replies: Of the default.
    """
    ascii_only, sorts, indent = encoder.ensure_ascii, encoder.sort_keys, encoder.indent
    comma, colon = encoder.item_separator, encoder.key_separator
    try:
        rules = rules_of_layout(meaning, encoder.allow_nan, encoder.skipkeys, sorts, indent, comma, colon)
        if rules is not None:
            utf8 = by_orjson.dumps(obj, rules, replies, ensure_ascii=ascii_only)
            return (escape(utf8) if ascii_only else utf8).decode()
    except Exception:  # json may take it, and if not, the error is its own, with the notes that newer ones add
        replies.rewind()
    arguments: dict[str, Any] = {"ensure_ascii": ascii_only, "check_circular": encoder.check_circular}
    arguments |= {"indent": indent, "separators": (comma, colon)}
    option = PASSTHROUGH | (orjson.OPT_SORT_KEYS if sorts else 0)
    meaning = meaning.given(encoder.allow_nan, encoder.skipkeys)
    try:
        text = ByJson(option, meaning, replies, True, arguments).dumps(obj)
    except Refused as error:
        raise with_path(error, obj) from None
    replies.check()
    return text


class JSONEncoder(json.JSONEncoder):
    """A `json.JSONEncoder` for NumPy data, at orjson's speed.

    Args:
        skipkeys: Leave out members whose key is not a str, int, float, bool, None or NumPy scalar.
        ensure_ascii: Escape text that is not ASCII. If it is not given, only lone surrogates are escaped, for they have
            no UTF-8; False escapes nothing. ``json.dumps(..., cls=)`` gives True.
        check_circular: Raise `ValueError` for a circular document; without the check it is `RecursionError`.
        allow_nan: Write ``NaN`` and ``Infinity`` as `json` does; otherwise raise `ValueError`.
        sort_keys: Sort the members of objects.
        indent: As for `json.dumps`. orjson can only write documents with None or 2.
        separators: By default ``(",", ":")``, or with an indent ``(",", ": ")``.
        default: Replaces the method `default`.

    >>> import numpy as np
    >>> class Encoder(JSONEncoder):
    ...     def default(self, o):
    ...         return sorted(o) if isinstance(o, set) else super().default(o)
    >>> json.dumps({"x": np.array([1.5, 2.5]), "seen": {3, 1}}, cls=Encoder)
    '{"x":[1.5,2.5],"seen":[1,3]}'
    """

    item_separator: str = ","
    key_separator: str = ":"
    _meaning: ClassVar[Meaning] = COMPAT

    def __init__(
        self,
        *,
        skipkeys: bool = False,
        ensure_ascii: bool | None = None,
        check_circular: bool = True,
        allow_nan: bool = True,
        sort_keys: bool = False,
        indent: int | str | None = None,
        separators: tuple[str, str] | None = None,
        default: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__(
            skipkeys=skipkeys,
            ensure_ascii=ensure_ascii,  # type: ignore[arg-type]
            check_circular=check_circular,
            allow_nan=allow_nan,
            sort_keys=sort_keys,
            indent=indent,
            separators=separators,
            default=default,
        )
        if indent is not None and separators is None:
            self.key_separator = ": "

    def default(self, o: Any) -> Any:
        """Return an object to be encoded instead of one that neither json nor NumPy knows.

        Subclasses override it, and call it for objects that they do not know either.

        Raises:
            TypeError: always.
        """
        return builtins(o) if isinstance(o, NUMPY_TYPES) else self._decline(o)

    def _decline(self, o: Any) -> Any:
        """Ask the next class, which for json itself is an error; it names `common`, if that takes the object."""
        try:
            return super().default(o)
        except TypeError as error:
            if type(error) is not TypeError or not is_common(o):
                raise
            raise TypeError(f"{error}; {self._meaning.door.common}") from None

    def encode(self, o: Any) -> str:
        """Encode an object as a document.

        Raises:
            TypeError: an object in the document has no JSON.
            ValueError: the document is circular, or has NaN where it is not allowed.
        """
        if type(self).iterencode is not JSONEncoder.iterencode:
            return super().encode(o)
        return self._text(o)

    def iterencode(self, o: Any, _one_shot: bool = False) -> Iterator[str]:
        """Encode an object as a document, in one piece."""
        yield self._text(o)

    def _text(self, o: Any) -> str:
        with JSONReplies(self.default) as replies:
            return encode(o, self, self._meaning, replies)
