"""The last touches on the text of a document: ASCII only, `null` for NaN, and fragments, which json does not know."""

from __future__ import annotations

import os
from itertools import chain, pairwise
from json.encoder import encode_basestring_ascii
from typing import Any, Final

import numpy as np

from fastnpjson._patch import orjson

# As a number: Python looks for bytes in bytes ten times as long.
_DEL: Final = 0x7F
# Stands in the text of json for a fragment.
MARK: Final = os.urandom(16).hex()


def escape(text: bytes) -> bytes:
    """Escape all that is not ASCII, and DEL, as json does."""
    if text.isascii() and _DEL not in text:
        return text
    odd = np.frombuffer(text, np.uint8) >= _DEL
    # Parts to keep and parts to escape take turns: JSON begins and ends with a character of ASCII.
    cuts = [0, *(np.flatnonzero(odd[1:] != odd[:-1]) + 1).tolist(), len(text)]
    parts = [text[start:stop] for start, stop in pairwise(cuts)]
    escaped = encode_basestring_ascii(b" ".join(parts[1::2]).decode())
    parts[1::2] = escaped[1:-1].encode().split(b" ")
    return b"".join(parts)


def escape_surrogates(text: str) -> str:
    """Escape lone surrogates, which have no UTF-8: how Python replaces one is its escape in JSON, too."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def is_dense(text: bytes) -> bool:
    """Tell whether json writes a document with escapes faster than orjson and `escape` do: with 1 of 64 bytes."""
    return not text.isascii() and int(np.count_nonzero(np.frombuffer(text, np.uint8) >= _DEL)) * 64 > len(text)


def with_null(text: str) -> str:
    """Replace the words that json has for NaN and infinities, but those in strings, by `null`."""
    # A letter is found 30 times as fast as a word.
    if not (("N" in text and "NaN" in text) or ("I" in text and "Infinity" in text)):
        return text
    if "\\" in text:
        # No raw control character is in JSON: with each escape of a quote made of them, all quotes are real.
        text = with_null(text.replace(r"\\", "\0\0").replace(r"\"", "\0\1").replace("\\", "\0\2"))
        return text.replace("\0\2", "\\").replace("\0\1", r"\"").replace("\0\0", r"\\")
    parts = text.split('"')
    outside = '"'.join(parts[::2]).replace("-Infinity", "null").replace("Infinity", "null").replace("NaN", "null")
    parts[::2] = outside.split('"')
    return '"'.join(parts)


def with_fragments(text: str, fragments: list[Any], *, ensure_ascii: bool | None) -> str:
    """Put fragments in the places of their marks in the text of json, in order.

    Args:
        text: Has as many marks.
        fragments: orjson's.
        ensure_ascii: True to escape what is not ASCII in them.
    """
    utf8 = map(orjson.dumps, fragments)
    texts = [part.decode() for part in (map(escape, utf8) if ensure_ascii else utf8)]
    return "".join(chain.from_iterable(zip(text.split(f'"{MARK}"'), [*texts, ""], strict=True)))
