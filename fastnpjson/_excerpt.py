"""Excerpts for errors: names, paths and texts that somebody else has chosen."""

from __future__ import annotations

from fastnpjson._patch import json


def excerpt(text: object, most: int = 200) -> str:
    r"""Return a text without its middle, where it is long, and with the escapes of JSON for what is not printable.

    A log has one line of it, and a terminal does not obey it.

    >>> excerpt("a\x1b[2J\u202e")
    'a\\u001b[2J\\u202e'
    """
    text = str(text)
    if len(text) > most:
        text = f"{text[: most // 2]}...{text[-(most // 2) :]}"
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in text)
