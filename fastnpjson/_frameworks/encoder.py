"""The encoder of a framework: orjson, or json where orjson refuses a document or is no faster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
from numpy import ndarray
from orjson import JSONEncodeError

from fastnpjson._documents import kinds
from fastnpjson._documents.ask_first import find_or_write
from fastnpjson._documents.caller_default import CallerDefault
from fastnpjson._documents.dumps import encode
from fastnpjson._frameworks import by_json
from fastnpjson._frameworks.settings import Settings
from fastnpjson._stdlib.escapes import escape, is_dense
from fastnpjson._stdlib.worthwhile import is_worthwhile

if TYPE_CHECKING:
    from fastnpjson._documents.plan import Plan

_NUMPY: Final = kinds.NUMPY | kinds.OTHER_NUMPY
# What orjson encodes without asking a default, and what may hold some of it.
_UNASKED: Final = ~(_NUMPY | kinds.KEY)


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
        return by_json.dumps(obj, self, CallerDefault(self.default), spread=True, **kwargs)

    def _text(self, obj: Any) -> bytes | str:
        caller = by_json.make_caller(self)
        utf8 = self._by_orjson(obj, caller)
        if utf8 is not None:
            return escape(utf8) if self.ensure_ascii else utf8
        caller = caller if caller.given else CallerDefault(self.default)
        layout: dict[str, Any] = {"indent": 2} if self.option & orjson.OPT_INDENT_2 else {"separators": (",", ":")}
        text = by_json.dumps(obj, self, caller, **layout)
        return text + "\n" if self.option & orjson.OPT_APPEND_NEWLINE else text

    def _by_orjson(self, obj: Any, caller: CallerDefault) -> bytes | None:
        """Encode a document by orjson; `None` if it is for json."""
        if self.asks_all and kinds.kinds(obj, 0) & _UNASKED:
            return None
        plan = self.plan()
        if issubclass(type(obj), ndarray):
            return encode(obj, plan, caller)
        try:
            plan, found = _find(obj, plan)
        except JSONEncodeError:
            # json knows nothing of this flag.
            return encode(obj, plan, caller) if self.option & orjson.OPT_STRICT_INTEGER else None
        if self._is_slow(obj, found):
            return None
        try:
            return encode(obj, plan, caller, found)
        except JSONEncodeError:
            return None

    def _is_slow(self, obj: Any, found: bytes | list[Any]) -> bool:
        """Tell whether json takes less time for the rest of the work, which it does not for NumPy data."""
        slow = not is_worthwhile(obj, found) if isinstance(found, list) else self.ensure_ascii and is_dense(found)
        return slow and not kinds.kinds(obj, 0) & _NUMPY


def _find(obj: Any, plan: Plan) -> tuple[Plan, bytes | list[Any]]:
    """Return the JSON of a document, or what Python is to be asked for; and the plan for the keys that it has."""
    try:
        return plan, find_or_write(obj, plan.option, plan.native)
    except JSONEncodeError as error:
        if "Dict key must be str" not in str(error):
            raise
    # With the flag for other keys orjson takes three times as long to sort.
    plan = plan._replace(option=plan.option | orjson.OPT_NON_STR_KEYS)
    return plan, find_or_write(obj, plan.option, plan.native)
