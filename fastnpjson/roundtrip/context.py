"""What the readers of tags share in one document: base64 that was cut out of it, and the memory left for arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastnpjson._patch import orjson

if TYPE_CHECKING:
    from fastnpjson._reading.budget import Budget


class Context:
    """The state of one document while its tags are read.

    Args:
        strings: From `find_tags.cut_base64`; those that are read are removed.
        budget: What the arrays may take.
    """

    def __init__(self, strings: dict[str, memoryview], budget: Budget) -> None:
        self.unread = strings
        self.budget = budget

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
