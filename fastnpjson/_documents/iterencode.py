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

from fastnpjson._arrays.write import has_nan, write
from fastnpjson._documents.caller_default import Answers
from fastnpjson._documents.hook import UNKNOWN
from fastnpjson._documents.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastnpjson._arrays.native import Array
    from fastnpjson._documents.dumps import Plan
    from fastnpjson._documents.hook import Convert

# No UTF-8 has the byte 0xFF, and no fragment of the caller's has the rest.
MARK: Final = b"\xff" + os.urandom(16).hex().encode() + b"\xff"
_KINDS: Final = frozenset({np.ndarray, np.memmap, np.recarray, ma.MaskedArray})
# Smaller arrays, in bytes, are part of the skeleton: a slice of its own costs a microsecond.
_LARGE: Final = 2**16
# Of elements: 65,536 numbers are about a megabyte of text, and stay in the cache on the way.
_SLICE: Final = 2**16
# A crowded document with less than this in large arrays is left to orjson as a whole.
_LARGE_CROWD: Final = 2**23
_PIECE: Final = 2**20
# Flags that are for a document as a whole.
_DOCUMENT: Final = orjson.OPT_APPEND_NEWLINE


class Stream(Answers):
    """One document on its way out, and a caller's default that is asked for it.

    Attributes:
        plan: Puts large arrays off; all else is up to the plan that it was made of.

    Args:
        default: The caller's default. Its replies are written at once, for it may use an array again.
        plan: Made for the settings.
        allow_nan: False to raise `ValueError` at NaN and infinities.
        advance: Called with the size, in bytes, of each part of an array that has been written.
    """

    def __init__(
        self,
        default: Convert | None,
        plan: Plan,
        *,
        allow_nan: bool,
        advance: Callable[[int], object] | None,
    ) -> None:
        super().__init__(default)
        self.plan = plan._replace(
            convert=self._putting_off(plan.convert),
            counting=self._putting_off(plan.counting),
            is_small=self._is_small,
        )
        self._convert = plan.convert
        self._allow_nan = allow_nan
        self._advance = advance
        self._arrays: list[Array] = []
        self._replied: set[int] | None = set()
        self._failed: tuple[Array, JSONEncodeError] | None = None

    def ask(self, obj: Any) -> Any:
        """Return or raise what the default returns or raises."""
        reply = super().ask(obj)
        found: list[Any] = []
        try:
            orjson.dumps(reply, found.append, orjson.OPT_NON_STR_KEYS)
        except JSONEncodeError:  # it holds something that cannot be looked through at this speed
            self._replied = None
        if self._replied is not None:
            self._replied.update(map(id, found))
        return reply

    def document(self, obj: Any) -> Any:
        """Put a document off that is a large array, for it never comes to a hook."""
        return self.plan.convert(obj) if self._puts_off(obj) else obj

    def pieces(self, skeleton: bytes, document: Any) -> Iterator[bytes]:
        """Write the arrays between the parts of a skeleton, in pieces of about a megabyte.

        Raises:
            JSONEncodeError: an array has an element that has no JSON.
            ValueError: NaN or an infinity that is not allowed.
        """
        pending: list[bytes] = []
        for text in self._parts(skeleton, document):
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

    def _parts(self, skeleton: bytes, document: Any) -> Iterator[bytes]:
        # Texts and numbers of arrays take turns.
        parts = skeleton.split(MARK) if self._arrays else [skeleton]
        yield parts[0]
        for number, text in zip(parts[1::2], parts[2::2], strict=True):
            array = self._arrays[int(number)]
            try:
                yield from self._slices(array)
            except (JSONEncodeError, ValueError) as error:
                if isinstance(error, JSONEncodeError):
                    self._failed = array, error
                self.rewind()
                Walk(self.plan.convert, self, self.plan.style.option, allow_nan=self._allow_nan).dumps(document)
                raise
            yield text

    def _putting_off(self, convert: Convert) -> Convert:
        def put_off_or_convert(obj: Any) -> Any:
            if self._failed is not None and obj is self._failed[0]:
                raise self._failed[1]
            if not self._puts_off(obj):
                return convert(obj)
            self._arrays.append(obj)
            return Fragment(MARK + b"%d" % (len(self._arrays) - 1) + MARK)

        return put_off_or_convert

    def _is_small(self, found: list[Any]) -> bool:
        """Tell whether the objects of a document may be written at once."""
        nbytes: int = sum(obj.nbytes for obj in found if self._puts_off(obj))
        return nbytes < _LARGE_CROWD

    def _puts_off(self, obj: Any) -> bool:
        """Tell whether an array is large, and each of its elements has the same text in a slice as in the whole."""
        if type(obj) not in _KINDS or obj.nbytes < _LARGE or not obj.ndim:
            return False
        if self._replied is None or id(obj) in self._replied:
            return False
        return reply_to(obj.dtype, self._convert) is not UNKNOWN

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
        if not self._allow_nan and has_nan(array):
            raise ValueError("NaN")
        text, builtins = write(array, self.plan.style)
        return orjson.dumps(builtins, None, self.plan.style.option & ~_DOCUMENT) if text is None else text


def reply_to(dtype: np.dtype[Any], convert: Convert) -> Any:
    """Convert an array of a dtype; `UNKNOWN` if not each of its arrays is converted element by element."""
    return UNKNOWN if dtype.hasobject else convert(np.zeros(1, dtype))


def rows_of_slice(array: Array) -> int:
    """Return how many rows make a slice; 0 if one row is too much for it."""
    size = array[:1].size
    # Strings and records take more room in memory, or in text, than numbers.
    return 0 if size > _SLICE else max(1, _SLICE // max(size, size * array.itemsize // 16))
