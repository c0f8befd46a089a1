"""NumPy data, and subclasses of builtins, in the words of `json`, which has some for NaN and infinities."""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np
from numpy import ma

from fastnpjson._arrays.dtypes import has_nan
from fastnpjson._arrays.style import Style
from fastnpjson._documents.convert import NUMPY_TYPES, UNKNOWN, converter
from fastnpjson._documents.default import default
from fastnpjson._documents.dumps import dumps
from fastnpjson._documents.encoder import Encoder

_convert: Final = converter(Style())
_with_words: Final = Encoder(nan="string").encode


def is_numpy(obj: Any) -> bool:
    """Tell whether an object is an array or a scalar of NumPy with JSON; for most dtypes their kind settles it."""
    if not issubclass(type(obj), NUMPY_TYPES):
        return False
    return obj.dtype.kind in "biufUST" or _convert(obj) is not UNKNOWN


def has_objects(dtype: np.dtype[Any]) -> bool:
    """Tell whether there are Python objects among the elements or their fields, which StringDType has none of."""
    return dtype.hasobject and dtype.kind != "T"


def builtins(obj: Any) -> Any:
    """Turn a NumPy object into builtins as `fastnpjson.default` does, but NaN and infinities into floats."""
    if obj.dtype.kind in "biu" and type(obj) is not ma.MaskedArray:
        return obj.tolist()
    if obj.dtype == object:
        return obj.tolist()
    if not has_objects(obj.dtype):
        if not has_nan(obj):
            return default(obj)
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
    # There is no other text among numbers.
    return _with_words(obj).replace(b'"', b"")
