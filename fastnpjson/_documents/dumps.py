"""`dumps`: a document to JSON, by orjson if it takes the document, else by a walk that says why not."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from numpy import ndarray
from orjson import JSONEncodeError

from fastnpjson._accelerator import speedups
from fastnpjson._arrays.numbers import has_nan
from fastnpjson._arrays.time_units import Unsupported
from fastnpjson._arrays.write import write
from fastnpjson._documents import ask_first
from fastnpjson._documents.caller_default import CallerDefault
from fastnpjson._documents.finite import has_nonfinite, with_words
from fastnpjson._documents.numpy_objects import NoReplyError
from fastnpjson._documents.plan import make_plan
from fastnpjson._documents.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._documents.numpy_objects import Convert
    from fastnpjson._documents.plan import Plan

    # Takes an object and the caller's default.
    Encode = Callable[..., bytes]


def dumps(obj: Any, /, default: Convert | None = None, option: int | None = None) -> bytes:
    """Encode an object, with NumPy data anywhere in it, as JSON.

    Args:
        obj: What `orjson.dumps` takes, and NumPy arrays and scalars of any layout.
        default: Called, once for each object, for what neither orjson nor fastnpjson knows; returns something new
            that they know, or raises.
        option: orjson's flags; `OPT_SERIALIZE_NUMPY` is always on.

    Returns:
        JSON (RFC 8259) in UTF-8. NaN and infinities are `null`.

    Raises:
        JSONEncodeError: names the JSON path, the type and the dtype of what has no JSON; it is a `TypeError`.
        RuntimeError: `default`, or another thread, changed a list or a dict while it was encoded.

    >>> import numpy as np
    >>> dumps({"x": np.arange(6.0)[::2], "when": np.datetime64("2020-01-02", "7D")})
    b'{"x":[0.0,2.0,4.0],"when":"2020-01-02T00:00:00"}'
    """
    return _encoder(option)(obj, default)


def dumps_str(obj: Any, /, default: Convert | None = None, option: int | None = None) -> str:
    """Encode an object as `dumps` does, in a string.

    >>> import numpy as np
    >>> dumps_str(np.array([1, 2]))
    '[1,2]'
    """
    return dumps(obj, default, option).decode()


def encode(obj: Any, plan: Plan, default: CallerDefault, found: bytes | list[Any] | None = None) -> bytes:
    """Encode a document; the arguments are those of `ask_first.dumps`, and it raises what `dumps` raises.

    1. An array is written by itself: as a part of a document its text would be copied.
    2. Anything else is asked about first, and then written by orjson.
    3. What orjson refuses is tried with its flag for keys that are no strings, and NaN with words for it.
    4. What is left is for a walk, which says where an error is, and NaN that is not allowed.
    """
    document = obj
    if issubclass(type(obj), ndarray):
        text, document = _array(obj, plan)
        if text is not None:
            return text
        found = None
    attempt = plan
    while True:
        try:
            if attempt is not plan and plan.style.nan == "string":
                document = with_words(document)
            text = ask_first.dumps(document, attempt, default, found)
            if plan.style.nan == "null" or not _has_nonfinite(document, text, attempt):
                return text
        except (JSONEncodeError, NoReplyError, RecursionError) as error:
            _raise_hidden(error)
        default.rewind()
        if attempt is not plan:
            return Walk(plan, default).dumps(obj)
        attempt, found = plan.second(), None


def _has_nonfinite(document: Any, text: bytes, plan: Plan) -> bool:
    return has_nonfinite(document, text, plan.option, numpy=not plan.writes_words)


def _array(array: Any, plan: Plan) -> tuple[bytes | None, Any]:
    """Return the JSON of an array, or else what is to be encoded in its place."""
    try:
        text, builtins = write(array, plan.style)
    except (Unsupported, JSONEncodeError):
        return None, array
    may_fail = plan.style.nan == "error" and (text is None or b"null" in text)
    if may_fail and not array.dtype.hasobject and has_nan(array):
        return None, array
    if text is None:
        return None, builtins
    return (text + b"\n" if plan.option & orjson.OPT_APPEND_NEWLINE else text), array


def _raise_hidden(refusal: BaseException) -> None:
    """Raise what Python code raised inside orjson, which hides it behind its own error.

    A `TypeError` is left to the walk, which says where it is.
    """
    cause = refusal.__cause__
    # Up to Python 3.11 orjson has causes of its own, for a key of more than 64 bits and for surrogates.
    if cause is not None and not isinstance(cause, (OverflowError, TypeError, UnicodeError)):
        raise cause


def in_python(plan: Plan) -> Encode:
    """Make the function that encodes documents by a plan."""

    def encode_by_plan(obj: Any, default: Convert | None = None, found: bytes | list[Any] | None = None) -> bytes:
        return encode(obj, plan, CallerDefault(default), found)

    return encode_by_plan


def make_encode(plan: Plan) -> Encode:
    """Make the function that encodes documents by a plan: in C, as far as it needs no Python."""
    if speedups is None:
        return in_python(plan)
    accelerated: Encode = speedups.make_encode(plan.option, plan.native, in_python(plan), plan.style.nan != "null")
    return accelerated


# Typed, because orjson refuses True where it takes 1.
@lru_cache(maxsize=None, typed=True)
def _encoder(option: int | None) -> Encode:
    return make_encode(make_plan(option))


if speedups is not None:
    dumps = speedups.accelerate(dumps, in_python(make_plan()), _encoder)
