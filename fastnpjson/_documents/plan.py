"""What is settled before any document: orjson's flags, and what orjson may write by itself under them."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from fastnpjson._accelerator import speedups
from fastnpjson._arrays.native import NUMPY
from fastnpjson._arrays.style import Style
from fastnpjson._documents import kinds
from fastnpjson._documents.finite import check_finite
from fastnpjson._documents.numpy_objects import converter

if TYPE_CHECKING:
    from collections.abc import Callable

# The dtypes that the extension module may hand to orjson: floats, integers of 64 bits, and booleans with the rest.
FLOATS: Final = 1
LONGS: Final = 2
INTEGERS: Final = 4
_DEFAULTS: Final = Style()


class Plan(NamedTuple):
    """How to write a document.

    Attributes:
        style: What shapes the text of an array.
        option: orjson's flags, without `OPT_SERIALIZE_NUMPY`.
        convert: Turns an object that orjson does not know into one that it knows, or into `UNKNOWN`.
        native: For the extension module: the kinds of a document that orjson may write as a whole, the dtypes that
            it may write, and the size in bytes from which arrays are for `convert`.
        check: Raises for a reply that orjson would not write as it should.
        inner: The plan for what replies hold; `None` for this one.
    """

    style: Style
    option: int
    convert: Callable[[Any], Any]
    native: tuple[int, int, int]
    check: Callable[[Any], object] | None = None
    inner: Plan | None = None

    @property
    def writes_words(self) -> bool:
        """Whether NaN in NumPy data does not become `null`; orjson knows nothing of words."""
        return self.style.nan == "string" and (speedups is None or not self.native[1] & FLOATS)

    def second(self) -> Plan:
        """Return the plan of a second attempt, which takes keys that are no strings, and writes words for NaN."""
        _, native, size = self.native
        left = (0, native & ~FLOATS, size) if self.style.nan == "string" else self.native
        return self._replace(option=self.option | orjson.OPT_NON_STR_KEYS, native=left)


# Typed, because orjson refuses True where it takes 1.
@lru_cache(maxsize=None, typed=True)
def make_plan(option: int | None = None, settings: Style = _DEFAULTS) -> Plan:
    """Make the plan of orjson's flags, and of the settings in a style without them.

    Raises:
        JSONEncodeError: `option` is not one of orjson's.
    """
    orjson.dumps(None, None, option)
    style = settings._replace(option=(option or 0) & ~NUMPY)
    clean = kinds.NUMPY if style.option & orjson.OPT_PASSTHROUGH_DATETIME else kinds.NUMPY | kinds.DATETIME
    native = FLOATS | LONGS | INTEGERS
    if style.option & orjson.OPT_STRICT_INTEGER:  # orjson forgets it for integers of NumPy
        clean, native = 0, native & ~LONGS
    if style.decimals is not None:
        clean, native = 0, native & ~FLOATS
    if style.option & orjson.OPT_INDENT_2:  # orjson would put each element on a line
        clean = 0
    return Plan(
        style,
        style.option,
        converter(style),
        (clean, native, sys.maxsize),
        None if style.nan == "null" else check_finite,
    )
