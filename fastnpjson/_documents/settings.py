"""What `Encoder` and the functions for files share: `encode` with settings, at once or in pieces."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, Any, NamedTuple

from fastnpjson._documents.caller_default import NO_DEFAULT, CallerDefault
from fastnpjson._documents.dumps import encode
from fastnpjson._documents.iterencode import Stream
from fastnpjson._documents.plan import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._documents.numpy_objects import Convert
    from fastnpjson._documents.plan import Plan


class DocumentSettings(NamedTuple):
    """The settings of an `Encoder`, with what is made of them once."""

    plan: Plan
    default: Convert | None

    def encode(self, obj: Any) -> bytes:
        """Encode a document."""
        return encode(obj, self.plan, NO_DEFAULT if self.default is None else CallerDefault(self.default))

    def stream(self, advance: Callable[[int], object] | None = None) -> Stream:
        """Make a stream for one document; `advance` is called with the size of each part of an array it writes."""
        return Stream(self.plan, self.default, advance)


def make_settings(
    *,
    default: Convert | None = None,
    option: int | None = None,
    allow_nan: bool = True,
    decimals: int | None = None,
) -> DocumentSettings:
    """Make the settings of an `Encoder`; the arguments are those of its class."""
    # 10**22 is the largest power of ten that is exact in a float64.
    if decimals is not None and not 0 <= index(decimals) <= 22:
        raise ValueError(f"decimals must be in 0 to 22, not {decimals}")
    return DocumentSettings(make_plan(option, decimals, allow_nan=allow_nan), default)
