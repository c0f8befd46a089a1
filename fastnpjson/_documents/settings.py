"""What `Encoder` and the functions for files share: `encode` with settings, at once or in pieces."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

from fastnpjson._arrays.style import Bytes, Complex, Nan, Style
from fastnpjson._documents.dumps import make_encode
from fastnpjson._documents.iterencode import Stream
from fastnpjson._documents.plan import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._documents.dumps import Encode
    from fastnpjson._documents.numpy_objects import Convert
    from fastnpjson._documents.plan import Plan

_CHOICES: Final = {"nan": get_args(Nan), "complex": get_args(Complex), "bytes": get_args(Bytes)}


class DocumentSettings(NamedTuple):
    """The settings of an `Encoder`, with what is made of them once."""

    plan: Plan
    default: Convert | None
    write: Encode

    def encode(self, obj: Any) -> bytes:
        """Encode a document."""
        return self.write(obj, self.default)

    def stream(self, advance: Callable[[int], object] | None = None) -> Stream:
        """Make a stream for one document; `advance` is called with the size of each part of an array it writes."""
        return Stream(self.plan, self.default, advance)


def make_settings(
    *, default: Convert | None = None, option: int | None = None, allow_nan: bool = True, **style: Any
) -> DocumentSettings:
    """Make the settings of an `Encoder`; the arguments are those of its class."""
    settings = Style(**style)
    # 10**22 is the largest power of ten that is exact in a float64.
    if settings.decimals is not None and not 0 <= index(settings.decimals) <= 22:
        raise ValueError(f"decimals must be in 0 to 22, not {settings.decimals}")
    for name, choices in _CHOICES.items():
        if getattr(settings, name) not in choices:
            raise ValueError(f"{name} must be one of {choices}, not {getattr(settings, name)!r}")
    if not allow_nan:
        if settings.nan == "string":
            raise ValueError("nan='string' contradicts allow_nan=False")
        settings = settings._replace(nan="error")
    plan = make_plan(option, settings)
    return DocumentSettings(plan, default, make_encode(plan))
