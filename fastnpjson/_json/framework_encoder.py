"""The encoder of a framework: orjson, or json where orjson refuses a document or is not faster."""

from __future__ import annotations

import enum
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from orjson import JSONEncodeError

from fastnpjson._arrays.dtypes import is_numpy_array
from fastnpjson._documents.convert import NeedsWalk
from fastnpjson._documents.dumps import encode
from fastnpjson._documents.replies import DECLINED, Replies
from fastnpjson._json import by_orjson
from fastnpjson._json.by_json import ByJson, loads
from fastnpjson._json.keys import NeedsJson
from fastnpjson._json.meaning import rules_of_dumps, rules_of_json
from fastnpjson._json.places import Refused, with_path
from fastnpjson._json.subclasses import PASSTHROUGH
from fastnpjson._json.text import escape
from fastnpjson._patch import json, orjson

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._json.meaning import Meaning


class _Asked(Replies):
    """A default that is asked about enums and UUIDs, too; those that it declines are written as by `dumps`."""

    def declined(self, obj: Any, error: TypeError) -> Any:
        try:
            if isinstance(obj, (enum.Enum, UUID)):
                return obj.value if isinstance(obj, enum.Enum) else str(obj)
            return super().declined(obj, error)
        finally:
            del error  # or it would refer to itself, by its traceback


class FrameworkEncoder(NamedTuple):
    """Encodes documents as the json of a framework does, with NumPy data.

    Attributes:
        meaning: How the framework means json.
        default: Called, once for each object, for what neither json nor fastnpjson knows.
        option: orjson's flags.
        ensure_ascii: True to escape what is not ASCII.
        check_circular: False to raise `RecursionError` for a circular document.
    """

    meaning: Meaning
    default: Callable[[Any], Any]
    option: int = PASSTHROUGH
    ensure_ascii: bool = False
    check_circular: bool = True

    def dumps(self, obj: Any) -> bytes:
        """Encode a document, compact, or indented by two with `OPT_INDENT_2`.

        Raises:
            TypeError: names the JSON path of what has no JSON.
            ValueError: the document is circular, or NaN is not allowed.
        """
        with self._replies() as replies:
            # An array of objects may hold what the default is asked about; json knows nothing of the flag.
            if (is_numpy_array(type(obj)) and not obj.dtype.hasobject) or self.option & orjson.OPT_STRICT_INTEGER:
                return self._by_dumps(obj, replies, self.option)
            try:
                utf8 = by_orjson.dumps(
                    obj, rules_of_json(self.option, self.meaning), replies, ensure_ascii=self.ensure_ascii
                )
                return escape(utf8) if self.ensure_ascii else utf8
            except (JSONEncodeError, NeedsJson, NeedsWalk, RecursionError):
                pass
            layout: dict[str, Any] = {"indent": 2} if self.option & orjson.OPT_INDENT_2 else {"separators": (",", ":")}
            utf8 = self._by_json(obj, replies, spread=False, **layout).encode()
            return utf8 + b"\n" if self.option & orjson.OPT_APPEND_NEWLINE else utf8

    def dumps_str(self, obj: Any) -> str:
        """Encode a document as `dumps` does, in a string."""
        return self.dumps(obj).decode()

    def laid_out(self, obj: Any, **arguments: Any) -> str:
        """Encode a document by json, with arguments of `json.dumps`, and arrays in the layout of lists."""
        with self._replies() as replies:
            return self._by_json(obj, replies, spread=True, **arguments)

    def _replies(self) -> Replies:
        return (_Asked if self.meaning.asked else Replies)(self.default)

    def _by_json(self, obj: Any, replies: Replies, *, spread: bool, **arguments: Any) -> str:
        arguments |= {"ensure_ascii": self.ensure_ascii or None, "check_circular": self.check_circular}
        try:
            return ByJson(self.option, self.meaning, replies, spread, arguments).dumps(obj)
        except (TypeError, NeedsJson) as error:
            if type(error) not in DECLINED and replies.raised(error):
                raise
            if self.meaning.skipkeys:  # `dumps` would complain about keys
                raise with_path(error, obj) if isinstance(error, Refused) else error from None
        except ValueError:
            if self.meaning.nan == "error" and not spread:
                with suppress(TypeError):
                    self._by_dumps(obj, replies, self.option & ~orjson.OPT_APPEND_NEWLINE)
            raise
        utf8 = self._by_dumps(obj, replies, self.option & ~orjson.OPT_APPEND_NEWLINE)  # which says where the error is
        return json.dumps(loads(utf8), **arguments) if spread else utf8.decode()

    def _by_dumps(self, obj: Any, replies: Replies, option: int) -> bytes:
        replies.rewind()
        utf8 = encode(obj, rules_of_dumps(option, self.meaning), replies)
        return escape(utf8) if self.ensure_ascii else utf8
