"""Arrays in the places that paths lead to, of the lists and strings of a decoded document."""

from __future__ import annotations

import math
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy import ma

from fastnpjson._excerpt import excerpt
from fastnpjson._jsonpath import json_path, steps_to
from fastnpjson._reading.as_bytes import array_of_bytes, datatype_of, shape_of, takes_base64
from fastnpjson._reading.complexes import complexes
from fastnpjson._reading.errors import NotArray
from fastnpjson._reading.lists import flat, items, with_texts
from fastnpjson._reading.paths import Leaf, is_foreign_float
from fastnpjson._reading.values import MASKED, PATHS, check, convert, filled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastnpjson._jsonpath import Path
    from fastnpjson._reading.paths import Tree
    from fastnpjson._reading.values import Policy


def array(value: Any, dtype: np.dtype[Any], texts: Callable[[], Any], policy: Policy = PATHS) -> np.ndarray[Any, Any]:
    """Make an array of a dtype, of lists or of base64.

    Args:
        value: From `orjson.loads`.
        dtype: Of the array.
        texts: Returns the digits of each number in the lists.
        policy: What is taken beside the values of the dtype.

    Raises:
        NotArray: they are ragged, or not all of the dtype.
    """
    alone = _array_alone(value, dtype, texts)
    if alone is not None:
        return alone
    shape, leaves = flat(value)
    check(leaves, dtype, policy)
    return convert(leaves, dtype, texts, policy).reshape(shape)


# The members of a tensor of inference servers, in the Open Inference Protocol: https://github.com/kserve/open-inference-protocol
_TENSOR: Final = frozenset({"shape", "datatype", "data"})


class _Place(NamedTuple):
    """Where a path leads to: `container[key]`. Of a tensor, which is a dict with a shape, it is the data."""

    container: Any
    key: str | int
    path: Path
    leaf: Leaf
    tensor: Any = None

    @property
    def value(self) -> Any:
        """What is there."""
        return self.container[self.key]

    def empty(self) -> np.ndarray[Any, Any] | None:
        """Return the array here if a shape says that it has no elements, and it has none."""
        value, dtype = self.value, self.leaf.dtype
        told = self.leaf.shape if self.tensor is None else shape_of(self.tensor["shape"])
        if told is None or 0 not in told or not (type(value) is list or (value == "" and takes_base64(dtype))):
            return None
        found, leaves = (told, []) if value == "" else flat(value, empty=True)
        # Lists tell no lengths behind the first 0.
        return None if leaves else np.empty(told if found == told[: len(found)] else found, dtype)

    def shape(self, found: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of the array here.

        Args:
            found: The shape of the lists; of base64 the number of elements.

        Raises:
            NotArray: the array has another one.
        """
        if self.tensor is not None:
            found = _reshaped(found, shape_of(self.tensor["shape"]), is_flat=True)
        if self.leaf.shape is not None:
            found = _reshaped(found, self.leaf.shape, is_flat=self.tensor is None and type(self.value) in {str, dict})
        return found


def _reshaped(found: tuple[int, ...], shape: tuple[int, ...], *, is_flat: bool) -> tuple[int, ...]:
    """Return a shape that an array has, or may be given if it is flat."""
    if found != shape and not (is_flat and len(found) == 1 and found[0] == math.prod(shape)):
        raise NotArray(f"an array of shape {found}, not {shape}")
    return shape


class _Batch(NamedTuple):
    """The lists that one path leads to."""

    places: list[_Place]
    shapes: list[tuple[int, ...]]
    leaves: list[Any]


def replace_paths(document: Any, tree: Tree, data: Any, masked: bool) -> Any:
    """Put arrays in the places that paths lead to.

    Those of one path become arrays at once: NumPy takes as long for one number as for a hundred.
    """
    whole = [document]
    texts = lru_cache(maxsize=1)(partial(with_texts, data))
    batches: dict[str, _Batch] = {}
    errors: list[tuple[_Place, NotArray]] = []
    for place in [_place(whole, 0, None, tree)] if isinstance(tree, Leaf) else _find(document, tree, None):
        reason = _add(batches, place, texts, masked)
        if reason is not None:
            errors.append((place, reason))
            break
    errors += [found for batch in batches.values() if (found := _fill(batch, texts, masked))]
    if errors:
        place, reason = _first(errors, document, tree)
        raise ValueError(_message(place, reason)) from None
    return whole[0]


def _find(container: Any, node: Any, path: Path) -> Iterator[_Place]:
    """Yield what paths lead to, in the order of the document."""
    everything = node.get(None)
    for key, value in items(container):
        child = node.get(key, everything)
        if isinstance(child, Leaf):
            yield _place(container, key, (path, key), child)
        elif child is not None and type(value) in {dict, list}:
            yield from _find(value, child, (path, key))


def _place(container: Any, key: str | int, path: Path, leaf: Leaf) -> _Place:
    value = container[key]
    if type(value) is dict and value.keys() >= _TENSOR:
        return _Place(value, "data", (path, "data"), leaf, value)
    return _Place(container, key, path, leaf)


def _add(batches: dict[str, _Batch], place: _Place, texts: Callable[[], Any], masked: bool) -> NotArray | None:
    """Add lists to those of their path, or put an array in their place if it needs no others. Returns why not."""
    value, dtype = place.value, place.leaf.dtype
    try:
        if type(value) is np.ndarray:  # which C has read
            place.shape(value.shape)
            return None
        _check_datatype(place)
        array = place.empty()
        if array is None:
            array = _array_alone(value, dtype, partial(_texts_at, texts, [place]))
        if array is not None:
            array = array.reshape(place.shape(array.shape))
            place.container[place.key] = ma.MaskedArray(array, _nulls(value, array)) if masked else array
            return None
        found, leaves = flat(value)
        shape = place.shape(found)
        check(leaves, dtype, MASKED if masked else PATHS)
    except NotArray as error:
        return NotArray(str(error), error.index)  # without a traceback, by which it would refer to itself
    batch = batches.setdefault(place.leaf.path, _Batch([], [], []))
    batch.places.append(place)
    batch.shapes.append(shape)
    batch.leaves.extend(leaves)
    return None


def _check_datatype(place: _Place) -> None:
    """Raise `NotArray` for base64 in a tensor that has bytes of another dtype than is asked for."""
    if place.tensor is None or type(place.value) is not str:
        return
    dtype, told = place.leaf.dtype, place.tensor["datatype"]
    name = datatype_of(dtype)
    if name is None and is_foreign_float(dtype):  # the protocol has no name for it
        return
    if name is None or told != name:
        raise NotArray(f"base64 of {excerpt(told)} is not an array of {dtype}")


def _array_alone(value: Any, dtype: np.dtype[Any], texts: Callable[[], Any]) -> np.ndarray[Any, Any] | None:
    """Return the array of base64 or of complex numbers, whose lists are not those of one shape; else `None`."""
    if dtype.kind == "c":
        return complexes(value, dtype, texts)
    return array_of_bytes(value, dtype)


def _nulls(value: Any, array: Any) -> Any:
    """Return a mask of the strings that are null; a pair with null in it is a number with NaN."""
    leaves = flat(value)[1] if type(value) is list and array.size else []
    return np.reshape([leaf is None for leaf in leaves], array.shape) if len(leaves) == array.size else False


def _fill(batch: _Batch, texts: Callable[[], Any], masked: bool) -> tuple[_Place, NotArray] | None:
    """Put arrays in their places. Returns the first place that has none, and why."""
    dtype = batch.places[0].leaf.dtype
    leaves, mask = filled(batch.leaves, dtype) if masked else (batch.leaves, False)
    try:
        array: Any = convert(leaves, dtype, partial(_texts_at, texts, batch.places))
    except NotArray as reason:
        return _locate(batch, reason)
    if masked:
        array = ma.MaskedArray(array, np.asarray(mask))
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
    shape = "" if place.leaf.shape is None else f" of shape {place.leaf.shape}"
    return f"{json_path(path)}: {reason}; {excerpt(place.leaf.path)} asks for {place.leaf.dtype}{shape}"


def _texts_at(texts: Callable[[], Any], places: list[_Place]) -> list[str]:
    """Return the digits of the numbers in some places."""
    found: list[str] = []
    for place in places:
        lists = texts()
        for step in steps_to(place.path):
            lists = lists[step]
        found += flat(lists)[1]
    return found
