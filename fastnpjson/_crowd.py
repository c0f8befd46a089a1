"""Documents crowded with small NumPy objects, which deserve better than a call of the hook for each."""

from __future__ import annotations

from functools import partial
from itertools import takewhile
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from fastnpjson._native import NATIVE, NATIVE_SCALARS, NUMPY

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays import Style

# So many NumPy objects in so many nanoseconds make a crowd: with more than half a microsecond of other content
# for each, another pass over the document costs more than the hook.
CROWD: Final = 16
DENSE: Final = CROWD * 900
# From this size on an array is no part of a crowd: it would be written twice.
LARGE: Final = 256
_NOT_ORJSONS: Final = orjson.OPT_INDENT_2 | orjson.OPT_STRICT_INTEGER
_KINDS: Final = NATIVE_SCALARS | {np.ndarray}
_call: Final[Callable[[Any], Any]] = partial.__call__


class Crowded(Exception):
    """Raised by a hook to stop orjson."""


def all_native(obj: Any, style: Style, is_small: Callable[[list[Any]], bool] | None = None) -> bytes | None:
    """Let orjson write all NumPy objects of a document, if it would write each of them right; else return `None`.

    orjson collects what it does not know at 25 ns a piece, an eighth of what the hook takes.
    """
    if style.decimals is not None or style.option & _NOT_ORJSONS:
        return None
    found: list[Any] = []
    collect = partial(orjson.dumps, obj, found.append, style.option)
    scalars = partial(NATIVE_SCALARS.issuperset, map(type, found))
    kinds = partial(_KINDS.issuperset, map(type, found))
    dtypes = partial(NATIVE.issuperset, map(attrgetter("dtype"), found))
    steps = (
        collect,
        partial(any, map(_call, (scalars, partial(all, map(_call, (kinds, dtypes)))))),
        partial(orjson.dumps, obj, None, style.option | NUMPY),
    )
    try:
        if is_small is not None:
            collect()
            if not is_small(found):
                return None
            found.clear()
        # No step is in Python: another thread, which might put a date where a number was, waits until the last is done.
        done = [*takewhile(bool, map(_call, steps))]
    except orjson.JSONEncodeError:
        return None
    return done[-1] if len(done) == len(steps) else None
