"""The interface of the `json` module, with NumPy data and at orjson's speed: ``import fastnpjson.compat as json``.

Everything that `json` encodes reads back as the same values. NumPy arrays and scalars, also as keys, are written as by
`fastnpjson.dumps`. The text is a `str`, and differs from that of `json` in four points:

* separators are ``","`` and ``":"`` if none are given;
* text that is not ASCII is not escaped if ``ensure_ascii`` is not given, but for lone surrogates;
* some floats have other exponents: ``1e-7`` and ``0.00001`` where `json` writes ``1e-07`` and ``1e-05``;
* with ``indent=2``, a NumPy array stays on one line where orjson writes the document.

Code that needs ASCII passes ``ensure_ascii=True``.

NaN and infinities are ``NaN``, ``Infinity`` and ``-Infinity``, in arrays too, or raise `ValueError` with
``allow_nan=False``. NaT and masked values are ``null``. ``default`` is called for dates, UUIDs, enums and dataclasses,
but not for NumPy data, unless its dtype has no JSON (complex).

orjson writes a document where it means the same as `json`. `json` writes it, at its own speed, for other separators and
indents, for lone surrogates, and with ``ensure_ascii=True`` for documents without NumPy data that are full of escapes.
"""

from __future__ import annotations

from contextlib import suppress
from json import JSONDecodeError, JSONDecoder, decoder, detect_encoding, encoder, scanner
from typing import TYPE_CHECKING, Any, Final

from fastnpjson._json.foreign_encoder import ForeignEncoder
from fastnpjson._json.json_encoder import JSONEncoder
from fastnpjson._patch import json, orjson
from fastnpjson._reading.exact import may_have_huge_integers

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
_unicode_encoder: Final = JSONEncoder(ensure_ascii=False)
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
_DEFAULTS: Final = (False, None, True, True, None, None, None, False)
_UNICODE: Final = (False, False, *_DEFAULTS[2:])
_HOOKS: Final = ("object_hook", "parse_float", "parse_int", "parse_constant", "object_pairs_hook")


def _encoder(
    cls: type[json.JSONEncoder] | None, given: tuple[Any, ...], kw: dict[str, Any]
) -> json.JSONEncoder | ForeignEncoder:
    if cls is None and not kw:
        if given == _DEFAULTS:
            return _default_encoder
        if given == _UNICODE:
            return _unicode_encoder
    made = (cls or JSONEncoder)(**dict(zip(_NAMES, given, strict=True)), **kw)
    if isinstance(made, JSONEncoder) or not isinstance(made, json.JSONEncoder):
        return made
    return ForeignEncoder(made, has_separators=given[5] is not None)


def dumps(
    obj: Any,
    *,
    skipkeys: bool = False,
    ensure_ascii: bool | None = None,
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
        obj: Anything that `json.dumps` takes, and NumPy arrays and scalars.
        skipkeys: Leave out members whose key is not a str, int, float, bool, None or NumPy scalar.
        ensure_ascii: Escape text that is not ASCII. If it is not given, only lone surrogates are escaped, for they have
            no UTF-8; False escapes nothing.
        check_circular: Raise `ValueError` for a circular document; without the check it is `RecursionError`.
        allow_nan: Write ``NaN`` and ``Infinity`` as `json` does; otherwise raise `ValueError`.
        cls: A subclass of `JSONEncoder`, or one of `json.JSONEncoder`. The latter is asked for NumPy data first, and
            keeps the speed of orjson if it overrides `default` alone.
        indent: As for `json.dumps`. orjson can only write documents with None or 2.
        separators: By default ``(",", ":")``, or with an indent ``(",", ": ")``.
        default: Called for objects that neither json nor NumPy knows.
        sort_keys: Sort the members of objects.
        **kw: Arguments for `cls`.

    Raises:
        TypeError: an object in the document has no JSON.
        ValueError: the document is circular, or has NaN where it is not allowed.

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
    ensure_ascii: bool | None = None,
    check_circular: bool = True,
    allow_nan: bool = True,
    cls: type[json.JSONEncoder] | None = None,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    default: Callable[[Any], Any] | None = None,
    sort_keys: bool = False,
    **kw: Any,
) -> None:
    """Write a document to a text file; the other arguments are those of `dumps`."""
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
    array_hook: Callable[[list[Any]], Any] | None = None,
    **kw: Any,
) -> Any:
    """Decode a document as `json.loads` does, with the same arguments; ``array_hook`` needs Python 3.15.

    orjson decodes it if there are no other arguments and no integers beyond 64 bits, otherwise `json` does.

    Raises:
        JSONDecodeError: the document is not JSON. It is a `ValueError`.

    >>> loads('{"x": [1, 2.5, NaN, 123456789012345678901]}')
    {'x': [1, 2.5, nan, 123456789012345678901]}
    """
    hooks = (object_hook, parse_float, parse_int, parse_constant, object_pairs_hook)
    if array_hook is not None:
        kw["array_hook"] = array_hook
    # orjson refuses the words that are for parse_constant.
    if (cls, object_hook, parse_float, parse_int, object_pairs_hook) == (None,) * 5 and not kw:
        # json may take what orjson refuses, and if not, says why.
        with suppress(AttributeError, TypeError, ValueError):
            if not may_have_huge_integers(s.encode() if isinstance(s, str) else s):
                return orjson.loads(s)
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
    array_hook: Callable[[list[Any]], Any] | None = None,
    **kw: Any,
) -> Any:
    """Decode the document in a text or binary file; the other arguments are those of `loads`."""
    hooks = (object_hook, parse_float, parse_int, parse_constant, object_pairs_hook)
    return loads(fp.read(), cls=cls, array_hook=array_hook, **dict(zip(_HOOKS, hooks, strict=True)), **kw)  # type: ignore[arg-type]
