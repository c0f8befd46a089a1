"""`dumps` and what is behind it: the one place that calls orjson on a document."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson
from numpy import ndarray
from orjson import JSONEncodeError
from orjson import dumps as orjson_dumps

from fastnpjson._arrays import native
from fastnpjson._arrays.native import NATIVE, NUMPY
from fastnpjson._arrays.time_units import Unsupported
from fastnpjson._arrays.write import Style, write
from fastnpjson._documents.caller_default import NO_DEFAULT, Answers, raise_hidden
from fastnpjson._documents.crowd import CROWD, Crowded, all_native
from fastnpjson._documents.hook import LAST_LOOK, LEFT, UNKNOWN, converter
from fastnpjson._documents.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._documents.hook import Convert


class Plan(NamedTuple):
    """What can be made ahead of all documents: flags for orjson, and the hooks of a call without default."""

    style: Style
    convert: Convert
    # The same, but for the `Crowded` that it may raise.
    counting: Convert
    # Whether all that was found in a crowded document may be written at once; `None` if it always may.
    is_small: Callable[[list[Any]], bool] | None = None


# Typed, for True is not 1 to orjson.
@lru_cache(maxsize=None, typed=True)
def make_plan(option: int | None, decimals: int | None = None) -> Plan:
    orjson_dumps(None, None, option)  # raises for what is not an option
    style = Style((option or 0) & ~NUMPY, decimals)
    return Plan(style, converter(style), converter(style, counting=True))


def _hook(convert: Convert, answers: Answers) -> Convert:
    if answers.default is None:
        return convert
    ask = answers.ask

    def hook(obj: Any) -> Any:
        reply = convert(obj)
        return ask(obj) if reply is UNKNOWN else reply

    return hook


_PLAIN: Final = make_plan(None)
_plain_hook: Final = _PLAIN.counting


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

    >>> import numpy as np
    >>> dumps({"x": np.arange(6.0)[::2], "when": np.datetime64("2020-01-02", "7D")})
    b'{"x":[0.0,2.0,4.0],"when":"2020-01-02T00:00:00"}'
    """
    if default is not None or option is not None:
        return encode(obj, make_plan(option), NO_DEFAULT if default is None else Answers(default))
    if type(obj) is ndarray:
        if obj.dtype in NATIVE:
            try:
                return orjson_dumps(obj, None, NUMPY) if 0 < obj.size < native.LARGE else native.dumps(obj)
            except JSONEncodeError:  # not contiguous, or without dimensions
                pass
        return encode(obj, _PLAIN, NO_DEFAULT)
    LEFT[0], LAST_LOOK[0] = CROWD, 0
    try:
        return orjson_dumps(obj, _plain_hook)
    except JSONEncodeError as error:
        refusal = error.with_traceback(None)
    return _again(obj, _PLAIN, NO_DEFAULT, refusal)


def dumps_str(obj: Any, /, default: Convert | None = None, option: int | None = None) -> str:
    """Encode an object as `dumps` does, in a string.

    >>> import numpy as np
    >>> dumps_str(np.array([1, 2]))
    '[1,2]'
    """
    return dumps(obj, default, option).decode()


def encode(obj: Any, plan: Plan, answers: Answers) -> bytes:
    if issubclass(type(obj), ndarray):
        # Not by the hook: a fragment costs a copy of the text.
        try:
            text, builtins = write(obj, plan.style)
        except (Unsupported, JSONEncodeError):
            return _again(obj, plan, answers, JSONEncodeError())
        if text is not None:
            return text + b"\n" if plan.style.option & orjson.OPT_APPEND_NEWLINE else text
        obj = builtins
    hook = plan.counting if answers.default is None else _hook(plan.counting, answers)
    LEFT[0], LAST_LOOK[0] = CROWD, 0
    try:
        return orjson_dumps(obj, hook, plan.style.option)
    except JSONEncodeError as error:
        refusal = error.with_traceback(None)
    return _again(obj, plan, answers, refusal)


def _again(obj: Any, plan: Plan, answers: Answers, refusal: JSONEncodeError) -> bytes:
    """Encode a document that orjson did not finish: crowded, or with something in it that orjson raises for."""
    cause = refusal.__cause__
    crowded = type(cause) is Crowded
    if cause is not None and cause is not answers.failure:
        cause.__traceback__ = None  # its frames keep the document alive until the next garbage collection
    text = all_native(obj, plan.style, plan.is_small) if crowded and not answers.given else None
    if text is not None:
        return text
    if not crowded:
        raise_hidden(refusal, answers.failure)
    if not isinstance(refusal.__cause__, TypeError):
        answers.rewind()
        try:
            return orjson_dumps(obj, _hook(plan.convert, answers), plan.style.option | orjson.OPT_NON_STR_KEYS)
        except JSONEncodeError as error:
            refusal = error.with_traceback(None)
        raise_hidden(refusal, answers.failure)
    answers.rewind()
    return Walk(plan.convert, answers, plan.style.option).dumps(obj)
