"""`default`: the hook for encoders that are not ours."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson

from fastnpjson._arrays.style import Style
from fastnpjson._arrays.write import write
from fastnpjson._documents.array_likes import read
from fastnpjson._documents.convert import NUMPY_TYPES
from fastnpjson._documents.dumps import dumps
from fastnpjson._excerpt import excerpt
from fastnpjson._stdlib.integers import exact_loads


def default(obj: Any, /) -> Any:
    """Turn a NumPy object, or an array of another package, into builtins: the hook for other encoders.

    Args:
        obj: A NumPy array or scalar, or what `dumps` writes as an array.

    Returns:
        A list, a dict, a string, a number or `None`, which read back as the JSON of `dumps` does.

    Raises:
        TypeError: it is something else, or has no JSON.

    >>> import json, numpy as np
    >>> json.dumps({"x": np.float32(0.1)}, default=default)
    '{"x": 0.1}'
    """
    is_numpy = issubclass(type(obj), NUMPY_TYPES)
    if is_numpy and np.asarray(obj).dtype.hasobject:
        text, builtins = write(obj, Style())
        return builtins if text is None else orjson.loads(text)
    try:
        return exact_loads(dumps(obj if is_numpy else _array(obj)))
    except orjson.JSONDecodeError as error:
        raise orjson.JSONEncodeError(f"a longdouble beyond the float of Python: {error}") from None


def _array(obj: Any) -> Any:
    try:
        return read(obj)
    except orjson.JSONEncodeError as error:
        raise orjson.JSONEncodeError(f"{excerpt(type(obj).__name__)}: {excerpt(error)}") from error.__cause__
