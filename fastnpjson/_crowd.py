"""Documents crowded with small NumPy objects, which deserve better than a call of the hook for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from fastnpjson._answers import raise_hidden
from fastnpjson._native import NATIVE, NATIVE_SCALARS, NUMPY

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays import Style
    from fastnpjson._convert import Convert

# So many NumPy objects in so many nanoseconds make a crowd: with more than half a microsecond of other content
# for each, another pass over the document costs more than the hook.
CROWD: Final = 16
DENSE: Final = CROWD * 900
# From this size on an array is no part of a crowd: it would be written twice.
LARGE: Final = 256
_NOT_ORJSONS: Final = orjson.OPT_INDENT_2 | orjson.OPT_STRICT_INTEGER
_KINDS: Final = NATIVE_SCALARS | {np.ndarray}


class Crowded(Exception):
    """Raised by a hook to stop orjson."""


def all_native(
    obj: Any, hook: Convert, style: Style, is_small: Callable[[list[Any]], bool] | None = None
) -> bytes | None:
    """Let orjson write all NumPy objects of a document, if it would write each of them right; else return `None`.

    orjson collects what it does not know at 25 ns a piece, an eighth of what the hook takes.
    """
    if style.decimals is not None or style.option & _NOT_ORJSONS:
        return None
    found: list[Any] = []
    try:
        orjson.dumps(obj, found.append, style.option)
        kinds = set(map(type, found))
        if not kinds <= _KINDS:
            return None
        if np.ndarray in kinds and not {array.dtype for array in found if type(array) is np.ndarray} <= NATIVE:
            return None
        if is_small is not None and not is_small(found):
            return None
        return orjson.dumps(obj, hook, style.option | NUMPY)
    except orjson.JSONEncodeError as error:
        raise_hidden(error)
        return None
