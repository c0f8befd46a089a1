"""Django and Django REST framework: NumPy data in responses, in JSON fields and in serializers.

What `DjangoJSONEncoder` encodes keeps its formats: milliseconds and ``Z`` for dates, durations of ISO 8601, text for
decimals, UUIDs and lazy strings. All else is as in `fastnpjson.compat`. `JSONRenderer` and `JSONParser` are there
where Django REST framework is, which is imported at their first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from fastnpjson import compat
from fastnpjson._json.framework_encoder import FrameworkEncoder
from fastnpjson._json.meaning import DJANGO, DJANGO_FIELDS, DJANGO_RESPONSES, Meaning

try:
    from django.core.serializers.json import DjangoJSONEncoder
    from django.http import JsonResponse
except ImportError as _cause:
    raise ImportError("fastnpjson.django needs Django: pip install 'fastnpjson[django]'") from _cause

if TYPE_CHECKING:
    from fastnpjson.django.rest_framework import JSONParser as JSONParser
    from fastnpjson.django.rest_framework import JSONRenderer as JSONRenderer

__all__ = ["JSONEncoder", "JSONFieldEncoder", "JSONResponse"]


class JSONEncoder(compat.JSONEncoder, DjangoJSONEncoder):
    """The encoder for every ``encoder=`` and ``cls=`` of Django; migrations refer to it by its name.

    ``JsonResponse(data, encoder=JSONEncoder)``, ``models.JSONField(encoder=JSONEncoder)``,
    ``json_script(value, encoder=JSONEncoder)``, ``serializers.serialize("json", objects, cls=JSONEncoder)``.
    A subclass overrides `default` as it would that of `DjangoJSONEncoder`. Where the text must be Django's to the
    blank, it sets ``item_separator = ", "`` and ``key_separator = ": "``, and json writes it: SQLite compares text in
    ``filter(data={...})``, so that rows which another encoder wrote match only after they are saved again.

    >>> import datetime, numpy
    >>> JSONEncoder().encode({"x": numpy.arange(3), "day": datetime.date(2020, 1, 2)})
    '{"x":[0,1,2],"day":"2020-01-02"}'
    """

    _meaning: ClassVar[Meaning] = DJANGO


class JSONFieldEncoder(JSONEncoder):
    """A `JSONEncoder` that writes NaN and infinities as ``null``, for ``models.JSONField(encoder=JSONFieldEncoder)``.

    Databases refuse ``NaN``. It is ``null`` in NumPy data, in Python floats, and in what `default` returns.

    >>> import numpy
    >>> JSONFieldEncoder().encode({"x": numpy.array([0.5, numpy.nan]), "best": float("inf")})
    '{"x":[0.5,null],"best":null}'
    """

    _meaning: ClassVar[Meaning] = DJANGO_FIELDS


_encoder: Final = FrameworkEncoder(DJANGO_RESPONSES, DjangoJSONEncoder().default)


class JSONResponse(JsonResponse):
    """A `django.http.JsonResponse` whose text goes from orjson to the client as it is: bytes, and NaN as `null`.

    Where a charset is asked for, it is a `JsonResponse` with `JSONEncoder`, whose text is ASCII.

    Args:
        data: A dict, or with ``safe=False`` anything.
        encoder: Another one, as `json_dumps_params`, makes it a `JsonResponse` with that encoder, through a string.
        safe: False to allow more than dicts.
        json_dumps_params: Arguments for `json.dumps`, as Django documents them.
        **kwargs: For `django.http.HttpResponse`.

    Raises:
        TypeError: there is something in the data that has no JSON, or they are not safe.
    """

    def __init__(
        self,
        data: Any,
        encoder: type[DjangoJSONEncoder] = JSONEncoder,
        safe: bool = True,
        json_dumps_params: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        charset = "charset" in kwargs or "charset" in (kwargs.get("content_type") or "")
        if charset or encoder is not JSONEncoder or json_dumps_params or (safe and not isinstance(data, dict)):
            super().__init__(data, encoder, safe, json_dumps_params, **kwargs)
            return
        kwargs.setdefault("content_type", "application/json")
        super(JsonResponse, self).__init__(_encoder.dumps(data), **kwargs)


def __getattr__(name: str) -> Any:
    if name in {"JSONParser", "JSONRenderer"}:
        from fastnpjson.django import rest_framework  # noqa: PLC0415 # the settings that it reads are not there earlier

        return getattr(rest_framework, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
