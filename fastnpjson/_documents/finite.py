"""``allow_nan=False``: whether there may be NaN or an infinity in a document, without a walk in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from fastnpjson._accelerator import speedups
from fastnpjson._arrays.write import has_nan
from fastnpjson._documents import kinds
from fastnpjson._documents.numpy_objects import NUMPY_TYPES

if TYPE_CHECKING:
    from fastnpjson._documents.plan import Plan

# What holds no NaN, or what `kinds` has looked into. Objects of other kinds have been replied to.
_LOOKED_AT: Final = kinds.NUMPY | kinds.OTHER_NUMPY | kinds.DATETIME | kinds.AWARE | kinds.UUID | kinds.OTHER


def has_nonfinite(obj: Any, text: bytes, plan: Plan) -> bool:
    """Tell whether there is NaN or an infinity in a document; true, too, if only a walk can tell.

    Args:
        obj: The document.
        text: Its JSON.
        plan: How it was written; what its default replied has been looked at.
    """
    # One byte is found 20 times faster than four, which take as long as the walk in C, a tenth of that in Python.
    if b"n" not in text or (speedups is None and b"null" not in text):
        return False
    found = kinds.kinds(obj, kinds.NONFINITE | kinds.NUMPY_NONFINITE)
    if found & ~_LOOKED_AT:
        return b"null" in text
    others: list[Any] = []
    if found & kinds.OTHER_NUMPY:
        orjson.dumps(obj, others.append, plan.option)
    arrays = [item for item in others if issubclass(type(item), NUMPY_TYPES)]
    return any(array.dtype.hasobject or has_nan(array) for array in arrays)
