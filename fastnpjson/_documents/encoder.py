"""`Encoder`: what `dumps` does, with more settings."""

from __future__ import annotations

from functools import partial
from operator import index
from typing import TYPE_CHECKING, Any

import orjson

from fastnpjson._arrays.native import NUMPY
from fastnpjson._documents.caller_default import NO_DEFAULT, Answers, raise_hidden
from fastnpjson._documents.dumps import encode, make_plan
from fastnpjson._documents.iterencode import Stream
from fastnpjson._documents.layers import is_finite
from fastnpjson._documents.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastnpjson._documents.dumps import Plan
    from fastnpjson._documents.hook import Convert


class Encoder:
    """An encoder with its settings made once, for a hot path or for what `dumps` has no parameter for.

    Args:
        default: As for `dumps`.
        option: As for `dumps`.
        allow_nan: False to raise `ValueError` for NaN and infinities. Masked values and NaT stay `null`.
        decimals: Round NumPy floats, but not dict keys or Python floats, to so many decimals. float64 and longdouble
            are rounded as by `numpy.round`. Smaller types are rounded once, from their exact value, where
            `numpy.round` rounds the product with a power of ten, too: the float32 0.35 is below 0.35, and becomes 0.3.
        unchecked: Trust orjson with all native arrays and scalars, for callers who know that there is no
            ``datetime64`` in the document: nothing is vetted, the text of a float16 and the layout of
            `OPT_INDENT_2` are orjson's, too. It has no effect together with `default` or `allow_nan=False`.

    Raises:
        ValueError: `decimals` is not in 0 to 22, or given together with `unchecked`.

    >>> import numpy as np
    >>> Encoder(decimals=2).encode({"pi": np.array([np.pi]), "e": 2.718281828})
    b'{"pi":[3.14],"e":2.718281828}'
    """

    __slots__ = ("_allow_nan", "_default", "_plan", "_unchecked")

    def __init__(
        self,
        *,
        default: Convert | None = None,
        option: int | None = None,
        allow_nan: bool = True,
        decimals: int | None = None,
        unchecked: bool = False,
    ) -> None:
        # 10**22 is the largest power of ten that is exact in a float64.
        if decimals is not None and not 0 <= index(decimals) <= 22:
            raise ValueError(f"decimals must be in 0 to 22, not {decimals}")
        if decimals is not None and unchecked:
            raise ValueError("decimals needs the checks that unchecked=True leaves out")
        self._plan = make_plan(option, decimals)
        self._default = default
        self._allow_nan = allow_nan
        unchecked = unchecked and default is None and allow_nan
        self._unchecked = self._plan.style.option | NUMPY if unchecked else None

    def __reduce__(self) -> tuple[Any, ...]:
        settings: dict[str, Any] = {"default": self._default, "allow_nan": self._allow_nan}
        settings |= self._plan.style._asdict() | {"unchecked": self._unchecked is not None}
        return partial(type(self), **settings), ()

    def encode(self, obj: Any, /) -> bytes:
        """Encode an object; what it returns and raises is as for `dumps`."""
        if self._unchecked is not None:
            try:
                return orjson.dumps(obj, self._plan.convert, self._unchecked)
            except orjson.JSONEncodeError as error:  # a key, a byte order, or an error to be explained
                raise_hidden(error)
        answers = NO_DEFAULT if self._default is None else Answers(self._default)
        return encode(obj, self._plan, answers) if self._allow_nan else self._text(obj, self._plan, answers)

    def iterencode(self, obj: Any, /) -> Iterator[bytes]:
        """Encode an object in pieces of about a megabyte; joined, they are what `encode` returns.

        Arrays from 64 KiB are written slice by slice, so that the text of a memory-mapped one is never in memory
        as a whole. The rest of the document is, and so are object arrays, what `default` returns, and everything with
        `unchecked`. No array may change before the last piece.

        Yields:
            Pieces of JSON; what `encode` raises is raised when its piece is due.

        >>> import numpy as np
        >>> list(Encoder().iterencode({"x": np.arange(3)}))
        [b'{"x":[0,1,2]}']
        """
        return self._pieces(obj)

    def _pieces(self, obj: Any, advance: Callable[[int], object] | None = None) -> Iterator[bytes]:
        """Do what `iterencode` does, and call `advance` with the size of each part of an array that is written."""
        stream = Stream(self._default, self._plan, allow_nan=self._allow_nan, advance=advance)
        if self._unchecked is None:
            skeleton = self._text(stream.document(obj), stream.plan, stream)
        else:
            skeleton = self.encode(obj)
        yield from stream.pieces(skeleton, obj)

    def _text(self, obj: Any, plan: Plan, answers: Answers) -> bytes:
        text = encode(obj, plan, answers)
        # One byte is found 20 times faster than four.
        if not self._allow_nan and b"n" in text and b"null" in text:
            if not answers.given and is_finite(obj):
                return text
            answers.rewind()
            Walk(plan.convert, answers, plan.style.option, allow_nan=False).dumps(obj)
        return text
