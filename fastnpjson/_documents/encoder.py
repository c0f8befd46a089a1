"""`Encoder`: what `dumps` does, with more settings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from fastnpjson._documents.settings import make_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastnpjson._documents.numpy_objects import Convert


class Encoder:
    """An encoder with its settings made once, for a hot path or for what `dumps` has no parameter for.

    Args:
        default: As for `dumps`.
        option: As for `dumps`.
        allow_nan: False to raise `ValueError` for NaN and infinities. Masked values and NaT stay `null`.
        decimals: Round NumPy floats, but not dict keys or Python floats, to so many decimals. float64 and longdouble
            are rounded as by `numpy.round`. Smaller types are rounded once, from their exact value, where
            `numpy.round` rounds the product with a power of ten, too: the float32 0.35 is below 0.35, and becomes 0.3.

    Raises:
        ValueError: `decimals` is not in 0 to 22.

    >>> import numpy as np
    >>> Encoder(decimals=2).encode({"pi": np.array([np.pi]), "e": 2.718281828})
    b'{"pi":[3.14],"e":2.718281828}'
    """

    __slots__ = ("_settings",)

    def __init__(
        self,
        *,
        default: Convert | None = None,
        option: int | None = None,
        allow_nan: bool = True,
        decimals: int | None = None,
    ) -> None:
        self._settings = make_settings(default=default, option=option, allow_nan=allow_nan, decimals=decimals)

    def __reduce__(self) -> tuple[Any, ...]:
        plan, default = self._settings
        return partial(type(self), default=default, allow_nan=plan.allow_nan, **plan.style._asdict()), ()

    def encode(self, obj: Any, /) -> bytes:
        """Encode an object; what it returns and raises is as for `dumps`."""
        return self._settings.encode(obj)

    def iterencode(self, obj: Any, /) -> Iterator[bytes]:
        """Encode an object in pieces of about a megabyte; joined, they are what `encode` returns.

        Arrays from 64 KiB are written slice by slice, so that the text of a memory-mapped one is never in memory
        as a whole. The rest of the document is, and so are object arrays and what `default` returns. No array may
        change before the last piece.

        Yields:
            Pieces of JSON; what `encode` raises is raised when its piece is due.

        >>> import numpy as np
        >>> list(Encoder().iterencode({"x": np.arange(3)}))
        [b'{"x":[0,1,2]}']
        """
        return self._settings.stream().pieces(obj)
