"""`dumps`: a document to JSON, by orjson if it takes the document, else by a walk that says why not."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

import orjson
from orjson import JSONEncodeError

from fastnpjson._arrays.dtypes import Unsupported, has_nan, is_numpy_array
from fastnpjson._arrays.write import write
from fastnpjson._documents import two_pass
from fastnpjson._documents.common import Common
from fastnpjson._documents.convert import NeedsWalk
from fastnpjson._documents.replies import Replies
from fastnpjson._documents.rules import CONTAINERS, make_rules
from fastnpjson._documents.survey import has_nonfinite
from fastnpjson._extension import speedups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fastnpjson._documents.convert import Convert
    from fastnpjson._documents.rules import Rules

    # Takes an object and the caller's default.
    Encode = Callable[..., bytes]


def dumps(obj: Any, /, default: Convert | None = None, option: int | None = None, **unknown: NoReturn) -> bytes:
    """Encode an object, with NumPy data anywhere in it, as JSON.

    Args:
        obj: What `orjson.dumps` takes, and NumPy arrays and scalars of any layout.
        default: Called, once for each object, for what neither orjson nor fastnpjson knows; returns something new
            that they know, or raises.
        option: orjson's flags; `OPT_SERIALIZE_NUMPY` is always on.
        unknown: None; an error says what to write for the keywords of `json` and of `Encoder`.

    Returns:
        JSON (RFC 8259) in UTF-8. NaN and infinities are `null`.

    Raises:
        JSONEncodeError: names the JSON path, the type and the dtype of what has no JSON; it is a `TypeError`.
        RuntimeError: `default`, or another thread, changed a list or a dict while it was encoded.

    >>> import numpy as np
    >>> dumps({"x": np.arange(6.0)[::2], "when": np.datetime64("2020-01-02", "7D")})
    b'{"x":[0.0,2.0,4.0],"when":"2020-01-02T00:00:00"}'
    """
    if unknown:
        _refuse("dumps", unknown)
    return _encoder(option)(obj, default)


def dumps_str(obj: Any, /, default: Convert | None = None, option: int | None = None, **unknown: NoReturn) -> str:
    """Encode an object as `dumps` does, in a string.

    >>> import numpy as np
    >>> dumps_str(np.array([1, 2]))
    '[1,2]'
    """
    if unknown:
        _refuse("dumps_str", unknown)
    return dumps(obj, default, option).decode()


def _refuse(function: str, unknown: Iterable[str]) -> None:
    from fastnpjson._documents.keywords import refuse

    refuse(function, unknown)


def encode(obj: Any, rules: Rules, default: Replies, found: bytes | list[Any] | TypeError | None = None) -> bytes:
    """Encode a document; the arguments are those of `two_pass.dumps`, and it raises what `dumps` raises.

    1. An array is written by itself: as a part of a document its text would be copied.
    2. Anything else is asked about first, and then written by orjson.
    3. What orjson refuses is tried with replacements: text for keys, digits for integers, words for NaN.
    4. What is left is for a walk, which says where an error is, and NaN that is not allowed.

    Args:
        obj: The document.
        rules: How to write it.
        default: The caller's default.
        found: What `collect` returned or raised, if it was called.
    """
    if is_numpy_array(type(obj)):
        text, document = _array(obj, rules)
        if text is not None:
            return text
        found = None if document is not obj else found
    else:
        document = obj
    if isinstance(found, TypeError):
        _raise_hidden(found)
    else:
        text = _attempt(document, rules, default, found)
        if text is not None:
            return text
    text = encode_with_replacements(document, rules, default)
    if text is None:
        from fastnpjson._documents.walk import Walk

        text = Walk(rules, default).dumps(obj)
        default.check()
    return text


def encode_with_replacements(obj: Any, rules: Rules, default: Replies) -> bytes | None:
    """Encode a document that orjson refused; `None` if it refuses it all the same."""
    return _attempt(obj, with_replacements(rules), default)


@lru_cache(maxsize=64)
def with_replacements(rules: Rules) -> Rules:
    """Return the rules by which what orjson refuses is replaced, and Python's floats are rounded."""
    from fastnpjson._documents.refused import replacements

    return rules.relaxed(replacements(rules))


def _attempt(document: Any, rules: Rules, default: Replies, found: bytes | list[Any] | None = None) -> bytes | None:
    """Return the JSON of a document, or `None` where another attempt is due."""
    try:
        if rules.replacements is not None:
            document, rules = two_pass.replaced(document, rules, rules.replacements)
        text = two_pass.dumps(document, rules, default, found)
        if rules.style.nan == "null" or not _has_nonfinite(document, text, rules):
            default.check()
            return text
    except (JSONEncodeError, NeedsWalk, RecursionError) as error:
        _raise_hidden(error)
    default.rewind()
    return None


def _has_nonfinite(document: Any, text: bytes, rules: Rules) -> bool:
    replaced = rules.replacements is not None
    return has_nonfinite(document, text, rules.option, numpy=not rules.writes_words, replaced=replaced)


def _array(array: Any, rules: Rules) -> tuple[bytes | None, Any]:
    """Return the JSON of an array, or else what is to be encoded in its place."""
    try:
        text, builtins = write(array, rules.style)
    except (Unsupported, JSONEncodeError):
        return None, array
    may_fail = rules.style.nan == "error" and (text is None or b"null" in text)
    if may_fail and not array.dtype.hasobject and has_nan(array):
        return None, array
    if text is None:
        return None, builtins
    return (text + b"\n" if rules.option & orjson.OPT_APPEND_NEWLINE else text), array


def _raise_hidden(refusal: BaseException) -> None:
    """Raise what Python code raised inside orjson, which hides it behind its own error.

    A `TypeError` is left to the walk, which says where it is.
    """
    cause = refusal.__cause__
    # Up to Python 3.11 orjson has causes of its own, for a key of more than 64 bits and for surrogates.
    try:
        if cause is not None and not isinstance(cause, (OverflowError, TypeError, UnicodeError)):
            raise cause
    finally:
        del cause, refusal  # or an error would refer to itself, by its traceback


def for_common(rules: Rules) -> Rules:
    """Return the rules for a document whose default is `common`, of which NaN in containers would not be found."""
    if rules.style.nan != "null" or rules.replacements is not None:
        return rules
    return rules._replace(natively=rules.natively._replace(dtypes=rules.natively.dtypes | CONTAINERS))


def in_python(rules: Rules) -> Encode:
    """Make the function that encodes documents by a rules."""
    of_common = for_common(rules)

    def encode_by_rules(
        obj: Any, default: Convert | None = None, found: bytes | list[Any] | TypeError | None = None
    ) -> bytes:
        with Replies(default) as replies:
            return encode(obj, of_common if type(default) is Common else rules, replies, found)

    return encode_by_rules


def make_encode(rules: Rules, python: Encode | None = None) -> Encode:
    """Make the function that encodes documents by a rules: in C, as far as it needs no Python.

    Args:
        rules: How to write them.
        python: Encodes the rest. It takes a document, the caller's default, and what `collect` returned or raised.
    """
    python = python or in_python(rules)
    if speedups is None or rules.replacements is not None:
        return python
    accelerated: Encode = speedups.make_encode(rules.option, rules.natively, python, rules.style.nan != "null")
    return accelerated


# Typed, because orjson refuses True where it takes 1.
@lru_cache(maxsize=None, typed=True)
def _encoder(option: int | None) -> Encode:
    return make_encode(make_rules(option))


if speedups is not None:
    dumps = speedups.accelerate(dumps, in_python(make_rules()), _encoder, Common)
