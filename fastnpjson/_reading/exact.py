"""JSON by orjson, with integers beyond 64 bits as they are, and errors that name NaN and Infinity."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import numpy as np
import orjson

_RUN: Final = b"\1" * 19
# Integers of more than 308 digits are beyond the floats, which orjson makes of them. An escape in a string has four.
_LONG: Final = re.compile(rb"(\d{4})\d{15,}")
_IS_DIGIT: Final = bytes(byte in b"0123456789" for byte in range(256))
_BEFORE_POSITIVE: Final = np.array([byte in b"[:, \t\r\n" for byte in range(256)])
# In bytes: in longer text NumPy finds the digits faster than a table does, block by block to stay in the cache.
_SHORT: Final = 2**12
_BLOCK: Final = 2**17


def strict_loads(data: Any) -> Any:
    """Decode JSON as `orjson.loads` does, with an error that names the word.

    Raises:
        JSONDecodeError: it is not JSON.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        # Of -Infinity the position is that of the letter.
        word = next((word for word in ("NaN", "Infinity") if error.doc.startswith(word, error.pos)), None)
        if word is None:
            raise
        message = f"{word} is not JSON (RFC 8259), but fastnpjson.compat.loads reads it"
        raise orjson.JSONDecodeError(message, error.doc, error.pos) from None


def exact_loads(document: str | bytes) -> Any:
    """Decode what is JSON to orjson, and integers of any length as they are.

    Raises:
        ValueError: it is not JSON, or nested too deep for json.
    """
    utf8 = document.encode() if isinstance(document, str) else document
    if not may_have_huge_integers(utf8):
        return strict_loads(document)
    try:  # json takes NaN, lone surrogates and 1e400, too
        orjson.loads(_LONG.sub(rb"\1", utf8))
    except orjson.JSONDecodeError:
        return strict_loads(utf8)  # raises, with the place in the whole text
    try:
        return json.loads(utf8.decode())
    except RecursionError:
        raise ValueError("a document with integers beyond 64 bits is nested too deep") from None


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
    # A run of 19 digits fills one of the words of 8 bytes.
    if not (digits[: len(digits) // 8 * 8].view(np.uint64) == 0x0101010101010101).any():
        return False
    # As bits of a Python integer they take a twentieth of the time. One is left where 19 digits begin, fractions aside.
    runs = _bits(digits)
    for length in (1, 2, 4, 8, 3):
        runs &= runs >> length
    starts = runs & ~(runs << 1) & ~(_bits(text == ord(".")) << 1)
    if not starts:
        return False
    encoded = np.frombuffer(starts.to_bytes(-(-len(text) // 8), "little"), np.uint8)
    places = np.flatnonzero(np.unpackbits(encoded, bitorder="little"))
    before = text[places - 1]
    return bool(((before == ord("-")) | (_BEFORE_POSITIVE[before] & digits[places + 19])).any())


def _bits(array: np.ndarray[Any, np.dtype[np.bool_]]) -> int:
    return int.from_bytes(np.packbits(array, bitorder="little").tobytes(), "little")
