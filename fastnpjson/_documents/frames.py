"""Tables of pandas, polars and pyarrow to rows, or to columns; nothing of them is imported."""

from __future__ import annotations

import sys
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy import ma
from orjson import JSONEncodeError

from fastnpjson._arrays.style import Style
from fastnpjson._arrays.write import write
from fastnpjson._documents.array_likes import arrow_column, ask_package, is_arrow, read
from fastnpjson._excerpt import excerpt
from fastnpjson._patch import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
    names, columns = _columns(frame)
    return [dict(zip(names, row, strict=True)) for row in _rows(columns, frame.shape[0])]


def _columns(frame: Any) -> tuple[list[Any], list[Any]]:
    """Return the names of the columns, and the columns as arrays, or as lists where NumPy would change the values.

    Raises:
        ValueError: columns have the same name.
        JSONEncodeError: a column has no JSON.
    """
    names = list(getattr(frame, "column_names", frame.columns))
    if _count_of_keys(names) != len(names):
        raise ValueError(f"columns with the same name: {excerpt(names)}")
    return names, [_read(_column(frame, place), name) for place, name in enumerate(names)]


def _count_of_keys(names: list[Any]) -> int:
    """Return how many keys of JSON names are: 1 and "1" are one."""
    keys = dict.fromkeys(names)
    if set(map(type, names)) <= {str}:
        return len(keys)
    try:
        return len(orjson.loads(orjson.dumps(keys, option=orjson.OPT_NON_STR_KEYS)))
    except JSONEncodeError:  # of a name that is no key; the error about it has its path
        return len(keys)


def _rows(columns: list[Any], count: int) -> Iterable[tuple[Any, ...]]:
    return zip(*map(_values, columns), strict=True) if columns else repeat((), count)


def arrow_records(obj: Any, form: Callable[[Any], Any] = records) -> Any:
    """Return the rows of a table that is known by Arrow alone, or another form of it; of a column the values.

    Raises:
        JSONEncodeError: it has no JSON, its package does not give it away, or pyarrow, which would read it, is missing.
    """
    column = ask_package(arrow_column, obj)
    pyarrow = sys.modules["pyarrow"]
    if not pyarrow.types.is_struct(column.type) or column.null_count:
        return read(column)
    return form(pyarrow.Table.from_struct_array(column))


def _column(frame: Any, place: int) -> Any:
    if hasattr(frame, "iloc"):
        return frame.iloc[:, place]
    return frame.column(place) if hasattr(frame, "column_names") else frame.to_series(place)


def _read(column: Any, name: Any) -> Any:
    try:
        return read(column)
    except JSONEncodeError as error:
        raise JSONEncodeError(f"column {name!r}: {error}") from None


def _values(array: Any) -> list[Any]:
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


# A record array has a text in as much room as the longest of its column: in bytes, for each row.
_LONGEST: Final = 256
# Of Table Schema, by the kind of a dtype: https://datapackage.org/standard/table-schema/
_TYPES: Final = {"b": "boolean", "i": "integer", "u": "integer", "f": "number", "M": "datetime", "m": "duration"}


def _as_records(frame: Any, one_line: bool) -> Any:
    array = _record_array(*_columns(frame)) if one_line else None
    return records(frame) if array is None else array


def _as_columns(frame: Any, one_line: bool) -> dict[Any, Any]:  # noqa: ARG001 # as the others
    return dict(zip(*_columns(frame), strict=True))


def _as_split(frame: Any, one_line: bool) -> dict[str, Any]:
    names, columns = _columns(frame)
    dtypes = {column.dtype if isinstance(column, np.ndarray) else np.dtype(object) for column in columns}
    is_matrix = one_line and len(dtypes) == 1 and not dtypes.pop().hasobject
    data = ma.stack(columns, axis=1) if is_matrix else [*_rows(columns, frame.shape[0])]
    index = {"index": _read(frame.index, "index")} if hasattr(frame, "iloc") else {}
    return {"columns": names, **index, "data": data}


def _as_table(frame: Any, one_line: bool) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    if hasattr(frame, "iloc"):
        width = frame.shape[1]
        frame = frame.reset_index()
        keys = {"primaryKey": list(frame.columns[: frame.shape[1] - width])}
    fields = [{"name": name, "type": _type_of(column)} for name, column in zip(*_columns(frame), strict=True)]
    return {"schema": {"fields": fields, **keys}, "data": _as_records(frame, one_line)}


_FORMS: Final[dict[str, Callable[[Any, bool], Any]]] = {
    "records": _as_records,
    "columns": _as_columns,
    "split": _as_split,
    "table": _as_table,
}


def form_of(name: str, *, one_line: bool) -> Callable[[Any], Any]:
    """Return what makes a form of a frame or a table, and `NotImplemented` of others; it raises what `records` does.

    Args:
        name: One of `Frames` in style.py, but ``"error"``.
        one_line: False to make no arrays of rows, which `OPT_INDENT_2` would leave on one line.
    """

    def form(frame: Any) -> Any:
        return _FORMS[name](frame, one_line)

    def form_of_table(obj: Any) -> Any:
        kind = type(obj)
        if is_frame(kind):
            return form(obj)
        return arrow_records(obj, form) if is_arrow(kind) and hasattr(kind, "columns") else NotImplemented

    return form_of_table


def _type_of(column: Any) -> str:
    kind = column.dtype.kind if isinstance(column, np.ndarray) else "O"
    if kind == "O":
        return "string" if set(map(type, column)) <= {str, type(None)} else "any"
    return _TYPES.get(kind, "string")


def _record_array(names: list[Any], columns: list[Any]) -> Array | None:
    """Return a table as an array of records, which is written many times as fast; `None` if it would lose something."""
    arrays = [_without_objects(column) for column in columns]
    # NumPy has a name of its own for a field without one.
    if not arrays or any(array is None for array in arrays) or not all(type(name) is str and name for name in names):
        return None
    data = np.empty(len(arrays[0]), [(name, array.dtype) for name, array in zip(names, arrays, strict=True)])
    mask = np.zeros(len(data), [(name, bool) for name in names])
    for name, array in zip(names, arrays, strict=True):
        data[name] = ma.getdata(array)
        mask[name] = ma.getmaskarray(array)
    if not any(ma.is_masked(array) for array in arrays):
        return data
    with np.errstate(over="ignore"):  # NumPy's own fill value is beyond a float16
        masked: Array = ma.array(data, mask=mask)
    return masked


def _without_objects(column: Any) -> Any:
    if isinstance(column, np.ndarray) and not column.dtype.hasobject:
        return None if column.dtype.kind in "cV" else column  # a default may know these one by one
    values = column.tolist() if isinstance(column, np.ndarray) else column
    if not set(map(type, values)) <= {str, type(None)}:
        return None
    missing = [value is None for value in values]
    texts = ["" if value is None else value for value in values]
    # NumPy leaves out the last of these.
    if 4 * max(map(len, texts), default=0) > _LONGEST or any("\0" in text for text in texts):
        return None
    return ma.array(np.array(texts, "U"), mask=missing)
