"""A document in pieces: large arrays are written slice by slice, between the pieces of a skeleton.

orjson writes the skeleton: the document with a mark in the place of every large array.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson
from numpy import ma
from orjson import Fragment, JSONEncodeError

from fastnpjson._arrays.dtypes import has_nan
from fastnpjson._arrays.write import write
from fastnpjson._documents.convert import UNKNOWN
from fastnpjson._documents.dumps import encode
from fastnpjson._documents.two_pass import Replies
from fastnpjson._documents.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastnpjson._arrays.dtypes import Array
    from fastnpjson._documents.convert import Convert
    from fastnpjson._documents.rules import Rules

# No UTF-8 has the byte 0xFF, and no fragment of the caller's has the rest.
MARK: Final = b"\xff" + os.urandom(16).hex().encode() + b"\xff"
_KINDS: Final = frozenset({np.ndarray, np.memmap, np.recarray, ma.MaskedArray})
# Smaller arrays, in bytes, are part of the skeleton: a slice of its own costs a microsecond.
_LARGE: Final = 2**16
# Of elements: 65,536 numbers are about a megabyte of text, and stay in the cache on the way.
_SLICE: Final = 2**16
_PIECE: Final = 2**20
# Flags that are for a document as a whole.
_DOCUMENT: Final = orjson.OPT_APPEND_NEWLINE


class Stream:
    """One document on its way out.

    Args:
        rules: Made for the settings.
        default: The caller's default.
        advance: Called with the size, in bytes, of each part of an array that has been written.
    """

    def __init__(self, rules: Rules, default: Convert | None, advance: Callable[[int], object] | None = None) -> None:
        self._rules = rules
        # The default may use an array again that it returned: what is in replies is written at once.
        self._putting_off = rules._replace(
            convert=self._put_off_or_convert, natively=rules.natively._replace(below=_LARGE), for_replies=rules
        )
        self._default = Replies(default)
        self._advance = advance
        self._arrays: list[Array] = []
        self._failed: tuple[Array, JSONEncodeError] | None = None

    def pieces(self, obj: Any) -> Iterator[bytes]:
        """Encode a document in pieces of about a megabyte.

        Raises:
            JSONEncodeError: as for `dumps`.
            ValueError: NaN or an infinity that is not allowed.
        """
        with self._default:
            try:
                yield from self._pieces(obj)
            finally:
                self._failed = None

    def _pieces(self, obj: Any) -> Iterator[bytes]:
        pending: list[bytes] = []
        for text in self._parts(obj):
            pending.append(text)
            if len(text) > 2 * _PIECE:
                whole = b"".join(pending)
                yield from (whole[start : start + _PIECE] for start in range(0, len(whole), _PIECE))
                pending = []
            elif sum(map(len, pending)) >= _PIECE // 2:
                yield b"".join(pending)
                pending = []
        if pending:
            yield b"".join(pending)

    def _parts(self, obj: Any) -> Iterator[bytes]:
        # Texts and numbers of arrays take turns.
        skeleton = self._skeleton(obj)
        parts = skeleton.split(MARK) if self._arrays else [skeleton]
        yield parts[0]
        for number, text in zip(parts[1::2], parts[2::2], strict=True):
            array = self._arrays[int(number)]
            try:
                yield from self._slices(array)
            except (JSONEncodeError, ValueError) as error:
                if isinstance(error, JSONEncodeError):
                    self._failed = array, error
                self._default.rewind()
                Walk(self._putting_off, self._default).dumps(obj)
                raise
            yield text

    def _skeleton(self, obj: Any) -> bytes:
        # A document that is a large array never comes to a hook.
        document = self._put_off_or_convert(obj) if self._puts_off(obj) else obj
        return encode(document, self._putting_off, self._default)

    def _put_off_or_convert(self, obj: Any) -> Any:
        if self._failed is not None and obj is self._failed[0]:
            raise self._failed[1]
        if not self._puts_off(obj):
            return self._rules.convert(obj)
        self._arrays.append(obj)
        return Fragment(MARK + b"%d" % (len(self._arrays) - 1) + MARK)

    def _puts_off(self, obj: Any) -> bool:
        """Tell whether an array is large, and each of its elements has the same text in a slice as in the whole."""
        if type(obj) not in _KINDS or obj.nbytes < _LARGE or not obj.ndim:
            return False
        return reply_to(obj.dtype, self._rules.convert) is not UNKNOWN

    def _slices(self, array: Array) -> Iterator[bytes]:
        rows = rows_of_slice(array)
        if not rows:
            for index, row in enumerate(array):
                yield b"," if index else b"["
                yield from self._slices(row)
        else:
            for start in range(0, len(array), rows):
                part = array[start : start + rows]
                yield b"".join((b"," if start else b"[", memoryview(self._text(part))[1:-1]))
                if self._advance is not None:
                    self._advance(part.nbytes)
        yield b"]"

    def _text(self, array: Array) -> bytes:
        # 20 times faster than to look for null in the text.
        if self._rules.style.nan == "error" and has_nan(array):
            raise ValueError("NaN")
        text, builtins = write(array, self._rules.style)
        return orjson.dumps(builtins, None, self._rules.style.option & ~_DOCUMENT) if text is None else text


def reply_to(dtype: np.dtype[Any], convert: Convert) -> Any:
    """Convert an array of a dtype; `UNKNOWN` if not each of its arrays is converted element by element."""
    return UNKNOWN if dtype.hasobject else convert(np.zeros(1, dtype))


def rows_of_slice(array: Array) -> int:
    """Return how many rows make a slice; 0 if one row is too much for it."""
    size = array[:1].size
    # Strings and records take more room in memory, or in text, than numbers.
    return 0 if size > _SLICE else max(1, _SLICE // max(size, size * array.itemsize // 16))
