"""`loads`: a document, with arrays where it has lists of numbers."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from fastnpjson._documents.errors import json_path
from fastnpjson._loads.arrays import array, digits, infer
from fastnpjson._loads.dates import NotArray
from fastnpjson._loads.paths import Leaf, tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import DTypeLike

    from fastnpjson._documents.errors import Path
    from fastnpjson._loads.paths import Tree

    Data = bytes | bytearray | memoryview | str


def loads(data: Data, /, *, arrays: bool | Mapping[str, DTypeLike] | None = None) -> Any:
    """Decode JSON, as `orjson.loads` does, with arrays where they are asked for.

    Args:
        data: JSON, as `orjson.loads` takes it.
        arrays: True for an array of each list of numbers or booleans, and of lists of such lists if all are of one
            length. Or dtypes by JSONPath (RFC 9535, of which ``$``, ``.name``, ``['name']``, ``[0]`` and ``[*]``):
            bool, integers, floats, or ``datetime64`` for dates as ISO 8601 writes them. A path that leads nowhere is
            no error.

    Returns:
        What `orjson.loads` returns, and arrays in it. With True integers give int64, or uint64 where they need it,
        and floats, with ``null`` as NaN and integers among them, float64. Left as lists are those of no dtype: with
        integers beyond 64 bits, integers and ``null``, or nothing in them.

    Raises:
        JSONDecodeError: it is not JSON; it is a `ValueError`.
        ValueError: names the JSON path of what is no array of the dtype that was asked for, with no number rounded
            to an integer, cut off or out of range; or `arrays` is not understood.

    >>> loads('{"id":7,"x":[[0.5,1],[null,2]]}', arrays=True)
    {'id': 7, 'x': array([[0.5, 1. ],
           [nan, 2. ]])}
    >>> loads('[{"x":[1,2]},{"x":[3,4]}]', arrays={"$[*].x": "float32"})
    [{'x': array([1., 2.], dtype=float32)}, {'x': array([3., 4.], dtype=float32)}]
    """
    if arrays is None or arrays is False:
        return orjson.loads(data)
    paths = None if arrays is True else tree(arrays)
    document = orjson.loads(data)
    source = bytes(data) if isinstance(data, (bytearray, memoryview)) else data
    return _replace_lists(document, source) if paths is None else _replace_paths(document, paths, source)


def _replace_lists(document: Any, source: bytes | str) -> Any:
    """Put arrays in the place of the lists in a document that are arrays."""
    whole = [document]
    stack: list[tuple[Any, Path]] = [(whole, None)]
    while stack:
        container, path = stack.pop()
        for key, value in container.items() if type(container) is dict else enumerate(container):
            place = None if container is whole else (path, key)
            if type(value) is list:
                with suppress(NotArray):
                    container[key] = infer(value, lambda place=place: digits(source, _steps(place)))
                    continue
            if type(value) in {dict, list}:
                stack.append((value, place))
    return whole[0]


def _replace_paths(document: Any, paths: Tree, source: bytes | str) -> Any:
    def read(value: Any, leaf: Leaf, path: Path) -> Any:
        try:
            return array(value, leaf.dtype, lambda: digits(source, _steps(path)))
        except NotArray as error:
            place = json_path(_element(path, value, error.index))
            raise ValueError(f"{place}: {error}; {leaf.path} asks for {leaf.dtype}") from None

    return _replace(document, paths, None, read)


def _replace(value: Any, node: Tree, path: Path, read: Callable[[Any, Leaf, Path], Any]) -> Any:
    """Put what `read` returns in the place of what the paths lead to."""
    if isinstance(node, Leaf):
        return read(value, node, path)
    if type(value) in {dict, list}:
        for key, member in value.items() if type(value) is dict else enumerate(value):
            child = node.get(key, node.get(None))
            if child is not None:
                value[key] = _replace(member, child, (path, key), read)
    return value


def _element(path: Path, lists: Any, index: int | None) -> Path:
    """Return the path of an element of lists."""
    if index is not None:
        shape = []
        while type(lists) is list:
            shape.append(len(lists))
            lists = lists[0]
        for step in np.unravel_index(index, shape):
            path = (path, int(step))
    return path


def _steps(path: Path) -> list[str | int]:
    steps: list[str | int] = []
    while path is not None:
        path, step = path
        steps.append(step)
    return steps[::-1]
