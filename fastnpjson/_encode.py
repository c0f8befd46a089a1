"""`dumps` and `Encoder`: the one place that calls orjson on a document."""

from __future__ import annotations

from functools import lru_cache
from operator import index
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import orjson
from orjson import JSONEncodeError
from orjson import dumps as orjson_dumps

from fastnpjson._answers import Answers
from fastnpjson._arrays import NATIVE, NATIVE_SCALARS, NUMPY, UNKNOWN, Style, Unsupported, converter, write
from fastnpjson._recover import Walk

if TYPE_CHECKING:
    from fastnpjson._arrays import Convert

# A document with this many scalars and arrays smaller than this is encoded in another way.
_CROWD: Final = 64
_SMALL: Final = 256
# How many of them the running call still writes one by one. Threads that race for this number
# lose some time, and not a byte.
_left = 0


class _Crowded(Exception):
    """Stops orjson on a document that is crowded with small NumPy objects."""


class _Plan(NamedTuple):
    """What can be made ahead of all documents: flags for orjson, and the hooks of a call without default."""

    style: Style
    option: int
    convert: Convert
    hook: Convert
    counting: Convert


# Typed, for True is not 1 to orjson.
@lru_cache(maxsize=None, typed=True)
def _plan(option: int | None, decimals: int | None = None) -> _Plan:
    orjson_dumps(None, None, option)  # raises for what is not an option
    style = Style((option or 0) & ~NUMPY, decimals)
    convert = converter(style)
    hook = _hook(convert, _decline)
    return _Plan(style, style.option, convert, hook, _counting(hook))


def _decline(_obj: Any) -> Any:
    raise TypeError


def _hook(convert: Convert, ask: Convert) -> Convert:
    def hook(obj: Any) -> Any:
        reply = convert(obj)
        return ask(obj) if reply is UNKNOWN else reply

    return hook


def _counting(hook: Convert) -> Convert:
    def counting(obj: Any) -> Any:
        global _left
        if type(obj) is not np.ndarray or obj.size < _SMALL:
            _left -= 1
            if not _left:
                raise _Crowded
        return hook(obj)

    return counting


_PLAIN: Final = _plan(None)
_plain_hook: Final = _PLAIN.counting


def dumps(obj: Any, /, default: Convert | None = None, option: int | None = None) -> bytes:
    """Encode an object, with NumPy data anywhere in it, as JSON.

    Args:
        obj: What `orjson.dumps` takes, and NumPy arrays and scalars of any layout.
        default: Called for what neither orjson nor fastnpjson knows; returns something that they know, or raises.
        option: orjson's flags; `OPT_SERIALIZE_NUMPY` is always on.

    Returns:
        JSON (RFC 8259) in UTF-8. NaN and infinities are `null`.

    Raises:
        JSONEncodeError: names the JSON path, the type and the dtype of what has no JSON; it is a `TypeError`.

    >>> dumps({"x": np.arange(6.0)[::2], "when": np.datetime64("2020-01-02", "7D")})
    b'{"x":[0.0,2.0,4.0],"when":"2020-01-02T00:00:00"}'
    """
    global _left
    if default is not None or option is not None:
        return _encode(obj, _plan(option), Answers(default))
    if type(obj) is np.ndarray:
        if obj.dtype in NATIVE:
            try:
                return orjson_dumps(obj, None, NUMPY)
            except JSONEncodeError:  # not contiguous, or without dimensions
                pass
        return _encode(obj, _PLAIN, Answers(None))
    _left = _CROWD
    try:
        return orjson_dumps(obj, _plain_hook)
    except JSONEncodeError as error:
        refusal = error.with_traceback(None)
    return _again(obj, _PLAIN, Answers(None), refusal)


def dumps_str(obj: Any, /, default: Convert | None = None, option: int | None = None) -> str:
    """Encode an object as `dumps` does, in a string.

    >>> dumps_str(np.array([1, 2]))
    '[1,2]'
    """
    return dumps(obj, default, option).decode()


def default(obj: Any, /) -> Any:
    """Turn a NumPy object into builtins: the hook for other encoders.

    Args:
        obj: A NumPy array or scalar.

    Returns:
        A list, a dict, a string, a number or `None`, which read back as the JSON of `dumps` does.

    Raises:
        TypeError: it is something else, or has no JSON.

    >>> import json
    >>> json.dumps({"x": np.float32(0.1)}, default=default)
    '{"x": 0.1}'
    """
    if type(obj) is np.ndarray and obj.dtype == object:
        return obj.tolist()
    return orjson.loads(dumps(obj))


class Encoder:
    """An encoder with its settings made once, for a hot path or for what `dumps` has no parameter for.

    Args:
        default: As for `dumps`.
        option: As for `dumps`.
        allow_nan: False to raise `ValueError` for NaN and infinities. Masked values and NaT stay `null`.
        decimals: Round the floats of NumPy, but not those of Python, to as many decimals, as `numpy.round` does.
        unchecked: Trust orjson with all native arrays and scalars, for callers who know that there is no
            ``datetime64`` in the document: nothing is vetted, the text of a float16 and the layout of
            `OPT_INDENT_2` are orjson's, too.

    Raises:
        ValueError: `decimals` is not in 0 to 22, or given together with `unchecked`.

    >>> Encoder(decimals=2).encode({"pi": np.array([np.pi]), "e": 2.718281828})
    b'{"pi":[3.14],"e":2.718281828}'
    """

    __slots__ = ("_allow_nan", "_default", "_plan", "_unchecked")

    def __init__(
        self,
        *,
        default: Convert | None = None,
        option: int | None = None,
        allow_nan: bool = True,
        decimals: int | None = None,
        unchecked: bool = False,
    ) -> None:
        # 10**22 is the largest power of ten that is exact in a float64.
        if decimals is not None and not 0 <= index(decimals) <= 22:
            raise ValueError(f"decimals must be in 0 to 22, not {decimals}")
        if decimals is not None and unchecked:
            raise ValueError("decimals needs the checks that unchecked=True leaves out")
        self._plan = _plan(option, decimals)
        self._default = default
        self._allow_nan = allow_nan
        self._unchecked = self._plan.option | NUMPY if unchecked else None

    def encode(self, obj: Any, /) -> bytes:
        """Encode an object; what it returns and raises is as for `dumps`."""
        if self._unchecked is not None and self._default is None and self._allow_nan:
            try:
                return orjson_dumps(obj, self._plan.hook, self._unchecked)
            except JSONEncodeError:  # a key, a byte order, or an error to be explained
                pass
        answers = Answers(self._default)
        text = _encode(obj, self._plan, answers)
        if not self._allow_nan and b"null" in text:
            answers.rewind()
            Walk(self._plan.convert, answers, self._plan.option, allow_nan=False).dumps(obj)
        return text


def _encode(obj: Any, plan: _Plan, answers: Answers) -> bytes:
    global _left
    text = _document_array(obj, plan) if issubclass(type(obj), np.ndarray) else None
    if text is not None:
        return text
    hook = plan.counting if answers.default is None else _counting(_hook(plan.convert, answers.ask))
    _left = _CROWD
    try:
        return orjson_dumps(obj, hook, plan.option)
    except JSONEncodeError as error:
        refusal = error.with_traceback(None)
    return _again(obj, plan, answers, refusal)


def _document_array(array: Any, plan: _Plan) -> bytes | None:
    """Write a document that is an array; a fragment would cost a copy of the text."""
    try:
        text = write(array, plan.style)
    except (Unsupported, JSONEncodeError):
        return None
    if type(text) is not bytes:
        return None
    return text + b"\n" if plan.option & orjson.OPT_APPEND_NEWLINE else text


def _again(obj: Any, plan: _Plan, answers: Answers, refusal: JSONEncodeError) -> bytes:
    """Encode a document that orjson did not finish: crowded, or with something in it that orjson raises for."""
    crowded = type(refusal.__cause__) is _Crowded
    text = _all_native(obj, plan) if crowded and not answers.given else None
    if text is not None:
        return text
    if crowded or refusal.__cause__ is None:
        answers.rewind()
        try:
            return orjson_dumps(obj, _hook(plan.convert, answers.ask), plan.option | orjson.OPT_NON_STR_KEYS)
        except JSONEncodeError as error:
            refusal = error.with_traceback(None)
    cause = refusal.__cause__
    if cause is not None and not isinstance(cause, TypeError):
        raise cause
    answers.rewind()
    return Walk(plan.convert, answers, plan.option).dumps(obj)


def _all_native(obj: Any, plan: _Plan) -> bytes | None:
    """Let orjson write all the NumPy objects of a document, provided that it writes each of them right."""
    if plan.style.decimals is not None or plan.option & (orjson.OPT_INDENT_2 | orjson.OPT_STRICT_INTEGER):
        return None
    found: list[Any] = []
    try:
        orjson_dumps(obj, found.append, plan.option)
        if not set(map(type, found)) <= NATIVE_SCALARS | {np.ndarray}:
            return None
        if not {array.dtype for array in found if type(array) is np.ndarray} <= NATIVE:
            return None
        return orjson_dumps(obj, plan.hook, plan.option | NUMPY)
    except JSONEncodeError:
        return None
