"""The rules of `json` for a document, as each of those means them who write by it: a table with a row for each."""

from __future__ import annotations

import datetime
import enum
import math
import sys
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from uuid import UUID

import numpy as np
from orjson import Fragment, JSONEncodeError

from fastnpjson._arrays.dtypes import NUMPY_TYPES, has_nan
from fastnpjson._arrays.style import Style
from fastnpjson._documents import advice
from fastnpjson._documents.convert import UNKNOWN
from fastnpjson._documents.refused import replacements as replacements_of
from fastnpjson._documents.replace import replace
from fastnpjson._documents.replies import Asked
from fastnpjson._documents.rules import BUILTINS, FLOAT64, Natively, make_rules
from fastnpjson._documents.survey import Kind
from fastnpjson._json.keys import NeedsJson, text_by_json
from fastnpjson._json.numpy_values import has_objects, is_numpy, text
from fastnpjson._json.subclasses import PASSTHROUGH, builtin, is_subclass
from fastnpjson._orjson import fragment
from fastnpjson._patch import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._documents.advice import Door
    from fastnpjson._documents.convert import Convert
    from fastnpjson._documents.replace import Replacements
    from fastnpjson._documents.rules import Rules

_ASKED: Final = Kind.ENUM | Kind.UUID
# Where NaN may be, in an enum of floats, too.
_NAN: Final = Kind.NONFINITE | Kind.NATIVE_NONFINITE | Kind.OTHER_NUMPY | Kind.ENUM


class Meaning(NamedTuple):
    """A row of the table.

    Attributes:
        nan: What becomes of NaN and infinities: the words that json has for them, `null`, or a `ValueError`.
        asked: The kinds of what orjson knows, and the default is asked about all the same.
        known: The types that are written without a question to the default; without any it comes before NumPy, too.
        own: True for a default of the framework itself: it declines what is `known`, and may be called twice.
        like_json: True where keys, their order and errors are those of json; elsewhere they are those of `dumps`.
        skipkeys: True to leave out members whose key json does not know.
        door: The ways out that errors name.
    """

    nan: Literal["word", "null", "error"] = "null"
    asked: int = 0
    known: tuple[type, ...] = NUMPY_TYPES
    own: bool = False
    like_json: bool = False
    skipkeys: bool = False
    door: Door = advice.FLASK

    def given(self, allow_nan: Any, skipkeys: Any) -> Meaning:
        """Return the row with arguments of `json.dumps`."""
        if allow_nan and not skipkeys:
            return self
        return self._replace(nan=self.nan if allow_nan else "error", skipkeys=bool(skipkeys))


COMPAT: Final = Meaning("word", _ASKED, like_json=True, door=advice.JSON)
DJANGO: Final = COMPAT._replace(door=advice.DJANGO)
DJANGO_FIELDS: Final = DJANGO._replace(nan="null")
OTHERS: Final = COMPAT._replace(known=())  # the encoders that others wrote for json
OWN_OF_FLASK: Final = Meaning(known=(*NUMPY_TYPES, enum.Enum), own=True)
OTHER_OF_FLASK: Final = Meaning(asked=_ASKED)
DJANGO_RESPONSES: Final = OWN_OF_FLASK._replace(door=advice.DJANGO)
# fastnpjson is to write all that json does not know: dates, dataclasses, UUIDs and enums, too.
RESPONSES_OF_STARLETTE: Final = Meaning(known=(object,), door=advice.STARLETTE)

# The layouts that orjson has, by indent and separators: json writes all others.
LAYOUTS: Final[dict[Any, int]] = {
    (None, ",", ":"): PASSTHROUGH,
    (2, ",", ": "): PASSTHROUGH | orjson.OPT_INDENT_2,
    ("  ", ",", ": "): PASSTHROUGH | orjson.OPT_INDENT_2,
}
# The most common of those that are for the default: two checks for subclasses take as long as most defaults.
_UNKNOWN_TYPES: Final = frozenset({datetime.date, datetime.datetime, datetime.time, Decimal})
_WITHOUT_NAN: Final = "biuSUTMm"
_NO_KEYS: Final = frozenset({tuple, frozenset, bytes, complex})
_NO_NUMPY: Final = Natively(0, BUILTINS | FLOAT64, sys.maxsize)
_WORDS: Final = (Fragment(b"NaN"), Fragment(b"Infinity"), Fragment(b"-Infinity"))


@cache
def rules_of_dumps(option: int, meaning: Meaning) -> Rules:
    """Make rules by which `dumps` takes a subclass of a builtin for that builtin, as json does."""
    rules = make_rules(option, Style(nan="error" if meaning.nan == "error" else "null"))
    natively = rules.natively._replace(dtypes=rules.natively.dtypes | BUILTINS)
    return rules._replace(convert=_convert(rules.convert, meaning), natively=natively, door=meaning.door)


class JSONRules(NamedTuple):
    """How orjson writes a document as json does.

    Attributes:
        rules: How to write it; those for replies are also for a document with NaN in NumPy data that has a word.
        replacements: What to replace in it, if there is some.
        looks: The kinds that orjson would write in another way than json: a survey looks for them.
        walks: True where the walk of `dumps` may write what orjson refuses: it asks about nothing that orjson knows.
    """

    rules: Rules
    replacements: Replacements
    looks: int
    walks: bool


@cache
def rules_of_json(option: int, meaning: Meaning) -> JSONRules:
    """Make the rules by which orjson writes a document as json does."""
    rules = rules_of_dumps(option, meaning)
    base = replacements_of(rules)
    replacements = _replacements(base, option, meaning)
    if not (meaning.like_json or meaning.asked):
        return JSONRules(rules, replacements, 0, walks=True)
    # Only json knows whether a reply holds the object that it is for.
    in_replies = rules.relaxed(_replacements(base, option, meaning, asks=False))
    looks = meaning.asked | (Kind.KEY | Kind.BIG_INTEGER if meaning.like_json else 0)
    if meaning.nan != "null":
        looks |= _NAN
        convert = _convert(make_rules(option).convert, meaning, words=True)
        rules = rules._replace(convert=convert, refuse=None)
        in_replies = in_replies._replace(convert=convert, refuse=None, natively=_NO_NUMPY)
    rules = rules._replace(natively=rules.natively if meaning.known else _NO_NUMPY, for_replies=in_replies)
    return JSONRules(rules, replacements, looks, walks=False)


@cache
def rules_of_layout(meaning: Meaning, allow_nan: Any, skipkeys: Any, sort_keys: Any, *layout: Any) -> JSONRules | None:
    """Make the rules for arguments of `json.dumps` and one of `LAYOUTS`; `None` if orjson has no such layout."""
    option = LAYOUTS.get(layout)
    if option is None:
        return None
    option |= orjson.OPT_SORT_KEYS if sort_keys else 0
    return rules_of_json(option, meaning.given(allow_nan, skipkeys))


def _convert(written: Convert, meaning: Meaning, *, words: bool = False) -> Convert:
    def convert(obj: Any) -> Any:
        kind = type(obj)
        if kind in _UNKNOWN_TYPES:
            return UNKNOWN
        if issubclass(kind, str):  # `numpy.str_`, too
            return str.__str__(obj)
        if kind is np.float64:
            if math.isfinite(obj):
                return float(obj)
            if words and meaning.nan == "word":
                return _WORDS[0 if math.isnan(obj) else 1 if obj > 0 else 2]
        is_builtin = is_subclass(kind)
        if issubclass(kind, NUMPY_TYPES):
            if not (meaning.known or is_builtin):
                return UNKNOWN
            may_have_nan = words and obj.dtype.kind not in _WITHOUT_NAN and not has_objects(obj.dtype)
            if may_have_nan and has_nan(obj) and is_numpy(obj):
                if meaning.nan == "error":
                    raise NeedsJson
                return fragment(text(obj))
        elif is_builtin:
            return builtin(obj)
        return written(obj)

    return convert


def _replacements(base: Replacements, option: int, meaning: Meaning, *, asks: bool = True) -> Replacements:
    def stand_in(obj: Any) -> Any:
        if asks and type(obj) is UUID:
            return Asked(obj)
        if not isinstance(obj, (enum.Enum, UUID)):  # a dataclass
            return base.stand_in(obj)
        if is_subclass(type(obj)):
            return replace(builtin(obj), replacements)[0]  # an enum of floats may have NaN
        if not asks:
            raise NeedsJson
        return Asked(obj)

    nans = 0 if meaning.nan == "null" else Kind.NONFINITE
    replacements = base._replace(
        kinds=base.kinds | meaning.asked | nans,
        text_of_key=_text_of_key(base.text_of_key, meaning),
        stand_in=stand_in,
        words=_WORDS if meaning.nan == "word" else base.words,
        like_json=meaning.like_json,
        sorts=meaning.like_json and bool(option & orjson.OPT_SORT_KEYS),
    )
    return replacements


def _text_of_key(text_of_key: Callable[[Any], str], meaning: Meaning) -> Callable[[Any], str | None]:
    if meaning.like_json:
        return partial(text_by_json, allow_nan=meaning.nan != "error", skipkeys=meaning.skipkeys)

    def text_or_none(key: Any) -> str | None:
        kind = type(key)
        if kind in _NO_KEYS:  # an error takes as long as many members
            return None
        try:
            return text_of_key(key)
        except JSONEncodeError:
            # json knows these: a lone surrogate, and a float of a subclass.
            if issubclass(kind, str):
                return str.__str__(key)
            return text_of_key(float.__pos__(key)) if issubclass(kind, float) else None

    return text_or_none if meaning.skipkeys else text_of_key
