"""Show the contents of a file: a row for each path, with dtype, shape, minimum, maximum and the count of nulls."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fastnpjson._cli.convert import READERS
from fastnpjson._jsonpath import json_path
from fastnpjson._reading.loads import loads

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.dtypes import Array
    from fastnpjson._cli.convert import Job
    from fastnpjson._cli.progress import Progress

    Shape = tuple[int | str, ...]

_HEADER: Final = ("path", "dtype", "shape", "min", "max", "nulls")
# An object with a million keys would make a useless table.
_MOST_ROWS: Final = 100
# In characters: the ends of a longer path are shown.
_END: Final = 100
# In elements: a slice is small enough for the cache, and long enough to make its call worth it.
_SLICE: Final = 2**17
_NAMES: Final = {type(None): "null", bool: "bool", int: "int", float: "float", str: "str", dict: "object", list: "list"}


def inspect(job: Job, progress: Progress) -> Iterator[str]:
    """Read a file and yield the lines of the table. JSON Lines are in memory one line at a time."""
    job = job._replace(parse=partial(loads, arrays=True, allow_nan=job.allow_nan))
    obj = READERS[job.source.format](job, progress)
    root, places = Place(None, None), list[Place]()
    advance = progress.advance if job.source.format.startswith("np") else None
    for document in obj if isinstance(obj, Iterator) else [obj]:
        _visit(document, root, places, advance)
    cells = [_HEADER, *(place.cells() for place in places[:_MOST_ROWS])]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    if len(places) > _MOST_ROWS:
        yield f"... and {len(places) - _MOST_ROWS} more paths"


class Row:
    """The facts about the values at a path."""

    def __init__(self) -> None:
        self._dtypes: dict[str, None] = {}
        self._shape: Shape | None = ()
        self._count = 0
        self._low: Any = None
        self._high: Any = None
        self._nulls = 0

    def add(self, dtype: str, shape: Shape, extremes: tuple[Any, Any] | None = None, nulls: int = 0) -> None:
        """Add a value; `extremes` are its minimum and maximum, if it has some."""
        self._shape = _merged(self._shape, shape) if self._count else shape
        self._count += 1
        self._nulls += nulls
        if dtype != "null" or not self._dtypes:
            self._dtypes.pop("null", None)
            self._dtypes[dtype] = None
        if extremes is not None:
            low, high = extremes
            self._low = low if self._low is None or low < self._low else self._low
            self._high = high if self._high is None or high > self._high else self._high

    def cells(self, path: str) -> tuple[str, ...]:
        """Return the row of the table."""
        shape = (
            "varied" if self._shape is None else f"({', '.join(map(str, self._shape))}{',' * (len(self._shape) == 1)})"
        )
        times = f"{self._count} x " if self._count > 1 else ""
        low, high = ("-" if self._low is None else str(value) for value in (self._low, self._high))
        return path, "|".join(self._dtypes), times + shape, low, high, str(self._nulls)


# The rows of places without a value so far, and of those after the first 100.
_UNSEEN: Final = Row()
_NOT_SHOWN: Final = Row()


def _merged(one: Shape | None, other: Shape) -> Shape | None:
    """Return the shape of arrays of two shapes, with ``*`` for lengths that differ; `None` if their numbers do."""
    if one is None or len(one) != len(other):
        return None
    return tuple(a if a == b else "*" for a, b in zip(one, other, strict=True))


class Place:
    """A step on the way to values. A path is text only in the table, or the keys on the way were there for each leaf.

    Args:
        parent: The place of the container; `None` for the document.
        key: The key in it; `None` for each element of a list.
    """

    __slots__ = ("_key", "_parent", "_steps", "row")

    def __init__(self, parent: Place | None, key: str | None) -> None:
        self._parent, self._key = parent, key
        self._steps: dict[str | None, Place] | None = None
        self.row = _UNSEEN

    def step(self, key: str | None) -> Place:
        """Return the place of a member."""
        if self._steps is None:
            self._steps = {}
        place = self._steps.get(key)
        if place is None:
            place = self._steps[key] = Place(self, key)
        return place

    def cells(self) -> tuple[str, ...]:
        """Return the row of the table, with a path that has no middle if it is long."""
        steps = []
        place = self
        while place._parent is not None:
            steps.append("[*]" if place._key is None else json_path((None, place._key))[1:])
            place = place._parent
        path = "$" + "".join(reversed(steps))
        return self.row.cells(path if len(path) <= 2 * _END else f"{path[:_END]}...{path[-_END:]}")


def _visit(document: Any, root: Place, places: list[Place], advance: Callable[[int], object] | None) -> None:
    """Add what is in a document to the rows of its places; list the places that have values."""
    stack = [(root, document)]
    while stack:
        place, value = stack.pop()
        kind = type(value)
        if kind is dict and value:
            stack += [(place.step(name), member) for name, member in reversed(value.items())]
        elif isinstance(value, np.ndarray) and value.dtype.names:
            stack += [(place.step(name), value[name]) for name in reversed(value.dtype.names)]
        elif kind is list and not {type(member) for member in value}.isdisjoint((dict, list, np.ndarray)):
            stack += [(place.step(None), member) for member in reversed(value)]
        else:
            if place.row is _UNSEEN:
                place.row = Row() if len(places) < _MOST_ROWS else _NOT_SHOWN
                places.append(place)
            if place.row is not _NOT_SHOWN:
                _add(place.row, value, advance)


def _add(row: Row, value: Any, advance: Callable[[int], object] | None) -> None:
    if isinstance(value, np.ndarray):
        # The name of a dtype of text counts its bits.
        dtype = value.dtype.str if value.dtype.kind in "USV" else value.dtype.name
        row.add(dtype, value.shape, *_extremes(value, advance))
    elif type(value) is list:  # of strings, or with integers and null
        kinds = dict.fromkeys(_NAMES[type(member)] for member in value if member is not None) or {"list": None}
        numbers = [member for member in value if type(member) in {int, float}]
        extremes = (min(numbers), max(numbers)) if numbers else None
        row.add("|".join(kinds), (len(value),), extremes, value.count(None))
    else:
        number = type(value) in {int, float}
        row.add(_NAMES[type(value)], (), (value, value) if number else None, int(value is None))


def _extremes(array: Array, advance: Callable[[int], object] | None) -> tuple[tuple[Any, Any] | None, int]:
    """Return minimum and maximum, if the dtype is ordered, and the count of NaN or NaT; slice by slice."""
    if array.dtype.kind not in "biufMm":
        return None, 0
    found: tuple[Any, Any] | None = None
    nulls = 0
    flat = array if array.ndim == 1 else array.ravel("K")  # a view, where an array is memory-mapped
    for start in range(0, flat.size, _SLICE):
        part = flat[start : start + _SLICE]
        kept = part
        if part.dtype.kind in "fMm":
            null = np.isnan(part) if part.dtype.kind == "f" else np.isnat(part)
            kept = part[~null]
            nulls += int(null.sum())
        if kept.size:
            low, high = kept.min(), kept.max()
            found = (low, high) if found is None else (min(low, found[0]), max(high, found[1]))
        if advance is not None:
            advance(part.nbytes)
    return found, nulls
