"""dtypes as JSON: names as in NumPy, lists as in ``dtype.descr``, and an object for StringDType."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from orjson import JSONEncodeError

from fastnpjson._arrays.dtypes import Unsupported, key_of
from fastnpjson._patch import orjson

if TYPE_CHECKING:
    from fastnpjson._arrays.dtypes import Key

    DType = np.dtype[Any]

# The names that `numpy.dtype` is called with: no objects, no comma lists, nothing that another package has registered,
# and no "M8[0s]", which numpy.dtype takes, and with which the first division kills the process.
_NAME: Final = re.compile(
    r"bool|u?int(?:8|16|32|64)|float(?:16|32|64|96|128)|complex(?:64|128|192|256)"
    r"|[<>|=]?(?:[?bBhHiIlLqQefdgFDG]|[biufcSUV]\d{1,10})"
    r"|(?:[<>=]?[Mm]8|datetime64|timedelta64)(?:\[(?:[1-9]\d{0,9})?(?:Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?"
)
# The bits of the fraction of a longdouble: 63 in the 80-bit format of x87, which takes 12 or 16 bytes, and 112 on most
# other machines, in 16 bytes and under the same name.
NMANT: Final = int(np.finfo(np.longdouble).nmant)
# A longdouble in the JSON of a dtype.
_LONGDOUBLE: Final = re.compile(rb'"[<>](?:f12|f16|c24|c32)"')
# The names of longdouble and its complex on other machines, such as float96 on 32-bit x86, and those on this one.
_OTHER_LONGDOUBLES: Final = {
    name: np.dtype(code).str[1:]
    for code, names in (("g", "f12 f16 float96 float128"), ("G", "c24 c32 complex192 complex256"))
    for name in names.split()
    if NMANT > 52 and name not in {np.dtype(code).str[1:], np.dtype(code).name}
}
OTHER_BITS: Final = "this longdouble has the bits of another kind of machine; write it as text, not compact"
# How deep structured dtypes may be nested.
_NESTED_DTYPES: Final = 32
# The bound of NumPy 2; NumPy 1 has 32, and says so.
_MAX_DIMS: Final = 64
_NUMPY_STRINGS: Final = getattr(getattr(np, "dtypes", None), "StringDType", None)
# The texts that `write` has written, up to so many.
_WRITTEN: Final[dict[tuple[Key, bool], bytes]] = {}
_MOST: Final = 256


def write(dtype: DType, *, descr: bool) -> bytes:
    """Write a dtype as JSON that `read` turns into an equal one.

    Args:
        dtype: A dtype. Its alignment and metadata are not kept; dtypes are equal without them.
        descr: Write ``"<f8"``, as in a ``.npy`` header, instead of ``"float64"``.

    Raises:
        JSONEncodeError: `read` would make another dtype of it, or none.
    """
    try:
        if dtype.kind == "T":  # each is that of an array
            return orjson.dumps(_spec(dtype, descr=descr))
        key = key_of(dtype)
        text = _WRITTEN.get((key, descr))
        if text is None:
            text = orjson.dumps(_spec(dtype, descr=descr))
            if key_of(read(orjson.loads(text))) != key:
                raise ValueError("its JSON would be another dtype")
            if len(_WRITTEN) >= _MOST:
                _WRITTEN.clear()
            _WRITTEN[key, descr] = text
        return text
    except Unsupported:
        reason = "its multiple of a unit is zero"
    except (RecursionError, TypeError, ValueError) as error:
        reason = str(error)
    raise JSONEncodeError(f"a dtype that JSON cannot bring back ({reason}); {_way_out(dtype)}")


@lru_cache(maxsize=256)
def nmant(written: bytes) -> bytes:
    """Return the member of a tag with the format of its longdouble, or nothing for a dtype without one."""
    return b',"nmant":%d' % NMANT if _LONGDOUBLE.search(written) else b""


def read(spec: Any, *, digits: bool = False) -> DType:
    """Make a dtype from its JSON.

    Args:
        spec: A decoded JSON value, as `write` writes it.
        digits: The values are digits, not bits. The longdouble of another machine is then read as that of this one.

    Raises:
        ValueError: it is not a dtype, or has Python objects.
    """
    try:
        if type(spec) is dict:
            return _strings(spec["StringDType"])
        return _named(spec, digits) if type(spec) is str else _descr_to_dtype(_vet(spec, digits))
    except (KeyError, MemoryError, SyntaxError, TypeError, ValueError) as error:
        raise ValueError(f"dtype: {error}") from None


@lru_cache(maxsize=256)
def _named(name: str, digits: bool) -> DType:
    return _descr_to_dtype(_vet_name(name, digits))


def _descr_to_dtype(descr: Any) -> DType:
    dtype: DType = np.lib.format.descr_to_dtype(descr)
    return dtype


def _spec(dtype: Any, *, descr: bool) -> Any:
    if dtype.kind == "T":
        return {"StringDType": _string_options(dtype)}
    if dtype.hasobject:
        raise ValueError("Python objects are not data")
    if dtype.names is not None:
        return dtype.descr
    return dtype.str if descr else str(dtype)


def _vet(spec: Any, digits: bool, depth: int = 0) -> Any:
    if type(spec) is str:
        return _vet_name(spec, digits)
    if type(spec) is not list or depth > _NESTED_DTYPES:
        raise ValueError("is neither a name nor a list of fields")
    return [_vet_field(field, digits, depth + 1) for field in spec]


def _vet_name(name: str, digits: bool) -> str:
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"{name[:40]!r} is not the dtype of numbers, times, text or bytes")
    own = _OTHER_LONGDOUBLES.get(name.lstrip("<>="))
    if own is None:
        return name
    if not digits:
        raise ValueError(OTHER_BITS)
    return name[0] + own if name[0] in "<>=" else own


def _vet_field(field: Any, digits: bool, depth: int) -> tuple[Any, ...]:
    if type(field) is not list or len(field) not in {2, 3}:
        raise ValueError("a field is [name, dtype] or [name, dtype, shape]")
    name = field[0]
    if type(name) is list and list(map(type, name)) == [str, str]:
        name = tuple(name)
    elif type(name) is not str:
        raise ValueError("the name of a field is a string, or [title, name]")
    return (name, _vet(field[1], digits, depth), *map(vet_shape, field[2:]))


def vet_shape(shape: Any) -> tuple[int, ...]:
    """Make a shape from its JSON.

    Raises:
        ValueError: it is not a shape.
    """
    if type(shape) is not list or len(shape) > _MAX_DIMS:
        raise ValueError(f"shape: must be a list of at most {_MAX_DIMS} integers")
    if not all(type(length) is int and 0 <= length < 2**63 for length in shape):
        raise ValueError("shape: must be a list of integers, none negative")
    return tuple(shape)


def _string_options(dtype: Any) -> dict[str, Any]:
    options: dict[str, Any] = {} if dtype.coerce else {"coerce": False}
    if hasattr(dtype, "na_object"):
        missing = dtype.na_object
        if type(missing) is str:
            options["na_string"] = missing
        elif missing is None or (type(missing) is float and math.isnan(missing)):
            options["na_object"] = str(missing)
        else:
            raise ValueError(f"its na_object is a {type(missing).__name__}, not None, NaN or a string")
    return options


def _strings(options: Any) -> DType:
    if _NUMPY_STRINGS is None:
        raise ValueError("StringDType needs NumPy 2")
    keywords: dict[str, Any] = {"coerce": options.get("coerce") is not False} if type(options) is dict else {}
    if not keywords or not options.keys() <= {"coerce", "na_object", "na_string"}:
        raise ValueError("StringDType takes coerce, na_object and na_string")
    if "na_object" in options:
        keywords["na_object"] = {"None": None, "nan": np.nan}[options["na_object"]]
    elif type(options.get("na_string")) is str:
        keywords["na_object"] = options["na_string"]
    dtype: DType = _NUMPY_STRINGS(**keywords)
    return dtype


def _way_out(dtype: Any) -> str:
    if dtype.hasobject and dtype.kind != "T":
        return "convert it to numbers or strings, or write .tolist()"
    if dtype.kind in "Mm":  # NumPy would divide by zero
        return "view it as int64"
    return "convert it with .astype()"
