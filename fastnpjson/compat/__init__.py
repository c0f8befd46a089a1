"""The face of the `json` module, for NumPy data and at orjson's speed: ``import fastnpjson.compat as json``.

What `json` encodes is encoded and reads back as the same values; NumPy arrays and scalars, as values and as keys,
become what `fastnpjson.dumps` makes of them. The text is a `str`, and differs from that of `json` in four things:

* separators are compact, ``","`` and ``":"``, where none are asked for;
* ``ensure_ascii`` is False where it is not asked for; a lone surrogate is escaped all the same;
* some floats have other exponents, or none: ``1e-7``, ``0.00001`` where `json` writes ``1e-07``, ``1e-05``;
* with ``indent=2`` an array of NumPy stays on one line.

Code that counts on ASCII, as to encode it in latin-1, asks for ``ensure_ascii=True``.

NaN and infinities, those of NumPy too, are the words ``NaN``, ``Infinity`` and ``-Infinity`` as in `json`, or with
``allow_nan=False`` a `ValueError`; NaT and masked values are `null`. ``default`` is asked for what neither `json` nor
NumPy knows: dates, UUIDs, enumerations and dataclasses, but no array, unless its dtype has no JSON (complex).

orjson writes the text where it means the same as `json`. `json` itself does, at its own speed, for other separators
and indents, for enumerations, UUIDs, integers beyond 64 bits, lone surrogates, NaN in the floats of Python, and where
there is no NumPy data and much for the default or many keys that are no strings.
"""

from __future__ import annotations

import json
from json import JSONDecodeError, JSONDecoder, decoder, detect_encoding, encoder, scanner
from typing import TYPE_CHECKING, Any, Final

from fastnpjson.compat import agreement
from fastnpjson.compat.json_encoder import JSONEncoder
from fastnpjson.compat.numpy_values import builtins, is_numpy

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import SupportsRead, SupportsWrite

__all__ = [
    "JSONDecodeError",
    "JSONDecoder",
    "JSONEncoder",
    "decoder",
    "detect_encoding",
    "dump",
    "dumps",
    "encoder",
    "load",
    "loads",
    "scanner",
]


JSONEncoder.__module__ = __name__
_default_encoder: Final = JSONEncoder()
_NAMES: Final = (
    "skipkeys",
    "ensure_ascii",
    "check_circular",
    "allow_nan",
    "indent",
    "separators",
    "default",
    "sort_keys",
)
_DEFAULTS: Final = (False, False, True, True, None, None, None, False)
_HOOKS: Final = ("object_hook", "parse_float", "parse_int", "parse_constant", "object_pairs_hook")


def _encoder(cls: type[json.JSONEncoder] | None, given: tuple[Any, ...], kw: dict[str, Any]) -> json.JSONEncoder:
    if cls is None and given == _DEFAULTS and not kw:
        return _default_encoder
    made = (cls or JSONEncoder)(**dict(zip(_NAMES, given, strict=True)), **kw)
    if isinstance(made, JSONEncoder) or not isinstance(made, json.JSONEncoder):
        return made
    ask = made.default

    def default_or_numpy(o: Any) -> Any:
        try:
            return ask(o)
        except TypeError:
            if not is_numpy(o):
                raise
        return builtins(o)

    made.default = default_or_numpy  # type: ignore[method-assign]
    return made


def dumps(
    obj: Any,
    *,
    skipkeys: bool = False,
    ensure_ascii: bool = False,
    check_circular: bool = True,
    allow_nan: bool = True,
    cls: type[json.JSONEncoder] | None = None,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    default: Callable[[Any], Any] | None = None,
    sort_keys: bool = False,
    **kw: Any,
) -> str:
    """Encode an object, with NumPy data anywhere in it, as `json.dumps` does.

    Args:
        obj: What `json.dumps` takes, and NumPy arrays and scalars.
        skipkeys: As for `JSONEncoder`, as all that follow but two.
        ensure_ascii: True to escape what is not ASCII.
        check_circular: True for a `ValueError`, False for a `RecursionError`.
        allow_nan: False for a `ValueError`, True for the words of `json`.
        cls: A subclass of `JSONEncoder`; or one of `json.JSONEncoder`, which is asked for NumPy data first.
        indent: None or 2 for orjson, all else for `json`.
        separators: ``(",", ":")``, or with an indent ``(",", ": ")``, where they are not given.
        default: Called for what neither json nor NumPy knows.
        sort_keys: True to sort the members of objects.
        **kw: For `cls`.

    Raises:
        TypeError: there is something in it that has no JSON.
        ValueError: it is circular, or NaN is not allowed.

    >>> import numpy as np
    >>> dumps({"x": np.arange(3), "y": float("nan"), 1: np.float32(0.1)})
    '{"x":[0,1,2],"y":NaN,"1":0.1}'
    >>> dumps({"x": np.arange(3)}, separators=(", ", ": "))
    '{"x": [0, 1, 2]}'
    """
    given = (skipkeys, ensure_ascii, check_circular, allow_nan, indent, separators, default, sort_keys)
    return _encoder(cls, given, kw).encode(obj)


def dump(
    obj: Any,
    fp: SupportsWrite[str],
    *,
    skipkeys: bool = False,
    ensure_ascii: bool = False,
    check_circular: bool = True,
    allow_nan: bool = True,
    cls: type[json.JSONEncoder] | None = None,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    default: Callable[[Any], Any] | None = None,
    sort_keys: bool = False,
    **kw: Any,
) -> None:
    """Write to a file for text what `dumps` returns; all other arguments are the same."""
    given = (skipkeys, ensure_ascii, check_circular, allow_nan, indent, separators, default, sort_keys)
    for chunk in _encoder(cls, given, kw).iterencode(obj):
        fp.write(chunk)


def loads(
    s: str | bytes | bytearray,
    *,
    cls: type[JSONDecoder] | None = None,
    object_hook: Callable[[dict[str, Any]], Any] | None = None,
    parse_float: Callable[[str], Any] | None = None,
    parse_int: Callable[[str], Any] | None = None,
    parse_constant: Callable[[str], Any] | None = None,
    object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None,
    **kw: Any,
) -> Any:
    """Decode a document as `json.loads` does, with the same arguments.

    orjson decodes where there is none but the document and no integer is beyond 64 bits, else `json`.

    Raises:
        JSONDecodeError: it is not JSON; a `ValueError`.

    >>> loads('{"x": [1, 2.5, NaN, 123456789012345678901]}')
    {'x': [1, 2.5, nan, 123456789012345678901]}
    """
    hooks = (object_hook, parse_float, parse_int, parse_constant, object_pairs_hook)
    # orjson refuses the words that are for parse_constant.
    if (cls, object_hook, parse_float, parse_int, object_pairs_hook) == (None,) * 5 and not kw:
        try:
            return agreement.loads(s)
        except (agreement.DifferenceError, AttributeError, TypeError, ValueError):
            pass  # json may take it, and if not, says why
    return json.loads(s, cls=cls, **dict(zip(_HOOKS, hooks, strict=True)), **kw)  # type: ignore[arg-type]


def load(
    fp: SupportsRead[str | bytes],
    *,
    cls: type[JSONDecoder] | None = None,
    object_hook: Callable[[dict[str, Any]], Any] | None = None,
    parse_float: Callable[[str], Any] | None = None,
    parse_int: Callable[[str], Any] | None = None,
    parse_constant: Callable[[str], Any] | None = None,
    object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None,
    **kw: Any,
) -> Any:
    """Decode the document that a file for text or bytes holds as `loads` does; all other arguments are the same."""
    hooks = (object_hook, parse_float, parse_int, parse_constant, object_pairs_hook)
    return loads(fp.read(), cls=cls, **dict(zip(_HOOKS, hooks, strict=True)), **kw)  # type: ignore[arg-type]
