"""Integers beyond 64 bits, which orjson reads as floats."""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np
import orjson

_RUN: Final = b"\1" * 19
_IS_DIGIT: Final = bytes(byte in b"0123456789" for byte in range(256))
_BEFORE_POSITIVE: Final = np.array([byte in b"[:, \t\r\n" for byte in range(256)])
# In bytes: in longer text NumPy finds the digits faster than a table does, block by block to stay in the cache.
_SHORT: Final = 2**12
_BLOCK: Final = 2**17


def exact_loads(document: str | bytes) -> Any:
    """Decode JSON (RFC 8259), which json does not keep to, and integers of any length as they are.

    Raises:
        ValueError: it is not JSON, or nested too deep for json.
    """
    utf8 = document.encode() if isinstance(document, str) else document
    if not may_have_huge_integers(utf8):
        return orjson.loads(document)
    try:
        return json.loads(utf8.decode(), parse_constant=_refuse)
    except RecursionError:
        raise ValueError("a document with integers beyond 64 bits is nested too deep") from None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON (RFC 8259)")


def may_have_huge_integers(utf8: bytes | bytearray) -> bool:
    """Tell whether there may be integers that orjson reads as floats: of 20 digits, or of 19 and a minus.

    Fractions are none, and no strings that begin with digits. It takes linear time, whatever the document.
    """
    if len(utf8) < _SHORT and _RUN not in utf8.translate(_IS_DIGIT):
        return False
    # A document that begins or ends with a digit is a number.
    text = np.frombuffer(b" " + utf8 + b" " if utf8[-1:].isdigit() else utf8, np.uint8)
    # A number that begins in a block ends in what the block shares with the next, or has 20 digits there.
    return any(_has_huge_integers(text[start : start + _BLOCK + 24]) for start in range(0, len(text), _BLOCK))


def _has_huge_integers(text: np.ndarray[Any, np.dtype[np.uint8]]) -> bool:
    """Look at the numbers between the first byte and the last."""
    digits = text - 48 < 10  # all other bytes are larger, or wrap around
    digits[0] = digits[-1] = False
    # A run of 19 digits fills one of the words of 8 bytes, which are few to look at.
    words = digits[: len(digits) // 8 * 8].view(np.uint64) == 0x0101010101010101
    first = digits.tobytes().find(_RUN) if words.any() else -1
    if first < 0:
        return False
    if text[first - 1] == ord("-") or (_BEFORE_POSITIVE[text[first - 1]] and digits[first + 19]):
        return True
    edges = np.flatnonzero(digits[1:] != digits[:-1])
    before, lengths = text[edges[::2]], edges[1::2] - edges[::2]
    positive = (lengths >= 20) & _BEFORE_POSITIVE[before]
    negative = (lengths >= 19) & (before == ord("-"))
    return bool((positive | negative).any())
