"""`loads`: a document, with arrays where it has lists of numbers."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from fastnpjson._excerpt import excerpt
from fastnpjson._extension import speedups
from fastnpjson._jsonpath import json_path
from fastnpjson._reading.paths import Leaf, native, tree, wanted
from fastnpjson._reading.values import Digits, NotArray, array, cast, infer
from fastnpjson._stdlib import constants

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import DTypeLike

    from fastnpjson._jsonpath import Path
    from fastnpjson._reading.paths import Tree

    Array = np.ndarray[Any, Any]
    Arrays = bool | Mapping[str, DTypeLike] | None
    Data = bytes | bytearray | memoryview | str


def loads(data: Data, /, *, arrays: Arrays = None) -> Any:
    """Decode JSON, as `orjson.loads` does, with arrays where they are asked for.

    Args:
        data: JSON, as `orjson.loads` takes it.
        arrays: True for an array of each list of numbers or booleans, and of lists of such lists if all are of one
            length. Or dtypes by JSONPath (RFC 9535, of which ``$``, ``.name``, ``['name']``, ``[0]`` and ``[*]``):
            bool, integers, floats, or ``datetime64`` for dates as ISO 8601 writes them. For float32 there may be
            base64 of little-endian bytes in the place of a list. A path that leads nowhere is no error.

    Returns:
        What `orjson.loads` returns, and arrays in it. With True integers give int64, or uint64 where they need it,
        and floats, with ``null`` as NaN and integers among them, float64. Left as lists are those of no dtype: with
        integers beyond 64 bits, integers and ``null``, or nothing in them.

    Raises:
        JSONDecodeError: it is not JSON; it is a `ValueError`.
        ValueError: names the JSON path of what is no array of the dtype that was asked for: ragged, empty, of other
            types, out of range. Or `arrays` is not understood.
        TypeError: `arrays` is neither a mapping nor a boolean, or has a dtype that NumPy does not know.

    >>> loads('{"id":7,"x":[[0.5,1],[null,2]]}', arrays=True)
    {'id': 7, 'x': array([[0.5, 1. ],
           [nan, 2. ]])}
    >>> loads('[{"x":[1,2]},{"x":[3,4]}]', arrays={"$[*].x": "float32"})
    [{'x': array([1., 2.], dtype=float32)}, {'x': array([3., 4.], dtype=float32)}]
    """
    if arrays is None or arrays is False:
        return constants.loads(data)
    # orjson refuses a memoryview with gaps, of which bytes would make one without.
    if type(data) is bytearray or (type(data) is memoryview and data.c_contiguous):
        return loads(bytes(data), arrays=arrays)
    digits = Digits(data)  # type: ignore[arg-type] # of anything else orjson makes an error
    if arrays is True:
        return _replace_lists(orjson.loads(data), digits)
    paths = tree(arrays)
    if speedups is not None and type(data) in {bytes, str}:
        rest, found = speedups.cut_lists(data, native(paths)) or (b"", [])
        # Without the extension it is said what is wrong, and where.
        with suppress(orjson.JSONDecodeError, NotArray):
            return _put(orjson.loads(rest), found, paths, digits)
    return _replace_paths(orjson.loads(data), paths, digits)


def _put(document: Any, found: list[Array], paths: Tree, digits: Digits) -> Any:
    """Put arrays that were cut out into a document.

    Raises:
        NotArray: one is not of the dtype that was asked for.
    """

    def read(value: Any, leaf: Leaf, path: Path) -> Any:
        index = value
        while type(index) is list and len(index) == 1:
            index = index[0]
        if type(index) is int and index is not value and wanted(leaf.dtype) is not None and 0 <= index < len(found):
            return cast(found[index], leaf.dtype)
        return array(value, leaf.dtype, partial(_texts, digits, path))

    return _replace(document, paths, None, read)


def _replace_lists(document: Any, digits: Digits) -> Any:
    """Put arrays in the place of the lists in a document that are arrays."""
    whole = [document]
    stack: list[tuple[Any, Path]] = [(whole, None)]
    while stack:
        container, path = stack.pop()
        for key, value in container.items() if type(container) is dict else enumerate(container):
            place = None if container is whole else (path, key)
            if type(value) is list:
                with suppress(NotArray):
                    container[key] = infer(value, partial(_texts, digits, place))
                    continue
            if type(value) in {dict, list}:
                stack.append((value, place))
    return whole[0]


def _replace_paths(document: Any, paths: Tree, digits: Digits) -> Any:
    def read(value: Any, leaf: Leaf, path: Path) -> Any:
        try:
            return array(value, leaf.dtype, partial(_texts, digits, path))
        except NotArray as error:
            place = json_path(_element(path, value, error.index))
            raise ValueError(f"{place}: {error}; {excerpt(leaf.path)} asks for {leaf.dtype}") from None

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


def _texts(digits: Digits, path: Path) -> list[str]:
    return digits.at(_steps(path))


def _steps(path: Path) -> list[str | int]:
    steps: list[str | int] = []
    while path is not None:
        path, step = path
        steps.append(step)
    return steps[::-1]


if speedups is not None:
    _doc = f"loads(data, /, *, arrays=None)\n--\n\n{loads.__doc__}"
    loads = speedups.make_loads(orjson.loads, loads, _doc)
