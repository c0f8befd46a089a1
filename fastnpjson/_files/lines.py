"""JSON Lines: one document on each line."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from orjson import JSONDecodeError, JSONEncodeError

from fastnpjson._arrays.dtypes import has_nan, is_numpy_array
from fastnpjson._arrays.layout import SIDE_BY_SIDE
from fastnpjson._arrays.write import write_rows
from fastnpjson._documents.convert import UNKNOWN
from fastnpjson._documents.encoder import make_settings
from fastnpjson._documents.slices import reply_to, rows_of_slice
from fastnpjson._files.opening import error_prefix, limited
from fastnpjson._patch import orjson
from fastnpjson._reading.exact import explained
from fastnpjson._reading.loads import loads
from fastnpjson._reading.side_by_side import SLICE
from fastnpjson._reading.with_arrays import Reading, decode_slices
from fastnpjson._threads import Workers, batches, count_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from typing_extensions import Unpack

    from fastnpjson._arrays.dtypes import Array
    from fastnpjson._documents.advice import Door
    from fastnpjson._documents.encoder import DocumentSettings, Settings
    from fastnpjson._files.opening import File
    from fastnpjson._threads import Threads

# In bytes: a thread reads as much in a millisecond.
_BATCH: Final = 2**20
# Lines of a batch. Where it has more, they are short, and orjson's part of them stops other threads.
_FEW: Final = 8


def read_lines(file: File, limit: int | None, threads: Threads, *asked: Any) -> Iterator[Any]:
    """Read JSON Lines as `load_lines` does; what is asked for is as in `Reading`."""
    count = count_of(threads)
    reading = Reading(*asked)
    with limited(file, limit) as source:
        if reading.arrays and count > 1:
            yield from _parse_side_by_side(source.lines(), error_prefix(file), reading, count)
            return
        read = partial(loads, **reading._asdict()) if any(reading) else orjson.loads  # which keeps the GIL
        yield from parse_lines(source.lines(), error_prefix(file), read)


def _parse_side_by_side(source: Iterable[str | bytes], prefix: str, reading: Reading, count: int) -> Iterator[Any]:
    def parse(batch: list[tuple[int, str | bytes]]) -> tuple[list[Any], Exception | None]:
        objs: list[Any] = []
        try:
            objs.extend(parse_lines((line for _, line in batch), prefix, read, batch[0][0] if batch else 1))
        except ValueError as error:
            return objs, error.with_traceback(None)  # by which it would refer to itself
        return objs, None

    read = partial(decode_slices, reading=reading, count=1, slice_size=SLICE)
    all_batches = batches(enumerate(source, 1), _length, _BATCH)
    first = next(all_batches, [])
    with Workers(count if len(first) <= _FEW else 1) as workers:
        for _, parsed in workers.in_order(parse, chain([first], all_batches)):
            objs, error = parsed()
            yield from objs
            if error is not None:
                try:
                    raise error
                finally:
                    del error, parsed


def _length(numbered: tuple[int, str | bytes]) -> int:
    return len(numbered[1])


def parse_lines(
    source: Iterable[str | bytes], prefix: str, loads: Callable[[Any], Any] = orjson.loads, first: int = 1
) -> Iterator[Any]:
    """Decode each line; error messages start with `prefix`, and count the lines from `first` on."""
    for number, line in enumerate(source, first):
        try:
            obj = loads(line)
        except JSONDecodeError as error:
            # Only these are white space in JSON (RFC 8259). str.strip() and bytes.strip() would remove others, too.
            if not (line.strip(" \t\r\n") if isinstance(line, str) else line.strip(b" \t\r\n")):
                continue
            raise _of_line(number, prefix, explained(error, line, is_line=True)) from None
        except ValueError as error:
            raise ValueError(f"{prefix}line {number}: {error}") from None
        yield obj


def _of_line(number: int, prefix: str, error: JSONDecodeError) -> JSONDecodeError:
    found = JSONDecodeError(prefix + error.msg, error.doc, error.pos)
    found.lineno = number
    found.args = (f"{found.msg}: line {number} column {error.colno}",)
    return found


def settings_of_lines(door: Door | None = None, **settings: Unpack[Settings]) -> DocumentSettings:
    """Make settings with which each document ends with a newline, and has none elsewhere."""
    option = settings.get("option") or 0
    if option & orjson.OPT_INDENT_2:
        raise ValueError("OPT_INDENT_2 takes more than a line")
    settings["option"] = option | orjson.OPT_APPEND_NEWLINE
    return make_settings(door=door, **settings)


def lines(
    objs: Iterable[Any], settings: DocumentSettings, advance: Callable[[int], object] | None = None
) -> Iterator[bytes]:
    """Encode objects; `advance` is called with the size of each part of an array that is written."""
    if not isinstance(objs, np.ndarray) or not _has_plain_rows(objs, settings):
        yield from _each(objs, settings, 1)
        return
    count = rows_of_slice(objs)
    if not count:
        for row in objs:
            yield from settings.stream(advance).pieces(row)
        return
    starts = range(0, len(objs), count)
    with Workers(count_of(settings.threads)) as workers:
        write = partial(_rows, settings, SIDE_BY_SIDE if workers.count > 1 else 0)
        slices = (objs[start : start + count] for start in starts)
        for start, (rows, written) in zip(starts, workers.in_order(write, slices), strict=True):
            try:
                yield written()
            except (JSONEncodeError, ValueError):
                yield from _each(rows, settings, start + 1)
            if advance is not None:
                advance(rows.nbytes)


def _has_plain_rows(array: Array, settings: DocumentSettings) -> bool:
    """Tell whether the text of the rows is found in the text of the array."""
    if not is_numpy_array(type(array)) or not array.ndim or not array.size or settings.rules.style.arrays != "digits":
        return False
    return reply_to(array.dtype, settings.rules.convert) is not UNKNOWN


def _each(objs: Iterable[Any], settings: DocumentSettings, first: int) -> Iterator[bytes]:
    for number, obj in enumerate(objs, first):
        try:
            text = settings.encode(obj)
        except (JSONEncodeError, ValueError) as error:
            if type(error) not in (JSONEncodeError, ValueError):
                raise
            raise type(error)(f"line {number}: {error}") from error
        yield text


def _rows(settings: DocumentSettings, part: int, rows: Array) -> bytes:
    """Write the rows of an array at once, and put newlines in the place of the commas between them."""
    if settings.rules.style.nan == "error" and has_nan(rows):
        raise ValueError("NaN")
    return write_rows(rows, settings.rules.style, part)
