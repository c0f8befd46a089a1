"""Why a contender is ahead of fastnpjson, as the profile says; the report prints it beside the numbers."""

from __future__ import annotations

from typing import Any

_BY_LIBRARY = {
    "ssrjson": "its number formatters are faster than orjson's, to which fastnpjson leaves all numbers",
}
_BY_CASE = {
    "empty dict": "the fixed cost of a Python function around orjson's",
}


def reason(row: dict[str, Any]) -> str:
    """Return why the contender of a row is ahead."""
    return _BY_LIBRARY.get(row["library"]) or _BY_CASE.get(row["case"], "")
