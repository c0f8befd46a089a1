"""The encoder of `fastnpjson.compat`: orjson where it means what `json` means, else `json`."""

from __future__ import annotations

import json
import re
from functools import partial
from json import encoder
from typing import TYPE_CHECKING, Any, Final

import orjson

from fastnpjson._documents.caller_default import Answers
from fastnpjson._documents.dumps import dumps
from fastnpjson._documents.layers import NUMPY_TYPES
from fastnpjson._stdlib import PASSTHROUGH, builtin_or
from fastnpjson.compat import numpy_values
from fastnpjson.compat.agreement import DifferenceError, needs_json, survey
from fastnpjson.compat.keys import with_text_keys
from fastnpjson.compat.numpy_values import builtins, is_numpy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LAYOUTS: Final = {
    (None, ",", ":"): PASSTHROUGH,
    (2, ",", ": "): PASSTHROUGH | orjson.OPT_INDENT_2,
    ("  ", ",", ": "): PASSTHROUGH | orjson.OPT_INDENT_2,
}
# DEL is ASCII, and escaped by json all the same.
_ESCAPED: Final = re.compile(r"[^\x00-\x7e]+")


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
        return builtins(o) if isinstance(o, NUMPY_TYPES) else super().default(o)

    def encode(self, o: Any) -> str:
        """Encode an object as a document.

        Raises:
            TypeError: there is something in it that has no JSON.
            ValueError: it is circular, or NaN is not allowed.
        """
        if type(self).iterencode is not JSONEncoder.iterencode:
            return super().encode(o)
        return self._text(o)

    def iterencode(self, o: Any, _one_shot: bool = False) -> Iterator[str]:
        """Encode an object as a document, in one piece."""
        yield self._text(o)

    def _text(self, o: Any) -> str:
        answers = Answers(partial(builtin_or, self.default))
        try:
            text = self._by_orjson(o, answers).decode()
        except Exception:  # json may take it, and if not, the error is its own, with the notes that newer ones add
            text = ""
        if not text:
            answers.rewind()
            text = self._by_json(o, answers)
        if self.ensure_ascii and not (text.isascii() and "\x7f" not in text):
            return _ESCAPED.sub(lambda match: encoder.encode_basestring_ascii(match[0])[1:-1], text)
        if text.isascii():
            return text
        # How Python replaces a lone surrogate is its escape in JSON, too.
        return text.encode(errors="backslashreplace").decode()

    def _by_orjson(self, obj: Any, answers: Answers) -> bytes:
        option = _LAYOUTS.get((self.indent, self.item_separator, self.key_separator))
        if option is None:
            raise DifferenceError
        sort = orjson.OPT_SORT_KEYS if self.sort_keys else 0
        try:
            text, found, nan = survey(obj, option | sort, answers.ask)
        except orjson.JSONEncodeError:
            answers.rewind()
            if needs_json(obj):
                raise DifferenceError from None
            obj, sort = with_text_keys(self, obj), 0
            text, found, nan = survey(obj, option, answers.ask)
            if self.sort_keys and answers.given:
                raise DifferenceError from None  # replies are not sorted
        if nan and not self.allow_nan:
            raise DifferenceError
        if not found:
            return text
        ask = answers.ask if answers.given else None
        answers.rewind()
        if not nan:
            return dumps(obj, ask, option | sort)

        def hook(item: Any) -> Any:
            return orjson.Fragment(numpy_values.text(item)) if is_numpy(item) else answers.ask(item)

        return orjson.dumps(obj, hook, option | sort)

    def _by_json(self, obj: Any, answers: Answers) -> str:
        answers.default, ask = self.default, answers.ask  # json knows its builtins

        def hook(item: Any) -> Any:
            return builtins(item) if is_numpy(item) else ask(item)

        def as_it_is() -> str:
            return self._stdlib(hook, sort_keys=self.sort_keys).encode(obj)

        def with_keys() -> str:
            keyed = partial(with_text_keys, self)
            return self._stdlib(lambda item: keyed(hook(item)), sort_keys=False).encode(keyed(obj))

        # json would skip the keys of NumPy.
        first, second = (with_keys, as_it_is) if self.skipkeys else (as_it_is, with_keys)
        try:
            return first()
        except (TypeError, DifferenceError) as error:
            refusal = error
        answers.rewind()
        try:
            return second()
        except DifferenceError:
            raise refusal from None

    def _stdlib(self, default: Callable[[Any], Any], *, sort_keys: bool) -> json.JSONEncoder:
        return json.JSONEncoder(
            skipkeys=self.skipkeys,
            ensure_ascii=self.ensure_ascii,
            check_circular=self.check_circular,
            allow_nan=self.allow_nan,
            sort_keys=sort_keys,
            indent=self.indent,
            separators=(self.item_separator, self.key_separator),
            default=default,
        )
