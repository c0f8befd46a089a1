"""The paths of `loads`: JSONPath (RFC 9535) of names, indexes and wildcards, as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import numpy as np

from fastnpjson._excerpt import excerpt
from fastnpjson._jsonpath import steps_of

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


# As dates.h has them.
_UNITS: Final = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as")


class Leaf(NamedTuple):
    """The end of a path."""

    path: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...] | None = None


# By names, indexes, and `None` for all that there are.
Tree: TypeAlias = "Leaf | dict[str | int | None, Tree]"


class Paths(NamedTuple):
    """The paths of one call.

    Args:
        tree: Of all of them.
        codes: The same, with what the scan in C calls the dtypes.
        has_shapes: One of them says what shape an array has, of which the scan in C knows nothing.
    """

    tree: Tree
    codes: Any
    has_shapes: bool


def tree(arrays: Mapping[str, DTypeLike]) -> Tree:
    """Make a tree of paths and the dtypes that they name; it raises what `paths_of` raises.

    >>> tree({"$[*].x": "f4", "$[0]['y']": "?"})
    {None: {'x': Leaf(path='$[*].x', dtype=dtype('float32'))}, 0: ...'y': ...'x': ...}
    """
    return paths_of(arrays).tree


def paths_of(arrays: Mapping[str, DTypeLike]) -> Paths:
    """Return what paths and the dtypes that they name lead to.

    Raises:
        TypeError: `arrays` is not a mapping, or NumPy does not know a dtype.
        ValueError: a path is not of the subset, a dtype is not, or a path names what another does.
    """
    if not isinstance(arrays, Mapping):
        raise TypeError(f"arrays= is True or dtypes by path, not a {type(arrays).__name__}")
    try:
        return _paths(tuple(_key(path, dtype) for path, dtype in arrays.items()))
    except RecursionError:
        raise ValueError("arrays= has a path of more steps than Python follows") from None


def _key(path: str, dtype: DTypeLike) -> tuple[str, Any, tuple[int, ...] | None]:
    """Return a path, the text of a dtype, and the shape if it is a subarray dtype, such as ``("f4", (2, 3))``."""
    asked = numpy_dtype(path, dtype)
    base, shape = asked.subdtype or (asked, None)
    if is_foreign_float(base):  # whose text is that of bytes
        return path, base, shape
    return path, vet(path, dtype if shape is None else base).str, shape


# By their text: NumPy takes some dtypes for equal that are not, such as M8[1000ns] and M8[us].
@lru_cache(maxsize=64)
def _paths(keys: tuple[tuple[str, Any, tuple[int, ...] | None], ...]) -> Paths:
    root: Tree = {}
    for path, dtype, shape in keys:
        branch: Tree = Leaf(path, np.dtype(dtype), shape)
        for step in reversed(steps_of(path)):
            branch = {step: branch}
        root = _merge(root, branch) if root else branch
    spread = _spread(root)
    return Paths(spread, _codes(spread), any(shape is not None for _, _, shape in keys))


def is_foreign_float(dtype: np.dtype[Any]) -> bool:
    """Tell whether a dtype is one of the floats that ml_dtypes has registered, which are read of base64 alone."""
    return dtype.isbuiltin == 2 and "float" in dtype.name


def code_of(dtype: np.dtype[Any]) -> Any:
    """Return ``kind << 8 | itemsize`` for a dtype; for dates the unit for the size, its count, and the dtype.

    The scan in C leaves what it does not read to Python.
    """
    kind = ord(dtype.kind) << 8
    if not dtype.isnative or dtype.kind in "Ucm" or dtype.isbuiltin == 2:
        return 1 << 16
    if dtype.kind != "M":
        return kind | dtype.itemsize
    unit, count = np.datetime_data(dtype)
    return kind | _UNITS.index(unit), count, dtype


def _codes(node: Tree) -> Any:
    if isinstance(node, Leaf):
        return code_of(node.dtype)
    return {step: _codes(child) for step, child in node.items()}


def numpy_dtype(path: str, dtype: DTypeLike) -> np.dtype[Any]:
    """Return what NumPy takes for a dtype, but for `None`, which is float64 to it.

    Raises:
        TypeError: NumPy does not know it; the error begins with the path.
        ValueError: it is not well-formed, such as ``"(2,3f4"``, or has a shape that no dtype has.
    """
    try:
        return np.dtype("V" if dtype is None else dtype)
    except (SyntaxError, TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{excerpt(path)}: {excerpt(repr(dtype))}: {error}") from None


def vet(path: str, dtype: DTypeLike) -> np.dtype[Any]:
    """Return a dtype that arrays of lists may have.

    Raises:
        TypeError: NumPy does not know it.
        ValueError: it is another; the error begins with the path.
    """
    vetted = numpy_dtype(path, dtype)
    if vetted.isbuiltin == 2 or not _is_readable(vetted):
        name = f"{excerpt(path)}: {excerpt(repr(dtype))}"
        kinds = "bool, of integers, floats or complex numbers of 64 bits, strings, or times with a unit"
        raise ValueError(f"{name}: the dtype must be {kinds}")
    return vetted


def _is_readable(dtype: np.dtype[Any]) -> bool:
    if dtype.kind in "Mm":
        unit, count = np.datetime_data(dtype)
        return unit != "generic" and count > 0
    # A longdouble has digits that the numbers of a document lose on the way.
    return dtype.kind in "biuU" or dtype.itemsize <= {"f": 8, "c": 16}.get(dtype.kind, -1)


def _merge(one: Tree, other: Tree) -> Tree:
    if isinstance(one, dict) and isinstance(other, dict):
        both = {step: _merge(one[step], other[step]) for step in one.keys() & other.keys()}
        return {**one, **other, **both}
    if isinstance(one, Leaf) and isinstance(other, Leaf) and _wish(one) == _wish(other):
        return one
    path = one.path if isinstance(one, Leaf) else other.path if isinstance(other, Leaf) else ""
    raise ValueError(f"{excerpt(path)}: another path names the same or a part of it")


def _wish(leaf: Leaf) -> Any:
    return leaf.dtype.str, leaf.dtype.name, leaf.shape


def _spread(node: Tree) -> Tree:
    """Let names and indexes lead to where a wildcard beside them leads, too."""
    if isinstance(node, Leaf):
        return node
    everywhere = node.get(None, {})
    return {
        step: _spread(child if step is None or not everywhere else _merge(child, everywhere))
        for step, child in node.items()
    }
