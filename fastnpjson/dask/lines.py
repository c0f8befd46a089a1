"""A partition of a Dask collection to the lines of a file."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from dask.utils import is_dataframe_like, is_index_like, is_series_like

from fastnpjson import OPT_INDENT_2, JSONEncodeError, dumps_str, loads
from fastnpjson._arrays.dtypes import is_numpy_array
from fastnpjson._documents.advice import JSON
from fastnpjson._documents.array_likes import read
from fastnpjson._documents.encoder import make_settings
from fastnpjson._excerpt import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# In a list that is indented, each of these has a line for itself; a line break in text is escaped.
_ONE_LINE: Final = frozenset({str, int, float, bool, type(None)})


class LineEncoder:
    """Encodes partitions line by line.

    Args:
        default: As for `fastnpjson.dumps`.
        option: As for `fastnpjson.dumps`.
    """

    def __init__(self, default: Callable[[Any], Any] | None, option: int) -> None:
        self._arguments = default, option
        self._encode = make_settings(default=default, option=option, door=JSON).encode
        self._encode_list = make_settings(default=default, option=option | OPT_INDENT_2, door=JSON).encode

    def __reduce__(self) -> tuple[Any, ...]:
        return LineEncoder, self._arguments

    def lines(self, partition: Any) -> Iterator[bytes]:
        """Yield the lines of a partition, many at once.

        Raises:
            JSONEncodeError: names the row, and the column, of what has no JSON.
        """
        if is_dataframe_like(partition):
            yield from self._rows(partition)
        elif is_series_like(partition) or is_index_like(partition):
            for start, values in _blocks(partition.to_frame().iloc, partition.shape):
                yield b"".join(text + b"\n" for text in self._column(values.iloc[:, 0], start))
        elif is_numpy_array(type(partition)) and _separable(partition.dtype) and partition.size:
            close, opening = b"]" * (partition.ndim - 1), b"[" * (partition.ndim - 1)
            for _, rows in _blocks(partition, partition.shape):
                yield self._encode(rows)[1:-1].replace(close + b"," + opening, close + b"\n" + opening) + b"\n"
        else:
            for text in self._each(partition):
                yield text + b"\n"

    def _rows(self, frame: Any) -> Iterator[bytes]:
        # The text of the names, in the order that the option asks for.
        places = loads(self._encode({name: place for place, name in enumerate(frame.columns)}))
        if len(places) != frame.shape[1]:
            raise ValueError(f"columns with the same name: {list(frame.columns)}")
        members = ",".join(dumps_str(name).replace("%", "%%") + ":%b" for name in places)
        line = b"{%b}\n" % members.encode()
        for start, rows in _blocks(frame.iloc, frame.shape):
            columns = [self._column(rows.iloc[:, place], start, name) for name, place in places.items()]
            yield b"".join(map(line.__mod__, zip(*columns, strict=True)))

    def _column(self, series: Any, start: int, name: str | None = None) -> list[bytes]:
        """Return the JSON of each value of a column, with all of its digits."""
        # Among objects pandas finds what is missing at once; each by itself would be asked about.
        array = series.to_numpy(object, na_value=None) if series.dtype == object else read(series)
        if isinstance(array, np.ndarray) and _separable(array.dtype):
            return self._encode(array)[1:-1].split(b",")
        values = list(array) if type(array) is list or array.dtype != object else array.tolist()
        if set(map(type, values)) <= _ONE_LINE:
            with suppress(JSONEncodeError):
                return self._encode_list(values)[4:-2].split(b",\n  ")
        return [*self._each(values, start, name)]

    def _each(self, values: Iterable[Any], start: int = 0, name: str | None = None) -> Iterator[bytes]:
        row = start
        try:
            for row, value in enumerate(values, start):  # noqa: B007
                yield self._encode(value)
        except JSONEncodeError as error:
            column = "" if name is None else f", column {excerpt(repr(name))}"
            raise JSONEncodeError(f"row {row}{column}: {error}") from None


def _blocks(partition: Any, shape: tuple[int, ...]) -> Iterator[tuple[int, Any]]:
    # As text, 2**16 numbers take about a megabyte, and 50 bytes each as objects.
    step = max(1, 2**16 // max(1, math.prod(shape[1:])))
    return ((start, partition[start : start + step]) for start in range(0, shape[0], step))


def _separable(dtype: Any) -> bool:
    """Tell whether elements have no comma and no bracket in their text, and are never for the caller's default."""
    return dtype.kind in "biufMm" and dtype.isbuiltin != 2 and dtype.str[1:] not in {"M8", "m8"}
