"""The text of errors: JSON path, type and dtype, the reason, and a way out that the function in use has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from fastnpjson._arrays.dtypes import NUMPY_TYPES, is_numpy_type
from fastnpjson._excerpt import excerpt
from fastnpjson._jsonpath import json_path

if TYPE_CHECKING:
    from fastnpjson._jsonpath import Path


class Door(NamedTuple):
    """The ways out that a public function has: words for an error, or none.

    Attributes:
        default: For any object.
        common: For what `common` converts, in the place of `default`.
        complex: For complex numbers.
        base64: For bytes that are not text.
        frames: For frames and tables.
        text: For bytes that are text.
        python: For numbers and bytes of Python, in the place of all others.
        numpy: For data of NumPy, in the place of all others; `None` for those of the dtype.
    """

    default: str = ""
    common: str = ""
    complex: str = ""
    base64: str = ""
    frames: str = ""
    text: str = "write .decode() of it"
    python: str = ""
    numpy: str | None = None


_COMMON: Final = "pass default=fastnpjson.common"
ENCODER: Final = Door(
    "pass default=",
    _COMMON,
    "use Encoder(complex='pair')",
    "use Encoder(bytes='base64')",
    "use Encoder(frames='records')",
)
JSON: Final = Door("pass default=", _COMMON)
FLASK: Final = Door("set default of the provider", "let default of the provider return fastnpjson.common(it)")
STARLETTE: Final = Door(
    "override default in a subclass of the response", "set default to fastnpjson.common in a subclass of the response"
)
DJANGO: Final = Door(
    "pass encoder= with a default of its own", "pass encoder= with a default that returns fastnpjson.common(it)"
)
COMMAND_LINE: Final = Door(numpy="use --exact")
# Where a dtype does not come back, its error has a way out.
ROUND_TRIP: Final = Door(common=_COMMON, python="write it as a scalar of NumPy", numpy="")
HOOK: Final = Door(common=_COMMON)
# Doors at which a default was given, if one has declined; those of frameworks have one of their own.
_GIVEN: Final = (ENCODER, JSON)

_WAYS_OUT: Final = {
    "c": "write .real and .imag",
    "V": "view it with a dtype that has fields",
    "M": "give it a unit, as in .astype('M8[s]')",
    "m": "give it a unit, as in .astype('m8[s]')",
    "S": "write it as hex",
}
_BASE64: Final = "write base64.b64encode(it).decode()"
# As arrays most of these would lose names, units and dimensions.
_WAYS_OF_PACKAGES: Final[dict[str | None, str]] = {
    "PIL": "write numpy.asarray() of it, after .convert('RGB') if it has a palette",
    "astropy": "write .value and .unit of a quantity, .unmasked and .mask of what is masked",
    "dask": "compute it, or write it with fastnpjson.dask",
    "pint": "write .magnitude and .units",
    "pydantic": "write .model_dump()",
    "quantities": "write .magnitude and .units",
    "torch": "write .detach().cpu().resolve_conj().resolve_neg().numpy()",
    "unyt": "write .value and .units",
    "xarray": "write .to_dict(data='array')",
}
# Rows as dicts have durations of Python, which have no JSON.
_WAYS_OF_TABLES: Final[dict[str | None, str]] = {
    "astropy": "write dict(table.columns) for an object of columns, or table.as_array() for a list of rows; of a row "
    "write .as_void()",
    "pandas": "write dict(frame) for an object of columns, or frame.to_dict('records') for a list of rows without "
    "durations",
    "polars": "write frame.to_dict() for an object of columns, or frame.to_dicts() for a list of rows without "
    "durations, of a LazyFrame after .collect()",
    "pyarrow": "write dict(zip(table.column_names, table.columns)) for an object of columns, or table.to_pylist() for "
    "a list of rows without durations",
}
# Of astropy's tables the setting knows nothing.
_WAYS_OF_FRAMES: Final = _WAYS_OF_TABLES.keys() - {"astropy"}
_PACKAGES: Final = frozenset({*_WAYS_OF_PACKAGES, *_WAYS_OF_TABLES})


def message(path: Path, obj: Any, reason: str) -> str:
    """Say where something is in a document, what it is, and why that is an error."""
    return f"{json_path(path)}: {excerpt(_name(obj))}: {excerpt(reason, 500)}"


def _name(obj: Any) -> str:
    kind = type(obj)
    name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    if issubclass(kind, NUMPY_TYPES):
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


def may_lose_units(array: Any) -> bool:
    """Tell whether the class of an array is from a package whose arrays have units, or masks of their own."""
    return package_of(array) in _WAYS_OF_PACKAGES


def way_out(obj: Any, door: Door, *, declined: bool = False, common: bool = False) -> str:
    """Say what to do with an object that has no JSON, after a semicolon; nothing if it cannot be helped.

    Args:
        obj: The object.
        door: The ways out that the caller has.
        declined: True where a default has declined the object; the caller of a framework can give another one.
        common: True if `common` takes the object.
    """
    given = declined and door in _GIVEN
    common = common and not _comes_back(obj, door)
    first = "" if not common else "let default return fastnpjson.common(it)" if given else door.common
    last = "" if given or first else door.default
    ways = [way for way in (first, *_ways(obj, door), last) if way]
    if len(ways) > 1:
        ways[-1] = f"or {ways[-1]}"
    return f"; {', '.join(ways)}" if ways else ""


def _comes_back(obj: Any, door: Door) -> bool:
    """Tell whether an object comes back as what it is by another way out than `common`."""
    return bool(door.python) and (is_numpy_type(type(obj)) or type(obj) in (complex, bytes, bytearray))


def _ways(obj: Any, door: Door) -> list[str]:
    kind = type(obj)
    if is_numpy_type(kind):
        if door.numpy is not None:
            return [door.numpy]
        dtype = np.asarray(obj).dtype
        code = dtype.kind
        if code in "Mm" and np.datetime_data(dtype)[1] < 1:  # NumPy would divide by zero
            return ["view it as int64, in which its ticks are numbers"]
        setting = door.complex if code == "c" else door.base64 if code == "S" else ""
        return [_WAYS_OUT.get(code, ""), setting]
    if kind is complex:
        return [door.python] if door.python else [_WAYS_OUT["c"], door.complex]
    if kind in (bytes, bytearray):
        return [door.python] if door.python else [door.text, door.base64] if _is_text(obj) else [_BASE64, door.base64]
    if kind is memoryview:
        return [f"write numpy.asarray() of it{f', or bytes() of it with {door.base64[4:]}' if door.base64 else ''}"]
    package = package_of(obj)
    if package == "torch" and not hasattr(kind, "detach"):
        return []
    is_table = hasattr(kind, "columns") or (package == "astropy" and hasattr(obj, "columns"))
    setting = door.frames if is_table and package in _WAYS_OF_FRAMES and hasattr(kind, "shape") else ""
    return [setting, (_WAYS_OF_PACKAGES | (_WAYS_OF_TABLES if is_table else {})).get(package, "")]


def _is_text(data: bytes | bytearray) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
