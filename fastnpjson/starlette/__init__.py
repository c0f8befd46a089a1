"""Starlette and FastAPI: responses with NumPy data in them, and plain returns of NumPy data in FastAPI.

See https://www.starlette.dev/responses/ and https://fastapi.tiangolo.com/advanced/custom-response/.
"""

from __future__ import annotations

import datetime
import inspect
from collections.abc import AsyncIterable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

import fastnpjson
from fastnpjson._json.framework_encoder import FrameworkEncoder
from fastnpjson._json.meaning import RESPONSES_OF_STARLETTE

try:
    from starlette import responses, routing
    from starlette.exceptions import HTTPException
except ImportError as _cause:
    raise ImportError(
        "fastnpjson.starlette needs Starlette or FastAPI: pip install 'fastnpjson[starlette]'"
    ) from _cause

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping

    from fastapi import FastAPI
    from starlette.background import BackgroundTask


def _refuse(obj: Any) -> Any:
    if inspect.isgenerator(obj) or inspect.isasyncgen(obj):
        raise TypeError("FastAPI streams this generator with response_class=JSONLinesResponse")
    raise TypeError


def _encode(obj: Any, default: Callable[[Any], Any] | None, option: int | None) -> bytes:
    return FrameworkEncoder(RESPONSES_OF_STARLETTE, default or _refuse, option or 0).dumps(obj)


class JSONResponse(responses.JSONResponse):
    """A `starlette.responses.JSONResponse` whose content may have NumPy data in it; takes the same arguments.

    Other than Starlette's, it writes NaN and infinities as ``null``, and all that `fastnpjson.dumps` knows.

    Attributes:
        default: For subclasses to override: what `fastnpjson.dumps` calls for all else.
        option: For subclasses to override: the flags for `fastnpjson.dumps`.
    """

    default: Callable[[Any], Any] | None = staticmethod(_refuse)
    option: int | None = fastnpjson.OPT_PASSTHROUGH_SUBCLASS  # as json takes them: by their own items()

    def render(self, content: Any) -> bytes:
        """Encode the content."""
        return _encode(content, self.default, self.option)


class JSONLinesResponse(responses.StreamingResponse):
    """A `starlette.responses.StreamingResponse` of JSON Lines (https://jsonlines.org): each item a line, sent at once.

    The attributes `default` and `option` are those of `JSONResponse`. An error on the way cuts the connection, for
    which every client of HTTP/1.1 or later raises: a stream that ends well is complete. HTTP/1.0, which some proxies
    speak to servers, has no end of a stream but the cut.

    Args:
        content: The objects, in an iterable or an async iterable; a 2-d array is one row a line.
        status_code: As for all responses.
        headers: As for all responses.
        media_type: ``application/x-ndjson``, if it is not given.
        background: As for all responses.

    Raises:
        TypeError: the content is a dict or a string, which would be taken for an iterable of keys or characters.
    """

    media_type = "application/x-ndjson"
    default: Callable[[Any], Any] | None = staticmethod(_refuse)
    option: int | None = JSONResponse.option

    def __init__(
        self,
        content: Iterable[Any] | AsyncIterable[Any],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundTask | None = None,
    ) -> None:
        if isinstance(content, (dict, str, bytes)):
            raise TypeError(
                f"content must be an iterable of objects, not a {type(content).__name__}; for one line pass [content]"
            )
        lines = self._lines(content) if isinstance(content, AsyncIterable) else map(self.render, content)
        super().__init__(lines, status_code, headers, media_type, background)

    def render(self, content: Any) -> bytes:
        """Encode one line."""
        option = (self.option or 0) & ~fastnpjson.OPT_INDENT_2 | fastnpjson.OPT_APPEND_NEWLINE
        return _encode(content, self.default, option)

    async def _lines(self, content: AsyncIterable[Any]) -> AsyncIterator[bytes]:
        async for item in content:
            yield self.render(item)


def serialize_numpy(app: FastAPI) -> None:
    """Let the routes of a FastAPI application return NumPy data, with their own status codes and headers.

    Without it FastAPI turns a float array of two columns into an object, and other arrays into an error. Call it
    before the first route and the first `include_router`. It also reaches ``HTTPException(detail=...)``, and the answer
    422 to a body that has NaN or a lone surrogate, unless the application handles the exception by itself. It does not
    reach:

    * Routes with a return annotation: pydantic refuses arrays, and makes lists of floats of them for ``list[float]``.
      Set `response_model=None`.
    * Routes that yield: set `response_class=JSONLinesResponse`. In routers that are included, routes that yield what
      FastAPI streams by itself need it, too, because FastAPI streams only with a response class of its own there.
    * ``WebSocket.send_json``: call ``send_text(fastnpjson.dumps_str(data))``.

    Args:
        app: The application. A `route_class` and a `default_response_class` that it has already are extended.
            Other applications of the same process then answer an array with an error.

    Raises:
        RuntimeError: The application has routes or routers already.
        TypeError: Its `default_response_class` renders in a way of its own.

    >>> import fastapi, numpy
    >>> app = fastapi.FastAPI()
    >>> serialize_numpy(app)
    >>> @app.get("/")
    ... def array():
    ...     return {"x": numpy.arange(3)}
    """
    from fastapi.encoders import ENCODERS_BY_TYPE, encoders_by_class_tuples  # noqa: PLC0415  # Starlette has none
    from fastapi.exception_handlers import (  # noqa: PLC0415
        http_exception_handler,
        request_validation_exception_handler,
    )
    from fastapi.exceptions import RequestValidationError  # noqa: PLC0415
    from fastapi.routing import APIRoute  # noqa: PLC0415

    from fastnpjson.starlette.fastapi import (  # noqa: PLC0415
        Arrays,
        exception_handler,
        route_class,
        validation_exception_handler,
    )

    if any(isinstance(route, APIRoute) or not isinstance(route, _OTHER_ROUTES) for route in app.routes):
        raise RuntimeError("serialize_numpy(app) must come before the first route and the first include_router")
    response_class = _response_class(app.router.default_response_class)
    # jsonable_encoder looks for the exact type, and then for a base class, of which ours come first.
    ENCODERS_BY_TYPE.update(dict.fromkeys({np.ndarray, fastnpjson.Fragment, *np.sctypeDict.values()}, _unchanged))
    known = encoders_by_class_tuples.copy()
    encoders_by_class_tuples.clear()
    encoders_by_class_tuples.update({_unchanged: (Arrays,), **known})
    app.router.default_response_class = response_class
    app.router.route_class = route_class(app.router.route_class, response_class)
    if app.exception_handlers.get(HTTPException) is http_exception_handler:
        app.exception_handlers[HTTPException] = exception_handler(response_class)
    if app.exception_handlers.get(RequestValidationError) is request_validation_exception_handler:
        app.exception_handlers[RequestValidationError] = validation_exception_handler(response_class)


# A router that is included is neither a route of FastAPI nor one of these.
_OTHER_ROUTES: Final = (routing.Route, routing.WebSocketRoute, routing.Mount, routing.Host)


def _unchanged(obj: Any) -> Any:
    return None if isinstance(obj, datetime.date) else obj  # pandas.NaT


def _response_class(given: Any) -> type[JSONResponse]:
    """Return the response class of an application with NumPy data in it."""
    stock: type = getattr(given, "value", given)  # FastAPI wraps its own default
    if stock is responses.JSONResponse:
        return JSONResponse
    if issubclass(stock, JSONResponse):
        return stock
    if issubclass(stock, responses.JSONResponse) and stock.render is responses.JSONResponse.render:
        extended: type[JSONResponse] = type(stock.__name__, (stock, JSONResponse), {})
        return extended
    raise TypeError(
        f"serialize_numpy(app) would replace {stock.__name__}, the default_response_class of the application:"
        " do without it, or derive it from fastnpjson.starlette.JSONResponse"
    )
