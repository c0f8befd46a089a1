"""Documents crowded with small NumPy objects, which deserve better than a call of the hook for each."""

from __future__ import annotations

from itertools import chain, compress
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from fastnpjson._arrays.native import NATIVE, NATIVE_SCALARS, NUMPY

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.write import Style

# So many arrays, or twice as many scalars, make a crowd: for them the hook has taken as long as all that follows. The
# second half comes within so many nanoseconds, or a second pass over what is between them would cost more.
CROWD: Final = 24
DENSE: Final = CROWD * 450
# From this size on an array is no part of a crowd: it would be written twice.
SMALL: Final = 256
_NOT_ORJSONS: Final = orjson.OPT_INDENT_2 | orjson.OPT_STRICT_INTEGER
_KINDS: Final = NATIVE_SCALARS | {np.ndarray}


class Crowded(Exception):
    """Raised by a hook to stop orjson."""


def all_native(obj: Any, style: Style, is_small: Callable[[list[Any]], bool] | None = None) -> bytes | None:
    """Let orjson write all NumPy objects of a document, if it would write each of them right; else return `None`.

    orjson collects what it does not know at 25 ns a piece, an eighth of what the hook takes.
    """
    if style.decimals is not None or style.option & _NOT_ORJSONS:
        return None
    try:
        if is_small is not None:
            found: list[Any] = []
            orjson.dumps(obj, found.append, style.option)
            if not is_small(found):
                return None
        return _vetted(obj, style.option)
    except orjson.JSONEncodeError:
        return None


def _vetted(obj: Any, option: int) -> bytes | None:
    """Collect what orjson does not know, check it, and let orjson write it: in one call, and without Python code.

    Another thread, which might put a date where a number has been found, has to wait until the text is there.
    """
    found: list[Any] = []
    scalars = map(NATIVE_SCALARS.issuperset, (map(type, found),))
    kinds = map(_KINDS.issuperset, (map(type, found),))
    dtypes = map(NATIVE.issuperset, (map(attrgetter("dtype"), found),))
    # Nothing is looked at before the first text is there, and no dtype of what may have none.
    native = map(any, (chain(scalars, compress(compress((True,), kinds), dtypes)),))
    options = chain((option,), compress((option | NUMPY,), native))
    texts = [*map(orjson.dumps, (obj, obj), (found.append, None), options)]
    return texts[1] if len(texts) == 2 else None
