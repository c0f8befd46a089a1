"""The caller's default, which is asked about each object once, even where a document is encoded again.

A default may use up what it is given, as `list` does with a generator, or count its calls.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from orjson import JSONEncodeError

from fastnpjson._documents.array_likes import read

if TYPE_CHECKING:
    from collections.abc import Callable


# How a default declines; all else that it raises is the caller's own, and so are subclasses.
DECLINED: Final = frozenset({TypeError, JSONEncodeError})


class _Raised(NamedTuple):
    error: BaseException


class CallerDefault:
    """A caller's default that can be rewound.

    Attributes:
        default: The caller's default, or `None`.
        given: The objects that it was asked about, in order, each with the reply.
        reads_arrays: True to write what it declines as an array, if it is one of another package.
    """

    reads_arrays: ClassVar[bool] = True

    def __init__(self, default: Callable[[Any], Any] | None) -> None:
        self.default: Any = default
        self.given: list[tuple[Any, Any]] = []
        self._next = 0

    def ask(self, obj: Any) -> Any:
        """Return or raise what the default returns or raises; what it declines may be an array of another package."""
        place = self._next
        if place < len(self.given) and self.given[place][0] is obj:
            reply = self.given[place][1]
        else:
            del self.given[place:]
            try:
                reply = self._reply(obj)
            except BaseException as error:
                reply = _Raised(error)
            self.given.append((obj, reply))
        self._next = place + 1
        if type(reply) is _Raised:
            raise reply.error
        return reply

    def _reply(self, obj: Any) -> Any:
        if self.default is None:
            return read(obj)
        try:
            return self.default(obj)
        except TypeError as error:
            return self.declined(obj, error)

    def declined(self, obj: Any, error: TypeError) -> Any:
        """Return the array that an object is, or raise the error of the default."""
        if self.reads_arrays and type(error) in DECLINED:
            with suppress(JSONEncodeError):
                return read(obj)
        raise error

    def settle(self, obj: Any, reply: Any) -> None:
        """Take another reply for an object that was asked about, and forget what was asked about on the way."""
        start = next(index for index in range(self._next - 1, -1, -1) if self.given[index][0] is obj)
        self.given[start:] = [(obj, reply)]
        self._next = start + 1

    def rewind(self) -> None:
        """Give the same replies once more, from the first."""
        self._next = 0
