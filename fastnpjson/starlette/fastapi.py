"""The route class and the exception handlers that `serialize_numpy` gives a FastAPI application."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final

from fastapi.datastructures import Default
from fastapi.encoders import jsonable_encoder
from fastapi.exception_handlers import http_exception_handler
from fastapi.utils import is_body_allowed_for_status_code

from fastnpjson._arrays.dtypes import NUMPY_TYPES
from fastnpjson._documents.array_likes import may_be_array
from fastnpjson.pydantic.write import writing_arrays

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi.exceptions import RequestValidationError
    from fastapi.routing import APIRoute
    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import Response


# Those that jsonable_encoder knows, and classes of pandas derive from.
_DATES: Final = (datetime.date, datetime.time, datetime.timedelta)


class _Meta(type):
    def __instancecheck__(cls, obj: Any) -> bool:
        if isinstance(obj, _DATES):
            return obj != obj  # noqa: PLR0124 # pandas.NaT, of which it would make the text "NaT"
        return issubclass(type(obj), NUMPY_TYPES) or may_be_array(obj)


class Arrays(metaclass=_Meta):
    """The objects that `fastnpjson.dumps` writes as arrays, or refuses as such.

    jsonable_encoder would take them for text, or take them apart by ``dict`` and ``vars``.
    """


def route_class(base: type[APIRoute], response_class: type[Response]) -> type[APIRoute]:
    """Extend a class of routes, which write NumPy data by `response_class`, and models by fastnpjson."""

    class Route(base):  # type: ignore[misc, valid-type]
        # As FastAPI's own default the class leaves typed streams and response models to FastAPI.
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            if kwargs.get("response_class") is response_class:
                kwargs["response_class"] = Default(response_class)
            super().__init__(*args, **kwargs)

        def get_route_handler(self) -> Any:
            field: Any = self.response_field
            if field is not None:
                field.serialize_json = writing_arrays(field.serialize_json)
            return super().get_route_handler()

    return Route


def exception_handler(response_class: Callable[..., Response]) -> Callable[[Any, Any], Any]:
    """Make a handler of `HTTPException` whose details may be NumPy data."""

    async def handle(request: Request, error: HTTPException) -> Response:
        if not is_body_allowed_for_status_code(error.status_code):
            return await http_exception_handler(request, error)
        return response_class({"detail": error.detail}, error.status_code, error.headers)

    return handle


def validation_exception_handler(response_class: Callable[..., Response]) -> Callable[[Any, Any], Any]:
    """Make a handler of `RequestValidationError`, which quotes what the body has: NaN, and lone surrogates, too."""

    async def handle(_request: Request, error: RequestValidationError) -> Response:
        errors = error.errors()
        try:
            return response_class({"detail": jsonable_encoder(errors)}, 422)
        except RecursionError:  # the input has too many levels
            return response_class({"detail": [{**each, "input": None, "ctx": None} for each in errors]}, 422)

    return handle
