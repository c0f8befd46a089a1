"""A NumPy array to JSON: written by orjson where it is right, copied or converted where it is not."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import orjson

# NumPy imports numpy.ma at its first use, and a fork during that import hangs the child.
from numpy import ma

from fastnpjson._arrays.dtypes import Unsupported, contiguous, is_mask_of, known, known_dtype, unit_of
from fastnpjson._arrays.floats import complex_pairs, complex_strings, floats, integers, masked_integers, put_words
from fastnpjson._arrays.layout import FOLLOWS, GOES_ON, write_in_place
from fastnpjson._arrays.strings import byte_strings, strings
from fastnpjson._arrays.times import DATES, NaT, dates, durations

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.dtypes import Array
    from fastnpjson._arrays.style import Style


class Written(NamedTuple):
    """JSON text, or else builtins: nested lists of what are Python objects, such as strings and records."""

    text: bytes | None
    builtins: Any = None


def write(obj: Any, style: Style) -> Written:
    """Write an array or a scalar of NumPy.

    Raises:
        Unsupported: its dtype has no JSON.
        JSONEncodeError: bytes that are not UTF-8, integers that `OPT_STRICT_INTEGER` forbids.
    """
    array, mask = _parts(obj)
    if style.arrays != "digits" and array.ndim and mask is None:
        from fastnpjson._arrays.as_bytes import write_as_bytes

        text = write_as_bytes(array, style.arrays)
        if text is not None:
            return Written(text)
    indented = not array.ndim and array.dtype.names is not None and style.option & orjson.OPT_INDENT_2
    # A record alone is an object like others, in as many lines.
    elements = (_records if indented else _elements)(array if array.ndim else array.reshape(1), style, mask)
    if isinstance(elements, bytes):
        return Written(elements if array.ndim else elements[1:-1])
    builtins = elements.tolist()
    has_objects = array.dtype.hasobject and array.dtype.kind != "T"
    if array.ndim and style.option & orjson.OPT_INDENT_2 and not has_objects:
        # On one line, as the arrays that orjson writes.
        return Written(orjson.dumps(builtins, None, style.option & orjson.OPT_SORT_KEYS))
    return Written(None, builtins if array.ndim else builtins[0])


def write_part(array: Array, style: Style, part: int) -> bytes:
    """Write an array with a dimension as a part of a larger one, as `write_in_place` has it.

    Raises:
        Unsupported: as `write`.
        JSONEncodeError: as `write`, and strings with surrogates.
    """
    text = write_in_place(*_parts(array), style, part=part)
    if text is not None:
        return text
    text, builtins = write(array, style)
    if text is None:
        text = orjson.dumps(builtins, None, style.option & ~orjson.OPT_APPEND_NEWLINE)
    start, end = b"," if part & FOLLOWS else b"[", b"" if part & GOES_ON else b"]"
    return b"".join((start, memoryview(text)[1:-1], end))


def write_rows(array: Array, style: Style, part: int = 0) -> bytes:
    """Write each row of an array in a line of its own; not for Python objects, nor for `OPT_INDENT_2`.

    Raises:
        Unsupported: as `write`.
        JSONEncodeError: as `write`, and strings with surrogates.
    """
    text = write_in_place(*_parts(array), style, lines=True, part=part)
    if text is not None:
        return text
    text, builtins = write(array, style)
    if text is not None:
        # Numbers and dates: no brackets or commas but those of the arrays.
        ends, starts = b"]" * (array.ndim - 1), b"[" * (array.ndim - 1)
        return text[1:-1].replace(ends + b"," + starts, ends + b"\n" + starts) + b"\n"
    # No UTF-8 has this byte.
    marked = [orjson.Fragment(b"\xff")] * (2 * len(builtins))
    marked[::2] = builtins
    text = orjson.dumps(marked, None, style.option & ~orjson.OPT_APPEND_NEWLINE)
    return text[1:-1].replace(b",\xff,", b"\n").replace(b",\xff", b"\n")


def _parts(obj: Any) -> tuple[Array, Array | None]:
    """Return an array, and its mask with a dimension at least; `None` if nothing is masked.

    Raises:
        Unsupported: the mask is not one of such an array.
    """
    if not issubclass(type(obj), ma.MaskedArray):
        array = np.asarray(obj)
        # Another thread may give the array of the caller another dtype or shape, and not a view of it.
        return array.view() if array is obj else array, None
    mask: Any = ma.getmask(obj)
    data = ma.getdata(obj, subok=False)
    if mask is ma.nomask:
        return data, None
    if not is_mask_of(mask, data):
        raise Unsupported
    return data, np.atleast_1d(mask)


def _elements(array: Array, style: Style, mask: Array | None = None) -> bytes | Array:
    """Return JSON text, or an object array of the same shape, of an array with a dimension."""
    text = write_in_place(array, mask, style)
    if text is not None:
        return text
    if array.dtype.names is not None:
        return _records(array, style, mask)
    if array.dtype.kind in "Mm":
        unit_of(array.dtype)
    if array.dtype.kind == "V" and array.dtype.isbuiltin != 2:
        raise Unsupported
    if mask is not None and mask.any():
        return _masked(array, style, mask)
    if array.dtype.isbuiltin == 2 and array.itemsize <= 2 and known_dtype(array.dtype) is np.float32:
        return _floats(array, style)
    array = known(array)
    writer = _WRITERS.get(array.dtype.kind)
    if writer is None:
        raise Unsupported
    return writer(array, style)


def _masked(data: Array, style: Style, mask: Array) -> bytes | Array:
    kind = data.dtype.kind
    data = data.copy()
    if kind in "Mm":
        data = contiguous(data)
        data.view(np.int64)[mask] = NaT
    else:
        data[mask] = np.nan if kind == "f" else np.zeros((), data.dtype)
    if kind in "iu" and not style.option & orjson.OPT_STRICT_INTEGER:
        text = masked_integers(data, mask)
        if text is not None:
            return text
    if kind == "f":
        return _floats(data, style, mask)
    written = _elements(data if kind in "Mm" else data.reshape(-1), style)
    if kind in "Mm":
        return written
    items = orjson.loads(written) if isinstance(written, bytes) else written.tolist()
    elements = np.fromiter(items, object, data.size).reshape(data.shape)
    elements[mask] = None
    return elements


def _integers(array: Array, style: Style) -> bytes:
    return integers(array, strict=bool(style.option & orjson.OPT_STRICT_INTEGER))


def _booleans(array: Array, style: Style) -> bytes:
    # In memory of others a boolean may be any byte: true to NumPy if it is not 0, to orjson if it is 1.
    return _integers(array.view(np.uint8) != 0, style)


def _floats(array: Array, style: Style, mask: Array | None = None) -> bytes | Array:
    written = floats(array, style.decimals)
    return put_words(written, array, mask) if style.nan == "string" else written


def _complexes(array: Array, style: Style) -> bytes | Array:
    if style.complex == "error":
        raise Unsupported
    parts = complex_pairs(array)
    if style.complex == "pair":
        return _elements(parts, style)
    text = _elements(parts.reshape(-1), style._replace(nan="string"))
    if not isinstance(text, bytes):
        text = orjson.dumps(text.tolist())
    return complex_strings(text, array, nonfinite=style.nan == "string")


def _dates(array: Array, style: Style) -> bytes | Array:
    return dates(contiguous(array), style.option & DATES)


def _bytes(array: Array, style: Style) -> bytes | Array:
    if style.bytes != "base64":
        return byte_strings(array)
    from fastnpjson._arrays.as_bytes import base64_strings

    return base64_strings(array)


def _records(array: Array, style: Style, mask: Array | None) -> Array:
    flat, names = array.reshape(-1), array.dtype.names or ()
    masks = None if mask is None else mask.reshape(-1)
    columns = []
    for name in names:
        column, column_mask = flat[name], None if masks is None else masks[name]
        # A longdouble in a record would lose its digits on the way back from text.
        elements = (_elements if column.dtype.names is None else _records)(column, style, column_mask)
        columns.append(orjson.loads(elements) if isinstance(elements, bytes) else elements.tolist())
    rows = zip(*columns, strict=True) if names else repeat((), flat.size)
    records = np.empty(flat.shape, object)
    records[:] = [dict(zip(names, row, strict=True)) for row in rows]
    return records.reshape(array.shape)


_WRITERS: Final[dict[str, Callable[[Array, Style], bytes | Array]]] = {
    "b": _booleans,
    "i": _integers,
    "u": _integers,
    "f": _floats,
    "c": _complexes,
    "M": _dates,
    "m": lambda array, _style: durations(contiguous(array)),
    "U": lambda array, _style: strings(array),
    "T": lambda array, _style: strings(array),
    "S": _bytes,
    "O": lambda array, _style: array,
}
