"""The paths of `loads`: JSONPath (RFC 9535) of names, indexes and wildcards, as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from fastnpjson._excerpt import excerpt
from fastnpjson._jsonpath import steps_of

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


class Leaf(NamedTuple):
    """The end of a path."""

    path: str
    dtype: np.dtype[Any]


# By names, indexes, and `None` for all that there are.
Tree: TypeAlias = "Leaf | dict[str | int | None, Tree]"


def tree(arrays: Mapping[str, DTypeLike]) -> Tree:
    """Make a tree of paths and the dtypes that they name.

    Raises:
        TypeError: `arrays` is no mapping, or a dtype is none that NumPy knows.
        ValueError: a path is not of the subset, a dtype is not, or a path names what another does.

    >>> tree({"$[*].x": "f4", "$[0]['y']": "?"})
    {None: {'x': Leaf(path='$[*].x', dtype=dtype('float32'))}, 0: ...'y': ...'x': ...}
    """
    if not isinstance(arrays, Mapping):
        raise TypeError(f"arrays= is True or dtypes by path, and no {type(arrays).__name__}")
    try:
        return _tree(tuple((path, _vet(path, dtype).str) for path, dtype in arrays.items()))
    except RecursionError:
        raise ValueError("arrays= has a path of more steps than Python follows") from None


@lru_cache(maxsize=64)
def _tree(items: tuple[tuple[str, str], ...]) -> Tree:
    root: Tree = {}
    for path, dtype in items:
        # A dtype is no key: to NumPy M8[2001ns] equals M8[2us].
        branch: Tree = Leaf(path, np.dtype(dtype))
        for step in reversed(steps_of(path)):
            branch = {step: branch}
        root = _merge(root, branch) if root else branch
    return _spread(root)


def wanted(dtype: np.dtype[Any]) -> int | None:
    """Return what the scan in C calls a dtype: 1 and 2 for floats, 0 for what it tells itself, `None` for others."""
    if dtype.kind == "f":
        return {8: 1, 4: 2}.get(dtype.itemsize)
    return 0 if dtype.kind in "biu" else None


def native(paths: Tree) -> Any:
    """Return a tree for the scan in C, without what is not for it."""
    if isinstance(paths, Leaf):
        return wanted(paths.dtype)
    return {step: branch for step, child in paths.items() if (branch := native(child)) is not None}


def _vet(path: str, dtype: DTypeLike) -> np.dtype[Any]:
    # None is float64 to NumPy.
    vetted = np.dtype("V" if dtype is None else dtype)
    is_foreign = vetted.isbuiltin == 2 or vetted.kind not in "biufM" or vetted.itemsize > 8
    if is_foreign or (vetted.kind == "M" and not _has_unit(vetted)):
        name = f"{excerpt(path)}: {excerpt(repr(dtype))}"
        raise ValueError(f"{name}: the dtype must be bool, of integers, of floats or datetime64 with a unit")
    return vetted


def _has_unit(dtype: np.dtype[Any]) -> bool:
    unit, count = np.datetime_data(dtype)
    return unit != "generic" and count > 0


def _merge(one: Tree, other: Tree) -> Tree:
    if isinstance(one, dict) and isinstance(other, dict):
        both = {step: _merge(one[step], other[step]) for step in one.keys() & other.keys()}
        return {**one, **other, **both}
    if isinstance(one, Leaf) and isinstance(other, Leaf) and one.dtype.str == other.dtype.str:
        return one
    path = one.path if isinstance(one, Leaf) else other.path if isinstance(other, Leaf) else ""
    raise ValueError(f"{excerpt(path)}: another path names the same or a part of it")


def _spread(node: Tree) -> Tree:
    """Let names and indexes lead to where a wildcard beside them leads, too."""
    if isinstance(node, Leaf):
        return node
    everywhere = node.get(None, {})
    return {
        step: _spread(child if step is None or not everywhere else _merge(child, everywhere))
        for step, child in node.items()
    }
