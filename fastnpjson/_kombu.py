"""The serializer ``fastnpjson`` of kombu and Celery, which they find by an entry point of this package."""

from __future__ import annotations

from typing import Final

from fastnpjson._documents.dumps import dumps
from fastnpjson._reading.loads import loads

# Its own content type: kombu's JSON serializer uses application/json, which Celery needs for its own messages.
register_args: Final = (dumps, loads, "application/x-fastnpjson", "utf-8")
