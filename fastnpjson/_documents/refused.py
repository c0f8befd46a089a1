"""The replacements for what orjson refuses, and json writes: text for keys, digits for integers, words for NaN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastnpjson._documents.fields import fields_of
from fastnpjson._documents.replace import Replacements
from fastnpjson._documents.replies import Replies
from fastnpjson._documents.survey import Kind
from fastnpjson._documents.walk import Walk
from fastnpjson._patch import orjson

if TYPE_CHECKING:
    from fastnpjson._documents.rules import Rules

# For NaN, infinity and minus infinity.
_WORDS: Final = ("NaN", "Infinity", "-Infinity")
# orjson refuses it: the walk says where it is.
_REFUSED: Final = ("\ud800",) * 3


def replacements(rules: Rules) -> Replacements:
    """Make the replacements for a document that is written by a rules."""
    option, style = rules.option, rules.style
    walk = Walk(rules, Replies(None))
    kinds = 0 if option & orjson.OPT_STRICT_INTEGER else Kind.BIG_INTEGER
    kinds |= 0 if style.nan == "null" else Kind.NONFINITE
    kinds |= 0 if option & orjson.OPT_PASSTHROUGH_SUBCLASS else Kind.SUBCLASS
    kinds |= 0 if option & orjson.OPT_PASSTHROUGH_DATACLASS else Kind.DATACLASS
    words = _WORDS if style.nan == "string" else _REFUSED
    return Replacements(kinds, walk.key, fields_of, words, factor=style.factor)
