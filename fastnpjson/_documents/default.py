"""`default`: the hook for encoders that are not ours."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


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
    return _hook()(obj)


@cache
def _hook() -> Callable[[Any], Any]:
    from fastnpjson._documents.advice import HOOK
    from fastnpjson._documents.to_builtins import to_builtins

    return partial(to_builtins, door=HOOK)
