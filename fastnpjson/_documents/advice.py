"""What an error says: the JSON path, the type and dtype, the reason, and a way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fastnpjson._excerpt import excerpt
from fastnpjson._jsonpath import json_path

if TYPE_CHECKING:
    from fastnpjson._jsonpath import Path

_WAYS_OUT: Final = {
    "c": "use Encoder(complex='pair'), write .real and .imag",
    "V": "view it with a dtype that has fields",
    "M": "give it a unit, as in .astype('M8[s]')",
    "m": "give it a unit, as in .astype('m8[s]')",
}
_WAYS_OF_BUILTINS: Final[dict[type, str]] = {
    complex: "use Encoder(complex='pair')",
    bytes: "use Encoder(bytes='base64')",
    bytearray: "use Encoder(bytes='base64')",
    memoryview: "write numpy.asarray() of it, or bytes() of it with Encoder(bytes='base64')",
}
# As arrays most of these would lose names, units and dimensions.
_WAYS_OF_PACKAGES: Final[dict[str | None, str]] = {
    "PIL": "write numpy.asarray() of it, after .convert('RGB') if it has a palette",
    "dask": "compute it, or write it with fastnpjson.dask",
    "pint": "write .magnitude and .units",
    "pydantic": "write .model_dump()",
    "torch": "write .detach().cpu().resolve_conj().resolve_neg().numpy()",
    "xarray": "write .to_dict(data='array')",
}
_WAYS_OF_TABLES: Final[dict[str | None, str]] = {
    "pandas": "write dict(frame) for an object of columns, or frame.to_dict('records') for a list of rows",
    "polars": "write frame.to_dict() for an object of columns, or frame.to_dicts() for a list of rows, of a LazyFrame "
    "after .collect()",
    "pyarrow": "write table.to_pydict() for an object of columns, or table.to_pylist() for a list of rows",
}
_PACKAGES: Final = frozenset({*_WAYS_OF_PACKAGES, *_WAYS_OF_TABLES})


def message(path: Path, obj: Any, reason: str) -> str:
    """Say where something is in a document, what it is, and why that is an error."""
    return f"{json_path(path)}: {excerpt(_name(obj))}: {excerpt(reason, 500)}"


def _name(obj: Any) -> str:
    kind = type(obj)
    name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    if issubclass(kind, (np.ndarray, np.generic)):
        array = np.asarray(obj)
        return f"{name} of dtype {_text_of(array.dtype)} and shape {array.shape}"
    return name


def _text_of(dtype: np.dtype[Any]) -> str:
    try:
        return str(dtype)
    except ZeroDivisionError:  # up to NumPy 1.26, for an aligned record without fields
        return f"with the fields {dtype.names}"


def package_of(obj: Any) -> str | None:
    """Return the package that the type of an object or a base of it is from, if it is one with a way out."""
    packages = (str(base.__module__).partition(".")[0] for base in type(obj).__mro__)
    return next(filter(_PACKAGES.__contains__, packages), None)


def way_out(obj: Any) -> str:
    """Say what to do with an object that has no JSON."""
    way = _way_without_default(obj)
    return f"{way}, or pass default=" if way else "pass default="


def other_way_out(obj: Any) -> str:
    """Say what else there is to do where a default has declined an object."""
    way = _way_without_default(obj)
    return f"; {way}" if way else ""


def _way_without_default(obj: Any) -> str:
    kind = type(obj)
    if not issubclass(kind, (np.ndarray, np.generic)):
        package = package_of(obj)
        if package == "torch" and not hasattr(kind, "detach"):
            return ""
        ways = _WAYS_OF_PACKAGES | (_WAYS_OF_TABLES if hasattr(kind, "columns") else {})
        return _WAYS_OF_BUILTINS.get(kind) or ways.get(package) or ""
    dtype = np.asarray(obj).dtype
    if dtype.names is not None:
        return "write those of its fields that have JSON"
    if dtype.kind in "Mm" and np.datetime_data(dtype)[1] < 1:  # NumPy would divide by zero
        return "view it as int64, in which its ticks are numbers"
    return _WAYS_OUT.get(dtype.kind, "")
