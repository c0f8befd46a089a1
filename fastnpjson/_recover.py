"""After orjson has refused a document: the document again in what orjson accepts, or an error that says where."""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson
from orjson import Fragment, JSONEncodeError

from fastnpjson._arrays import has_nan
from fastnpjson._convert import UNKNOWN
from fastnpjson._datetimes import DATES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastnpjson._answers import Answers
    from fastnpjson._convert import Convert

# How deep orjson goes.
_DEEPEST: Final = 254
_INT64: Final = range(-(2**63), 2**64)
_DOCUMENT: Final = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
# Flags that would change a value which becomes a fragment of the document.
_LAYOUT: Final = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
_WAYS_OUT: Final = {
    "c": "write .real and .imag, or pass default=",
    "V": "view it with a dtype that has fields, or pass default=",
    "M": "give it a unit, as in .astype('M8[s]')",
    "m": "give it a unit, as in .astype('m8[s]')",
}
# By the package that a type or a base of it is from. Reading them as arrays unasked would lose names and dimensions.
_RECIPES: Final = {
    "dask": "compute it, or write it with fastnpjson.dask",
    "pandas": "write .to_numpy() of each column",
    "polars": "write .to_numpy() of each column",
    "pydantic": "write .model_dump()",
    "torch": "write .detach().cpu().resolve_conj().resolve_neg().numpy()",
    "xarray": "write .to_dict(data='array')",
}


class _Key(str):
    """A key that equals no other: two keys with the same text are two members, as in orjson."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


class Walk:
    """A slow walk over a document that knows where it is.

    Args:
        convert: Made by `_arrays.converter`.
        answers: The caller's default.
        option: orjson's flags.
        allow_nan: False to raise `ValueError` at NaN and infinities.
    """

    def __init__(self, convert: Convert, answers: Answers, option: int, *, allow_nan: bool = True) -> None:
        self._convert = convert
        self._answers = answers
        self._option = option
        self._allow_nan = allow_nan
        self._subclasses = not option & orjson.OPT_PASSTHROUGH_SUBCLASS

    def dumps(self, obj: Any) -> bytes:
        """Encode a document.

        Raises:
            JSONEncodeError: with the JSON path, type and dtype of the value, and a way out.
            ValueError: for NaN or an infinity that is not allowed.
        """
        document = self._value(obj, "$", 0)
        return orjson.dumps(document, None, self._option & _DOCUMENT | orjson.OPT_NON_STR_KEYS)

    def _value(self, obj: Any, path: str, depth: int) -> Any:
        if depth > _DEEPEST:
            raise _error(path, obj, "nested deeper than 254 levels, or part of a cycle")
        kind = type(obj)
        if kind is dict or (self._subclasses and issubclass(kind, dict)):
            return self._members(dict.items(obj), path, depth)
        if kind is tuple or kind is list or (self._subclasses and issubclass(kind, list)):
            return [self._value(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(list(obj))]
        return self._leaf(obj, path, depth)

    def _members(self, items: Iterable[tuple[Any, Any]], path: str, depth: int) -> dict[_Key, Any]:
        keys_and_items = [(self._key(key, path), item) for key, item in items]
        return {key: self._value(item, path + _step(key), depth + 1) for key, item in keys_and_items}

    def _key(self, key: Any, path: str) -> _Key:
        if issubclass(type(key), enum.Enum):
            key = key.value
        if issubclass(type(key), int) and key not in _INT64:
            return _Key(_digits(key, path))
        try:
            reply = self._convert(key)
            name = key if reply is UNKNOWN else reply
            if type(reply) is Fragment:
                text = orjson.dumps(reply)
                name = orjson.loads(text) if text.startswith(b'"') else text.decode()
            [name] = orjson.loads(orjson.dumps({name: 0}, None, self._option & DATES | orjson.OPT_NON_STR_KEYS))
        except TypeError as error:
            raise _error(path, key, f"not a key: {error}") from None
        return _Key(name)

    def _leaf(self, obj: Any, path: str, depth: int) -> Any:
        unknown: list[Any] = []
        refusal = "Type is not JSON serializable"
        try:
            text = orjson.dumps(obj, unknown.append, self._option & ~_LAYOUT)
        except JSONEncodeError as error:
            refusal = str(error)
        else:
            if not unknown:
                self._check_finite(obj, path)
                return Fragment(text)
            if unknown[0] is obj:
                return self._foreign(obj, path, depth)
        kind = type(obj)
        if issubclass(kind, enum.Enum):
            return self._value(obj.value, path, depth + 1)
        if hasattr(kind, "__dataclass_fields__"):
            return self._members(_fields(obj), path, depth)
        if issubclass(kind, int) and not self._option & orjson.OPT_STRICT_INTEGER:
            return Fragment(_digits(obj, path))
        raise _error(path, obj, refusal)

    def _foreign(self, obj: Any, path: str, depth: int) -> Any:
        """Write what orjson does not know."""
        try:
            reply = self._convert(obj)
        except JSONEncodeError as error:
            raise _error(path, obj, str(error)) from None
        if reply is UNKNOWN:
            reply = self._asked(obj, path)
        else:
            self._check_finite(obj, path)
        return reply if type(reply) is Fragment else self._value(reply, path, depth + 1)

    def _asked(self, obj: Any, path: str) -> Any:
        if self._answers.default is None:
            raise _error(path, obj, f"Type is not JSON serializable; {_way_out(obj)}")
        try:
            return self._answers.ask(obj)
        except TypeError as error:
            # A TypeError is how a default declines; all else is the caller's own, and its subclasses are, too.
            if type(error) is not TypeError and type(error) is not JSONEncodeError:
                raise
            raise _error(path, obj, f"default raised {error!r}" if str(error) else "default declined it") from error

    def _check_finite(self, obj: Any, path: str) -> None:
        if not self._allow_nan and (not math.isfinite(obj) if type(obj) is float else has_nan(obj)):
            raise ValueError(f"{path}: {_name(obj)}: NaN and infinities are not JSON; write None, or allow_nan=True")


def _fields(obj: Any) -> Iterable[tuple[str, Any]]:
    """Return the fields of a dataclass that orjson writes."""
    members = getattr(obj, "__dict__", None)
    if members is None:
        members = {name: getattr(obj, name) for name in type(obj).__dataclass_fields__}
    return [(name, member) for name, member in members.items() if not name.startswith("_")]


def _digits(number: int, path: str) -> str:
    try:
        return int.__repr__(number)
    except ValueError as error:  # more than sys.get_int_max_str_digits()
        raise _error(path, number, str(error)) from None


def _step(key: str) -> str:
    return f".{key}" if key.isidentifier() else f"[{orjson.dumps(str(key)).decode()}]"


def _error(path: str, obj: Any, reason: str) -> JSONEncodeError:
    if len(path) > 200:
        path = f"{path[:100]}...{path[-100:]}"
    return JSONEncodeError(f"{path}: {_name(obj)}: {reason}")


def _name(obj: Any) -> str:
    kind = type(obj)
    name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    if issubclass(kind, (np.ndarray, np.generic)):
        array = np.asarray(obj)
        return f"{name} of dtype {array.dtype} and shape {array.shape}"
    return name


def _way_out(obj: Any) -> str:
    if not issubclass(type(obj), (np.ndarray, np.generic)):
        packages = (str(base.__module__).partition(".")[0] for base in type(obj).__mro__)
        package = next(filter(_RECIPES.__contains__, packages), None)
        return f"{_RECIPES[package]} or pass default=, see {package} in docs/recipes.md" if package else "pass default="
    dtype = np.asarray(obj).dtype
    if dtype.names is not None:
        return "write those of its fields that have JSON, or pass default="
    return _WAYS_OUT.get(dtype.kind, "pass default=")
