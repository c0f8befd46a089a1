"""Arrays of complex numbers: to pairs of floats, or to strings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastnpjson._arrays.numbers import contiguous

if TYPE_CHECKING:
    from fastnpjson._arrays.native import Array


def pairs(array: Array) -> Array:
    """Return the real and the imaginary parts, in one dimension more."""
    array = contiguous(array)
    return array.view(array.real.dtype).reshape(*array.shape, 2)


def strings(text: bytes, array: Array, *, nonfinite: bool) -> Array:
    """Return an object array of strings that `complex` reads, such as ``"0.5-2.0j"``.

    Args:
        text: The parts of all elements as JSON, with words for NaN and infinities.
        array: The elements.
        nonfinite: False to return `None` for those with a NaN or an infinity.
    """
    parts = text[1:-1].replace(b'"', b"").decode().split(",")
    signs = ["" if imaginary.startswith("-") else "+" for imaginary in parts[1::2]]
    texts = [f"{real}{sign}{imaginary}j" for real, sign, imaginary in zip(parts[::2], signs, parts[1::2], strict=False)]
    elements = np.fromiter(texts, object, array.size).reshape(array.shape)
    if not nonfinite:
        elements[~np.isfinite(array)] = None
    return elements
