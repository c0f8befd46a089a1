"""JSON Lines of objects to an array for each member. Lines are read in batches, so that few objects live at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy import ma

from fastnpjson._files.lines import parse_lines
from fastnpjson._patch import orjson
from fastnpjson._reading.at_paths import array
from fastnpjson._reading.budget import Budget
from fastnpjson._reading.errors import NotArray
from fastnpjson._reading.lists import NeedsDigits, flat, infer, with_texts
from fastnpjson._reading.paths import numpy_dtype, vet
from fastnpjson._reading.values import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import DTypeLike

    Array = np.ndarray[Any, Any]
    DType = np.dtype[Any]
    Line = bytes | str

_BATCH: Final = 2**12
_WAY_OUT: Final = "columns={name: dtype} reads the members that it names, and no others"
_OBJECT: Final = np.dtype(object)


def dtypes_of(columns: Mapping[str, DTypeLike]) -> dict[str, DType]:
    """Return the dtypes of columns.

    Raises:
        TypeError: NumPy does not know one.
        ValueError: no list of JSON is of one.

    >>> dtypes_of({"a": "f4", "b": object})
    {'a': dtype('float32'), 'b': dtype('O')}
    """
    is_object = {name: numpy_dtype(name, dtype) == _OBJECT for name, dtype in columns.items()}
    return {name: _OBJECT if is_object[name] else vet(name, dtype) for name, dtype in columns.items()}


def read_columns(
    lines: Iterable[Line], prefix: str, dtypes: Mapping[str, DType] | None = None, first: int = 1
) -> dict[str, Array]:
    """Read lines of objects as an array for each member.

    Args:
        lines: The lines of a file.
        prefix: The start of error messages.
        dtypes: By name, for these members alone; `object` leaves them as they are. `None` for all members, of the
            dtypes that `loads` gives to lists. Where one is missing or null, floats are NaN, and integers masked.
        first: The number of the first line.

    Returns:
        The columns, all of one length.

    Raises:
        JSONDecodeError: a line is not JSON.
        ValueError: a line is not an object, a member is not of its dtype, or names differ so much from line to line
            that the columns would take many times the memory of the text.
    """
    columns = {name: _Column() for name in dtypes or ()}
    budget, count = Budget(way_out=_WAY_OUT), 0
    for batch in _batches(lines, prefix, first):
        names = batch.names() if dtypes is None else [*dtypes]
        for name in names:
            columns.setdefault(name, _Column())
        budget.grow(sum(map(len, batch.lines)))
        budget.charge((len(columns), len(batch.rows)), _OBJECT)
        for name in names:
            part = _inferred(batch, name, budget) if dtypes is None else _part(batch, name, dtypes[name], prefix)
            if dtypes is not None and not columns[name].fits(part):
                raise ValueError(f"{prefix}{batch.place()}: {name}: lists of another length than in the lines before")
            columns[name].add(count, part, len(batch.rows))
        count += len(batch.rows)
    return {
        name: column.joined(count, None if dtypes is None else dtypes[name], budget) for name, column in columns.items()
    }


class _Column:
    """The parts of a column. A number stands for so many missing elements."""

    def __init__(self) -> None:
        self._parts: list[Array | int] = []
        self._size = 0

    def add(self, start: int, part: Array | int, size: int) -> None:
        """Add a part that begins at a row."""
        self._parts += [start - self._size, part] if start > self._size else [part]
        self._size = start + size

    def fits(self, part: Array | int) -> bool:
        """Tell whether the elements of a part have the shape of those before it."""
        first = self._parts[0] if self._parts else part
        return isinstance(first, int) or isinstance(part, int) or first.shape[1:] == part.shape[1:]

    def joined(self, size: int, dtype: DType | None, budget: Budget) -> Array:
        """Return the column, of so many rows; it raises what `Budget` raises."""
        self.add(size, 0, 0)
        arrays = [part for part in self._parts if not isinstance(part, int)]
        if dtype is None:
            dtype = _common(arrays)
        if dtype.kind == "O":
            return _objects([item for part in self._parts for item in _items(part)])
        shape = arrays[0].shape[1:] if arrays else ()
        if shape:  # by which each missing element takes as much as a list
            budget.charge((size, *shape), dtype)
        parts = [_missing(part, dtype, shape) if isinstance(part, int) else part.astype(dtype) for part in self._parts]
        # A part of none makes no masked array of others.
        parts = [part for part in parts if len(part)] or [np.empty(0, dtype)]
        concatenate: Any = ma.concatenate if any(isinstance(part, ma.MaskedArray) for part in parts) else np.concatenate
        column: Array = concatenate(parts)
        return column


@dataclass
class _Batch:
    """Some lines, their numbers in the file, and the objects in them."""

    numbers: Sequence[int]
    lines: Sequence[Line]
    rows: Sequence[dict[str, Any]]

    def place(self, index: int | None = None) -> str:
        """Say where a row is, or all of them."""
        return f"lines {self.numbers[0]} to {self.numbers[-1]}" if index is None else f"line {self.numbers[index]}"

    def names(self) -> list[str]:
        """Return the names of all members, in their order."""
        return [*dict.fromkeys(chain.from_iterable(self.rows))]

    def members(self, name: str) -> list[Any]:
        """Return the members of a name, with `None` where there is none."""
        try:
            return [*map(itemgetter(name), self.rows)]
        except KeyError:
            return [row.get(name) for row in self.rows]

    def texts(self, name: str) -> list[Any]:
        """Return the members of a name with strings for numbers, as they are written."""
        return [row.get(name) for row in self._rows_of_texts]

    @cached_property
    def _rows_of_texts(self) -> list[dict[str, Any]]:
        # Any number of columns may ask for them.
        return [*map(with_texts, self.lines)]


def _batches(lines: Iterable[Line], prefix: str, first: int) -> Iterator[_Batch]:
    source = iter(lines)
    while some := [*islice(source, _BATCH)]:
        try:
            batch = _Batch(range(first, first + len(some)), some, [*map(orjson.loads, some)])
        except orjson.JSONDecodeError:  # a line is empty, or is not JSON
            batch = _one_by_one(some, first, prefix)
        for number, row in zip(batch.numbers, batch.rows, strict=True) if {*map(type, batch.rows)} - {dict} else ():
            if type(row) is not dict:
                raise ValueError(f"{prefix}line {number}: not an object, whose members are for columns")
        first += len(some)
        if batch.rows:
            yield batch


def _one_by_one(lines: list[Line], first: int, prefix: str) -> _Batch:
    """Decode lines, of which some may be empty.

    Raises:
        JSONDecodeError: names a line that is not JSON.
    """
    numbers, texts, rows = list[int](), list[Any](), list[Any]()
    for number, line in enumerate(lines, first):
        for row in parse_lines([line], prefix, first=number):
            numbers.append(number)
            texts.append(line)
            rows.append(row)
    return _Batch(numbers, texts, rows)


def _part(batch: _Batch, name: str, dtype: DType, prefix: str) -> Array:
    """Return a part of a column of a dtype.

    Raises:
        ValueError: names the line that is not of the dtype.
    """
    values = batch.members(name)
    if dtype.kind == "O":
        return _objects(values)
    try:
        return array(values, dtype, lambda: flat(batch.texts(name))[1], COLUMNS)
    except NotArray as error:
        row = None if error.index is None else error.index * len(values) // len(flat(values)[1])
        raise ValueError(f"{prefix}{batch.place(row)}: {name}: {error}; columns= asks for {dtype}") from None


def _inferred(batch: _Batch, name: str, budget: Budget) -> Array | int:
    """Return a part of a column of the dtype that it has; it raises what `Budget` raises."""
    values = batch.members(name)
    present = [value for value in values if value is not None] if None in values else values
    if not present:
        return len(values)
    try:
        found = _infer(present, batch, name)
    except NotArray:
        return _objects(values)
    if present is values:
        return found
    budget.charge((len(values), *found.shape[1:]), found.dtype)
    column = _missing(len(values), found.dtype, found.shape[1:])
    column[np.array([value is not None for value in values])] = found
    return column


def _infer(values: list[Any], batch: _Batch, name: str) -> Array:
    try:
        return infer(values)
    except NeedsDigits:
        return infer(values, [text for text in batch.texts(name) if text is not None])


def _objects(values: list[Any]) -> Array:
    return np.fromiter(values, object, len(values))


def _items(part: Array | int) -> list[Any]:
    return [None] * part if isinstance(part, int) else part.tolist()


def _missing(size: int, dtype: DType, shape: tuple[int, ...]) -> Array:
    """Return elements that are missing."""
    if dtype.kind in "fM":
        return np.full((size, *shape), np.nan if dtype.kind == "f" else "NaT", dtype)
    missing: Array = ma.masked_all((size, *shape), dtype)
    return missing


def _common(arrays: list[Array]) -> DType:
    """Return the dtype that holds the elements of some arrays, `object` if there is none.

    >>> _common([np.array([1]), np.array([2**63], "u8")]), _common([np.array([-1]), np.array([2**63], "u8")])
    (dtype('uint64'), dtype('O'))
    """
    kinds = {part.dtype.kind for part in arrays}
    if len({part.shape[1:] for part in arrays}) != 1:
        return _OBJECT
    # Next to floats, integers that no dtype holds are floats.
    if "f" in kinds and all(
        {*map(type, part.tolist())} <= {int, float, type(None)} for part in arrays if part.dtype.kind == "O"
    ):
        kinds.discard("O")
    if not (kinds <= set("iuf") or kinds == {"b"}):
        return _OBJECT
    if kinds == {"i", "u"} and any(part.dtype.kind == "i" and part.min() < 0 for part in arrays):
        return _OBJECT
    return np.dtype({"b": "?", "i": "i8", "u": "u8", "f": "f8"}["f" if "f" in kinds else max(kinds)])
