"""The state that the readers of tags share: base64 that was cut out of the document, and the memory left for arrays."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from fastnpjson._jsonpath import steps_to
from fastnpjson._patch import orjson
from fastnpjson._reading.lists import with_texts

if TYPE_CHECKING:
    from fastnpjson._jsonpath import Path
    from fastnpjson._reading.budget import Budget


class Context:
    """The state of one document while its tags are read.

    Args:
        document: From `find_tags.cut_base64`.
        strings: The same; those that are read are removed.
        budget: What the arrays may take.
    """

    def __init__(self, document: bytes, strings: dict[str, memoryview], budget: Budget) -> None:
        self._document = document
        self.unread = strings
        self.budget = budget

    @cached_property
    def _texts(self) -> Any:
        return with_texts(self._document)

    def texts(self, path: Path) -> Any:
        """Return what is at a path, with strings for numbers, as they are written."""
        texts = self._texts
        for step in steps_to(path):
            texts = texts[step]
        return texts

    def text(self, data: Any) -> memoryview:
        """Return the base64 of a tag: its string, or what was cut out in its place.

        Raises:
            ValueError: it is not a string.
        """
        if type(data) is not str:
            raise ValueError(f"base64 is a string, not a {type(data).__name__}")
        text = self.unread.pop(data, None)
        return memoryview(data.encode()) if text is None else text

    def string(self, data: str) -> str:
        """Return a string of a tag that may not be base64.

        Raises:
            JSONDecodeError: the document is not JSON.
        """
        text = self.unread.pop(data, None)
        return data if text is None else str(orjson.loads(b'"%b"' % bytes(text)))
