"""NaN and infinities in text: `json` reads the words, and JSON does not have them."""

from __future__ import annotations

from typing import Any

import orjson


def loads(data: Any) -> Any:
    """Decode JSON as `orjson.loads` does, with an error that names the word.

    Raises:
        JSONDecodeError: it is not JSON.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        # Of -Infinity the position is that of the letter.
        word = next((word for word in ("NaN", "Infinity") if error.doc.startswith(word, error.pos)), None)
        if word is None:
            raise
        message = f"{word} is not JSON (RFC 8259), but fastnpjson.compat.loads reads it"
        raise orjson.JSONDecodeError(message, error.doc, error.pos) from None
