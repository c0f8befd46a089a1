"""After orjson has refused a document: the document again in what orjson accepts, or an error that says where."""

from __future__ import annotations

import enum
import math
from reprlib import repr as short_repr
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from orjson import Fragment, JSONEncodeError

from fastnpjson._arrays.dtypes import has_nan, is_numpy_type
from fastnpjson._arrays.floats import rounded_float
from fastnpjson._arrays.times import DATES
from fastnpjson._documents.advice import ENCODER, message, way_out
from fastnpjson._documents.array_likes import is_missing, read
from fastnpjson._documents.common import Common, is_common
from fastnpjson._documents.convert import UNKNOWN, converter
from fastnpjson._documents.fields import fields_of, is_array, is_dataclass
from fastnpjson._documents.replace import Key
from fastnpjson._documents.replies import DECLINED
from fastnpjson._graph import DICTS, Copies
from fastnpjson._orjson import DEEPEST
from fastnpjson._patch import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastnpjson._documents.replies import Replies
    from fastnpjson._documents.rules import Rules
    from fastnpjson._jsonpath import Path

_INT64: Final = range(-(2**63), 2**64)
# Flags for a document as a whole; they would change a value that becomes a fragment of it.
_DOCUMENT: Final = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


class Walk:
    """A slow walk over a document that knows where it is.

    Args:
        rules: How to write the document.
        default: The caller's default.
    """

    def __init__(self, rules: Rules, default: Replies) -> None:
        self._convert = rules.convert
        self._default = default
        self._option = rules.option
        self._nan = rules.style.nan
        self._factor = rules.style.factor
        self._door = rules.door or ENCODER
        # A key that is rounded could be another.
        style = rules.style._replace(option=rules.option & DATES, decimals=None)
        # Nor is a pair one.
        self._convert_key = converter(style._replace(complex="error") if style.complex == "pair" else style)
        self._inner = self if rules.for_replies is None else Walk(rules.for_replies, default)
        self._subclasses = not rules.option & orjson.OPT_PASSTHROUGH_SUBCLASS
        self._copies = Copies()

    def dumps(self, obj: Any) -> bytes:
        """Encode a document.

        Raises:
            JSONEncodeError: with the JSON path, type and dtype of the value, and a way out.
            ValueError: for NaN or an infinity that is not allowed.
        """
        try:
            document = self.value(obj, None, 0)
        except RecursionError:
            raise _error(None, obj, "nested too deep for the recursion limit, or circular") from None
        return orjson.dumps(document, None, self._option & _DOCUMENT | orjson.OPT_NON_STR_KEYS)

    def value(self, obj: Any, path: Path, depth: int) -> Any:
        """Return what stands for a value of the document: builtins and fragments."""
        if depth > DEEPEST:
            raise _error(path, obj, f"nested deeper than {DEEPEST} levels, or part of a cycle")
        kind = type(obj)
        if kind in DICTS or (self._subclasses and issubclass(kind, dict)):
            made = self._copies.of(obj)
            return self._copies.keep(obj, self._members(self._keyed(obj, path), path, depth)) if made is None else made
        if kind is tuple or kind is list or (self._subclasses and issubclass(kind, list)):
            made = self._copies.of(obj)
            if made is not None:
                return made
            # Like orjson past an __iter__ of the subclass.
            items = obj if kind is tuple else list.copy(obj)
            made = [self.value(item, (path, index), depth + 1) for index, item in enumerate(items)]
            return self._copies.keep(obj, made)
        return self._leaf(obj, path, depth)

    def _keyed(self, obj: Any, path: Path) -> list[tuple[Key, Any]]:
        items = dict.items(obj) if isinstance(obj, dict) else obj.items()
        members = [(self.key(key, path), item) for key, item in items]
        if self._option & orjson.OPT_SORT_KEYS:
            members.sort(key=lambda member: str(member[0]))
        return members

    def _members(self, members: Iterable[tuple[Key, Any]], path: Path, depth: int) -> dict[Key, Any]:
        return {key: self.value(item, (path, key), depth + 1) for key, item in members}

    def key(self, key: Any, path: Path = None) -> Key:
        """Return the text of a key.

        Raises:
            JSONEncodeError: it cannot be a key.
            ValueError: it is NaN or an infinity, which is not allowed.
        """
        while issubclass(type(key), enum.Enum):
            key = key.value
        # Exactly an int: for a subclass the range would compare with each of its numbers.
        if issubclass(type(key), int) and int.__index__(key) not in _INT64:
            return Key(_digits(key, path))
        if issubclass(type(key), np.ndarray):
            raise _error(path, key, "not a key")
        key = self._finite(None if is_missing(key) else key, path)
        try:
            reply = self._convert_key(key)
            name = key if reply is UNKNOWN else reply
            if type(reply) is Fragment:
                text = orjson.dumps(reply)
                name = orjson.loads(text) if text.startswith(b'"') else text.decode()
            [name] = orjson.loads(orjson.dumps({name: 0}, None, self._option & DATES | orjson.OPT_NON_STR_KEYS))
        except TypeError as error:
            if "OPT_NON_STR_KEYS" not in str(error):
                raise _error(path, key, f"not a key: {error}") from None
            way = "key.decode()" if isinstance(key, bytes) else "str(key)"
            raise _error(path, key, f"not a key of JSON: {short_repr(key)}; make it text, as by {way}") from None
        return Key(name)

    def _leaf(self, obj: Any, path: Path, depth: int) -> Any:
        if self._factor and type(obj) is float and math.isfinite(obj):
            obj = rounded_float(obj, self._factor)
        unknown: list[Any] = []
        kind, refusal = type(obj), "Type is not JSON serializable"
        try:
            text = orjson.dumps(obj, unknown.append, self._option & ~_DOCUMENT)
        except JSONEncodeError as error:
            refusal = str(error)
        else:
            if unknown and unknown[0] is obj:
                return self._foreign(obj, path, depth)
            if not unknown and not _has_parts(kind):
                finite = self._finite(obj, path)
                return Fragment(text) if finite is obj else self._convert(finite)
        if issubclass(kind, enum.Enum):
            return self.value(obj.value, path, depth + 1)
        if is_dataclass(obj):
            return self._dataclass(obj, path, depth)
        if issubclass(kind, int) and not self._option & orjson.OPT_STRICT_INTEGER:
            return Fragment(_digits(obj, path))
        raise _error(path, obj, refusal)

    def _dataclass(self, obj: Any, path: Path, depth: int) -> Any:
        try:
            if is_array(obj):
                return self._foreign(obj, path, depth)
            members = [(Key(name), member) for name, member in fields_of(obj).items()]
        except AttributeError as error:
            raise _error(path, obj, str(error)) from None
        return self._members(members, path, depth)

    def _foreign(self, obj: Any, path: Path, depth: int) -> Any:
        """Write what orjson does not know."""
        try:
            reply = self._convert(obj)
        except JSONEncodeError as error:
            raise _error(path, obj, self._reason(obj, str(error), declined=True)) from None
        inner = self
        if reply is UNKNOWN:
            reply, inner = self._asked(obj, path), self._inner
            if reply is obj:
                raise _error(path, obj, "default returned the object that it was asked about; raise TypeError instead")
        else:
            self._finite(obj, path)
        return reply if type(reply) is Fragment else inner.value(reply, path, depth + 1)

    def _asked(self, obj: Any, path: Path) -> Any:
        try:
            return self._default.ask(obj)
        except TypeError as error:
            if type(error) not in DECLINED:
                raise
            if self._default.default is None:
                raise _error(path, obj, self._reason(obj, str(error), declined=False)) from None
            reason = f"default raised {error!r}" if str(error) else "default declined it"
            raise _error(path, obj, self._reason(obj, reason + _refusal(obj), declined=True)) from error

    def _reason(self, obj: Any, reason: str, *, declined: bool) -> str:
        """Return why an object has no JSON, and what to do; of a record the field is named."""
        common = type(self._default.default) is not Common and is_common(obj)
        # NumPy 2.5 has no fields for masked arrays without elements.
        part, names = np.asarray(obj) if is_numpy_type(type(obj)) else obj, list[str]()
        while type(part) is np.ndarray and (fields := part.dtype.names) is not None:
            odd = [name for name in fields if not self._has_json(part[name])]
            if not odd:
                break
            part = part[odd[0]]
            names.append(odd[0])
        field = f", for its field {'.'.join(names)!r} is {part.dtype}" if names else ""
        return reason + field + way_out(part, self._door, declined=declined, common=common)

    def _has_json(self, obj: Any) -> bool:
        try:
            return self._convert(obj) is not UNKNOWN
        except JSONEncodeError:
            return False

    def _finite(self, obj: Any, path: Path) -> Any:
        """Return what can be written, with its NaN: a scalar of NumPy for a float that is to become a word."""
        if self._nan == "null" or (math.isfinite(obj) if type(obj) is float else not has_nan(obj)):
            return obj
        if self._nan == "error":
            raise ValueError(message(path, obj, "NaN and infinities are not JSON; write None, or let them be null"))
        return np.float64(obj) if type(obj) is float else obj


def _refusal(obj: Any) -> str:
    """Say what the package of an object raised when it was asked for an array."""
    try:
        read(obj)
    except JSONEncodeError as error:
        return f", and {error}" if error.__cause__ is not None else ""
    return ""


def _error(path: Path, obj: Any, reason: str) -> JSONEncodeError:
    return JSONEncodeError(message(path, obj, reason))


def _has_parts(kind: type) -> bool:
    """Tell whether orjson looks into an object as it does into containers: an enumeration or a dataclass."""
    return not issubclass(kind, (str, int)) and (issubclass(kind, enum.Enum) or hasattr(kind, "__dataclass_fields__"))


def _digits(number: int, path: Path) -> str:
    try:
        return int.__repr__(number)
    except ValueError as error:  # more than sys.get_int_max_str_digits()
        raise _error(path, number, str(error)) from None
