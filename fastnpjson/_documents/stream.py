"""A document in pieces: a long list is written batch by batch, and a large array slice by slice.

orjson writes a skeleton of each batch, or of the document: with a mark in the place of every large array.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy import ma
from orjson import Fragment, JSONEncodeError

from fastnpjson._arrays.dtypes import has_nan
from fastnpjson._arrays.layout import SIDE_BY_SIDE
from fastnpjson._arrays.write import write_part
from fastnpjson._documents.common import Common
from fastnpjson._documents.convert import UNKNOWN
from fastnpjson._documents.dumps import encode, for_common
from fastnpjson._documents.replies import Replies
from fastnpjson._documents.room import Room
from fastnpjson._documents.slices import Slice, has_long_list, jobs, reply_to, slices
from fastnpjson._documents.walk import Walk
from fastnpjson._extension import speedups
from fastnpjson._patch import orjson
from fastnpjson._threads import Workers, count_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from fastnpjson._arrays.dtypes import Array
    from fastnpjson._documents.convert import Convert
    from fastnpjson._documents.rules import Rules
    from fastnpjson._jsonpath import Path
    from fastnpjson._threads import Threads

# No UTF-8 has the byte 0xFF, and no fragment of the caller's has the rest.
MARK: Final = b"\xff" + os.urandom(16).hex().encode() + b"\xff"
_KINDS: Final = frozenset({np.ndarray, np.memmap, np.recarray, ma.MaskedArray})
# Smaller arrays, in bytes, are part of the skeleton: a slice of its own costs a microsecond.
_LARGE: Final = 2**16
_PIECE: Final = 2**20
# A batch has so many elements at first, and then as many as make a text of so many bytes.
_FIRST: Final = 32
_BATCH: Final = 2**18
# Flags that are for a document as a whole.
_DOCUMENT: Final = orjson.OPT_APPEND_NEWLINE
# With these a part of a document has another text than alone, or stands in another place.
_WHOLE: Final = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS


class Stream:
    """One document on its way out.

    Args:
        rules: Made for the settings.
        default: The caller's default.
        advance: Called with the size, in bytes, of each part of an array that has been written.
        threads: How many write large arrays.
    """

    def __init__(
        self,
        rules: Rules,
        default: Convert | None,
        advance: Callable[[int], object] | None = None,
        threads: Threads = 1,
    ) -> None:
        self._rules = rules = for_common(rules) if type(default) is Common else rules
        # The default may use an array again that it returned: what is in replies is written at once.
        self._putting_off = putting_off(rules, self._put_off_or_convert)
        self._of_batch = self._putting_off
        self._default = Replies(default)
        self._advance = advance
        self._count = count_of(threads)
        self._side_by_side = SIDE_BY_SIDE if self._count > 1 else 0
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

    def text(self, obj: Any, found: bytes | list[Any] | TypeError | None = None) -> bytes:
        """Encode a document as a whole.

        Args:
            obj: The document.
            found: What `collect` returned or raised for the rules of `putting_off`, if it was called.

        Raises:
            JSONEncodeError: as for `dumps`.
            ValueError: NaN or an infinity that is not allowed.
        """
        with self._default, Workers(self._count) as workers:
            try:
                skeleton = self._skeleton(obj, found)
                if not self._arrays:
                    return skeleton
                texts = self._texts(self._of_document(obj, skeleton), workers)
                if speedups is None:
                    return b"".join(texts)
                room = Room(workers, len(skeleton) + 3 * sum(array.nbytes for array in self._arrays))
                for text in texts:
                    room.add(text)
                return room.finish()
            finally:
                self._failed = None

    def _pieces(self, obj: Any) -> Iterator[bytes]:
        pending: list[bytes] = []
        with Workers(self._count) as workers:
            for text in self._texts(self._parts(obj), workers):
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

    def _texts(self, parts: Iterator[bytes | Slice], workers: Workers) -> Iterator[bytes]:
        """Yield the texts of parts of the document."""
        for part, text in self._written(parts) if workers.count == 1 else self._written_by(workers, parts):
            if isinstance(text, bytes):
                yield text
                if self._advance is not None and isinstance(part, Slice):
                    self._advance(part.rows.nbytes)
            elif isinstance(part, Slice):
                self._raise(part, text)

    def _written(self, parts: Iterable[bytes | Slice]) -> Iterator[tuple[bytes | Slice, bytes | Exception]]:
        """Yield parts, each with its text, or its error."""
        for part in parts:
            yield part, part if isinstance(part, bytes) else self._text(part)

    def _written_by(
        self, workers: Workers, parts: Iterator[bytes | Slice]
    ) -> Iterator[tuple[bytes | Slice, bytes | Exception]]:
        def write(job: list[bytes | Slice]) -> list[tuple[bytes | Slice, bytes | Exception]]:
            return list(self._written(job))

        for _, written in workers.in_order(write, jobs(parts)):
            yield from written()

    def _raise(self, failed: Slice, error: Exception) -> None:
        """Raise an error that says where an array is."""
        try:
            raise error
        except (JSONEncodeError, ValueError):
            if isinstance(error, JSONEncodeError):
                self._failed = failed.array, error
            failed.default.rewind()
            failed.locate()
            raise
        finally:
            del error, failed

    def _parts(self, obj: Any) -> Iterator[bytes | Slice]:
        """Yield the document as texts, and as slices of its large arrays."""
        if self._rules.option & _WHOLE or not has_long_list(obj, 0):
            yield from self._of_document(obj, self._skeleton(obj))
            return
        self._of_batch = self._putting_off._replace(option=self._rules.option & ~_DOCUMENT)
        yield from self._spread(obj, None, 0)
        if self._rules.option & _DOCUMENT:
            yield b"\n"

    def _of_document(self, obj: Any, skeleton: bytes) -> Iterator[bytes | Slice]:
        default = self._default
        return self._filled(skeleton, lambda: Walk(self._putting_off, default).dumps(obj))

    def _spread(self, obj: Any, path: Path, depth: int) -> Iterator[bytes | Slice]:
        """Yield a value of the document that has a long list: its path and depth are given."""
        if type(obj) is list:
            yield b"["
            yield from self._batches(obj, path, depth)
            yield b"]"
            return
        yield b"{"
        for number, (key, value) in enumerate(list(obj.items())):
            name = self._name(key, path)
            yield b"," + name + b":" if number else name + b":"
            if has_long_list(value, depth + 1):
                yield from self._spread(value, (path, key), depth + 1)
            else:
                yield from self._elements([value], [key], path, depth)
        yield b"}"

    def _name(self, key: str, path: Path) -> bytes:
        try:
            return orjson.dumps(key)
        except JSONEncodeError:
            Walk(self._of_batch, self._default).key(key, path)
            raise

    def _batches(self, items: list[Any], path: Path, depth: int) -> Iterator[bytes | Slice]:
        start, count = 0, _FIRST
        while start < len(items):
            if start:
                yield b","
            length = 0
            for part in self._elements(items[start : start + count], range(start, start + count), path, depth):
                # A float64 takes 8 bytes, and 20 as text.
                length += len(part) if isinstance(part, bytes) else 2 * part.rows.nbytes
                yield part
            start += count
            count = max(1, min(2 * count, count * _BATCH // max(length, 1)))

    def _elements(
        self, items: list[Any], steps: Sequence[int | str], path: Path, depth: int
    ) -> Iterator[bytes | Slice]:
        """Yield values beside one another, without the brackets of the list or dict at `path`, as deep as they are."""
        document = items
        for _ in range(depth):
            document = [document]
        self._arrays, self._failed, default = [], None, Replies(self._default.default)

        def locate() -> None:
            walk = Walk(self._of_batch, default)
            for step, item in zip(steps, items, strict=False):
                walk.value(item, (path, step), depth + 1)

        self._default = default
        try:
            skeleton = encode(document, self._of_batch, default)
        except (JSONEncodeError, ValueError):
            # It has a path from the batch on.
            default.rewind()
            locate()
            raise
        yield from self._filled(skeleton[depth + 1 : -depth - 1], locate)

    def _filled(self, skeleton: bytes, locate: Callable[[], object]) -> Iterator[bytes | Slice]:
        """Yield a skeleton, with arrays in the place of its marks; `locate` raises an error that says where it is."""
        # Texts and numbers of arrays take turns.
        parts = skeleton.split(MARK) if self._arrays else [skeleton]
        arrays, default = self._arrays, self._default
        yield parts[0]
        for number, text in zip(parts[1::2], parts[2::2], strict=True):
            array = arrays[int(number)]
            # A view, whose shape nobody changes meanwhile.
            for part in slices(array[:]):
                yield part if isinstance(part, bytes) else Slice(*part, array, default, locate)
            yield text

    def _skeleton(self, obj: Any, found: bytes | list[Any] | TypeError | None = None) -> bytes:
        # A document that is a large array never comes to a hook.
        if self._puts_off(obj):
            obj, found = self._put_off_or_convert(obj), None
        return encode(obj, self._putting_off, self._default, found)

    def _put_off_or_convert(self, obj: Any) -> Any:
        if self._failed is not None and obj is self._failed[0]:
            raise self._failed[1]
        if not self._puts_off(obj) or self._is_field_of_failed(obj):
            return self._rules.convert(obj)
        self._arrays.append(obj)
        return Fragment(MARK + b"%d" % (len(self._arrays) - 1) + MARK)

    def _is_field_of_failed(self, array: Array) -> bool:
        """Tell whether an array may be a field of the one that failed: the error says which of them has no JSON."""
        return self._failed is not None and np.may_share_memory(array, self._failed[0])

    def _puts_off(self, obj: Any) -> bool:
        """Tell whether an array is large, and each of its elements has the same text in a slice as in the whole."""
        if type(obj) not in _KINDS or obj.nbytes < _LARGE or not obj.ndim or self._rules.style.arrays != "digits":
            return False
        return reply_to(obj.dtype, self._rules.convert) is not UNKNOWN

    def _text(self, part: Slice) -> bytes | Exception:
        """Return the text of a slice, or its error."""
        try:
            # 20 times faster than to look for null in the text.
            if self._rules.style.nan == "error" and has_nan(part.rows):
                raise ValueError("NaN")
            return write_part(part.rows, self._rules.style, part.part | self._side_by_side)
        except (JSONEncodeError, ValueError) as error:
            return error.with_traceback(None)  # by which it would refer to itself


def putting_off(rules: Rules, convert: Convert | None = None) -> Rules:
    """Return rules by which large arrays are for `convert`, and replies are written by the rules that are given."""
    natively = rules.natively._replace(below=min(_LARGE, rules.natively.below))
    return rules._replace(natively=natively, for_replies=rules, convert=convert or rules.convert)
