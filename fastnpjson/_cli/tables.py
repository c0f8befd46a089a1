"""JSON to the arrays that ``.npy`` files hold: lists of numbers at once, and objects in lines as records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastnpjson._cli.npy import array_of
from fastnpjson._reading.at_paths import array
from fastnpjson._reading.errors import NotArray
from fastnpjson._reading.exact import lenient_loads
from fastnpjson._reading.loads import loads
from fastnpjson._reading.paths import Leaf, tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import DTypeLike

    from fastnpjson._reading.budget import Budget
    from fastnpjson._threads import Threads

    Array = np.ndarray[Any, Any]


def read_arrays(data: bytes, *, allow_nan: bool = False, threads: Threads = 1) -> Any:
    """Read a document that is an array, or an object of some; any other as it is, with all digits of integers.

    >>> read_arrays(b"[[1,2.5],[null,4]]")
    array([[1. , 2.5],
           [nan, 4. ]])
    """
    document = loads(data, arrays=True, allow_nan=allow_nan, threads=threads)
    members = document.values() if type(document) is dict else [document]
    return document if all(map(_is_exact, members)) else _exact(data, allow_nan)


def read_paths(data: bytes, arrays: Mapping[str, DTypeLike], *, allow_nan: bool = False, threads: Threads = 1) -> Any:
    """Read a document with arrays of the dtypes that are given by path, and all digits of other integers."""
    document = loads(data, arrays=arrays, allow_nan=allow_nan, threads=threads)
    if isinstance(document, np.ndarray):
        return document
    exact = _exact(data, allow_nan)
    if type(document) is not dict:
        return exact
    return {name: member if isinstance(member, np.ndarray) else exact[name] for name, member in document.items()}


def _exact(data: bytes, allow_nan: bool) -> Any:
    return lenient_loads(data, allow_nan=allow_nan, exact_integers=True)


def stack(rows: list[Any], budget: Budget) -> Array:
    """Make an array of rows; what it raises is as for `array_of`."""
    if {type(row) for row in rows} == {np.ndarray} and len({(row.dtype.kind in "if", row.shape) for row in rows}) == 1:
        stacked = np.stack(rows)
        if len({row.dtype for row in rows}) == 1 or _is_exact(stacked):
            return stacked
    return array_of(_lists(rows), budget)


def _lists(values: list[Any]) -> list[Any]:
    return [value.tolist() if isinstance(value, np.ndarray) else value for value in values]


def table_of(rows: list[dict[str, Any]], arrays: Mapping[str, DTypeLike], budget: Budget) -> Array:
    """Make an array with fields of flat objects that all have the same keys.

    Args:
        rows: The objects.
        arrays: Dtypes of fields by path, for what JSON does not tell.
        budget: What strings may take.

    Raises:
        ValueError: names the line or the field that does not fit.

    >>> from fastnpjson._reading.budget import Budget
    >>> table_of([{"id": 1, "score": 0.5}, {"id": 2, "score": None}], {"$.id": "u1"}, Budget())
    array([(1, 0.5), (2, nan)], dtype=[('id', 'u1'), ('score', '<f8')])
    """
    for number, row in enumerate(rows, 1):
        if row.keys() != rows[0].keys():
            raise ValueError(f"line {number}: its keys differ from those of line 1: {', '.join(rows[0])}")
    leaves = tree(arrays)
    if isinstance(leaves, Leaf) or not all(name in rows[0] and isinstance(leaves[name], Leaf) for name in leaves):
        raise ValueError(
            f"{', '.join(arrays)}: for lines of objects, a path must name a field, such as $.{next(iter(rows[0]))}"
        )
    columns = {name: _column([row[name] for row in rows], name, leaves.get(name), budget) for name in rows[0]}
    table = np.empty(len(rows), [(name, column.dtype, column.shape[1:]) for name, column in columns.items()])
    for name, column in columns.items():
        table[name] = column
    return table


def _column(values: list[Any], name: str, leaf: Any, budget: Budget) -> Array:
    try:
        column = stack(values, budget) if leaf is None else array(_lists(values), leaf.dtype, _no_digits)
    except ValueError as error:
        line = "" if type(error) is not NotArray or error.index is None else f" of line {error.index + 1}"
        raise ValueError(f"{name}{line}: {error}") from None
    if leaf is not None and leaf.shape not in {None, column.shape[1:]}:
        raise ValueError(f"{name}: arrays of shape {column.shape[1:]}, not {leaf.shape}")
    return column


def _no_digits() -> list[str]:
    raise ValueError("a number is half-way between two of this dtype; float64 tells them apart")


def _is_exact(member: Any) -> bool:
    """Tell an array from other things, and from one with integers that may have been rounded to floats."""
    return type(member) is np.ndarray and not (member.dtype.kind == "f" and bool((np.abs(member) >= 2**53).any()))
