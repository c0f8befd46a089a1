"""The part of `fastnpjson.django` that is for Django REST framework, whose modules read the settings of a project."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, ClassVar

from django.conf import settings

from fastnpjson import compat

try:
    from rest_framework import parsers, renderers
    from rest_framework.exceptions import ParseError
    from rest_framework.utils import encoders
    from rest_framework.utils.json import strict_constant
except ImportError as _cause:
    raise ImportError(
        "JSONRenderer and JSONParser need Django REST framework: pip install 'fastnpjson[django]' djangorestframework"
    ) from _cause

if TYPE_CHECKING:
    from collections.abc import Mapping


class JSONEncoder(compat.JSONEncoder, encoders.JSONEncoder):
    """The encoder of `JSONRenderer`, with the formats of Django REST framework."""

    def __init__(self, *, ensure_ascii: bool = True, **kwargs: Any) -> None:
        # The renderer encodes the text, and UTF-8 has no lone surrogates: they are escaped with UNICODE_JSON, too.
        super().__init__(ensure_ascii=ensure_ascii or None, **kwargs)


class JSONRenderer(renderers.JSONRenderer):
    """The renderer for ``DEFAULT_RENDERER_CLASSES``: ``"fastnpjson.django.JSONRenderer"``.

    It follows the settings ``COMPACT_JSON``, ``UNICODE_JSON`` and ``STRICT_JSON`` (which refuses NaN, those of NumPy
    too) and the ``indent`` of an Accept header; orjson writes where the text is compact or indented by two.
    """

    encoder_class: ClassVar[type[encoders.JSONEncoder]] = JSONEncoder


class JSONParser(parsers.JSONParser):
    """The parser for ``DEFAULT_PARSER_CLASSES``: ``"fastnpjson.django.JSONParser"``."""

    renderer_class: type[renderers.JSONRenderer] = JSONRenderer

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Decode the body of a request.

        Raises:
            ParseError: it is not JSON, or not in its charset; the answer is 400.
        """
        charset = (parser_context or {}).get("encoding", settings.DEFAULT_CHARSET)
        try:
            text = stream.read().decode(charset)
            return compat.loads(text, parse_constant=strict_constant if self.strict else None)
        except LookupError:
            raise ParseError(f'Unsupported charset "{charset}" in request Content-Type header.') from None
        except RecursionError as error:
            raise ParseError("JSON parse error - too many levels of lists and objects") from error
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from error
