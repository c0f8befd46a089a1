"""`default`: the hook for encoders that are not ours."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson

from fastnpjson._arrays.write import Style, write
from fastnpjson._documents.dumps import dumps


def default(obj: Any, /) -> Any:
    """Turn a NumPy object into builtins: the hook for other encoders.

    Args:
        obj: A NumPy array or scalar.

    Returns:
        A list, a dict, a string, a number or `None`, which read back as the JSON of `dumps` does.

    Raises:
        TypeError: it is something else, or has no JSON.

    >>> import json, numpy as np
    >>> json.dumps({"x": np.float32(0.1)}, default=default)
    '{"x": 0.1}'
    """
    if not issubclass(type(obj), (np.ndarray, np.generic)):
        raise orjson.JSONEncodeError(f"Type is not JSON serializable: {type(obj).__name__}")
    if np.asarray(obj).dtype.hasobject:
        text, builtins = write(obj, Style())
        return builtins if text is None else orjson.loads(text)
    try:
        return orjson.loads(dumps(obj))
    except orjson.JSONDecodeError as error:
        raise orjson.JSONEncodeError(f"a longdouble beyond the float of Python: {error}") from None
