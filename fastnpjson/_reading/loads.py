"""`loads`: a document, with arrays where it has lists of numbers."""

from __future__ import annotations

import os
from base64 import b64encode
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from fastnpjson._extension import speedups
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


# Begins the strings that mark the places of arrays in C: no document can be written that has one. It is short, for a
# document may have a place for every three bytes.
_MARK: Final = b64encode(os.urandom(9)).decode()


class Reading(NamedTuple):
    """What `loads` is asked for; the attributes are its arguments."""

    arrays: Arrays = None
    masked: bool = False
    allow_nan: bool = False
    exact_integers: bool = False

    def decode(self, data: Any) -> Any:
        """Decode a document without arrays."""
        return lenient_loads(data, allow_nan=self.allow_nan, exact_integers=self.exact_integers)


def loads(  # noqa: PLR0913 # each is a wish of its own
    data: Data,
    /,
    *,
    arrays: Arrays = None,
    masked: bool = False,
    allow_nan: bool = False,
    exact_integers: bool = False,
    threads: Threads = 1,
) -> Any:
    """Decode JSON, as `orjson.loads` does, with arrays where they are asked for.

    Args:
        data: JSON in UTF-8, as bytes of any type or as text.
        arrays: True for an array of each list of numbers or booleans, and of lists of such lists if all are of one
            length. Or dtypes by JSONPath (RFC 9535, of which ``$``, ``.name``, ``['name']``, ``[0]`` and ``[*]``):
            bool, integers, floats, complex numbers as pairs or strings, strings, or dates and durations as ISO 8601
            writes them, in UTC. Among floats may be ``"NaN"``, ``"Infinity"`` and ``"-Infinity"``. A subarray dtype,
            such as ``("f4", (2, 3))``, says the shape, too. In the place of a list of numbers may be base64 of
            little-endian bytes, or the object of plotly.js that has it; and where a path leads to a tensor of an
            inference server, its ``data`` becomes an array of its ``shape``. A path that leads nowhere is not an error.
        masked: Make masked arrays, in which ``null`` is masked, of any dtype.
        allow_nan: Take the words ``NaN``, ``Infinity`` and ``-Infinity`` for floats, as `json` does.
        exact_integers: Return integers beyond 64 bits as they are, as `json` does. `orjson.loads` makes floats of them.
            A document without any takes no longer than a look at its digits.
        threads: How many read a list of millions of numbers that becomes an array: a number, or ``"auto"`` for the
            processors that this process may use. What is returned and raised is the same.

    Returns:
        What `orjson.loads` returns, and arrays in it. With True integers give int64, or uint64 where they need it,
        and floats, with ``null`` as NaN and integers among them, float64. Left as lists are those of no dtype: with
        integers beyond 64 bits, integers and ``null``, or nothing in them.

    Raises:
        JSONDecodeError: it is not JSON; it is a `ValueError`.
        ValueError: names the JSON path of a value that is not such an array: ragged, empty, of other types, out of
            range. Or `arrays` or `threads` is not understood, or `masked` is given without `arrays`.
        TypeError: `arrays` is neither a mapping nor a boolean, or has a dtype that NumPy does not know.

    >>> loads('{"id":7,"x":[[0.5,1],[null,2]]}', arrays=True)
    {'id': 7, 'x': array([[0.5, 1. ],
           [nan, 2. ]])}
    >>> loads('[{"x":[1,2]},{"x":[3,4]}]', arrays={"$[*].x": "float32"})
    [{'x': array([1., 2.], dtype=float32)}, {'x': array([3., 4.], dtype=float32)}]
    """
    count = count_of(threads)
    if arrays is None and not (masked or allow_nan or exact_integers):
        return lenient_loads(data)
    return decode(data, Reading(arrays, masked, allow_nan, exact_integers), count, SLICE if count > 1 else 0)


def decode(data: Data, reading: Reading, count: int, slice_size: int) -> Any:
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


if speedups is not None:
    _signature = "data, /, *, arrays=None, masked=False, allow_nan=False, exact_integers=False, threads=1"
    _doc = f"loads({_signature})\n--\n\n{loads.__doc__}"
    loads = speedups.make_loads(orjson.loads, orjson.JSONDecodeError, loads, _MARK, _doc)
