"""Flask and Quart: a JSON provider for NumPy data, with all that Flask documents about JSON.

Set it once, on the application; `jsonify`, returned dicts and lists, `flask.json`, sessions, ``|tojson`` and
`request.get_json` follow (https://flask.palletsprojects.com/en/stable/api/#module-flask.json)::

    app = Flask(__name__)
    app.json = JSONProvider(app)
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import fastnpjson
from fastnpjson._json.framework_encoder import FrameworkEncoder
from fastnpjson._json.meaning import LAYOUTS, OTHER_OF_FLASK, OWN_OF_FLASK
from fastnpjson._json.subclasses import PASSTHROUGH
from fastnpjson._reading.exact import exact_loads

try:
    from flask.json.provider import DefaultJSONProvider
except ImportError as _cause:
    raise ImportError("fastnpjson.flask needs Flask or Quart: pip install 'fastnpjson[flask]'") from _cause

if TYPE_CHECKING:
    from werkzeug.sansio.response import Response

_SETTINGS: Final = {"allow_nan", "check_circular", "default", "ensure_ascii", "sort_keys"}


class JSONProvider(DefaultJSONProvider):
    """A `flask.json.provider.DefaultJSONProvider` for NumPy data, at the speed of orjson.

    It has Flask's attributes `default`, `ensure_ascii`, `sort_keys`, `compact` and `mimetype`, with Flask's values: set
    or override them in the same way. NumPy data is encoded before `default` is called, and its dates as ISO 8601.

    Unlike Flask's provider it writes NaN and infinities as ``null``, because JSON (RFC 8259) has neither. `dumps`
    writes no space after ``,`` and ``:`` unless `separators` has it. Dates and UUIDs may be keys. An enum is its value,
    unless a `default` of your own says otherwise. A lone surrogate is escaped, without `ensure_ascii`, too.
    """

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Serialize data as JSON to a string.

        Args:
            obj: The data to serialize.
            kwargs: Those of `json.dumps`. `json` itself writes the text, at its own speed, for an indent other than 2,
                separators other than ``(",", ":")``, `cls` and `skipkeys`. `skipkeys` does not skip NumPy scalars,
                dates, UUIDs and enums.
        """
        settings = {name: kwargs.pop(name) for name in _SETTINGS & kwargs.keys()} if kwargs else {}
        layout = _layout(kwargs) if kwargs else 0
        if layout is not None:
            return self._encoder(layout, **settings).dumps_str(obj)
        return self._encoder(0, skipkeys=kwargs.pop("skipkeys", False), **settings).laid_out(obj, **kwargs)

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

        try:
            return super().loads(s, parse_constant=partial(_refuse, refusal))
        except RecursionError:
            raise refusal from None
        finally:
            del refusal  # or it would refer to itself, by its traceback

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
        body = self._encoder(layout).dumps(obj)
        return self._app.response_class(body, mimetype=self.mimetype)  # type: ignore[arg-type]  # typed for sans-io

    def _encoder(
        self, layout: int, *, allow_nan: bool = True, skipkeys: bool = False, **settings: Any
    ) -> FrameworkEncoder:
        default = settings.pop("default", self.default) or _decline
        sort_keys = settings.pop("sort_keys", self.sort_keys)
        # Flask's own default does not know enums, and writes a UUID as orjson does.
        meaning = OWN_OF_FLASK if default is DefaultJSONProvider.default else OTHER_OF_FLASK
        return FrameworkEncoder(
            meaning.given(allow_nan, skipkeys),
            default,
            PASSTHROUGH | layout | (fastnpjson.OPT_SORT_KEYS if sort_keys else 0),
            **{"ensure_ascii": self.ensure_ascii} | settings,
        )


def _layout(kwargs: dict[str, Any]) -> int | None:
    """Return orjson's flags for a layout; `None` for one that is for json."""
    if not kwargs.keys() <= {"indent", "separators"}:
        return None
    indent = kwargs.get("indent")
    return LAYOUTS.get((indent, *(kwargs.get("separators") or (",", ":" if indent is None else ": "))))


def _refuse(refusal: ValueError, _constant: str) -> Any:
    try:
        raise refusal
    finally:
        del refusal


def _decline(obj: Any) -> Any:
    raise TypeError(f"Object of type {type(obj).__name__} is not JSON serializable")
