"""The bytes of a document before they are parsed: are there tags, and long base64 that need not be copied."""

from __future__ import annotations

import os
import re
from typing import Final

import numpy as np

_KEYS: Final = (b'"__ndarray__"', b'"__numpy__"', b'"__maskedarray__"', b'"@module"')
_PAIRS: Final = np.dtype("<u2")
# In each of the first three keys an odd number of letters lies between two pairs of underscores, so that one pair
# stands at an even place of the document, and a pass over pairs of bytes meets it. That takes 1 % of the time of
# orjson.loads, where `in` takes 5 to 15 % for each key.
_UNDERSCORES: Final = 0x5F5F
_AT, _MO = np.frombuffer(b'"@mo', _PAIRS).tolist()
# A piece that stays in the cache; a document that begins with a tag is known by its first.
_PIECE: Final = 2**17
# Up to this size `in` is faster than the pass, which costs a microsecond.
_SMALL: Final = 512
# Shorter strings are copied faster than cut out.
_LONG: Final = 4096
_VALUE: Final = re.compile(rb'[ \t\r\n]*:[ \t\r\n]*"')


def may_have_tags(text: bytes | bytearray) -> bool:
    """Tell whether a document has any key of a tag; true now and then where it has none."""
    if len(text) <= _SMALL:
        return b'y__"' in text or (b"@" in text and _KEYS[3] in text)
    return (_has_underscores(text) or (b"@" in text and _has_module(text))) and any(key in text for key in _KEYS)


def _has_underscores(text: bytes | bytearray) -> bool:
    pairs = np.frombuffer(text, _PAIRS, len(text) // 2)
    return any((pairs[start : start + _PIECE] == _UNDERSCORES).any() for start in range(0, pairs.size, _PIECE))


def _has_module(text: bytes | bytearray) -> bool:
    for start in (0, 1):
        pairs = np.frombuffer(text, _PAIRS, (len(text) - start) // 2, start)
        found = pairs[:-1] == _AT
        if found.any() and (pairs[1:][found] == _MO).any():
            return True
    return False


def cut_base64(text: bytes | bytearray) -> tuple[bytes | bytearray, dict[str, memoryview]]:
    """Cut the long strings out of the tags, which saves a copy and a check for UTF-8 of each.

    Returns:
        The document with a random name in the place of each string, and the strings by these names.
    """
    strings: dict[str, memoryview] = {}
    for key in _KEYS[:2]:
        pieces: list[bytes | memoryview] = []
        end = 0
        for start, stop in _long_strings(text, key):
            name = os.urandom(8).hex()
            strings[name] = memoryview(text)[start:stop]
            pieces += [memoryview(text)[end:start], name.encode()]
            end = stop
        if pieces:
            text = b"".join([*pieces, memoryview(text)[end:]])
    return text, strings


def _long_strings(text: bytes | bytearray, key: bytes) -> list[tuple[int, int]]:
    found = []
    place = text.find(key)
    while place >= 0:
        stop = place + len(key)
        value = _VALUE.match(text, stop)
        # After a backslash the quotation mark belongs to a longer key.
        if value is not None and text[place - 1 : place] != b"\\":
            start, stop = value.end(), text.find(b'"', value.end())
            if stop < 0:
                break
            if stop - start > _LONG and text.find(b"\\", start, stop) < 0:
                found.append((start, stop))
        place = text.find(key, stop)
    return found
