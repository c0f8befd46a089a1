"""The face of the `json` module, for NumPy data and at orjson's speed: ``import fastnpjson.compat as json``.

What `json` encodes is encoded and reads back as the same values; NumPy arrays and scalars, as values and as keys,
become what `fastnpjson.dumps` makes of them. The text is a `str`, and differs from that of `json` in four things:

* separators are compact, ``","`` and ``":"``, where none are asked for;
* ``ensure_ascii`` is False where it is not asked for; a lone surrogate is escaped all the same;
* floats have no padding in the exponent: ``1e16``, ``1e-7`` where `json` writes ``1e+16``, ``1e-07``;
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
import re
from functools import partial
from json import JSONDecodeError, JSONDecoder, decoder, detect_encoding, encoder, scanner
from typing import TYPE_CHECKING, Any, Final, Protocol

import orjson

import fastnpjson
from fastnpjson import _alike
from fastnpjson._alike import PASSTHROUGH, DifferenceError
from fastnpjson._answers import Answers
from fastnpjson._layers import NUMPY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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

_LAYOUTS: Final = {
    (None, ",", ":"): PASSTHROUGH,
    (2, ",", ": "): PASSTHROUGH | orjson.OPT_INDENT_2,
    ("  ", ",", ": "): PASSTHROUGH | orjson.OPT_INDENT_2,
}
_DEEPEST: Final = 254
_LEAVES: Final = frozenset({str, int, float, bool, type(None)})
# DEL is ASCII, and escaped by json all the same.
_ESCAPED: Final = re.compile(r"[^\x00-\x7e]+")


class _Readable(Protocol):
    def read(self) -> str | bytes: ...


class _Writable(Protocol):
    def write(self, text: str, /) -> object: ...


def _members(obj: Any) -> dict[Any, Any]:
    # json asks a subclass for its items, unless there are none in the dict itself.
    return dict(obj.items()) if dict.__len__(obj) else {}


_BUILTINS: Final[dict[type, Callable[[Any], Any]]] = {
    str: str.__str__,
    int: int.__pos__,
    float: float.__pos__,
    dict: _members,
    list: list,
    tuple: list,
}
_BASES: Final = tuple(_BUILTINS)


class JSONEncoder(json.JSONEncoder):
    """The `json.JSONEncoder` for NumPy data, at orjson's speed.

    Args:
        skipkeys: As in `json.JSONEncoder`, as all that follow; the keys that NumPy knows are not skipped.
        ensure_ascii: False, and not True as there, where it is not given; ``json.dumps(..., cls=)`` does give it.
        check_circular: A circular document raises `ValueError`, or without the check `RecursionError`.
        allow_nan: False to raise `ValueError` for NaN and infinities, those of NumPy too.
        sort_keys: Sort the members of objects.
        indent: None or 2 for orjson, all else for `json`.
        separators: ``(",", ":")``, or with an indent ``(",", ": ")``, where they are not given.
        default: Takes the place of the method `default`.

    >>> import numpy as np
    >>> class Encoder(JSONEncoder):
    ...     def default(self, o):
    ...         return sorted(o) if isinstance(o, set) else super().default(o)
    >>> json.dumps({"x": np.array([1.5, 2.5]), "seen": {3, 1}}, cls=Encoder)
    '{"x":[1.5,2.5],"seen":[1,3]}'
    """

    item_separator: str = ","
    key_separator: str = ":"

    def __init__(
        self,
        *,
        skipkeys: bool = False,
        ensure_ascii: bool = False,
        check_circular: bool = True,
        allow_nan: bool = True,
        sort_keys: bool = False,
        indent: int | str | None = None,
        separators: tuple[str, str] | None = None,
        default: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__(
            skipkeys=skipkeys,
            ensure_ascii=ensure_ascii,
            check_circular=check_circular,
            allow_nan=allow_nan,
            sort_keys=sort_keys,
            indent=indent,
            separators=separators,
            default=default,
        )
        if indent is not None and separators is None:
            self.key_separator = ": "

    def default(self, o: Any) -> Any:
        """Return what is encoded in the place of an object that neither json nor NumPy knows.

        Raises:
            TypeError: always; subclasses return something, and call this for what they do not know either.
        """
        return _alike.builtins(o) if isinstance(o, NUMPY) else super().default(o)

    def encode(self, o: Any) -> str:
        """Encode an object as a document.

        Raises:
            TypeError: there is something in it that has no JSON.
            ValueError: it is circular, or NaN is not allowed.
        """
        if type(self).iterencode is not JSONEncoder.iterencode:
            return super().encode(o)
        answers = Answers(self._ask)
        text: str | None
        try:
            text = self._by_orjson(o, answers).decode()
        except Exception:  # json may take it, and if not, the error is its own, with the notes that newer ones add
            text = None
        if text is None:
            answers.rewind()
            text = self._by_json(o, answers)
        if self.ensure_ascii and not (text.isascii() and "\x7f" not in text):
            return _ESCAPED.sub(lambda match: encoder.encode_basestring_ascii(match[0])[1:-1], text)
        if text.isascii():
            return text
        # How Python replaces a lone surrogate is its escape in JSON, too.
        return text.encode(errors="backslashreplace").decode()

    def iterencode(self, o: Any, _one_shot: bool = False) -> Iterator[str]:
        """Encode an object as a document, in one piece."""
        yield self.encode(o)

    def _ask(self, obj: Any) -> Any:
        if issubclass(type(obj), _BASES):
            return next(convert(obj) for base, convert in _BUILTINS.items() if issubclass(type(obj), base))
        return self.default(obj)

    def _by_orjson(self, obj: Any, answers: Answers) -> bytes:
        option = _LAYOUTS.get((self.indent, self.item_separator, self.key_separator))
        if option is None:
            raise DifferenceError
        sort = orjson.OPT_SORT_KEYS if self.sort_keys else 0
        try:
            text, found, nan = _alike.survey(obj, option | sort, answers.ask)
        except orjson.JSONEncodeError:
            answers.rewind()
            if _alike.needs_json(obj):
                raise DifferenceError from None
            obj, sort = self._with_text_keys(obj), 0
            text, found, nan = _alike.survey(obj, option, answers.ask)
            if self.sort_keys and answers.given:
                raise DifferenceError from None  # replies are not sorted
        if nan and not self.allow_nan:
            raise DifferenceError
        if not found:
            return text
        ask = answers.ask if answers.given else None
        answers.rewind()
        if not nan:
            return fastnpjson.dumps(obj, ask, option | sort)

        def hook(item: Any) -> Any:
            return orjson.Fragment(_alike.text(item)) if _alike.is_numpy(item) else answers.ask(item)

        return orjson.dumps(obj, hook, option | sort)

    def _by_json(self, obj: Any, answers: Answers) -> str:
        answers.default, ask = self.default, answers.ask  # json knows all of _BUILTINS

        def hook(item: Any) -> Any:
            known = issubclass(type(item), NUMPY) and _alike.is_numpy(item)
            return _alike.builtins(item) if known else ask(item)

        def write(keyed: Callable[[Any], Any] | None, *, sort: bool) -> str:
            return json.JSONEncoder(
                skipkeys=self.skipkeys,
                ensure_ascii=self.ensure_ascii,
                check_circular=self.check_circular,
                allow_nan=self.allow_nan,
                sort_keys=sort,
                indent=self.indent,
                separators=(self.item_separator, self.key_separator),
                default=(lambda item: keyed(hook(item))) if keyed else hook,
            ).encode(keyed(obj) if keyed else obj)

        as_it_is = partial(write, None, sort=self.sort_keys)
        with_text_keys = partial(write, self._with_text_keys, sort=False)
        # json would skip the keys of NumPy.
        first, second = (with_text_keys, as_it_is) if self.skipkeys else (as_it_is, with_text_keys)
        try:
            return first()
        except (TypeError, DifferenceError) as error:
            refusal = error
        answers.rewind()
        try:
            return second()
        except DifferenceError:
            raise refusal from None

    def _with_text_keys(self, obj: Any, depth: int = 0) -> Any:
        """Copy the containers of a document, with keys as json writes them, sorted as json sorts them.

        Raises:
            DifferenceError: two keys have the same text, one has none, or it is a cycle.
        """
        if depth > _DEEPEST:
            raise DifferenceError
        if issubclass(type(obj), (list, tuple)):
            return [item if type(item) in _LEAVES else self._with_text_keys(item, depth + 1) for item in obj]
        if not issubclass(type(obj), dict):
            return obj
        members: dict[str, Any] = {}
        items = _members(obj).items()
        for key, item in sorted(items) if self.sort_keys else items:
            text = key if type(key) is str else self._key(key)
            if text in members:
                raise DifferenceError
            if text is not None:
                members[text] = item if type(item) in _LEAVES else self._with_text_keys(item, depth + 1)
        return members

    def _key(self, key: Any) -> str | None:
        if type(key) is int:
            return int.__repr__(key)
        if _alike.is_numpy(key):
            key = _alike.builtins(key)
        if isinstance(key, str):
            return str.__str__(key)
        if key is None or isinstance(key, (int, float)):
            return json.dumps(key, allow_nan=self.allow_nan)
        if not self.skipkeys:
            raise DifferenceError
        return None


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
            if not _alike.is_numpy(o):
                raise
        return _alike.builtins(o)

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
    fp: _Writable,
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
            return _alike.loads(s)
        except (DifferenceError, ValueError, TypeError, AttributeError):  # json may take it, and if not, says why
            pass
    return json.loads(s, cls=cls, **dict(zip(_HOOKS, hooks, strict=True)), **kw)  # type: ignore[arg-type]


def load(
    fp: _Readable,
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
