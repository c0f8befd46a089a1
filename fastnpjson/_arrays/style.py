"""What shapes the text of an array: orjson's flags, and settings of `Encoder`."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Nan: TypeAlias = Literal["null", "error", "string"]
Complex: TypeAlias = Literal["error", "pair", "string"]
Bytes: TypeAlias = Literal["utf-8", "base64"]
DecimalsOf: TypeAlias = Literal["numpy", "all"]
Frames: TypeAlias = Literal["error", "records", "columns", "split", "table"]


class Style(NamedTuple):
    """Flags and settings."""

    option: int = 0
    decimals: int | None = None
    nan: Nan = "null"
    complex: Complex = "error"
    bytes: Bytes = "utf-8"
    decimals_of: DecimalsOf = "numpy"
    frames: Frames = "error"

    @property
    def factor(self) -> float:
        """By what Python's floats are multiplied to be rounded; 0 if they are not."""
        return float(10**self.decimals) if self.decimals is not None and self.decimals_of == "all" else 0.0
