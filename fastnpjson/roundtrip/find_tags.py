"""A look at the bytes of a document before they are parsed.

Documents without tags go straight to orjson: finding out takes 1 % of the time of `orjson.loads`. Long base64 is cut
out, so that orjson does not check and copy it.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEYS: Final = (b'"__ndarray__"', b'"__numpy__"', b'"__maskedarray__"', b'"@module"')
_PAIRS: Final = np.dtype("<u2")
# Each of the first three keys has an odd number of letters between its two pairs of underscores. One of the pairs is at
# an even offset of the document, so comparing two bytes at a time finds it. NumPy does that in 1 % of the time of
# orjson.loads; `in` takes 5 to 15 % for each key.
_UNDERSCORES: Final = 0x5F5F
_AT, _MO = np.frombuffer(b'"@mo', _PAIRS).tolist()
# In bytes: a piece of a document that stays in the cache from one pass to the next.
_PIECE: Final = 2**17
# In bytes: up to this size `in` is faster than NumPy, which takes a microsecond per call.
_SMALL: Final = 512
# In bytes: shorter strings are copied faster than cut out.
_LONG: Final = 4096
# The keys whose strings are cut out, with the character before them: after a backslash, a quotation mark is part of a
# longer key.
_ENDING: Final = b'y__"'
_TAGS: Final = tuple(before + key for key in _KEYS[:2] for before in (b"{", b",", b" ", b"\n", b"\t"))
# Letters of a key may be escaped. No encoder does that, so it is looked for only where there is an escape.
_ESCAPED: Final = re.compile(rb"\\u00[4-7]")
_ESCAPES: Final = int.from_bytes(b"\\u", "little")
_VALUE: Final = re.compile(rb'[ \t\r\n]*:[ \t\r\n]*"')


def may_have_tags(text: bytes) -> bool:
    """Tell whether a document may have tags; true for any document with a pair of underscores at an even offset."""
    if b"\\" in text and _has_escaped_letters(text):
        return True
    if len(text) <= _SMALL:
        return b'y__"' in text or (b"@" in text and _KEYS[3] in text)
    for start in range(0, len(text) - 1, _PIECE):
        stop = min(start + _PIECE, len(text))
        if np.count_nonzero(np.frombuffer(text, _PAIRS, (stop - start) // 2, start) == _UNDERSCORES):
            return True
        if text.find(b"@", start, stop + 1) >= 0 and (
            _has_module(text, start, stop) or _has_module(text, start + 1, stop)
        ):
            return True
    return False


def _has_module(text: bytes, start: int, stop: int) -> bool:
    # A key that begins in this piece may end in the next.
    pairs = np.frombuffer(text, _PAIRS, (min(stop + 4, len(text)) - start) // 2, start)
    found = pairs[:-1] == _AT
    return bool(np.count_nonzero(found)) and bool((pairs[1:][found] == _MO).any())


def _has_escaped_letters(text: bytes) -> bool:
    # NumPy finds out in a tenth of the time of `in` whether there are such escapes at all.
    escapes = len(text) <= _SMALL or any(
        np.count_nonzero(np.frombuffer(text, _PAIRS, (len(text) - offset) // 2, offset) == _ESCAPES)
        for offset in (0, 1)
    )
    return escapes and _ESCAPED.search(text) is not None


def has_keys(text: bytes) -> bool:
    """Tell whether a document may have the key of a tag, with or without escapes."""
    return any(key in text for key in _KEYS) or (b"\\" in text and _has_escaped_letters(text))


def cut_base64(text: bytes) -> tuple[bytes, dict[str, memoryview]]:
    """Cut the long strings out of the tags.

    Returns:
        The document with a random name in place of each string, and the strings by these names.
    """
    strings: dict[str, memoryview] = {}
    pieces: list[bytes | memoryview] = []
    view, end = memoryview(text), 0
    for start, stop in _long_strings(text):
        name = os.urandom(8).hex()
        strings[name] = view[start:stop]
        pieces += [view[end:start], name.encode()]
        end = stop
    return (b"".join([*pieces, view[end:]]) if pieces else text), strings


def _long_strings(text: bytes) -> Iterator[tuple[int, int]]:
    place = text.find(_ENDING)
    while place >= 0:
        stop = place + len(_ENDING)
        value = _VALUE.match(text, stop)
        if value is not None and text.endswith(_TAGS, max(place - 10, 0), stop):
            start, stop = value.end(), text.find(b'"', value.end())
            if stop < 0:
                return
            if stop - start > _LONG and text.find(b"\\", start, stop) < 0:
                yield start, stop
        place = text.find(_ENDING, stop)
