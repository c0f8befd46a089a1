"""Values of lists to arrays of a dtype: each is exact or, if it is a float, rounded once.

All readers of lists make their arrays here: `loads`, the round trip, the fields of pydantic and the command line. What
they take beside the values of the dtype is a `Policy`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from fastnpjson._reading.dates import dates
from fastnpjson._reading.durations import durations
from fastnpjson._reading.errors import NotArray
from fastnpjson._reading.lists import LARGEST, names_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fastnpjson._reading.lists import Array, DType

    Texts = Callable[[], Sequence[str] | None]

_NAN: Final[dict[Any, float]] = {None: np.nan}
# The words for floats that JSON has no number for.
WORDS: Final[dict[Any, float]] = _NAN | {"NaN": np.nan, "Infinity": np.inf, "-Infinity": -np.inf}
_NULL: Final = type(None)
# A number of JSON (RFC 8259).
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
# The bits of a float64 that are 0 where it is half-way between two float16, or two float32.
REST: Final = {2: 2**41 - 1, 4: 2**28 - 1}
# How many bytes an array of strings may have for each character, where the dtype has no length for them.
_PADDING: Final = 256


class Policy(NamedTuple):
    """The values that a reader takes for an element, beside those of the dtype. docs/reading.md has them in a table.

    Args:
        words: What stands for a float that JSON has no number for.
        digits: Take strings of digits for floats.
        whole: Take floats without a fraction for integers.
        exact: Refuse an integer among floats that is not a float64.
        masked: Take `None` for any element; `filled` puts a value of the dtype in its place.
        null: What an error about `None` says beside the reason.
    """

    words: Mapping[Any, float] = WORDS
    digits: bool = False
    whole: bool = False
    exact: bool = False
    masked: bool = False
    null: str = ""


PATHS: Final = Policy(null="; only floats and times have a null, and masked arrays: masked=True")
COLUMNS: Final = Policy(null="; only floats and times have a null, and object takes any value")
MASKED: Final = Policy(masked=True)
TAGS: Final = Policy(digits=True)
FIELDS: Final = Policy(whole=True, exact=True)
FINITE_FIELDS: Final = FIELDS._replace(words={})
FILES: Final = Policy(words=_NAN, exact=True)

# The dtypes of values where there has to be an array, by their types in JSON.
_DTYPES: Final[list[tuple[set[type], str]]] = [({bool}, "?"), ({int, float, _NULL}, "f8"), ({str}, "U")]


def dtype_for(leaves: list[Any]) -> DType | None:
    """Return the dtype of values where there has to be an array; `None` for types that have none together.

    >>> dtype_for([1, None]), dtype_for([1, 2**63]), dtype_for(["a"]), dtype_for([1, "a"])
    (dtype('float64'), dtype('uint64'), dtype('<U'), None)
    """
    types = set(map(type, leaves))
    if not leaves:
        return np.dtype(np.float64)
    if types == {int}:
        return np.dtype(np.int64 if max(leaves) < 2**63 else np.uint64)
    return next((np.dtype(name) for allowed, name in _DTYPES if types <= allowed), None)


def check(leaves: list[Any], dtype: DType, policy: Policy = PATHS) -> None:
    """Look at the types of values.

    Raises:
        NotArray: one is of another type than the dtype takes.
    """
    if dtype.isbuiltin == 2:
        raise NotArray(f"{dtype} is read of base64 alone; ask for float32 where there are numbers")
    kind = dtype.kind
    types = _TYPES[kind]
    if policy.masked or (kind == "f" and policy.words):
        types = types | {_NULL}
    elif kind in "iu" and policy.whole:
        types = types | {float}
    if set(map(type, leaves)) <= types:
        return
    for index, leaf in enumerate(leaves):
        if type(leaf) not in types and not (kind == "f" and type(leaf) is str and _is_float(leaf, policy)):
            raise NotArray(_reason(leaf, dtype, policy), index)


def filled(leaves: list[Any], dtype: DType) -> tuple[list[Any], list[bool]]:
    """Return values without `None` where the dtype has nothing for it, and a mask of them all."""
    value = _FILLING.get(dtype.kind)
    return [value if leaf is None else leaf for leaf in leaves], [leaf is None for leaf in leaves]


def convert(leaves: list[Any], dtype: DType, texts: Texts, policy: Policy = PATHS) -> Array:
    """Make an array of values that `check` has seen.

    Args:
        leaves: The values.
        dtype: Of the array.
        texts: Returns the digits of each number, or `None` where they are lost. They are asked for where a float64 is
            half-way between two floats of the dtype, and the digits may not be.
        policy: What was checked.

    Raises:
        NotArray: one is out of range, or not exact.
    """
    if dtype.kind == "f":
        return _floats(leaves, dtype, texts, policy)
    return _CONVERSIONS[dtype.kind](leaves, dtype)


def _reason(leaf: Any, dtype: DType, policy: Policy) -> str:
    if policy.digits and dtype.kind == "f" and type(leaf) is str:
        return f"{leaf[:40]!r} is not a number of JSON, NaN, Infinity or -Infinity"
    return f"{names_of([leaf])} is not of dtype {dtype}{policy.null if leaf is None else ''}"


def _is_float(text: str, policy: Policy) -> bool:
    return text in policy.words or (policy.digits and _NUMBER.fullmatch(text) is not None)


def _booleans(leaves: list[Any], dtype: DType) -> Array:
    return np.array(leaves, dtype)


def _integers(leaves: list[Any], dtype: DType) -> Array:
    if float in set(map(type, leaves)):
        for index, leaf in enumerate(leaves):
            if type(leaf) is float and not leaf.is_integer():
                raise NotArray(f"{leaf} is not an integer", index, "fraction")
        leaves = list(map(int, leaves))
    bounds = np.iinfo(dtype)
    if leaves and not bounds.min <= min(leaves) <= max(leaves) <= bounds.max:
        index = next(index for index, leaf in enumerate(leaves) if not bounds.min <= leaf <= bounds.max)
        raise NotArray(f"{leaves[index]} is out of the range of {dtype}", index, "value", dtype)
    return np.array(leaves, dtype)


def _floats(leaves: list[Any], dtype: DType, texts: Texts, policy: Policy) -> Array:
    has_words = str in set(map(type, leaves))
    numbers = [policy.words.get(leaf, leaf) for leaf in leaves] if has_words else leaves
    try:
        wide = np.array(numbers, dtype if dtype.itemsize > 8 else np.float64)
    except OverflowError:  # of an integer, as 10**400
        index = next(index for index, leaf in enumerate(leaves) if type(leaf) is int and abs(leaf) > LARGEST)
        raise _out_of_range(leaves, index, np.dtype(np.float64)) from None
    if policy.exact:
        _refuse_inexact(leaves, wide)
    narrow = wide if dtype.itemsize >= 8 else _rounded(wide, dtype, texts)
    infinite = np.isinf(narrow)
    for index in np.flatnonzero(infinite).tolist() if infinite.any() else ():
        if leaves[index] not in policy.words and leaves[index] not in {np.inf, -np.inf}:
            raise _out_of_range(leaves, index, dtype)
    return narrow.astype(dtype, copy=False)


def _refuse_inexact(leaves: list[Any], floats: Array) -> None:
    """Raise `NotArray` for an integer that is another number as a float64."""
    for index in np.flatnonzero(np.abs(floats) >= 2**53).tolist():
        # Python compares an integer and a float as they are.
        if type(leaves[index]) is int and leaves[index] != float(floats[index]):
            dtype = np.dtype(np.float64)
            raise NotArray(f"{leaves[index]} is not exact in {dtype}", index, "value", dtype)


def _out_of_range(leaves: list[Any], index: int, dtype: DType) -> NotArray:
    return NotArray(f"{leaves[index]} is out of the range of {dtype}", index, "value", dtype)


def _rounded(wide: Array, dtype: DType, texts: Texts) -> Array:
    """Round float64 to a smaller dtype, as their digits would be."""
    with np.errstate(over="ignore"):
        narrow = wide.astype(dtype.newbyteorder("="))
    # A number half-way between two floats has one bit more than they have. Most float64 have all of theirs.
    is_short = wide.view(np.int64) & REST[dtype.itemsize] == 0
    is_short &= wide != narrow
    if is_short.any():
        short = np.flatnonzero(is_short)
        narrow[short] = _rounded_from_digits(narrow[short], wide[short], lambda: _some(texts(), short.tolist()))
    return narrow


def _some(texts: Sequence[str] | None, places: list[int]) -> list[str] | None:
    return None if texts is None else [texts[place] for place in places]


def _rounded_from_digits(narrow: Array, wide: Array, texts: Texts) -> Array:
    with np.errstate(over="ignore"):
        # The float next to the largest, if there were one.
        limit = np.copysign(2.0 ** np.finfo(narrow.dtype).maxexp, wide)
        near = np.where(np.isinf(narrow), limit, narrow.astype(np.float64))
        others = np.nextafter(narrow, np.where(wide > near, np.inf, -np.inf).astype(narrow.dtype))
        far = np.where(np.isinf(others), limit, others.astype(np.float64))
    halves = np.flatnonzero((wide - near == far - wide) & np.isfinite(wide)).tolist()
    words = (texts() if halves else None) or ()
    # A float64 that is half-way may have been rounded to, and then the wrong way.
    for index in halves if words else ():
        number, half = Decimal(words[index]), Decimal(float(wide[index]))
        if number != half and (number > half) != (near[index] > wide[index]):
            narrow[index] = others[index]
    return narrow


def _strings(leaves: list[Any], dtype: DType) -> Array:
    longest = max(map(len, leaves), default=0)
    if not dtype.itemsize and 4 * longest * len(leaves) > _PADDING * (sum(map(len, leaves)) + len(leaves)):
        reason = f"the longest string has {longest} characters, to which NumPy would pad the others"
        raise NotArray(reason, fault="padding")
    array = np.array(leaves, dtype)
    if array.tolist() != leaves:  # longer ones are cut, and NULs at the end
        index = next(index for index, leaf in enumerate(array.tolist()) if leaf != leaves[index])
        raise NotArray(f"{leaves[index]!r} is not exact in {array.dtype}", index, "value", array.dtype)
    return array


_TYPES: Final[dict[str, set[type]]] = {
    "b": {bool},
    "i": {int},
    "u": {int},
    "f": {float, int},
    "M": {str, _NULL},
    "m": {str, _NULL},
    "U": {str},
}
_FILLING: Final[dict[str, Any]] = {"b": False, "i": 0, "u": 0, "U": ""}
_CONVERSIONS: Final[dict[str, Callable[[list[Any], DType], Array]]] = {
    "b": _booleans,
    "i": _integers,
    "u": _integers,
    "M": dates,
    "m": durations,
    "U": _strings,
}
