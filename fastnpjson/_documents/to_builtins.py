"""NumPy data to builtins, for encoders that are not ours."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from fastnpjson._arrays.dtypes import NUMPY_TYPES, is_numpy_type
from fastnpjson._arrays.style import Style
from fastnpjson._arrays.write import write
from fastnpjson._documents.advice import Door, message, way_out
from fastnpjson._documents.array_likes import read
from fastnpjson._documents.common import is_common
from fastnpjson._documents.dumps import make_encode
from fastnpjson._documents.rules import make_rules
from fastnpjson._patch import orjson
from fastnpjson._reading.exact import exact_loads

if TYPE_CHECKING:
    from fastnpjson._documents.dumps import Encode


def to_builtins(obj: Any, door: Door) -> Any:
    """Do what `default` does; errors name the ways out of a door."""
    array = obj if is_numpy_type(type(obj)) else as_array(obj, door)
    if issubclass(type(obj), NUMPY_TYPES) and type(array) is not list and np.asarray(array).dtype.hasobject:
        text, builtins = write(array, Style())
        return builtins if text is None else orjson.loads(text)
    try:
        return exact_loads(_encode(door)(array))
    except orjson.JSONDecodeError as error:
        raise orjson.JSONEncodeError(f"a longdouble beyond the float of Python: {error}") from None


@cache
def _encode(door: Door) -> Encode:
    return make_encode(make_rules()._replace(door=door))


def as_array(obj: Any, door: Door) -> Any:
    """Return what an object that is not NumPy's is written as; errors name the ways out of a door."""
    try:
        return read(obj)
    except orjson.JSONEncodeError as error:
        way = way_out(obj, door, common=is_common(obj))
        raise orjson.JSONEncodeError(message(None, obj, str(error) + way)) from error.__cause__
