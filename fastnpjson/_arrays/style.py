"""What shapes the text of an array: orjson's flags, and settings of `Encoder`."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Nan: TypeAlias = Literal["null", "error", "string"]
Complex: TypeAlias = Literal["error", "pair", "string"]
Bytes: TypeAlias = Literal["utf-8", "base64"]


class Style(NamedTuple):
    """Flags and settings."""

    option: int = 0
    decimals: int | None = None
    nan: Nan = "null"
    complex: Complex = "error"
    bytes: Bytes = "utf-8"
