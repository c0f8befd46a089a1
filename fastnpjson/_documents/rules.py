"""Rules for encoding, made once from orjson's flags and a style."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from fastnpjson._arrays.style import Style
from fastnpjson._documents.convert import converter
from fastnpjson._documents.survey import Kind, check_finite
from fastnpjson._extension import speedups
from fastnpjson._orjson import NUMPY

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._documents.advice import Door
    from fastnpjson._documents.replace import Replacements

# The dtypes that the extension module may hand to orjson: floats, integers of 64 bits, and booleans with the rest.
FLOATS: Final = 1
LONGS: Final = 2
INTEGERS: Final = 4
# It makes lists of sets, named tuples and other containers, as `common` does.
CONTAINERS: Final = 8
# It takes an instance of a subclass for the builtin, as json does.
BUILTINS: Final = 16
# It takes `numpy.float64` for a float, where floats are replaced.
FLOAT64: Final = 32
_DEFAULTS: Final = Style()
# orjson takes an integer without these bits for 0, of any size: it looks at the lowest of CPython's digits.
_FLAGS: Final = 2**30 - 1


class Natively(NamedTuple):
    """The things that orjson may write by itself, as the extension module takes them.

    Attributes:
        whole: The kinds of things in a document that orjson may write in one call; 0 for never.
        dtypes: Some of `FLOATS`, `LONGS` and `INTEGERS`; `CONTAINERS`, `BUILTINS` and `FLOAT64`.
        below: Arrays of so many bytes, and larger ones, are for `Rules.convert`.
    """

    whole: int
    dtypes: int
    below: int


class Rules(NamedTuple):
    """How to write a document.

    Attributes:
        style: What shapes the text of an array.
        option: orjson's flags, without `OPT_SERIALIZE_NUMPY`.
        convert: Turns an object that orjson does not know into one that it knows, or into `UNKNOWN`.
        natively: What orjson may write by itself.
        refuse: Raises for a reply that orjson would not write as it should.
        for_replies: The rules for what replies hold; `None` for this one.
        replacements: What to replace in the document, and in replies; `None` in a first attempt, but where floats of
            Python are to be rounded.
        door: The ways out that errors name; `None` for those of `dumps` and `Encoder`.
    """

    style: Style
    option: int
    convert: Callable[[Any], Any]
    natively: Natively
    refuse: Callable[[Any], object] | None = None
    for_replies: Rules | None = None
    replacements: Replacements | None = None
    door: Door | None = None

    @property
    def writes_words(self) -> bool:
        """True if NaN in NumPy data becomes a word, and not `null`, which is all that orjson writes."""
        return self.style.nan == "string" and (speedups is None or not self.natively.dtypes & FLOATS)

    def relaxed(self, replacements: Replacements) -> Rules:
        """Return the rules of a second attempt, which replaces what orjson refuses, and writes words for NaN."""
        natively = self.natively._replace(dtypes=self.natively.dtypes & ~CONTAINERS)
        if self.style.nan == "string":
            natively = natively._replace(whole=0, dtypes=natively.dtypes & ~FLOATS)
        for_replies = self.for_replies and self.for_replies.relaxed(replacements)
        return self._replace(natively=natively, for_replies=for_replies, replacements=replacements)


# Typed, because orjson refuses True where it takes 1.
@lru_cache(maxsize=None, typed=True)
def make_rules(option: int | None = None, settings: Style = _DEFAULTS) -> Rules:
    """Make the rules of orjson's flags, and of the settings in a style without them.

    Raises:
        JSONEncodeError: `option` is not one of orjson's.
    """
    orjson.dumps(None, None, option)
    style = settings._replace(option=(option or 0) & _FLAGS & ~NUMPY)
    whole = Kind.NATIVE if style.option & orjson.OPT_PASSTHROUGH_DATETIME else Kind.NATIVE | Kind.DATETIME
    dtypes = FLOATS | LONGS | INTEGERS
    if style.option & orjson.OPT_STRICT_INTEGER:  # orjson forgets it for integers of NumPy
        whole, dtypes = 0, dtypes & ~LONGS
    if style.decimals is not None:
        whole, dtypes = 0, dtypes & ~FLOATS
    if style.decimals is None or style.factor:
        dtypes |= FLOAT64
    if style.option & orjson.OPT_INDENT_2:  # orjson would put each element on a line
        whole = 0
    below = sys.maxsize
    if style.arrays != "digits":
        whole, below = 0, 0
    return Rules(
        style,
        style.option,
        converter(style),
        Natively(whole, dtypes, below),
        None if style.nan == "null" else check_finite,
    )
