"""JSON by orjson, and on request what json reads and orjson does not: NaN, and integers beyond 64 bits as they are."""

from __future__ import annotations

import json
import re
from json import detect_encoding
from typing import Any, Final

import numpy as np
import orjson

# Integers of more than 308 digits are beyond the floats, which orjson makes of them. An escape in a string has four.
_LONG: Final = rb"(?<![.eE+\d])\d{19,}(?![.eE\d])"
# A string without escapes, or a word. One without an end goes to the end: to look for more in it takes quadratic time.
# Each alternative begins with a letter, by which `re` skips what is between in a quarter of the time.
_WORD: Final = rb'"[^"]*"?|NaN|-Infinity|Infinity'
# What takes the words in Python; the command line has an option of its own.
ALLOW_NAN: Final = "allow_nan=True of fastnpjson.loads, load, load_lines and kserve.loads"
_RUN: Final = b"\1" * 19
_IS_DIGIT: Final = bytes(byte in b"0123456789" for byte in range(256))
_BEFORE_POSITIVE: Final = np.array([byte in b"[:, \t\r\n" for byte in range(256)])
# In bytes: in longer text NumPy finds the digits faster than a table does, block by block to stay in the cache.
_SHORT: Final = 2**12
_BLOCK: Final = 2**17


def lenient_loads(data: Any, *, allow_nan: bool = False, exact_integers: bool = False) -> Any:
    """Decode JSON as `orjson.loads` does.

    Args:
        data: Text, or bytes of any type.
        allow_nan: Take the words ``NaN``, ``Infinity`` and ``-Infinity``.
        exact_integers: Return integers beyond 64 bits as they are, and not as floats.

    Raises:
        JSONDecodeError: it is not JSON; the error names the word, or the encoding.
        ValueError: a document with such words or integers is nested too deep for json.
    """
    if exact_integers and has_huge_integers(data := plain_text(data)):
        return _by_json(data, allow_nan=allow_nan, exact_integers=True)
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        plain = plain_text(data)
        if plain is not data:
            return lenient_loads(plain, allow_nan=allow_nan)
        if not (allow_nan and type(data) in {bytes, str} and has_words(data)):
            raise explained(error, data) from None
    return _by_json(data, allow_nan=True, exact_integers=exact_integers)


def exact_loads(document: Any) -> Any:
    """Decode what is JSON to orjson, and integers of any length as they are; it raises what `lenient_loads` raises."""
    if type(document) is bytes and not may_have_huge_integers(document):
        return lenient_loads(document)
    return lenient_loads(document, exact_integers=True)


def plain_text(data: Any) -> Any:
    """Return text of any type, such as `mmap.mmap` and `numpy.str_`, as bytes or str, and other things as they are."""
    if type(data) is bytes or type(data) is str:
        return data
    if isinstance(data, str):
        return str.__str__(data)
    if isinstance(data, bytes):
        return bytes.__getitem__(data, slice(None))
    try:
        view = memoryview(data)
    except (BufferError, TypeError, ValueError):
        return data
    # Of a view with gaps, or of numbers, the bytes are another text.
    with view:
        return view.tobytes() if view.c_contiguous and view.itemsize == 1 else data


def has_words(data: bytes | str) -> bool:
    """Tell whether there may be NaN or an infinity in text, or the words in a string."""
    return ("NaN" in data or "Infinity" in data) if isinstance(data, str) else (b"NaN" in data or b"Infinity" in data)


def has_huge_integers(data: Any) -> bool:
    """Tell whether there may be integers beyond 64 bits in bytes or str; False for other things."""
    return type(data) in {bytes, str} and may_have_huge_integers(_utf8(data))


def _utf8(data: bytes | str) -> bytes:
    return data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data


def _by_json(data: bytes | str, *, allow_nan: bool, exact_integers: bool) -> Any:
    utf8 = _utf8(data)
    # json takes lone surrogates and 1e400, too.
    checked = re.sub(_WORD, _number_for, _without_quotes(utf8)) if allow_nan else utf8
    try:
        orjson.loads(re.sub(_LONG, _shorter, checked) if exact_integers else checked)
        return json.loads(utf8.decode(), parse_int=None if exact_integers else _int_of_64_bits)
    except json.JSONDecodeError as error:  # of orjson; or of json, about 1NaN, of which a number was made
        message, place = error.msg, error.pos
    except RecursionError:
        raise ValueError("a document with NaN, or integers beyond 64 bits, is nested too deep") from None
    document = data if isinstance(data, str) else data.decode("utf-8", "replace")
    raise explained(orjson.JSONDecodeError(message, document, place), data)


def _without_quotes(utf8: bytes) -> bytes:
    """Return text of the same length without escaped quotes; a pattern that skips them takes 60 bytes for each."""
    return utf8.replace(rb"\\", b"__").replace(rb"\"", b"__")


def _number_for(word: re.Match[bytes]) -> bytes:
    """Return a number in the place of a word, as long as it."""
    return word[0] if word[0][:1] == b'"' else b"-1".ljust(len(word[0]))


def _shorter(integer: re.Match[bytes]) -> bytes:
    """Return an integer of four digits, and blanks, so that what is behind stays where it is."""
    return integer[0][:4].ljust(len(integer[0]))


def _int_of_64_bits(digits: str) -> int | float:
    number = int(digits)
    return number if -(2**63) <= number < 2**64 else float(number)


def encoding_of(data: Any) -> str:
    """Return the encoding of a document by its first bytes; of text only a byte order mark is left of it."""
    if isinstance(data, (bytes, bytearray)) and any(data[:4]):  # NULs, as a lost block of a disk has, are of none
        return detect_encoding(data)
    return "utf-8-sig" if isinstance(data, str) and data.startswith("\ufeff") else "utf-8"


def explained(error: orjson.JSONDecodeError, data: Any, *, is_line: bool = False) -> orjson.JSONDecodeError:
    """Return an error that says what can be done about encodings, and about the words that json has for NaN.

    Args:
        error: Of orjson.
        data: What it is about.
        is_line: It is a line of a file, at whose start an encoding would have been taken.
    """
    encoding, message = encoding_of(data), error.msg
    # Of -Infinity the position is that of the letter.
    word = next((word for word in ("NaN", "Infinity") if error.doc.startswith(word, error.pos)), None)
    if encoding != "utf-8":
        name = "text with a byte order mark" if encoding == "utf-8-sig" else encoding.upper()
        message = (
            f"{name} behind the start of a file, as where files were put together; read each of them"
            if is_line
            else f"{name} is not JSON (RFC 8259), but fastnpjson.load and load_lines read it from a file"
        )
    elif word is not None:
        message = f"{word} is not JSON (RFC 8259), but {ALLOW_NAN} reads it"
    return orjson.JSONDecodeError(message, error.doc, error.pos)


def may_have_huge_integers(utf8: bytes | bytearray) -> bool:
    """Tell whether there may be integers that orjson reads as floats: of 20 digits, or of 19 and a minus.

    Fractions are none, and no strings that begin with digits. It takes linear time, whatever the document.
    """
    if len(utf8) < _SHORT and _RUN not in utf8.translate(_IS_DIGIT):
        return False
    # A document that begins or ends with a digit is a number.
    is_number = utf8[:1].isdigit() or utf8[-1:].isdigit()
    text = np.frombuffer(b" " + utf8 + b" " if is_number else utf8, np.uint8)
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
