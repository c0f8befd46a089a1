"""Flask and Quart: a JSON provider for NumPy data, with all that Flask documents about JSON.

Set it once, on the application; `jsonify`, returned dicts and lists, `flask.json`, sessions, ``|tojson`` and
`request.get_json` follow (https://flask.palletsprojects.com/en/stable/api/#module-flask.json)::

    app = Flask(__name__)
    app.json = JSONProvider(app)
"""

from __future__ import annotations

import enum
import json
import re
import uuid
from contextlib import suppress
from functools import partial
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Any, Final

import numpy as np

import fastnpjson
from fastnpjson._stdlib import PASSTHROUGH, builtin_or, exact_loads, members_of

try:
    from flask.json.provider import DefaultJSONProvider
except ImportError as _cause:
    raise ImportError("fastnpjson.flask needs Flask or Quart: pip install 'fastnpjson[flask]'") from _cause

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.sansio.response import Response

    Default = Callable[[Any], Any]

_KEYWORDS: Final = {"allow_nan", "check_circular", "default", "ensure_ascii", "indent", "separators", "sort_keys"}
# What orjson writes for an indent and separators; all other layouts are the business of json.
_LAYOUTS: Final = {
    (None, None): 0,
    (None, (",", ":")): 0,
    (2, None): fastnpjson.OPT_INDENT_2,
    (2, (",", ": ")): fastnpjson.OPT_INDENT_2,
}
_UNESCAPED: Final = re.compile(rb"[^\\]+")


class JSONProvider(DefaultJSONProvider):
    """A `flask.json.provider.DefaultJSONProvider` that knows NumPy and writes with orjson.

    Its attributes `default`, `ensure_ascii`, `sort_keys`, `compact` and `mimetype` are those of Flask, with Flask's
    values: set or override them in the same way. NumPy data is written before `default` is asked, dates of NumPy as
    ISO 8601. Other than Flask's, it writes NaN and infinities as ``null``, the JSON of RFC 8259 has none; `dumps`
    leaves no space after ``,`` and ``:`` unless `separators` asks for it; an enum without a `default` is its value.

    With `ensure_ascii`, Flask's default, text that is not ASCII is escaped, in a second pass over the document;
    without it the document is UTF-8 as it stands.
    """

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Serialize data as JSON to a string.

        Args:
            obj: The data to serialize.
            kwargs: Those of `json.dumps`. An indent other than 2 and separators other than ``(",", ":")`` cost the
                time that `json` needs to lay the document out; `cls` and `skipkeys` leave all of it to `json`.
        """
        kwargs["default"] = kwargs.get("default", self.default) or _decline
        if not kwargs.keys() <= _KEYWORDS:
            return super().dumps(obj, **kwargs | {"default": _numpy_first(kwargs["default"])})
        indent, separators = kwargs.pop("indent", None), kwargs.pop("separators", None)
        layout = _LAYOUTS.get((indent, separators and tuple(separators)))
        if layout is not None:
            return self._encode(obj, layout, **kwargs).decode()
        ensure_ascii = kwargs.pop("ensure_ascii", self.ensure_ascii)
        builtins = json.loads(self._encode(obj, 0, ensure_ascii=False, **kwargs))
        # A longdouble may be infinite as a float.
        return json.dumps(builtins, allow_nan=False, indent=indent, separators=separators, ensure_ascii=ensure_ascii)

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Deserialize data as JSON (RFC 8259) from a string or UTF-8 bytes, integers of any length exactly.

        Args:
            s: Text or UTF-8 bytes.
            kwargs: Those of `json.loads`, to which any of them leaves the document.

        Raises:
            ValueError: it is not JSON, as NaN is not; `flask.Request.get_json` answers with 400.
        """
        if kwargs:
            return super().loads(s, **kwargs)
        try:
            return exact_loads(s)
        except ValueError as error:
            refusal = error

        def refuse(_constant: str) -> Any:
            raise refusal

        try:
            return super().loads(s, parse_constant=refuse)
        except RecursionError:
            raise refusal from None

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Serialize the arguments as JSON straight into the bytes of a response.

        Args:
            args: A value, or several to be treated as a list; none at all is ``null``.
            kwargs: To be treated as a dict.
        """
        if type(self).dumps is not JSONProvider.dumps:
            return super().response(*args, **kwargs)
        obj = self._prepare_response_obj(args, kwargs)
        pretty = (self.compact is None and self._app.debug) or self.compact is False
        layout = fastnpjson.OPT_APPEND_NEWLINE | (fastnpjson.OPT_INDENT_2 if pretty else 0)
        body = self._encode(obj, layout, default=self.default)
        return self._app.response_class(body, mimetype=self.mimetype)  # type: ignore[arg-type]  # typed for sans-io

    def _encode(self, obj: Any, option: int, *, default: Default, **kwargs: Any) -> bytes:
        if kwargs.get("sort_keys", self.sort_keys):
            option |= fastnpjson.OPT_SORT_KEYS
        flasks = default is DefaultJSONProvider.default
        ask = default if flasks else lambda obj: _asked(default(obj), default)
        encoder = fastnpjson.Encoder(
            default=partial(builtin_or, ask), option=option | PASSTHROUGH, allow_nan=kwargs.get("allow_nan", True)
        )
        document = obj if flasks else _asked(obj, default)
        try:
            text = encoder.encode(document)
        except fastnpjson.JSONEncodeError as refusal:
            try:
                return self._by_json(document, option, default, kwargs)
            except (TypeError, ValueError, RecursionError):
                raise refusal from None
        return _escape(text) if kwargs.get("ensure_ascii", self.ensure_ascii) else text

    def _by_json(self, obj: Any, option: int, default: Default, kwargs: dict[str, Any]) -> bytes:
        """Encode what json escapes, and orjson refuses: text that is not Unicode, such as some names of files."""
        kwargs = kwargs | {"allow_nan": False, "default": _numpy_first(default), "separators": (",", ":")}
        if option & fastnpjson.OPT_INDENT_2:
            kwargs |= {"indent": 2, "separators": (",", ": ")}
        text = super().dumps(obj, **kwargs).encode()
        return text + b"\n" if option & fastnpjson.OPT_APPEND_NEWLINE else text


def _decline(_obj: Any) -> Any:
    raise TypeError


def _numpy_first(default: Default) -> Default:
    """Write NumPy data for json."""

    def hook(obj: Any) -> Any:
        if isinstance(obj, (np.ndarray, np.generic)):
            with suppress(fastnpjson.JSONEncodeError):
                return fastnpjson.default(obj)
        return default(obj)

    return hook


def _asked(obj: Any, default: Default) -> Any:
    """Ask an application's own default about UUIDs and enums, which orjson would write unasked."""
    if isinstance(obj, dict):
        return {key: _asked(value, default) for key, value in members_of(obj).items()}
    if isinstance(obj, (list, tuple)):
        return [_asked(item, default) for item in obj]
    if isinstance(obj, (uuid.UUID, enum.Enum)) and not isinstance(obj, (str, int, float)):
        return _asked(default(obj), default)
    return obj


def _escape(text: bytes) -> bytes:
    """Escape what is not ASCII: only text between quotes, so that the numbers cost next to nothing."""
    if text.isascii():
        return text
    return b'"'.join([part if part.isascii() else _UNESCAPED.sub(_escaped, part) for part in text.split(b'"')])


def _escaped(match: re.Match[bytes]) -> bytes:
    return encode_basestring_ascii(match[0].decode())[1:-1].encode()
