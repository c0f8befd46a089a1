"""JSONPath (RFC 9535): the paths that errors name, and those that `loads` takes."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from fastnpjson._excerpt import excerpt
from fastnpjson._patch import json, orjson

# The path of the container, and the key or index in it; `None` for the document.
Path: TypeAlias = "tuple[Path, int | str] | None"
# A longer path keeps as many steps at either end: in a document with a cycle the others are all alike.
_ENDS: Final = 8
# Compiled by the first call that reads a path: it takes 5 ms, which an import has not.
_STEP: Final = r"""\.(?P<name>[A-Za-z_\x80-\U0010ffff][0-9A-Za-z_\x80-\U0010ffff]*)
      | \[(?P<index>0|[1-9][0-9]*)\]
      | \[(?P<all>\*)\]
      | \['(?P<single>(?:[^'\\]|\\.)*)'\]
      | \["(?P<double>(?:[^"\\]|\\.)*)"\]"""
# Single quotes need a backslash where a JSON string needs none, and the other way round.
_QUOTES: Final = {"\\'": "'", '"': '\\"'}


def json_path(path: Path) -> str:
    """Write a path as JSONPath (RFC 9535) does, from the root; a long one without its middle, but with its depth.

    >>> json_path(((None, "results"), 3))
    '$.results[3]'
    """
    keys = steps_to(path)
    steps, depth = list(map(_step, keys)), ""
    if len(steps) > 2 * _ENDS:
        steps[_ENDS:-_ENDS] = ["..."]
        depth = f" ({len(keys)} levels deep)"
    return excerpt("$" + "".join(steps)) + depth


def steps_to(path: Path) -> list[int | str]:
    """Return the keys and indexes of a path, from the root."""
    keys: list[int | str] = []
    while path is not None:
        path, key = path
        keys.append(key)
    return keys[::-1]


def steps_of(path: str) -> list[str | int | None]:
    """Read a path of names, indexes and wildcards; `None` stands for a wildcard.

    Raises:
        ValueError: it is something else.
    """
    steps: list[str | int | None] = []
    place = 1
    step = re.compile(_STEP, re.VERBOSE)
    while path[:1] == "$" and (match := step.match(path, place)):
        place, kind, text = match.end(), match.lastgroup, match[match.lastgroup or 0]
        if kind == "single":
            text = re.sub(r'\\.|"', lambda found: _QUOTES.get(found[0], found[0]), text)
        try:
            quoted = kind in {"single", "double"}
            steps.append(orjson.loads(f'"{text}"') if quoted else int(text) if kind == "index" else text)
        except orjson.JSONDecodeError:
            place = match.start()
            break
        if kind == "all":
            steps[-1] = None
    if place < len(path) or path[:1] != "$":
        raise ValueError(f"{excerpt(repr(path))} is not a path: start with $, then use .name, ['name'], [0] or [*]")
    return steps


def _step(key: int | str) -> str:
    if isinstance(key, str) and key.isidentifier():
        return f".{key}"
    return f"[{json.dumps(key, ensure_ascii=False)}]"  # orjson would refuse a lone surrogate
