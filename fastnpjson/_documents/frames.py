"""Tables of pandas, polars and pyarrow to rows; nothing of them is imported."""

from __future__ import annotations

import sys
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from numpy import ma
from orjson import JSONEncodeError

from fastnpjson._arrays.style import Style
from fastnpjson._arrays.write import write
from fastnpjson._documents.array_likes import arrow_column, read
from fastnpjson._excerpt import excerpt

if TYPE_CHECKING:
    from fastnpjson._arrays.dtypes import Array


def is_frame(kind: type) -> bool:
    """Tell whether objects of a class are tables of pandas, polars or pyarrow."""
    packages = {str(base.__module__).partition(".")[0] for base in kind.__mro__}
    return bool(packages & {"pandas", "polars", "pyarrow"}) and hasattr(kind, "columns") and hasattr(kind, "shape")


def records(frame: Any) -> list[dict[Any, Any]]:
    """Return the rows of a table as dicts, without its index.

    The values are builtins and scalars of NumPy, with all their digits; dates and durations are text as `dumps` writes
    them, what is missing is `None`.

    Raises:
        ValueError: columns have the same name.
        JSONEncodeError: a column has no JSON.
    """
    names = list(getattr(frame, "column_names", frame.columns))
    if len(set(names)) != len(names):
        raise ValueError(f"columns with the same name: {names}")
    columns = [_values(_column(frame, place), name) for place, name in enumerate(names)]
    rows = zip(*columns, strict=True) if columns else repeat((), frame.shape[0])
    return [dict(zip(names, row, strict=True)) for row in rows]


def arrow_records(obj: Any) -> Any:
    """Return the rows of a table that is known by Arrow alone, or the values of a column.

    Raises:
        JSONEncodeError: it has no JSON, its package does not give it away, or pyarrow, which would read it, is missing.
    """
    try:
        column = arrow_column(obj)
    except MemoryError:
        raise
    except Exception as error:  # of other packages
        raise JSONEncodeError(f"{type(error).__name__}: {excerpt(error)}") from error
    pyarrow = sys.modules["pyarrow"]
    if not pyarrow.types.is_struct(column.type) or column.null_count:
        return read(column)
    return records(pyarrow.Table.from_struct_array(column))


def _column(frame: Any, place: int) -> Any:
    if hasattr(frame, "iloc"):
        return frame.iloc[:, place]
    return frame.column(place) if hasattr(frame, "column_names") else frame.to_series(place)


def _values(column: Any, name: Any) -> list[Any]:
    try:
        array = read(column)
    except JSONEncodeError as error:
        raise JSONEncodeError(f"column {name!r}: {error}") from None
    if not isinstance(array, np.ndarray):
        return list(array)
    if array.dtype.kind in "mM":
        return texts(array)
    if array.dtype.kind != "f":
        return array.tolist()  # type: ignore[no-any-return]
    # Settings of the encoder are for the floats of NumPy.
    values: list[Any] = list(ma.getdata(array))
    for index in np.flatnonzero(ma.getmaskarray(array)).tolist():
        values[index] = None
    return values


def texts(array: Array) -> list[Any]:
    """Return the text of each date or duration, and `None` for NaT."""
    text, builtins = write(array, Style())
    return builtins if text is None else orjson.loads(text)  # type: ignore[no-any-return]
