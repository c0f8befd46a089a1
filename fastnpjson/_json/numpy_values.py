"""NumPy data, and subclasses of builtins, in the words of `json`, which has some for NaN and infinities."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy import ma

from fastnpjson._arrays.dtypes import has_nan, is_numpy_type
from fastnpjson._arrays.style import Style
from fastnpjson._documents.advice import JSON
from fastnpjson._documents.convert import UNKNOWN, converter
from fastnpjson._documents.dumps import dumps
from fastnpjson._documents.encoder import Encoder
from fastnpjson._documents.to_builtins import as_array, to_builtins
from fastnpjson._json.places import Refused
from fastnpjson._orjson import NUMPY
from fastnpjson._patch import json, orjson

_convert: Final = converter(Style())
_with_words: Final = Encoder(nan="string").encode


def is_numpy(obj: Any) -> bool:
    """Tell whether an object is an array or a scalar of NumPy with JSON; for most dtypes their kind settles it."""
    if not is_numpy_type(type(obj)):
        return False
    return obj.dtype.kind in "biufUST" or _convert(obj) is not UNKNOWN


def has_objects(dtype: np.dtype[Any]) -> bool:
    """Tell whether there are Python objects among the elements or their fields; StringDType does not count."""
    return dtype.hasobject and dtype.kind != "T"


def builtins(obj: Any) -> Any:
    """Turn a NumPy object into builtins as `fastnpjson.default` does, but NaN and infinities into floats.

    Raises:
        Refused: it has no JSON; the path in the error is that in the object.
    """
    if issubclass(type(obj), np.generic) or type(obj) is np.ndarray:
        if obj.dtype.kind in "biu" or obj.dtype.char == "d":
            return obj.tolist()
        if obj.dtype.char == "f" and obj.ndim == 0 and np.isfinite(obj):  # item() has the digits of a float64
            return orjson.loads(orjson.dumps(obj[()], None, NUMPY))
    try:
        return _builtins(obj)
    except TypeError as error:
        raise Refused(str(error), obj) from error.__cause__


def _builtins(obj: Any) -> Any:
    if not is_numpy_type(type(obj)):
        obj = as_array(obj, JSON)
        if type(obj) is list:
            return obj
    if obj.dtype == object:
        return obj.tolist()
    if not has_objects(obj.dtype):
        if not has_nan(obj):
            return to_builtins(obj, JSON)
        if obj.dtype.names is None:
            return json.loads(text(obj))
    array = obj if issubclass(type(obj), ma.MaskedArray) else np.asarray(obj)
    names = array.dtype.names or ()
    columns = [builtins(array.reshape(-1)[name]) for name in names]
    records = np.empty(array.size, object)
    records[:] = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    return records.reshape(array.shape).tolist()


def text(obj: Any) -> bytes:
    """Write a NumPy object as `fastnpjson.dumps` does, but NaN and infinities as the words of json."""
    if not has_nan(obj):
        return dumps(obj)
    if obj.dtype.names is not None:
        return json.dumps(builtins(obj), ensure_ascii=False, separators=(",", ":")).encode()
    # Numbers have no other text among them.
    return _with_words(obj).replace(b'"', b"")
