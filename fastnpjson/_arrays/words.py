"""Words for NaN and infinities, as in the JSON of Protocol Buffers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import orjson

from fastnpjson._arrays.numbers import known

if TYPE_CHECKING:
    from fastnpjson._arrays.native import Array

_WORDS: Final = (b'"NaN"', b'"Infinity"', b'"-Infinity"', b"null")


def with_words(written: bytes | Array, array: Array, mask: Array | None) -> bytes | Array:
    """Put strings in the place of NaN and infinities that are not masked.

    Args:
        written: What `floats` of `numbers` made of the array, with NaN where it is masked.
        array: The floats.
        mask: Of the same shape, or `None`.
    """
    floats = known(array)
    nonfinite = ~np.isfinite(floats)
    if not nonfinite.any():
        return written
    odd = floats[nonfinite]
    numbers = np.where(np.isnan(odd), 0, np.where(odd > 0, 1, 2))
    if mask is not None:
        numbers[mask[nonfinite]] = 3
    words = list(map(_WORDS.__getitem__, numbers.tolist()))
    if not isinstance(written, bytes):
        written[nonfinite] = list(map(orjson.Fragment, words))
        return written
    # In the same order as the elements, and no number has these letters.
    numbers_and_words = [b""] * (2 * len(words) + 1)
    numbers_and_words[::2], numbers_and_words[1::2] = written.split(b"null"), words
    return b"".join(numbers_and_words)
