"""A document with arrays in the place of lists: what `loads` does, once it is asked for more than orjson does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from fastnpjson._extension import speedups
from fastnpjson._patch import orjson
from fastnpjson._reading.at_paths import replace_paths
from fastnpjson._reading.errors import NotArray
from fastnpjson._reading.exact import has_huge_integers, lenient_loads, plain_text
from fastnpjson._reading.lists import NeedsDigits, arrays_within, infer, items, with_texts
from fastnpjson._reading.paths import paths_of
from fastnpjson._reading.side_by_side import SLICE, read_slices
from fastnpjson._threads import Workers, count_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from mmap import mmap

    from numpy.typing import DTypeLike

    from fastnpjson._threads import Threads

    Arrays = bool | Mapping[str, DTypeLike] | None
    Data = bytes | bytearray | memoryview | mmap | str


class Reading(NamedTuple):
    """What `loads` is asked for; the attributes are its arguments."""

    arrays: Arrays = None
    masked: bool = False
    allow_nan: bool = False
    exact_integers: bool = False

    def decode(self, data: Any) -> Any:
        """Decode a document without arrays."""
        return lenient_loads(data, allow_nan=self.allow_nan, exact_integers=self.exact_integers)


def decode(data: Data, threads: Threads, *asked: Any) -> Any:
    """Decode JSON as `loads` does; what is asked for is as in `Reading`."""
    count = count_of(threads)
    return decode_slices(data, Reading(*asked), count, SLICE if count > 1 else 0)


def decode_slices(data: Data, reading: Reading, count: int, slice_size: int) -> Any:
    """Decode JSON as `loads` does.

    Args:
        data: As for `loads`.
        reading: What is asked for.
        count: Of threads.
        slice_size: Of the text that a thread reads at once; 0 if there are no other threads, not even of the caller's.
    """
    arrays, masked = reading.arrays, reading.masked
    if arrays is None or arrays is False:
        if masked:
            raise ValueError("masked=True says what becomes of null in arrays: it needs arrays=")
        return reading.decode(data)
    paths = None if arrays is True else paths_of(arrays)
    text = plain_text(data)
    document, is_whole = _load(text, paths.codes if paths else True, reading, (count, slice_size))
    if is_whole and not (paths and paths.has_shapes):
        return document
    if paths:
        return replace_paths(document, paths.tree, text, masked)
    try:
        return _replace_lists(document, None, masked)
    except NeedsDigits:
        return _replace_lists(reading.decode(text), with_texts(text), masked)


def _load(data: Any, paths: Any, reading: Reading, crew: tuple[int, int]) -> tuple[Any, bool]:
    """Decode a document with the arrays that the extension reads, and tell whether these are all."""
    if speedups is None or type(data) not in {bytes, str} or reading.masked:
        return reading.decode(data), False
    if reading.exact_integers and has_huge_integers(data):
        return reading.decode(data), False
    count, slice_size = crew
    words = (reading.decode,) if reading.allow_nan else ()
    try:
        if count == 1:
            document, skipped = speedups.load_paths(data, paths, None, slice_size, *words)
        else:
            with Workers(count) as workers:
                document, skipped = speedups.load_paths(data, paths, partial(read_slices, workers), slice_size, *words)
    except orjson.JSONDecodeError:  # there may be NaN, or a better reason
        return reading.decode(data), False
    return document, not skipped


def _replace_lists(document: Any, texts: Any, masked: bool) -> Any:
    """Put arrays in the place of the lists in a document that are arrays.

    Args:
        document: From `orjson.loads`.
        texts: The same from `with_texts`, or `None`.
        masked: As for `loads`.

    Raises:
        NeedsDigits: without `texts` it cannot be told of a list.
    """
    whole = [document]
    # A container, the same with texts, and the lists in it as `arrays_within` finds them, once anybody has looked.
    stack: list[tuple[Any, Any, tuple[set[int], set[int]] | None]] = [(whole, None if texts is None else [texts], None)]
    while stack:
        container, words, found = stack.pop()
        for key, value in items(container):
            text = None if words is None else words[key]
            if type(value) is dict:
                stack.append((value, text, None))
            elif type(value) is not list:
                continue
            elif found is None or id(value) in found[0]:
                try:
                    container[key] = infer(value, text, masked=masked)
                except NotArray:
                    stack.append((value, text, arrays_within(value, text, masked=masked)))
            elif id(value) in found[1]:
                stack.append((value, text, found))
    return whole[0]
