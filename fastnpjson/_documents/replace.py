"""Copies of only those containers that hold what orjson refuses, so that it can write the rest of the document."""

from __future__ import annotations

import math
from enum import EnumMeta
from operator import is_
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from orjson import Fragment

from fastnpjson._arrays.floats import rounded_float
from fastnpjson._documents.convert import NeedsWalk
from fastnpjson._documents.survey import Kind, kind_of
from fastnpjson._extension import speedups
from fastnpjson._graph import DICTS, Copies
from fastnpjson._orjson import DEEPEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# `Kind` has no bit for these.
_STANDS_FOR_ITSELF: Final = frozenset({str, bool, type(None)})
_TEXT: Final = frozenset({str})
_LEAST: Final = -(2**63)
_MOST: Final = 2**64 - 1


class Key(str):
    """A key that equals no other: two keys with the same text are two members, as in json and orjson."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


class Members:
    """A dataclass to orjson, whose members it does not sort."""

    __dataclass_fields__: ClassVar[dict[str, Any]] = {}

    def __init__(self, members: dict[str, Any]) -> None:
        self.__dict__ = members


class Replacements(NamedTuple):
    """The things to replace in a document, and their replacements.

    Attributes:
        kinds: Of `Kind`: keys always; `BIG_INTEGER`, `NONFINITE`, `ENUM` and `UUID` to replace them, `SUBCLASS` and
            `DATACLASS` to look into them, as orjson does.
        text_of_key: Returns the text of a key, or `None` to leave the member out.
        stand_in: Returns what stands for an enum or a UUID, and the fields of a dataclass in a dict.
        words: What stands for NaN, infinity and minus infinity.
        dataclass: Turns members into what orjson takes for a dataclass.
        key_type: The type of a key whose text is that of another key of the same object.
        like_json: True where ints and floats as keys have the text of json, not of orjson.
        sorts: True where json sorts keys, which it does before they are text.
        for_json: True where json is to encode the document: keys stay where it knows all of an object, and where
            `text_of_key` returns neither text nor `None`.
        factor: 10 to the power of the decimals that floats are rounded to; 0 to leave them.
    """

    kinds: int
    text_of_key: Callable[[Any], Any]
    stand_in: Callable[[Any], Any]
    words: tuple[Any, Any, Any] = (None, None, None)
    dataclass: Callable[[dict[str, Any]], Any] = Members
    key_type: type[str] = Key
    like_json: bool = False
    sorts: bool = False
    for_json: bool = False
    factor: float = 0.0


def replace(obj: Any, replacements: Replacements) -> tuple[Any, bool]:
    """Return a document that orjson takes, and whether it needs orjson's flag for keys that are no strings.

    A container with nothing to replace in it is not copied. Nobody else has a copy, or could change it while orjson is
    inside it.

    Raises:
        NeedsWalk: there is something that has no replacement, or it is nested too deep.
    """
    try:
        replaced: tuple[Any, bool] = _replace(obj, replacements)
    except (TypeError, ValueError, RecursionError):
        raise NeedsWalk from None
    return replaced


def _replace_in_python(obj: Any, replacements: Replacements) -> tuple[Any, bool]:
    replacing = _Replacing(replacements)
    return replacing.value(obj, 0), replacing.keeps


class _Replacing:
    def __init__(self, replacements: Replacements) -> None:
        self._to = replacements
        self.keeps = False
        self._copies = Copies()
        floats_stay = not (replacements.kinds & Kind.NONFINITE or replacements.factor)
        self._leaves = _STANDS_FOR_ITSELF.union((float,) if floats_stay else ())

    def value(self, obj: Any, depth: int) -> Any:
        """Return what stands for a value: the value itself, if there is nothing to replace in it."""
        kind, kinds = type(obj), self._to.kinds
        if kind in _STANDS_FOR_ITSELF:
            return obj
        if kind is float:
            return self._float(obj)
        if kind is int:
            return self._integer(obj)
        looks = kinds & Kind.SUBCLASS and not isinstance(kind, EnumMeta)
        if kind in DICTS or (looks and issubclass(kind, dict)):
            return self._once(self._members, obj, depth)
        if kind is list or kind is tuple or (looks and issubclass(kind, list)):
            return self._once(self._items, obj, depth)
        if looks and issubclass(kind, int):
            return self._integer(obj)
        return self._other(obj, depth)

    def _once(self, copy: Callable[[Any, int], Any], obj: Any, depth: int) -> Any:
        _check(depth)
        made = self._copies.of(obj)
        return self._copies.keep(obj, copy(obj, depth)) if made is None else made

    def _integer(self, number: int) -> Any:
        if not self._to.kinds & Kind.BIG_INTEGER or _LEAST <= int.__index__(number) <= _MOST:
            return number
        return Fragment(int.__repr__(number).encode())

    def _float(self, number: float) -> Any:
        if math.isfinite(number):
            rounded = rounded_float(number, self._to.factor) if self._to.factor else number
            return number if rounded == number else rounded
        if not self._to.kinds & Kind.NONFINITE:
            return number
        return self._to.words[0 if math.isnan(number) else 1 if number > 0 else 2]

    def _items(self, obj: Any, depth: int) -> Any:
        items = obj if type(obj) is tuple else list.copy(obj)
        others = self._values(items, depth + 1)
        return obj if all(map(is_, others, items)) else others

    def _values(self, values: Iterable[Any], depth: int) -> list[Any]:
        """Return what stands for each value; most are leaves, for which a call takes longer than to look."""
        leaves = self._leaves
        return [
            value
            if (kind := type(value)) in leaves or (kind is int and _LEAST <= value <= _MOST)
            else self.value(value, depth)
            for value in values
        ]

    def _members(self, obj: Any, depth: int) -> Any:
        members: dict[Any, Any] = dict.copy(obj) if isinstance(obj, dict) else dict(obj)
        if {*map(type, members)} - _TEXT:
            return self._keyed(obj, members, depth)
        others = self._values(members.values(), depth + 1)
        if all(map(is_, others, members.values())):
            return obj
        return dict(zip(members, others, strict=True))

    def _keyed(self, obj: Any, members: dict[Any, Any], depth: int) -> Any:
        """Return an object with text for its keys."""
        sorts = self._to.like_json and self._to.sorts and not self._to.for_json
        copy: dict[Any, Any] = {}
        is_same = True
        stay = self._to.for_json and self._are_keys_of_json(obj)
        for key, item in sorted(members.items()) if sorts else members.items():
            text = key if stay or type(key) is str else self._text(key)
            if text is None and key is not None:
                is_same = False
                continue
            other = self.value(item, depth + 1)
            is_same = is_same and text is key and other is item
            if text in copy:
                text, self.keeps = self._to.key_type(text), True
            copy[text] = other
        if sorts and list(copy) != sorted(set(copy)):
            raise NeedsWalk
        return obj if is_same else copy

    def _are_keys_of_json(self, obj: Any) -> bool:
        kinds = {str if isinstance(key, str) else int if isinstance(key, (int, float)) else key for key in obj}
        return kinds <= {str, int, None} and not (self._to.sorts and len(kinds) > 1)

    def _text(self, key: Any) -> Any:
        if self._to.like_json and type(key) is float and math.isfinite(key):
            return float.__repr__(key)
        text = self._to.text_of_key(key)
        if text is None or (self._to.for_json and not isinstance(text, str)):
            return None if text is None else key
        return str.__str__(text)

    def _other(self, obj: Any, depth: int) -> Any:
        kind, kinds = kind_of(obj), self._to.kinds
        if kind & kinds & (Kind.ENUM | Kind.UUID):
            # A call of the stand-in, for the same, takes more than json takes for the object.
            if isinstance(obj, str):
                return str.__str__(obj)
            return self._integer(int.__pos__(obj)) if isinstance(obj, int) else self._to.stand_in(obj)
        if kind == Kind.ENUM:
            other = self.value(obj._value_, depth + 1)
            return obj if other is obj._value_ else other
        if kind == Kind.DATACLASS and kinds & Kind.DATACLASS:
            members = self._to.stand_in(obj)
            other = self.value(members, depth)
            return obj if other is members else self._to.dataclass(other)
        return obj


def _check(depth: int) -> None:
    if depth > DEEPEST:
        raise NeedsWalk


_replace: Final = _replace_in_python if speedups is None else speedups.replace
