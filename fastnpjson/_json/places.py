"""Where in a document an object is, for errors about NumPy data; json says it of others, from Python 3.13 on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orjson import JSONEncodeError

from fastnpjson._jsonpath import json_path

if TYPE_CHECKING:
    from fastnpjson._jsonpath import Path


class Refused(TypeError):
    """Raised for NumPy data that has no JSON.

    Attributes:
        part: The data, or the object in the document of which a default made it.
    """

    def __init__(self, message: str, part: Any) -> None:
        super().__init__(message)
        self.part = part


def with_path(error: Refused, document: Any) -> JSONEncodeError:
    """Return an error about a part of a document with the path from the root; as it is for what a default returned."""
    text, place = str(error), path_to(error.part, document)
    return JSONEncodeError(json_path(place) + text[1:] if text.startswith("$") else f"{json_path(place)}: {text}")


def path_to(part: Any, document: Any) -> Path:
    """Return the path of the first place where an object is; that of the document, if it is nowhere.

    It looks into each container once, and not at keys.
    """
    stack: list[tuple[Any, Path]] = [(document, None)]
    seen = set[int]()
    while stack:
        container, path = stack.pop()
        if container is part:
            return path
        if not isinstance(container, (dict, list, tuple)) or id(container) in seen:
            continue
        seen.add(id(container))
        members = [*dict.items(container)] if isinstance(container, dict) else [*enumerate(container)]
        stack += [(member, (path, key if type(key) is int else str(key))) for key, member in reversed(members)]
    return None
