"""The encoder of `fastnpjson.compat`: orjson where it means what `json` means, else `json`."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from fastnpjson._arrays.dtypes import NUMPY_TYPES
from fastnpjson._documents import two_pass
from fastnpjson._documents.advice import JSON, Door
from fastnpjson._documents.common import is_common
from fastnpjson._documents.convert import NeedsWalk
from fastnpjson._documents.survey import Kind, survey
from fastnpjson._json.keys import NeedsJson, text_by_json, with_text_keys
from fastnpjson._json.numpy_values import builtins, is_numpy
from fastnpjson._json.places import Refused, with_path
from fastnpjson._json.rules import REPLACED, JSONMeaning, JSONReplies, make_layout_rules, with_text
from fastnpjson._json.text import escape, escape_surrogates, with_fragments
from fastnpjson._json.worthwhile import json_is_faster
from fastnpjson._patch import json, orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


# Where NaN may be: it has a word, and orjson would write null.
_HAS_WORDS: Final = Kind.NATIVE_NONFINITE | Kind.OTHER_NUMPY


def by_orjson(obj: Any, encoder: json.JSONEncoder, meaning: JSONMeaning, default: JSONReplies, nulls: int = 0) -> bytes:
    """Encode a document by orjson.

    Args:
        obj: The document.
        encoder: Whose layout it has.
        meaning: What shapes the text besides.
        default: Of the encoder.
        nulls: The kinds of NaN for which `null` is written.

    Raises:
        NeedsJson: json is to encode it, as it is after many other errors.
    """
    rules = make_layout_rules(encoder.indent, encoder.item_separator, encoder.key_separator, meaning)
    if rules is None:
        raise NeedsJson
    found = survey(obj) & ~nulls
    if found & REPLACED and rules.replacements is not None:
        obj, rules = two_pass.replaced(obj, rules, rules.replacements)
    rules = rules.for_replies or rules if found & _HAS_WORDS and not nulls else rules
    written = two_pass.collect(obj, rules.option, rules.natively)
    if json_is_faster(obj, written, ensure_ascii=encoder.ensure_ascii):
        raise NeedsJson
    return two_pass.dumps(obj, rules, default, written)


class JSONEncoder(json.JSONEncoder):
    """A `json.JSONEncoder` for NumPy data, at orjson's speed.

    Args:
        skipkeys: Leave out members whose key is not a str, int, float, bool, None or NumPy scalar.
        ensure_ascii: Escape text that is not ASCII. If it is not given, only lone surrogates are escaped, for they have
            no UTF-8; False escapes nothing. ``json.dumps(..., cls=)`` gives True.
        check_circular: Raise `ValueError` for a circular document; without the check it is `RecursionError`.
        allow_nan: Write ``NaN`` and ``Infinity`` as `json` does; otherwise raise `ValueError`.
        sort_keys: Sort the members of objects.
        indent: As for `json.dumps`. orjson can only write documents with None or 2.
        separators: By default ``(",", ":")``, or with an indent ``(",", ": ")``.
        default: Replaces the method `default`.

    >>> import numpy as np
    >>> class Encoder(JSONEncoder):
    ...     def default(self, o):
    ...         return sorted(o) if isinstance(o, set) else super().default(o)
    >>> json.dumps({"x": np.array([1.5, 2.5]), "seen": {3, 1}}, cls=Encoder)
    '{"x":[1.5,2.5],"seen":[1,3]}'
    """

    item_separator: str = ","
    key_separator: str = ":"
    _nulls: ClassVar[int] = 0  # the kinds of NaN for which a subclass writes null
    _door: ClassVar[Door] = JSON  # the ways out that errors name

    def __init__(
        self,
        *,
        skipkeys: bool = False,
        ensure_ascii: bool | None = None,
        check_circular: bool = True,
        allow_nan: bool = True,
        sort_keys: bool = False,
        indent: int | str | None = None,
        separators: tuple[str, str] | None = None,
        default: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__(
            skipkeys=skipkeys,
            ensure_ascii=ensure_ascii,  # type: ignore[arg-type]
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
        """Return an object to be encoded instead of one that neither json nor NumPy knows.

        Subclasses override it, and call it for objects that they do not know either.

        Raises:
            TypeError: always.
        """
        return builtins(o) if isinstance(o, NUMPY_TYPES) else self._decline(o)

    def _decline(self, o: Any) -> Any:
        """Ask the next class, which for json itself is an error; it names `common`, if that takes the object."""
        try:
            return super().default(o)
        except TypeError as error:
            if type(error) is not TypeError or not is_common(o):
                raise
            raise TypeError(f"{error}; {self._door.common}") from None

    def encode(self, o: Any) -> str:
        """Encode an object as a document.

        Raises:
            TypeError: an object in the document has no JSON.
            ValueError: the document is circular, or has NaN where it is not allowed.
        """
        if type(self).iterencode is not JSONEncoder.iterencode:
            return super().encode(o)
        return self._text(o)

    def iterencode(self, o: Any, _one_shot: bool = False) -> Iterator[str]:
        """Encode an object as a document, in one piece."""
        yield self._text(o)

    def _text(self, o: Any) -> str:
        with JSONReplies(self.default) as default:
            try:
                utf8 = self._by_orjson(o, default)
            except Exception:  # json may take it, and if not, the error is its own, with the notes that newer ones add
                utf8 = b""
            if utf8:
                return (escape(utf8) if self.ensure_ascii else utf8).decode()
            default.rewind()
            try:
                text = self._by_json(o, default)
            except Refused as error:
                raise with_path(error, o, default.refused) from None
            default.check()
        return escape_surrogates(text) if self.ensure_ascii is None else text

    def _by_orjson(self, obj: Any, default: JSONReplies) -> bytes:
        return by_orjson(obj, self, self._meaning(), default, self._nulls if self.allow_nan else 0)

    def _meaning(self) -> JSONMeaning:
        return JSONMeaning(self.allow_nan, self.sort_keys, self.skipkeys, bool(self._nulls and self.allow_nan))

    def _by_json(self, obj: Any, default: JSONReplies) -> str:
        def as_it_is() -> str:
            return self._stdlib(obj, self._hook(default), sort_keys=self.sort_keys)

        def with_keys() -> str:
            text = partial(text_by_json, allow_nan=self.allow_nan, skipkeys=self.skipkeys)
            hook, keyed = self._hook(default), partial(with_text_keys, text_of=text, sorts=self.sort_keys)
            return self._stdlib(keyed(obj), lambda item: keyed(hook(item)), sort_keys=False)

        with suppress(NeedsJson, NeedsWalk):
            obj = with_text(obj, self._meaning())
        # json would skip the keys of NumPy.
        first, second = (with_keys, as_it_is) if self.skipkeys else (as_it_is, with_keys)
        try:
            return first()
        except (TypeError, NeedsJson) as error:
            if default.raised(error):
                raise  # with the notes of json, which a second attempt would give it again
            refusal = error
        default.rewind()
        try:
            return second()
        except NeedsJson:
            raise refusal from None
        finally:
            del refusal  # or it would refer to itself, by its traceback

    def _hook(self, default: JSONReplies) -> Callable[[Any], Any]:
        """Make the hook that json calls, which asks the default about what neither json nor NumPy knows."""
        own = "default" in vars(self) or type(self).default is not JSONEncoder.default
        # The method of this class itself is about nothing but NumPy data.
        ask = default.default if own else self._decline
        given, others, again = default.log, set[type](), bool(default.log)

        def hook(item: Any) -> Any:
            kind = type(item)
            if kind is orjson.Fragment:
                return item
            try:
                if kind not in others and is_numpy(item):
                    return builtins(item)
                if again:
                    return default.ask(item)
                reply = ask(item) if kind in others else default.reply(item)
            except TypeError as error:
                default.keep_error(item, error)
                default.refused = item if type(error) is Refused else default.refused
                raise
            if not issubclass(kind, NUMPY_TYPES):
                others.add(kind)
            given.append((item, reply))
            return reply

        return hook

    def _stdlib(self, obj: Any, default: Callable[[Any], Any], *, sort_keys: bool) -> str:
        def encode(hook: Callable[[Any], Any]) -> str:
            return json.JSONEncoder(
                skipkeys=self.skipkeys,
                ensure_ascii=self.ensure_ascii,
                check_circular=self.check_circular,
                allow_nan=self.allow_nan,
                sort_keys=sort_keys,
                indent=self.indent,
                separators=(self.item_separator, self.key_separator),
                default=hook,
            ).encode(obj)

        return with_fragments(encode, default, ensure_ascii=self.ensure_ascii)
