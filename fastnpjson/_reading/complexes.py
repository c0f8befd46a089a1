"""Complex numbers, as `Encoder` writes them: pairs of the real and the imaginary part, or strings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fastnpjson._reading.errors import NotArray
from fastnpjson._reading.lists import flat
from fastnpjson._reading.values import TAGS, check, convert

if TYPE_CHECKING:
    from fastnpjson._reading.lists import Array, DType
    from fastnpjson._reading.values import Texts

_PART: Final = r"(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|NaN|Infinity)"
_FORM: Final = re.compile(rf"(-?{_PART})([-+]{_PART})j")


def complexes(value: Any, dtype: DType, texts: Texts) -> Array:
    """Make an array of complex numbers.

    Args:
        value: Lists of pairs, or of strings such as ``"1.0-2.0j"``, with `None` for NaN.
        dtype: Complex.
        texts: Returns the digits of each number.

    Raises:
        NotArray: they are neither.

    >>> complexes([[1, 2], [0.5, "NaN"]], np.dtype("c8"), lambda: None)
    array([1. +2.j, 0.5+nanj], dtype=complex64)
    >>> complexes(["1.0-2.0j", None], np.dtype("c16"), lambda: None)
    array([ 1. -2.j, nan+nanj])
    """
    shape, leaves = flat(value)
    real = np.empty(0, dtype).real.dtype
    if any(type(leaf) is str and leaf[-1:] == "j" for leaf in leaves) or (
        shape[-1] != 2 and set(map(type, leaves)) == {type(None)}
    ):
        parts = [part for index, leaf in enumerate(leaves) for part in _parts(leaf, index)]
        try:
            return convert(parts, real, lambda: parts, TAGS).view(dtype).reshape(shape)
        except NotArray as reason:
            raise NotArray(str(reason), (reason.index or 0) // 2) from None
    if shape[-1] != 2:
        raise NotArray("the lists in it are not pairs of a real and an imaginary part, nor strings like 1.0-2.0j")
    check(leaves, real)
    return convert(leaves, real, texts).view(dtype).reshape(shape[:-1])


def _parts(text: Any, index: int) -> tuple[Any, Any]:
    if text is None:
        return None, None
    match = _FORM.fullmatch(text) if type(text) is str else None
    if match is None:
        raise NotArray(f"{str(text)[:40]!r} is not a complex number like 1.0-2.0j", index)
    return match[1], match[2].removeprefix("+").replace("-NaN", "NaN")
