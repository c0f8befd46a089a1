"""What is settled before any document: orjson's flags, and what orjson may write by itself under them."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from fastnpjson._arrays.native import NUMPY
from fastnpjson._arrays.write import Style
from fastnpjson._documents import kinds
from fastnpjson._documents.finite import check_finite
from fastnpjson._documents.numpy_objects import converter

if TYPE_CHECKING:
    from collections.abc import Callable

# The dtypes that the extension module may hand to orjson: floats, integers of 64 bits, and booleans with the rest.
FLOATS: Final = 1
LONGS: Final = 2
INTEGERS: Final = 4


class Plan(NamedTuple):
    """How to write a document.

    Attributes:
        style: What shapes the text of an array.
        option: orjson's flags, without `OPT_SERIALIZE_NUMPY`.
        convert: Turns an object that orjson does not know into one that it knows, or into `UNKNOWN`.
        allow_nan: False to raise `ValueError` for NaN and infinities.
        native: For the extension module: the kinds of a document that orjson may write as a whole, the dtypes that
            it may write, and the size in bytes from which arrays are for `convert`.
        check: Raises for a reply that orjson would not write as it should.
        inner: The plan for what replies hold; `None` for this one.
    """

    style: Style
    option: int
    convert: Callable[[Any], Any]
    native: tuple[int, int, int]
    allow_nan: bool = True
    check: Callable[[Any], object] | None = None
    inner: Plan | None = None


# Typed, because orjson refuses True where it takes 1.
@lru_cache(maxsize=None, typed=True)
def make_plan(option: int | None = None, decimals: int | None = None, *, allow_nan: bool = True) -> Plan:
    """Make the plan of orjson's flags, of the decimals of NumPy's floats, and of whether NaN is allowed.

    Raises:
        JSONEncodeError: `option` is not one of orjson's.
    """
    orjson.dumps(None, None, option)
    style = Style((option or 0) & ~NUMPY, decimals)
    clean = kinds.NUMPY if style.option & orjson.OPT_PASSTHROUGH_DATETIME else kinds.NUMPY | kinds.DATETIME
    native = FLOATS | LONGS | INTEGERS
    if style.option & orjson.OPT_STRICT_INTEGER:  # orjson forgets it for integers of NumPy
        clean, native = 0, native & ~LONGS
    if decimals is not None:
        clean, native = 0, native & ~FLOATS
    if style.option & orjson.OPT_INDENT_2:  # orjson would put each element on a line
        clean = 0
    return Plan(
        style,
        style.option,
        converter(style),
        (clean, native, sys.maxsize),
        allow_nan,
        None if allow_nan else check_finite,
    )
