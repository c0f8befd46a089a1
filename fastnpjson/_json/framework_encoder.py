"""The encoder of a framework: orjson, or json where orjson refuses a document or is not faster."""

from __future__ import annotations

from typing import Any

from orjson import JSONEncodeError

from fastnpjson._arrays.dtypes import is_numpy_array
from fastnpjson._documents.dumps import encode, encode_with_replacements
from fastnpjson._documents.replies import Replies
from fastnpjson._documents.survey import survey
from fastnpjson._documents.two_pass import collect
from fastnpjson._json import by_json
from fastnpjson._json.settings import Settings
from fastnpjson._json.text import escape
from fastnpjson._json.worthwhile import json_is_faster
from fastnpjson._patch import orjson


class FrameworkEncoder(Settings):
    """Encodes documents as the json of a framework does, with NumPy data, and null for NaN."""

    __slots__ = ()

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

    def laid_out(self, obj: Any, **kwargs: Any) -> str:
        """Encode a document by json, with arguments of `json.dumps`, and arrays in the layout of lists."""
        with Replies(self.default) as caller:
            return by_json.dumps(obj, self, caller, spread=True, **kwargs)

    def _text(self, obj: Any) -> bytes | str:
        with by_json.make_caller(self) as caller, Replies(self.default) as other:
            utf8 = self._by_orjson(obj, caller)
            if utf8 is not None:
                return escape(utf8) if self.ensure_ascii else utf8
            layout: dict[str, Any] = {"indent": 2} if self.option & orjson.OPT_INDENT_2 else {"separators": (",", ":")}
            text = by_json.dumps(obj, self, caller if caller.log else other, **layout)
        return text + "\n" if self.option & orjson.OPT_APPEND_NEWLINE else text

    def _by_orjson(self, obj: Any, caller: Replies) -> bytes | None:
        """Encode a document by orjson; `None` if it is for json."""
        if self.asks_all and survey(obj, 0) & by_json.ASKED:
            return None
        rules = self.rules()
        if is_numpy_array(type(obj)):
            return encode(obj, rules, caller)
        try:
            found = collect(obj, rules.option, rules.natively)
        except JSONEncodeError as error:
            if self.option & orjson.OPT_STRICT_INTEGER:  # json knows nothing of this flag
                return encode(obj, rules, caller)
            # json escapes surrogates.
            return None if "UTF-8" in str(error) else encode_with_replacements(obj, rules, caller)
        if json_is_faster(obj, found, ensure_ascii=self.ensure_ascii):
            return None
        try:
            return encode(obj, rules, caller, found)
        except JSONEncodeError:
            return None
