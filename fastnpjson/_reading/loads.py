"""`loads`: a document, with arrays where it has lists of numbers."""

from __future__ import annotations

import math
import os
from base64 import b64encode
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import orjson

from fastnpjson._excerpt import excerpt
from fastnpjson._extension import speedups
from fastnpjson._jsonpath import json_path, steps_to
from fastnpjson._reading.errors import NotArray
from fastnpjson._reading.exact import strict_loads
from fastnpjson._reading.lists import NeedsDigits, arrays_within, flat, infer, with_texts
from fastnpjson._reading.paths import Leaf, paths_of
from fastnpjson._reading.side_by_side import SLICE, read_slices
from fastnpjson._reading.values import check, convert, from_base64, is_base64
from fastnpjson._threads import Workers, count_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from numpy.typing import DTypeLike

    from fastnpjson._jsonpath import Path
    from fastnpjson._reading.paths import Tree
    from fastnpjson._threads import Threads

    Arrays = bool | Mapping[str, DTypeLike] | None
    Data = bytes | bytearray | memoryview | str


# Begins the strings that mark the places of arrays in C: no document can be written that has one. It is short, for a
# document may have a place for every three bytes.
_MARK: Final = b64encode(os.urandom(9)).decode()


def loads(data: Data, /, *, arrays: Arrays = None, threads: Threads = 1) -> Any:
    """Decode JSON, as `orjson.loads` does, with arrays where they are asked for.

    Args:
        data: JSON, as `orjson.loads` takes it.
        arrays: True for an array of each list of numbers or booleans, and of lists of such lists if all are of one
            length. Or dtypes by JSONPath (RFC 9535, of which ``$``, ``.name``, ``['name']``, ``[0]`` and ``[*]``):
            bool, integers, floats, or ``datetime64`` for dates as ISO 8601 writes them, in UTC. Among floats may be
            ``"NaN"``, ``"Infinity"`` and ``"-Infinity"``, and for float32 base64 of little-endian bytes in the place of
            a list. A path that leads nowhere is not an error.
        threads: How many read a list of millions of numbers that becomes an array: a number, or ``"auto"`` for the
            processors that this process may use. What is returned and raised is the same.

    Returns:
        What `orjson.loads` returns, and arrays in it. With True integers give int64, or uint64 where they need it,
        and floats, with ``null`` as NaN and integers among them, float64. Left as lists are those of no dtype: with
        integers beyond 64 bits, integers and ``null``, or nothing in them.

    Raises:
        JSONDecodeError: it is not JSON; it is a `ValueError`.
        ValueError: names the JSON path of a value that is not such an array: ragged, empty, of other types, out of
            range. Or `arrays` or `threads` is not understood.
        TypeError: `arrays` is neither a mapping nor a boolean, or has a dtype that NumPy does not know.

    >>> loads('{"id":7,"x":[[0.5,1],[null,2]]}', arrays=True)
    {'id': 7, 'x': array([[0.5, 1. ],
           [nan, 2. ]])}
    >>> loads('[{"x":[1,2]},{"x":[3,4]}]', arrays={"$[*].x": "float32"})
    [{'x': array([1., 2.], dtype=float32)}, {'x': array([3., 4.], dtype=float32)}]
    """
    count = count_of(threads)
    return decode(data, arrays, count, SLICE if count > 1 else 0)


def decode(data: Data, arrays: Arrays, count: int, slice_size: int) -> Any:
    """Decode JSON as `loads` does.

    Args:
        data: As for `loads`.
        arrays: As for `loads`.
        count: Of threads.
        slice_size: Of the text that a thread reads at once; 0 if there are no other threads, not even of the caller's.
    """
    if arrays is None or arrays is False:
        return strict_loads(data)
    # orjson refuses a memoryview with gaps, of which bytes would make one without.
    if type(data) is bytearray or (type(data) is memoryview and data.c_contiguous):
        data = bytes(data)
    if arrays is True:
        if speedups is not None and type(data) in {bytes, str}:
            return _load_paths(data, True, count, slice_size)[0]
        try:
            return _replace_lists(orjson.loads(data))
        except NeedsDigits:
            return _replace_lists(orjson.loads(data), with_texts(data))  # type: ignore[arg-type]
    paths = paths_of(arrays)
    document, skipped = _load_paths(data, paths.codes, count, slice_size)
    return _replace_paths(document, paths.tree, data) if skipped else document


def _load_paths(data: Data, codes: Any, count: int, slice_size: int) -> tuple[Any, bool]:
    """Decode a document with the arrays that the extension reads, and tell whether others are left."""
    if speedups is None or type(data) not in {bytes, str}:
        return orjson.loads(data), True
    with Workers(count) as workers:
        helper = partial(read_slices, workers) if count > 1 else None
        found: tuple[Any, bool] = speedups.load_paths(data, codes, helper, slice_size)
    return found


def _replace_lists(document: Any, texts: Any = None) -> Any:
    """Put arrays in the place of the lists in a document that are arrays.

    Args:
        document: From `orjson.loads`.
        texts: The same from `with_texts`, or `None`.

    Raises:
        NeedsDigits: without `texts` it cannot be told of a list.
    """
    whole = [document]
    # A container, the same with texts, and the lists in it as `arrays_within` finds them, once anybody has looked.
    stack: list[tuple[Any, Any, tuple[set[int], set[int]] | None]] = [(whole, None if texts is None else [texts], None)]
    while stack:
        container, words, found = stack.pop()
        for key, value in _items(container):
            text = None if words is None else words[key]
            if type(value) is dict:
                stack.append((value, text, None))
            elif type(value) is not list:
                continue
            elif found is None or id(value) in found[0]:
                try:
                    container[key] = infer(value, text)
                except NotArray:
                    stack.append((value, text, arrays_within(value, text)))
            elif id(value) in found[1]:
                stack.append((value, text, found))
    return whole[0]


class _Place(NamedTuple):
    """Where a path leads to: `container[key]`."""

    container: Any
    key: str | int
    path: Path
    leaf: Leaf

    @property
    def value(self) -> Any:
        """Return the value that is there."""
        return self.container[self.key]


class _Batch(NamedTuple):
    """The lists that one path leads to."""

    places: list[_Place]
    shapes: list[tuple[int, ...]]
    leaves: list[Any]


def _replace_paths(document: Any, tree: Tree, data: Any) -> Any:
    """Put arrays in the places that paths lead to.

    Those of one path become arrays at once: NumPy takes as long for one number as for a hundred.
    """
    whole = [document]
    texts = lru_cache(maxsize=1)(partial(with_texts, data))
    batches: dict[str, _Batch] = {}
    errors: list[tuple[_Place, NotArray]] = []
    for place in [_Place(whole, 0, None, tree)] if isinstance(tree, Leaf) else _find(document, tree, None):
        reason = _add(batches, place)
        if reason is not None:
            errors.append((place, reason))
            break
    errors += [found for batch in batches.values() if (found := _fill(batch, texts))]
    if errors:
        place, reason = _first(errors, document, tree)
        raise ValueError(_message(place, reason)) from None
    return whole[0]


def _find(container: Any, node: Any, path: Path) -> Iterator[_Place]:
    """Yield what paths lead to, in the order of the document."""
    everything = node.get(None)
    for key, value in _items(container):
        child = node.get(key, everything)
        if isinstance(child, Leaf):
            yield _Place(container, key, (path, key), child)
        elif child is not None and type(value) in {dict, list}:
            yield from _find(value, child, (path, key))


def _add(batches: dict[str, _Batch], place: _Place) -> NotArray | None:
    """Add lists to those of their path, or put an array in their place if it needs no others. Returns why not."""
    value, dtype = place.value, place.leaf.dtype
    if type(value) is np.ndarray:  # which C has read
        return None
    try:
        if is_base64(value, dtype):
            place.container[place.key] = from_base64(value, dtype)
            return None
        shape, leaves = flat(value)
        check(leaves, dtype)
    except NotArray as error:
        return NotArray(str(error), error.index)  # without a traceback, by which it would refer to itself
    batch = batches.setdefault(place.leaf.path, _Batch([], [], []))
    batch.places.append(place)
    batch.shapes.append(shape)
    batch.leaves.extend(leaves)
    return None


def _fill(batch: _Batch, texts: Callable[[], Any]) -> tuple[_Place, NotArray] | None:
    """Put arrays in their places. Returns the first place that has none, and why."""
    try:
        array = convert(batch.leaves, batch.places[0].leaf.dtype, partial(_texts_at, texts, batch.places))
    except NotArray as reason:
        return _locate(batch, reason)
    stop = 0
    for place, shape in zip(batch.places, batch.shapes, strict=True):
        start, stop = stop, stop + math.prod(shape)
        part = array[start:stop].reshape(shape)
        place.container[place.key] = part if len(batch.places) == 1 else part.copy()
    return None


def _locate(batch: _Batch, reason: NotArray) -> tuple[_Place, NotArray]:
    """Say of an element of a batch in which place it is, and which one of it."""
    sizes = [math.prod(shape) for shape in batch.shapes]
    stops = np.cumsum(sizes)
    index = reason.index or 0
    number = int(np.searchsorted(stops, index, "right"))
    return batch.places[number], NotArray(str(reason), index - int(stops[number]) + sizes[number])


def _first(errors: list[tuple[_Place, NotArray]], document: Any, tree: Tree) -> tuple[_Place, NotArray]:
    """Return the error that comes first in the document."""
    if len(errors) == 1:
        return errors[0]
    by_place = {(id(place.container), place.key): (place, reason) for place, reason in errors}
    places = ((id(place.container), place.key) for place in _find(document, tree, None))
    return next(by_place[place] for place in places if place in by_place)


def _message(place: _Place, reason: NotArray) -> str:
    path = place.path
    if reason.index is not None:
        for step in reason.steps(flat(place.value)[0]):
            path = (path, step)
    return f"{json_path(path)}: {reason}; {excerpt(place.leaf.path)} asks for {place.leaf.dtype}"


def _items(container: Any) -> Iterable[tuple[Any, Any]]:
    if type(container) is dict:
        return container.items()
    return enumerate(container) if type(container) is list else ()


def _texts_at(texts: Callable[[], Any], places: list[_Place]) -> list[str]:
    """Return the digits of the numbers in some places."""
    found: list[str] = []
    for place in places:
        lists = texts()
        for step in steps_to(place.path):
            lists = lists[step]
        found += flat(lists)[1]
    return found


if speedups is not None:
    _doc = f"loads(data, /, *, arrays=None, threads=1)\n--\n\n{loads.__doc__}"
    loads = speedups.make_loads(orjson.loads, loads, _MARK, _doc)
